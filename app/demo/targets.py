"""Who sells for the demo club, and what each of them is to sell."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from app.commands.targets import SALES_REP, WantedTarget, keep_targets
from app.demo.customers import REPS
from app.demo.register import put
from app.domain.products import ProductGroup
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.demo.seasons import SeasonPlan
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

NAMES = {
    "HV": ("Hanne Verbeke", "Business"),
    "SD": ("Stijn De Backer", "Business"),
    "MK": ("Mara Kuipers", "Partnership"),
}
"""Name and team of each rep."""
_GROUPS = (("SEATS", 14_000_00), ("HOSPITALITY", 6_000_00), ("PACKAGES", 22_000_00))
"""Product groups with targets, and what is usual for a rep in a month."""
_MONTHS = 12
_SELLING_PERCENT = (160, 180, 140, 100, 80, 70, 60, 60, 70, 90, 150, 190)
"""How much of the usual is to be sold, by the month from July on."""
_STEP_MINOR = 500_00


def write_targets(work: UnitOfWork, actor: Actor, seasons: Sequence[SeasonPlan]) -> None:
    """Name the reps and set their targets for every month of the seasons."""
    rows = [{"code": one, "name": NAMES[one][0], "team": NAMES[one][1]} for one in REPS]
    put(work, actor, SALES_REP, rows)
    groups = {one.code: one.id for one in work.find(ProductGroup)}
    wanted = []
    for season in seasons:
        lot = Random(f"targets {season.code}")
        for rep in REPS:
            for index in range(_MONTHS):
                year = season.starts_on.year + (season.starts_on.month + index > _MONTHS)
                month = (season.starts_on.month + index - 1) % _MONTHS + 1
                first = season.starts_on.replace(year=year, month=month, day=1)
                for group, usual_minor in _GROUPS:
                    percent = _SELLING_PERCENT[index] + lot.randint(-15, 15)
                    amount = usual_minor * percent // (100 * _STEP_MINOR) * _STEP_MINOR
                    wanted.append(WantedTarget(rep, first, amount, "EUR", groups[group]))
    keep_targets(work, actor, wanted, [Check() for _ in wanted])

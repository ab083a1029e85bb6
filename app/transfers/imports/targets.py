"""Sales reps with their teams, and what they are to sell."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from app.commands.targets import SALES_REP, WantedTarget, keep_targets
from app.domain.products import ProductGroup
from app.transfers.imports.records import Columns, Field, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.imports.intake import Intake
    from app.transfers.imports.records import Record

_REP = {"code": Field("code"), "name": Field("name"), "team": Field("team")}
REP_COLUMNS = Columns(tuple(_REP), ("code", "name"))
COLUMNS = Columns(
    ("rep", "month", "productGroup", "amount", "currency"),
    ("rep", "month", "amount"),
    {"repCode": "rep", "productGroupId": "productGroup"},
)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def import_reps(intake: Intake, records: Sequence[Record]) -> None:
    """Create or change sales reps by code."""
    intake.store(SALES_REP, [(record.check, values_of(record, _REP)) for record in records])


def import_targets(intake: Intake, records: Sequence[Record]) -> None:
    """Set a target for each row: of a rep, a month and a product group, or of none."""
    intake.say(f"sales target: {len(records)} rows")
    groups = intake.by_code(ProductGroup, (one.text("productGroup") for one in records))
    pairs = []
    for record in records:
        target = _target_of(intake, record, groups)
        if target is not None:
            pairs.append((record.check, target))
    _, counts = keep_targets(
        intake.work, intake.actor, [target for _, target in pairs], [check for check, _ in pairs]
    )
    intake.counts["sales_target"] = counts


def _target_of(
    intake: Intake, record: Record, groups: Mapping[str, ProductGroup]
) -> WantedTarget | None:
    """Read a row's target, or collect what is wrong with it."""
    rep, month = record.needed("rep"), _month_of(record)
    group = intake.refer(record, "productGroup", ProductGroup, groups)
    currency = (record.text("currency") or intake.organisation.currency).upper()
    amount = record.minor("amount", currency) if record.needed("amount") else None
    if rep is None or month is None or amount is None:
        return None
    return WantedTarget(rep, month, amount, currency, group.id if group else None)


def _month_of(record: Record) -> date | None:
    """Read a month, written 2026-08 or as any day of it."""
    match = _MONTH.fullmatch(record.needed("month") or "")
    if match is not None:
        return date(int(match[1]), int(match[2]), 1)
    return record.day("month")

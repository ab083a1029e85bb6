"""Pre-aggregations that Loge ships give the same numbers as the facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from semantic.compiling import describe_members
from semantic.query.query import Query, TimeDimension
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from tests.parity.comparing import is_same

if TYPE_CHECKING:
    from semantic.access.principal import Principal
    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
ZONE = "Europe/Brussels"
SALES = Query(
    measures=("sales.net_bookings", "sales.cancellations", "sales.discount_share"),
    dimensions=("sales.season_name", "sales.product_group_name"),
    time_dimensions=(TimeDimension("sales.moved_on", "month"),),
    timezone=ZONE,
)
QUESTIONS = {
    "sale_movement.by_month": SALES,
    "invoice_cell.by_month": Query(
        measures=("invoicing.gross", "invoicing.documented_share"),
        dimensions=("invoicing.product_name",),
        time_dimensions=(TimeDimension("invoicing.planned_on", "quarter"),),
        timezone=ZONE,
    ),
    "document.by_month": Query(
        measures=("documents.net", "documents.vat", "documents.credited_share"),
        dimensions=("documents.country", "documents.vat_rate"),
        time_dimensions=(TimeDimension("documents.issued_on", "month"),),
        timezone=ZONE,
    ),
    "entitlement.by_calendar_item": Query(
        measures=("entitlements.sold_count", "entitlements.assigned_share"),
        dimensions=("entitlements.calendar_item_name", "entitlements.product_name"),
        timezone=ZONE,
    ),
}


@pytest.fixture(scope="module")
def keeper(both: BothStores) -> Keeper:
    return Keeper(both.facts.facts)


@pytest.fixture(scope="module")
def rolled(both: BothStores, keeper: Keeper) -> BothStores:
    model = both.compiler.model
    types = describe_members(model, both.facts.types_of)
    return replace(both, compiler=RollupCompiler(model, types, keeper))


def _same_from_a_rollup(
    both: BothStores, rolled: BothStores, keeper: Keeper, query: Query, caller: Principal
) -> list[str]:
    """Ask for a rollup, have it built, and compare its answer with that of the facts."""
    ordered = replace(query, order=tuple((name, False) for name in query.dimensions), limit=None)
    rolled.compiler.compile(ordered, caller)
    keeper.refresh()
    compiled = rolled.compiler.compile(ordered, caller)
    answers = [
        sorted(replace(one, principal=caller).asked(ordered), key=str) for one in (rolled, both)
    ]
    from_rollup, from_facts = answers
    assert from_facts
    for row, other in zip(from_rollup, from_facts, strict=True):
        assert all(a == b or is_same(a, b) for a, b in zip(row, other, strict=True)), (row, other)
    return list(compiled.rollups.values())


@pytest.mark.parametrize("rollup", QUESTIONS)
def test_a_rollup_answers_as_the_facts_do(
    both: BothStores, rolled: BothStores, keeper: Keeper, rollup: str
) -> None:
    used = _same_from_a_rollup(both, rolled, keeper, QUESTIONS[rollup], both.principal)
    assert used == [rollup]


def test_a_rep_is_answered_from_a_rollup_with_own_rows_alone(
    both: BothStores, rolled: BothStores, keeper: Keeper
) -> None:
    ((rep,), *_) = both.written("SELECT rep_code FROM account WHERE rep_code <> '' ORDER BY 1")
    caller = replace(
        both.principal, groups=frozenset({"sales"}), context={"currency": "EUR", "rep": rep}
    )
    used = _same_from_a_rollup(both, rolled, keeper, SALES, caller)
    assert used == ["sale_movement.by_month"]


def test_every_rollup_that_is_shipped_is_asked_for_here(both: BothStores) -> None:
    shipped = {
        f"{cube.name}.{name}"
        for cube in both.compiler.model.cubes.values()
        for name in cube.pre_aggregations
    }
    assert shipped == set(QUESTIONS)

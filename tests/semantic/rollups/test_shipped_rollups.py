"""The rollups that Loge ships can be used, and answer what they keep."""

import pytest

from semantic.access.principal import Principal
from semantic.compiling import describe_members
from semantic.query.query import Query, TimeDimension
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.run.engine import Engine
from tests.semantic.models.shipped import MODEL
from tests.semantic.oracle.clubs import CLUB
from tests.semantic.rollups.empty_star import EmptyStar

NAMES = (
    "document.by_month",
    "entitlement.by_calendar_item",
    "invoice_cell.by_month",
    "sale_movement.by_month",
)
ANALYST = Principal(CLUB, frozenset({"analyst"}), {"currency": "EUR"}, "Europe/Brussels")


@pytest.fixture(scope="module")
def kept() -> tuple[RollupCompiler, Keeper]:
    star = EmptyStar()
    keeper = Keeper(star)
    types = describe_members(MODEL, Engine(star).types_of)
    return RollupCompiler(MODEL, types, keeper), keeper


def test_every_rollup_that_is_shipped_can_be_used(kept: tuple[RollupCompiler, Keeper]) -> None:
    usable, rejected = kept[0].shapes("Europe/Brussels")
    assert rejected == ()
    assert sorted(shape.name for shape, _ in usable) == list(NAMES)
    for shape, _ in usable:
        assert all(shape.leaves.values()), shape.name


@pytest.mark.parametrize(
    ("name", "query"),
    [
        (
            "sale_movement.by_month",
            Query(
                measures=("sales.net_bookings",),
                dimensions=("sales.season_name",),
                time_dimensions=(TimeDimension("sales.moved_on", "quarter"),),
                timezone="Europe/Brussels",
            ),
        ),
    ],
)
def test_a_view_is_answered_from_a_rollup(
    kept: tuple[RollupCompiler, Keeper], name: str, query: Query
) -> None:
    compiler, keeper = kept
    keeper.build_named(compiler, name, CLUB, "Europe/Brussels")
    compiled = compiler.compile(query, ANALYST)
    assert list(compiled.rollups.values()) == [name]
    assert "rollup_sale_movement_by_month" in compiled.sql

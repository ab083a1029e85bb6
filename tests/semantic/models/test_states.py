"""States of things that are noted day by day: as of any day, and never added up over time."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import pytest

from semantic.access.principal import Principal
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query, TimeDimension
from semantic.run.engine import Engine
from semantic.sync.dimensions import CALENDAR_ITEM, DIMENSIONS
from semantic.sync.facts import FACTS, INVENTORY_DAILY, PIPELINE_SNAPSHOT
from semantic.sync.tables import UNKNOWN_ID, ColumnType, StarTable
from tests.semantic.models.shipped import MODEL
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB, MemoryFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKER = Principal(CLUB, frozenset({"root"}), {"currency": "EUR"}, "Europe/Brussels")
NOTHING = {
    ColumnType.ID: UUID(UNKNOWN_ID),
    ColumnType.TEXT: "",
    ColumnType.WHOLE: 0,
    ColumnType.TRUTH: False,
    ColumnType.UNIT: "0.01",
    ColumnType.INSTANT: datetime(2025, 1, 1),  # noqa: DTZ001 - instants of the facts are UTC
    ColumnType.DAY: date(2025, 1, 1),
}


def _id(name: str) -> UUID:
    return uuid5(CLUB, name)


def _row(table: StarTable, **given: Any) -> dict[str, Any]:
    """Build a row in which everything that is not given is empty."""
    empty = {one.name: NOTHING[one.type] for one in table.columns[1:]}
    optional = {one.name: None for one in table.columns if one.is_optional}
    return {**empty, **optional, **given}


def _noted(day: int, item: str, sold: int, month: int = 3) -> dict[str, Any]:
    return _row(
        INVENTORY_DAILY,
        day=date(2025, month, day),
        calendar_item_id=_id(item),
        season_id=_id("season"),
        kind="SEAT",
        capacity=100,
        blocked=20,
        sold=sold,
    )


def _draft(day: int, sale: str, net_minor: int) -> dict[str, Any]:
    return _row(
        PIPELINE_SNAPSHOT,
        day=date(2025, 3, day),
        sale_id=_id(sale),
        net_minor=net_minor,
        days_in_draft=day,
        currency="EUR",
    )


ITEMS = [
    _row(CALENDAR_ITEM, calendar_item_id=_id(name), name=name, status=status)
    for name, status in (("played", "PLAYED"), ("called off", "CANCELLED"), ("next", "PLANNED"))
]
INVENTORY = [
    *(_noted(day, "played", sold) for day, sold in ((1, 10), (2, 40))),
    *(_noted(day, "called off", 30) for day in (1, 2)),
    *(_noted(day, "next", sold) for day, sold in ((1, 5), (2, 6), (3, 7))),
    _noted(1, "next", 8, month=4),
]
DRAFTS = [_draft(1, "a", 1_000), _draft(1, "b", 500), _draft(2, "a", 3_000)]
"""Draft b ended on 2 March, Draft a on 3 March, on which inventory alone was noted."""


@pytest.fixture(scope="module")
def facts() -> Iterator[MemoryFacts]:
    tables = (*DIMENSIONS, *FACTS)
    store = MemoryFacts(
        {one.name: {c.name: str(c.type) for c in one.columns[1:]} for one in tables}
    )
    rows = {
        "dim_calendar_item": ITEMS,
        "fact_inventory_daily": INVENTORY,
        "fact_pipeline_snapshot": DRAFTS,
    }
    store.fill(rows)
    store.fill(rows, OTHER_CLUB)
    yield store
    store.connection.close()


@pytest.fixture(scope="module")
def compiler(facts: MemoryFacts) -> Compiler:
    return Compiler(MODEL, describe_members(MODEL, Engine(facts).types_of))


def _ask(
    facts: MemoryFacts,
    compiler: Compiler,
    measures: tuple[str, ...],
    *by: str,
    time: TimeDimension | None = None,
) -> list[tuple[Any, ...]]:
    query = Query(measures, by, () if time is None else (time,), timezone="Europe/Brussels")
    found = Engine(facts).run(compiler.compile(query, ASKER)).to_pylist()
    return [tuple(row.values()) for row in found]


def test_what_was_played_keeps_its_last_state_and_what_was_cancelled_has_none(
    facts: MemoryFacts, compiler: Compiler
) -> None:
    measures = ("inventory.sold", "inventory.capacity", "inventory.occupancy")
    found = _ask(facts, compiler, measures, "inventory.calendar_item_name")
    assert sorted(found) == [
        ("called off", 0, 0, None),
        ("next", 8, 100, 0.1),
        ("played", 40, 100, 0.5),
    ]


def test_occupancy_of_a_month_is_that_of_its_last_day(
    facts: MemoryFacts, compiler: Compiler
) -> None:
    measures = ("inventory.sold", "inventory.capacity", "inventory.free")
    found = _ask(facts, compiler, measures, time=TimeDimension("inventory.day", "month"))
    assert [row[1:] for row in found] == [(47, 200, 113), (48, 200, 112)]


def test_inventory_as_of_a_past_day_is_what_it_was_on_it(
    facts: MemoryFacts, compiler: Compiler
) -> None:
    span = (datetime(2025, 3, 1), datetime(2025, 3, 1, 23, 59, 59))  # noqa: DTZ001 - wall clock
    time = TimeDimension("inventory.day", date_range=span)
    assert _ask(facts, compiler, ("inventory.sold",), time=time) == [(45,)]


def test_drafts_that_ended_are_gone_on_the_next_day_that_was_noted(
    facts: MemoryFacts, compiler: Compiler
) -> None:
    measures = ("pipeline.draft_count", "pipeline.value", "pipeline.average_days_in_draft")
    found = _ask(facts, compiler, measures, time=TimeDimension("pipeline.day", "day"))
    days = {row[0].day: row[1:] for row in found if row[0].month == 3}
    assert [days[day][:2] for day in (1, 2, 3)] == [(2, 15), (1, 30), (0, 0)]
    assert days[1][2] == 1
    assert days[2][2] == 2
    assert days[3][2] is None

"""Histories: what a thing was when, told from what it is now and what each change found there."""

from datetime import datetime
from uuid import UUID

import polars as pl
import pytest

from semantic.sync.transforms.history import versions
from tests.semantic.sync.sources import history_frame, instant

ONE, TWO = UUID(int=11), UUID(int=12)
FIRST, SECOND = UUID(int=101), UUID(int=102)
FIELDS = ("segment", "city")


def things(*rows: tuple[UUID, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(thing.bytes, segment, city) for thing, segment, city in rows],
        schema={"thing_id": pl.Binary, "segment": pl.String, "city": pl.String},
        orient="row",
    )


def told(found: pl.DataFrame) -> list[tuple[int, int, str | None, str | None, int, int, bool]]:
    return [
        (
            UUID(bytes=row["thing_id"]).int,
            UUID(bytes=row["version_sk"]).int,
            row["segment"],
            row["city"],
            row["valid_from"].year,
            row["valid_to"].year,
            row["is_current"],
        )
        for row in found.sort("thing_id", "valid_from").iter_rows(named=True)
    ]


def test_a_thing_that_never_changed_has_one_version_named_after_itself() -> None:
    found = versions(things((ONE, "gold", None)), history_frame(), "thing_id", FIELDS)
    assert told(found) == [(11, 11, "gold", None, 1, 9999, True)]


def test_each_change_begins_a_version_named_after_its_entry() -> None:
    changes = history_frame(
        (ONE, FIRST, instant(2021, 1, 1), "segment", "bronze"),
        (ONE, SECOND, instant(2022, 1, 1), "segment", "silver"),
        (ONE, SECOND, instant(2022, 1, 1), "city", "Gent"),
    )
    found = versions(
        things((ONE, "gold", "Brugge"), (TWO, "none", None)), changes, "thing_id", FIELDS
    )
    assert told(found) == [
        (11, 11, "bronze", "Gent", 1, 2021, False),
        (11, 101, "silver", "Gent", 2021, 2022, False),
        (11, 102, "gold", "Brugge", 2022, 9999, True),
        (12, 12, "none", None, 1, 9999, True),
    ]


def test_a_value_that_was_empty_is_empty_again_in_its_version() -> None:
    changes = history_frame(
        (ONE, FIRST, instant(2021, 1, 1), "city", None),
        (ONE, SECOND, instant(2022, 1, 1), "city", "Gent"),
    )
    found = versions(things((ONE, "gold", None)), changes, "thing_id", FIELDS)
    assert [(row[1], row[3]) for row in told(found)] == [(11, None), (101, "Gent"), (102, None)]


def test_changes_of_other_fields_and_of_things_that_are_gone_begin_no_version() -> None:
    changes = history_frame(
        (ONE, FIRST, instant(2021, 1, 1), "phone", "1"),
        (TWO, SECOND, instant(2021, 1, 1), "city", "Gent"),
    )
    found = versions(things((ONE, "gold", None)), changes, "thing_id", FIELDS)
    assert told(found) == [(11, 11, "gold", None, 1, 9999, True)]


@pytest.mark.parametrize("late", [instant(2021, 1, 1), instant(2020, 6, 1)])
def test_versions_never_overlap_whatever_the_clocks_of_two_machines_said(late: datetime) -> None:
    changes = history_frame(
        (ONE, FIRST, instant(2021, 1, 1), "city", "Gent"),
        (ONE, SECOND, late, "city", "Brugge"),
    )
    found = versions(things((ONE, "gold", "Leuven")), changes, "thing_id", FIELDS)
    rows = found.sort("version_sk").rows(named=True)
    assert all(one["valid_from"] <= one["valid_to"] for one in rows)
    by_time = found.sort("valid_from", "valid_to")
    ends, begins = by_time["valid_to"][:-1], by_time["valid_from"][1:]
    assert (ends <= begins).all()

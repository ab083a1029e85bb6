"""Reading ahead: in order, whole, never further than there is room, and it ends with its block."""

import threading
from collections.abc import Iterator
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from semantic.sync.ahead import frame_of, read_ahead

NUMBERS: dict[str, list[list[int]]] = {
    "few": [[1], [2, 3]],
    "many": [[number] for number in range(50)],
    "none": [[]],
}


class Numbers:
    """A reading of numbers in parts, which may fail before one of them."""

    def __init__(self, failing: int | None = None) -> None:
        self.failing = failing
        self.parts_read = 0
        self.is_reading = threading.Event()

    def parts(self, extract: str, _changed: object) -> Iterator[pa.Table]:
        for part in NUMBERS[extract]:
            if part == [self.failing]:
                raise ConnectionError("the database was lost")
            self.parts_read += 1
            self.is_reading.set()
            yield pa.table({"number": pa.array(part, pa.int64())})


def reading(numbers: Numbers, *names: str) -> Any:
    return read_ahead(numbers, names, None)  # type: ignore[arg-type]  # what it needs of a reading


def test_extracts_come_in_order_each_with_all_its_rows() -> None:
    with reading(Numbers(), "few", "none", "many") as ahead:
        assert ahead.frame()["number"].to_list() == [1, 2, 3]
        assert ahead.frame().is_empty()
        assert [part["number"].to_list() for part in ahead.parts()] == NUMBERS["many"]


def test_no_more_is_read_than_there_is_room_for_and_nothing_after_the_block() -> None:
    numbers = Numbers()
    before = threading.active_count()

    def fail() -> None:
        with reading(numbers, "many", "few"):
            assert numbers.is_reading.wait(20)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert numbers.parts_read < 20
    assert threading.active_count() == before


def test_what_reading_raises_is_raised_where_the_rows_are_wanted() -> None:
    with reading(Numbers(failing=2), "few", "many") as ahead:
        assert ahead.frame()["number"].to_list() == [1, 2, 3]
        with pytest.raises(ConnectionError, match="was lost"):
            ahead.frame()


def test_an_extract_is_a_table() -> None:
    with pytest.raises(TypeError, match="no table"):
        frame_of(pl.Series([1]).to_arrow())

"""Answers as rows of Python's values, part by part or all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from reports.render.answers import Answers

Row = dict[str, Any]


def read_parts(reader: pa.RecordBatchReader, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Read the values of some columns, row by row, while their batches come."""
    for batch in reader:
        yield from zip(*(batch.column(key).to_pylist() for key in keys), strict=True)


def read_all(answers: Answers, query: str) -> list[Row]:
    """Read a whole answer; it is one of the small ones."""
    with answers.open(query) as reader:
        found: list[Row] = reader.read_all().to_pylist()
        return found

"""Columns of results as JSON: numbers as texts, as Cube has it, or exact ones on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

PLAIN_SCALE = 6
"""Up to so many decimals Arrow writes a decimal without an exponent."""


def json_column(column: pa.ChunkedArray, *, is_time: bool, has_typed_numbers: bool) -> list[Any]:
    """Turn a column into what stands in JSON, one value for each row.

    Args:
        column: as the engine returned it.
        is_time: it is a time member, shown as `YYYY-MM-DDTHH:mm:ss.SSS` without a zone.
        has_typed_numbers: numbers become JSON numbers, decimals digit by digit, not texts.
    """
    kind = column.type
    if pa.types.is_date(kind):
        column, kind = column.cast(pa.timestamp("ms")), pa.timestamp("ms")
    if pa.types.is_timestamp(kind):
        return _times(column)
    if pa.types.is_decimal(kind):
        write = _fragment if has_typed_numbers else _fixed
        return _decimals(column, write)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        values: list[Any] = _numbers(column, has_typed_numbers=has_typed_numbers)
        return values
    if is_time or pa.types.is_string(kind) or pa.types.is_boolean(kind):
        plain: list[Any] = column.to_pylist()
        return plain
    return [None if value is None else str(value) for value in column.to_pylist()]


def _times(column: pa.ChunkedArray) -> list[Any]:
    """Write moments to the millisecond; what lies below it is cut off."""
    moments = column.cast(pa.timestamp("ms"), safe=False)
    written: list[Any] = pc.strftime(moments, format="%Y-%m-%dT%H:%M:%S").to_pylist()
    return written


def _numbers(column: pa.ChunkedArray, *, has_typed_numbers: bool) -> list[Any]:
    if pa.types.is_floating(column.type):
        # JSON has no word for what is not finite, and neither has a sum of money.
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    shown = column if has_typed_numbers else column.cast(pa.string())
    values: list[Any] = shown.to_pylist()
    return values


def _decimals(column: pa.ChunkedArray, write: Callable[[Decimal], Any]) -> list[Any]:
    if write is _fixed and column.type.scale <= PLAIN_SCALE:
        texts: list[Any] = column.cast(pa.string()).to_pylist()
        return texts
    return [None if value is None else write(value) for value in column.to_pylist()]


def _fixed(value: Decimal) -> str:
    return format(value, "f")


def _fragment(value: Decimal) -> orjson.Fragment:
    """Write a decimal as a JSON number of exactly its digits."""
    return orjson.Fragment(format(value, "f"))

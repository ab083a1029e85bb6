"""Columns as the engine has them, brought to the one Arrow type that each type is encoded from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from semantic.wire.encoding.arrays import is_list
from semantic.wire.encoding.types import (
    BOOL,
    BYTEA,
    DATE,
    ELEMENTS,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    NUMERIC,
    OID,
    TEXT,
    TEXTS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    EncodingError,
    name_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_IS = pa.types
_MISMATCH, _OUT_OF_RANGE, _UNSENT = "42804", "22003", "0A000"
_TARGETS = {
    BOOL: pa.bool_(),
    BYTEA: pa.binary(),
    INT8: pa.int64(),
    INT2: pa.int16(),
    INT4: pa.int32(),
    OID: pa.uint32(),
    FLOAT4: pa.float32(),
    FLOAT8: pa.float64(),
    DATE: pa.date32(),
    TIME: pa.time64("us"),
    TIMESTAMP: pa.timestamp("us"),
    TIMESTAMPTZ: pa.timestamp("us", "UTC"),
    INTERVAL: pa.month_day_nano_interval(),
    UUID: pa.binary(),
    **dict.fromkeys(TEXTS, pa.binary()),
}


def _is_text(kind: pa.DataType) -> bool:
    return bool(_IS.is_string(kind) or _IS.is_large_string(kind) or _IS.is_string_view(kind))


def _is_whole(kind: pa.DataType) -> bool:
    return bool(_IS.is_integer(kind) or (_IS.is_decimal(kind) and kind.scale == 0))


def _is_number(kind: pa.DataType) -> bool:
    return bool(_IS.is_integer(kind) or _IS.is_decimal(kind) or _IS.is_floating(kind))


def _is_day(kind: pa.DataType) -> bool:
    return bool(_IS.is_date(kind))


def _is_moment(kind: pa.DataType) -> bool:
    return bool(_IS.is_date(kind) or (_IS.is_timestamp(kind) and kind.tz is None))


def _is_instant(kind: pa.DataType) -> bool:
    return bool(_IS.is_timestamp(kind) and kind.tz is not None)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(_IS.is_binary(kind) or _IS.is_large_binary(kind) or _IS.is_binary_view(kind))


_FITS: dict[int, Callable[[pa.DataType], bool]] = {
    BOOL: _IS.is_boolean,
    BYTEA: _is_bytes,
    **dict.fromkeys((INT2, INT4, INT8, OID), _is_whole),
    **dict.fromkeys((FLOAT4, FLOAT8, NUMERIC), _is_number),
    DATE: _is_day,
    TIME: _IS.is_time,
    TIMESTAMP: _is_moment,
    TIMESTAMPTZ: _is_instant,
    INTERVAL: _IS.is_interval,
    UUID: _is_text,
    **dict.fromkeys(TEXTS, _is_text),
}


_OIDS = (
    (_IS.is_null, TEXT),
    (_IS.is_boolean, BOOL),
    (_is_whole, NUMERIC),
    (_IS.is_decimal, NUMERIC),
    (_IS.is_float32, FLOAT4),
    (_IS.is_floating, FLOAT8),
    (_is_text, TEXT),
    (_is_bytes, BYTEA),
    (_is_day, DATE),
    (_is_instant, TIMESTAMPTZ),
    (_IS.is_timestamp, TIMESTAMP),
    (_IS.is_time, TIME),
    (_IS.is_interval, INTERVAL),
)


def is_known(oid: int) -> bool:
    """Tell whether values of a type can be sent."""
    return ELEMENTS.get(oid, oid) in _FITS


def oid_of(kind: pa.DataType) -> int:
    """Return the type of PostgreSQL that shows values of a type of Arrow without loss.

    Raises:
        EncodingError: there is none.
    """
    if _IS.is_dictionary(kind):
        return oid_of(kind.value_type)
    if is_list(kind):
        element = oid_of(kind.value_type)
        return next(array for array, known in ELEMENTS.items() if known == element)
    for fits, oid in _OIDS:
        if fits(kind):
            return oid
    raise EncodingError(f"values of type {kind} have no text", _UNSENT)


def make_canonical(column: pa.Array, oid: int) -> pa.Array:
    """Bring a column to the Arrow type from which a type that is no array is encoded.

    Numbers for numeric become int64, decimal128, decimal256 or float64, whichever holds them.

    Raises:
        EncodingError: its values are of another kind, or do not fit.
    """
    if _IS.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if _IS.is_null(kind):
        return pa.nulls(len(column), _TARGETS.get(oid, pa.int64()))
    if not _FITS[oid](kind):
        message = f"a column of {name_of(oid)} cannot be sent from values of type {kind}"
        raise EncodingError(message, _MISMATCH)
    target = _numeric(kind) if oid == NUMERIC else _TARGETS[oid]
    if kind == target:
        return column
    is_cut = _IS.is_temporal(kind) or oid in (FLOAT4, FLOAT8)
    try:
        return column.cast(target, safe=not is_cut)
    except pa.ArrowInvalid as error:
        raise EncodingError(f"{name_of(oid)} out of range", _OUT_OF_RANGE) from error


def _numeric(kind: pa.DataType) -> pa.DataType:
    if _IS.is_floating(kind):
        return pa.float64()
    if _IS.is_uint64(kind):
        return pa.decimal128(20, 0)
    if _IS.is_integer(kind):
        return pa.int64()
    if _IS.is_decimal256(kind):
        return kind
    return pa.decimal128(max(kind.precision, 1), kind.scale)

"""Parameters as clients send them, as the text that PostgreSQL would show of them."""

from __future__ import annotations

import re
import struct
import uuid
from typing import TYPE_CHECKING

import numpy as np

from semantic.wire.contracts import TEXT as TEXT_FORMAT
from semantic.wire.encoding.binary import EPOCH_DAYS, EPOCH_MICROS, NULL_LENGTH
from semantic.wire.encoding.floats import write_float
from semantic.wire.encoding.intervals import write_interval
from semantic.wire.encoding.moments import (
    DAY,
    INFINITE_DAY,
    INFINITE_MOMENT,
    SECOND,
    write_day,
    write_moment,
    write_time,
)
from semantic.wire.encoding.numerics import ABOVE, BASE, BELOW, GROUP, NAN, NEGATIVE
from semantic.wire.encoding.text import QUOTED
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
    JSONB,
    NUMERIC,
    OID,
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

_BINARY, _CHARACTERS, _UNSENT = "22P03", "22021", "0A000"
_FORMS = {
    BOOL: struct.Struct(">?"),
    INT2: struct.Struct(">h"),
    INT4: struct.Struct(">i"),
    INT8: struct.Struct(">q"),
    OID: struct.Struct(">I"),
    FLOAT4: struct.Struct(">f"),
    FLOAT8: struct.Struct(">d"),
    DATE: struct.Struct(">i"),
    TIME: struct.Struct(">q"),
    TIMESTAMP: struct.Struct(">q"),
    TIMESTAMPTZ: struct.Struct(">q"),
    INTERVAL: struct.Struct(">qii"),
}
_NUMERIC_HEAD = struct.Struct(">hhHH")
_ARRAY_HEAD = struct.Struct(">iii")
_DIMENSION = struct.Struct(">ii")
_LENGTH = struct.Struct(">i")
_DAY_MICROS = DAY * SECOND
_SPECIAL = {NAN: "NaN", ABOVE: "Infinity", BELOW: "-Infinity"}
_LARGEST = 1000
"""Groups before the point, and decimals, beyond which no number of the facts comes near."""


def decode_parameter(oid: int, format_: int, sent: bytes | None) -> str | None:
    """Return the text of a parameter; None where there is no value.

    Raises:
        EncodingError: the bytes are no value of the type, or binary of a type that is not known.
    """
    if sent is None:
        return None
    if format_ == TEXT_FORMAT:
        return _characters(sent)
    element = ELEMENTS.get(oid)
    if element is None and oid not in _DECODERS and oid not in _FORMS:
        message = f"a parameter of {name_of(oid)} is not read in binary; send it as text"
        raise EncodingError(message, _UNSENT)
    try:
        return _decode(oid, sent) if element is None else _decode_array(element, sent)
    except (struct.error, ValueError, OverflowError) as error:
        message = f"incorrect binary data of a parameter of {name_of(oid)}"
        raise EncodingError(message, _BINARY) from error


def _decode(oid: int, sent: bytes) -> str:
    form = _FORMS.get(oid)
    if form is None:
        return _DECODERS[oid](sent)
    values = form.unpack(sent)
    shown = _SHOWN.get(oid)
    return str(values[0]) if shown is None else shown(*values)


def _characters(sent: bytes) -> str:
    try:
        text = sent.decode()
    except UnicodeDecodeError as error:
        message = "invalid byte sequence for encoding UTF8 in a parameter"
        raise EncodingError(message, _CHARACTERS) from error
    if "\0" in text:
        raise EncodingError("a parameter has the character 0, which no text may have", _CHARACTERS)
    return text


def _decode_jsonb(sent: bytes) -> str:
    if sent[:1] != b"\x01":
        raise ValueError(sent)
    return _characters(sent[1:])


def _decode_numeric(sent: bytes) -> str:
    count, weight, sign, scale = _NUMERIC_HEAD.unpack_from(sent)
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if sign not in (0, NEGATIVE) or not 0 <= scale <= _LARGEST or abs(weight) > _LARGEST:
        raise ValueError(sent)
    groups = struct.unpack(f">{count}H", sent[_NUMERIC_HEAD.size :])
    number = 0
    for group in groups:
        if group >= BASE:
            raise ValueError(sent)
        number = number * BASE + group
    shift = (weight - count + 1) * GROUP + scale
    number = number * 10**shift if shift >= 0 else number // 10**-shift
    digits = str(number).zfill(scale + 1)
    whole, behind = (digits[:-scale], f".{digits[-scale:]}") if scale else (digits, "")
    return f"{'-' if sign and number else ''}{whole}{behind}"


def _decode_array(element: int, sent: bytes) -> str:
    """Write an array as PostgreSQL shows it; where its indexes begin is not kept."""
    dimensions, _, type_ = _ARRAY_HEAD.unpack_from(sent)
    if type_ != element:
        raise ValueError(sent)
    place, written = _ARRAY_HEAD.size, []
    if dimensions > 1:
        raise EncodingError("a parameter is an array of arrays; send one of values", _UNSENT)
    count = 0
    if dimensions:
        count, _ = _DIMENSION.unpack_from(sent, place)
        place += _DIMENSION.size
    for _ in range(count):
        (length,) = _LENGTH.unpack_from(sent, place)
        place += _LENGTH.size
        if length == NULL_LENGTH:
            written.append("NULL")
            continue
        if not 0 <= length <= len(sent) - place:
            raise ValueError(sent)
        written.append(_quote(_decode(element, sent[place : place + length])))
        place += length
    if place != len(sent):
        raise ValueError(sent)
    return f"{{{','.join(written)}}}"


def _quote(text: str) -> str:
    if re.search(QUOTED, text) is None:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _show_day(days: int) -> str:
    if days in (INFINITE_DAY, -INFINITE_DAY - 1):
        return "infinity" if days > 0 else "-infinity"
    return write_day(days + EPOCH_DAYS)


def _show_moment(micros: int, offset: str = "") -> str:
    if micros in (INFINITE_MOMENT, -INFINITE_MOMENT - 1):
        return "infinity" if micros > 0 else "-infinity"
    return write_moment(micros + EPOCH_MICROS, offset)


def _show_time(micros: int) -> str:
    if not 0 <= micros <= _DAY_MICROS:
        raise ValueError(micros)
    return write_time(micros)


_DECODERS: dict[int, Callable[[bytes], str]] = {
    **dict.fromkeys(TEXTS, _characters),
    JSONB: _decode_jsonb,
    BYTEA: lambda sent: f"\\x{sent.hex()}",
    NUMERIC: _decode_numeric,
    UUID: lambda sent: str(uuid.UUID(bytes=sent)),
}
_SHOWN: dict[int, Callable[..., str]] = {
    BOOL: lambda value: "t" if value else "f",
    FLOAT4: lambda value: write_float(np.float32(value)),
    FLOAT8: lambda value: write_float(np.float64(value)),
    DATE: _show_day,
    TIME: _show_time,
    TIMESTAMP: _show_moment,
    TIMESTAMPTZ: lambda micros: _show_moment(micros, "+00"),
    INTERVAL: lambda micros, days, months: write_interval(months, days, micros),
}

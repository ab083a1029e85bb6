"""Casts as PostgreSQL does them, and lists of values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.query.zones import zone_of
from semantic.sqlapi.functions import as_text, wall_clock
from semantic.sqlapi.statements import INVALID_TEXT, NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import (
    DIGITS,
    NUMBERS,
    TIMES,
    WHOLE,
    Typed,
    ValueKind,
    as_kind,
    duckdb_type,
    exact,
    literal,
    moment,
    read_literal,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_TYPES: dict[exp.DType, tuple[ValueKind, str]] = {
    exp.DType.SMALLINT: (ValueKind.INT4, "SMALLINT"),
    exp.DType.INT: (ValueKind.INT4, "INTEGER"),
    exp.DType.BIGINT: (ValueKind.INT, "BIGINT"),
    exp.DType.FLOAT: (ValueKind.FLOAT, "FLOAT"),
    exp.DType.DOUBLE: (ValueKind.FLOAT, "DOUBLE"),
    exp.DType.DECIMAL: (ValueKind.NUMERIC, ""),
    exp.DType.TEXT: (ValueKind.TEXT, "VARCHAR"),
    exp.DType.VARCHAR: (ValueKind.TEXT, "VARCHAR"),
    exp.DType.BOOLEAN: (ValueKind.BOOL, "BOOLEAN"),
    exp.DType.DATE: (ValueKind.DATE, "DATE"),
    exp.DType.TIMESTAMP: (ValueKind.TIMESTAMP, "TIMESTAMP"),
    exp.DType.TIMESTAMPNTZ: (ValueKind.TIMESTAMP, "TIMESTAMP"),
    exp.DType.TIMESTAMPTZ: (ValueKind.TIMESTAMPTZ, "TIMESTAMP WITH TIME ZONE"),
    exp.DType.INTERVAL: (ValueKind.INTERVAL, "INTERVAL"),
}


def cast(node: exp.Cast, read: Callable[[exp.Expr], Typed], zone: str) -> Typed:
    """Rebuild a cast.

    Raises:
        SqlError: to a type that is not known here, or that the value cannot become.
    """
    to: exp.Expr = node.args["to"]
    known = _TYPES.get(to.this) if isinstance(to, exp.DataType) else None
    if known is None:
        raise SqlError(f"a cast to {to.sql('postgres')} is not understood here", NOT_SUPPORTED)
    kind, type_ = known
    widths = [int(one.name) for one in to.expressions if one.name.isdigit()]
    return convert(read(node.this), kind, type_, widths, zone)


def convert(one: Typed, kind: ValueKind, type_: str, widths: list[int], zone: str) -> Typed:
    """Convert an expression to a type; `widths` are its length, or its digits and decimals."""
    if one.kind is ValueKind.UNKNOWN and kind is not ValueKind.TEXT:
        one = read_literal(one, kind, zone)
    if kind in NUMBERS:
        return _to_number(one, kind, type_, widths)
    if kind is ValueKind.TEXT:
        text = as_text(one, "CAST")
        if not widths:
            return text
        return Typed(write(f'"left"({{0}}, {widths[0]})', text), kind)
    if kind in TIMES:
        return _to_time(one, kind, zone)
    if one.kind is kind:
        return one
    if kind is ValueKind.BOOL and one.kind in WHOLE:
        return Typed(write("({0}) <> 0", one), kind)
    raise _refuse(one, kind)


def _to_number(one: Typed, kind: ValueKind, type_: str, widths: list[int]) -> Typed:
    if one.kind is ValueKind.BOOL and kind in WHOLE:
        return Typed(write("CAST({0} AS INTEGER)", one), kind)
    if one.kind not in (*NUMBERS, ValueKind.TEXT):
        raise _refuse(one, kind)
    if kind is ValueKind.NUMERIC:
        return _to_decimal(one, widths)
    if kind is ValueKind.FLOAT:
        return Typed(write(f"CAST({{0}} AS {type_})", one), kind)
    if one.kind in (ValueKind.FLOAT, ValueKind.NUMBER):
        # PostgreSQL rounds doubles to even numbers, and decimals away from zero.
        one = Typed(write("round_even(CAST({0} AS DOUBLE), 0)", one), ValueKind.FLOAT)
    elif one.kind is ValueKind.NUMERIC:
        one = Typed(write("round({0}, 0)", one), ValueKind.NUMERIC)
    return Typed(write(f"CAST({{0}} AS {type_})", one), kind)


def _to_decimal(one: Typed, widths: list[int]) -> Typed:
    digits, scale = (*widths, 0, 0)[:2]
    if len(widths) > 0 and not (0 < digits <= DIGITS and scale <= digits):
        raise SqlError(f"numeric has {DIGITS} digits at most here", NOT_SUPPORTED)
    if one.kind in (ValueKind.FLOAT, ValueKind.NUMBER):
        one = exact(one)
    if not widths:
        if one.kind is ValueKind.TEXT:
            return Typed(
                write(f"CAST({{0}} AS {duckdb_type(ValueKind.NUMERIC)})", one),
                ValueKind.NUMERIC,
                is_divided=True,
            )
        return Typed(one.parts, ValueKind.NUMERIC, is_divided=one.is_divided)
    rounded = write(f"round({{0}}, {scale})", one) if one.kind is ValueKind.NUMERIC else one.parts
    parts = write(f"CAST({{0}} AS DECIMAL({digits}, {scale}))", rounded)
    return Typed(parts, ValueKind.NUMERIC)


def _to_time(one: Typed, kind: ValueKind, zone: str) -> Typed:
    if one.kind is ValueKind.TEXT:
        hint = "cast a literal, or truncate a column of time"
        raise SqlError(f"a text cannot be cast to {kind} here", NOT_SUPPORTED, hint)
    if one.kind not in TIMES:
        raise _refuse(one, kind)
    if TIMES.index(one.kind) <= TIMES.index(kind):
        return as_kind(one, kind, zone)
    value = one.moment
    if isinstance(value, datetime):
        wall = (
            value if value.tzinfo is None else value.astimezone(zone_of(zone)).replace(tzinfo=None)
        )
        return moment(wall.date() if kind is ValueKind.DATE else wall)
    wall_ = wall_clock(one, zone)
    if kind is ValueKind.TIMESTAMP:
        return wall_
    return Typed(write("CAST({0} AS DATE)", wall_), kind)


def _refuse(one: Typed, kind: ValueKind) -> SqlError:
    return SqlError(f"cannot cast type {one.kind} to {kind}", "42846")


def read_array(node: exp.Expr, read: Callable[[exp.Expr], Typed]) -> list[Typed]:
    """Read a list of values: ARRAY[…], or a text such as '{a,b}'.

    Raises:
        SqlError: it is none.
    """
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    if isinstance(node, exp.Array):
        return [read(one) for one in node.expressions]
    if isinstance(node, exp.Literal) and node.is_string:
        return [
            literal(one) if one is not None else read(exp.Null()) for one in elements(node.this)
        ]
    raise SqlError("ANY and ALL take a list of values here", NOT_SUPPORTED, "write ARRAY[…]")


def elements(text: str) -> list[str | None]:
    """Take the text of an array apart.

    Raises:
        SqlError: it is none, or one with several dimensions.
    """
    inner = text.strip()
    if not inner.startswith("{") or not inner.endswith("}"):
        raise SqlError(f'malformed array literal: "{text}"', INVALID_TEXT)
    found: list[str | None] = []
    word, is_quoted, is_open, is_escaped = "", False, False, False
    for one in f"{inner[1:-1]}," if inner[1:-1].strip() else "":
        if is_escaped:
            word, is_escaped = word + one, False
        elif one == "\\":
            is_escaped = True
        elif one == '"':
            is_open, is_quoted = not is_open, True
        elif one in "{}" and not is_open:
            raise SqlError("arrays of several dimensions are not understood", NOT_SUPPORTED)
        elif one == "," and not is_open:
            plain = word if is_quoted else word.strip()
            found.append(None if plain.upper() == "NULL" and not is_quoted else plain)
            word, is_quoted = "", False
        else:
            word += one
    if is_open or is_escaped:
        raise SqlError(f'malformed array literal: "{text}"', INVALID_TEXT)
    return found

"""The functions that SQL over views may call, each written anew for DuckDB from a list.

What is not on the list does not exist here, whatever PostgreSQL or DuckDB have under that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.query.zones import canonical_zone
from semantic.sqlapi.statements import (
    DATATYPE_MISMATCH,
    INVALID_PARAMETER,
    NOT_SUPPORTED,
    SqlError,
)
from semantic.sqlapi.typed import (
    DIGITS,
    NUMBERS,
    TIMES,
    WHOLE,
    Typed,
    ValueKind,
    as_kind,
    exact,
    listed,
    literal,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[exp.Expr], Typed]

_ROUNDED_AT_MOST = 15
_FORMAT = re.compile(r"(?:%[YmdHMSIfp]|[^A-Za-z%])*")
_TEXTS = (
    *WHOLE,
    ValueKind.TEXT,
    ValueKind.BOOL,
    ValueKind.NUMERIC,
    ValueKind.DATE,
    ValueKind.TIMESTAMP,
)


def as_text(one: Typed, what: str) -> Typed:
    """Write a value as PostgreSQL does.

    Raises:
        SqlError: DuckDB would write it otherwise.
    """
    if one.kind in (ValueKind.TEXT, ValueKind.UNKNOWN):
        return as_kind(one, ValueKind.TEXT, "")
    if one.kind not in _TEXTS or one.is_divided:
        hint = "round it: CAST(ROUND(CAST(x AS numeric), 2) AS text)"
        raise SqlError(f"{what}: {one.kind} cannot be written as text here", NOT_SUPPORTED, hint)
    return Typed(write("CAST({0} AS VARCHAR)", one), ValueKind.TEXT)


def call(node: exp.Expr, read: Read, zone: str) -> Typed | None:
    """Write a call of a function, None where the node is none of the list."""
    written = _WRITERS.get(type(node))
    return None if written is None else written(node, read, zone)


def _number(node: exp.Expr, read: Read) -> Typed:
    one = read(node)
    if one.kind is ValueKind.UNKNOWN:
        one = as_kind(one, ValueKind.FLOAT, "")
    if one.kind not in NUMBERS:
        raise SqlError(f"a number is needed, not {one.kind}", DATATYPE_MISMATCH)
    return one


def _text(node: exp.Expr, read: Read) -> Typed:
    one = read(node)
    if one.kind not in (ValueKind.TEXT, ValueKind.UNKNOWN):
        hint = "write CAST(x AS text)"
        raise SqlError(f"a text is needed, not {one.kind}", DATATYPE_MISMATCH, hint)
    return as_kind(one, ValueKind.TEXT, "")


def _count(node: exp.Expr | None, what: str, least: int = 0) -> str:
    """Read a number of characters or digits, which has to stand there as such."""
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        count = int(node.this)
        if least <= count < 1_000_000:  # noqa: PLR2004 - more characters than any text has
            return str(count)
    raise SqlError(f"{what} has to be a whole number from {least} on", NOT_SUPPORTED)


def _of_text(template: str, kind: ValueKind = ValueKind.TEXT) -> Callable[..., Typed]:
    def written(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
        return Typed(write(template, _text(node.this, read)), kind)

    return written


def _of_double(template: str) -> Callable[..., Typed]:
    def written(node: exp.Expr, read: Read, zone: str) -> Typed:
        if node.args.get("expression") is not None:
            raise SqlError(f"{node.key} takes one number here", NOT_SUPPORTED)
        one = as_kind(_number(node.this, read), ValueKind.FLOAT, zone)
        return Typed(write(template, one), ValueKind.FLOAT)

    return written


def _absolute(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    one = _number(node.this, read)
    return Typed(write("abs({0})", one), one.kind, is_divided=one.is_divided)


def _whole(name: str) -> Callable[..., Typed]:
    """Round down or up; of a whole number PostgreSQL makes a double."""

    def written(node: exp.Expr, read: Read, zone: str) -> Typed:
        if node.args.get("decimals") is not None or node.args.get("to") is not None:
            raise SqlError(f"{name} takes one number here", NOT_SUPPORTED, "use ROUND(x, n)")
        one = _number(node.this, read)
        if one.kind is not ValueKind.NUMERIC:
            one = as_kind(one, ValueKind.FLOAT, zone)
        return Typed(write(f"{name}({{0}})", one), one.kind, is_divided=one.is_divided)

    return written


def _round(node: exp.Expr, read: Read, zone: str) -> Typed:
    """Round decimals away from zero, doubles to even ones."""
    one = _number(node.this, read)
    if node.args.get("decimals") is not None:
        digits = _count(node.args["decimals"], "the number of decimals")
        if int(digits) > _ROUNDED_AT_MOST:
            message = f"ROUND knows {_ROUNDED_AT_MOST} decimals at most"
            raise SqlError(message, NOT_SUPPORTED)
        decimals = exact(one) if one.kind is not ValueKind.NUMERIC else one
        parts = write(f"CAST(round({{0}}, {digits}) AS DECIMAL({DIGITS}, {digits}))", decimals)
        return Typed(parts, ValueKind.NUMERIC)
    if one.kind is ValueKind.NUMERIC:
        return Typed(write("round({0}, 0)", one), one.kind)
    doubled = as_kind(one, ValueKind.FLOAT, zone)
    return Typed(write("round_even({0}, 0)", doubled), ValueKind.FLOAT)


def _power(node: exp.Expr, read: Read, zone: str) -> Typed:
    if isinstance(node.parent, exp.Neg) or isinstance(node.this, exp.Pow):
        message = "it is not clear what ^ is about; add parentheses"
        raise SqlError(message, NOT_SUPPORTED)
    both = [
        as_kind(_number(one, read), ValueKind.FLOAT, zone) for one in (node.this, node.expression)
    ]
    return Typed(write("power({0}, {1})", *both), ValueKind.FLOAT)


def _substring(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    start = _count(node.args.get("start"), "the start of a substring", 1)
    text = _text(node.this, read)
    if node.args.get("length") is None:
        return Typed(write(f"substring({{0}}, {start})", text), ValueKind.TEXT)
    length = _count(node.args["length"], "the length of a substring")
    return Typed(write(f"substring({{0}}, {start}, {length})", text), ValueKind.TEXT)


def _end(name: str) -> Callable[..., Typed]:
    def written(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
        count = _count(node.expression, f"the length of {name}")
        return Typed(write(f'"{name}"({{0}}, {count})', _text(node.this, read)), ValueKind.TEXT)

    return written


def _pad(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    name = "lpad" if node.args.get("is_left") else "rpad"
    length = _count(node.expression, f"the length of {name}")
    fill = node.args.get("fill_pattern")
    filled = as_kind(literal(" "), ValueKind.TEXT, "") if fill is None else _text(fill, read)
    return Typed(
        write(f"{name}({{0}}, {length}, {{1}})", _text(node.this, read), filled), ValueKind.TEXT
    )


def _trim(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.args.get("position") or "", "trim")
    what = node.args.get("expression")
    cut = as_kind(literal(" "), ValueKind.TEXT, "") if what is None else _text(what, read)
    return Typed(write(f"{name}({{0}}, {{1}})", _text(node.this, read), cut), ValueKind.TEXT)


def _given(node: exp.Expr | None, what: str) -> Typed:
    """Read a text that has to stand there as such and have a character."""
    if isinstance(node, exp.Literal) and node.is_string and node.this:
        return as_kind(literal(node.this), ValueKind.TEXT, "")
    raise SqlError(f"{what} has to be a text of its own, and not an empty one", NOT_SUPPORTED)


def _replace(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    text, new = _text(node.this, read), _text(node.args["replacement"], read)
    old = _given(node.expression, "what REPLACE looks for")
    return Typed(write("replace({0}, {1}, {2})", text, old, new), ValueKind.TEXT)


def _split(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    between = _given(node.args.get("delimiter"), "what SPLIT_PART splits at")
    index = _count(node.args.get("part_index"), "the number of the part", 1)
    text = _text(node.this, read)
    return Typed(write(f"split_part({{0}}, {{1}}, {index})", text, between), ValueKind.TEXT)


def _position(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    if any(node.args.get(one) is not None for one in ("position", "occurrence")):
        raise SqlError("POSITION takes two texts here", NOT_SUPPORTED)
    both = (_text(node.this, read), _text(node.args["substr"], read))
    return Typed(write("strpos({0}, {1})", *both), ValueKind.INT4)


def _concatenate(node: exp.Expr, read: Read, zone: str) -> Typed:  # noqa: ARG001 - as all of the list
    several = [read(one) for one in node.expressions]
    if any(one.kind is ValueKind.BOOL or one.is_divided for one in several):
        raise SqlError("CONCAT takes texts, whole numbers and moments here", NOT_SUPPORTED)
    texts = [as_text(one, "CONCAT") for one in several]
    name = "concat_ws" if isinstance(node, exp.ConcatWs) else "concat"
    return Typed((f"{name}(", *listed(texts), ")"), ValueKind.TEXT)


def _format(node: exp.Expr, read: Read, zone: str) -> Typed:
    """Write a moment by a pattern of digits."""
    one, pattern = read(node.this), node.args.get("format")
    is_known = isinstance(pattern, exp.Literal) and _FORMAT.fullmatch(str(pattern.this))
    if one.kind not in TIMES or not isinstance(pattern, exp.Literal) or not is_known:
        hint = "TO_CHAR writes moments by YYYY, MM, DD, HH24, HH12, MI, SS and US"
        raise SqlError("this pattern of TO_CHAR is not known here", NOT_SUPPORTED, hint)
    clock = wall_clock(one, zone)
    shown = as_kind(literal(pattern.this), ValueKind.TEXT, "")
    return Typed(write("strftime({0}, {1})", clock, shown), ValueKind.TEXT)


def wall_clock(one: Typed, zone: str) -> Typed:
    """Show a moment on the clock of the session."""
    if one.kind is not ValueKind.TIMESTAMPTZ:
        return as_kind(one, ValueKind.TIMESTAMP, zone)
    shown = as_kind(literal(zone), ValueKind.TEXT, "")
    return Typed(write("(({0}) AT TIME ZONE {1})", one, shown), ValueKind.TIMESTAMP)


def _at_zone(node: exp.Expr, read: Read, zone: str) -> Typed:
    """Show an instant on the clock of a zone, or take a wall clock of it for an instant."""
    one = read(node.this)
    if one.kind is ValueKind.UNKNOWN:
        one = as_kind(one, ValueKind.TIMESTAMPTZ, zone)
    name = node.args.get("zone")
    if one.kind not in TIMES or not isinstance(name, exp.Literal) or not name.is_string:
        message = "AT TIME ZONE needs a moment and the name of a zone"
        raise SqlError(message, NOT_SUPPORTED)
    return at_zone(one, str(name.this), zone)


def at_zone(one: Typed, name: str, zone: str) -> Typed:
    """Show an instant on the clock of a zone, or take a wall clock of it for an instant."""
    known = canonical_zone(name)
    if known is None:
        raise SqlError(f'time zone "{name}" not recognized', INVALID_PARAMETER)
    moment_ = as_kind(one, ValueKind.TIMESTAMPTZ, zone) if one.kind is ValueKind.DATE else one
    is_wall = moment_.kind is ValueKind.TIMESTAMP
    kind = ValueKind.TIMESTAMPTZ if is_wall else ValueKind.TIMESTAMP
    shown = as_kind(literal(known), ValueKind.TEXT, "")
    return Typed(write("(({0}) AT TIME ZONE {1})", moment_, shown), kind)


_WRITERS: dict[type[exp.Expr], Callable[..., Typed]] = {
    exp.Upper: _of_text("upper({0})"),
    exp.Lower: _of_text("lower({0})"),
    exp.Length: _of_text("length({0})", ValueKind.INT4),
    exp.Reverse: _of_text("reverse({0})"),
    exp.Substring: _substring,
    exp.Left: _end("left"),
    exp.Right: _end("right"),
    exp.Pad: _pad,
    exp.Trim: _trim,
    exp.Replace: _replace,
    exp.SplitPart: _split,
    exp.StrPosition: _position,
    exp.Concat: _concatenate,
    exp.ConcatWs: _concatenate,
    exp.TimeToStr: _format,
    exp.AtTimeZone: _at_zone,
    exp.Abs: _absolute,
    exp.Ceil: _whole("ceil"),
    exp.Floor: _whole("floor"),
    exp.Trunc: _whole("trunc"),
    exp.Round: _round,
    exp.Pow: _power,
    exp.Sqrt: _of_double("sqrt({0})"),
    exp.Ln: _of_double("ln({0})"),
    exp.Log: _of_double("log10({0})"),
    exp.Exp: _of_double("exp({0})"),
    exp.Sign: _of_double("CAST(sign({0}) AS DOUBLE)"),
}

"""Pieces of SQL with their types: texts of this package, and between them names and values.

No text of a caller is ever a part. Literals become constants, columns operands or names that this
package made up, functions templates of its own list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from semantic.query.query import Constant, Operand, Query
from semantic.query.zones import zone_of
from semantic.sqlapi.intervals import Interval, read_interval
from semantic.sqlapi.statements import (
    DATATYPE_MISMATCH,
    INVALID_DATETIME,
    INVALID_TEXT,
    NUMERIC_OUT_OF_RANGE,
    SqlError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Part = str | Operand | Constant | Query
"""Text, a dimension of a row, a value, or the rows that answer a query."""
Parts = tuple[Part, ...]

DIGITS = 38
"""How many digits numbers have at most."""
_SCALE = 16
_INT4, _INT8 = 2**31, 2**63
_SLOT = re.compile(r"\{(\d)\}")
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?"
    r"\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_TRUTHS = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), False),
}


class ValueKind(StrEnum):
    """What kind of values an expression has.

    NUMBER is a number of which it is not known whether it is whole. UNKNOWN is a literal in quotes,
    or NULL, which becomes what stands beside it.
    """

    INT4 = "integer"
    INT = "bigint"
    NUMERIC = "numeric"
    FLOAT = "double precision"
    NUMBER = "number"
    TEXT = "text"
    BOOL = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamp with time zone"
    INTERVAL = "interval"
    UNKNOWN = "unknown"


NUMBERS = (ValueKind.INT4, ValueKind.INT, ValueKind.NUMERIC, ValueKind.NUMBER, ValueKind.FLOAT)
"""Kinds of numbers; of two that meet, the later is the result."""
WHOLE = (ValueKind.INT4, ValueKind.INT)
"""Kinds of whole numbers."""
TIMES = (ValueKind.DATE, ValueKind.TIMESTAMP, ValueKind.TIMESTAMPTZ)
"""Kinds of moments; of two that meet, the later is the result."""
_DUCKDB = {
    ValueKind.INT4: "INTEGER",
    ValueKind.INT: "BIGINT",
    ValueKind.NUMERIC: f"DECIMAL({DIGITS}, {_SCALE})",
    ValueKind.FLOAT: "DOUBLE",
    ValueKind.NUMBER: "DOUBLE",
    ValueKind.TEXT: "VARCHAR",
    ValueKind.BOOL: "BOOLEAN",
    ValueKind.DATE: "DATE",
    ValueKind.TIMESTAMP: "TIMESTAMP",
    ValueKind.TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE",
    ValueKind.INTERVAL: "INTERVAL",
}
Moment = date | datetime | Interval


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression: its pieces, what kind of values it has, and what it is where that is known.

    `text` is that of a literal in quotes, None for NULL. `moment` is a date, a wall clock, an
    instant or an interval that does not depend on rows. `is_divided` are decimals that came of a
    division, with as many digits as there can be.
    """

    parts: Parts
    kind: ValueKind
    text: str | None = None
    moment: Moment | None = None
    is_divided: bool = False

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The dimensions that it reads."""
        return tuple(dict.fromkeys(one for one in self.parts if isinstance(one, Operand)))

    @property
    def is_null(self) -> bool:
        """Tell whether it is the word NULL."""
        return self.kind is ValueKind.UNKNOWN and self.text is None


NULL = Typed(("NULL",), ValueKind.UNKNOWN)


def literal(text: str) -> Typed:
    """Build a literal in quotes, of which nobody knows yet what it is."""
    return Typed((Constant(text, "VARCHAR"),), ValueKind.UNKNOWN, text)


def number(text: str) -> Typed:
    """Build a number as it was written.

    Raises:
        SqlError: it has more digits than numbers can have.
    """
    value = Decimal(text)
    written = format(value, "f")
    if len(written.strip("-").replace(".", "")) > DIGITS:
        message = f"the number {text[:DIGITS]}… has more than {DIGITS} digits"
        raise SqlError(message, NUMERIC_OUT_OF_RANGE)
    is_whole = text.lstrip("-").isdigit()
    if not is_whole or abs(value) >= _INT8:
        return Typed((written,), ValueKind.NUMERIC)
    return Typed((written,), ValueKind.INT4 if abs(value) < _INT4 else ValueKind.INT)


def truth(value: bool) -> Typed:  # noqa: FBT001 - it is the value itself
    """Build true or false."""
    return Typed(("TRUE" if value else "FALSE",), ValueKind.BOOL)


def moment(value: Moment) -> Typed:
    """Build a date, a wall clock (naive), an instant (aware) or an interval."""
    if isinstance(value, Interval):
        return Typed((value.sql,), ValueKind.INTERVAL, moment=value)
    if not isinstance(value, datetime):
        return Typed((Constant(value, "DATE"),), ValueKind.DATE, moment=value)
    kind = ValueKind.TIMESTAMP if value.tzinfo is None else ValueKind.TIMESTAMPTZ
    constant = Constant(value.isoformat(sep=" "), _DUCKDB[kind])
    return Typed((constant,), kind, moment=value)


def write(template: str, *arguments: Typed | Parts | str) -> Parts:
    """Put arguments into a template of this package, in which `{0}` stands for the first."""
    parts: list[Part] = []
    for number_, piece in enumerate(_SLOT.split(template)):
        if number_ % 2 == 0:
            parts.append(piece)
            continue
        one = arguments[int(piece)]
        parts.extend(
            one.parts if isinstance(one, Typed) else (one,) if isinstance(one, str) else one
        )
    return join(parts)


def join(parts: Iterable[Part]) -> Parts:
    """Join texts that follow each other."""
    joined: list[Part] = []
    for one in parts:
        if isinstance(one, str) and joined and isinstance(joined[-1], str):
            joined[-1] += one
        elif one != "":
            joined.append(one)
    return tuple(joined)


def listed(several: Iterable[Typed | Parts], between: str = ", ") -> Parts:
    """Join expressions with a text between them."""
    parts: list[Part] = []
    for number_, one in enumerate(several):
        parts += [between] if number_ else []
        parts += one.parts if isinstance(one, Typed) else one
    return join(parts)


def as_kind(one: Typed, kind: ValueKind, zone: str) -> Typed:
    """Turn an expression into another kind, as PostgreSQL does without being asked to.

    Raises:
        SqlError: it cannot be that.
    """
    if one.kind is kind:
        return one
    if one.kind is ValueKind.UNKNOWN:
        return read_literal(one, kind, zone)
    if one.kind in NUMBERS and kind in NUMBERS:
        return _as_number(one, kind)
    if one.kind in TIMES and kind in TIMES and TIMES.index(one.kind) < TIMES.index(kind):
        return _as_time(one, kind, zone)
    message = f"{one.kind} cannot be used as {kind}"
    raise SqlError(message, DATATYPE_MISMATCH, f"write a cast, such as CAST(x AS {kind})")


def _as_number(one: Typed, kind: ValueKind) -> Typed:
    if kind is ValueKind.FLOAT:
        return Typed(write("CAST({0} AS DOUBLE)", one), kind)
    return Typed(one.parts, kind, is_divided=one.is_divided)


def exact(one: Typed) -> Typed:
    """Turn a double into decimals with its 15 digits that count, as PostgreSQL does."""
    template = f"CAST(format('{{:.15g}}', CAST({{0}} AS DOUBLE)) AS DECIMAL({DIGITS}, {_SCALE}))"
    return Typed(write(template, one), ValueKind.NUMERIC, is_divided=True)


def _as_time(one: Typed, kind: ValueKind, zone: str) -> Typed:
    if isinstance(one.moment, date):
        value = one.moment
        clock = value if isinstance(value, datetime) else datetime.combine(value, time())
        is_wall = kind is ValueKind.TIMESTAMP
        return moment(clock if is_wall else clock.replace(tzinfo=zone_of(zone)))
    clocked = Typed(write("CAST({0} AS TIMESTAMP)", one), ValueKind.TIMESTAMP)
    if kind is ValueKind.TIMESTAMP:
        return clocked
    return Typed(write("(({0}) AT TIME ZONE {1})", clocked, (Constant(zone, "VARCHAR"),)), kind)


def read_literal(one: Typed, kind: ValueKind, zone: str) -> Typed:  # noqa: PLR0911 - one case for each kind
    """Read a literal in quotes as what it has to be.

    Raises:
        SqlError: it is no such value.
    """
    text = one.text
    if text is None:
        return Typed((f"CAST(NULL AS {_DUCKDB[kind]})",), kind)
    match kind:
        case ValueKind.TEXT | ValueKind.UNKNOWN:
            return Typed(one.parts, kind, text)
        case ValueKind.BOOL:
            return truth(_read_truth(text))
        case ValueKind.DATE:
            return moment(_read_moment(text, kind).date())
        case ValueKind.TIMESTAMP:
            return moment(_read_moment(text, kind))
        case ValueKind.TIMESTAMPTZ:
            return _read_instant(text, zone)
        case ValueKind.INTERVAL:
            return moment(read_interval(text))
        case (
            ValueKind.INT4 | ValueKind.INT | ValueKind.NUMERIC | ValueKind.NUMBER | ValueKind.FLOAT
        ):
            return _read_number(text, kind)
    assert_never(kind)


def _read_truth(text: str) -> bool:
    found = _TRUTHS.get(text.strip().lower())
    if found is None:
        raise SqlError(f'invalid input syntax for type boolean: "{text}"', INVALID_TEXT)
    return found


def _read_number(text: str, kind: ValueKind) -> Typed:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    is_whole = value.is_finite() and value == value.to_integral_value()
    if not value.is_finite() or (kind in WHOLE and not is_whole):
        raise SqlError(f'invalid input syntax for type {kind}: "{text}"', INVALID_TEXT)
    found = number(str(value))
    return Typed(found.parts, kind) if kind is not ValueKind.FLOAT else _as_number(found, kind)


def _read_moment(text: str, kind: ValueKind) -> datetime:
    """Read a date or a wall clock; a zone behind it counts for nothing, as in PostgreSQL."""
    match = _MOMENT.fullmatch(text.strip())
    try:
        if match is not None:
            return datetime.fromisoformat(f"{match['day']} {match['clock'] or '00:00'}")
    except ValueError:
        pass
    raise SqlError(f'invalid input syntax for type {kind}: "{text}"', INVALID_DATETIME)


def _read_instant(text: str, zone: str) -> Typed:
    clock = _read_moment(text, ValueKind.TIMESTAMPTZ)
    match = _MOMENT.fullmatch(text.strip())
    written = match["zone"] if match is not None else None
    if written is None:
        return moment(clock.replace(tzinfo=zone_of(zone)))
    return moment(datetime.fromisoformat(f"{clock.isoformat()}{written.upper()}"))


def together(several: list[Typed], zone: str, what: str) -> list[Typed]:
    """Turn expressions into the one kind that all of them can be.

    Raises:
        SqlError: there is none.
    """
    kind = common_kind(several, what)
    return [as_kind(one, kind, zone) for one in several]


def common_kind(several: Iterable[Typed], what: str) -> ValueKind:
    """Return the kind that several expressions have together; literals alone are text."""
    kinds = [one.kind for one in several if one.kind is not ValueKind.UNKNOWN]
    if not kinds:
        return ValueKind.TEXT
    for ladder in (NUMBERS, TIMES):
        if all(one in ladder for one in kinds):
            return max(kinds, key=ladder.index)
    if len(set(kinds)) > 1:
        shown = " and ".join(dict.fromkeys(kinds))
        raise SqlError(f"{what} types {shown} cannot be matched", DATATYPE_MISMATCH)
    return kinds[0]


def duckdb_type(kind: ValueKind) -> str:
    """Return DuckDB's type of a kind."""
    return _DUCKDB[kind]

"""Rows that stand in the statement itself: VALUES, and what generate_series counts up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.arithmetic import add
from semantic.sqlapi.intervals import Interval
from semantic.sqlapi.relations import RowsRelation
from semantic.sqlapi.statements import (
    INVALID_PARAMETER,
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    TOO_COMPLEX,
    SqlError,
)
from semantic.sqlapi.typed import (
    NUMBERS,
    TIMES,
    WHOLE,
    Parts,
    Typed,
    ValueKind,
    as_kind,
    common_kind,
    duckdb_type,
    listed,
    number,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from semantic.query.query import Constant
    from semantic.sqlapi.scalars import Scalars

_LONGEST = 10_000
"""How many rows a series may have."""
_SERIES = "generate_series"


def values_of(node: exp.Values, scalars: Scalars, own: str) -> RowsRelation:
    """Read VALUES, whose columns are called `column1`, `column2` and so on.

    Raises:
        SqlError: rows differ in length, or values of a column in kind.
    """
    rows = [
        [scalars.read(one) for one in (row.expressions if isinstance(row, exp.Tuple) else [row])]
        for row in node.expressions
    ]
    if len({len(row) for row in rows}) != 1:
        raise SqlError("VALUES lists must all be the same length", SYNTAX_ERROR)
    columns = list(zip(*rows, strict=True))
    kinds = [common_kind(one, "VALUES") for one in columns]
    typed = [
        [as_kind(one, kind, scalars.zone) for one in column]
        for column, kind in zip(columns, kinds, strict=True)
    ]
    names = [f"column{number_ + 1}" for number_ in range(len(columns))]
    return _rows(typed, kinds, names, own)


def series_of(node: exp.Expr, scalars: Scalars, own: str) -> RowsRelation:
    """Read generate_series of whole numbers or moments, both ends of which are known.

    Raises:
        SqlError: an end depends on rows, or there would be too many of them.
    """
    ends = [scalars.read(node.args[key]) for key in ("start", "end")]
    step = node.args.get("step")
    by = number("1") if step is None else scalars.read(step)
    kind = common_kind(ends, _SERIES)
    if kind in WHOLE and by.kind in WHOLE:
        kind = common_kind((*ends, by), _SERIES)
        shown = list(_counted(ends, by, kind))
    elif kind in TIMES or (kind is ValueKind.TEXT and by.kind is ValueKind.INTERVAL):
        # Of dates PostgreSQL makes instants of the session's zone.
        kind = kind if kind is ValueKind.TIMESTAMP else ValueKind.TIMESTAMPTZ
        shown = list(_clocked(ends, by, kind, scalars.zone))
    else:
        message = f"{_SERIES} counts whole numbers or moments, not {kind}"
        raise SqlError(message, NOT_SUPPORTED)
    return _rows([shown], [kind], [_SERIES], own)


def _counted(ends: Sequence[Typed], by: Typed, kind: ValueKind) -> Iterator[Typed]:
    first, last, step = (_whole(one) for one in (*ends, by))
    if step == 0:
        raise SqlError("step size cannot equal zero", INVALID_PARAMETER)
    counted = range(first, last + (1 if step > 0 else -1), step)
    if len(counted) > _LONGEST:
        raise _too_long()
    return (replace(number(str(one)), kind=kind) for one in counted)


def _whole(one: Typed) -> int:
    text = "".join(part for part in one.parts if isinstance(part, str))
    text = text.replace("(", "").replace(")", "")
    if len(one.parts) != 1 or not text.lstrip("-").isdigit():
        raise _unknown()
    return int(text)


def _clocked(ends: Sequence[Typed], by: Typed, kind: ValueKind, zone: str) -> Iterator[Typed]:
    """Go from one moment to another."""
    at, last = (as_kind(one, kind, zone) for one in ends)
    step = as_kind(by, ValueKind.INTERVAL, zone)
    if not (isinstance(at.moment, date) and isinstance(last.moment, date)):
        raise _unknown()
    assert isinstance(at.moment, datetime) and isinstance(last.moment, datetime)  # noqa: S101, PT018 - their kind
    assert isinstance(step.moment, Interval)  # noqa: S101 - same
    start = at.moment
    is_back = add(at, step, zone).moment < start  # type: ignore[operator]  # both are moments
    if add(at, step, zone).moment == start:
        raise SqlError("step size cannot equal zero", INVALID_PARAMETER)
    for _ in range(_LONGEST):
        assert isinstance(at.moment, datetime)  # noqa: S101 - same
        if (at.moment < last.moment) if is_back else (at.moment > last.moment):
            return
        yield at
        at = add(at, step, zone)
    raise _too_long()


def _rows(
    columns: list[list[Typed]], kinds: list[ValueKind], names: list[str], own: str
) -> RowsRelation:
    """Write rows that are known, and which of their columns name each of them."""
    lines = [write("({0})", listed(row)) for row in zip(*columns, strict=True)]
    source: Parts = write(f'(VALUES {{0}}) AS "{own}"({_named(len(columns))})', listed(lines))
    if not lines:
        nothing = f'CAST(NULL AS {duckdb_type(kinds[0])}) AS "c0"'
        source = (f'(SELECT {nothing} WHERE FALSE) AS "{own}"',)
    items = tuple(Typed((f'"{own}"."c{number_}"',), kind) for number_, kind in enumerate(kinds))
    unique = {frozenset((n,)) for n, column in enumerate(columns) if _is_different(column)}
    if len(lines) < 2:  # noqa: PLR2004 - one row at most
        unique = {frozenset()}
    return RowsRelation(tuple(names), items, source, unique=frozenset(unique))


def _named(count: int) -> str:
    return ", ".join(f'"c{number_}"' for number_ in range(count))


def _is_different(column: list[Typed]) -> bool:
    """Tell whether no value stands there twice; what cannot be told does."""
    found = [_value(one) for one in column]
    return None not in found and len(set(found)) == len(found)


def _value(one: Typed) -> object:
    if isinstance(one.moment, date):
        return one.moment
    part: str | Constant = one.parts[0]  # type: ignore[assignment]  # no column is in sight
    if isinstance(part, str):
        is_number = one.kind in NUMBERS and len(one.parts) == 1
        return Decimal(part) if is_number and part.replace(".", "").isdigit() else None
    return part.value if len(one.parts) == 1 else None


def _unknown() -> SqlError:
    hint = "write dates, CURRENT_DATE or now(), with intervals added to them"
    return SqlError(f"both ends of {_SERIES} have to be known here", NOT_SUPPORTED, hint)


def _too_long() -> SqlError:
    message = f"{_SERIES} counts to {_LONGEST} rows at most here"
    return SqlError(message, TOO_COMPLEX, "take a longer step")

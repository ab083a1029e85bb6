"""Expressions as SQL: pieces of text with parameters among them, in the order of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from semantic.plan.expressions import (
    Bucketed,
    Call,
    Cast,
    Column,
    Composed,
    Constant,
    Expression,
    Localised,
    Moved,
    Over,
    Subselect,
    Table,
    Truncated,
    Value,
    Written,
)
from semantic.plan.intervals import unsupported

if TYPE_CHECKING:
    from semantic.sqlgen.templates import Templates

Piece = str | Value | Subselect
"""Text of SQL, a parameter, or text with parameters of its own."""
Pieces = list[Piece]

_INFIX = {
    "eq": " = ",
    "ne": " <> ",
    "gt": " > ",
    "gte": " >= ",
    "lt": " < ",
    "lte": " <= ",
    "same": " IS NOT DISTINCT FROM ",
    "and": " AND ",
    "or": " OR ",
    "concat": " || ",
}
_POSTFIX = {"is null": " IS NULL", "is not null": " IS NOT NULL"}
_LIKE = {"ilike": " ILIKE ", "not ilike": " NOT ILIKE "}
_AGGREGATES = {
    "sum": ("SUM(", ")"),
    "min": ("MIN(", ")"),
    "max": ("MAX(", ")"),
    "count": ("COUNT(", ")"),
    "count_distinct": ("COUNT(DISTINCT ", ")"),
    "count_distinct_approx": ("COUNT(DISTINCT ", ")"),
    "total": ("CAST(COALESCE(SUM(", "), 0) AS BIGINT)"),
    "utc": ("timezone('UTC', ", ")"),
}


def quote(name: str) -> str:
    """Write a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Write a constant of this package, never a value of a query, as SQL does."""
    return "'" + value.replace("'", "''") + "'"


class Writer:
    """Writes expressions in one dialect."""

    def __init__(self, templates: Templates) -> None:
        """Write with the fragments of a dialect."""
        self.templates = templates
        self.is_duckdb = templates.dialect == "duckdb"

    def write(self, one: Expression) -> Pieces:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
        """Write an expression."""
        match one:
            case Column(name, table):
                return [f"{quote(table)}.{quote(name)}" if table else quote(name)]
            case Table(name):
                return [quote(name)]
            case Constant(written):
                return [written]
            case Value(_, type_):
                return ["CAST(", one, f" AS {self.templates.type(type_)})"] if type_ else [one]
            case Written():
                return self._written(one)
            case Subselect():
                return [one]
            case Composed():
                return self._composed(one)
            case Call():
                return self._call(one)
            case Cast(inner, type_):
                return ["CAST(", *self.write(inner), f" AS {self.templates.type(type_)})"]
            case Truncated(inner, granularity):
                return [f"date_trunc({text(granularity)}, ", *self.write(inner), ")"]
            case Localised(inner, zone):
                return [*self.operand(inner), f" AT TIME ZONE 'UTC' AT TIME ZONE {text(zone)}"]
            case Moved():
                return self._moved(one)
            case Bucketed():
                return self._bucketed(one)
            case Over():
                return self._over(one)
        assert_never(one)

    def operand(self, one: Expression) -> Pieces:
        """Write an expression as part of a larger one, in parentheses where they are needed."""
        if isinstance(one, (Written, Composed, Localised, Moved)) or (
            isinstance(one, Call) and one.operation not in _AGGREGATES
        ):
            return ["(", *self.write(one), ")"]
        return self.write(one)

    def order(self, order: tuple[tuple[Expression, bool], ...]) -> Pieces:
        """Write an order, in which NULL comes last whichever way it goes."""
        pieces: Pieces = []
        for number, (one, is_descending) in enumerate(order):
            pieces.append(", " if number else " ORDER BY ")
            pieces.extend(self.write(one))
            pieces.append(f" {'DESC' if is_descending else 'ASC'} NULLS LAST")
        return pieces

    def _over(self, one: Over) -> Pieces:
        argument = [] if one.argument is None else self.write(one.argument)
        pieces: Pieces = [f"{one.operation.upper()}(", *argument, ") OVER ("]
        if one.partition:
            partition = [self.write(column) for column in one.partition]
            pieces += ["PARTITION BY ", *joined(partition, ", ")]
        return [*pieces, *self.order(one.order), ")"]

    def _written(self, one: Written) -> Pieces:
        pieces: Pieces = []
        for part in self.templates.parts(one.fragment):
            if isinstance(part, str):
                pieces.append(part)
            else:
                pieces.extend(self.operand(one.bound[part]))
        return pieces

    def _composed(self, one: Composed) -> Pieces:
        if not self.is_duckdb:
            raise unsupported("SQL over views is answered by DuckDB alone")
        pieces: Pieces = []
        for part in one.parts:
            pieces.extend([part] if isinstance(part, str) else self.operand(part))
        return pieces

    def _call(self, one: Call) -> Pieces:
        operation, arguments = one.operation, one.arguments
        if operation in _INFIX:
            return self._between(arguments, _INFIX[operation])
        if operation in _AGGREGATES:
            before, after = _AGGREGATES[operation]
            return [before, *self.write(arguments[0]), after]
        if operation in _POSTFIX:
            return [*self.operand(arguments[0]), _POSTFIX[operation]]
        if operation in _LIKE:
            return [*self._between(arguments, _LIKE[operation]), " ESCAPE '!'"]
        if operation in ("in", "not in"):
            listed = [self.write(value) for value in arguments[1:]]
            return [
                *self.operand(arguments[0]),
                f" {operation.upper()} (",
                *joined(listed, ", "),
                ")",
            ]
        return self._average(arguments[0]) if operation == "avg" else self._case(arguments)

    def _average(self, one: Expression) -> Pieces:
        """Write an average as a double, into which DuckDB divides decimals anyway."""
        argument = self.write(one)
        double = self.templates.type("DOUBLE")
        return ["CAST(SUM(", *argument, f") AS {double}) / NULLIF(COUNT(", *argument, "), 0)"]

    def _case(self, arguments: tuple[Expression, ...]) -> Pieces:
        pieces: Pieces = ["CASE"]
        pairs = len(arguments) // 2
        for number in range(pairs):
            condition, label = arguments[2 * number : 2 * number + 2]
            pieces += [" WHEN ", *self.write(condition), " THEN ", *self.write(label)]
        if len(arguments) % 2:
            pieces += [" ELSE ", *self.write(arguments[-1])]
        return [*pieces, " END"]

    def _between(self, arguments: tuple[Expression, ...], operator: str) -> Pieces:
        return joined([self.operand(one) for one in arguments], operator)

    def _moved(self, one: Moved) -> Pieces:
        pieces = self.operand(one.expression)
        if one.months:
            pieces = [*pieces, f" + {self.interval(one.months, 0)}"]
        if one.seconds:
            pieces = [*pieces, f" + {self.interval(0, one.seconds)}"]
        return pieces

    def interval(self, months: int, seconds: int) -> str:
        """Write an interval of months or of seconds."""
        if months:
            return f"INTERVAL '{months} months'"
        return f"INTERVAL '{seconds} seconds'"

    def _bucketed(self, one: Bucketed) -> Pieces:
        origin = f"TIMESTAMP {text(one.origin)}"
        step = self.interval(one.months, one.seconds)
        inner = self.write(one.expression)
        if self.is_duckdb:
            return [f"time_bucket({step}, ", *inner, f", {origin})"]
        if one.months:
            raise unsupported("periods of several months by an origin need DuckDB")
        return [f"date_bin({step}, ", *inner, f", {origin})"]


def joined(parts: list[Pieces], between: str) -> Pieces:
    """Write pieces with a text between each two of them."""
    pieces: Pieces = []
    for number, one in enumerate(parts):
        if number:
            pieces.append(between)
        pieces.extend(one)
    return pieces

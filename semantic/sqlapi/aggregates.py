"""Aggregates: which there are, what they are about, and what they make of computed rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.statements import (
    DATATYPE_MISMATCH,
    NOT_SUPPORTED,
    UNDEFINED_FUNCTION,
    SqlError,
)
from semantic.sqlapi.typed import (
    NUMBERS,
    Parts,
    Typed,
    ValueKind,
    as_kind,
    duckdb_type,
    exact,
    write,
)

if TYPE_CHECKING:
    from semantic.sqlapi.scalars import Scalars

MEASURE = "measure"
_NAMES: dict[type[exp.Expr], str] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
    exp.LogicalAnd: "bool_and",
    exp.LogicalOr: "bool_or",
    exp.Stddev: "stddev_samp",
    exp.StddevSamp: "stddev_samp",
    exp.StddevPop: "stddev_pop",
    exp.Variance: "var_samp",
    exp.VariancePop: "var_pop",
}


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A call of an aggregate; without an argument it is COUNT(*)."""

    name: str
    argument: exp.Expr | None
    is_distinct: bool = False
    condition: exp.Expr | None = None

    @property
    def shown(self) -> str:
        """Write its name for messages."""
        return f"{self.name.upper()}{'(DISTINCT …)' if self.is_distinct else ''}"


def aggregate_of(node: exp.Expr) -> Aggregate | None:
    """Take the call of an aggregate apart; None for whatever is none.

    Raises:
        SqlError: PostgreSQL has such an aggregate, and it is not understood here.
    """
    if isinstance(node, exp.Filter):
        inner = aggregate_of(node.this)
        return inner and replace(inner, condition=node.expression.this)
    if is_measure_call(node):
        return Aggregate(MEASURE, node.expressions[0])
    name = _NAMES.get(type(node))
    if name is None:
        if isinstance(node, exp.AggFunc) and not isinstance(node.parent, exp.Window):
            message = f"aggregate {node.sql_name().lower()} does not exist over views"
            raise SqlError(message, UNDEFINED_FUNCTION)
        return None
    argument = node.this
    if isinstance(argument, exp.Star):
        return Aggregate(name, None)
    if isinstance(argument, exp.Distinct):
        if len(argument.expressions) != 1 or argument.args.get("on") is not None:
            raise SqlError("DISTINCT takes one expression here", NOT_SUPPORTED)
        return Aggregate(name, argument.expressions[0], is_distinct=True)
    if argument is None or node.expressions:
        raise SqlError(f"{name.upper()} takes one expression here", NOT_SUPPORTED)
    return Aggregate(name, argument)


def is_measure_call(node: exp.Expr) -> bool:
    """Tell whether a node is MEASURE(x)."""
    is_call = isinstance(node, exp.Anonymous) and str(node.this).lower() == MEASURE
    return is_call and len(node.expressions) == 1


def has_aggregates(node: exp.Expr) -> bool:
    """Tell whether an expression has an aggregate that is no window function."""
    if isinstance(node, exp.Window):
        inner = [one for one in node.iter_expressions() if one is not node.this]
        arguments = node.this.this if isinstance(node.this, exp.Filter) else node.this
        inner.extend(arguments.iter_expressions())
        return any(map(has_aggregates, inner))
    if is_measure_call(node) or isinstance(node, exp.AggFunc):
        return True
    return any(map(has_aggregates, node.iter_expressions()))


def over_rows(one: Aggregate, scalars: Scalars) -> Typed:
    """Write an aggregate of rows that are computed.

    Raises:
        SqlError: it does not fit what it is about.
    """
    if one.name == MEASURE:
        hint = "write MEASURE(x) in the query that reads the view"
        raise SqlError("MEASURE needs a measure of a view", UNDEFINED_FUNCTION, hint)
    filtered: Parts = ()
    if one.condition is not None:
        filtered = write(" FILTER (WHERE {0})", scalars.condition(one.condition))
    if one.argument is None:
        return Typed(write("count(*){0}", filtered), ValueKind.INT)
    argument = scalars.read(one.argument)
    if one.name == "count":
        distinct = "DISTINCT " if one.is_distinct else ""
        return Typed(write(f"count({distinct}{{0}}){{1}}", argument, filtered), ValueKind.INT)
    return of_values(one, argument, filtered, scalars.zone)


def of_values(one: Aggregate, argument: Typed, filtered: Parts, zone: str) -> Typed:
    """Write an aggregate of values, by the kind that PostgreSQL makes of theirs."""
    name, kind = one.name, argument.kind
    if kind is ValueKind.UNKNOWN:
        kind = ValueKind.TEXT
        argument = as_kind(argument, kind, zone)
    distinct = "DISTINCT " if one.is_distinct else ""
    parts = write(f"{name}({distinct}{{0}}){{1}}", argument, filtered)
    if name in ("min", "max"):
        return Typed(parts, kind, is_divided=argument.is_divided)
    if name in ("bool_and", "bool_or"):
        if kind is not ValueKind.BOOL:
            raise SqlError(f"{name.upper()} needs conditions, not {kind}", DATATYPE_MISMATCH)
        return Typed(parts, kind)
    if kind not in NUMBERS:
        raise SqlError(f"{name.upper()} needs numbers, not {kind}", DATATYPE_MISMATCH)
    if name == "sum":
        return Typed(parts, _sum_kind(kind), is_divided=argument.is_divided)
    doubled = Typed(write(f"CAST({{0}} AS {duckdb_type(ValueKind.FLOAT)})", parts), ValueKind.FLOAT)
    return doubled if kind is ValueKind.FLOAT else exact(doubled)


def _sum_kind(kind: ValueKind) -> ValueKind:
    return {ValueKind.INT4: ValueKind.INT, ValueKind.INT: ValueKind.NUMERIC}.get(kind, kind)

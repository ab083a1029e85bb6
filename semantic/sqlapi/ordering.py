"""ORDER BY, LIMIT and OFFSET, and windows over rows that are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.aggregates import aggregate_of, of_values
from semantic.sqlapi.statements import NOT_SUPPORTED, UNDEFINED_FUNCTION, SqlError
from semantic.sqlapi.typed import (
    WHOLE,
    Parts,
    Typed,
    ValueKind,
    as_kind,
    listed,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.sqlapi.scalars import Scalars

_RANKS: dict[type[exp.Expr], tuple[str, ValueKind]] = {
    exp.RowNumber: ("row_number", ValueKind.INT),
    exp.Rank: ("rank", ValueKind.INT),
    exp.DenseRank: ("dense_rank", ValueKind.INT),
    exp.PercentRank: ("percent_rank", ValueKind.FLOAT),
    exp.CumeDist: ("cume_dist", ValueKind.FLOAT),
}
_VALUES: dict[type[exp.Expr], str] = {
    exp.FirstValue: "first_value",
    exp.LastValue: "last_value",
    exp.Lag: "lag",
    exp.Lead: "lead",
    exp.NthValue: "nth_value",
}
_EDGES = ("UNBOUNDED", "CURRENT ROW")


def write_order(node: exp.Ordered, written: Parts) -> Parts:
    """Write one part of an order; NULL stands where PostgreSQL puts it."""
    if not any(isinstance(one, str) and '"' in one for one in written):
        # A number alone would be that of a column.
        written = ("1 = 1",)
    way = "DESC" if node.args.get("desc") else "ASC"
    nulls = "FIRST" if node.args.get("nulls_first") else "LAST"
    return write(f"{{0}} {way} NULLS {nulls}", written)


def write_limit(node: exp.Expr, scalars: Scalars) -> Parts:
    """Write LIMIT and OFFSET of a query."""
    limit, offset = node.args.get("limit"), node.args.get("offset")
    parts: Parts = ()
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
            raise SqlError("FETCH takes a number of rows here", NOT_SUPPORTED)
        parts = _rows(" LIMIT {0}", limit.args.get("count"), scalars)
    elif isinstance(limit, exp.Limit):
        parts = _rows(" LIMIT {0}", limit.expression, scalars)
    if isinstance(offset, exp.Offset):
        parts = write("{0}{1}", parts, _rows(" OFFSET {0}", offset.expression, scalars))
    return parts


def _rows(template: str, node: exp.Expr | None, scalars: Scalars) -> Parts:
    """Write a number of rows; NULL and ALL mean all of them."""
    if isinstance(node, exp.Var | exp.Column) and node.name.upper() == "ALL":
        return ()
    one = Typed(("1",), ValueKind.INT) if node is None else scalars.read(node)
    if one.is_null:
        return ()
    count = as_kind(one, ValueKind.INT, "") if one.kind is ValueKind.UNKNOWN else one
    if count.kind not in WHOLE:
        raise SqlError("LIMIT and OFFSET take whole numbers", NOT_SUPPORTED)
    return write(template, count)


def write_window(node: exp.Window, scalars: Scalars, named: Mapping[str, exp.Expr]) -> Typed:
    """Write a window function over rows that are computed.

    Raises:
        SqlError: there is no such function or window.
    """
    frame = node
    name = node.args.get("alias")
    if name is not None:
        found = named.get(str(name.this).lower())
        if not isinstance(found, exp.Window) or node.args.get("partition_by"):
            raise SqlError(f'window "{name.this}" does not exist', "42704")
        frame = found
    pieces: list[Parts] = []
    if frame.args.get("partition_by"):
        parts = [scalars.read(one) for one in frame.args["partition_by"]]
        pieces.append(("PARTITION BY ", *listed(parts)))
    order = frame.args.get("order")
    if order is not None:
        ordered = [write_order(one, scalars.read(one.this).parts) for one in order.expressions]
        pieces.append(("ORDER BY ", *listed(ordered)))
    spec = frame.args.get("spec")
    if spec is not None:
        pieces.append(_frame(spec, scalars))
    return _function(node.this, scalars, write(" OVER ({0})", listed(pieces, " ")))


def _function(node: exp.Expr, scalars: Scalars, over: Parts) -> Typed:
    """Write what stands before OVER, and that behind it."""
    if type(node) in _RANKS and not node.expressions:
        name, kind = _RANKS[type(node)]
        return Typed(write(f"{name}(){{0}}", over), kind)
    if isinstance(node, exp.Ntile):
        return Typed(write("ntile({0}){1}", scalars.read(node.this), over), ValueKind.INT4)
    if type(node) in _VALUES:
        return _value(node, scalars, over)
    aggregate = aggregate_of(node)
    if aggregate is None:
        raise SqlError("this function cannot stand before OVER here", UNDEFINED_FUNCTION)
    if aggregate.condition is not None:
        over = write(" FILTER (WHERE {0}){1}", scalars.condition(aggregate.condition), over)
    if aggregate.argument is None:
        return Typed(write("count(*){0}", over), ValueKind.INT)
    if aggregate.is_distinct:
        raise SqlError("DISTINCT cannot stand in a window function", NOT_SUPPORTED)
    argument = scalars.read(aggregate.argument)
    if aggregate.name == "count":
        return Typed(write("count({0}){1}", argument, over), ValueKind.INT)
    return of_values(aggregate, argument, over, scalars.zone)


def _value(node: exp.Expr, scalars: Scalars, over: Parts) -> Typed:
    one = scalars.read(node.this)
    arguments: list[Typed] = [one]
    for key in ("offset", "default"):
        given = node.args.get(key)
        if given is not None:
            found = scalars.read(given)
            arguments.append(found if key == "offset" else as_kind(found, one.kind, scalars.zone))
    parts = write(f"{_VALUES[type(node)]}({{0}}){{1}}", listed(arguments), over)
    return Typed(parts, one.kind, is_divided=one.is_divided)


def _frame(spec: exp.Expr, scalars: Scalars) -> Parts:
    """Write ROWS or RANGE BETWEEN; edges are words, numbers of rows, or intervals."""
    kind = str(spec.args.get("kind") or "").upper()
    if kind not in ("ROWS", "RANGE", "GROUPS") or spec.args.get("exclude") is not None:
        raise SqlError("this frame of a window is not understood", NOT_SUPPORTED)
    start = _edge(spec.args.get("start"), spec.args.get("start_side"), scalars)
    end = _edge(spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"), scalars)
    return write(f"{kind} BETWEEN {{0}} AND {{1}}", start, end)


def _edge(edge: object, side: object, scalars: Scalars) -> Parts | str:
    if isinstance(edge, exp.Literal) and not edge.is_string and str(edge.this).isdigit():
        return f"{int(edge.this)} {_side(side)}"
    if isinstance(edge, exp.Interval | exp.Cast):
        distance = as_kind(scalars.read(edge), ValueKind.INTERVAL, scalars.zone)
        return write(f"{{0}} {_side(side)}", distance)
    word = str(edge).upper()
    if word not in _EDGES:
        raise SqlError("the edge of a frame has to be a number of rows", NOT_SUPPORTED)
    return word if word == "CURRENT ROW" else f"{word} {_side(side)}"


def _side(side: object) -> str:
    return "FOLLOWING" if str(side).upper() == "FOLLOWING" else "PRECEDING"

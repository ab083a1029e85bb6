"""What a SELECT does with its rows at the end: DISTINCT, ORDER BY and LIMIT."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.arguments import bare
from semantic.sqlapi.ordering import write_order
from semantic.sqlapi.relations import RowsRelation, columns_of, folded, folded_table
from semantic.sqlapi.statements import SqlError
from semantic.sqlapi.typed import Parts, Typed, listed, write

if TYPE_CHECKING:
    from semantic.sqlapi.scalars import Scalars

_WRONG_ORDER = "42P10"
Ordered = tuple[exp.Ordered, Parts]
"""A part of an order as it was written, and what is ordered by."""


def ordered_parts(
    node: exp.Expr, names: list[str], items: tuple[Typed, ...], scalars: Scalars
) -> Parts:
    """Return what is ordered by: a column of the result by number or name, or an expression."""
    if isinstance(node, exp.Literal) and not node.is_string:
        number = int(str(node.this)) if str(node.this).isdigit() else 0
        if not 0 < number <= len(items):
            message = f"ORDER BY position {node.this} is not in select list"
            raise SqlError(message, _WRONG_ORDER)
        return items[number - 1].parts
    if isinstance(node, exp.Column) and not folded_table(node) and folded(node.this) in names:
        return items[names.index(folded(node.this))].parts
    return scalars.read(node).parts


def finish(
    node: exp.Expr, rows: RowsRelation, order: list[Ordered], limit: Parts, scalars: Scalars
) -> RowsRelation:
    """Add DISTINCT, ORDER BY and LIMIT to rows.

    Raises:
        SqlError: different rows are ordered by what is not among their columns.
    """
    distinct = node.args.get("distinct")
    if distinct is None:
        ordered = tuple(write_order(one, parts) for one, parts in order)
        return replace(rows, order=ordered, limit=limit)
    if distinct.args.get("on") is not None:
        on = distinct.args["on"]
        nodes = on.expressions if isinstance(on, exp.Tuple) else [on]
        names = list(rows.names)
        first = [ordered_parts(bare(one), names, rows.items, scalars) for one in nodes]
        return _first_of_each(rows, first, order, limit)
    shown = [one.parts for one in rows.items]
    if any(parts not in shown for _, parts in order):
        message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list"
        raise SqlError(message, _WRONG_ORDER)
    source = write('({0}) AS "d"', replace(rows, is_distinct=True).written())
    items = columns_of(rows, "d")
    ordered = tuple(write_order(one, items[shown.index(parts)].parts) for one, parts in order)
    unique = rows.unique | {frozenset(range(len(items)))}
    return replace(rows, items=items, source=source, order=ordered, limit=limit, unique=unique)


def _first_of_each(
    rows: RowsRelation, first: list[Parts], order: list[Ordered], limit: Parts
) -> RowsRelation:
    """Keep the first row of each, as DISTINCT ON has it."""
    leading = [parts for _, parts in order[: len(set(first))]]
    if set(leading) - set(first):
        message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"
        raise SqlError(message, _WRONG_ORDER)
    ordered = [write_order(one, parts) for one, parts in order]
    window: Parts = ("PARTITION BY ", *listed(first))
    if ordered:
        window = (*window, " ORDER BY ", *listed(ordered))
    hidden = [Typed(parts, rows.items[0].kind) for _, parts in order]
    count = len(rows.items)
    numbered = Typed(write("row_number() OVER ({0})", window), rows.items[0].kind)
    inner = rows.written((*rows.items, *hidden, numbered))
    source = write(f'({{0}}) AS "d" WHERE "d"."c{count + len(hidden)}" = 1', inner)
    again = tuple(
        write_order(one, (f'"d"."c{count + number}"',)) for number, (one, _) in enumerate(order)
    )
    return replace(rows, items=columns_of(rows, "d"), source=source, order=again, limit=limit)

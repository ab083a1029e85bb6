"""Groups of a single row: where the key of the rows is grouped by, nothing is left to group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.plan.expressions import Call, Cast, Constant
from semantic.plan.nodes import Values

if TYPE_CHECKING:
    from semantic.joins.graph import JoinTree
    from semantic.plan.bound import Leaf
    from semantic.plan.expressions import Expression
    from semantic.plan.members import Members
    from semantic.plan.nodes import Rows

_SAME = frozenset({"sum", "min", "max"})
"""What aggregates one value to that value."""
_COUNTS = frozenset({"count", "count_distinct", "count_distinct_approx"})
_NONE, _ONE = Constant("0"), Constant("1")


def without_groups(members: Members, tree: JoinTree, rows: Rows, leaves: tuple[Leaf, ...]) -> Rows:
    """Leave out the groups of rows each of which is a group by itself; keep all others.

    That is so where the whole primary key of the cube that joins begin with is grouped by just as
    it stands in the table, and no join repeats a row of it. A key that is masked, computed or shown
    on another clock is none. What an aggregate makes of one row is then that row's own value.
    """
    count = rows.grouped or 0
    keys = members.model.cubes[tree.root].primary_keys
    groups = [expression for _, expression in rows.columns[:count]]
    is_single = (
        bool(keys)
        and all(members.dimension(tree.root, one.name).expression in groups for one in keys)
        and not tree.multiplied(tree.root)
        and not any(isinstance(one.source, Values) for one in rows.tables)
    )
    if not is_single:
        return rows
    columns = list(rows.columns[:count])
    for leaf, (name, expression) in zip(leaves, rows.columns[count:], strict=True):
        own = _of_row(expression, members.type_of(leaf.cube, leaf.name))
        if own is None:
            return rows
        columns.append((name, own))
    return replace(rows, columns=tuple(columns), grouped=None)


def _of_row(aggregate: Expression, type_: str) -> Expression | None:
    """Return what an aggregate is over one row, with its type; None where that is not known."""
    if not isinstance(aggregate, Call) or not type_:
        return None
    value = aggregate.arguments[0]
    if aggregate.operation in _SAME:
        return Cast(value, type_)
    if aggregate.operation in _COUNTS:
        return Cast(Call("case", (Call("is not null", (value,)), _ONE, _NONE)), type_)
    return None

"""SELECTs of which no row can come, by which tools ask what columns there are."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from semantic.sqlapi.conditions import conjuncts


def is_no_rows(limit: exp.Expr | None) -> bool:
    """Tell whether a LIMIT is 0."""
    if not isinstance(limit, exp.Limit | exp.Fetch):
        return False
    count = limit.expression if isinstance(limit, exp.Limit) else limit.args.get("count")
    return isinstance(count, exp.Literal) and not count.is_string and str(count.this) == "0"


def is_never(condition: exp.Expr) -> bool:
    """Tell whether a condition holds for no row, as FALSE and 1 = 0 do."""
    return any(map(_is_false, conjuncts(condition)))


def _is_false(node: exp.Expr) -> bool:
    if isinstance(node, exp.Boolean):
        return not node.this
    if not isinstance(node, exp.EQ | exp.NEQ):
        return False
    sides = (node.this, node.expression)
    if not all(isinstance(one, exp.Literal) and not one.is_string for one in sides):
        return False
    is_same = Decimal(str(sides[0].this)) == Decimal(str(sides[1].this))
    return is_same if isinstance(node, exp.NEQ) else not is_same

"""SQL over a view as a query of the REST API, where that can say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from semantic.query.query import Operand, Test
from semantic.sqlapi.blocks import MeasureAsked
from semantic.sqlapi.conditions import conditions_of, conjuncts, spans_of
from semantic.sqlapi.gathering import Gatherer
from semantic.sqlapi.relations import ViewRelation, folded
from semantic.sqlapi.statements import NOT_SUPPORTED, SqlError

if TYPE_CHECKING:
    from semantic.sqlapi.querying import Queries
    from semantic.sqlapi.selecting import ViewSelect
    from semantic.sqlapi.typed import Typed

_OTHERS = ("with_", "joins", "having", "distinct", "windows")
_ORDERS: dict[type[exp.Expr], str] = {exp.GT: "gt", exp.GTE: "gte", exp.LT: "lt", exp.LTE: "lte"}


def to_rest(tree: exp.Expr, queries: Queries) -> dict[str, Any]:
    """Write a SELECT as a query of the REST API.

    Raises:
        SqlError: it has what such a query cannot say.
    """
    if not isinstance(tree, exp.Select) or any(tree.args.get(one) for one in _OTHERS):
        raise _refuse("more than groups, conditions, an order and a limit")
    if any(one is not tree for one in tree.find_all(exp.Query)):
        raise _refuse("a sub-query")
    alias, relation = queries.standing_in(tree.args["from_"].this, {})
    assert isinstance(relation, ViewRelation)  # noqa: S101 - there is a view, and no sub-query
    select = queries.select(tree, relation, alias)
    rows = select.scalars()
    groups = select.groups()
    if groups.sets:
        raise _refuse("several sets of groups")
    keys = groups.keys
    gatherer = Gatherer(queries.views, relation, rows, groups, "q")
    above = select.above(gatherer)
    members = [_member(above.read(node), gatherer) for _, node in select.outputs]
    where = tree.args.get("where")
    filters, spans = _filters(where.this, select) if where is not None else ([], [])
    times: list[dict[str, Any]] = [
        {"dimension": one.member, "granularity": one.granularity}
        for one in map(_operand, keys)
        if one.granularity is not None
    ]
    for span in spans:
        same = next((one for one in times if one["dimension"] == span["dimension"]), None)
        times = [*times, span] if same is None else times
        (same or span).update(span)
    written: dict[str, Any] = {
        "measures": [one.name for one in gatherer.numbers if isinstance(one, MeasureAsked)],
        "dimensions": [one.member for one in map(_operand, keys) if one.granularity is None],
        "timeDimensions": times,
        "filters": filters,
        "order": _order(tree, [name for name, _ in select.outputs], members),
        "limit": _number(tree.args.get("limit")),
        "offset": _number(tree.args.get("offset")),
    }
    return {key: value for key, value in written.items() if value not in (None, [])}


def _operand(key: Typed) -> Operand:
    operand = key.parts[0] if len(key.parts) == 1 else None
    if not isinstance(operand, Operand):
        raise _refuse("an expression to group by")
    return operand


def _member(one: Typed, gatherer: Gatherer) -> str:
    """Name the member that a column is by itself."""
    for number, key in enumerate(gatherer.keys):
        if one.parts == (f'"q"."k{number}"',):
            return _operand(key).member
    for asked, number in gatherer.numbers.items():
        column = f'"q"."m{number}"'
        is_it = one.parts in ((column,), (f"coalesce({column}, 0)",))
        if is_it and isinstance(asked, MeasureAsked) and not asked.conditions:
            return asked.name
    raise _refuse("a calculation")


def _filters(
    node: exp.Expr, select: ViewSelect
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    filters: list[dict[str, Any]] = []
    times: list[exp.Expr] = []
    for one in conjuncts(node):
        found = _plain(one, select)
        if found is None:
            times.append(one)
        else:
            filters.append(found)
    if not times:
        return filters, []
    conditions = conditions_of(exp.and_(*times), select.scalars())
    spans, others = spans_of(conditions)
    for test in others:
        if not isinstance(test, Test):
            raise _refuse("a condition of this form")
        filters.append(_filter(test.member, test.operator, list(test.values)))
    return filters, [
        {
            "dimension": one.member,
            "dateRange": [f"{each:%Y-%m-%dT%H:%M:%S.%f}"[:-3] for each in one.date_range or ()],
        }
        for one in spans
    ]


def _plain(node: exp.Expr, select: ViewSelect) -> dict[str, Any] | None:
    """Write a comparison of a dimension with literals, None for anything else."""
    is_negated = isinstance(node, exp.Not)
    inner = node.this if is_negated else node
    if not isinstance(inner.this, exp.Column):
        return None
    found = select.dimension(inner.this)
    operand = _operand(found)
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
        is_set = bool(inner.args.get("negate")) != is_negated
        return _filter(operand.member, "set" if is_set else "notSet", [])
    if select.views.is_time(operand) or is_negated:
        return None
    values = inner.expressions if isinstance(inner, exp.In) else [inner.args.get("expression")]
    texts = [str(one.this) for one in values if isinstance(one, exp.Literal)]
    if len(texts) != len(values) or not texts:
        return None
    if isinstance(inner, exp.EQ | exp.In):
        return _filter(operand.member, "equals", texts)
    operator = _ORDERS.get(type(inner))
    is_number = isinstance(values[0], exp.Literal) and not values[0].is_string
    return _filter(operand.member, operator, texts) if operator and is_number else None


def _filter(member: str, operator: str, values: list[Any]) -> dict[str, Any]:
    written: dict[str, Any] = {"member": member, "operator": operator}
    return written | ({"values": values} if values else {})


def _order(tree: exp.Select, names: list[str], members: list[str]) -> list[list[str]]:
    order = tree.args.get("order")
    found = []
    for one in order.expressions if order is not None else ():
        node = one.this
        if (
            isinstance(node, exp.Literal)
            and str(node.this).isdigit()
            and int(node.this) <= len(members)
        ):
            member = members[int(node.this) - 1]
        elif isinstance(node, exp.Column) and folded(node.this) in names:
            member = members[names.index(folded(node.this))]
        else:
            raise _refuse("an order by what is not selected")
        found.append([member, "desc" if one.args.get("desc") else "asc"])
    return found


def _number(node: exp.Expr | None) -> int | None:
    if node is None:
        return None
    inner = node.args.get("expression")
    if not isinstance(inner, exp.Literal) or not str(inner.this).isdigit():
        raise _refuse("a limit that is no number")
    return int(inner.this)


def _refuse(what: str) -> SqlError:
    hint = "POST the SQL to cubesql"
    return SqlError(f"a REST query cannot say {what}", NOT_SUPPORTED, hint)

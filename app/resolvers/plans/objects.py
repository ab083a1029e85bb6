"""Objects as JSON text: each field by what it declares that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.domain.permissions import OUTSIDERS
from app.resolvers.plans.building import Row, declared, field_name, named, table_named
from app.resolvers.plans.pages import connection_text
from app.resolvers.plans.selection import UnplannableError
from app.resolvers.plans.texts import (
    NULL,
    amount_text,
    constant,
    expression,
    id_text,
    object_text,
    or_null,
    quoted,
    value_text,
)
from app.storage.derived import DERIVED, RELATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import FieldNode, GraphQLField
    from sqlalchemy import ColumnElement, FromClause, Table

    from app.resolvers.plans.building import Builder
    from app.resolvers.plans.texts import Written
    from app.storage.derived import Relation


def row_text(row: Row, kind: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Written:
    """Write what a selection asks of an object that is a row.

    Raises:
        UnplannableError: it asks for something that only a resolver knows.
    """
    fields = row.builder.collect(kind, [node.selection_set for node in nodes])
    return object_text({key: _field_text(row, kind, found) for key, found in fields.items()})


def one_text(
    builder: Builder,
    table: Table,
    kind: GraphQLObjectType,
    nodes: Sequence[FieldNode],
    condition: Any,  # noqa: ANN401 - makes the condition from the row
) -> Written:
    """Write the one visible object of a table that meets a condition, or null."""
    rows, seen = builder.rows_of(table)
    row = Row(builder, rows)
    text = row_text(row, kind, nodes)
    query = select(expression(text)).select_from(row.source()).where(seen, condition(rows))
    return or_null((query.correlate_except(*row.own()).scalar_subquery(),))


def many_text(
    builder: Builder,
    table: Table,
    kind: GraphQLObjectType,
    nodes: Sequence[FieldNode],
    condition: Any,  # noqa: ANN401 - makes the condition from the rows
    order: Any,  # noqa: ANN401 - makes the order from the rows
) -> Written:
    """Write all visible objects of a table that meet a condition, as a list in order."""
    rows, seen = builder.rows_of(table)
    row = Row(builder, rows)
    text = row_text(row, kind, nodes)
    listed = func.string_agg(expression(text), aggregate_order_by(constant(","), *order(rows)))
    query = (
        select(func.coalesce(listed, constant("")))
        .select_from(row.source())
        .where(seen, condition(rows))
    )
    return "[", query.correlate_except(*row.own()).scalar_subquery(), "]"


def _field_text(row: Row, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Written:
    """Write one field of a row."""
    name = nodes[0].name.value
    if name == "__typename":
        return (f'"{kind.name}"',)
    field = kind.fields[name]
    reads = declared(field)
    if "id" in reads:
        return id_text(row.builder.ground.tables[kind.name], row.rows.c.id)
    if "column" in reads:
        return _column_text(row, field, reads)
    if "author" in reads:
        return _author_text(row, field, reads["author"])
    if "money" in reads:
        column = row.rows.c[reads["money"]]
        return money_text(row, column, field, nodes, is_optional=_is_optional(field))
    return (
        _derived_text(row, field, nodes) if "derived" in reads else _object_text(row, field, nodes)
    )


def _object_text(row: Row, field: GraphQLField, nodes: list[FieldNode]) -> Written:
    """Write a field whose value is an object or several."""
    builder, target, reads = row.builder, named(field.type), declared(field)
    if "parts" in reads:
        return _parts_text(row, target, nodes, reads["parts"])
    if "connection" in reads:
        return connection_text(builder, field, nodes, row.rows, row_text)
    if "related" in reads:
        return _related_text(row, field, nodes, RELATIONS[reads["related"]])
    if "to_one" in reads:
        column, name = reads["to_one"]
        table = table_named(name)
        if not builder.can_read(table):
            return NULL
        key = row.rows.c[column]
        return one_text(builder, table, target, nodes, lambda rows: rows.c.id == key)
    if "to_many" in reads:
        name, via, order = reads["to_many"]
        table = table_named(name)
        return many_text(
            builder,
            table,
            target,
            nodes,
            lambda rows: rows.c[via] == row.rows.c.id,
            lambda rows: _in_order(rows, table, via, order),
        )
    raise UnplannableError


def _related_text(
    row: Row, field: GraphQLField, nodes: list[FieldNode], relation: Relation
) -> Written:
    """Write the rows that a relation finds."""
    builder, target, table = row.builder, named(field.type), relation.table

    def belongs(rows: FromClause) -> Any:  # noqa: ANN401 - a condition
        return relation.condition(row.rows, rows, row)

    if not _is_list(field):
        return one_text(builder, table, target, nodes, belongs)

    def order(rows: FromClause) -> Any:  # noqa: ANN401 - an order
        return (relation.order(rows, row.rows),)

    return many_text(builder, table, target, nodes, belongs, order)


def _column_text(row: Row, field: GraphQLField, reads: Any) -> Written:  # noqa: ANN401 - a declaration
    """Write a column, or null for those to whom it is not shown."""
    if row.builder.actor.role in reads.get("hidden_from", ()):
        return NULL
    column = row.rows.c[reads["column"]]
    return value_text(column, field.type, is_optional=_is_optional(field))


def _author_text(row: Row, field: GraphQLField, name: str) -> Written:
    """Write who did something; whoever is from outside is told the role only."""
    column = row.rows.c[name]
    value = func.split_part(column, ":", 1) if row.builder.actor.role in OUTSIDERS else column
    return value_text(value, field.type, is_optional=_is_optional(field))


def _derived_text(
    row: Row, field: GraphQLField, nodes: list[FieldNode], name: str | None = None
) -> Written:
    """Write what is derived from the row and its facts, by the name that the field declares."""
    derived = DERIVED[name or declared(field)["derived"]]
    value = derived.expression(row.rows, row)
    if named(field.type).name == "Money":
        return money_text(row, value, field, nodes, is_optional=derived.is_optional)
    return value_text(value, field.type, is_optional=derived.is_optional)


def _parts_text(row: Row, kind: GraphQLObjectType, nodes: list[FieldNode], prefix: str) -> Written:
    """Write an object whose fields are derived from the row that it belongs to."""
    texts: dict[str, Written] = {}
    fields = row.builder.collect(kind, [node.selection_set for node in nodes])
    for key, found in fields.items():
        if found[0].name.value == "__typename":
            texts[key] = (f'"{kind.name}"',)
            continue
        field = kind.fields[found[0].name.value]
        texts[key] = _derived_text(row, field, found, f"{prefix}.{field_name(field)}")
    return object_text(texts)


def money_text(
    row: Row,
    minor: ColumnElement[Any],
    field: GraphQLField,
    nodes: list[FieldNode],
    *,
    is_optional: bool,
) -> Written:
    """Write an amount in the row's currency."""
    currency = row.rows.c.currency
    texts: dict[str, Written] = {}
    fields = row.builder.collect(named(field.type), [node.selection_set for node in nodes])
    for key, found in fields.items():
        name = found[0].name.value
        if name == "__typename":
            texts[key] = ('"Money"',)
        elif name == "amount":
            texts[key] = amount_text(minor, currency)
        elif name == "amountMinor":
            texts[key] = quoted(minor)
        else:
            texts[key] = quoted(currency)
    text = object_text(texts)
    if not is_optional:
        return text
    return (case((minor.is_(None), constant("null")), else_=expression(text)),)


def _in_order(
    rows: FromClause, table: Table, via: str, order: tuple[str, ...]
) -> tuple[ColumnElement[Any], ...]:
    """Order by columns, and by the key after them unless no two children of a parent share them."""
    own = {"organisation_id", via, *order}
    is_total = any(
        {column.name for column in one.columns} <= own
        for one in table.constraints
        if isinstance(one, (PrimaryKeyConstraint, UniqueConstraint))
    )
    key = () if is_total else (column.name for column in table.primary_key.columns)
    return tuple(rows.c[name] for name in dict.fromkeys((*order, *key)))


def _is_optional(field: GraphQLField) -> bool:
    return not isinstance(field.type, GraphQLNonNull)


def _is_list(field: GraphQLField) -> bool:
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(kind, GraphQLList)

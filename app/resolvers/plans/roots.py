"""Root fields as JSON text, all of a document's in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, Uuid, func, select

from app.domain.errors import ErrorCode, refuse
from app.resolvers.ids import decode_id, parse_id
from app.resolvers.plans.building import Asked, declared, named, table_named
from app.resolvers.plans.objects import one_text, row_text
from app.resolvers.plans.pages import connection_text
from app.resolvers.plans.selection import UnplannableError
from app.resolvers.plans.texts import NULL, constant, expression, object_text
from app.storage.reads import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode, GraphQLField, GraphQLObjectType, OperationDefinitionNode
    from graphql.execution.values import VariableValues
    from sqlalchemy import Select

    from app.resolvers.plans.building import Builder
    from app.resolvers.plans.texts import Written


def query_text(builder: Builder, operation: OperationDefinitionNode) -> Select[Any]:
    """Build the statement that answers an operation with the JSON text of its data.

    Raises:
        UnplannableError: only the executor can answer it.
        DomainError: an argument is refused; the executor says so.
    """
    kind = builder.ground.core.query_type
    if kind is None:
        raise UnplannableError
    fields = builder.collect(kind, [operation.selection_set])
    texts = {key: _root_text(builder, kind, found) for key, found in fields.items()}
    # As bytes: of a text with one "é" in it the driver would make a string four times as long.
    return select(func.convert_to(expression(object_text(texts)), constant("UTF8")))


def _root_text(builder: Builder, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Written:
    """Write one root field."""
    name = nodes[0].name.value
    if name == "__typename":
        return (f'"{kind.name}"',)
    if name not in kind.fields:
        raise UnplannableError  # of the schema itself
    field = kind.fields[name]
    reads = declared(field)
    if "connection" in reads:
        return connection_text(builder, field, nodes, None, row_text)
    if "one" in reads:
        return _one_of(builder, field, nodes, *reads["one"])
    if "node" in reads:
        return _node(builder, field, nodes)
    if "own" in reads:
        return _own(builder, field, nodes, reads["own"])
    if "viewer" in reads:
        return _viewer(builder, named(field.type), nodes)
    raise UnplannableError


def _one_of(
    builder: Builder, field: GraphQLField, nodes: list[FieldNode], table: str, code: str
) -> Written:
    """Write an object that is named by its id or its code."""

    def ask(variables: VariableValues) -> Asked:
        given = builder.ground.arguments(field, nodes[0], variables)
        if given.get("id") is not None:
            return Asked("id", (parse_id(table, given["id"], "id"),))
        if given.get("code") is None:
            refuse(ErrorCode.INPUT_INVALID, "give an id or a code", "id")
        return Asked(code, (given["code"],)) if is_storable(given["code"]) else Asked(None, ())

    asked, parameters = builder.ask(nodes[:1], ask, lambda one: _kinds(one.structure))
    column = asked.structure
    if not isinstance(column, str):
        return NULL
    condition = parameters[0]
    return one_text(
        builder,
        table_named(table),
        named(field.type),
        nodes,
        lambda rows: rows.c[column] == condition,
    )


def _kinds(column: object) -> tuple[Any, ...]:
    if column is None:
        return ()
    return (Uuid(),) if column == "id" else (Text(),)


def _node(builder: Builder, field: GraphQLField, nodes: list[FieldNode]) -> Written:
    """Write any object by its id, whose kind shapes the statement."""
    kinds = {table: name for name, table in builder.ground.tables.items()}

    def ask(variables: VariableValues) -> Asked:
        decoded = decode_id(builder.ground.arguments(field, nodes[0], variables)["id"])
        if decoded is None or decoded[0] not in kinds:
            return Asked(None, ())
        return Asked(decoded[0], (decoded[1],))

    asked, parameters = builder.ask(
        nodes[:1], ask, lambda one: () if one.structure is None else (Uuid(),)
    )
    if not isinstance(asked.structure, str):
        return NULL
    table = table_named(asked.structure)
    if not builder.can_read(table):
        return NULL
    kind: Any = builder.ground.core.type_map[kinds[asked.structure]]
    return one_text(builder, table, kind, nodes, lambda rows: rows.c.id == parameters[0])


def _own(builder: Builder, field: GraphQLField, nodes: list[FieldNode], name: str) -> Written:
    """Write the caller's own organisation or account."""
    caller = builder.caller
    key: Any = caller.organisation_id if name == "organisation" else caller.account_id
    table = table_named(name)
    return one_text(builder, table, named(field.type), nodes, lambda rows: rows.c.id == key)


def _viewer(builder: Builder, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Written:
    """Write the caller: what the role decides stands in the statement itself."""
    texts: dict[str, Written] = {}
    fields: Mapping[str, list[FieldNode]] = builder.collect(
        kind, [node.selection_set for node in nodes]
    )
    for key, found in fields.items():
        name = found[0].name.value
        if name == "__typename":
            texts[key] = (f'"{kind.name}"',)
            continue
        field = kind.fields[name]
        reads = declared(field)
        if "own" not in reads:
            raise UnplannableError
        texts[key] = _own(builder, field, found, reads["own"])
    return object_text(texts)

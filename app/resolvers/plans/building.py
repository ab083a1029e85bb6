"""What is known while a statement is built: who asks, the variables, parameters and names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, get_argument_values
from sqlalchemy import Text, Uuid, and_, bindparam
from strawberry.types.arguments import convert_arguments

from app.domain.permissions import can_read
from app.resolvers.plans.selection import UnplannableError, collect
from app.storage.invoice_status import today_of
from app.storage.tables import metadata
from app.storage.visibility import Caller, visible_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from uuid import UUID

    from graphql import FieldNode, FragmentDefinitionNode, GraphQLSchema, SelectionSetNode
    from graphql.execution.values import VariableValues
    from sqlalchemy import BindParameter, ColumnElement, FromClause, Table
    from sqlalchemy.types import TypeEngine
    from strawberry import Schema

    from app.domain.permissions import Actor

ORGANISATION, ACCOUNT, PERSON = "organisation_id", "account_id", "caller_person"
"""The parameters that every execution gives from its actor, never from the request."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all plans of an API stand on; `tables` names the table of each object type."""

    schema: Schema
    core: GraphQLSchema
    tables: Mapping[str, str]

    def arguments(
        self, field_: GraphQLField, node: FieldNode, variables: VariableValues
    ) -> dict[str, Any]:
        """Return a field's arguments as its resolver would get them."""
        values = get_argument_values(field_, node, variables)
        declared = field_.extensions["strawberry-definition"].arguments
        registry = self.schema.schema_converter.scalar_registry
        return convert_arguments(values, declared, registry, self.schema.config)


@dataclass(frozen=True, slots=True)
class Asked:
    """What arguments ask for: the part that shapes the statement, and the values it is given."""

    structure: Hashable
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the document whose arguments give values to a statement."""

    ask: Callable[[VariableValues], Asked]
    structure: Hashable
    names: tuple[str, ...]
    fixed: tuple[Any, ...] | None
    """The values, where no variable takes part in them."""


@dataclass(slots=True)
class Builder:
    """One statement under construction, for one kind of caller and one shape of variables."""

    ground: Ground
    actor: Actor
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    sites: list[Site] = field(default_factory=list)
    _names: int = 0

    @property
    def club(self) -> BindParameter[UUID]:
        """Return the caller's organisation as a parameter of the statement."""
        return _parameter(ORGANISATION, Uuid())

    @property
    def caller(self) -> Caller:
        """Return the caller as parameters of the statement."""
        return Caller(self.club, _parameter(ACCOUNT, Uuid()), _parameter(PERSON, Text()))

    def collect(
        self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode | None]
    ) -> dict[str, list[FieldNode]]:
        """Return the fields that a selection asks of a type, by their names in the response."""
        return collect(self.ground.core, self.fragments, self.variables, kind, sets)

    def name(self, what: str) -> str:
        """Return a name that nothing else in the statement has."""
        self._names += 1
        return f"{what}_{self._names}"

    def rows_of(self, table: Table) -> tuple[FromClause, ColumnElement[bool]]:
        """Return a table under a name of its own, and the condition that its row is visible.

        Raises:
            UnplannableError: the caller may read none of it; the executor says so.
        """
        rows = table.alias(self.name("r"))
        if not self.can_read(table):
            raise UnplannableError
        return rows, visible_rows(table, rows, self.actor, self.caller)

    def can_read(self, table: Table) -> bool:
        """Tell whether the caller may read any row of a table."""
        return table.name == "organisation" or can_read(self.actor, table.name)

    def ask(
        self,
        nodes: list[FieldNode],
        ask: Callable[[VariableValues], Asked],
        kinds: Callable[[Asked], tuple[TypeEngine[Any], ...]],
    ) -> tuple[Asked, list[BindParameter[Any]]]:
        """Evaluate arguments now, and again for each execution; return parameters for the values.

        `kinds` says of which type each value is.
        """
        asked = ask(self.variables)
        names = tuple(self.name("v") for _ in asked.values)
        fixed = None if any(_has_variable(node) for node in nodes) else asked.values
        self.sites.append(Site(ask, asked.structure, names, fixed))
        types = kinds(asked)
        pairs = zip(names, types, strict=True)
        return asked, [_parameter(name, kind) for name, kind in pairs]


@dataclass(slots=True)
class Row:
    """The row that an object is written from, and what had to be read beside it."""

    builder: Builder
    rows: FromClause
    _beside: dict[tuple[str, str], tuple[FromClause, ColumnElement[bool]]] = field(
        default_factory=dict
    )

    def beside(self, table: Table, column: str) -> FromClause:
        """Return the one visible row of a table whose `column` is this row's id, or NULLs."""
        key = table.name, column
        if key not in self._beside:
            other, seen = self.builder.rows_of(table)
            belongs = and_(seen, other.c[column] == self.rows.c.id)
            self._beside[key] = other, belongs
        return self._beside[key][0]

    def rows_of(self, table: Table) -> tuple[FromClause, ColumnElement[bool]]:
        """Return a table under a name of its own, and the condition that its row is visible."""
        return self.builder.rows_of(table)

    def today(self) -> ColumnElement[Any]:
        """Return the day it is at the club."""
        return today_of(self.builder.club)

    def own(self) -> tuple[FromClause, ...]:
        """Return everything that the object's statement reads from."""
        return (self.rows, *(other for other, _ in self._beside.values()))

    def source(self) -> FromClause:
        """Return the row joined with what is read beside it."""
        source = self.rows
        for other, belongs in self._beside.values():
            source = source.outerjoin(other, belongs)
        return source


def table_named(name: str) -> Table:
    """Return a table by its name."""
    return metadata.tables[name]


def declared(field_: GraphQLField) -> Mapping[str, Any]:
    """Return what a field of the schema declares that it reads; empty: only its resolver knows."""
    definition = field_.extensions.get("strawberry-definition")
    found: Mapping[str, Any] = definition.metadata if definition is not None else {}
    return found


def field_name(field_: GraphQLField) -> str:
    """Return the name that a field has in Python."""
    return str(field_.extensions["strawberry-definition"].python_name)


def named(kind: Any) -> Any:  # noqa: ANN401 - any type of GraphQL
    """Return a type without the marks of lists and of what cannot be null."""
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind


def _has_variable(node: FieldNode) -> bool:
    """Tell whether a variable stands anywhere in the arguments of a field."""
    pending: list[Any] = [one.value for one in node.arguments or ()]
    while pending:
        value = pending.pop()
        if value.kind == "variable":
            return True
        pending.extend(getattr(value, "values", ()))
        pending.extend(one.value for one in getattr(value, "fields", ()))
    return False


def _parameter(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """Return a parameter whose value comes with each execution."""
    return bindparam(name, type_=kind, required=False)

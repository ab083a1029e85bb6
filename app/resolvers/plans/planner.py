"""Plans of documents: found again for each request, made when a new shape of variables comes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    get_variable_values,
)

from app.domain.errors import DomainError
from app.resolvers.ids import decode_id
from app.resolvers.plans.answers import Answers, frozen
from app.resolvers.plans.building import Builder, Ground
from app.resolvers.plans.roots import query_text
from app.resolvers.plans.selection import UnplannableError
from app.resolvers.plans.statement import StaleError, Statement, compiled
from app.telemetry.measures import READ_UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from graphql import DocumentNode
    from graphql.execution.values import VariableValues
    from strawberry import Schema

    from app.domain.permissions import Actor
    from app.resolvers.context import Context
    from app.storage.lanes import Lanes

PLANS_REMEMBERED = 64
"""Plans of one document: for the kinds of caller, and the shapes of what they ask."""
_SMALL = range(-1_000, 1_001)
"""Numbers that may be sizes of pages, which stand in the statement."""


@dataclass(slots=True)
class _Memory:
    """What is remembered of one document."""

    operations: dict[str | None, OperationDefinitionNode | None]
    fragments: Mapping[str, FragmentDefinitionNode]
    statements: OrderedDict[Hashable, Statement | None]


class Plans:
    """Answers queries by one statement each."""

    def __init__(
        self, schema: Schema, tables: Mapping[str, str], lanes: Lanes, kept_bytes: int = 0
    ) -> None:
        """Plan for a schema.

        Args:
            schema: what queries are asked of.
            tables: the table of each object type.
            lanes: where statements run.
            kept_bytes: how much room answers may take that are kept, to be given again while
                nothing of the club has changed; 0 keeps none.
        """
        self._lanes = lanes
        self._answers = Answers(kept_bytes)
        self._ground = Ground(schema, schema._schema, tables)  # noqa: SLF001 - the schema of graphql-core

    async def answer(
        self,
        context: Context,
        document: DocumentNode,
        memory: dict[Any, Any],
        operation_name: str | None,
        variables: Mapping[str, Any] | None,
    ) -> bytes | None:
        """Return the JSON text of a query's data, or None when the executor has to answer.

        `memory` is kept with the document and forgotten with it. Whatever the arguments or the
        caller's rights refuse is left to the executor, which tells where and why.
        """
        actor = context.actor
        if actor is None:
            return None
        found = self._planned(actor, document, memory, operation_name, variables)
        if found is None:
            return None
        statement, values = found
        if statement.followed is None or not self._answers.limit_bytes:
            answer: bytes = (await self._lanes.fetch(statement.sql, values))[0]
            return answer
        return await self._followed(statement.followed, values)

    async def _followed(self, sql: str, values: list[Any]) -> bytes:
        """Answer with what is kept, unless something has changed since."""
        key = sql, frozen(values)
        kept = self._answers.find(key)
        position = None if kept is None else kept.position
        changed, now = await self._lanes.fetch(sql, [*values, position])
        if changed is None:
            assert kept is not None  # noqa: S101 - without a position the statement answers
            READ_UNCHANGED.inc()
        answer: bytes = kept.text if changed is None and kept is not None else changed
        self._answers.keep(key, answer, now)
        return answer

    def _planned(
        self,
        actor: Actor,
        document: DocumentNode,
        memory: dict[Any, Any],
        operation_name: str | None,
        variables: Mapping[str, Any] | None,
    ) -> tuple[Statement, list[Any]] | None:
        """Return the statement of an operation and its values."""
        known = _known(document, memory)
        operation = _operation(known, document, operation_name)
        if operation is None:
            return None
        core = self._ground.core
        given = get_variable_values(
            core, operation.variable_definitions or (), dict(variables or {})
        )
        if isinstance(given, list):
            return None
        key = operation_name, actor.sight, shape_of(given.coerced)
        try:
            if key in known.statements:
                known.statements.move_to_end(key)
                statement = known.statements[key]
            else:
                statement = self._compile(actor, known, operation, given)
                known.statements[key] = statement
                if len(known.statements) > PLANS_REMEMBERED:
                    known.statements.popitem(last=False)
            return None if statement is None else (statement, statement.values(given, actor))
        except (DomainError, GraphQLError, StaleError):
            return None

    def _compile(
        self,
        actor: Actor,
        known: _Memory,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> Statement | None:
        """Make the statement of an operation; None when there is none."""
        builder = Builder(self._ground, actor, known.fragments, variables)
        try:
            query = query_text(builder, operation)
        except UnplannableError:
            return None
        return compiled(query, builder.sites)


def shape_of(value: Any) -> Hashable:  # noqa: ANN401 - variables of any type
    """Return what of variables can shape a statement: what is there, kinds of ids, choices."""
    if isinstance(value, dict):
        return tuple((name, shape_of(one)) for name, one in value.items())
    if isinstance(value, list):
        return tuple(value) if value and isinstance(value[0], Enum) else "list"
    if value is None or isinstance(value, (bool, Enum)):
        return value
    if isinstance(value, int):
        return value if value in _SMALL else "int"
    if isinstance(value, str):
        decoded = decode_id(value)
        return decoded[0] if decoded is not None else ("text", bool(value.strip()))
    return type(value).__name__


def _known(document: DocumentNode, memory: dict[Any, Any]) -> _Memory:
    """Return what is remembered of a document."""
    known = memory.get("plans")
    if known is None:
        fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        known = memory["plans"] = _Memory({}, fragments, OrderedDict())
    assert isinstance(known, _Memory)  # noqa: S101 - nothing else is kept under this name
    return known


def _operation(
    known: _Memory, document: DocumentNode, name: str | None
) -> OperationDefinitionNode | None:
    """Return the query of a document that a request names; None for anything else."""
    if name not in known.operations:
        if len(known.operations) >= PLANS_REMEMBERED:
            known.operations.clear()
        operation = get_operation_ast(document, name)
        is_query = operation is not None and operation.operation is OperationType.QUERY
        known.operations[name] = operation if is_query else None
    return known.operations[name]

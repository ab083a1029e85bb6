"""Answers about the schema itself: made once for each document, and not on the event loop."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson
from anyio import CapacityLimiter, to_thread
from graphql import FieldNode, OperationType, execute_sync

if TYPE_CHECKING:
    from graphql import GraphQLSchema, OperationDefinitionNode

    from app.http.documents import Known

_REMEMBERED_LIMIT = 8
"""Answers remembered; a whole one has 700 KB."""


@dataclass(slots=True)
class Introspection:
    """Answers operations that ask about the schema and about nothing else.

    A whole answer takes a quarter of a second to make, and the tools that ask for it send the same
    text every time. One is made at a time, in a thread, so that all other requests go on.
    """

    schema: GraphQLSchema
    _made: OrderedDict[tuple[str, str | None], bytes] = field(default_factory=OrderedDict)
    _one_at_a_time: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    def is_about(self, operation: OperationDefinitionNode) -> bool:
        """Tell whether an operation is answered here: it asks for `__schema` or `__type` alone."""
        return (
            operation.operation is OperationType.QUERY
            and not operation.variable_definitions
            and all(
                isinstance(one, FieldNode) and one.name.value in {"__schema", "__type"}
                for one in operation.selection_set.selections
            )
        )

    async def answer(self, known: Known, operation: OperationDefinitionNode) -> bytes:
        """Return the JSON text of an operation's data."""
        name = operation.name.value if operation.name is not None else None
        made = self._made.get((known.text, name))
        if made is None:
            made = await to_thread.run_sync(self._make, known, name, limiter=self._one_at_a_time)
            self._made[known.text, name] = made
            if len(self._made) > _REMEMBERED_LIMIT:
                self._made.popitem(last=False)
        return made

    def _make(self, known: Known, name: str | None) -> bytes:
        assert known.document is not None  # noqa: S101 - it was admitted
        result = execute_sync(self.schema, known.document, operation_name=name)
        return orjson.dumps(result.data)

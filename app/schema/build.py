"""The schema put together, and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.resolvers.ids import decode_id
from app.schema.calendar import CalendarMutation, CalendarQuery
from app.schema.fields import NODE_TYPES, Info, Node, wrap
from app.schema.scalars import SCALARS


@strawberry.type(description="Everything that can be read.")
class Query(CalendarQuery):
    """The root of reads."""

    @strawberry.field(description="Any object by its id; null when the caller can see none.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - the argument's name in the API
        """Find the table by the id's kind."""
        decoded = decode_id(id)
        if decoded is None or decoded[0] not in NODE_TYPES:
            return None
        table, row_id = decoded
        found: Node | None = wrap(table, await info.context.row(table, row_id))
        return found


@strawberry.type(description="Everything that can be done, one mutation for each action.")
class Mutation(CalendarMutation):
    """The root of changes."""


def build_schema(extensions: Sequence[Any] = ()) -> strawberry.Schema:
    """Build the schema."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=list(NODE_TYPES.values()),
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=list(extensions),
    )


def print_schema() -> str:
    """Return the schema in GraphQL's definition language, as it lies in the repository."""
    return build_schema().as_str().rstrip() + "\n"

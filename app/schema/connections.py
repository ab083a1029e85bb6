"""Connections, edges and page information, per the Relay specification."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import strawberry

from app.resolvers.connections import Result
from app.resolvers.context import Context
from app.storage.reads import COUNT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NodeType = TypeVar("NodeType")


@strawberry.enum(description="Whether a count is exact.")
class CountPrecision(Enum):
    """How to read a count."""

    EXACT = strawberry.enum_value("EXACT", description="There are exactly so many.")
    AT_LEAST = strawberry.enum_value("AT_LEAST", description="There are more than this.")


@strawberry.type(description="How many objects a connection has in all.")
class Count:
    """A number and how to read it."""

    count: int = strawberry.field(description="The number, at most 10,000.")
    precision: CountPrecision = strawberry.field(description="Whether the number is exact.")


@strawberry.type(name="PageInfo", description="Where a page lies in its connection.")
class PageEnds:
    """Whether there is more, and the cursors of the page's ends."""

    has_next_page: bool = strawberry.field(description="Whether objects follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether objects precede this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first object.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last object.")


@strawberry.type(description="An object of a page with its cursor.")
class Edge(Generic[NodeType]):
    """One object and where it lies."""

    cursor: str = strawberry.field(description="The position of the object in this order.")
    node: NodeType = strawberry.field(description="The object.")


@strawberry.type(description="One page of a list that can be read page by page.")
class Connection(Generic[NodeType]):
    """A page of objects."""

    edges: list[Edge[NodeType]] = strawberry.field(description="The objects with their cursors.")
    nodes: list[NodeType] = strawberry.field(description="The objects alone.")
    page_info: PageEnds = strawberry.field(description="Where the page lies.")
    result: strawberry.Private[Any]

    @strawberry.field(description="How many there are over all pages, counted up to 10,000.")
    async def total_count(self, info: strawberry.Info[Context, None]) -> Count:
        """Count only when asked."""
        reader = info.context.reader
        found = await reader.count(info.context.caller, self.result.table, self.result.conditions)
        if found > COUNT_LIMIT:
            return Count(count=COUNT_LIMIT, precision=CountPrecision.AT_LEAST)
        return Count(count=found, precision=CountPrecision.EXACT)


def connection_of(result: Result, wrap: Callable[[Mapping[str, Any]], Any]) -> Connection[Any]:
    """Build the connection of a page."""
    edges = [Edge(cursor=result.cursor(row), node=wrap(row)) for row in result.page.rows]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageEnds(
            has_next_page=result.has_next_page,
            has_previous_page=result.has_previous_page,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        result=result,
    )

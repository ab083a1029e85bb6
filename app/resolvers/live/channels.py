"""Channels: one for all subscribers who see the same rows and ask the same of the same objects."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from graphql import Executor, execute_subscription_event

from app.resolvers.live.cursors import Cursor
from app.resolvers.live.events import LiveEvent, LiveKind, LiveReason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from graphql import DocumentNode, ExecutionResult, GraphQLSchema

    from app.domain.permissions import Actor
    from app.resolvers.context import Context
    from app.resolvers.live.subscribers import Subscriber
    from app.resolvers.live.watches import State, Touched, Watch

Told = TypeVar("Told")
PRESENT_LIMIT = 100
"""Objects whose present state is sent when a subscription begins; more are read by a query."""
MEMBERS_LIMIT = 10_000
"""Objects of a list that a channel remembers, to tell what leaves it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A subscription as it was sent: what to execute for each event."""

    schema: GraphQLSchema
    document: DocumentNode
    name: str | None
    variables: Mapping[str, Any]
    render: Callable[[ExecutionResult], bytes]

    async def answer(
        self, context: Context, events: Sequence[Told], show: Callable[[Told], Any]
    ) -> list[bytes]:
        """Execute the selection on events; what their fields load is loaded for all at once."""
        executor = Executor.build(
            self.schema,
            self.document,
            context_value=context,
            raw_variable_values=dict(self.variables),
            operation_name=self.name,
        )
        if isinstance(executor, list):
            raise executor[0]

        async def one(event: Told) -> bytes:
            found = execute_subscription_event(executor.build_per_event_executor(show(event)))
            result = await found if executor.is_awaitable(found) else found
            return self.render(cast("ExecutionResult", result))

        return list(await asyncio.gather(*(one(event) for event in events)))


@dataclass(slots=True)
class Group:
    """Everybody who sees the same rows; `actor` is any of them."""

    actor: Actor
    channels: dict[object, Channel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What a subscription's field answers: what to follow, since when, and how it is shown."""

    watch: Watch
    after: Cursor | None
    show: Callable[[LiveEvent], Any]

    def __aiter__(self) -> Source:
        """Be the event stream that GraphQL expects; its events come from the hub."""
        return self

    async def __anext__(self) -> Any:  # noqa: ANN401 - the protocol of iterators
        """Give nothing: whoever executes a subscription asks the hub instead."""
        raise StopAsyncIteration


@dataclass(eq=False, slots=True)
class Channel:
    """One watch with one operation for one group; events are executed once for all of it."""

    group: Group
    key: object
    source: Source
    operation: Operation
    subscribers: set[Subscriber[Channel]] = field(default_factory=set)
    members: set[UUID] = field(default_factory=set)
    """The objects of a list that subscribers may have."""
    knows_members: bool = False
    """Whether subscribers have no others: false until they were read, and when there are many."""
    present: tuple[str, asyncio.Task[list[bytes]]] | None = None
    """The present state as of a position, for all who begin there."""

    async def changed(
        self,
        context: Context,
        touched: Touched,
        span: tuple[Cursor, Cursor],
        *,
        is_resumed: bool = False,
    ) -> list[tuple[UUID, bytes]]:
        """Return what is told of objects that changed in a span, in the order of their ids.

        Until the last of them, a cursor names the span and the object; that of the last one is
        the span's end. Whoever `is_resumed` may have had objects that are no members any more, and
        reads beside the hub, which alone tells the others what leaves.
        """
        keys = sorted(touched)
        read = self.source.watch.read
        states = await asyncio.gather(*(read(context, key) for key in keys))
        start, end = span
        events = [
            LiveEvent(
                LiveKind.GONE if isinstance(state, LiveReason) else LiveKind.CHANGED,
                Cursor(start.until, end.until, key, end.at).write(),
                key,
                None if isinstance(state, LiveReason) else state,
                tuple(sorted(touched[key])),
                state if isinstance(state, LiveReason) else None,
            )
            for key, state in zip(keys, states, strict=True)
            if self._is_told(key, state, is_resumed=is_resumed)
        ]
        if events:
            events[-1] = events[-1].at(end)
        answers = await self.operation.answer(context, events, self.source.show)
        return [(event.key, one) for event, one in zip(events, answers, strict=True) if event.key]

    async def tell_present(self, context: Context, cursor: Cursor) -> list[bytes]:
        """Return the present state and its end, or that there is too much of it.

        A cursor before the end begins anew: part of the state cannot be resumed from.
        """
        watch = self.source.watch
        found = await watch.found(context, MEMBERS_LIMIT + 1)
        self._learn(found)
        caught_up = LiveEvent(LiveKind.CAUGHT_UP, cursor.write())
        if len(found) > PRESENT_LIMIT:
            reason = LiveReason.TOO_MANY_OBJECTS
            events = [LiveEvent(LiveKind.RESYNC, cursor.write(), reason=reason), caught_up]
            return await self.operation.answer(context, events, self.source.show)
        states = await asyncio.gather(*(watch.read(context, key) for key in found))
        before = cursor if watch.is_of_one else Cursor.none(cursor.at)
        events = [
            LiveEvent(LiveKind.PRESENT, before.write(), key, state)
            for key, state in zip(found, states, strict=True)
            if not isinstance(state, LiveReason)
        ]
        return await self.operation.answer(context, [*events, caught_up], self.source.show)

    async def told(
        self, context: Context, kind: LiveKind, cursor: Cursor, reason: LiveReason | None = None
    ) -> bytes:
        """Return an event that is about no object."""
        event = LiveEvent(kind, cursor.write(), reason=reason)
        return (await self.operation.answer(context, [event], self.source.show))[0]

    async def learn_members(self, context: Context) -> None:
        """Learn what is in a list, for a channel that nobody began anew."""
        if not self.source.watch.is_of_one and not self.knows_members:
            self._learn(await self.source.watch.found(context, MEMBERS_LIMIT + 1))

    def _learn(self, found: Sequence[UUID]) -> None:
        """Add what was found; what has left since is told of once too often rather than never."""
        self.members.update(found)
        self.knows_members = len(self.members) <= MEMBERS_LIMIT
        if not self.knows_members:
            self.members.clear()

    def _is_told(self, key: UUID, state: State, *, is_resumed: bool) -> bool:
        """Tell whether a subscriber may know the object, and remember what is in the list."""
        if not isinstance(state, LiveReason):
            self.members.add(key)
            return True
        if self.source.watch.is_of_one:
            return True
        if is_resumed or not self.knows_members:
            return True
        was_member = key in self.members
        self.members.discard(key)
        return was_member

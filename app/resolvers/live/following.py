"""Following: what there is or was missed, then what changes, for as long as somebody listens."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from app.resolvers.live.cursors import Cursor
from app.resolvers.live.events import LiveKind, LiveReason
from app.resolvers.live.hub import HubClosedError
from app.resolvers.live.missed import read_missed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from app.domain.permissions import Actor
    from app.resolvers.live.channels import Channel, Operation, Source
    from app.resolvers.live.hub import Hub
    from app.resolvers.live.questions import Question
    from app.resolvers.live.subscribers import Subscriber

RESUME_LIMIT = 500
"""Objects that are sent to one who resumes; with more changed it has to start afresh."""


async def follow(
    hub: Hub,
    actor: Actor,
    key: object,
    source: Source,
    operation: Operation,
    on_stall: Callable[[], None],
) -> AsyncGenerator[bytes, None]:
    """Yield the answers to a subscription; subscribers with the same `key` share their execution.

    Raises:
        DomainError: NOT_FOUND, when the one object that is followed does not exist.
        HubClosedError: the process stops.
    """
    async with hub.ready(), hub.starts:
        subscriber = hub.join(actor, key, source, operation, on_stall)
        try:
            answers = await _begin(hub, subscriber, source.after, None)
        except BaseException:
            hub.leave(subscriber)
            raise
    try:
        while True:
            for answer in answers:
                subscriber.busy_since = time.monotonic()
                yield answer
            subscriber.busy_since = float("inf")
            answers = await _next(hub, subscriber)
    finally:
        hub.leave(subscriber)


async def follow_question(
    hub: Hub,
    actor: Actor,
    key: object,
    question: Question,
    operation: Operation,
    on_stall: Callable[[], None],
) -> AsyncGenerator[bytes, None]:
    """Yield the answer to a question, and each that differs from the one before.

    Raises:
        HubClosedError: the process stops.
    """
    loop = asyncio.get_running_loop()
    listener = hub.questions.join(actor, key, question, operation)
    try:
        while (answer := await listener.take()) is not None:
            stalled = loop.call_later(hub.patience_seconds, on_stall)
            try:
                yield answer
            finally:
                stalled.cancel()
    finally:
        await hub.questions.leave(listener)
    raise HubClosedError


async def _next(hub: Hub, subscriber: Subscriber[Channel]) -> list[bytes]:
    """Return what comes next: what was touched meanwhile, what is queued, or a new beginning."""
    while not subscriber.is_live and subscriber.lost is None:
        if not subscriber.touched:
            subscriber.is_live = True
            break
        async with hub.starts:
            answers = await _touched(hub, subscriber)
        if answers:
            return answers
    answer = await subscriber.take()
    if answer is not None:
        return [answer]
    if hub.is_closed:
        raise HubClosedError
    async with hub.ready(), hub.starts:
        reason = subscriber.restart(hub.cursor)
        return await _begin(hub, subscriber, None, reason)


async def _begin(
    hub: Hub, subscriber: Subscriber[Channel], after: Cursor | None, reason: LiveReason | None
) -> list[bytes]:
    """Return what was missed since a cursor; else the present state, with the reason for it."""
    channel, start = subscriber.channel, subscriber.start
    context = hub.context(channel.group.actor)
    if after is not None and not after.is_none:
        missed = await _missed(hub, channel, after, start)
        if not isinstance(missed, LiveReason):
            return [*missed, await channel.told(context, LiveKind.CAUGHT_UP, start)]
        reason = missed
    told = []
    if reason is not None:
        none = Cursor.none(start.at)
        told.append(await channel.told(context, LiveKind.RESYNC, none, reason))
    if channel.present is None or channel.present[0] != start.until:
        task = asyncio.create_task(channel.tell_present(context, start))
        task.add_done_callback(_retrieve)
        channel.present = start.until, task
    return told + await asyncio.shield(channel.present[1])


async def _missed(
    hub: Hub, channel: Channel, after: Cursor, start: Cursor
) -> list[bytes] | LiveReason:
    """Return what changed between a cursor and the start, or why that cannot be told."""
    actor = channel.group.actor
    found = await read_missed(hub, actor.organisation_id, after, start)
    if isinstance(found, LiveReason):
        return found
    own, later = (channel.source.watch.touched(changes, actor) for changes in found)
    own = {
        key: topics
        for key, topics in own.items()
        if key not in later and after.key is not None and key > after.key
    }
    if len(own) + len(later) > RESUME_LIMIT:
        return LiveReason.TOO_MANY_CHANGES
    context = hub.context(actor)
    await channel.learn_members(context)
    since, until = Cursor.after(after.since, after.at), Cursor.after(after.until, after.at)
    told = await channel.changed(context, own, (since, until), is_resumed=True)
    told += await channel.changed(context, later, (until, start), is_resumed=True)
    return [answer for _, answer in told]


async def _touched(hub: Hub, subscriber: Subscriber[Channel]) -> list[bytes]:
    """Return what was touched while the subscriber was not live yet."""
    channel, touched, start = subscriber.channel, subscriber.touched, subscriber.start
    subscriber.touched, subscriber.start = {}, hub.cursor
    context = hub.context(channel.group.actor)
    span = start, subscriber.start
    told = await channel.changed(context, touched, span, is_resumed=True)
    return [answer for _, answer in told]


def _retrieve(task: asyncio.Task[list[bytes]]) -> None:
    """Look at how a shared task ended, which those who waited for it are told themselves."""
    if not task.cancelled():
        task.exception()

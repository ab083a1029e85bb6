"""The hub: reads once what was committed, and gives it to everybody whom it concerns."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, defaultdict
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.resolvers.context import Context
from app.resolvers.live.channels import Channel, Group
from app.resolvers.live.cursors import Cursor
from app.resolvers.live.events import LiveReason
from app.resolvers.live.questions import Questions
from app.resolvers.live.subscribers import Subscriber
from app.storage.changes import Changes
from app.storage.failures import is_unavailable
from app.storage.feed import changes_between, is_before, position_and_time
from app.storage.identity import new_id
from app.storage.live import accounts_of_sales, times_of_pools
from app.storage.wakes import announcements
from app.telemetry.measures import FEED_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.resolvers.live.channels import Operation, Source
    from app.resolvers.live.watches import Touched
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.reads import Reader

POLL_SECONDS = 0.25
"""How long the hub waits at most before it looks again."""
GAP_SECONDS = 0.05
"""How long it waits at least: what is committed meanwhile goes into one batch."""
BATCH_SECONDS = 15.0
"""How long one batch may take; whoever was not served by then starts afresh."""
PATIENCE_SECONDS = 30.0
"""How long a subscriber may leave an event unsent before it is closed."""
AGAIN_SECONDS = 1.0
"""How long it waits after the database failed."""
_POOLS_REMEMBERED = 100_000
_log = logging.getLogger("loge.live")


class HubClosedError(Exception):
    """The process stops; subscribers come back to another one with their cursors."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What one channel tells those of its subscribers who were live when a batch began."""

    channel: Channel
    touched: Touched
    subscribers: tuple[Subscriber[Channel], ...]


class Hub:
    """The one reader of changes in a process, and the groups of those who follow them."""

    def __init__(
        self,
        reader: Reader,
        runner: Runner,
        clock: Callable[[], datetime],
        semantics: SemanticDoor | None = None,
    ) -> None:
        """Follow what `reader` sees; nothing is read while nobody follows."""
        self.reader = reader
        self.questions = Questions(self.context, semantics)
        self.patience_seconds = PATIENCE_SECONDS
        self.starts = asyncio.Semaphore(8)
        self.position: str | None = None
        self._at: datetime | None = None
        self._runner, self._clock, self._semantics = runner, clock, semantics
        self._organisations: dict[UUID, dict[object, Group]] = {}
        self._count = 0
        self._waiting = 0
        self._wake: asyncio.Event = asyncio.Event()
        self._wanted: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._is_closed = False
        self._pools: OrderedDict[UUID, tuple[UUID, UUID | None, UUID | None]] = OrderedDict()

    @property
    def subscriber_count(self) -> int:
        """Return how many follow something."""
        return self._count + self.questions.listener_count

    @property
    def cursor(self) -> Cursor:
        """Return the cursor of the position up to which everything was given on."""
        assert self.position is not None  # noqa: S101 - asked only between join and leave
        assert self._at is not None  # noqa: S101 - read together with the position
        return Cursor.after(self.position, self._at)

    def context(self, actor: Actor) -> Context:
        """Return a context for reads on behalf of everybody in an actor's group."""
        return Context(
            actor,
            self.reader,
            self._runner,
            str(new_id()),
            self._clock,
            semantics=self._semantics,
        )

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[None]:
        """Look once more, then keep a position for a block, in which somebody may join.

        So whoever begins sees everything that was committed before it asked.
        """
        if self._is_closed:
            raise HubClosedError
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._listening = asyncio.create_task(self._listen())
        self._waiting += 1
        try:
            looked = asyncio.get_running_loop().create_future()
            self._wanted.append(looked)
            self._wake.set()
            await looked
            if self._is_closed:
                raise HubClosedError
            yield
        finally:
            self._waiting -= 1

    def join(
        self,
        actor: Actor,
        key: object,
        source: Source,
        operation: Operation,
        on_stall: Callable[[], None],
    ) -> Subscriber[Channel]:
        """Add a subscriber at the present position; it is not live yet."""
        groups = self._organisations.setdefault(actor.organisation_id, {})
        group = groups.setdefault((actor.account_id, actor.sight), Group(actor))
        channel = group.channels.get(key)
        if channel is None:
            channel = group.channels[key] = Channel(group, key, source, operation)
        subscriber = Subscriber(channel, self.cursor, on_stall)
        channel.subscribers.add(subscriber)
        self._count += 1
        return subscriber

    def leave(self, subscriber: Subscriber[Channel]) -> None:
        """Remove a subscriber, and what nobody needs any more without it."""
        channel = subscriber.channel
        if subscriber not in channel.subscribers:
            return
        channel.subscribers.remove(subscriber)
        self._count -= 1
        if channel.subscribers:
            return
        if channel.present is not None:
            channel.present[1].cancel()
        group = channel.group
        group.channels.pop(channel.key, None)
        if not group.channels:
            actor = group.actor
            groups = self._organisations[actor.organisation_id]
            groups.pop((actor.account_id, actor.sight), None)
            if not groups:
                del self._organisations[actor.organisation_id]

    async def close(self) -> None:
        """Stop reading; subscribers that wait are told to come back elsewhere."""
        self._is_closed = True
        await self.questions.close()
        _tell(self._wanted)
        for subscriber in self._everybody():
            subscriber.lose(LiveReason.INTERRUPTED)
        tasks = [one for one in (self._task, self._listening) if one is not None]
        self._task = self._listening = None
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @property
    def is_closed(self) -> bool:
        """Tell whether the process stops."""
        return self._is_closed

    async def _listen(self) -> None:
        """Be woken by announcements of other processes, as long as the connection lasts."""
        while True:
            try:
                async with announcements(self.reader.engine, self._wake.set) as is_lost:
                    await is_lost.wait()
            except Exception as error:  # noqa: BLE001 - without announcements the hub still looks often
                self._log_failure(error, 1)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _run(self) -> None:
        """Look again and again, at once when woken, while anybody follows anything."""
        failures = 0
        while True:
            if not self._count and not self._waiting:
                self.position = None
                await self._wake.wait()
            self._wake.clear()
            try:
                await self._look()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing is lost by trying again
                failures += 1
                self._log_failure(error, failures)
                await asyncio.sleep(AGAIN_SECONDS)
            self._close_the_stalled()
            await asyncio.sleep(GAP_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS - GAP_SECONDS)

    async def _look(self) -> None:
        """Read the position, and what was committed since the one before."""
        begun = time.monotonic()
        wanted, self._wanted = self._wanted, []
        try:
            found = (await self.reader.run(position_and_time()))[0]
            jobs, start = await self._advance(found)
        except BaseException:
            self._wanted += wanted
            raise
        _tell(wanted)
        if jobs:
            await self._deliver(jobs, (start, self.cursor))
            FEED_SECONDS.set(time.monotonic() - begun)

    async def _advance(self, found: Mapping[str, Any]) -> tuple[list[_Job], Cursor]:
        """Go on to the position that was found; return what is to be told, and since when."""
        before = self.position
        if before is None or not is_before(before, found["position"]):
            self.position, self._at = found["position"], found["at"]
            if before is not None:
                for subscriber in self._everybody():
                    subscriber.lose(LiveReason.CURSOR_UNKNOWN)
            return [], self.cursor
        if found["position"] == before:
            self._at = found["at"]
            return [], self.cursor
        notes = await self.reader.run(changes_between(before, found["position"]))
        changed = await self._sorted(notes)
        start = self.cursor
        # From here to the list of jobs nothing waits: whoever joins is before or after all of it.
        self.position, self._at = found["position"], found["at"]
        return [job for group, changes in changed for job in _jobs(group, changes)], start

    async def _sorted(self, notes: Iterable[Mapping[str, Any]]) -> list[tuple[Group, Changes]]:
        """Merge the notes of each organisation, for each of its groups that follows anything."""
        merged: dict[UUID, Changes] = defaultdict(Changes)
        for note in notes:
            if note["organisation_id"] in self._organisations:
                merged[note["organisation_id"]].add(Changes.from_json(note["changes"]))
        for organisation_id, changes in merged.items():
            await self.complete(organisation_id, changes)
        return [
            (group, changes)
            for organisation_id, changes in merged.items()
            for group in self._organisations.get(organisation_id, {}).values()
        ]

    async def complete(self, organisation_id: UUID, changes: Changes) -> None:
        """Add to changes where their pools are and whose their Sales are."""
        unknown = changes.pools - self._pools.keys()
        if unknown:
            for row in await self.reader.run(times_of_pools(unknown)):
                times = row["organisation_id"], row["calendar_item_id"], row["season_id"]
                self._pools[row["id"]] = times
            while len(self._pools) > _POOLS_REMEMBERED:
                self._pools.popitem(last=False)
        places = [self._pools[one] for one in changes.pools if one in self._pools]
        changes.note_pools_at([(item, season) for _, item, season in places])
        nameless = [key for key, one in changes.sales.items() if one.account_id is None]
        if nameless:
            for row in await self.reader.run(accounts_of_sales(organisation_id, nameless)):
                changes.sales[row["id"]].account_id = row["account_id"]

    async def _deliver(self, jobs: list[_Job], span: tuple[Cursor, Cursor]) -> None:
        """Run the jobs of a batch together; each group has one context, so it loads rows once."""
        groups = {id(job.channel.group): job.channel.group for job in jobs}
        contexts = {key: self.context(group.actor) for key, group in groups.items()}
        tasks = {
            asyncio.create_task(self._run_job(job, contexts[id(job.channel.group)], span)): job
            for job in jobs
        }
        try:
            _, late = await asyncio.wait(tasks, timeout=BATCH_SECONDS)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            raise
        for task in late:
            task.cancel()
            _lose(tasks[task])

    async def _run_job(self, job: _Job, context: Context, span: tuple[Cursor, Cursor]) -> None:
        """Execute what one channel tells, and queue it for its subscribers."""
        try:
            told = await job.channel.changed(context, job.touched, span)
        except Exception as error:  # noqa: BLE001 - its subscribers start afresh, others go on
            self._log_failure(error, 1)
            _lose(job)
            return
        for subscriber in job.subscribers:
            for key, answer in told:
                if subscriber.is_live:
                    subscriber.put(key, answer)

    def _close_the_stalled(self) -> None:
        """Close the subscribers that have not sent an event for too long."""
        limit = time.monotonic() - self.patience_seconds
        for subscriber in self._everybody():
            if subscriber.busy_since < limit and subscriber.on_stall is not None:
                on_stall, subscriber.on_stall = subscriber.on_stall, None
                on_stall()

    def _everybody(self) -> list[Subscriber[Channel]]:
        return [
            subscriber
            for groups in self._organisations.values()
            for group in groups.values()
            for channel in group.channels.values()
            for subscriber in channel.subscribers
        ]

    def _log_failure(self, error: Exception, failures: int) -> None:
        """Log a failure; a database that is down is told once, until it is back."""
        if not is_unavailable(error):
            _log.error("live data failed %d times in a row", failures, exc_info=error)
        elif failures == 1:
            reason = str(error).partition("\n")[0]
            _log.warning("live data waits for the database: %s", reason)


def _jobs(group: Group, changes: Changes) -> list[_Job]:
    """Find the channels that changes concern; who begins only notes what to read itself."""
    jobs = []
    for channel in group.channels.values():
        if channel.present is not None and channel.present[1].done():
            channel.present = None
        touched = channel.source.watch.touched(changes, group.actor)
        if not touched:
            continue
        for subscriber in channel.subscribers:
            if not subscriber.is_live:
                subscriber.note(touched)
        live = tuple(one for one in channel.subscribers if one.is_live)
        if live:
            jobs.append(_Job(channel, touched, live))
    return jobs


def _lose(job: _Job) -> None:
    """Let the subscribers of a job that failed start afresh."""
    for subscriber in job.subscribers:
        subscriber.lose(LiveReason.INTERRUPTED)


def _tell(waiting: list[asyncio.Future[None]]) -> None:
    """Let those go on who wait for a look."""
    for one in waiting:
        if not one.done():
            one.set_result(None)

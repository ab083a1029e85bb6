"""Questions that stay open: asked again when facts changed, told when the answer did."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.errors import DomainError, ErrorCode, Violation
from app.resolvers.semantic.questions import Answered
from app.resolvers.semantic_questions import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.permissions import Actor
    from app.resolvers.context import Context
    from app.resolvers.live.channels import Operation
    from app.resolvers.semantic.door import SemanticDoor

APART_SECONDS = 0.5
"""How long a question rests at least before it is asked again."""
REST_FACTOR = 5.0
"""It also rests so many times as long as its answer took: dear questions are asked less often."""
REST_LIMIT_SECONDS = 30.0
"""How long it rests at most while facts change."""
AGAIN_SECONDS = 1.0
"""How long is waited after the semantic layer could not be reached."""
OUTAGE_TRIES = 5
"""So many times in a row it could not be reached before whoever follows is told."""
AT_LEAST_EVERY_SECONDS = 60.0
"""A question is asked again after so long though no fact changed: models and the clock do."""
ASKED_AT_ONCE = 4
"""Questions of one process that are asked at a time; others wait their turn."""
_log = logging.getLogger("loge.live")


@dataclass(frozen=True, slots=True)
class Question:
    """What a subscription's field answers: what to ask, and how an answer is shown."""

    given: Any
    show: Callable[[Answered], Any]

    def __aiter__(self) -> Question:
        """Be the event stream that GraphQL expects; its answers come from `Questions`."""
        return self

    async def __anext__(self) -> Any:  # noqa: ANN401 - the protocol of iterators
        """Give nothing: whoever executes a subscription asks `Questions` instead."""
        raise StopAsyncIteration


class Listener:
    """One subscriber: the newest answer that it was not sent yet."""

    __slots__ = ("_answer", "_failure", "_is_over", "_ready")

    def __init__(self, answer: bytes | None) -> None:
        """Begin with an answer that is there already, if any."""
        self._answer = answer
        self._failure: Exception | None = None
        self._is_over = False
        self._ready = asyncio.Event()

    def put(self, answer: bytes) -> None:
        """Have an answer sent in place of an older one that still waits."""
        self._answer = answer
        self._ready.set()

    def end(self, failure: Exception | None = None) -> None:
        """Send nothing any more, because the process stops or for a failure."""
        self._is_over, self._failure = True, failure
        self._ready.set()

    async def take(self) -> bytes | None:
        """Return the newest answer, waiting for it; None when it is over.

        Raises:
            Exception: the failure for which it is over.
        """
        while self._answer is None and not self._is_over:
            self._ready.clear()
            await self._ready.wait()
        if self._failure is not None:
            raise self._failure
        answer, self._answer = self._answer, None
        return None if self._is_over else answer


class Questions:
    """The open questions of a process; equal ones of callers with equal sight are asked once."""

    def __init__(
        self, context: Callable[[Actor], Context], semantics: SemanticDoor | None = None
    ) -> None:
        """Ask nothing while nobody follows; `context` makes one for each time that is asked."""
        self.context = context
        self.asking = asyncio.Semaphore(ASKED_AT_ONCE)
        self.turn = 0
        self._semantics = semantics
        self._changed = asyncio.Event()
        self._channels: dict[object, _Channel] = {}
        self._followed: dict[Listener, _Channel] = {}
        self._watching: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def listener_count(self) -> int:
        """Return how many follow a question."""
        return len(self._followed)

    def join(self, actor: Actor, key: object, question: Question, operation: Operation) -> Listener:
        """Follow a question; those who may see the same and ask the same are answered together."""
        name = self._name(actor, key)
        channel = self._channels.get(name)
        if channel is None or channel.task.done():
            channel = _Channel(self, name, actor, question, operation)
            self._channels[name] = channel
        if self._watching is None and self._semantics is not None and not self._is_closed:
            self._watching = asyncio.create_task(self._watch(self._semantics))
        listener = Listener(channel.present)
        channel.listeners.add(listener)
        self._followed[listener] = channel
        if self._is_closed:
            listener.end()
        return listener

    async def leave(self, listener: Listener) -> None:
        """Follow no more; what nobody follows is asked no more."""
        channel = self._followed.pop(listener)
        channel.listeners.discard(listener)
        if not channel.listeners:
            if self._channels.get(channel.name) is channel:
                del self._channels[channel.name]
            await _cancel(channel.task)
        if not self._channels and self._watching is not None:
            watching, self._watching = self._watching, None
            await _cancel(watching)

    async def close(self) -> None:
        """Let everybody go, who come back to another process, and ask nothing more."""
        self._is_closed = True
        for listener in self._followed:
            listener.end()
        tasks = [one.task for one in self._channels.values()]
        for task in (*tasks, *filter(None, [self._watching])):
            await _cancel(task)

    async def await_change(self, turn: int) -> None:
        """Wait until facts have changed since a turn, and no longer than a question may rest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_LEAST_EVERY_SECONDS):
                while self.turn == turn:
                    await self._changed.wait()

    async def _watch(self, semantics: SemanticDoor) -> None:
        """Notice for all questions of this process that facts have changed."""
        version: int | None = None
        while True:
            try:
                found = (await semantics.freshness(version))["version"]
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                if not isinstance(error, DomainError):
                    _log.exception("nothing is heard of the facts")
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if found != version:
                version = found
                self.turn += 1
                self._changed.set()
                self._changed = asyncio.Event()

    @staticmethod
    def _name(actor: Actor, key: object) -> object:
        """Return what callers must have in common to be given the same answer."""
        return actor.organisation_id, actor.account_id, actor.sight, actor.rep_code, key


class _Channel:
    """One question with one selection; `present` is the newest answer, changed or not."""

    def __init__(
        self,
        questions: Questions,
        name: object,
        actor: Actor,
        question: Question,
        operation: Operation,
    ) -> None:
        self.name = name
        self.listeners: set[Listener] = set()
        self.present: bytes | None = None
        self._questions = questions
        self._actor = actor
        self._question = question
        self._operation = operation
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Go on until cancelled; a failure ends it for all."""
        try:
            await self._follow()
        except Exception as error:  # noqa: BLE001 - whatever it is, the subscribers are told
            for listener in self.listeners:
                listener.end(error)

    async def _follow(self) -> None:
        """Ask again whenever facts have changed, and tell what differs from what was told."""
        told, failures = b"", 0
        while True:
            turn, begun = self._questions.turn, time.monotonic()
            async with self._questions.asking:
                asked_at = time.monotonic()
                found = await self._ask()
            is_away = any(one.code is ErrorCode.SEMANTIC_UNAVAILABLE for one in found.violations)
            failures = failures + 1 if is_away else 0
            if not (is_away and told and failures < OUTAGE_TRIES):
                digest = _digest(found)
                await self._tell(found, is_new=digest != told)
                told = digest
            if is_away:
                await asyncio.sleep(AGAIN_SECONDS * min(failures, OUTAGE_TRIES))
                continue
            took_seconds = time.monotonic() - asked_at
            rest_seconds = min(max(APART_SECONDS, REST_FACTOR * took_seconds), REST_LIMIT_SECONDS)
            await asyncio.sleep(max(0.0, begun + rest_seconds - time.monotonic()))
            await self._questions.await_change(turn)

    async def _ask(self) -> Answered:
        """Ask; whatever fails is logged, and told as an outage."""
        context = self._questions.context(self._actor)
        try:
            return await ask(context, self._question.given, must_be_current=True)
        except Exception:  # noqa: BLE001 - whatever it is, it is tried again
            _log.exception("an open question could not be answered")
            message = "the semantic layer failed to answer; the question is asked again"
            return Answered(violations=(Violation(ErrorCode.SEMANTIC_UNAVAILABLE, message),))

    async def _tell(self, found: Answered, *, is_new: bool) -> None:
        """Keep an answer for whoever joins, and send it to all if it is new."""
        context = self._questions.context(self._actor)
        (self.present,) = await self._operation.answer(context, [found], self._question.show)
        if is_new:
            for listener in self.listeners:
                listener.put(self.present)


def _digest(found: Answered) -> bytes:
    """Sum up what an answer says; as of when, and what it was read from, is no part of that."""
    violations = [(one.code, one.message) for one in found.violations]
    said = [found.columns, found.rows, found.total_count, violations]
    return hashlib.sha256(orjson.dumps(said)).digest()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

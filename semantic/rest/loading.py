"""From a caller's request to results: read, compiled, run or found, described."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from semantic.query.reading import QueryKind, Reader
from semantic.rest.annotation import annotate
from semantic.rest.answers import Described
from semantic.rest.executing import Execution
from semantic.rest.failures import RefusedError
from semantic.rest.kept import KeptAnswers
from semantic.rest.meta import describe_model
from semantic.rest.running import ContinueWaitError, Runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

    from semantic.access.principal import Principal
    from semantic.query.reading import Asked, Request
    from semantic.rest.answers import Found
    from semantic.rest.requests import Carried
    from semantic.rest.services import Services
    from semantic.run.compiled import Compiled
    from semantic.spec.model import Model

_BAD = 400
DESCRIBED_LIMIT = 50
"""Descriptions of models that are kept."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a request waits: its id, and what ends when its caller goes away."""

    request_id: str
    gone: Callable[[], Awaitable[object]]


@dataclass
class Loading:
    """Answers queries for the endpoints."""

    services: Services
    runs: Runs = field(init=False)
    kept: KeptAnswers = field(init=False)
    _described: dict[str, Mapping[str, dict[str, Any]]] = field(default_factory=dict)
    _refreshing: set[asyncio.Task[Found]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Prepare what runs and what is kept."""
        settings = self.services.settings
        self.runs = Runs(settings.concurrency, settings.running_limit, settings.patience_seconds)
        self.kept = KeptAnswers(self.services.engine.facts, settings.kept_bytes)

    def read(self, carried: Carried, principal: Principal) -> Request:
        """Read the queries of a request."""
        reader = Reader(principal.timezone, self.services.settings.limits, carried.cache_mode())
        return reader.read(carried.needed_query())

    def compile(self, request: Request, principal: Principal) -> tuple[Compiled, ...]:
        """Compile every query of a request for its caller."""
        compiler = self.services.compiler_for(principal)
        return tuple(compiler.compile(one.query, principal) for one in request.queries)

    def describe(self, model: Model) -> Mapping[str, dict[str, Any]]:
        """Describe a model; the same version is described once."""
        if model.version not in self._described:
            if len(self._described) >= DESCRIBED_LIMIT:
                self._described.clear()
            self._described[model.version] = describe_model(model)
        return self._described[model.version]

    async def load(
        self, carried: Carried, principal: Principal, waiting: Waiting
    ) -> tuple[QueryKind, list[Described]]:
        """Answer the queries of a request, all of them together.

        Raises:
            QueryError, RefusedError: one of them cannot be answered.
            ContinueWaitError: one of them takes longer than a caller waits.
            GoneError: the caller went away.
        """
        request = self.read(carried, principal)
        if request.kind is not QueryKind.REGULAR and not carried.knows_kinds:
            message = f"'{request.kind}' query type is not supported by the client."
            raise RefusedError(message + "Please update the client.", _BAD)
        compiler = self.services.compiler_for(principal)
        compiled = [compiler.compile(one.query, principal) for one in request.queries]
        pairs = zip(request.queries, compiled, strict=True)
        answers = await asyncio.gather(
            *(self._find(asked, one, principal, waiting) for asked, one in pairs),
            return_exceptions=True,
        )
        described = self.describe(compiler.model)
        return request.kind, [
            Described(asked, _result(answer), annotate(described, asked.query))
            for asked, answer in zip(request.queries, answers, strict=True)
        ]

    async def _find(
        self, asked: Asked, compiled: Compiled, principal: Principal, waiting: Waiting
    ) -> Found:
        """Answer one query: from what is kept where its cache mode allows it, or by running it."""
        key = owner_of(principal), _identity(compiled)
        mode = asked.cache_mode
        # Asked first, so that an answer is never said to be of a later state than it was found in.
        refreshed_at = self.services.engine.facts.refreshed_at()
        kept = None if mode == "no-cache" else self.kept.current(key)
        if kept is not None:
            return replace(kept, refreshed_at=refreshed_at)
        older = self.kept.latest(key)
        if older is not None and mode == "stale-while-revalidate":
            self._refresh(key, compiled, waiting)
            return older
        try:
            return await self._run(
                key, compiled, waiting, self.services.settings.continue_wait_seconds
            )
        except ContinueWaitError:
            if older is None or mode != "stale-if-slow":
                raise
            self._refresh(key, compiled, waiting)
            return replace(older, is_slow=True)

    async def answer(self, compiled: Compiled, principal: Principal, waiting: Waiting) -> Found:
        """Answer one query from what is kept, or by running it, however long it takes.

        Raises:
            QueryError: it cannot be answered.
            GoneError: the caller went away.
        """
        key = owner_of(principal), _identity(compiled)
        kept = self.kept.current(key)
        return kept or await self._run(key, compiled, waiting, None)

    async def _run(
        self, key: Hashable, compiled: Compiled, waiting: Waiting, wait_seconds: float | None
    ) -> Found:
        found = await self.runs.follow(
            key,
            waiting.request_id,
            lambda: Execution(self.services.engine, compiled),
            wait_seconds,
            waiting.gone,
        )
        self.kept.keep(key, compiled, found)
        return found

    def _refresh(self, key: Hashable, compiled: Compiled, waiting: Waiting) -> None:
        """Have a newer answer made, however long it takes; this request does not wait for it."""
        behind = Waiting(waiting.request_id, asyncio.Event().wait)
        task = asyncio.create_task(self._run(key, compiled, behind, None))
        self._refreshing.add(task)
        task.add_done_callback(self._refreshed)

    def _refreshed(self, task: asyncio.Task[Found]) -> None:
        """Let go of what ran unseen; how it ended is told to whoever asks next."""
        self._refreshing.discard(task)
        task.exception()

    async def close(self) -> None:
        """Stop everything that runs; what waits for it ends with it."""
        await self.runs.close()


def owner_of(principal: Principal) -> Hashable:
    """Return what tells callers apart: only equal ones share running queries and answers."""
    context = tuple(sorted((key, repr(value)) for key, value in principal.context.items()))
    return principal.organisation_id, principal.groups, context, principal.name


def _identity(compiled: Compiled) -> Hashable:
    return compiled.sql, tuple(map(repr, compiled.parameters)), compiled.total_sql


def _result(answer: Found | BaseException) -> Found:
    """Return what was found, or raise why nothing was."""
    if isinstance(answer, BaseException):
        raise answer
    return answer


def default_order(asked: Asked) -> list[tuple[str, bool]]:
    """Return the order of a query's rows: members, each with whether it is descending."""
    query = asked.query
    if query.order is not None:
        return list(query.order)
    times = [one.member for one in query.time_dimensions if one.granularity is not None]
    if times:
        return [(times[0], False)]
    if query.measures and query.dimensions:
        return [(query.measures[0], True)]
    return [(query.dimensions[0], False)] if query.dimensions else []

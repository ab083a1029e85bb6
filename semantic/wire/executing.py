"""Runs statements over views: rows as they are computed, in time, and stopped when asked."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from semantic.query.query import QueryError
from semantic.wire import messages
from semantic.wire.backend import RefusedByShellError
from semantic.wire.channel import GoneError
from semantic.wire.contracts import BINARY, TEXT, CopyForm
from semantic.wire.encoding import EncodingError, copy_encoder, encoder
from semantic.wire.failures import FATAL, WireError, failure_of
from semantic.wire.portals import Opened, Running
from semantic.wire.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    import pyarrow as pa

    from semantic.rest.authentication import Caller
    from semantic.run.compiled import Compiled, Explanation
    from semantic.sqlapi.statements import CopyOptions
    from semantic.wire.answers import Answers
    from semantic.wire.contracts import Translator, WireColumn
    from semantic.wire.limits import Limits
    from semantic.wire.portals import Portal, Query
    from semantic.wire.relay import Relay

BY_USER = "canceling statement due to user request"
_LATE = "canceling statement due to statement timeout"
_log = logging.getLogger("loge.semantic.wire")


@dataclass
class Executor:
    """Runs statements of one session."""

    relay: Relay
    caller: Caller
    translator: Translator
    answers: Answers
    limits: Limits
    opened: Opened = field(default_factory=Opened)
    _deadline: asyncio.Timeout | None = None
    _reason: str = _LATE

    async def attempt(self, work: Awaitable[object]) -> bool:
        """Do something for the client, tell it what goes wrong, and return whether nothing did.

        Raises:
            WireError: the session cannot go on.
            GoneError: the client went away.
        """
        try:
            await work
        except RefusedByShellError as error:
            self.relay.refuse(error)
        except GoneError:
            raise
        except Exception as error:  # noqa: BLE001 - the client is told, and faults are noted
            await self.tell(error)
        else:
            return True
        return False

    async def tell(self, error: Exception) -> None:
        """Tell the client what went wrong, and let its transaction fail.

        Raises:
            WireError: the session cannot go on.
        """
        found = _wire_error(error)
        if found.severity == FATAL:
            raise found
        await self.relay.fail(found)

    def cancel(self, reason: str = BY_USER) -> bool:
        """Stop what runs on the semantic layer at this moment, and tell whether anything does."""
        if self._deadline is None:
            return False
        self._reason = reason
        self._deadline.reschedule(0)
        self._deadline = None
        return True

    async def begin(self, query: Query, values: tuple[str | None, ...]) -> Running:
        """Compile a statement with its values, and make its answer ready.

        Raises:
            QueryError: it cannot be answered.
            WireError: the session is set to something that cannot be answered.
            RefusedByShellError: the transaction failed before.
        """
        if len(self.opened.answers()) >= self.limits.open_answers:
            message = f"{self.limits.open_answers} cursors and portals are open; close some"
            raise WireError("53400", message)
        _, running = await self._compiled(query, values)
        return running

    async def explain(self, query: Query, values: tuple[str | None, ...]) -> None:
        """Send how a statement would be answered.

        Raises:
            WireError: a form that there is not.
        """
        options = query.routed.explain
        compiled, running = await self._compiled(query, values)
        found = _explained(compiled.explanation)
        if options is not None and options.is_run:
            began = monotonic()
            count = await self.skip(running, None)
            found["Run"] = [f"{count} rows in {(monotonic() - began) * 1000:.1f} ms"]
        if "sql" in self.caller.scopes:
            found["SQL"] = [compiled.sql]
        if options is not None and options.format == "json":
            lines = [json.dumps([found], indent=2)]
        elif options is None or options.format == "text":
            lines = [line for name, said in found.items() for line in _lines(name, said)]
        else:
            message = f"EXPLAIN of views has the forms text and json, not {options.format}"
            raise WireError("0A000", message)
        for line in lines:
            self.relay.channel.write(messages.row((line.encode(),)))
        self.relay.channel.write(messages.completed("EXPLAIN"))

    async def send_portal(
        self, portal: Portal, query: Query, columns: Sequence[WireColumn], limit: int | None
    ) -> None:
        """Send rows of a portal, at most so many, and whether there may be more."""
        if portal.running is None:
            portal.running = await self.begin(query, portal.values)
        running = portal.running
        sent, is_whole = await self.send(running, columns, limit)
        if is_whole:
            self.relay.channel.write(messages.completed(f"SELECT {sent}"))
        else:
            self.relay.channel.write(messages.PORTAL_SUSPENDED)

    async def send(
        self, running: Running, columns: Sequence[WireColumn], limit: int | None
    ) -> tuple[int, bool]:
        """Send rows; return how many, and whether the last of the answer was among them."""
        rows = encoder(columns, running.timezone).rows
        return await self._take(running, rows, limit)

    async def skip(self, running: Running, limit: int | None) -> int:
        """Pass over rows; return how many."""
        return (await self._take(running, lambda _batch: b"", limit))[0]

    async def copy(self, query: Query, values: tuple[str | None, ...]) -> None:
        """Send all rows as COPY writes them."""
        running = await self.begin(query, values)
        form = _copy_form(query.routed.copy, query.columns)
        format_ = BINARY if form.form == "binary" else TEXT
        columns = tuple(replace(one, format=format_) for one in query.columns)
        encoding = copy_encoder(columns, form, running.timezone)
        channel = self.relay.channel
        channel.write(messages.copying_out(len(columns), format_))
        channel.write(encoding.head())
        # Binary says in the first row what follows, which lines of text do not.
        is_ordered = form.form == "binary"
        sent, _ = await self._take(running, encoding.rows, None, is_ordered=is_ordered)
        channel.write(encoding.tail())
        channel.write(messages.COPY_DONE)
        channel.write(messages.completed(f"COPY {sent}"))

    async def _compiled(
        self, query: Query, values: tuple[str | None, ...]
    ) -> tuple[Compiled, Running]:
        types = [(oid, -1) for oid in query.inner.oids]
        types += [(one.type_oid, one.typmod) for one in query.columns]
        settings = await read_settings(self.relay.backend, types)
        count = len(query.inner.oids)
        names = settings.type_names[count:]
        columns = tuple((one.name, name) for one, name in zip(query.columns, names, strict=True))
        longest = self.limits.statement_seconds

        def compile_() -> Compiled:
            return self.translator.compile(
                query.routed,
                values,
                settings.type_names[:count],
                columns,
                self.caller.principal,
                settings.timezone,
                datetime.now(UTC),
            )

        async with self._in_time(longest):
            compiled = await self.answers.compute(compile_)
        seconds = min(settings.statement_seconds or longest, longest)
        running = Running(self.answers.open(compiled), settings.timezone, seconds, names)
        return compiled, running

    async def _take(
        self,
        running: Running,
        encode: Callable[[pa.RecordBatch], bytes | memoryview],
        limit: int | None,
        *,
        is_ordered: bool = False,
    ) -> tuple[int, bool]:
        sent, channel, answer = 0, self.relay.channel, running.answer
        rest = answer.rest(encode, is_ordered=is_ordered)
        async with self._in_time(running.seconds):
            try:
                while limit is None or sent < limit:
                    found = await (
                        rest.next() if limit is None else answer.next(limit - sent, encode)
                    )
                    if found is None:
                        return sent, True
                    sent += found[0]
                    channel.write(found[1])
                    await channel.drain()
            except BaseException:
                await running.answer.close()
                raise
        return sent, False

    @asynccontextmanager
    async def _in_time(self, seconds: float) -> AsyncIterator[None]:
        """Stop a block after so many seconds, or when it is cancelled.

        Raises:
            WireError: it was stopped, and why.
        """
        self._reason = _LATE
        try:
            async with asyncio.timeout(seconds) as self._deadline:
                yield
        except TimeoutError:
            raise WireError("57014", self._reason) from None
        finally:
            self._deadline = None


def _copy_form(options: CopyOptions | None, columns: Sequence[WireColumn]) -> CopyForm:
    """Fill in what PostgreSQL takes where a statement says nothing."""
    if options is None or options.format == "binary":
        return CopyForm() if options is None else CopyForm("binary")
    is_csv = options.format == "csv"
    quote = options.quote or '"'
    return CopyForm(
        options.format,
        options.delimiter or ("," if is_csv else "\t"),
        options.null if options.null is not None else ("" if is_csv else "\\N"),
        options.has_header,
        quote,
        options.escape or quote,
        frozenset(one.name for one in columns) if options.is_every_value_quoted else frozenset(),
    )


def _explained(explanation: Explanation) -> dict[str, list[str]]:
    """Sort what is known about an answer by what it is about."""
    return {
        "Facts": list(explanation.facts),
        "Joins": list(explanation.joins),
        "Policies": list(explanation.policies),
        "Rollups used": list(explanation.used),
        "Rollups not used": [f"{name}: {why}" for name, why in explanation.rejected],
    }


def _lines(name: str, said: Sequence[str]) -> list[str]:
    """Write a name, and below it what is said, one line each."""
    return [f"{name}:", *(f"  {line}" for one in said for line in one.splitlines())] if said else []


def _wire_error(error: Exception) -> WireError:
    """Say in the wire's words what went wrong."""
    if isinstance(error, WireError):
        return error
    if isinstance(error, QueryError):
        return failure_of(error)
    if isinstance(error, EncodingError):
        return WireError(error.sqlstate, error.message)
    _log.error("a statement of the wire failed by a fault of Loge's own", exc_info=error)
    message = "the statement could not be answered by a fault of the server, which noted it"
    return WireError("XX000", message)

"""Results of any size as a file: `/loge/v1/export`, streamed while they are computed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import pyarrow as pa
from starlette.responses import StreamingResponse
from starlette.routing import Route

from semantic.query.reading import Limits, QueryKind, Reader
from semantic.query.zones import canonical_zone
from semantic.rest.authentication import InvalidTokenError, token_of
from semantic.rest.failures import RefusedError, answer_error
from semantic.rest.requests import read_request
from semantic.run.engine import BATCH_ROWS
from semantic.serving.export_files import FORMATS
from semantic.sqlapi.api import SqlApi
from semantic.sqlapi.relations import MeasureColumn
from semantic.sqlapi.statements import Kind, SqlError, Target
from semantic.sqlapi.viewing import Views
from semantic.wire.answers import Answers
from semantic.wire.encoding import EncodingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Lifespan

    from semantic.access.principal import Principal
    from semantic.rest.authentication import Caller
    from semantic.rest.requests import Carried
    from semantic.rest.services import Services
    from semantic.run.compiled import Compiled
    from semantic.serving.export_files import ExportFile
    from semantic.wire.answers import Answer

PATH = "/loge/v1/export"
SCOPE = "data"
RUNNING = 4
"""How many exports there are at once."""
STALLED_SECONDS = 300.0
"""How long a reader may take nothing before its export ends, which holds a state of the facts."""
_SOURCES = ("query", "sql", "view")
_log = logging.getLogger("loge.semantic.exports")
_EVERY = Limits(2**31, 2**31)
"""Exports have no limit but the one that they ask for."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request asks for."""

    compiled: Compiled
    form: str
    timezone: str


@dataclass(frozen=True, slots=True)
class _Writing:
    """A file, and the names that columns have in it."""

    file: ExportFile
    schema: pa.Schema

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """Return what rows add to the file."""
        return self.file.rows(pa.RecordBatch.from_arrays(batch.columns, schema=self.schema))


class StalledError(Exception):
    """An export was given up because nobody read it."""


class Exporting:
    """Answers requests for exports."""

    def __init__(self, services: Services, stalled_seconds: float = STALLED_SECONDS) -> None:
        """Answer over what the API is built over."""
        self.stalled_seconds = stalled_seconds
        self._given_up: set[asyncio.Task[None]] = set()
        self._services = services
        self._sql = SqlApi(services.compiler_for)
        self._answers = Answers(services.engine, RUNNING)
        self._running: set[object] = set()

    def route(self) -> Route:
        """Return where it is asked."""
        return Route(PATH, self._guarded, methods=["GET", "POST"])

    def lasting(self, lifespan: Lifespan[Starlette]) -> Lifespan[Starlette]:
        """Let go of the threads when the application ends."""

        @asynccontextmanager
        async def both(application: Starlette) -> AsyncIterator[None]:
            async with lifespan(application):
                yield
            self._answers.close()

        return both

    async def _guarded(self, request: Request) -> Response:
        try:
            return await self._export(request)
        except SqlError as error:
            told = f"{error.message}; {error.hint}" if error.hint else error.message
            return answer_error(SqlError(told, error.sqlstate), request.state.request_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is answered
            return answer_error(error, request.state.request_id)

    async def _export(self, request: Request) -> Response:
        caller = await self._admit(request)
        carried = await read_request(request)
        if len(self._running) >= RUNNING:
            message = f"{RUNNING} exports are running already; try again in a moment"
            raise RefusedError(message, HTTPStatus.SERVICE_UNAVAILABLE, {"retry-after": "5"})
        answer, place = None, object()
        self._running.add(place)
        try:
            wanted = await self._answers.compute(partial(self._read, carried, caller.principal))
            answer = self._answers.open(wanted.compiled)
            writing, first = await self._begin(answer, wanted)
        except BaseException:
            await self._leave(place, answer)
            raise
        name = f'attachment; filename="export.{wanted.form}"'
        return StreamingResponse(
            self._stream(place, answer, writing, first),
            media_type=FORMATS[wanted.form][0],
            headers={"content-disposition": name},
        )

    async def _admit(self, request: Request) -> Caller:
        try:
            token = token_of(request.headers) or ""
            caller = await self._services.authenticator.authenticate(token)
        except InvalidTokenError as error:
            raise RefusedError("Invalid token", HTTPStatus.FORBIDDEN) from error
        if SCOPE not in caller.scopes:
            message = f"API scope is missing: {SCOPE}"
            raise RefusedError(message, HTTPStatus.FORBIDDEN)
        return caller

    def _read(self, carried: Carried, principal: Principal) -> _Wanted:
        """Read what is asked for, and compile it.

        Raises:
            RefusedError, QueryError: it cannot be answered, and why.
        """
        given = {name for name in _SOURCES if carried.parameters.get(name) not in (None, "")}
        if len(given) != 1:
            raise _bad("name what to export by one of `query`, `sql` and `view`")
        form = carried.parameters.get("format", "arrow")
        if form not in FORMATS:
            raise _bad(f"`format` must be one of {', '.join(FORMATS)}")
        if "query" in given:
            return self._read_query(carried, principal, form)
        zone = carried.parameters.get("timezone") or principal.timezone
        known = canonical_zone(zone) if isinstance(zone, str) else None
        if known is None:
            raise _bad("`timezone` must be an IANA time zone")
        (source,) = given
        text = carried.parameters[source]
        if not isinstance(text, str):
            raise _bad(f"`{source}` must be a text")
        sql = text if source == "sql" else self._whole_view(text, principal)
        return _Wanted(self._compile_sql(sql, principal, known), form, known)

    def _read_query(self, carried: Carried, principal: Principal, form: str) -> _Wanted:
        request = Reader(principal.timezone, _EVERY).read(carried.query)
        if request.kind is not QueryKind.REGULAR:
            raise _bad("an export has one query; export compared and blended ones one by one")
        query = replace(request.queries[0].query, wants_total=False)
        if carried.query.get("limit") is None:
            query = replace(query, limit=None)
        compiled = self._services.compiler_for(principal).compile(query, principal)
        return _Wanted(compiled, form, query.timezone)

    def _whole_view(self, name: str, principal: Principal) -> str:
        """Write a view out with all that the caller may see and that can be shown side by side.

        Measures that roll over time cannot: each row would need a period.
        """
        compiler = self._services.compiler_for(principal)
        if name not in compiler.model.views and name not in compiler.model.cubes:
            raise _bad(f"there is no view '{name}'")
        views = Views(compiler, principal)
        shown = [
            own
            for own, column in views.relation(name).columns.items()
            if not (isinstance(column, MeasureColumn) and views.is_rolling(column.name))
        ]
        if not shown:
            raise _bad(f"there is no view '{name}'")
        columns = ", ".join(f'"{own}"' for own in shown)
        return f'SELECT {columns} FROM "{name}"'  # noqa: S608 - names of the model, and authorised

    def _compile_sql(self, sql: str, principal: Principal, timezone: str) -> Compiled:
        routed = self._sql.routed(sql, principal)
        if routed.target is not Target.SEMANTIC or routed.kind is not Kind.SELECT:
            raise _bad("only a SELECT over views can be exported")
        return self._sql.compile(routed, (), (), None, principal, timezone)

    async def _begin(
        self, answer: Answer, wanted: _Wanted
    ) -> tuple[_Writing, pa.RecordBatch | None]:
        """Compute the first rows, so that what fails at once is told as an error."""
        found = await answer.next(BATCH_ROWS, lambda batch: batch)
        if found is None:
            schema = await self._answers.compute(partial(self._schema, wanted.compiled))
        else:
            schema = found[1].schema
        pairs = zip(schema, wanted.compiled.columns, strict=True)
        named = pa.schema([field.with_name(column.key) for field, column in pairs])
        try:
            file = FORMATS[wanted.form][1](named, wanted.timezone)
        except EncodingError as error:
            raise _bad(error.message) from error
        return _Writing(file, named), None if found is None else found[1]

    def _schema(self, compiled: Compiled) -> pa.Schema:
        """Find out the columns of an answer without rows."""
        sql = f"SELECT * FROM ({compiled.sql}) LIMIT 0"  # noqa: S608 - what the compiler wrote
        without = replace(compiled, sql=sql)
        return self._services.engine.run(without).schema

    async def _stream(
        self, place: object, answer: Answer, writing: _Writing, first: pa.RecordBatch | None
    ) -> AsyncIterator[bytes]:
        """Hand out the file while it is computed.

        A failure in the middle ends the connection without the end that every reader looks for. So
        does a reader that takes nothing for long: what its answer holds is let go of at once.
        """
        try:
            async for part in self._parts(answer, writing, first):
                with self._patience(place, answer):
                    yield part
                if place not in self._running:
                    message = f"nobody read the export for {self.stalled_seconds:g} seconds"
                    raise StalledError(message)
        finally:
            await self._leave(place, answer)

    async def _parts(
        self, answer: Answer, writing: _Writing, first: pa.RecordBatch | None
    ) -> AsyncIterator[bytes]:
        if first is not None:
            yield await self._answers.compute(partial(writing.rows, first))
        rest = answer.rest(writing.rows, is_ordered=True)
        while (found := await rest.next()) is not None:
            yield found[1]
        yield writing.file.end()

    @contextmanager
    def _patience(self, place: object, answer: Answer) -> Iterator[None]:
        """Give an export up where its reader takes too long over a block."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.stalled_seconds, self._give_up, place, answer)
        try:
            yield
        finally:
            timer.cancel()

    def _give_up(self, place: object, answer: Answer) -> None:
        _log.warning("an export was given up: nobody read it for %g s", self.stalled_seconds)
        task = asyncio.get_running_loop().create_task(self._leave(place, answer))
        self._given_up.add(task)
        task.add_done_callback(self._given_up.discard)

    async def _leave(self, place: object, answer: Answer | None) -> None:
        self._running.discard(place)
        if answer is not None:
            await answer.close()


def _bad(message: str) -> RefusedError:
    return RefusedError(message, HTTPStatus.BAD_REQUEST)

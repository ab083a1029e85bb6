"""SQL over views on HTTP: Cube's /cubesql, whose answer is lines of JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from anyio import to_thread
from starlette.responses import Response

from semantic.query.query import QueryError
from semantic.query.zones import canonical_zone
from semantic.rest.answers import write_instant
from semantic.rest.failures import RefusedError, answer_json
from semantic.rest.loading import Waiting
from semantic.rest.requests import read_body
from semantic.rest.values import json_column
from semantic.sqlapi.api import SqlApi
from semantic.sqlapi.statements import Kind, SqlError, Target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    import pyarrow as pa
    from starlette.requests import Request

    from semantic.access.principal import Principal
    from semantic.rest.answers import Found
    from semantic.rest.endpoints import Endpoints
    from semantic.run.compiled import Compiled

LINES_TYPE = "application/x-ndjson"
LINE_ROWS = 10_000
"""How many rows stand in one line of an answer."""
_BAD = 400
_TYPES = {"string": "String", "boolean": "Boolean", "time": "Timestamp"}


class SqlEndpoints:
    """Answers SQL; each public method is an endpoint."""

    def __init__(self, endpoints: Endpoints, gone: Callable[[Request], Awaitable[None]]) -> None:
        """Admit callers as the other endpoints do."""
        self._endpoints = endpoints
        self._gone = gone
        self._api = SqlApi(endpoints.loading.services.compiler_for)

    async def cubesql(self, request: Request) -> Response:
        """Answer a SELECT with its columns in the first line, and rows in those that follow."""
        caller = await self._endpoints.admit(request, "data")
        body = await read_body(request)
        compiled = await to_thread.run_sync(partial(self._compile, body, caller.principal))
        waiting = Waiting(request.state.request_id, partial(self._gone, request))
        found = await self._endpoints.loading.answer(compiled, caller.principal, waiting)
        lines = await to_thread.run_sync(lambda: b"".join(_lines(compiled, found)))
        return Response(lines, media_type=LINES_TYPE)

    async def convert_query(self, request: Request) -> Response:
        """Answer with the REST query that says the same as a SELECT."""
        caller = await self._endpoints.admit(request, "sql")
        body = await read_body(request)
        for name, known in (("input", "sql"), ("output", "rest")):
            if body.get(name) != known:
                message = f"Unexpected {name} parameter value '{body.get(name)}'; write '{known}'"
                raise RefusedError(message, _BAD)
        sql = _text(body, "query")
        principal = caller.principal
        try:
            query = await to_thread.run_sync(
                partial(self._api.to_rest, sql, principal, principal.timezone)
            )
        except QueryError as error:
            return answer_json({"status": "error", "error": error.message})
        return answer_json({"status": "ok", "query": query})

    def _compile(self, body: Mapping[str, Any], principal: Principal) -> Compiled:
        routed = self._api.routed(_text(body, "query"), principal)
        if routed.target is not Target.SEMANTIC or routed.kind is not Kind.SELECT:
            hint = "write SELECT … FROM a view; PostgreSQL's catalogue is on its own port"
            raise RefusedError(f"the query reads no view; {hint}", _BAD)
        zone = body.get("timezone") or principal.timezone
        known = canonical_zone(zone) if isinstance(zone, str) else None
        if known is None:
            raise RefusedError(f'"timezone" must be a valid IANA time zone, got "{zone}"', _BAD)
        try:
            return self._api.compile(routed, (), (), None, principal, known)
        except SqlError as error:
            told = f"{error.message}; {error.hint}" if error.hint else error.message
            raise SqlError(told, error.sqlstate, error.hint) from None


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found.strip():
        raise RefusedError(f"{name} parameter must be a non-empty string", _BAD)
    return found


def _lines(compiled: Compiled, found: Found) -> Iterator[bytes]:
    """Write an answer, the columns first."""
    schema: dict[str, Any] = {
        "schema": [
            {"name": one.key, "column_type": _column_type(one.type, column.type)}
            for one, column in zip(compiled.columns, found.table.schema, strict=True)
        ]
    }
    if found.refreshed_at is not None:
        schema["lastRefreshTime"] = write_instant(found.refreshed_at)
    yield orjson.dumps(schema) + b"\n"
    for start in range(0, max(found.table.num_rows, 1), LINE_ROWS):
        yield orjson.dumps({"data": _rows(found.table.slice(start, LINE_ROWS))}) + b"\n"


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    columns = [json_column(one, is_time=False, has_typed_numbers=True) for one in table.columns]
    return list(zip(*columns, strict=True))


def _column_type(kind: str, type_: pa.DataType) -> str:
    if kind != "number":
        return _TYPES[kind]
    return "Int64" if str(type_).startswith("int") else "Double"

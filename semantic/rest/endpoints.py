"""The endpoints of Cube's REST API."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.responses import Response

from semantic.access.authorizing import visible
from semantic.query.reading import QueryKind
from semantic.rest.answers import pivot_query, write_answer, write_arrow
from semantic.rest.authentication import InvalidTokenError, token_of
from semantic.rest.extended import extend
from semantic.rest.failures import RefusedError, answer_error, answer_json
from semantic.rest.loading import Loading, Waiting, default_order, owner_of
from semantic.rest.meta import describe_groups, show_to
from semantic.rest.requests import read_body, read_request
from semantic.rest.running import ContinueWaitError, GoneError
from semantic.rest.transformed import can_use, transform

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from semantic.query.reading import Asked
    from semantic.rest.authentication import Caller
    from semantic.run.compiled import Compiled

ARROW_TYPE = "application/vnd.apache.arrow.stream"
CLIENT_GONE = 499
_FORBIDDEN, _NOT_IMPLEMENTED = 403, 501


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Answers requests; each public method is an endpoint."""

    loading: Loading

    def guarded(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Wrap an endpoint so that what it raises is answered as Cube does."""

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except ContinueWaitError as waited:
                stage = {"stage": waited.stage, "timeElapsed": waited.elapsed_ms}
                body = {"error": "Continue wait", "stage": stage}
                return answer_json({**body, "timeElapsed": waited.elapsed_ms})
            except GoneError:
                return Response(status_code=CLIENT_GONE)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is answered
                return answer_error(error, request.state.request_id)

        return guarded

    async def admit(self, request: Request, scope: str) -> Caller:
        """Return who calls.

        Raises:
            RefusedError: no token, one that stands for nobody, or one that lacks the scope.
        """
        token = token_of(request.headers)
        if token is None:
            message = "Authorization header isn't set"
            raise RefusedError(message, _FORBIDDEN)
        try:
            caller = await self.loading.services.authenticator.authenticate(token)
        except InvalidTokenError as error:
            message = "Invalid token"
            raise RefusedError(message, _FORBIDDEN) from error
        if scope and scope not in caller.scopes:
            message = f"API scope is missing: {scope}"
            raise RefusedError(message, _FORBIDDEN)
        return caller

    async def load(self, request: Request) -> Response:
        """Answer queries with their results."""
        caller = await self.admit(request, "data")
        carried = await read_request(request)
        waiting = Waiting(request.state.request_id, partial(gone, request))
        kind, results = await self.loading.load(carried, caller.principal, waiting)
        if results[0].asked.response_format == "arrow":
            body = await to_thread.run_sync(write_arrow, results[0])
            return Response(body, media_type=ARROW_TYPE)
        write = partial(write_answer, kind, results, is_multi=carried.is_multi)
        return Response(await to_thread.run_sync(write), media_type="application/json")

    async def sql(self, request: Request) -> Response:
        """Answer with the SQL that queries become."""
        caller = await self.admit(request, "sql")
        carried = await read_request(request)
        if carried.parameters.get("format") == "sql":
            raise _unserved("SQL of the SQL API")
        asking = self.loading.read(carried, caller.principal)
        compiled = self.loading.compile(asking, caller.principal)
        pairs = zip(asking.queries, compiled, strict=True)
        written = [{"sql": _write_sql(*pair), "dataSource": "default"} for pair in pairs]
        return answer_json(written[0] if asking.kind is QueryKind.REGULAR else written)

    async def dry_run(self, request: Request) -> Response:
        """Answer with what queries are understood as, without running them."""
        caller = await self.admit(request, "data")
        asking = self.loading.read(await read_request(request), caller.principal)
        self.loading.compile(asking, caller.principal)
        orders = [_write_order(default_order(one)) for one in asking.queries]
        return answer_json(
            {
                "queryType": asking.kind,
                "normalizedQueries": [
                    {**one.echo, "cacheMode": one.cache_mode} for one in asking.queries
                ],
                "queryOrder": orders,
                "transformedQueries": [transform(one.query) for one in asking.queries],
                "pivotQuery": pivot_query(asking.kind, asking.queries),
            }
        )

    async def meta(self, request: Request) -> Response:
        """Describe the cubes and views that the caller may see."""
        caller = await self.admit(request, "meta")
        model = self.loading.services.compiler_for(caller.principal).model
        described = self.loading.describe(model)
        if request.query_params.get("onlyViews") == "true":
            described = {name: one for name, one in described.items() if one["type"] == "view"}
        shown = show_to(
            described,
            lambda name: visible(model, name, caller.principal),
        )
        if "extended" in request.query_params:
            return answer_json({"cubes": [extend(one, model) for one in shown]})
        body: dict[str, Any] = {"cubes": shown}
        groups = describe_groups(model.groups, {one["name"] for one in shown})
        return answer_json(body | ({"viewGroups": groups} if groups else {}))

    async def cancel(self, request: Request) -> Response:
        """Stop a query of the caller's by the id of its request."""
        caller = await self.admit(request, "")
        owner = owner_of(caller.principal)
        cancelled = self.loading.runs.cancel(owner, request.path_params["request_id"])
        return answer_json({"result": [{"requestId": one} for one in cancelled]})

    async def can_use(self, request: Request) -> Response:
        """Tell whether a pre-aggregation would do for a query that /dry-run described."""
        await self.admit(request, "meta")
        body = await read_body(request)
        answer = can_use(_object(body, "transformedQuery"), _object(body, "references"))
        return answer_json({"canUsePreAggregationForTransformedQuery": answer})

    async def graphql(self, request: Request) -> Response:
        """Refuse Cube's GraphQL; Loge has its own."""
        await self.admit(request, "graphql")
        raise _unserved("Cube's GraphQL; ask semanticQuery in the GraphQL API of Loge instead:")


def _unserved(what: str) -> RefusedError:
    return RefusedError(f"{what} is not served here", _NOT_IMPLEMENTED)


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        message = f'"{name}" must be of type object'
        raise RefusedError(message, 400)
    return found


async def gone(request: Request) -> None:
    """End when the caller goes away; the body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _write_order(order: list[tuple[str, bool]]) -> dict[str, str]:
    return {member: "desc" if is_descending else "asc" for member, is_descending in order}


def _write_sql(asked: Asked, compiled: Compiled) -> dict[str, Any]:
    """Write the SQL of a query with what stands around it in Cube's answer."""
    times = [one for one in compiled.columns if one.granularity is not None]
    written = {
        "external": False,
        "sql": [compiled.sql, [_parameter(one) for one in compiled.parameters]],
        "lambdaQueries": {},
        "timeDimensionAlias": times[0].alias if times else None,
        "timeDimensionField": times[0].member if times else None,
        "order": _write_order(default_order(asked)),
        "cacheKeyQueries": [],
        "preAggregations": [
            {"preAggregationId": name, "tableName": table}
            for table, name in compiled.rollups.items()
        ],
        "dataSource": "default",
        "aliasNameToMember": {one.alias: one.key for one in compiled.columns},
        "rollupMatchResults": [
            {"name": name, "canUsePreAggregation": False, "reason": reason}
            for name, reason in compiled.explanation.rejected
        ],
        "canUseTransformedQuery": transform(asked.query),
        "memberNames": list(asked.query.members()),
    }
    return {key: value for key, value in written.items() if value is not None}


def _parameter(value: Any) -> Any:  # noqa: ANN401 - whatever a statement is given
    """Write a parameter as JSON; what JSON does not know is written as text."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)

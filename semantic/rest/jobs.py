"""Refreshing pre-aggregations on request: jobs are posted, and asked for by their tokens."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import md5
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from semantic.query.query import QueryError
from semantic.query.zones import canonical_zone
from semantic.rest.failures import RefusedError, answer_json
from semantic.rest.requests import read_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from semantic.access.principal import Principal
    from semantic.rest.endpoints import Endpoints
    from semantic.rest.services import Rollups
    from semantic.spec.model import Model

REMEMBERED_LIMIT = 10_000
"""Jobs whose end is remembered."""
_BAD = 400
_NOTHING = "A user's selector doesn't match any of the pre-aggregations defined in the data model."
_POST_KEYS = frozenset({"action", "selector"})
_GET_KEYS = frozenset({"action", "tokens", "resType"})
_SELECTOR_KEYS = frozenset(
    {"contexts", "timezones", "dataSources", "cubes", "preAggregations", "dateRange"}
)


@dataclass
class _Job:
    organisation_id: str
    name: str
    timezone: str
    status: str = "scheduled"
    table: str | None = None


@dataclass
class Jobs:
    """The jobs of this process: one for each pre-aggregation and time zone that was asked for."""

    endpoints: Endpoints
    _jobs: OrderedDict[str, _Job] = field(default_factory=OrderedDict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def answer(self, request: Request) -> Response:
        """Post jobs, or tell how they are."""
        caller = await self.endpoints.admit(request, "jobs")
        body = await read_body(request)
        if not body:
            message = "No job description provided"
            raise RefusedError(message, _BAD)
        if body.get("action") == "post":
            _check(body, _POST_KEYS)
            return answer_json(self._post(_selector(body), caller.principal))
        if body.get("action") == "get":
            _check(body, _GET_KEYS)
            return answer_json(self._tell(body, caller.principal))
        raise _invalid('"action" must be one of [post, get]')

    def _post(self, selector: Mapping[str, Any], principal: Principal) -> list[str]:
        """Begin a job for every pre-aggregation that is selected; return their tokens."""
        services = self.endpoints.loading.services
        _check_contexts(selector, principal)
        model = services.compiler_for(principal).model
        names = _selected(selector, model)
        if not names or services.rollups is None:
            raise RefusedError(_NOTHING, _BAD)
        tokens = []
        for name in names:
            for zone in selector["timezones"]:
                job = _Job(str(principal.organisation_id), name, zone)
                text = f"{job.organisation_id} {model.version} {name} {zone}"
                token = md5(text.encode(), usedforsecurity=False).hexdigest()
                self._begin(token, job, principal, services.rollups)
                tokens.append(token)
        return tokens

    def _begin(self, token: str, job: _Job, principal: Principal, rollups: Rollups) -> None:
        """Begin a job, unless the same one is under way."""
        known = self._jobs.get(token)
        if known is not None and known.status in ("scheduled", "processing"):
            return
        self._jobs.pop(token, None)
        self._jobs[token] = job
        while len(self._jobs) > REMEMBERED_LIMIT:
            self._jobs.popitem(last=False)
        task = asyncio.create_task(self._build(job, principal, rollups))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _build(self, job: _Job, principal: Principal, rollups: Rollups) -> None:
        """Build one after another, so that queries keep their threads."""
        async with self._turn:
            job.status = "processing"
            try:
                job.table = await to_thread.run_sync(
                    rollups.build, principal, job.name, job.timezone
                )
            except Exception as error:  # noqa: BLE001 - however it fails, the job says so
                job.status = f"failure: {error}"
            else:
                job.status = "done"

    def _tell(self, body: Mapping[str, Any], principal: Principal) -> Any:  # noqa: ANN401 - JSON
        tokens = body.get("tokens")
        if not isinstance(tokens, list) or not tokens or not all(map(_is_text, tokens)):
            raise _invalid('"tokens" must be an array of at least 1 strings')
        if body.get("resType") not in (None, "object"):
            raise _invalid('"resType" must be [object]')
        told = {token: self._tell_one(token, principal) for token in tokens}
        if body.get("resType") == "object":
            return told
        return [{"token": token, **one} for token, one in told.items()]

    def _tell_one(self, token: str, principal: Principal) -> dict[str, Any]:
        job = self._jobs.get(token)
        if job is None or job.organisation_id != str(principal.organisation_id):
            return {"status": "not_found"}
        selector = {
            "cubes": [job.name.partition(".")[0]],
            "preAggregations": [job.name],
            "contexts": [{"securityContext": {}}],
            "timezones": [job.timezone],
            "dataSources": ["default"],
        }
        return {"table": job.table, "status": job.status, "selector": selector}

    async def close(self) -> None:
        """Stop what has not begun."""
        for task in self._running:
            task.cancel()


def _invalid(message: str) -> RefusedError:
    return RefusedError(f"Invalid Job query format: {message}", _BAD)


def _check(given: Mapping[str, Any], known: frozenset[str], path: str = "") -> None:
    for key in given:
        if key not in known:
            raise _invalid(f'"{path}{key}" is not allowed')


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _selector(body: Mapping[str, Any]) -> Mapping[str, Any]:
    selector = body.get("selector")
    if not isinstance(selector, dict):
        raise _invalid('"selector" must be of type object')
    _check(selector, _SELECTOR_KEYS, "selector.")
    for key in ("contexts", "timezones"):
        if not isinstance(selector.get(key), list) or not selector[key]:
            raise _invalid(f'"selector.{key}" must contain at least 1 items')
    for key in ("timezones", "dataSources", "cubes", "preAggregations"):
        found = selector.get(key, [])
        if not isinstance(found, list) or not all(map(_is_text, found)):
            raise _invalid(f'"selector.{key}" must be an array of strings')
    for zone in selector["timezones"]:
        if canonical_zone(zone) is None:
            raise _invalid(f'"selector.timezones" must be valid IANA time zones, got "{zone}"')
    if "dateRange" in selector:
        raise _invalid('"selector.dateRange" is not executed here; a whole rollup is refreshed')
    return selector


def _check_contexts(selector: Mapping[str, Any], principal: Principal) -> None:
    """Refuse contexts of other clubs: a job is done for the caller's own."""
    for one in selector["contexts"]:
        context = one.get("securityContext") if isinstance(one, dict) else None
        if not isinstance(context, dict):
            raise _invalid('"selector.contexts[0].securityContext" is required')
        named = context.get("organisation", str(principal.organisation_id))
        if named != str(principal.organisation_id):
            message = "jobs are done for the caller's own organisation"
            raise QueryError(message, code="CONTEXT_REFUSED", kind="", status=403)


def _selected(selector: Mapping[str, Any], model: Model) -> list[str]:
    """Name the pre-aggregations that a selector means; what it leaves out selects all."""
    names = [
        (cube.name, f"{cube.name}.{rollup.name}")
        for cube in model.cubes.values()
        for rollup in cube.pre_aggregations.values()
        if cube.data_source in selector.get("dataSources", [cube.data_source])
    ]
    return [
        name
        for cube, name in names
        if cube in selector.get("cubes", [cube]) and name in selector.get("preAggregations", [name])
    ]

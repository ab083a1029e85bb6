"""What an operator, and Loge itself, ask of the process beside Cube's API."""

from __future__ import annotations

import time
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from starlette.routing import Route

from semantic.rest.authentication import InvalidTokenError, token_of
from semantic.rest.failures import answer_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from semantic.catalogue import Catalogue
    from semantic.rest.authentication import Authenticator
    from semantic.sync.worker import Follower

PATH = "/loge/v1"
LONGEST_WAIT_SECONDS = 25.0
"""How long a question for newer facts waits at most: less than proxies wait for an answer."""
_LOOK_EVERY_SECONDS = 0.05
OPERATING_SCOPE = "jobs"
"""What a token has to open to have facts loaded anew or compared."""


def operation_routes(
    follower: Follower, catalogue: Catalogue, authenticator: Authenticator
) -> list[Route]:
    """Name the operations."""
    operations = _Operations(follower, catalogue)

    def guarded(
        answer: Callable[[Request], Awaitable[Response]], scope: str
    ) -> Callable[[Request], Awaitable[Response]]:
        async def admitted(request: Request) -> Response:
            try:
                caller = await authenticator.authenticate(token_of(request.headers) or "")
            except InvalidTokenError:
                return answer_json({"error": "Invalid token"}, HTTPStatus.FORBIDDEN)
            if scope not in caller.scopes:
                message = f"the token does not open the scope '{scope}'"
                return answer_json({"error": message}, HTTPStatus.FORBIDDEN)
            return await answer(request)

        return admitted

    named = (
        ("/facts", operations.facts, "GET", "meta"),
        ("/models", operations.models, "GET", "meta"),
        ("/check", operations.check, "POST", OPERATING_SCOPE),
        ("/rebuild", operations.rebuild, "POST", OPERATING_SCOPE),
    )
    return [
        Route(f"{PATH}{path}", guarded(answer, scope), methods=[method])
        for path, answer, method, scope in named
    ]


class _Operations:
    """The operations over the facts and the models of one process."""

    def __init__(self, follower: Follower, catalogue: Catalogue) -> None:
        self._follower = follower
        self._catalogue = catalogue

    async def facts(self, request: Request) -> Response:
        """Tell how fresh the facts are; with `after`, once they are newer than that version."""
        given = request.query_params.get("after", "")
        if given and not (given.isascii() and given.isdigit() and len(given) < 20):  # noqa: PLR2004 - 64 bits
            message = "`after` must be the number of a version"
            return answer_json({"error": message}, HTTPStatus.BAD_REQUEST)
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while (
            given and self._follower.freshness().version <= int(given) and time.monotonic() < until
        ):
            if await request.is_disconnected():
                break
            await anyio.sleep(_LOOK_EVERY_SECONDS)
        return answer_json(self._freshness())

    async def models(self, _request: Request) -> Response:
        """Tell which models are served, and what is wrong with newer ones that are not."""
        state = self._catalogue.state()
        return answer_json(
            {
                "version": state.model.version,
                "loadedAt": state.loaded_at.isoformat(),
                "refusedAt": None if state.refused_at is None else state.refused_at.isoformat(),
                "faults": list(map(str, state.faults)),
            }
        )

    async def check(self, _request: Request) -> Response:
        """Compare every additive measure with the operational store."""
        try:
            found = await to_thread.run_sync(self._follower.check)
        except ConnectionError as error:
            return answer_json({"error": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)
        comparisons = [{**asdict(one), "isEqual": one.is_equal} for one in found]
        return answer_json({"comparisons": comparisons})

    async def rebuild(self, _request: Request) -> Response:
        """Have everything loaded anew; the facts from before serve until that is done."""
        self._follower.ask_rebuild()
        return answer_json(self._freshness(), HTTPStatus.ACCEPTED)

    def _freshness(self) -> dict[str, Any]:
        """Describe how fresh the facts are."""
        found = self._follower.freshness()
        at = found.refreshed_at
        return {
            "version": found.version,
            "position": found.position,
            "refreshedAt": None if at is None else at.isoformat(),
            "lagSeconds": found.lag_seconds,
            "lastError": found.last_error,
            "rebuilding": None if found.rebuilding is None else asdict(found.rebuilding),
        }

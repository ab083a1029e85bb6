"""Sign-in of staff at their club's identity provider: the way there, and a code for a token.

The pages send a browser to the provider (OpenID Connect, authorization code with PKCE) and bring
back a code. The provider is asked from here, because the pages may connect to nobody else. What it
answers is a signed token like any other: what that is worth is decided each time it is used.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from anyio import to_thread
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.http.failures import error_body
from app.http.oidc.fetching import FetchError
from app.http.oidc.keys import discovered
from app.http.patience import ImpatientError
from app.storage.admission import staff_providers

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.domain.identity_providers import IdentityProvider
    from app.http.oidc.fetching import Fetcher
    from app.http.throttle import Throttle
    from app.storage.engine import Engine

SIGN_IN_PATH = "/loge/v1/sign-in"
ASK_POINTS, EXCHANGE_POINTS = 1, 10
KEPT_SECONDS = 600.0
"""How long it is remembered where a provider signs people in."""
_BODY_LIMIT_BYTES = 8_192
_WANTED = ("provider", "code", "verifier", "redirectUri")
_log = logging.getLogger("loge.oidc")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a provider signs people in, and where it gives tokens for codes."""

    authorization: str
    token: str
    until: float


@dataclass(frozen=True, slots=True)
class SignIn:
    """The routes by which the pages let people sign in at a provider."""

    engine: Engine
    fetcher: Fetcher
    throttle: Throttle
    _places: dict[str, _Place] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """Return where they are reached."""
        return [
            Route(SIGN_IN_PATH, self.ways, methods=["GET"]),
            Route(SIGN_IN_PATH, self.exchange, methods=["POST"]),
        ]

    async def ways(self, request: Request) -> Response:
        """Answer the providers that sign a club's staff in; those that are silent are left out.

        Raises:
            ImpatientError: the address asked so too often.
        """
        self._spend(request, ASK_POINTS)
        found = []
        for provider in await self._providers(request.query_params.get("club")):
            place = await self._place(provider)
            if place is not None:
                way = {
                    "code": provider.code,
                    "clientId": provider.audience,
                    "address": place.authorization,
                }
                found.append(way)
        return JSONResponse({"providers": found}, headers={"cache-control": "no-store"})

    async def exchange(self, request: Request) -> Response:
        """Answer the signed token that a provider gives for a code.

        Raises:
            ImpatientError: the address asked so too often.
        """
        self._spend(request, EXCHANGE_POINTS)
        given = _given(await request.body())
        if given is None:
            message = (
                f"send an object with the texts {', '.join(_WANTED)}, and club if there is one"
            )
            return _refused(message, 400, "REQUEST_INVALID")
        providers = await self._providers(given.get("club"))
        provider = next((one for one in providers if one.code == given["provider"]), None)
        place = None if provider is None else await self._place(provider)
        if provider is None or place is None:
            return _refused("no such identity provider signs people in", 404, "NOT_FOUND")
        form = {
            "grant_type": "authorization_code",
            "client_id": provider.audience,
            "code": given["code"],
            "code_verifier": given["verifier"],
            "redirect_uri": given["redirectUri"],
        }
        try:
            token = (await self.fetcher.document(place.token, form)).get("id_token")
        except FetchError as error:
            _log.warning("identity provider %s gave no token: %s", provider.code, error)
            token = None
        if not isinstance(token, str):
            message = "the identity provider gave no token for this sign-in; begin it again"
            return _refused(message, 502, "PROVIDER_REFUSED")
        return JSONResponse({"token": token}, headers={"cache-control": "no-store"})

    async def _providers(self, club: str | None) -> list[IdentityProvider]:
        rows = await to_thread.run_sync(staff_providers, self.engine, club or None)
        return [provider for _, provider in rows]

    async def _place(self, provider: IdentityProvider) -> _Place | None:
        """Return where a provider signs people in; None where it does not say so now."""
        known = self._places.get(provider.issuer)
        if known is not None and known.until > time.monotonic():
            return known
        try:
            described = await discovered(self.fetcher, provider.issuer)
        except FetchError as error:
            _log.warning("sign-in of identity provider %s: %s", provider.code, error)
            return None
        authorization = described.get("authorization_endpoint")
        token = described.get("token_endpoint")
        if not isinstance(authorization, str) or not isinstance(token, str):
            return None
        place = _Place(authorization, token, time.monotonic() + KEPT_SECONDS)
        self._places[provider.issuer] = place
        return place

    def _spend(self, request: Request, points: int) -> None:
        address = request.client.host if request.client else ""
        wait = self.throttle.take_stranger(address, points).wait_seconds
        if wait:
            raise ImpatientError(wait)


def _given(body: bytes) -> dict[str, Any] | None:
    """Read what is sent for a token; None where that is something else."""
    if len(body) > _BODY_LIMIT_BYTES:
        return None
    try:
        given = orjson.loads(body)
    except ValueError:
        return None
    if not isinstance(given, dict) or not all(isinstance(given.get(one), str) for one in _WANTED):
        return None
    return given if isinstance(given.get("club"), str | None) else None


def _refused(message: str, status: int, code: str) -> Response:
    return JSONResponse(error_body(message, code), status, {"cache-control": "no-store"})

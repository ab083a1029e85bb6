"""An identity provider on this machine: discovery, keys, signed tokens, and every way to fail."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from tests.club import Club

AUDIENCE = "loge-fans"


@cache
def private_key(name: str) -> Any:
    """Make a key once: its name begins with its kind."""
    if name.startswith("rsa1024"):
        return rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - too short, to be refused
    if name.startswith("rsa"):
        return rsa.generate_private_key(65_537, 2_048)
    if name.startswith("ed"):
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def published(name: str, **more: Any) -> dict[str, Any]:
    """Write the public half of a key as a JSON Web Key."""
    public = private_key(name).public_key()
    kinds: dict[str, Any] = {"rsa": RSAAlgorithm, "ed": OKPAlgorithm, "ec": ECAlgorithm}
    kind = kinds[name.rstrip("0123456789-")]
    found: dict[str, Any] = kind.to_jwk(public, as_dict=True)
    return {**found, "kid": name, "use": "sig", **more}


@dataclass
class Issuer:
    """One issuer with a path of its own; `failing` says in which way it fails at present."""

    url: str
    keys: list[dict[str, Any]]
    failing: str | None = None
    asked: list[str] = field(default_factory=list)
    person: dict[str, Any] = field(default_factory=dict)
    """What is said of whoever signs in here; nobody is asked for a password."""
    begun: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self, asked: dict[str, str]) -> Response:
        """Sign somebody in, and send the browser back with a code."""
        code = uuid.uuid4().hex
        self.begun[code] = asked
        told = {"error": "access_denied"} if self.failing == "denying" else {"code": code}
        query = urlencode({**told, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}")

    def give(self, form: dict[str, str]) -> Response:
        """Give a token for a code, once, to whoever began (RFC 7636)."""
        asked = self.begun.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = ("client_id", "redirect_uri")
        if asked is None or asked["code_challenge"] != proof:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if any(asked[one] != form.get(one) for one in same) or self.failing == "tokenless":
            return JSONResponse({"token_type": "Bearer"})
        return JSONResponse({"id_token": self.sign(nonce=asked["nonce"], **self.person)})

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Say what a token says; a claim of None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "fan-17",
            "iat": now,
            "exp": now + 600,
            "loge_account": "A1",
        }
        return {name: one for name, one in {**usual, **changed}.items() if one is not None}

    def sign(
        self,
        key: str = "rsa",
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        **changed: Any,
    ) -> str:
        """Sign a token."""
        named = {"kid": key, **(headers or {})}
        claims = self.claims(**changed)
        return jwt.encode(claims, private_key(key), algorithm=algorithm, headers=named)

    def answer(self, place: str, host: str) -> Response:
        """Answer what is asked of the issuer."""
        self.asked.append(place)
        if self.failing == "down":
            return Response(status_code=503)
        if self.failing == "huge":
            return Response(b'{"keys": [' + b" " * 300_000 + b"]}")
        if self.failing == "redirect":
            return RedirectResponse(f"http://{host}/{uuid.uuid4().hex}/keys")
        if self.failing == "list":
            return JSONResponse([])
        if place == "keys":
            return JSONResponse({"keys": self.keys})
        other = "https://other.example" if self.failing == "stranger" else self.url
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
        named = {} if self.failing == "wordless" else places
        ways = {name: f"{self.url}/{path}" for name, path in named.items()}
        return JSONResponse({"issuer": other, "jwks_uri": f"{self.url}/keys", **ways})


@dataclass
class Issuers:
    """A server that is all issuers of the tests."""

    base: str = ""
    known: dict[str, Issuer] = field(default_factory=dict)

    def found(self, *keys: str) -> Issuer:
        """Make an issuer with keys that it publishes."""
        name = uuid.uuid4().hex
        published_keys = [published(one) for one in keys or ("rsa", "ec", "ed")]
        self.known[name] = Issuer(f"{self.base}/{name}", published_keys)
        return self.known[name]

    async def discovery(self, request: Request) -> Response:
        return await self._answer(request, "discovery")

    async def keys(self, request: Request) -> Response:
        return await self._answer(request, "keys")

    async def authorize(self, request: Request) -> Response:
        return self.known[request.path_params["name"]].begin(dict(request.query_params))

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        return self.known[request.path_params["name"]].give(form)

    async def _answer(self, request: Request, place: str) -> Response:
        issuer = self.known[request.path_params["name"]]
        if issuer.failing == "slow":
            issuer.asked.append(place)
            await asyncio.sleep(1)
        return issuer.answer(place, request.url.netloc)


@contextmanager
def running_issuers() -> Iterator[Issuers]:
    """Serve issuers in a thread."""
    issuers = Issuers()
    application = Starlette(
        routes=[
            Route("/{name}/.well-known/openid-configuration", issuers.discovery),
            Route("/{name}/keys", issuers.keys),
            Route("/{name}/authorize", issuers.authorize),
            Route("/{name}/token", issuers.token, methods=["POST"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    issuers.base = f"http://127.0.0.1:{port}"
    yield issuers
    server.should_exit = True
    thread.join(timeout=10)


def trust(club: Club, issuer: Issuer, **changed: Any) -> dict[str, Any]:
    """Make a club trust an issuer for portal users, whose accounts it names by code."""
    given = {
        "code": "fans",
        "issuer": issuer.url,
        "audience": AUDIENCE,
        "algorithms": ["RS256", "ES256", "EDDSA"],
        "accountClaim": "loge_account",
        "accountKey": "CODE",
        **changed,
    }
    fields = "identityProvider { id version isActive }"
    found: dict[str, Any] = club.make("identityProviderCreate", fields, given)["identityProvider"]
    return found


def asked_as(club: Club, token: str, document: str = "{ viewer { role } }") -> dict[str, Any]:
    """Send a document with a bearer token; return the whole answer."""
    headers = {"authorization": f"Bearer {token}"}
    answer = club.http.post("/graphql", json={"query": document}, headers=headers)
    found: dict[str, Any] = answer.json()
    return found


def refused_as(club: Club, token: str) -> str:
    """Send a request that must be refused as nobody's; return what the challenge says.

    GraphQL must give the same reason.
    """
    headers = {"authorization": f"Bearer {token}"}
    answer = club.http.get("/files/x", headers=headers)
    assert answer.status_code == 401, answer.text
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="invalid_token", error_description="')
    error = asked_as(club, token)["errors"][0]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["message"] in challenge
    message: str = error["message"]
    return message

"""Names that several tokens have, and sessions that end with the token which opened them."""

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from semantic.rest.authentication import Caller, InvalidTokenError
from semantic.run.engine import Engine
from semantic.wire.contracts import Login, Shells
from semantic.wire.limits import Limits
from semantic.wire.scram import ITERATIONS, ScramVerifier
from tests.semantic.wire.club import caller
from tests.semantic.wire.front.door import DATABASE, TOKEN, Door, opened

SALT = b"the salt of all!"
LIMITS = Limits(renewed_seconds=0.02)


def verifier_of(password: str) -> ScramVerifier:
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    texts = [base64.b64encode(one).decode() for one in (SALT, stored, server)]
    return ScramVerifier.parse("SCRAM-SHA-256${}:{}${}:{}".format(ITERATIONS, *texts))


@dataclass
class Tokens:
    """Tokens that all have one name, by their secrets; `failure` is what credentials fail with."""

    callers: dict[str, Caller] = field(default_factory=dict)
    failure: Exception | None = None
    renewed_count: int = 0

    async def find(self, user: str, database: str) -> Login | None:
        assert database == DATABASE
        if user == "token":
            return Login(None, self._nobody)
        found = [Login(verifier_of(one), self._asked(one)) for one in self.callers]
        return Login(found[0].verifier, found[0].caller, tuple(found[1:]))

    async def admit(self, user: str, database: str, password: str) -> Caller | None:
        assert (user, database) == ("token", DATABASE)
        self.renewed_count += 1
        return self.callers.get(password)

    def _asked(self, secret: str) -> Callable[[], Awaitable[Caller]]:
        async def renewed() -> Caller:
            self.renewed_count += 1
            if self.failure is not None:
                raise self.failure
            if secret not in self.callers:
                raise InvalidTokenError("it has ended")
            return self.callers[secret]

        return renewed

    async def _nobody(self) -> Caller:
        raise InvalidTokenError("nothing was proved")


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture(scope="module")
def many(
    loop: asyncio.AbstractEventLoop,
    shells: Shells,
    engine: Engine,
    tls: ssl.SSLContext,
    tokens: Tokens,
) -> Iterator[Door]:
    with opened(loop, shells, engine, tls, LIMITS, tokens) as door:
        yield door


@pytest.fixture
def named(many: Door, tokens: Tokens) -> Iterator[Tokens]:
    """Two tokens with one name, and one of somebody else's."""
    tokens.callers = {"one": caller("finance"), "two": caller("sales"), TOKEN: caller("finance")}
    yield tokens
    tokens.failure = None
    many.settle()


def ended(session: "psycopg.Connection[object]") -> str:
    """Ask until the session is ended; return what it was told."""
    with pytest.raises(psycopg.OperationalError) as found:  # noqa: PT012 - asked until it ends
        while True:
            session.execute("SELECT 1")
    return str(found.value)


def test_the_password_tells_which_of_several_tokens_it_is(many: Door, named: Tokens) -> None:
    for password in ("one", "two"):
        with many.connect("shared", password=password) as session:
            assert session.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        many.connect("shared", password="three")
    del named.callers["two"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        many.connect("shared", password="two")


def test_a_session_ends_with_its_token_and_no_other_does(many: Door, named: Tokens) -> None:
    first, second = (many.connect("shared", password=one) for one in ("one", "two"))
    del named.callers["one"]
    assert "its token has ended or was changed" in ended(first)
    assert second.execute("SELECT 1").fetchone() == (1,)
    named.callers["two"] = caller("finance")
    assert "its token has ended or was changed" in ended(second)


def test_a_token_in_clear_text_ends_its_session_too(many: Door, named: Tokens) -> None:
    session = many.connect("token")
    assert session.execute("SELECT 1").fetchone() == (1,)
    del named.callers[TOKEN]
    assert "its token has ended or was changed" in ended(session)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        many.connect("token")


def test_credentials_that_cannot_be_read_end_no_session(many: Door, named: Tokens) -> None:
    with many.connect("shared", password="one") as session:
        named.failure = ConnectionError("the database is away")
        count = named.renewed_count
        while named.renewed_count < count + 3:
            assert session.execute("SELECT 1").fetchone() == (1,)

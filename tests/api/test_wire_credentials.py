"""Who may log in to the wire: tokens by their labels, callers of identity providers by its code."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from app.domain.permissions import Role
from app.http.authentication import Authentication
from app.http.oidc.fetching import Fetcher
from app.http.oidc.keys import KeySets
from app.http.oidc.verification import SignedTokens
from app.semantics import Credentials, WireCredentials
from app.storage.engine import Engine
from semantic.rest.authentication import Caller, InvalidTokenError
from semantic.wire.contracts import Login
from tests.club import Club
from tests.http.oidc_issuer import Issuers, running_issuers, trust

SECRET = "a secret that signs contexts of these tests"
LABEL = "Power BI of the books"


@pytest.fixture(scope="module")
def issuers() -> Iterator[Issuers]:
    with running_issuers() as running:
        yield running


@pytest.fixture
def wire(engine: Engine) -> WireCredentials:
    def now() -> datetime:
        return datetime.now(UTC)

    signed = SignedTokens(engine, KeySets(Fetcher(allows_private=True)))
    return WireCredentials(Credentials(engine, Authentication(engine, now, signed), SECRET))


def make(club: Club, **given: Any) -> dict[str, Any]:
    wanted = {"label": LABEL, "role": "FINANCE", **given}
    return club.make("accessTokenCreate", "accessToken { id version } secret", wanted)


def find(wire: WireCredentials, club: Club, user: str = LABEL) -> Login:
    return anyio.run(wire.find, user, club.organisation.code)


def admit(wire: WireCredentials, club: Club, password: str, user: str = LABEL) -> Caller | None:
    return anyio.run(wire.admit, user, club.organisation.code, password)


def proves(login: Login, password: str) -> bool:
    """Compute what a client proves a password by, and compare it with what is kept."""
    verifier = login.verifier
    assert verifier is not None
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), verifier.salt, verifier.iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hashlib.sha256(client_key).digest() == verifier.stored_key


def proved(login: Login, password: str) -> list[Login]:
    """Choose the logins that a password proves."""
    return [one for one in (login, *login.alternatives) if proves(one, password)]


def test_a_token_logs_in_by_its_label_and_secret(wire: WireCredentials, club: Club) -> None:
    made = make(club, role="SALES", repCode="HV")
    (login,) = proved(find(wire, club), made["secret"])
    caller = anyio.run(login.caller)
    assert caller.principal.organisation_id == club.organisation.id
    assert caller.principal.groups == {"sales"}
    assert caller.principal.context == {"rep": "HV", "currency": "EUR"}
    assert caller.principal.timezone == "Europe/Brussels"
    assert proved(find(wire, club), made["secret"] + "x") == []
    assert admit(wire, club, made["secret"]) == caller
    assert admit(wire, club, made["secret"] + "x") is None
    assert admit(wire, club, made["secret"], "another") is None


def test_of_tokens_with_one_label_the_password_tells_which_it_is(
    wire: WireCredentials, club: Club
) -> None:
    first, second = make(club, role="ANALYST"), make(club)
    login = find(wire, club)
    for made, role in ((first, "analyst"), (second, "finance")):
        (one,) = proved(login, made["secret"])
        assert anyio.run(one.caller).principal.groups == {role}
    verifiers = [one.verifier for one in (login, *login.alternatives)]
    asked_with = {(one.salt, one.iterations) for one in verifiers if one is not None}
    assert len(asked_with) == 1, "one exchange can prove any of them"


def test_while_a_token_rotates_both_secrets_log_in_as_the_same(
    wire: WireCredentials, club: Club
) -> None:
    made = make(club)
    rotated = club.make("accessTokenRotate", "secret", {"id": made["accessToken"]["id"]})
    login = find(wire, club)
    callers = [
        anyio.run(one.caller)
        for secret in (made["secret"], rotated["secret"])
        for one in proved(login, secret)
    ]
    assert len(callers) == 2
    assert callers[0] == callers[1]


def test_an_open_session_is_told_that_its_token_ended(wire: WireCredentials, club: Club) -> None:
    made = make(club)
    wanted = {"id": made["accessToken"]["id"]}
    (login,) = proved(find(wire, club), made["secret"])
    given = club.make("accessTokenGiveWirePassword", "password", wanted)
    with pytest.raises(InvalidTokenError):
        anyio.run(login.caller)
    (own,) = proved(find(wire, club), given["password"])
    assert anyio.run(own.caller).principal.groups == {"finance"}
    assert admit(wire, club, given["password"]) is not None
    assert admit(wire, club, made["secret"]) is None
    club.make("accessTokenRevoke", "", wanted)
    with pytest.raises(InvalidTokenError):
        anyio.run(own.caller)
    assert proved(find(wire, club), given["password"]) == []
    assert admit(wire, club, given["password"]) is None


def test_the_names_of_a_club_do_not_show_by_how_they_are_answered(
    wire: WireCredentials, club: Club
) -> None:
    make(club)
    known, unknown = (find(wire, club, user).verifier for user in (LABEL, "nobody"))
    assert known is not None
    assert unknown is not None
    assert (known.salt, known.iterations) == (unknown.salt, unknown.iterations)
    elsewhere = [anyio.run(wire.find, user, "no-such-club") for user in (LABEL, LABEL, "nobody")]
    salts = {one.verifier.salt for one in elsewhere if one.verifier is not None}
    assert len(salts) == 1
    assert known.salt not in salts
    for login in (find(wire, club, "nobody"), elsewhere[0]):
        with pytest.raises(InvalidTokenError):
            anyio.run(login.caller)
    assert anyio.run(wire.admit, LABEL, "no-such-club", "anything") is None


def test_a_token_opens_the_database_of_its_club_alone(
    wire: WireCredentials, club: Club, other_club: Club
) -> None:
    secret = make(club)["secret"]
    assert proved(find(wire, other_club), secret) == []
    assert admit(wire, other_club, secret) is None


def test_a_token_from_before_there_was_a_wire_sends_its_secret_in_clear_text(
    wire: WireCredentials, club: Club, engine: Engine
) -> None:
    secret = make(club)["secret"]
    with engine.begin() as connection:
        given = {"club": club.organisation.id, "label": LABEL}
        connection.execute(
            text(
                "UPDATE access_token SET wire_verifier = NULL "
                "WHERE organisation_id = :club AND label = :label"
            ),
            given,
        )
    login = find(wire, club)
    assert login.verifier is None
    with pytest.raises(InvalidTokenError):
        anyio.run(login.caller)
    found = admit(wire, club, secret)
    assert found is not None
    assert found.principal.groups == {"finance"}
    assert admit(wire, club, secret + "x") is None


def test_whoever_signs_in_elsewhere_logs_in_by_the_code_of_the_provider(
    wire: WireCredentials, club: Club, other_club: Club, issuers: Issuers
) -> None:
    issuer = issuers.found()
    mapped = [{"value": "tills", "role": "SALES"}]
    trust(club, issuer, roleClaim="groups", roles=mapped, repClaim="rep")
    login = find(wire, club, "fans")
    assert (login.verifier, login.alternatives) == (None, ())
    token = issuer.sign(groups=["tills"], rep="HV")
    found = admit(wire, club, token, "fans")
    assert found is not None
    assert found.principal.groups == {"sales"}
    assert found.principal.context["rep"] == "HV"
    assert admit(wire, club, token, LABEL) is None
    assert admit(wire, other_club, token, "fans") is None
    assert find(wire, other_club, "fans").verifier is not None


def test_a_login_counts_as_a_use_of_the_token(wire: WireCredentials, club: Club) -> None:
    made = make(club)
    (login,) = proved(find(wire, club), made["secret"])
    anyio.run(login.caller)
    for _ in range(2):
        wire.credentials.tokens.write_uses(club.runner)
    document = '{ accessTokens(filter: {search: "Power"}) { nodes { lastUsedAt } } }'
    (node,) = club.query(document)["accessTokens"]["nodes"]
    assert node["lastUsedAt"] is not None
    assert club.token(Role.ROOT) != made["secret"]

"""Access tokens with scopes, quotas and a second secret while they rotate."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from app.commands.execution import Runner
from app.domain.admission import Admission, Refusal
from app.domain.permissions import Quota, Role
from app.domain.scopes import Scope
from app.domain.tokens import TOKEN_PREFIX
from app.http.authentication import REMEMBERED_FOR, REMEMBERED_LIMIT, Authentication
from app.storage.engine import Engine, command_engine
from tests.club import Club, fresh_key
from tests.fingerprint import fingerprint

NOW = datetime.now(UTC)
TOKEN = """accessToken { id label scopes quota { pointsPerSecond bucketPoints } expiresAt
  previousExpiresAt version }"""


def make(club: Club, **given: Any) -> dict[str, Any]:
    wanted = {"label": "till", "role": "SALES", **given}
    return club.make("accessTokenCreate", f"{TOKEN} secret", wanted)


def change(club: Club, made: dict[str, Any], **given: Any) -> dict[str, Any]:
    token = made["accessToken"]
    wanted = {"id": token["id"], "expectedVersion": token["version"], **given}
    return club.make("accessTokenUpdate", TOKEN, wanted)


def rotate(club: Club, made: dict[str, Any], **given: Any) -> dict[str, Any]:
    wanted = {"id": made["accessToken"]["id"], **given}
    return club.make("accessTokenRotate", f"{TOKEN} secret", wanted)


def admit(engine: Engine, secret: str, at: datetime | None = None) -> Admission:
    """Ask as a process would that has never seen the token."""
    authentication = Authentication(engine, lambda: at or datetime.now(UTC))
    return anyio.run(authentication.admit, f"Bearer {secret}")


def test_a_token_is_made_with_scopes_and_a_quota_of_its_own(club: Club, engine: Engine) -> None:
    quota = {"pointsPerSecond": 20, "bucketPoints": 400}
    made = make(club, scopes=["WRITE_SALES", "READ_ACCOUNTS"], quota=quota)
    token = made["accessToken"]
    assert token["scopes"] == ["READ_ACCOUNTS", "WRITE_SALES"]
    assert token["quota"] == quota
    actor = admit(engine, made["secret"]).actor
    assert actor is not None
    assert actor.quota == Quota(20, 400)
    assert actor.scopes is not None
    assert {Scope.WRITE_SALES, Scope.READ_SALES, Scope.READ_ACCOUNTS} <= actor.scopes
    plain = make(club)
    assert (plain["accessToken"]["scopes"], plain["accessToken"]["quota"]) == (None, None)
    everything = admit(engine, plain["secret"]).actor
    assert everything is not None
    assert (everything.scopes, everything.quota) == (None, None)


def test_the_same_request_is_known_again_in_whatever_order_its_scopes_come(club: Club) -> None:
    given = {"label": "till", "role": "SALES", "idempotencyKey": fresh_key()}
    scopes = ["READ_SALES", "READ_ACCOUNTS", "READ_CATALOGUE", "READ_INVOICES"]
    made = club.make("accessTokenCreate", "accessToken { id }", {**given, "scopes": scopes})
    again = {**given, "scopes": scopes[::-1]}
    assert club.make("accessTokenCreate", "accessToken { id }", again) == made


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"role": "PARTNER"}, "SCOPE_INVALID", ["scopes"]),
        ({"role": "PARTNER", "scopes": []}, "SCOPE_INVALID", ["scopes"]),
        ({"role": "PARTNER", "scopes": ["READ_AUDIT"]}, "SCOPE_INVALID", ["scopes"]),
        ({"scopes": ["WRITE_SALES", "MANAGE_BOOKS"]}, "SCOPE_INVALID", ["scopes"]),
        (
            {"quota": {"pointsPerSecond": 0, "bucketPoints": 10}},
            "INPUT_INVALID",
            ["quota", "pointsPerSecond"],
        ),
        (
            {"quota": {"pointsPerSecond": 1, "bucketPoints": 10**7}},
            "INPUT_INVALID",
            ["quota", "bucketPoints"],
        ),
    ],
)
def test_scopes_and_quotas_that_make_no_sense_are_named_and_none_is_made(
    club: Club, given: dict[str, Any], code: str, path: list[str]
) -> None:
    club.token()
    before = fingerprint(club)
    errors = club.refused("accessTokenCreate", {"label": "new", "role": "SALES", **given})
    assert [(e["code"], e["path"]) for e in errors] == [(code, path)]
    assert fingerprint(club) == before


def test_a_token_is_changed_and_keeps_its_secret(club: Club, engine: Engine) -> None:
    made = make(club, scopes=["READ_SALES"], quota={"pointsPerSecond": 1, "bucketPoints": 9})
    changed = change(club, made, label="desk", scopes=["READ_ACCOUNTS"], quota=None)
    token = changed["accessToken"]
    assert (token["label"], token["scopes"], token["quota"]) == ("desk", ["READ_ACCOUNTS"], None)
    assert token["version"] == 2
    actor = admit(engine, made["secret"]).actor
    assert actor is not None
    assert actor.scopes == frozenset({Scope.READ_ACCOUNTS})
    same = change(club, changed, label="desk")
    assert same["accessToken"]["version"] == 2
    wide = change(club, changed, scopes=None)
    assert wide["accessToken"]["scopes"] is None
    stale = {"id": token["id"], "expectedVersion": 1, "label": "other"}
    assert [e["code"] for e in club.refused("accessTokenUpdate", stale)] == ["VERSION_STALE"]
    passed = {"id": token["id"], "expectedVersion": 3, "expiresAt": "2020-01-01T00:00:00Z"}
    assert [e["code"] for e in club.refused("accessTokenUpdate", passed)] == ["DATE_INVALID"]


def test_what_changed_about_a_token_is_audited_without_what_opens_it(club: Club) -> None:
    made = make(club, scopes=["READ_SALES"])
    change(club, made, scopes=["READ_ACCOUNTS", "READ_INVOICES"])
    rotate(club, made)
    document = "{ auditEntries(first: 3) { nodes { action before after } } }"
    entries = club.query(document)["auditEntries"]["nodes"]
    assert [one["action"].removeprefix("access_token.") for one in entries] == [
        "rotated",
        "changed",
        "created",
    ]
    assert entries[1]["before"] == {"scopes": ["read:sales"]}
    assert entries[1]["after"] == {"scopes": ["read:accounts", "read:invoices"]}
    assert "hash" not in str(entries)


def test_while_a_token_rotates_both_secrets_open_the_same(club: Club, engine: Engine) -> None:
    made = make(club, scopes=["READ_SALES"])
    rotated = rotate(club, made, overlapSeconds=600)
    assert rotated["secret"] not in {None, made["secret"]}
    assert rotated["accessToken"]["previousExpiresAt"] is not None
    assert admit(engine, made["secret"]).actor == admit(engine, rotated["secret"]).actor
    later = NOW + timedelta(hours=1)
    assert admit(engine, made["secret"], later).refusal is Refusal.EXPIRED
    assert admit(engine, rotated["secret"], later).actor is not None
    again = rotate(club, made)
    assert admit(engine, made["secret"]).refusal is Refusal.UNKNOWN, "two rotations ago"
    assert admit(engine, rotated["secret"]).actor is not None
    at_once = rotate(club, made, overlapSeconds=0)
    assert admit(engine, again["secret"]).refusal is Refusal.UNKNOWN
    club.make("accessTokenRevoke", "", {"id": made["accessToken"]["id"]})
    assert admit(engine, at_once["secret"]).refusal is Refusal.REVOKED
    errors = club.refused("accessTokenRotate", {"id": made["accessToken"]["id"]})
    assert [(e["code"], e["path"]) for e in errors] == [("IN_USE", ["id"])]


def test_a_rotation_shows_its_secret_once_and_bounds_the_overlap(club: Club) -> None:
    made = make(club)
    given = {"id": made["accessToken"]["id"], "idempotencyKey": fresh_key()}
    first = club.make("accessTokenRotate", "secret", given)
    assert first["secret"].startswith(TOKEN_PREFIX)
    assert club.make("accessTokenRotate", "secret", given)["secret"] is None
    for seconds in (-1, 2_592_001):
        wanted = {"id": given["id"], "overlapSeconds": seconds}
        errors = club.refused("accessTokenRotate", wanted)
        assert [(e["code"], e["path"]) for e in errors] == [("INPUT_INVALID", ["overlapSeconds"])]


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ROOT, Role.PORTAL}])
def test_nobody_but_root_changes_or_rotates_tokens(club: Club, role: Role) -> None:
    made = make(club)
    token_id = made["accessToken"]["id"]
    club.token(role)
    before = fingerprint(club)
    for name, given in (
        ("accessTokenUpdate", {"id": token_id, "expectedVersion": 1, "label": "mine"}),
        ("accessTokenRotate", {"id": token_id}),
    ):
        assert [e["code"] for e in club.refused(name, given, role=role)] == ["PERMISSION_DENIED"]
    assert fingerprint(club) == before


def test_why_credentials_open_nothing_is_told_without_repeating_them(
    club: Club, engine: Engine
) -> None:
    soon = (NOW + timedelta(hours=5)).isoformat()
    ending = make(club, expiresAt=soon)
    unknown = TOKEN_PREFIX + secrets.token_urlsafe(32)
    for secret, at, refusal in (
        (unknown, None, Refusal.UNKNOWN),
        ("loge_short", None, Refusal.MALFORMED),
        ("x" * 40, None, Refusal.MALFORMED),
        (ending["secret"], NOW + timedelta(hours=6), Refusal.EXPIRED),
    ):
        found = admit(engine, secret, at)
        assert (found.actor, found.refusal) == (None, refusal)
        assert secret not in repr(found)
    for header in (None, "", "Bearer", "Bearer ", "Basic eA==", "bearer"):
        authentication = Authentication(engine, lambda: NOW)
        assert anyio.run(authentication.admit, header).refusal is Refusal.ABSENT


def test_a_flood_of_guesses_neither_stays_nor_turns_anybody_out(club: Club, engine: Engine) -> None:
    made = make(club)

    async def flood() -> None:
        authentication = Authentication(engine, lambda: NOW)
        first = await authentication.admit(f"Bearer {made['secret']}")
        for _ in range(200):
            guess = TOKEN_PREFIX + secrets.token_urlsafe(32)
            assert (await authentication.admit(f"Bearer {guess}")).refusal is Refusal.UNKNOWN
        assert len(authentication._known) == 1
        object.__setattr__(authentication, "engine", None)
        assert await authentication.admit(f"Bearer {made['secret']}") is first

    anyio.run(flood)
    assert REMEMBERED_LIMIT >= 1_000


def test_an_open_connection_ends_with_its_token(club: Club, engine: Engine) -> None:
    made = make(club, scopes=["READ_SALES"])
    moments = [NOW]

    async def follow() -> None:
        authentication = Authentication(engine, lambda: moments[0])
        admission = await authentication.admit(f"Bearer {made['secret']}")
        assert await authentication.is_still_valid(admission)
        await anyio.to_thread.run_sync(lambda: change(club, made, label="renamed"))
        moments[0] += REMEMBERED_FOR * 2
        assert await authentication.is_still_valid(admission)
        token = {"accessToken": {**made["accessToken"], "version": 2}}
        await anyio.to_thread.run_sync(lambda: change(club, token, scopes=["READ_ACCOUNTS"]))
        moments[0] += REMEMBERED_FOR * 2
        assert not await authentication.is_still_valid(admission)
        other = await authentication.admit(f"Bearer {made['secret']}")
        given = {"id": made["accessToken"]["id"]}
        await anyio.to_thread.run_sync(lambda: club.make("accessTokenRevoke", "", given))
        moments[0] += REMEMBERED_FOR * 2
        assert not await authentication.is_still_valid(other)
        nobody = await authentication.admit("Bearer nothing")
        assert not await authentication.is_still_valid(nobody)

    anyio.run(follow)


def test_the_last_use_of_a_token_is_noted_to_the_minute(club: Club, engine: Engine) -> None:
    made = make(club)
    moments = [NOW]
    seen: list[str | None] = []
    document = '{ accessTokens(filter: {search: "till"}) { nodes { lastUsedAt version } } }'

    def last_used() -> datetime | None:
        (node,) = club.query(document)["accessTokens"]["nodes"]
        assert node["version"] == 1
        seen.append(node["lastUsedAt"])
        return None if seen[-1] is None else datetime.fromisoformat(seen[-1])

    async def use(at: datetime) -> None:
        moments[0] = at
        authentication = Authentication(engine, lambda: moments[0])
        await authentication.admit(f"Bearer {made['secret']}")
        async with anyio.create_task_group() as noting:
            noting.start_soon(authentication.note_uses, Runner(engine))
            await anyio.lowlevel.checkpoint()
            noting.cancel_scope.cancel()

    assert last_used() is None
    anyio.run(use, NOW)
    assert last_used() == NOW
    anyio.run(use, NOW + timedelta(seconds=30))
    assert last_used() == NOW
    anyio.run(use, NOW + timedelta(seconds=90))
    assert last_used() == NOW + timedelta(seconds=90)


def test_a_use_that_cannot_be_noted_is_logged_and_ends_nothing(
    club: Club, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    made = make(club)
    nowhere = command_engine("postgresql://nobody@127.0.0.1:1/nothing", connections=1)

    async def use() -> None:
        authentication = Authentication(engine, lambda: NOW)
        await authentication.admit(f"Bearer {made['secret']}")
        async with anyio.create_task_group() as noting:
            noting.start_soon(authentication.note_uses, Runner(nowhere))
            await anyio.lowlevel.checkpoint()
            noting.cancel_scope.cancel()

    anyio.run(use)
    nowhere.dispose()
    assert "database unavailable" in caplog.text
    assert made["secret"] not in caplog.text

"""Access tokens over GraphQL: made and revoked by root, shown once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.permissions import Role
from app.http.authentication import REMEMBERED_FOR, Authentication
from app.storage.engine import Engine
from tests.club import Club, fresh_key

FIELDS = "accessToken { id label role isRevoked expiresAt version account { code } } secret"
LABELS = "{ accessTokens { nodes { label isRevoked } } }"


def bearer(club: Club, secret: str) -> dict[str, Any]:
    answer = club.http.post(
        "/graphql",
        json={"query": "{ viewer { role account { code } } }"},
        headers={"authorization": f"Bearer {secret}"},
    )
    found: dict[str, Any] = answer.json()
    return found


def labels(club: Club) -> list[str]:
    return [node["label"] for node in club.query(LABELS)["accessTokens"]["nodes"]]


def test_a_token_opens_the_club_with_its_role(club: Club) -> None:
    made = club.make("accessTokenCreate", FIELDS, {"label": "books", "role": "FINANCE"})
    assert made["accessToken"] == {
        "id": made["accessToken"]["id"],
        "label": "books",
        "role": "FINANCE",
        "isRevoked": False,
        "expiresAt": None,
        "version": 1,
        "account": None,
    }
    assert bearer(club, made["secret"])["data"]["viewer"]["role"] == "FINANCE"


def test_the_secret_is_shown_once_and_stored_nowhere(club: Club, engine: Engine) -> None:
    given = {"idempotencyKey": fresh_key(), "label": "books", "role": "FINANCE"}
    made = club.make("accessTokenCreate", FIELDS, given)
    again = club.make("accessTokenCreate", FIELDS, given)
    assert made["secret"].startswith("loge_")
    assert again["accessToken"] == made["accessToken"]
    assert again["secret"] is None
    with engine.connect() as connection:
        for table in ("access_token", "idempotency", "audit_entry", "outbox"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert made["secret"] not in repr(rows), table
            assert made["secret"].encode() not in repr(rows).encode(), table


def test_a_portal_token_belongs_to_an_account(club: Club) -> None:
    account = club.make("accountCreate", "account { id }", {"code": "A1", "name": "A1"})["account"]
    given = {"label": "portal", "role": "PORTAL", "accountId": account["id"]}
    made = club.make("accessTokenCreate", FIELDS, given)
    assert made["accessToken"]["account"] == {"code": "A1"}
    assert bearer(club, made["secret"])["data"]["viewer"] == {
        "role": "PORTAL",
        "account": {"code": "A1"},
    }


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"role": "PORTAL"}, "INPUT_INVALID", ["accountId"]),
        ({"role": "SALES", "accountId": "account_" + "0" * 32}, "INPUT_INVALID", ["accountId"]),
        ({"role": "PORTAL", "accountId": "account_" + "0" * 32}, "NOT_FOUND", ["accountId"]),
        ({"role": "PORTAL", "accountId": "season_" + "0" * 32}, "ID_INVALID", ["accountId"]),
        ({"label": " "}, "TEXT_REQUIRED", ["label"]),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "DATE_INVALID", ["expiresAt"]),
        ({"expiresAt": "9999-01-01T00:00:00Z"}, "DATE_INVALID", ["expiresAt"]),
    ],
)
def test_what_is_wrong_with_a_token_is_named_and_none_is_made(
    club: Club, given: dict[str, Any], code: str, path: list[str]
) -> None:
    errors = club.refused("accessTokenCreate", {"label": "new", "role": "SALES", **given})
    assert [(e["code"], e["path"]) for e in errors] == [(code, path)]
    assert labels(club) == ["test root"]


def test_the_account_of_another_club_gets_no_token(club: Club, other_club: Club) -> None:
    account = other_club.make("accountCreate", "account { id }", {"code": "A1", "name": "A1"})
    given = {"label": "new", "role": "PORTAL", "accountId": account["account"]["id"]}
    assert [e["code"] for e in club.refused("accessTokenCreate", given)] == ["NOT_FOUND"]
    assert labels(club) == ["test root"]


def test_a_revoked_token_opens_nothing(club: Club, engine: Engine) -> None:
    made = club.make("accessTokenCreate", FIELDS, {"label": "books", "role": "FINANCE"})
    given = {"id": made["accessToken"]["id"]}
    for _ in range(2):
        revoked = club.make("accessTokenRevoke", "accessToken { isRevoked version }", given)
        assert revoked["accessToken"] == {"isRevoked": True, "version": 2}
    answer = bearer(club, made["secret"])
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def remembered(engine: Engine, secret: str, moments: list[datetime]) -> list[bool]:
    authentication = Authentication(engine, lambda: moments.pop(0))
    header = f"Bearer {secret}"
    return [(await authentication.admit(header)).actor is not None for _ in range(len(moments))]


def test_an_actor_is_remembered_for_a_moment_only(club: Club, engine: Engine) -> None:
    import anyio  # noqa: PLC0415 - one test runs a coroutine

    made = club.make("accessTokenCreate", FIELDS, {"label": "books", "role": "FINANCE"})
    now = datetime.now(UTC)
    end = now + timedelta(days=400)
    moments = [now, now + REMEMBERED_FOR / 2, end]
    assert anyio.run(remembered, engine, made["secret"], moments) == [True, True, True]
    club.make("accessTokenRevoke", "", {"id": made["accessToken"]["id"]})
    assert anyio.run(remembered, engine, made["secret"], [now]) == [False]


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ROOT, Role.PORTAL}])
def test_nobody_but_root_sees_makes_or_revokes_tokens(club: Club, role: Role) -> None:
    made = club.make("accessTokenCreate", FIELDS, {"label": "books", "role": "FINANCE"})
    errors = club.send(LABELS, role=role)["errors"]
    assert errors[0]["extensions"]["code"] == "PERMISSION_DENIED"
    for name, given in (
        ("accessTokenCreate", {"label": "mine", "role": "ROOT"}),
        ("accessTokenRevoke", {"id": made["accessToken"]["id"]}),
    ):
        assert [e["code"] for e in club.refused(name, given, role=role)] == ["PERMISSION_DENIED"]
    found = {
        node["label"]: node["isRevoked"] for node in club.query(LABELS)["accessTokens"]["nodes"]
    }
    assert found == {"test root": False, "books": False, f"test {role}": False}


def test_tokens_are_found_by_role_account_and_label(club: Club) -> None:
    account = club.make("accountCreate", "account { id }", {"code": "A1", "name": "A1"})["account"]
    for given in (
        {"label": "till", "role": "SALES"},
        {"label": "shop", "role": "PORTAL", "accountId": account["id"]},
    ):
        club.make("accessTokenCreate", FIELDS, given)
    document = "query($f: AccessTokenFilter) { accessTokens(filter: $f) { nodes { label } } }"
    for wanted, expected in (
        ({"role": ["SALES"]}, ["till"]),
        ({"accountId": [account["id"]]}, ["shop"]),
        ({"search": "HO"}, ["shop"]),
        ({"isRevoked": True}, []),
    ):
        found = club.query(document, {"f": wanted})["accessTokens"]["nodes"]
        assert [node["label"] for node in found] == expected


def test_a_token_of_another_club_cannot_be_revoked(club: Club, other_club: Club) -> None:
    made = club.make("accessTokenCreate", FIELDS, {"label": "books", "role": "FINANCE"})
    errors = other_club.refused("accessTokenRevoke", {"id": made["accessToken"]["id"]})
    assert [(e["code"], e["path"]) for e in errors] == [("NOT_FOUND", ["id"])]
    assert "errors" not in bearer(club, made["secret"])

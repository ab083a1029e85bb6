"""How tokens open the wire of BI tools: by their secret or a password, proved and never kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from app.domain.permissions import Role
from app.domain.tokens import AccessToken
from app.domain.wire_passwords import WIRE_PASSWORD_PREFIX, wire_verifier
from app.storage.admission import tokens_named
from app.storage.engine import Engine
from tests.club import Club, fresh_key
from tests.fingerprint import fingerprint

TOKEN = "accessToken { id version wirePasswordAt } secret"
GIVEN = "accessToken { id version wirePasswordAt } password"


def make(club: Club, **given: Any) -> dict[str, Any]:
    return club.make("accessTokenCreate", TOKEN, {"label": "cubes", "role": "ANALYST", **given})


def give(club: Club, made: dict[str, Any], **given: Any) -> dict[str, Any]:
    wanted = {"id": made["accessToken"]["id"], **given}
    return club.make("accessTokenGiveWirePassword", GIVEN, wanted)


def take(club: Club, made: dict[str, Any]) -> dict[str, Any]:
    fields = "accessToken { version wirePasswordAt }"
    return club.make("accessTokenTakeWirePassword", fields, {"id": made["accessToken"]["id"]})


def kept(club: Club, engine: Engine) -> AccessToken:
    (token,) = tokens_named(engine, club.organisation.id, "cubes")
    return token


def opens(club: Club, engine: Engine, password: str, at: datetime | None = None) -> bool:
    verifiers = kept(club, engine).wire_verifiers(at or datetime.now(UTC))
    return wire_verifier(password, club.organisation.id) in verifiers


def test_postgresql_lets_in_whoever_knows_the_password_of_a_verifier(
    club: Club, engine: Engine, database_url: str
) -> None:
    secret = make(club)["secret"]
    verifier = kept(club, engine).wire_verifier
    assert verifier is not None
    place = make_url(database_url)
    with engine.begin() as connection:
        made = f"CREATE ROLE wire_user LOGIN PASSWORD '{verifier}'"
        connection.exec_driver_sql(made)
        found = connection.execute(
            text("SELECT rolpassword FROM pg_authid WHERE rolname = 'wire_user'")
        ).scalar_one()
        assert found == verifier, "taken as the verifier that it is, not as a password"
    try:
        host, port = place.query["host"], place.query.get("port", "5432")
        reached = f"host={host} port={port} dbname=postgres user=wire_user"
        with psycopg.connect(reached, password=secret) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("wire_user",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(reached, password=secret + "x")
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP ROLE wire_user"))


def test_a_secret_opens_the_wire_until_its_overlap_ends(club: Club, engine: Engine) -> None:
    made = make(club)
    assert opens(club, engine, made["secret"])
    wanted = {"id": made["accessToken"]["id"], "overlapSeconds": 600}
    rotated = club.make("accessTokenRotate", "secret", wanted)
    assert opens(club, engine, made["secret"])
    assert opens(club, engine, rotated["secret"])
    later = datetime.now(UTC) + timedelta(hours=1)
    assert not opens(club, engine, made["secret"], later)
    assert opens(club, engine, rotated["secret"], later)
    last = club.make("accessTokenRotate", "secret", {**wanted, "overlapSeconds": 0})
    assert not opens(club, engine, rotated["secret"])
    assert opens(club, engine, last["secret"])
    club.make("accessTokenRevoke", "", {"id": wanted["id"]})
    assert not opens(club, engine, last["secret"])


def test_a_password_of_its_own_takes_the_place_of_the_secret(club: Club, engine: Engine) -> None:
    made = make(club)
    given = give(club, made)
    assert given["password"].startswith(WIRE_PASSWORD_PREFIX)
    assert given["accessToken"]["version"] == 2
    assert given["accessToken"]["wirePasswordAt"] is not None
    assert opens(club, engine, given["password"])
    assert not opens(club, engine, made["secret"])
    club.make("accessTokenRotate", "", {"id": made["accessToken"]["id"]})
    assert opens(club, engine, given["password"]), "it is not the secret that rotates"
    newer = give(club, made)
    assert not opens(club, engine, given["password"])
    assert opens(club, engine, newer["password"])
    headers = {"authorization": f"Bearer {newer['password']}"}
    answer = club.http.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_password_that_is_taken_back_leaves_the_secret(club: Club, engine: Engine) -> None:
    made = make(club)
    given = give(club, made)
    for _ in range(2):
        assert take(club, made)["accessToken"] == {"version": 3, "wirePasswordAt": None}
    assert not opens(club, engine, given["password"])
    assert opens(club, engine, made["secret"])
    entries = club.query("{ auditEntries(first: 9) { nodes { action before after } } }")
    actions = [one["action"] for one in entries["auditEntries"]["nodes"]]
    assert actions[:2] == ["access_token.wire_password_taken", "access_token.wire_password_given"]
    assert "SCRAM" not in str(entries)


def test_a_password_is_shown_once_and_stored_nowhere(club: Club, engine: Engine) -> None:
    made = make(club)
    key = fresh_key()
    password = give(club, made, idempotencyKey=key)["password"]
    assert give(club, made, idempotencyKey=key)["password"] is None
    assert opens(club, engine, password)
    with engine.connect() as connection:
        for table in ("access_token", "idempotency", "audit_entry", "outbox"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert password not in repr(rows), table
    assert "SCRAM" not in repr(kept(club, engine))


def test_a_revoked_token_gets_no_password(club: Club) -> None:
    made = make(club)
    club.make("accessTokenRevoke", "", {"id": made["accessToken"]["id"]})
    before = fingerprint(club)
    wanted = {"id": made["accessToken"]["id"]}
    errors = club.refused("accessTokenGiveWirePassword", wanted)
    assert [(e["code"], e["path"]) for e in errors] == [("IN_USE", ["id"])]
    assert fingerprint(club) == before


@pytest.mark.parametrize("name", ["accessTokenGiveWirePassword", "accessTokenTakeWirePassword"])
def test_nobody_but_the_clubs_root_changes_passwords(
    club: Club, other_club: Club, engine: Engine, name: str
) -> None:
    made = make(club)
    wanted = {"id": made["accessToken"]["id"]}
    before = kept(club, engine)
    errors = club.refused(name, wanted, role=Role.FINANCE)
    assert [e["code"] for e in errors] == ["PERMISSION_DENIED"]
    assert [e["code"] for e in other_club.refused(name, wanted)] == ["NOT_FOUND"]
    assert kept(club, engine) == before


def test_a_token_says_which_sales_rep_its_bearer_is(club: Club) -> None:
    fields = "accessToken { id version repCode }"
    given = {"label": "rep", "role": "SALES", "repCode": "HV"}
    made = club.make("accessTokenCreate", fields, given)["accessToken"]
    assert made["repCode"] == "HV"
    wanted = {"id": made["id"], "expectedVersion": 1, "repCode": None}
    changed = club.make("accessTokenUpdate", fields, wanted)["accessToken"]
    assert (changed["repCode"], changed["version"]) == (None, 2)
    for wrong, code in ((" ", "TEXT_REQUIRED"), ("a\u0001b", "INPUT_INVALID")):
        errors = club.refused("accessTokenCreate", {**given, "repCode": wrong})
        assert [(e["code"], e["path"]) for e in errors] == [(code, ["repCode"])]
    entries = club.query("{ auditEntries(first: 1) { nodes { before after } } }")["auditEntries"]
    assert entries["nodes"] == [{"before": {"rep_code": "HV"}, "after": {"rep_code": None}}]

"""Portal users and staff who sign in at an identity provider of their club."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from app.domain.admission import Refusal
from app.domain.permissions import Role
from app.http.authentication import REMEMBERED_FOR, Authentication
from app.http.oidc.fetching import Fetcher
from app.http.oidc.keys import KeySets
from app.http.oidc.verification import SignedTokens
from app.resolvers.ids import decode_id, encode_id
from app.storage.engine import Engine
from tests.club import Club
from tests.http.oidc_issuer import Issuer, Issuers, asked_as, refused_as, running_issuers, trust

VIEWER = "{ viewer { role account { code } permissions } }"


@pytest.fixture(scope="module")
def issuers() -> Iterator[Issuers]:
    with running_issuers() as running:
        yield running


@pytest.fixture
def issuer(issuers: Issuers) -> Issuer:
    return issuers.found()


def account(club: Club, code: str = "A1", **more: Any) -> dict[str, Any]:
    made = club.make("accountCreate", "account { id version }", {"code": code, "name": code})
    found: dict[str, Any] = made["account"]
    if more:
        given = {"id": found["id"], "expectedVersion": found["version"], **more}
        found = club.make("accountUpdate", "account { id version }", given)["account"]
    return found


def until_refused(club: Club, token: str) -> str:
    """Ask until the token opens nothing; the whole test run's patience is the limit."""
    while "errors" not in asked_as(club, token):
        time.sleep(0.05)
    return refused_as(club, token)


@pytest.mark.parametrize(("key", "algorithm"), [("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")])
def test_a_portal_user_signs_in_with_any_algorithm_that_the_club_accepts(
    club: Club, issuer: Issuer, key: str, algorithm: str
) -> None:
    account(club)
    trust(club, issuer)
    viewer = asked_as(club, issuer.sign(key, algorithm), VIEWER)["data"]["viewer"]
    assert (viewer["role"], viewer["account"]) == ("PORTAL", {"code": "A1"})
    assert viewer["permissions"] == ["TICKET_HOLDER_CHANGE", "SALE_CREATE", "SALE_CHANGE"]


@pytest.mark.parametrize("key", ["ID", "UUID", "EXTERNAL_CODE"])
def test_a_claim_names_the_account_as_the_club_says(club: Club, issuer: Issuer, key: str) -> None:
    made = account(club, externalCode="D-77")
    trust(club, issuer, accountKey="ID" if key == "UUID" else key)
    value = {"ID": made["id"], "UUID": made["id"].removeprefix("account_")}.get(key, "D-77")
    viewer = asked_as(club, issuer.sign(loge_account=value), VIEWER)["data"]["viewer"]
    assert viewer["account"] == {"code": "A1"}


def test_staff_get_the_role_of_their_group_and_no_account(club: Club, issuer: Issuer) -> None:
    account(club)
    mapped = [{"value": "books", "role": "FINANCE"}, {"value": "tills", "role": "SALES"}]
    trust(club, issuer, roleClaim="realm_access.roles", roles=mapped)
    for groups, role in ((["books", "other"], "FINANCE"), ("tills", "SALES"), ([], "PORTAL")):
        token = issuer.sign(realm_access={"roles": groups})
        viewer = asked_as(club, token, VIEWER)["data"]["viewer"]
        assert viewer["role"] == role
        assert (viewer["account"] is None) is (role != "PORTAL")
    both = issuer.sign(realm_access={"roles": ["books", "tills"]})
    assert refused_as(club, both) == Refusal.ROLE_AMBIGUOUS.sentence


def test_a_claim_says_which_sales_rep_a_member_of_staff_is(
    club: Club, issuer: Issuer, engine: Engine
) -> None:
    account(club)
    mapped = [{"value": "tills", "role": "SALES"}]
    trust(club, issuer, roleClaim="groups", roles=mapped, repClaim="staff.rep")
    signed = SignedTokens(engine, KeySets(Fetcher(allows_private=True)))
    authentication = Authentication(engine, lambda: datetime.now(UTC), signed)

    def rep_of(**claims: Any) -> str | None:
        admission = anyio.run(authentication.admit, f"Bearer {issuer.sign(**claims)}")
        assert admission.actor is not None
        return admission.actor.rep_code

    assert rep_of(groups=["tills"], staff={"rep": "HV"}) == "HV"
    for staff in ({"rep": ["HV", "SD"]}, {"rep": "H\0V"}, {"rep": ""}, {}):
        assert rep_of(groups=["tills"], staff=staff) is None
    assert rep_of(groups=[], staff={"rep": "HV"}) is None, "a portal user is no rep"
    found = club.query("{ identityProviders { nodes { id version repClaim } } }")
    (provider,) = found["identityProviders"]["nodes"]
    assert provider["repClaim"] == "staff.rep"
    wanted = {"id": provider["id"], "expectedVersion": 1, "roleClaim": None, "roles": []}
    errors = club.refused("identityProviderUpdate", wanted)
    assert [(one["code"], one["path"]) for one in errors] == [("INPUT_INVALID", ["repClaim"])]


def test_what_a_portal_user_does_is_audited_without_the_persons_name(
    club: Club, issuer: Issuer
) -> None:
    made = account(club)
    trust(club, issuer)
    token = issuer.sign(sub="jan.peeters@example.com", name="Jan Peeters")
    given = f'accountId: "{made["id"]}", firstName: "J", lastName: "P"'
    document = f"""mutation {{
      ticketHolderCreate(input: {{ idempotencyKey: "by-portal-1", {given} }}) {{
        userErrors {{ message }} }} }}"""
    done = asked_as(club, token, document)["data"]["ticketHolderCreate"]
    assert done["userErrors"] == []
    entries = club.query("{ auditEntries(first: 1) { nodes { action actor } } }")["auditEntries"]
    entry = entries["nodes"][0]
    assert entry["action"] == "ticket_holder.created"
    role, kind, provider, subject = entry["actor"].split(":")
    assert (role, kind, provider, len(subject)) == ("portal", "oidc", "fans", 16)
    assert "peeters" not in str(entries).lower()


def test_a_token_opens_one_club_and_never_accounts_of_another(
    club: Club, other_club: Club, issuer: Issuer
) -> None:
    account(club)
    foreign = account(other_club, "B1")
    trust(club, issuer, accountKey="ID")
    trust(other_club, issuer, audience="loge-others")
    for value in (foreign["id"], encode_id("sale", club.organisation.id), "account_x", "B1", "\0"):
        token = issuer.sign(loge_account=value)
        assert refused_as(club, token) == Refusal.NOBODY_NAMED.sentence
    elsewhere = issuer.sign(aud="loge-others", loge_account="B1")
    assert asked_as(club, elsewhere, VIEWER)["data"]["viewer"]["account"] == {"code": "B1"}
    both = issuer.sign(aud=["loge-fans", "loge-others"], loge_account="B1")
    assert refused_as(club, both) == Refusal.AUDIENCE_AMBIGUOUS.sentence


def test_an_issuer_and_audience_belong_to_one_club(
    club: Club, other_club: Club, issuer: Issuer
) -> None:
    trust(club, issuer)
    given = {
        "code": "mine",
        "issuer": issuer.url,
        "audience": "loge-fans",
        "accountClaim": "a",
        "accountKey": "CODE",
    }
    errors = other_club.refused("identityProviderCreate", given)
    assert [(one["code"], one["path"]) for one in errors] == [("CODE_TAKEN", ["audience"])]
    assert other_club.query("{ identityProviders { nodes { id } } }") == {
        "identityProviders": {"nodes": []}
    }


def test_a_provider_that_is_switched_off_ends_its_callers(club: Club, issuer: Issuer) -> None:
    account(club)
    provider = trust(club, issuer)
    token = issuer.sign()
    assert "errors" not in asked_as(club, token)
    given = {"id": provider["id"], "expectedVersion": 1, "isActive": False}
    changed = club.make("identityProviderUpdate", "identityProvider { isActive version }", given)
    assert changed["identityProvider"] == {"isActive": False, "version": 2}
    assert until_refused(club, token) == Refusal.PROVIDER_INACTIVE.sentence


def test_an_account_that_is_switched_off_ends_its_callers(club: Club, issuer: Issuer) -> None:
    made = account(club)
    trust(club, issuer)
    token = issuer.sign()
    assert "errors" not in asked_as(club, token)
    given = {"id": made["id"], "expectedVersion": made["version"], "isActive": False}
    club.make("accountUpdate", "account { id }", given)
    assert until_refused(club, token) == Refusal.NOBODY_NAMED.sentence


def test_other_rules_of_a_provider_count_for_tokens_that_are_in_use(
    club: Club, issuer: Issuer
) -> None:
    account(club)
    provider = trust(club, issuer)
    token = issuer.sign()
    assert "errors" not in asked_as(club, token)
    given = {"id": provider["id"], "expectedVersion": 1, "algorithms": ["ES256"]}
    club.make("identityProviderUpdate", "identityProvider { id }", given)
    assert until_refused(club, token) == Refusal.ALGORITHM_REFUSED.sentence


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"issuer": "http://login.example.com"}, "INPUT_INVALID", ["issuer"]),
        ({"roles": [{"value": "a", "role": "SALES"}]}, "INPUT_INVALID", ["roles"]),
        (
            {"roleClaim": "g", "roles": [{"value": "a", "role": "ROOT"}]},
            "INPUT_INVALID",
            ["roles"],
        ),
        (
            {"roleClaim": "g", "roles": [{"value": "a", "role": "SALES"}] * 2},
            "INPUT_INVALID",
            ["roles"],
        ),
    ],
)
def test_a_provider_that_makes_no_sense_is_not_kept(
    club: Club, issuer: Issuer, given: dict[str, Any], code: str, path: list[str]
) -> None:
    sound = {"code": "x", "issuer": issuer.url, "audience": "x", "accountClaim": "a"}
    wanted = {**sound, "accountKey": "CODE", **given}
    errors = club.refused("identityProviderCreate", wanted)
    assert [(one["code"], one["path"]) for one in errors] == [(code, path)]
    assert club.query("{ identityProviders { nodes { id } } }")["identityProviders"]["nodes"] == []


def signed_authentication(engine: Engine, moments: list[datetime]) -> Authentication:
    signed = SignedTokens(engine, KeySets(Fetcher(allows_private=True)))
    return Authentication(engine, lambda: moments[0], signed)


def test_a_signature_is_verified_once_and_an_open_connection_ends_with_its_token(
    club: Club, issuer: Issuer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(club)
    provider = trust(club, issuer)
    now = datetime.now(UTC)
    moments = [now]
    verified: list[str] = []
    original = KeySets.key

    async def counted(self: KeySets, *arguments: Any) -> Any:
        verified.append("once more")
        return await original(self, *arguments)

    monkeypatch.setattr(KeySets, "key", counted)

    async def follow() -> None:
        authentication = signed_authentication(engine, moments)
        header = f"Bearer {issuer.sign()}"
        first = await authentication.admit(header)
        for seconds in (0, 2, 4):
            moments[0] = now + timedelta(seconds=seconds)
            assert (await authentication.admit(header)).actor == first.actor
            assert await authentication.is_still_valid(first)
        assert len(verified) == 1
        moments[0] = now + timedelta(seconds=600 + 61)
        assert not await authentication.is_still_valid(first)
        assert (await authentication.admit(header)).refusal is Refusal.EXPIRED
        moments[0] = now
        given = {"id": provider["id"], "expectedVersion": 1, "isActive": False}
        await anyio.to_thread.run_sync(
            lambda: club.make("identityProviderUpdate", "identityProvider { id }", given)
        )
        assert not await authentication.is_still_valid(first)

    anyio.run(follow)
    assert timedelta(seconds=2) >= REMEMBERED_FOR


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ROOT])
def test_nobody_but_root_sees_or_changes_identity_providers(
    club: Club, issuer: Issuer, role: Role
) -> None:
    made = account(club)
    provider = trust(club, issuer)
    decoded = decode_id(made["id"])
    assert decoded is not None
    account_id = decoded[1] if role is Role.PORTAL else None
    document = "{ identityProviders { nodes { id } } }"
    answer = club.send(document, role=role, account_id=account_id)
    assert answer["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    given = {"id": provider["id"], "expectedVersion": 1, "isActive": False}
    errors = club.refused("identityProviderUpdate", given, role=role, account_id=account_id)
    assert [one["code"] for one in errors] == ["PERMISSION_DENIED"]
    found = club.query("{ identityProviders { nodes { isActive } } }")["identityProviders"]
    assert found["nodes"] == [{"isActive": True}]

"""Identity providers: what their claims mean, and which settings make sense."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.identity_providers import (
    AccountKey,
    IdentityProvider,
    SigningAlgorithm,
    check_provider,
)
from app.domain.permissions import Role
from app.domain.validation import Check

PROVIDER = IdentityProvider(
    id=UUID(int=1),
    code="fans",
    issuer="https://login.example.com/realm",
    audience="loge",
    jwks_uri=None,
    algorithms=frozenset({SigningAlgorithm.ES256}),
    account_claim="loge_account",
    account_key=AccountKey.CODE,
    role_claim="groups",
    role_of_value={"tills": "sales", "desk": "sales", "books": "finance"},
    clock_skew_seconds=60,
    is_active=True,
    created_at=datetime(2026, 8, 1, tzinfo=UTC),
    version=1,
)


def wrong(**values: Any) -> set[str]:
    check = Check()
    check_provider(replace(PROVIDER, **values), check)
    return {".".join(one.path) for one in check.violations}


def test_a_claim_gives_the_role_that_its_value_is_mapped_to() -> None:
    assert PROVIDER.role_in({"groups": "books"}) is Role.FINANCE
    assert PROVIDER.role_in({"groups": ["staff", "tills", "desk"]}) is Role.SALES
    given: list[object] = [[], "root", None, {"a": 1}]
    others: list[dict[str, object]] = [{}, *({"groups": one} for one in given)]
    for claims in others:
        assert PROVIDER.role_in(claims) is None
    assert replace(PROVIDER, role_claim=None).role_in({"groups": "books"}) is None


def test_values_of_several_roles_are_no_role() -> None:
    with pytest.raises(ValueError, match="finance, sales"):
        PROVIDER.role_in({"groups": ["tills", "books"]})


def test_a_claim_is_found_by_its_whole_name_or_below_others() -> None:
    nested = replace(PROVIDER, role_claim="realm_access.roles")
    assert nested.role_in({"realm_access": {"roles": ["books"]}}) is Role.FINANCE
    assert nested.role_in({"realm_access.roles": "books"}) is Role.FINANCE
    assert nested.role_in({"realm_access": "books"}) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A-1", "A-1"),
        (17, "17"),
        (["A-1"], "A-1"),
        (["A-1", "A-2"], None),
        ("", None),
        ("x" * 201, None),
        (True, None),
        (1.5, None),
        (None, None),
        ({"code": "A-1"}, None),
    ],
)
def test_a_claim_names_one_account_or_none(value: object, expected: str | None) -> None:
    assert PROVIDER.account_in({"loge_account": value}) == expected
    assert replace(PROVIDER, account_claim=None).account_in({"loge_account": value}) is None


def test_a_provider_of_portal_users_staff_or_both_is_sound() -> None:
    assert not wrong()
    assert not wrong(role_claim=None, role_of_value={})
    assert not wrong(account_claim=None, account_key=None)
    assert not wrong(issuer="http://127.0.0.1:8080", jwks_uri="http://localhost:1/keys")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"code": "a b"}, "code"),
        ({"issuer": "http://login.example.com"}, "issuer"),
        ({"issuer": "login.example.com"}, "issuer"),
        ({"issuer": "https://user@login.example.com"}, "issuer"),
        ({"issuer": "https://login.example.com/?a=1"}, "issuer"),
        ({"issuer": "https://login.example.com:0"}, "issuer"),
        ({"issuer": "https://[::1"}, "issuer"),
        ({"issuer": "https://" + "x" * 500}, "issuer"),
        ({"issuer": "file:///etc/passwd"}, "issuer"),
        ({"jwks_uri": "gopher://127.0.0.1"}, "jwksUri"),
        ({"audience": " "}, "audience"),
        ({"algorithms": frozenset()}, "algorithms"),
        ({"clock_skew_seconds": 301}, "clockSkewSeconds"),
        ({"account_claim": " "}, "accountClaim"),
        ({"account_claim": None}, "accountKey"),
        ({"account_key": None}, "accountKey"),
        ({"role_claim": None}, "roles"),
        ({"role_of_value": {}}, "roles"),
        ({"role_of_value": {"boss": "root"}}, "roles"),
        ({"role_of_value": {"fan": "portal"}}, "roles"),
        ({"role_of_value": {"shop": "partner"}}, "roles"),
        ({"role_of_value": {"": "sales"}}, "roles"),
        ({"role_of_value": {str(one): "sales" for one in range(51)}}, "roles"),
    ],
)
def test_what_is_wrong_with_a_provider_is_named(values: dict[str, Any], path: str) -> None:
    assert wrong(**values) == {path}


def test_a_provider_that_names_nobody_is_wrong() -> None:
    assert wrong(account_claim=None, account_key=None, role_claim=None, role_of_value={}) == {
        "accountClaim"
    }

"""Customers and products are read by id, and the invoicing system's own code is written back."""

from typing import Any

import httpx
import pytest

from app.domain.permissions import Role
from tests.club import Club
from tests.conftest import LiveServer
from tests.fingerprint import fingerprint
from tests.http.billing_club import BillingClub, billing_club


@pytest.fixture
def billing(club: Club) -> BillingClub:
    return billing_club(club)


@pytest.fixture
def customer(billing: BillingClub) -> str:
    return f"/customers/{billing.stadium.ids['A1']}"


def test_a_customer_has_what_an_invoice_needs(billing: BillingClub, customer: str) -> None:
    assert billing.done("GET", customer) == {
        "id": billing.stadium.ids["A1"],
        "code": "A1",
        "customerCode": None,
        "name": "Account A1",
        "kind": "BUSINESS",
        "vatId": None,
        "street": "Walplein 26",
        "postalCode": "8000",
        "city": "Brugge",
        "country": "BE",
        "language": "nl",
        "email": None,
        "phone": None,
        "contactName": "An Peeters",
        "contactEmail": None,
        "paymentTermDays": 30,
        "currency": "EUR",
        "isActive": True,
        "version": 1,
    }
    singular = customer.replace("/customers/", "/customer/")
    assert billing.done("GET", singular) == billing.done("GET", customer)


def test_the_systems_own_code_is_written_back_and_offered(
    billing: BillingClub, customer: str
) -> None:
    changed = billing.done("PATCH", customer, {"customerCode": "100234"})
    assert (changed["customerCode"], changed["version"]) == ("100234", 2)
    billing.sell()
    assert billing.claim()[0]["customer"]["customerCode"] == "100234"
    document = '{ accounts(first: 1, filter: {externalCode: ["100234"]}) { nodes { code } } }'
    assert billing.club.query(document)["accounts"]["nodes"] == [{"code": "A1"}]


def test_the_same_code_again_changes_nothing(billing: BillingClub, customer: str) -> None:
    billing.done("PATCH", customer, {"customerCode": "100234"})
    before = billing.done("GET", customer)
    for headers in (None, {"idempotency-key": "patch-0001"}, {"idempotency-key": "patch-0001"}):
        assert (
            billing.done("PATCH", customer, {"customerCode": "100234"}, headers=headers) == before
        )
    reused = billing.refused(
        409, "PATCH", customer, {"customerCode": "7"}, headers={"idempotency-key": "patch-0001"}
    )
    assert reused["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert billing.done("PATCH", customer, {"customerCode": None})["customerCode"] is None


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"customerCode": "7", "version": 9}, 409, "VERSION_STALE"),
        ({"customerCode": ""}, 422, "INPUT_INVALID"),
        ({"customerCode": 7}, 422, "INPUT_INVALID"),
        ({"name": "Another"}, 422, "INPUT_INVALID"),
        ({}, 422, "INPUT_INVALID"),
        ([], 422, "INPUT_INVALID"),
    ],
)
def test_a_wrong_change_writes_nothing(
    billing: BillingClub, customer: str, content: Any, status: int, code: str
) -> None:
    before = fingerprint(billing.club)
    assert billing.refused(status, "PATCH", customer, content)["code"] == code
    assert fingerprint(billing.club) == before


def test_a_product_is_read(billing: BillingClub) -> None:
    product = billing.done("GET", f"/products/{billing.stadium.ids['SEAT']}")
    assert (product["code"], product["name"], product["kind"]) == ("SEAT", "Seat", "SEAT")
    assert (product["groupCode"], product["supplyType"]) == ("GROUP", "ADMISSION")
    assert (product["revenueAccount"], product["isActive"]) == (None, True)


def test_what_is_another_clubs_is_not_found_and_not_changed(
    billing: BillingClub, other_club: Club
) -> None:
    other = billing_club(other_club)
    before = fingerprint(other_club)
    theirs = other.stadium.ids
    for path in (f"/customers/{theirs['A1']}", f"/products/{theirs['SEAT']}"):
        assert billing.refused(404, "GET", path)["code"] == "NOT_FOUND"
    path = f"/customers/{theirs['A1']}"
    assert billing.refused(404, "PATCH", path, {"customerCode": "7"})["code"] == "NOT_FOUND"
    assert fingerprint(other_club) == before


@pytest.mark.parametrize("identity", ["1", "product_" + "0" * 32, "account_xyz", "%00", "a%2Fb"])
def test_what_is_no_id_is_not_found(billing: BillingClub, identity: str) -> None:
    assert billing.refused(404, "GET", f"/customers/{identity}")["code"] == "NOT_FOUND"


def test_who_calls_must_be_known_and_allowed(
    billing: BillingClub, customer: str, server: LiveServer
) -> None:
    wrong = 'Bearer error="invalid_token", error_description="'
    for headers, challenge in (
        ({}, "Bearer"),
        ({"authorization": "Basic eA=="}, "Bearer"),
        ({"authorization": "Bearer loge_nonsense"}, wrong),
        ({"authorization": "Bearer loge_" + "x" * 43}, wrong + 'nobody has this token"'),
    ):
        answer = httpx.get(f"{server.url}/api{customer}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith(challenge)
        assert answer.json()["code"] == "UNAUTHENTICATED"
        assert answer.json()["correlationId"] == answer.headers["x-correlation-id"]
    for role in (Role.SALES, Role.OPERATIONS, Role.ANALYST):
        assert billing.refused(403, "GET", customer, role=role)["code"] == "PERMISSION_DENIED"
    portal = billing.club.token(Role.PORTAL, billing.stadium.uuid(billing.stadium.ids["A1"]))
    headers = {"authorization": f"Bearer {portal}"}
    assert httpx.get(f"{server.url}/api{customer}", headers=headers).status_code == 403

"""Accounting periods: what is closed stays as it is, and what comes later is posted after it."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.documented import document, invoices, sell_example
from tests.api.paid import pay, received, to, today
from tests.club import Club
from tests.stadium import Stadium

CLOSED = "organisation { closedThroughOn version }"
POSTED = """{ ledgerEntries(first: 10, sort: CREATED_AT_ASC) { nodes {
  type postedOn documentOn } } }"""


def close(club: Club, days_ago: int, **caller: Any) -> str:
    """Close the periods through a day; return it."""
    day = (today() - timedelta(days=days_ago)).isoformat()
    found = club.make("accountingPeriodClose", CLOSED, {"throughOn": day}, **caller)
    assert found["organisation"]["closedThroughOn"] == day
    return day


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


@pytest.fixture
def invoice(club: Club) -> dict[str, Any]:
    """A document of 1,362.50."""
    sale = sell_example(club)
    document(club, invoices(club, sale)[0])
    return invoices(club, sale)[0]


def test_a_payment_of_a_closed_period_is_posted_on_an_open_day(
    club: Club, invoice: dict[str, Any]
) -> None:
    close(club, 10, role=Role.FINANCE)
    given = received("5.00", receivedOn=ago(20), allocations=[to(invoice, "5.00")])
    stadium = Stadium(club)
    found = stadium.refusals("paymentRecord", given)["userErrors"]
    assert [(one["code"], one["path"]) for one in found] == [("PERIOD_CLOSED", ["receivedOn"])]
    assert f"send postedOn to post it on {ago(9)} or later" in found[0]["message"]
    closed = {**given, "postedOn": ago(10)}
    found = stadium.refusals("paymentRecord", closed)["userErrors"]
    assert [(one["code"], one["path"]) for one in found] == [("PERIOD_CLOSED", ["postedOn"])]
    assert f"post on {ago(9)}" in found[0]["message"]
    club.make("paymentRecord", "payment { id }", {**given, "postedOn": ago(9)})
    entry = club.query(POSTED)["ledgerEntries"]["nodes"][-1]
    assert entry == {"type": "PAYMENT", "postedOn": ago(9), "documentOn": ago(20)}


def test_what_is_booked_on_a_closed_day_is_posted_on_the_first_open_one(
    club: Club, invoice: dict[str, Any]
) -> None:
    close(club, 0)
    given = {"invoiceId": invoice["id"], "reason": "bankrupt"}
    club.make("receivableWriteOff", "invoice { id }", given)
    entry = club.query(POSTED)["ledgerEntries"]["nodes"][-1]
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert entry == {"type": "WRITE_OFF", "postedOn": tomorrow, "documentOn": tomorrow}


def test_nothing_is_posted_on_days_to_come(club: Club, invoice: dict[str, Any]) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    given = received("5.00", allocations=[to(invoice, "5.00")], postedOn=tomorrow)
    stadium = Stadium(club)
    assert stadium.refused("paymentRecord", given) == [("DATE_INVALID", ["postedOn"])]
    off = {"invoiceId": invoice["id"], "reason": "bankrupt", "postedOn": tomorrow}
    assert stadium.refused("receivableWriteOff", off) == [("DATE_INVALID", ["postedOn"])]


@pytest.mark.parametrize("what", ["paymentReverse", "receivableWriteOff", "refundRequest"])
def test_no_entry_is_back_dated_into_a_closed_period(
    club: Club, invoice: dict[str, Any], what: str
) -> None:
    payment = pay(club, "1000.00", to(invoice, "900.00"))
    close(club, 3)
    given = {
        "paymentReverse": {"paymentId": payment["id"]},
        "receivableWriteOff": {"invoiceId": invoice["id"]},
        "refundRequest": {
            "paymentId": payment["id"],
            "amount": {"amount": "100.00", "currency": "EUR"},
        },
    }[what]
    wanted = {**given, "reason": "why", "postedOn": ago(3)}
    assert Stadium(club).refused(what, wanted) == [("PERIOD_CLOSED", ["postedOn"])]
    club.make(what, "userErrors { code }", {**wanted, "postedOn": ago(2)})


def test_periods_are_closed_in_order_and_not_ahead(club: Club) -> None:
    stadium = Stadium(club)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert stadium.refused("accountingPeriodClose", {"throughOn": tomorrow}) == [
        ("DATE_INVALID", ["throughOn"])
    ]
    close(club, 10)
    assert stadium.refused("accountingPeriodClose", {"throughOn": ago(11)}) == [
        ("PERIOD_CLOSED", ["throughOn"])
    ]
    version = club.query("{ organisation { version } }")["organisation"]["version"]
    close(club, 10)
    assert club.query("{ organisation { version } }")["organisation"]["version"] == version
    close(club, 5)


def test_a_period_is_reopened_with_a_reason(club: Club, invoice: dict[str, Any]) -> None:
    stadium = Stadium(club)
    nothing = {"throughOn": None, "reason": "a mistake"}
    assert stadium.refused("accountingPeriodReopen", nothing) == [
        ("DATE_RANGE_INVALID", ["throughOn"])
    ]
    close(club, 5)
    given = {"throughOn": ago(10), "reason": "a mistake"}
    assert stadium.refused("accountingPeriodReopen", {**given, "throughOn": ago(5)}) == [
        ("DATE_RANGE_INVALID", ["throughOn"])
    ]
    assert stadium.refused("accountingPeriodReopen", {**given, "reason": ""}) == [
        ("REASON_REQUIRED", ["reason"])
    ]
    club.make("accountingPeriodReopen", CLOSED, given, role=Role.FINANCE)
    pay(club, "5.00", to(invoice, "5.00"), receivedOn=ago(7))
    found = club.make("accountingPeriodReopen", CLOSED, nothing)["organisation"]
    assert found["closedThroughOn"] is None
    document_ = """{ auditEntries(first: 10, sort: CREATED_AT_ASC,
      filter: {action: ["period.closed", "period.reopened"]}) { nodes { action after } } }"""
    nodes = club.query(document_)["auditEntries"]["nodes"]
    assert [(one["action"], one["after"]["closed_through_on"]) for one in nodes] == [
        ("period.closed", ago(5)),
        ("period.reopened", ago(10)),
        ("period.reopened", None),
    ]
    assert nodes[1]["after"]["reason"] == "a mistake"


@pytest.mark.parametrize("role", [Role.SALES, Role.PARTNER, Role.OPERATIONS, Role.ANALYST])
def test_only_root_and_finance_close_periods(club: Club, role: Role) -> None:
    denied: list[Any] = [("PERMISSION_DENIED", [])]
    stadium = Stadium(club)
    close_ = {"throughOn": ago(1)}
    assert stadium.refused("accountingPeriodClose", close_, role=role) == denied
    reopen = {"throughOn": None, "reason": "x"}
    assert stadium.refused("accountingPeriodReopen", reopen, role=role) == denied

"""Refunds: asked for, sent, arrived or failed; never more than was paid."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.documented import cancel, document, invoices, sell_example, topics
from tests.api.paid import REFUND, entries, owes, paid_in_full, pay, to
from tests.club import Club
from tests.stadium import Stadium, amount


@pytest.fixture
def credited(club: Club) -> dict[str, Any]:
    """B4: the one document is paid, then everything is cancelled."""
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    document(club, first)
    payment = paid_in_full(club, first)
    cancel(club, sale)
    return payment


def ask(payment: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    return {"paymentId": payment["id"], "amount": amount(text), "reason": "cancelled", **more}


def step(club: Club, refund: dict[str, Any], status: str, **more: Any) -> dict[str, Any]:
    given = {"id": refund["id"], "expectedVersion": refund["version"], "status": status, **more}
    found: dict[str, Any] = club.make("refundUpdate", REFUND, given)["refund"]
    return found


def test_b4_a_full_cancellation_is_refunded_in_full(club: Club, credited: dict[str, Any]) -> None:
    account = credited["account"]["id"]
    assert owes(club, account) == ("-1362.50", "0.00", "1362.50")
    refund = club.make("refundRequest", REFUND, ask(credited, "1362.50"))["refund"]
    assert (refund["status"], refund["payment"]["refunded"]["amount"]) == ("REQUESTED", "1362.50")
    assert owes(club, account) == ("0.00", "0.00", "0.00")
    refund = step(club, refund, "SENT", externalId="R-1")
    refund = step(club, refund, "DONE")
    assert (refund["status"], refund["externalId"]) == ("DONE", "R-1")
    assert entries(club)[-1] == ("REFUND", "1362.50")
    assert topics(club, "refund.requested", "refund.changed") == [
        "refund.requested",
        "refund.changed",
        "refund.changed",
    ]
    assert Stadium(club).refused("refundRequest", ask(credited, "0.01")) == [
        ("REFUND_TOO_LARGE", ["amount"])
    ]


def test_a_refund_that_fails_is_a_credit_again(club: Club, credited: dict[str, Any]) -> None:
    account = credited["account"]["id"]
    refund = club.make("refundRequest", REFUND, ask(credited, "1000.00"))["refund"]
    refund = step(club, refund, "SENT")
    stadium = Stadium(club)
    silent = {"id": refund["id"], "expectedVersion": 2, "status": "FAILED"}
    assert stadium.refused("refundUpdate", silent) == [("REASON_REQUIRED", ["failure"])]
    refund = step(club, refund, "FAILED", failure="account closed")
    assert (refund["status"], refund["failure"]) == ("FAILED", "account closed")
    assert refund["payment"]["refunded"]["amount"] == "0.00"
    assert owes(club, account) == ("-1362.50", "0.00", "1362.50")
    assert entries(club)[-2:] == [("REFUND", "1000.00"), ("REFUND", "-1000.00")]
    again = club.make("refundRequest", REFUND, ask(credited, "1362.50"))["refund"]
    assert again["status"] == "REQUESTED"


@pytest.mark.parametrize("wanted", ["REQUESTED", "DONE"])
def test_a_refund_goes_one_step_after_the_other(
    club: Club, credited: dict[str, Any], wanted: str
) -> None:
    refund = club.make("refundRequest", REFUND, ask(credited, "10.00"))["refund"]
    given = {"id": refund["id"], "expectedVersion": 1, "status": wanted}
    stadium = Stadium(club)
    assert stadium.refused("refundUpdate", given) == [("REFUND_STATUS_INVALID", ["status"])]
    stale = {**given, "expectedVersion": 7}
    assert stadium.refused("refundUpdate", stale) == [("VERSION_STALE", ["expectedVersion"])]
    done = step(club, step(club, refund, "SENT"), "DONE")
    late = {"id": refund["id"], "expectedVersion": done["version"], "status": "FAILED"}
    assert stadium.refused("refundUpdate", {**late, "failure": "late"}) == [
        ("REFUND_STATUS_INVALID", ["status"])
    ]


def test_a_refund_is_never_more_than_was_paid_or_is_left(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    document(club, first)
    small = pay(club, "100.00", to(first, "100.00"))
    over = pay(club, "1300.00", to(first, "1262.50"))
    stadium = Stadium(club)
    too_large = [("REFUND_TOO_LARGE", ["amount"])]
    assert stadium.refused("refundRequest", ask(over, "37.51")) == too_large
    assert stadium.refused("refundRequest", ask(small, "1.00")) == too_large
    refund = club.make("refundRequest", REFUND, ask(over, "37.50"))["refund"]
    assert refund["payment"]["left"]["amount"] == "0.00"
    cancel(club, sale)
    assert stadium.refused("refundRequest", ask(small, "100.01")) == too_large
    club.make("refundRequest", REFUND, ask(small, "100.00"))
    assert stadium.refused("refundRequest", ask(over, "1262.51")) == too_large
    club.make("refundRequest", REFUND, ask(over, "1262.50"))
    assert owes(club, over["account"]["id"]) == ("0.00", "0.00", "0.00")


def test_a_payment_whose_refund_is_under_way_is_not_charged_back(
    club: Club, credited: dict[str, Any]
) -> None:
    refund = club.make("refundRequest", REFUND, ask(credited, "362.50"))["refund"]
    given = {"paymentId": credited["id"], "reason": "disputed"}
    stadium = Stadium(club)
    refunded = [("PAYMENT_REFUNDED", ["paymentId"])]
    assert stadium.refused("paymentReverse", given) == refunded
    step(club, step(club, refund, "SENT"), "DONE")
    club.make("paymentReverse", "payment { id }", given)
    assert entries(club)[-1] == ("REOPEN", "1000.00")
    assert owes(club, credited["account"]["id"]) == ("0.00", "1000.00", "1000.00")


def test_what_was_refunded_whole_cannot_be_charged_back(
    club: Club, credited: dict[str, Any]
) -> None:
    refund = club.make("refundRequest", REFUND, ask(credited, "1362.50"))["refund"]
    step(club, step(club, refund, "SENT"), "DONE")
    given = {"paymentId": credited["id"], "reason": "disputed"}
    assert Stadium(club).refused("paymentReverse", given) == [("PAYMENT_REFUNDED", ["paymentId"])]


def test_credits_are_paid_back_without_a_payment_too(club: Club, credited: dict[str, Any]) -> None:
    given = {"accountId": credited["account"]["id"], "amount": amount("62.50"), "reason": "asked"}
    refund = club.make("refundRequest", REFUND, given)["refund"]
    assert refund["payment"] is None
    assert owes(club, credited["account"]["id"]) == ("-1300.00", "0.00", "1300.00")
    too_much = {**given, "amount": amount("1300.01")}
    assert Stadium(club).refused("refundRequest", too_much) == [("REFUND_TOO_LARGE", ["amount"])]


def test_what_is_wrong_with_a_refund(club: Club, credited: dict[str, Any]) -> None:
    stadium = Stadium(club)
    other = stadium.account("A2")
    for given, expected in (
        (ask(credited, "5.00", reason=""), ("REASON_REQUIRED", ["reason"])),
        (ask(credited, "0.00"), ("AMOUNT_INVALID", ["amount"])),
        (ask(credited, "-1.00"), ("AMOUNT_NEGATIVE", ["amount"])),
        (ask(credited, "1.00", amount=amount("1.00", "USD")), ("CURRENCY_MIXED", ["amount"])),
        (ask(credited, "1.00", accountId=other), ("NOT_FOUND", ["paymentId"])),
        ({"amount": amount("1.00"), "reason": "x"}, ("INPUT_INVALID", ["paymentId"])),
    ):
        assert stadium.refused("refundRequest", given) == [expected]
    denied: list[Any] = [("PERMISSION_DENIED", [])]
    for role in (Role.SALES, Role.PARTNER, Role.ANALYST):
        assert stadium.refused("refundRequest", ask(credited, "1.00"), role=role) == denied

"""Payments of a club's invoices, and what its accounts owe."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.stadium import amount

if TYPE_CHECKING:
    from tests.club import Club

PAYMENT = """payment { id account { id } amount { amount currency } left { amount }
  refunded { amount } receivedOn method source externalId reference reversedAt reversedReason
  allocations { invoice { code } refund { id } amount { amount } } }"""
REFUND = """refund { id version status amount { amount } reason failure externalId
  payment { id left { amount } refunded { amount } } }"""
BALANCES = """balances { currency balance { amount } open { amount } credit { amount } }"""


def today() -> date:
    """The day it is at the club."""
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Brussels")).date()


def received(text: str, **more: Any) -> dict[str, Any]:
    """Write a payment of today by bank transfer."""
    given = {"amount": amount(text), "receivedOn": today().isoformat(), "method": "BANK_TRANSFER"}
    return {**given, **more}


def to(invoice: dict[str, Any], text: str, currency: str = "EUR") -> dict[str, Any]:
    """Write an allocation."""
    return {"invoiceId": invoice["id"], "amount": amount(text, currency)}


def pay(club: Club, text: str, *allocations: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Record a payment; return it."""
    given = received(text, **more)
    if allocations:
        given["allocations"] = list(allocations)
    found: dict[str, Any] = club.make("paymentRecord", PAYMENT, given)["payment"]
    return found


def paid_in_full(club: Club, invoice: dict[str, Any]) -> dict[str, Any]:
    """Pay an invoice of the specification's example."""
    return pay(club, "1362.50", to(invoice, "1362.50"))


def owes(club: Club, owner: str, **caller: Any) -> tuple[str, str, str]:
    """The balance of an account, what is open and what is credit, in its one currency."""
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on Account {{ {BALANCES} }} }} }}"
    found = club.query(document, {"id": owner}, **caller)["node"]["balances"]
    if not found:
        return "0.00", "0.00", "0.00"
    (one,) = found
    return one["balance"]["amount"], one["open"]["amount"], one["credit"]["amount"]


def entries(club: Club, **conditions: Any) -> list[tuple[str, str]]:
    """The type and amount of every entry of the ledger, in order."""
    document = """query($filter: LedgerEntryFilter) {
      ledgerEntries(first: 100, sort: CREATED_AT_ASC, filter: $filter) {
        nodes { type amount { amount } } } }"""
    nodes = club.query(document, {"filter": conditions})["ledgerEntries"]["nodes"]
    return [(one["type"], one["amount"]["amount"]) for one in nodes]

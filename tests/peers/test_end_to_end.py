"""From an order in a real pretix to the books of a real Tryton, and back.

The ready database of Tryton has the fiscal year 2026 alone, so that the invoices are of that year.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.transfers.connectors.pretix import CONNECTOR as PRETIX
from app.transfers.connectors.tryton.office import opened
from app.transfers.contract.connectors import Connected
from tests.api.documented import cancel, invoices
from tests.peers.connected_club import ConnectedClub
from tests.stadium import Stadium, build_stadium
from tests.transfers.bank.written_statements import Moved, coda, read
from tests.transfers.paymatch.taken_entries import Desk
from tests.transfers.pretix.shopping import Counter

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

SEATS = 4
SIX_MONTHS = {"equal": {"count": 6, "firstOn": "2026-09-15", "every": "MONTH"}}


def ordered(shop: Connected, order: dict[str, Any]) -> dict[str, Any]:
    """The order as pretix has it now, as a Sale."""
    found = PRETIX.poll(shop, "order", None).incoming
    return dict([one.record for one in found if one.record["code"] == order["code"]][-1])


def sold(stadium: Stadium, record: dict[str, Any]) -> dict[str, Any]:
    """Make the Sale of an order of seats, and make it Final."""
    sale = stadium.begin(reference=record["code"])
    seats = stadium.seats[: len(record["lines"])]
    line = stadium.line("SEAT", len(seats), "1000.00", seatIds=seats)
    sale = stadium.add(sale, line)
    sale = stadium.act("invoiceScheduleSet", sale, recipe=SIX_MONTHS, pastDates="KEEP")
    return stadium.act("saleFinalise", sale)


def gross_of(club: Any, sale: dict[str, Any]) -> Decimal:
    """What all invoices and credit notes of a Sale come to."""
    found = invoices(club, sale)
    return sum((Decimal(one["gross"]["amount"]) for one in found), Decimal(0))


def booked(tryton: Connected, club: Any, sale: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Tryton's own invoices of a Sale, by their reference."""
    codes = [one["code"] for one in invoices(club, sale)]
    fields = ["reference", "number", "state", "total_amount", "amount_to_pay", "origin_invoices"]
    with opened(tryton) as office:
        found = office.search("account.invoice", [["reference", "in", codes]], fields)
    return {one["reference"]: one for one in found}


def pay_by_statement(connected_club: ConnectedClub, invoice: dict[str, Any]) -> None:
    """Take in a CODA statement of the club's bank with the payment of an invoice."""
    cents = int(Decimal(invoice["gross"]["amount"]) * 100)
    moved = Moved(cents, f"invoice {invoice['documentNumber']}", name="Account")
    desk = Desk(connected_club.club)
    for incoming in read(coda(moved).encode()):
        desk.retake(dict(incoming.record))
    connected_club.work()


def documented(club: Any, sale: dict[str, Any]) -> list[dict[str, Any]]:
    """The invoices of a Sale that have a number by now."""
    return [one for one in invoices(club, sale) if one["documentNumber"]]


def test_an_order_is_paid_invoiced_booked_and_partly_cancelled_to_the_cent(
    connected_club: ConnectedClub, tryton: Connected, shop: Connected
) -> None:
    club, counter = connected_club.club, Counter(shop)
    stadium = build_stadium(club)
    order = counter.order(positions=[{"item": 1, "price": "1060.00"}] * SEATS, fees=[])
    counter.pay(order)
    record = ordered(shop, order)
    assert (record["stage"], record["totals"]["vat"]) == ("PAID", "240.00")

    sale = sold(stadium, record)
    assert gross_of(club, sale) == Decimal(record["totals"]["gross"])
    connected_club.work()
    connected_club.require_done()
    due, books = documented(club, sale), booked(tryton, club, sale)
    assert len(due) >= 2
    for one in due:
        theirs = books[one["code"]]
        assert (theirs["number"], theirs["state"]) == (one["documentNumber"], "posted")
        assert theirs["total_amount"] == Decimal(one["gross"]["amount"])
        assert one["dueOn"]

    pay_by_statement(connected_club, due[0])
    assert invoices(club, sale)[0]["open"]["amount"] == "0.00"
    assert booked(tryton, club, sale)[due[0]["code"]]["state"] == "paid"

    before = {one["code"]: one["gross"]["amount"] for one in invoices(club, sale)[len(due) :]}
    line = sale["lines"][0]["id"]
    cancel(club, sale, lines=[{"lineId": line, "resourceIds": stadium.seats[:1]}])
    counter.cancel_seat(order, 0)
    connected_club.work()
    connected_club.require_done()
    notes = [one for one in invoices(club, sale) if one["kind"] == "CREDIT_NOTE"]
    books = booked(tryton, club, sale)
    assert notes
    for one in notes:
        assert books[one["code"]]["total_amount"] == Decimal(one["gross"]["amount"]) < 0
        assert books[one["code"]]["origin_invoices"]

    connected_club.edit(connected_club.drafts, days_ahead=31)
    connected_club.work(later=timedelta(minutes=2))
    connected_club.require_done()
    books = booked(tryton, club, sale)
    changed = [one for one in documented(club, sale) if one["code"] in before]
    assert changed
    for one in changed:
        amount = Decimal(one["gross"]["amount"])
        assert books[one["code"]]["total_amount"] == amount < Decimal(before[one["code"]])
        assert books[one["code"]]["number"] > max(books[note["code"]]["number"] for note in notes)
    waiting = [one for one in invoices(club, sale) if one["code"] not in books]
    still_here = sum((Decimal(one["gross"]["amount"]) for one in waiting), Decimal(0))
    in_books = sum((one["total_amount"] for one in books.values()), Decimal(0))
    total = Decimal(ordered(shop, order)["totals"]["gross"])
    assert in_books + still_here == gross_of(club, sale) == total == Decimal("3180.00")

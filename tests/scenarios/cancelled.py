"""Reads what became of a Sale that is cancelled bit by bit, as the worked examples list it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.documented import document
from tests.stadium import SALE, Stadium, amount

if TYPE_CHECKING:
    from tests.club import Club

MONEY = """id status version isPartlyCancelled net { amount } vat { amount } gross { amount }
  lines { id lineNo quantity quantityCancelled amount { amount } cancelled { amount } }
  cancellations { id sequenceNo reason isWhole amount { amount } undoneAt
    creditNotes { code } items { entitlement { id status } value { amount } } }
  invoices { id code kind status amount { amount } net { amount } vat { amount } gross { amount }
    open { amount } paid { amount } waitsFor { code } originals { code } cancellation { id }
    lines { line { lineNo } amount { amount } originalInvoice { code } }
    vatLines { rateBp net { amount } vat { amount } } }"""
PREVIEW = """previewHash isWhole
  saleBefore { net { amount } vat { amount } gross { amount } }
  saleAfter { net { amount } vat { amount } gross { amount } }
  released { line { lineNo } calendarItem { code } product { code } resource { id } pool { id }
    quantity value { amount } }
  invoices { code invoice { id } statusBefore statusAfter
    before { net { amount } vat { amount } gross { amount } }
    after { net { amount } vat { amount } gross { amount } } }
  creditNotes { code account { id } isWaiting amounts { net { amount } vat { amount }
      gross { amount } }
    vatLines { original { code } vatCategory vatRate net { amount } vat { amount } } }
  settlements { creditNoteCode invoice { code } gross { amount } openBefore { amount }
    settled { amount } left { amount } openAfter { amount } }
  offsets { invoice { code } amount { amount } } freed { invoice { code } amount { amount } }
  refunds { payment { id } amount { amount } } warnings { warning message }"""


def seat_of(stadium: Stadium, sale: dict[str, Any], *numbers: int) -> list[dict[str, Any]]:
    """Select seats of the first line by their number in the stadium."""
    line = sale["lines"][0]["id"]
    return [{"lineId": line, "resourceIds": [stadium.seats[number] for number in numbers]}]


def whole_line(sale: dict[str, Any], line_no: int) -> list[dict[str, Any]]:
    """Select a whole line."""
    return [{"lineId": sale["lines"][line_no - 1]["id"]}]


def seen(stadium: Stadium, sale: dict[str, Any]) -> dict[str, Any]:
    """Read a Sale with its cancellations and credit notes."""
    return stadium.read(sale, MONEY)


def invoices_of(sale: dict[str, Any], name: str = "amount") -> list[str]:
    """One amount of every invoice that is no credit note."""
    return [one[name]["amount"] for one in sale["invoices"] if one["kind"] == "INVOICE"]


def notes_of(sale: dict[str, Any], name: str = "net") -> list[str]:
    """One amount of every credit note."""
    return [one[name]["amount"] for one in sale["invoices"] if one["kind"] == "CREDIT_NOTE"]


def vat_of(sale: dict[str, Any], rate_bp: int) -> list[str]:
    """The VAT of one rate on every invoice and credit note that has it."""
    return [
        part["vat"]["amount"]
        for one in sale["invoices"]
        for part in one["vatLines"]
        if part["rateBp"] == rate_bp
    ]


def invoice(sale: dict[str, Any], number: int) -> dict[str, Any]:
    """Return an invoice by its number, from 1."""
    found: dict[str, Any] = sale["invoices"][number - 1]
    return found


def documented(club: Club, sale: dict[str, Any], *numbers: int) -> None:
    """Report the documents of invoices by their numbers, from 1."""
    for number in numbers:
        document(club, invoice(sale, number))


def e0(stadium: Stadium) -> dict[str, Any]:
    """A Draft of 4 seats 4,000 (6 %), 2 parkings 400 and a gift 600 (21 %) in 4 invoices."""
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 4, "1000.00", seatIds=stadium.seats[:4]),
        stadium.line("PARKING", 2, "200.00", parkingIds=stadium.parkings[:2]),
        stadium.line("SCARF", 1, "600.00", bundleId=None),
    )
    return stadium.equal(sale, 4)


def a3(stadium: Stadium) -> dict[str, Any]:
    """A Draft of 3 seats at 199.99, a parking 150.01 and a gift 250.02 at 12 % in 3 invoices."""
    stadium.product("GIFT", "CATALOG", "CATERING", scope="NONE")
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 3, "199.99", seatIds=stadium.seats[:3]),
        stadium.line("PARKING", 1, "150.01", parkingIds=stadium.parkings[:1]),
        stadium.line("GIFT", 1, "250.02", bundleId=None),
    )
    return stadium.equal(sale, 3)


def final(stadium: Stadium, draft: dict[str, Any]) -> dict[str, Any]:
    """Make a Draft Final."""
    return stadium.act("saleFinalise", draft)


def by_hand(stadium: Stadium, sale: dict[str, Any]) -> dict[str, Any]:
    """Write the instalments of a Draft down as fixed amounts."""
    rows = [
        {"on": one["plannedOn"], "amount": amount(one["amount"]["amount"])}
        for one in sale["invoices"]
    ]
    changed: dict[str, Any] = stadium.club.make(
        "invoiceScheduleSet", SALE, stadium.about(sale, recipe={"amounts": rows})
    )["sale"]
    return changed

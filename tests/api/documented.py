"""A Final Sale and the documents of its invoices, as an accounting system makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import text as text_clause

from tests.stadium import Stadium, amount, build_stadium

if TYPE_CHECKING:
    from tests.club import Club

INVOICE = """
id code kind status documentNumber issuedOn dueOn isFrozen claimedBy claimExpiresAt
open { amount } paid { amount } credited { amount } gross { amount }
document { id state number } waitsFor { code } creditNotes { code } originals { code }
"""
DOCUMENT = """invoiceDocument { id state type number issuedOn dueOn reference source
  net { amount } vat { amount } gross { amount } rounding { amount } decidedBy decidedReason
  invoice { code status open { amount } } file { id } }"""
_NUMBERS = count(1)


def sell_example(club: Club, *, instalments: int = 4, is_due: bool = True) -> dict[str, Any]:
    """Sell the example of the specification: 4 seats, 2 parking places, gifts; 4 x 1,250.00 net."""
    return sell_to(build_stadium(club), instalments=instalments, is_due=is_due)


def sell_to(
    stadium: Stadium, account: str = "A1", *, instalments: int = 4, is_due: bool = True, at: int = 0
) -> dict[str, Any]:
    """Sell the example to an account on the four seats from one on, and make it Final."""
    sale = stadium.begin(account)
    sale = stadium.add(
        sale,
        stadium.line("SEAT", 4, "1000.00", seatIds=stadium.seats[at : at + 4]),
        stadium.line("PARKING", 2, "200.00", parkingIds=stadium.parkings[at // 2 : at // 2 + 2]),
        stadium.line("SCARF", 1, "600.00", bundleId=None),
    )
    first = f"{datetime.now(UTC).year - 1 if is_due else datetime.now(UTC).year + 1}-01-15"
    recipe = {"equal": {"count": instalments, "firstOn": first, "every": "MONTH"}}
    sale = stadium.act("invoiceScheduleSet", sale, recipe=recipe, pastDates="KEEP")
    return stadium.act("saleFinalise", sale)


def report(invoice: dict[str, Any], total: str | None = None, **more: Any) -> dict[str, Any]:
    """Write the report of an invoice's document."""
    given: dict[str, Any] = {
        "code": invoice["code"],
        "source": "BOOKS",
        "number": f"F{next(_NUMBERS):05d}",
        "issuedOn": "2030-01-15",
        "dueOn": "2030-02-14",
    }
    if total is not None:
        given["gross"] = amount(total)
    return given | more


def document(
    club: Club, invoice: dict[str, Any], total: str | None = None, **more: Any
) -> dict[str, Any]:
    """Report an invoice's document; return it."""
    made = club.make("invoiceDocumentRecord", DOCUMENT, report(invoice, total, **more))
    found: dict[str, Any] = made["invoiceDocument"]
    return found


def invoices(club: Club, sale: dict[str, Any], **caller: Any) -> list[dict[str, Any]]:
    """Read a Sale's invoices and credit notes, as they are now."""
    text = f"""query($s: [ID!]) {{
      invoices(first: 100, sort: CODE_ASC, filter: {{saleId: $s}}) {{ nodes {{ {INVOICE} }} }} }}"""
    found = club.query(text, {"s": [sale["id"]]}, **caller)["invoices"]
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes


def claim(club: Club, source: str = "BOOKS", limit: int | None = 100, **more: Any) -> list[str]:
    """Claim invoices that are due; return their codes."""
    given = {"source": source, "limit": limit, **more}
    made = club.make("invoiceClaim", "invoices { code }", given)
    return [one["code"] for one in made["invoices"]]


def cancel(club: Club, sale: dict[str, Any], *, reason: str = "moved", **what: Any) -> None:
    """Cancel a part of a Sale as its preview shows it; by default everything."""
    given = {"saleId": sale["id"], **(what or {"everything": True})}
    text = """query($input: SaleCancelPreviewInput!) {
      saleCancelPreview(input: $input) { preview { previewHash } userErrors { code message } } }"""
    found = club.query(text, {"input": given})["saleCancelPreview"]
    assert found["userErrors"] == [], found["userErrors"]
    digest = found["preview"]["previewHash"]
    club.make("saleCancel", "sale { id }", {**given, "reason": reason, "previewHash": digest})


def pay(club: Club, invoice: dict[str, Any], text: str, **more: Any) -> None:
    """Pay an amount of an invoice."""
    given = {
        "amount": amount(text),
        "receivedOn": "2026-01-20",
        "method": "BANK_TRANSFER",
        "allocations": [{"invoiceId": invoice["id"], "amount": amount(text)}],
        **more,
    }
    club.make("paymentRecord", "payment { id }", given)


def balance(club: Club) -> int:
    """Sum what all accounts of a club owe by the ledger, in minor units."""
    query = "SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry WHERE organisation_id = :club"
    with club.runner.engine.connect() as connection:
        return int(
            connection.execute(text_clause(query), {"club": club.organisation.id}).scalar_one()
        )


def topics(club: Club, *wanted: str) -> list[str]:
    """The events of a club that are about documents, in order."""
    query = "SELECT topic FROM outbox WHERE organisation_id = :club ORDER BY id"
    with club.runner.engine.connect() as connection:
        rows = connection.execute(text_clause(query), {"club": club.organisation.id}).scalars()
        return [one for one in rows if one in wanted]

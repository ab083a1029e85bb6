"""Documents and payments of the demo club: what its books and its bank reported, day by day.

Which invoice meets what is drawn from its code, so that every loading draws the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.commands import cancelling
from app.commands.claims import ClaimInvoices, claim_invoices
from app.commands.documents import RecordDocument, record_document
from app.commands.instalments import PayInstalment, pay_instalment
from app.domain.cancel_selection import LineSelection, Selection
from app.domain.documents import Reported
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.receivables import Receivable
from app.domain.sales import Sale, SaleLine, SaleStatus

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

BOOKS, BANK = "BOOKS", "BANK"
"""The sources of documents and payments."""
CANCEL_REASON = "Customer reduced their order"
_ZONE = ZoneInfo("Europe/Brussels")
_NOON = time(12)
_UNDONE_DAYS = 12
"""Invoices that became due so many days ago or less are not all documented yet."""
_TERM_DAYS = 28
"""Documents that are so young are not due."""
_PART_LOT = 3
_CENT, _MISTAKE_MINOR, _PART_PERCENT = 1, 2_500, 40
_SALE_LOTS = 23
"""One Sale in so many loses a line after its first document."""


@dataclass(frozen=True, slots=True)
class _Teller:
    """What tells the story of one Sale's invoices."""

    work: UnitOfWork
    actor: Actor
    today: date

    def at(self, day: date) -> UnitOfWork:
        """Return the transaction at noon of a day."""
        return replace(self.work, now=datetime.combine(day, _NOON, _ZONE))


def billed_sales(work: UnitOfWork) -> list[UUID]:
    """List the Final Sales of which nothing was documented yet, in order."""
    told = {one.sale_id for one in work.find(Receivable)}
    final = work.find(Sale, status=SaleStatus.FINAL)
    return [one.id for one in sorted(final, key=lambda one: one.code) if one.id not in told]


def tell_sale(work: UnitOfWork, actor: Actor, sale_id: UUID, now: datetime) -> None:
    """Report documents and payments of a Sale's invoices that were due on a day."""
    teller = _Teller(work, actor, now.astimezone(_ZONE).date())
    sale = work.get(Sale, sale_id)
    assert sale.finalised_at is not None  # noqa: S101 - it is Final
    began_on = sale.finalised_at.astimezone(_ZONE).date()
    invoices = sorted(work.find(Invoice, sale_id=sale_id), key=lambda one: one.sequence_no)
    for invoice in invoices:
        _tell_invoice(teller, invoice, max(invoice.planned_on, began_on))
    if _lot(sale.code, _SALE_LOTS) == 0:
        _cancel_line(teller, sale)


def _tell_invoice(teller: _Teller, invoice: Invoice, issued_on: date) -> None:
    """Report what became of one invoice, if anything did."""
    age = (teller.today - issued_on).days
    if age < 0 or not invoice.amount_minor:
        return
    lot = _lot(invoice.code, 40)
    if age <= _UNDONE_DAYS and lot % 4:
        if lot % 4 == 1:
            wanted = ClaimInvoices(BOOKS, invoice_ids=(invoice.id,))
            claim_invoices(teller.work, teller.actor, wanted)
        elif lot % 4 == 2:  # noqa: PLR2004 - one of four
            _document(teller, invoice, issued_on, f"D{invoice.code[2:]}", 0)
        return
    gross = invoice.gross_minor or 0
    difference = {0: _CENT, 1: -_CENT, 2: _MISTAKE_MINOR}.get(lot, 0)
    _document(teller, invoice, issued_on, f"F{invoice.code[2:]}", difference)
    if difference == _MISTAKE_MINOR or gross < 0:
        return
    if age <= _TERM_DAYS and lot % 3 == 0:
        _pay(teller, invoice, teller.today, _PART_LOT, gross + difference)
        return
    paid_on = issued_on + timedelta(days=8 + lot)
    if paid_on < teller.today and lot % 10 != 9:  # noqa: PLR2004 - one of ten never pays
        _pay(teller, invoice, paid_on, lot, gross + difference)


def _document(
    teller: _Teller, invoice: Invoice, issued_on: date, number: str, difference_minor: int
) -> None:
    """Report an invoice's document, its gross off by some cents or a mistake."""
    gross = (invoice.gross_minor or 0) + difference_minor
    reported = Reported(BOOKS, number, issued_on, gross_minor=gross, reference=_reference(invoice))
    work = teller.at(issued_on)
    record_document(work, teller.actor, RecordDocument(reported, invoice_id=invoice.id))


def _pay(teller: _Teller, invoice: Invoice, paid_on: date, lot: int, gross: int) -> None:
    """Report a payment: of all, of a part, of a few cents less, or of too much."""
    amount = {
        _PART_LOT: gross * _PART_PERCENT // 100,
        4: gross - 2 * _CENT,
        5: gross + _MISTAKE_MINOR,
    }.get(lot, gross)
    payment = PayInstalment(
        BANK, invoice.code, f"T{paid_on:%y%m%d}", paid_on=paid_on, amount_minor=amount
    )
    pay_instalment(teller.at(paid_on), teller.actor, payment)


def _cancel_line(teller: _Teller, sale: Sale) -> None:
    """Cancel the last line of a Sale, and report the documents of some credit notes."""
    lines = sorted(teller.work.find(SaleLine, sale_id=sale.id), key=lambda one: one.line_no)
    selection = Selection(lines=(LineSelection(lines[-1].id),))
    wanted = cancelling.CancelSale(sale.id, selection, CANCEL_REASON)
    yesterday = teller.today - timedelta(days=1)
    cancelling.carry_out(teller.at(yesterday), teller.actor, wanted)
    waiting = {one.invoice_id for one in teller.work.find(Receivable, is_waiting=True)}
    for note in teller.work.find(Invoice, sale_id=sale.id, kind=InvoiceKind.CREDIT_NOTE):
        if note.id not in waiting and _lot(note.code, 2):
            _document(teller, note, yesterday, f"C{note.code[2:]}", 0)


def _reference(invoice: Invoice) -> str:
    """Write a Belgian structured communication that is the invoice's alone."""
    digits = int("".join(one for one in invoice.code if one.isdigit())[-10:])
    check = digits % 97 or 97
    text = f"{digits:010}{check:02}"
    return f"+++{text[:3]}/{text[3:7]}/{text[7:]}+++"


def _lot(code: str, count: int) -> int:
    """Draw a number below a count from a code."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4]) % count

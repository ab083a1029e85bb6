"""Accounts' money: locked, read into a book, and written back with its entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from app.domain.documents import DocumentState
from app.domain.ledger import Allocation
from app.domain.paying import Referenced
from app.domain.payment_references import reference_keys
from app.domain.payments import Payment, Refund
from app.domain.receivables import Receivable
from app.domain.settling import Book
from app.storage import tables as t
from app.storage.rows import insert_rows, names_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.domain.settling import Posting
    from app.storage.unit_of_work import UnitOfWork


_AROUND = ".,;:!?()[]'\"#"
"""What may stand around a number in a text."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """The mark of a ledger entry that waits to be sealed."""

    entry_id: UUID


def hold_periods(work: UnitOfWork) -> None:
    """Keep others from closing a period until the transaction ends.

    What was read of the club's settings before is forgotten.
    """
    o = t.organisation
    mine = select(o.c.id).where(o.c.id == work.organisation_id)
    work.connection.execute(mine.with_for_update(read=True))
    work.organisation = None


def lock_accounts(work: UnitOfWork, account_ids: Collection[UUID]) -> None:
    """Wait until nobody else changes these accounts' money; who sells to them is not kept away.

    Whoever changes receivables, payments or credits does this first, and locks Sales after it, so
    that no two of them wait for each other. No period is closed meanwhile.
    """
    hold_periods(work)
    a = t.account
    query = (
        select(a.c.id)
        .where(a.c.organisation_id == work.organisation_id, a.c.id.in_(list(account_ids)))
        .order_by(a.c.id)
        .with_for_update(key_share=True)
    )
    work.connection.execute(query)


def open_book(
    work: UnitOfWork,
    posting: Posting,
    *,
    invoice_ids: Collection[UUID] = (),
    payment_ids: Collection[UUID] = (),
    credit_ids: Collection[UUID] = (),
    refund_id: UUID | None = None,
    unsettled: bool = False,
) -> Book:
    """Read an account's receivables and payments in one currency, and what was allocated to them.

    The account must be locked. With `unsettled` everything that is open or left to allocate is in
    the book beside what is named.
    """
    r, p = t.receivable, t.payment
    of_account = r.c.organisation_id == work.organisation_id, r.c.account_id == posting.account_id
    earlier = _allocations(work, invoice_ids, payment_ids, credit_ids, refund_id)
    wanted = {
        *invoice_ids,
        *credit_ids,
        *(one.invoice_id for one in earlier),
        *(e.credit_id for e in earlier),
    }
    open_minor = (
        r.c.entered_minor
        + r.c.rounded_minor
        - r.c.written_off_minor
        - r.c.paid_minor
        - r.c.credited_minor
        + r.c.used_minor
    )
    named = r.c.invoice_id.in_([one for one in wanted if one is not None])
    in_currency = r.c.currency == posting.currency
    query = select(*(r.c[name] for name in names_of(Receivable))).where(
        *of_account, in_currency, or_(named, open_minor != 0) if unsettled else named
    )
    receivables = [Receivable(*row) for row in work.connection.execute(query)]
    by_id = p.c.id.in_([*payment_ids, *(e.payment_id for e in earlier if e.payment_id)])
    payments = select(*(p.c[name] for name in names_of(Payment))).where(
        p.c.organisation_id == work.organisation_id,
        p.c.account_id == posting.account_id,
        p.c.currency == posting.currency,
        or_(by_id, p.c.left_minor > 0) if unsettled else by_id,
    )
    found = [Payment(*row) for row in work.connection.execute(payments.order_by(p.c.id))]
    refunds = work.find(Refund, lock=True, id=refund_id) if refund_id else []
    return Book(posting, receivables, found, earlier, refunds)


def save_book(work: UnitOfWork, book: Book) -> None:
    """Write what a book changed: receivables, payments, refunds, entries and allocations."""
    receivables, payments = book.opened
    work.write_changed(payments, list(book.payments.values()))
    work.write_changed(receivables, list(book.receivables.values()))
    work.write_changed(book.opened_refunds, list(book.refunds.values()))
    work.insert(book.entries)
    pending = [_Pending(entry.id) for entry in book.entries]
    insert_rows(work.connection, work.organisation_id, t.ledger_pending, pending)
    work.insert(book.allocations)


def find_referenced(work: UnitOfWork, text: str) -> list[Referenced]:
    """Find the invoices that a text names by a reference of a document, a number or a code."""
    d, i = t.invoice_document, t.invoice
    words = [text.strip(), *text.split(), *(one.strip(_AROUND) for one in text.split())]
    by_reference = d.c.reference_key.in_(reference_keys(text))
    documents = select(
        d.c.reference_key, d.c.number, d.c.invoice_id, d.c.account_id, by_reference
    ).where(
        d.c.organisation_id == work.organisation_id,
        d.c.state != DocumentState.REJECTED,
        or_(by_reference, d.c.number.in_(words)),
    )
    invoices = select(i.c.code, i.c.id, i.c.account_id).where(
        i.c.organisation_id == work.organisation_id, i.c.code.in_(words)
    )
    return [
        *(
            Referenced(key if has_key else number, invoice_id, account_id)
            for key, number, invoice_id, account_id, has_key in work.connection.execute(documents)
        ),
        *(Referenced(*row) for row in work.connection.execute(invoices)),
    ]


def _allocations(
    work: UnitOfWork,
    invoice_ids: Collection[UUID],
    payment_ids: Collection[UUID],
    credit_ids: Collection[UUID],
    refund_id: UUID | None,
) -> list[Allocation]:
    """Read the allocations of invoices, payments, credits and a refund, in order."""
    a = t.payment_allocation
    named: list[ColumnElement[bool]] = []
    if invoice_ids:
        named.append(a.c.invoice_id.in_(list(invoice_ids)))
    if payment_ids:
        named.append(a.c.payment_id.in_(list(payment_ids)))
    if credit_ids:
        named.append(a.c.credit_id.in_(list(credit_ids)))
    if refund_id is not None:
        named.append(a.c.refund_id == refund_id)
    if not named:
        return []
    query = (
        select(*(a.c[name] for name in names_of(Allocation)))
        .where(a.c.organisation_id == work.organisation_id, or_(*named))
        .order_by(a.c.id)
    )
    return [Allocation(*row) for row in work.connection.execute(query)]

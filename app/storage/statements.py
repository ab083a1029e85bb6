"""What is known around a statement entry: open invoices, payers, payouts, earlier payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from app.domain.statements import EntryKind, EntryStatus
from app.storage import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from app.storage.unit_of_work import UnitOfWork

FITTING_LIMIT = 200
"""Open invoices that are looked at for one entry."""
_LOCK = text(
    """
    SELECT pg_advisory_xact_lock(
        hashtextextended(CAST(:organisation_id AS text) || ' paymatch', 0))
    """
)


def lock_matching(work: UnitOfWork) -> None:
    """Wait until nobody else matches entries of the club: a payout or payment is matched once."""
    work.connection.execute(_LOCK, {"organisation_id": work.organisation_id})


def invoices_of_sales(work: UnitOfWork, words: Collection[str]) -> list[UUID]:
    """Find the open documents of Sales whose codes stand in a text."""
    sale, i = t.sale, t.invoice
    mine = (sale.c.organisation_id == i.c.organisation_id) & (sale.c.id == i.c.sale_id)
    named = select(i.c.id).join(sale, mine).where(sale.c.code.in_(list(words)))
    return _open_documents(work, named)


def invoices_of_accounts(
    work: UnitOfWork, account_ids: Collection[UUID], currency: str
) -> list[UUID]:
    """Find the open documents of accounts in a currency."""
    i = t.invoice
    of_accounts = i.c.account_id.in_(list(account_ids)) & (i.c.currency == currency)
    return _open_documents(work, select(i.c.id).where(of_accounts))


def invoices_of_amount(work: UnitOfWork, amount_minor: int, currency: str) -> list[UUID]:
    """Find the documents of which exactly this amount is open."""
    i = t.invoice
    fitting = (_open_minor() == amount_minor) & (i.c.currency == currency)
    return _open_documents(work, select(i.c.id).where(fitting))


def accounts_of_iban(work: UnitOfWork, iban: str) -> frozenset[UUID]:
    """Read whose payments came from an account number before."""
    e, p = t.statement_entry, t.payment
    query = (
        select(p.c.account_id)
        .join(e, (e.c.organisation_id == p.c.organisation_id) & (e.c.payment_id == p.c.id))
        .where(
            e.c.organisation_id == work.organisation_id,
            e.c.counterparty_iban == iban,
            e.c.status == EntryStatus.MATCHED,
            p.c.reversed_at.is_(None),
        )
        .distinct()
    )
    return frozenset(work.connection.execute(query).scalars())


def unpaid_payouts(
    work: UnitOfWork, amount_minor: int, currency: str
) -> list[tuple[UUID, str, str, str, date]]:
    """Read payouts of an amount that no bank entry is matched with: id, system, payout, day."""
    e, other = t.statement_entry, t.statement_entry.alias()
    taken = (
        select(other.c.id)
        .where(other.c.organisation_id == e.c.organisation_id, other.c.payout_entry_id == e.c.id)
        .exists()
    )
    query = (
        select(e.c.id, e.c.system, e.c.payout_id, e.c.account, e.c.booked_on)
        .where(
            e.c.organisation_id == work.organisation_id,
            e.c.kind == EntryKind.PAYOUT,
            e.c.amount_minor == -amount_minor,
            e.c.currency == currency,
            ~taken,
        )
        .order_by(e.c.id)
    )
    rows = work.connection.execute(query)
    return [(one, system, payout, account, day) for one, system, payout, account, day in rows]


def sums_of_payout(work: UnitOfWork, system: str, account: str, payout_id: str) -> tuple[int, int]:
    """Sum the parts of a payout and their fees, in minor units."""
    e = t.statement_entry
    query = select(
        func.coalesce(func.sum(e.c.amount_minor), 0), func.coalesce(func.sum(e.c.fee_minor), 0)
    ).where(
        e.c.organisation_id == work.organisation_id,
        e.c.system == system,
        e.c.account == account,
        e.c.payout_id == payout_id,
        e.c.kind != EntryKind.PAYOUT,
    )
    amount, fee = work.connection.execute(query).one()
    return int(amount), int(fee)


def earlier_payments(
    work: UnitOfWork, amount_minor: int, currency: str
) -> list[tuple[UUID, UUID, int, str | None, str | None, str | None]]:
    """Read payments of an amount that bank entries became, the newest first, not reversed."""
    e, p = t.statement_entry, t.payment
    query = (
        select(
            p.c.id,
            p.c.account_id,
            p.c.amount_minor,
            e.c.end_to_end_id,
            e.c.structured_reference,
            e.c.counterparty_iban,
        )
        .join(e, (e.c.organisation_id == p.c.organisation_id) & (e.c.payment_id == p.c.id))
        .where(
            p.c.organisation_id == work.organisation_id,
            p.c.amount_minor == amount_minor,
            p.c.currency == currency,
            p.c.reversed_at.is_(None),
            e.c.kind == EntryKind.BANK,
            e.c.amount_minor > 0,
        )
        .order_by(e.c.booked_on.desc(), e.c.id.desc())
        .limit(FITTING_LIMIT)
    )
    rows = work.connection.execute(query)
    return [(one, who, minor, end, named, iban) for one, who, minor, end, named, iban in rows]


def _open_minor() -> ColumnElement[int]:
    """Compute what is open of a document, as its receivable does."""
    r = t.receivable
    settled = r.c.written_off_minor + r.c.paid_minor + r.c.credited_minor - r.c.used_minor
    return r.c.entered_minor + r.c.rounded_minor - settled


def _open_documents(work: UnitOfWork, query: Select[UUID]) -> list[UUID]:
    """Find the documents of a query that can be paid, the oldest due first."""
    r, i = t.receivable, t.invoice
    of_invoice = (r.c.organisation_id == i.c.organisation_id) & (r.c.invoice_id == i.c.id)
    found = (
        query.join(r, of_invoice)
        .where(
            i.c.organisation_id == work.organisation_id,
            r.c.entered_minor > 0,
            _open_minor() > 0,
        )
        .order_by(r.c.due_on.nulls_last(), i.c.code)
        .limit(FITTING_LIMIT)
    )
    return list(work.connection.execute(found).scalars())

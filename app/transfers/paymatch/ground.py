"""Reading what is known around a statement entry, for the decision what it pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.accounts import Account
from app.domain.invoices import Invoice
from app.domain.paying import referenced
from app.domain.receivables import Receivable, payable_minor
from app.domain.sales import Sale, SaleStatus
from app.domain.statements import EntryKind
from app.storage.receivables import find_referenced
from app.storage.statements import (
    accounts_of_iban,
    earlier_payments,
    invoices_of_accounts,
    invoices_of_amount,
    invoices_of_sales,
    sums_of_payout,
    unpaid_payouts,
)
from app.transfers.paymatch.deciding import EarlierPayment, Ground, OpenInvoice, SentPayout

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.domain.statements import StatementEntry
    from app.storage.unit_of_work import UnitOfWork

_UNSOLD = frozenset({SaleStatus.DRAFT, SaleStatus.EXPIRED})
_AROUND = ".,;:!?()[]'\"#"


@dataclass(frozen=True, slots=True)
class _Named:
    """Invoices found by a text; those that are settled count only if nothing else is named."""

    open: tuple[OpenInvoice, ...]
    settled: tuple[OpenInvoice, ...]


def ground_of(work: UnitOfWork, entry: StatementEntry) -> Ground:
    """Read what the rules may look at; the last ones only where the first found nothing."""
    if entry.amount_minor <= 0:
        return Ground(earlier=_earlier(work, entry) if entry.is_reversal else ())
    by_reference = _by_text(work, entry, entry.structured_reference)
    named = by_reference.open or by_reference.settled
    if named:
        return Ground(referenced=named)
    payouts = _payouts(work, entry) if entry.kind is EntryKind.BANK else ()
    numbered = _by_text(work, entry, entry.text).open or _by_sale(work, entry)
    if numbered:
        return Ground(numbered=numbered, payouts=payouts)
    iban = entry.counterparty_iban
    known = accounts_of_iban(work, iban) if iban else frozenset()
    of_known = invoices_of_accounts(work, known, entry.currency) if known else []
    of_amount = invoices_of_amount(work, entry.amount_minor, entry.currency)
    return Ground(
        known_accounts=known,
        of_known=_open(work, of_known, entry.currency).open,
        of_amount=_open(work, of_amount, entry.currency).open,
        payouts=payouts,
    )


def _by_text(work: UnitOfWork, entry: StatementEntry, text: str | None) -> _Named:
    """Read the invoices that a text names by a reference or a number."""
    if not text:
        return _Named((), ())
    found = referenced(text, find_referenced(work, text))
    return _open(work, [one.invoice_id for one in found], entry.currency)


def _by_sale(work: UnitOfWork, entry: StatementEntry) -> tuple[OpenInvoice, ...]:
    """Read the open documents of a Sale that the text names."""
    words = {word.strip(_AROUND) for word in (entry.text or "").split()}
    return _open(work, invoices_of_sales(work, words), entry.currency).open if words else ()


def _open(work: UnitOfWork, invoice_ids: Sequence[UUID], currency: str) -> _Named:
    """Read invoices in a currency that a payment may go to, in the order given."""
    invoices = work.by_id(Invoice, invoice_ids)
    sales = work.by_id(Sale, [one.sale_id for one in invoices.values()])
    accounts = work.by_id(Account, [one.account_id for one in invoices.values()])
    facts = _facts(work, invoices)
    named = [
        OpenInvoice(
            invoice_id=one.id,
            code=one.code,
            account_id=one.account_id,
            account_name=accounts[one.account_id].name,
            currency=one.currency,
            open_minor=payable_minor(one.gross_minor, facts.get(one.id)),
            due_on=facts[one.id].due_on if one.id in facts else one.planned_on,
        )
        for one in (invoices[each] for each in dict.fromkeys(invoice_ids) if each in invoices)
        if one.currency == currency and sales[one.sale_id].status not in _UNSOLD
    ]
    return _Named(
        tuple(one for one in named if one.open_minor),
        tuple(one for one in named if not one.open_minor),
    )


def _facts(work: UnitOfWork, invoice_ids: Collection[UUID]) -> dict[UUID, Receivable]:
    """Read what became of invoices."""
    found = work.find(Receivable, invoice_id=list(invoice_ids)) if invoice_ids else []
    return {one.invoice_id: one for one in found}


def _payouts(work: UnitOfWork, entry: StatementEntry) -> tuple[SentPayout, ...]:
    """Read payouts of the amount, with the sums of their parts."""
    found = []
    for entry_id, system, payout_id, account, sent_on in unpaid_payouts(
        work, entry.amount_minor, entry.currency
    ):
        gross, fee = sums_of_payout(work, system, account, payout_id)
        found.append(
            SentPayout(
                entry_id,
                payout_id,
                entry.currency,
                sent_on,
                sent_minor=entry.amount_minor,
                net_minor=gross - fee,
                fee_minor=fee,
            )
        )
    return tuple(found)


def _earlier(work: UnitOfWork, entry: StatementEntry) -> tuple[EarlierPayment, ...]:
    """Read payments that may be what the bank took back."""
    rows = earlier_payments(work, -entry.amount_minor, entry.currency)
    return tuple(
        EarlierPayment(
            payment_id,
            account_id,
            amount_minor,
            is_same_reference=_is_same(entry.end_to_end_id, end_to_end)
            or _is_same(entry.structured_reference, reference),
            is_same_counterparty=_is_same(entry.counterparty_iban, iban),
        )
        for payment_id, account_id, amount_minor, end_to_end, reference, iban in rows
    )


def _is_same(one: str | None, other: str | None) -> bool:
    """Tell whether two references are there, and the same."""
    return one is not None and one == other

"""What a cancellation does to a Sale and to its accounts' money, worked out before it is done.

The preview shows this and the commit writes it, so that neither can differ from the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import posting_of
from app.commands.drafts import revalued
from app.commands.line_facts import today_of
from app.domain.cancel_selection import SelectionFacts, count_gone, pick
from app.domain.cancel_undoing import shrink_by_hand
from app.domain.cancelling import (
    Cancellation,
    CancelTerms,
    CreditWhere,
    cancel,
    without,
)
from app.domain.crediting import enter_credit_note, settle_left
from app.domain.errors import ErrorCode, refuse
from app.domain.invoices import Invoice
from app.domain.lifecycle import status_after
from app.domain.payments import CreditSettlement
from app.domain.receivables import Receivable, no_facts
from app.domain.sales import Entitlement, EntitlementStatus, Sale, SaleAction, SaleStatus
from app.domain.validation import Check
from app.storage.cancellations import formulas_below, labels_of
from app.storage.organisations import read_organisation
from app.storage.receivables import lock_accounts, open_book
from app.storage.sales import load_sale

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.cancel_selection import Selection
    from app.domain.cancelling import CancellationCell
    from app.domain.crediting import CreditSettled
    from app.domain.organisations import CreditNotes
    from app.domain.permissions import Actor
    from app.domain.sales import SaleState
    from app.domain.settling import Book
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CancelPolicies:
    """How credit falls on invoices, how many credit notes there are, what becomes of credits."""

    credit_where: CreditWhere
    credit_notes: CreditNotes
    settlement: CreditSettlement


@dataclass(frozen=True, slots=True)
class CancelEffect:
    """A Sale before and after a cancellation, and the books of the accounts that it touches.

    `receivables` are the facts of its invoices before; `picked` ends, `live` was live until then.
    """

    today: date
    before: SaleState
    after: SaleState
    policies: CancelPolicies
    cancellation: Cancellation
    picked: tuple[Entitlement, ...]
    credit_notes: tuple[Invoice, ...]
    reductions: tuple[CancellationCell, ...]
    receivables: Mapping[UUID, Receivable]
    books: tuple[Book, ...]
    settled: tuple[CreditSettled, ...]

    def facts_after(self, invoice_id: UUID) -> Receivable | None:
        """Return the facts of an invoice as they will be."""
        for book in self.books:
            if invoice_id in book.receivables:
                return book.receivables[invoice_id]
        return self.receivables.get(invoice_id)


def lock_with_accounts(
    work: UnitOfWork, actor: Actor, sale_id: UUID, more: Collection[UUID] = (), *path: str
) -> SaleState:
    """Lock the accounts whose money a Sale's invoices concern, then the Sale, and read it.

    A Draft concerns nobody's money. `more` are accounts that are locked with them.
    """
    sale = work.get(Sale, sale_id, *path)
    locked = set(more)
    if sale.status is not SaleStatus.DRAFT:
        invoices = work.find(Invoice, sale_id=sale_id)
        locked |= {sale.account_id, *(one.account_id for one in invoices)}
    if locked:
        lock_accounts(work, locked)
    state = load_sale(work, sale_id, *path, account_id=actor.account_id)
    concerned = {one.account_id for one in state.invoices}
    if state.sale.status is not SaleStatus.DRAFT and concerned - locked:
        refuse(ErrorCode.VERSION_STALE, "another change came first; try again", *path)
    return state


def work_out(
    work: UnitOfWork,
    state: SaleState,
    selection: Selection,
    policies: CancelPolicies,
    reason: str = "",
) -> CancelEffect:
    """Say what cancelling a part of a Sale does; nothing is written.

    Raises:
        DomainError: SALE_STATUS_INVALID, and everything that is wrong with the selection.
    """
    status_after(state.sale, SaleAction.CANCEL)
    entitlements = work.find(Entitlement, sale_id=state.sale.id)
    picked = _picked(work, state, selection, entitlements)
    gone = {one.id for one in picked}
    live = [one for one in entitlements if one.status is EntitlementStatus.LIVE]
    left = [one for one in live if one.id not in gone]
    facts = {one.invoice_id: one for one in work.find(Receivable, sale_id=state.sale.id)}
    organisation = read_organisation(work)
    today = today_of(work, organisation)
    cancellation = _cancellation(work, state, policies, picked, reason, is_whole=not left)
    terms = CancelTerms(
        cancellation_id=cancellation.id,
        credit_where=policies.credit_where,
        credit_notes=policies.credit_notes,
        frozen={one.invoice_id for one in facts.values() if one.is_frozen},
        today=today,
        now=work.now,
        new_id=work.new_id,
    )
    credit_notes: tuple[Invoice, ...] = ()
    if state.sale.status is SaleStatus.DRAFT and left:
        shrunk, reductions = shrink_by_hand(state, picked, terms)
        after = _counted(without(shrunk, picked), left)
        after = revalued(work, "sale.partly_cancelled", after, picked)
    else:
        done = cancel(state, picked, terms)
        credit_notes, reductions = done.credit_notes, done.reductions
        after = _counted(done.state, left)
    if not left:
        after = replace(after, sale=_ended(work, after.sale, reason))
    books, settled = _settle(work, after, facts, credit_notes, reductions, policies)
    return CancelEffect(
        today=today,
        before=state,
        after=after,
        policies=policies,
        cancellation=cancellation,
        picked=tuple(picked),
        credit_notes=credit_notes,
        reductions=reductions,
        receivables=facts,
        books=books,
        settled=settled,
    )


def _picked(
    work: UnitOfWork, state: SaleState, selection: Selection, entitlements: Sequence[Entitlement]
) -> list[Entitlement]:
    """Return the entitlements that are selected, or refuse everything wrong with the selection."""
    wanted = {one for line in selection.lines for one in line.resource_ids}
    known = {one.resource_id for one in entitlements}
    facts = SelectionFacts(
        entitlements=entitlements,
        below=formulas_below(work, state.sale.id),
        # Of its own seats alone: the label of another club's is nobody's business.
        labels=labels_of(work, wanted & known),
    )
    check = Check()
    picked = pick(state, selection, facts, check)
    check.refuse_if_any()
    return picked


def _cancellation(
    work: UnitOfWork,
    state: SaleState,
    policies: CancelPolicies,
    picked: Sequence[Entitlement],
    reason: str,
    *,
    is_whole: bool,
) -> Cancellation:
    """Build the record of a cancellation."""
    earlier = work.find(Cancellation, sale_id=state.sale.id)
    return Cancellation(
        id=work.new_id(),
        sale_id=state.sale.id,
        sequence_no=max((one.sequence_no for one in earlier), default=0) + 1,
        reason=reason,
        credit_where=policies.credit_where,
        credit_notes=policies.credit_notes,
        is_whole=is_whole,
        amount_minor=sum(one.value_minor for one in picked),
        currency=state.sale.currency,
        preview_hash="",
        event_cancellation_id=None,
        created_by=work.actor_name,
        created_at=work.now,
    )


def _counted(state: SaleState, left: Sequence[Entitlement]) -> SaleState:
    """Return the Sale with the number of units of which nothing is left, line by line."""
    gone = count_gone(left, state.lines)
    lines = tuple(replace(line, quantity_cancelled=gone[line.id]) for line in state.lines)
    return replace(state, lines=lines)


def _ended(work: UnitOfWork, sale: Sale, reason: str) -> Sale:
    """Return the header of a Sale of which nothing is left."""
    return replace(
        sale,
        status=status_after(sale, SaleAction.CANCEL),
        cancel_reason=reason,
        cancelled_at=work.now,
        hold_expires_at=None,
    )


def _settle(
    work: UnitOfWork,
    after: SaleState,
    facts: Mapping[UUID, Receivable],
    credit_notes: Sequence[Invoice],
    reductions: Sequence[CancellationCell],
    policies: CancelPolicies,
) -> tuple[tuple[Book, ...], tuple[CreditSettled, ...]]:
    """Book the credit notes, and free what was paid in advance beyond what is left to pay."""
    reduced = {one.invoice_id for one in reductions} & facts.keys()
    touched = [one for one in after.invoices if one.id in reduced]
    books: list[Book] = []
    settled: list[CreditSettled] = []
    for account_id in sorted({one.account_id for one in (*credit_notes, *touched)}):
        own = [one for one in credit_notes if one.account_id == account_id]
        book = book_for(work, after, account_id, own, reduced, policies.settlement)
        settled += book_credit_notes(book, after, own, policies.settlement)
        for invoice in touched:
            if invoice.account_id == account_id:
                book.free_excess(invoice.id, invoice.gross_minor or 0)
        books.append(book)
    return tuple(books), tuple(settled)


def book_for(
    work: UnitOfWork,
    state: SaleState,
    account_id: UUID,
    credit_notes: Sequence[Invoice],
    more: Collection[UUID],
    settlement: CreditSettlement,
) -> Book:
    """Open an account's book with everything that settling credit notes may look at."""
    originals = originals_of(state, credit_notes)
    named = {*more, *(one for found in originals.values() for one in found)}
    return open_book(
        work,
        posting_of(work, account_id, state.sale.currency),
        invoice_ids=named,
        unsettled=settlement is CreditSettlement.OFFSET_OLDEST,
    )


def book_credit_notes(
    book: Book, state: SaleState, credit_notes: Sequence[Invoice], settlement: CreditSettlement
) -> list[CreditSettled]:
    """Book new credit notes and settle them; those of documents without a number wait."""
    originals = originals_of(state, credit_notes)
    settled: list[CreditSettled] = []
    for note in credit_notes:
        credited = [book.receivables.get(one) for one in originals[note.id]]
        is_waiting = not all(one is not None and one.is_documented for one in credited)
        book.put(replace(no_facts(note), is_waiting=is_waiting))
        if not is_waiting:
            settled += enter_credit_note(book, state, note, note.planned_on)
    for one in settled:
        settle_left(book, one, settlement, state.sale.code)
    return settled


def originals_of(state: SaleState, credit_notes: Sequence[Invoice]) -> dict[UUID, list[UUID]]:
    """Return by credit note the invoices that it credits, in the order of its cells."""
    found: dict[UUID, dict[UUID, None]] = {one.id: {} for one in credit_notes}
    for one in state.cells:
        if one.invoice_id in found:
            found[one.invoice_id][one.original_invoice_id] = None
    return {note_id: list(ids) for note_id, ids in found.items()}

"""Taking the latest cancellation of a Sale back, as long as nothing was built on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import close_book, posting_of
from app.commands.cancel_effect import lock_with_accounts, originals_of
from app.commands.drafts import reserve_seats, revalued
from app.commands.execution import InventoryTaken, Outcome
from app.commands.register import check_version
from app.domain.calendar import CalendarItem, CalendarItemStatus
from app.domain.cancel_selection import count_gone
from app.domain.cancel_undoing import give_back, regrow, undo
from app.domain.cancelling import Cancellation, CancellationCell, CancellationItem
from app.domain.crediting import void_credit_note
from app.domain.errors import DomainError, ErrorCode, Violation, refuse
from app.domain.events import Topic
from app.domain.inventory import ReservationState
from app.domain.ledger import Allocation
from app.domain.lifecycle import NEEDS, status_after
from app.domain.permissions import require
from app.domain.receivables import Receivable
from app.domain.sales import Entitlement, EntitlementStatus, SaleAction, SaleStatus
from app.domain.validation import reason_of
from app.storage.inventory import lock_resources, revive_entitlements
from app.storage.receivables import open_book
from app.storage.sales import save_sale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.invoices import Invoice
    from app.domain.permissions import Actor
    from app.domain.sales import SaleState
    from app.domain.settling import Book
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UndoCancellation:
    """A cancellation to take back, the version of its Sale, and why."""

    cancellation_id: UUID
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Undoing:
    """A cancellation that can be undone, and what it did."""

    cancellation: Cancellation
    notes: tuple[Invoice, ...]
    cells: tuple[CancellationCell, ...]
    facts: Mapping[UUID, Receivable]


def undo_cancellation(work: UnitOfWork, actor: Actor, request: UndoCancellation) -> Outcome:
    """Take the latest cancellation of a Sale back: inventory, lines, invoices, credit notes.

    Money that had been paid in advance and was freed stays free.

    Raises:
        DomainError: UNDO_IMPOSSIBLE with the reason, CALENDAR_ITEM_CLOSED, FORMULA_NEEDS_SEAT,
            REASON_REQUIRED, NOT_FOUND, VERSION_STALE, PERMISSION_DENIED.
        InventoryTaken: seats or places went to somebody else.
    """
    require(actor, NEEDS[SaleAction.UNDO_CANCEL])
    reason = reason_of(request.reason)
    found = work.get(Cancellation, request.cancellation_id, "cancellationId")
    before = lock_with_accounts(work, actor, found.sale_id, (), "cancellationId")
    status = status_after(before.sale, SaleAction.UNDO_CANCEL)
    check_version(before.sale.version, request.expected_version)
    undoing = _undoing(work, before, request.cancellation_id)
    revived = _revived(work, undoing.cancellation)
    books = _void_notes(work, before, undoing)
    after = _restored(work, before, undoing, revived)
    is_whole = undoing.cancellation.is_whole
    header = replace(after.sale, status=status, cancel_reason=None, cancelled_at=None)
    after = replace(after, sale=header if is_whole else after.sale)
    undone_id = undoing.cancellation.id
    stored = save_sale(work, "sale.cancellation_undone", before, after, undone_id)
    undone = replace(
        undoing.cancellation, undone_at=work.now, undone_by=work.actor_name, undone_reason=reason
    )
    work.update([undone])
    work.record("cancellation", undone.id, "cancellation.undone", undoing.cancellation, undone)
    for book in books:
        close_book(work, book)
    _take_again(work, revived, status)
    work.emit(
        Topic.CANCELLATION_UNDONE,
        "sale",
        stored.sale.id,
        code=stored.sale.code,
        version=stored.sale.version,
        cancellation=undone.id,
    )
    return Outcome({"sale": stored.sale.id, "cancellation": undone.id})


def explain_undo(work: UnitOfWork, state: SaleState) -> tuple[Violation, ...]:
    """Say everything that stands against undoing the latest cancellation of a Sale."""
    standing = _standing(work, state.sale.id)
    if not standing:
        return (_impossible("nothing of the Sale is cancelled"),)
    return tuple(_reasons(work, state, _gathered(work, state, standing[-1])))


def _undoing(work: UnitOfWork, state: SaleState, cancellation_id: UUID) -> _Undoing:
    """Gather what a cancellation did, or refuse with all that stands against undoing it."""
    standing = _standing(work, state.sale.id)
    if cancellation_id not in {one.id for one in standing}:
        raise DomainError(_impossible("it was undone already"))
    if standing[-1].id != cancellation_id:
        raise DomainError(_impossible("there is a later cancellation; undo that one first"))
    undoing = _gathered(work, state, standing[-1])
    reasons = _reasons(work, state, undoing)
    if reasons:
        raise DomainError(*reasons)
    return undoing


def _standing(work: UnitOfWork, sale_id: UUID) -> list[Cancellation]:
    """List the cancellations of a Sale that were not undone, in order."""
    found = work.find(Cancellation, sale_id=sale_id, undone_at=None)
    return sorted(found, key=lambda one: one.sequence_no)


def _gathered(work: UnitOfWork, state: SaleState, cancellation: Cancellation) -> _Undoing:
    """Read what a cancellation did."""
    known = {one.id for one in state.invoices}
    return _Undoing(
        cancellation,
        tuple(one for one in state.invoices if one.cancellation_id == cancellation.id),
        tuple(
            one
            for one in work.find(CancellationCell, cancellation_id=cancellation.id)
            if one.invoice_id in known
        ),
        {one.invoice_id: one for one in work.find(Receivable, sale_id=state.sale.id)},
    )


def _reasons(work: UnitOfWork, state: SaleState, undoing: _Undoing) -> list[Violation]:
    """List what was built on a cancellation since."""
    sale, cancellation = state.sale, undoing.cancellation
    if sale.finalised_at is None and sale.status is SaleStatus.CANCELLED:
        return [_impossible("a Draft that was cancelled stays so; begin another Sale")]
    if sale.finalised_at is not None and cancellation.created_at < sale.finalised_at:
        return [_impossible("it was made while the Sale was a Draft, and the Sale is Final now")]
    frozen = {one.invoice_id for one in undoing.facts.values() if one.is_frozen}
    reduced = {one.invoice_id for one in undoing.cells}
    codes = {one.id: one.code for one in state.invoices}
    found = [
        _impossible(f"credit note {one.code} has a document, or one is being made")
        for one in undoing.notes
        if one.id in frozen
    ]
    found += [
        _impossible(f"invoice {codes[one]} got a document since, or one is being made")
        for one in sorted(reduced & frozen, key=lambda one: codes[one])
    ]
    refunded: Counter[UUID | None] = Counter()
    notes = {one.id: one.code for one in undoing.notes}
    for one in work.find(Allocation, credit_id=list(notes)) if notes else ():
        if one.refund_id is not None:
            refunded[one.credit_id] += one.amount_minor
    found += [
        _impossible(f"money was paid back for credit note {code}")
        for note_id, code in notes.items()
        if refunded[note_id]
    ]
    return found


def _impossible(message: str) -> Violation:
    """Say why a cancellation cannot be undone."""
    return Violation(ErrorCode.UNDO_IMPOSSIBLE, message, ("cancellationId",))


def _revived(work: UnitOfWork, cancellation: Cancellation) -> list[Entitlement]:
    """Read the entitlements that a cancellation ended, and refuse what they cannot be again."""
    items = work.find(CancellationItem, cancellation_id=cancellation.id)
    ids = [one.entitlement_id for one in items]
    found = work.find(Entitlement, id=ids) if ids else []
    calendar = work.by_id(CalendarItem, {one.calendar_item_id for one in found}, share=True)
    closed = [one.name for one in calendar.values() if one.status is CalendarItemStatus.CANCELLED]
    if closed:
        message = f"these are cancelled: {', '.join(sorted(closed))}"
        refuse(ErrorCode.CALENDAR_ITEM_CLOSED, message, "cancellationId")
    own = {one.id for one in found}
    seats = {one.seat_entitlement_id for one in found} - own - {None}
    live = {
        one.id
        for one in work.by_id(Entitlement, seats, share=True).values()
        if one.status is EntitlementStatus.LIVE
    }
    if seats - live:
        message = "the seats of this hospitality are cancelled too; undo that first"
        refuse(ErrorCode.FORMULA_NEEDS_SEAT, message, "cancellationId")
    return found


def _restored(
    work: UnitOfWork, before: SaleState, undoing: _Undoing, revived: Sequence[Entitlement]
) -> SaleState:
    """Return the Sale with its lines, invoices and VAT from before the cancellation."""
    ids = {one.id for one in revived}
    if before.sale.status is SaleStatus.DRAFT:
        state = regrow(give_back(before, revived), undoing.cells)
        after = revalued(work, "sale.cancellation_undone", state, (), ids)
    else:
        frozen = {one.invoice_id for one in undoing.facts.values() if one.is_frozen}
        after = undo(before, undoing.cancellation.id, revived, undoing.cells, frozen)
    live = work.find(Entitlement, sale_id=before.sale.id, status=EntitlementStatus.LIVE)
    gone = count_gone([*live, *revived], after.lines)
    lines = tuple(replace(line, quantity_cancelled=gone[line.id]) for line in after.lines)
    return replace(after, lines=lines)


def _void_notes(work: UnitOfWork, state: SaleState, undoing: _Undoing) -> list[Book]:
    """Make the credit notes of a cancellation nothing in their accounts' books."""
    originals = originals_of(state, undoing.notes)
    books = []
    for account_id in sorted({one.account_id for one in undoing.notes}):
        own = [one for one in undoing.notes if one.account_id == account_id]
        named = {one.id for one in own} | {each for one in own for each in originals[one.id]}
        book = open_book(
            work,
            posting_of(work, account_id, state.sale.currency),
            invoice_ids=named,
            credit_ids=named,
        )
        for note in sorted(own, key=lambda one: one.sequence_no, reverse=True):
            void_credit_note(book, state, note, book.posting.posted_on)
        books.append(book)
    return books


def _take_again(work: UnitOfWork, revived: Sequence[Entitlement], status: SaleStatus) -> None:
    """Reserve what was freed again, or raise `InventoryTaken` with everything that is not free."""
    if not revived:
        return
    lock_resources(work, {one.resource_id for one in revived if one.resource_id is not None})
    revive_entitlements(work, revived, EntitlementStatus.CANCELLED)
    hold = ReservationState.SOLD if status is SaleStatus.FINAL else ReservationState.HELD
    places = Counter(one.pool_id for one in revived if one.pool_id is not None)
    try:
        reserve_seats(work, revived, hold)
    except InventoryTaken as taken:
        raise InventoryTaken(taken.seats, wanted=taken.wanted, places=dict(places)) from taken
    for pool_id, count in places.items():
        work.take_places(pool_id, count)

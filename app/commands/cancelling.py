"""Cancelling a Sale or a part of it: previewed, then carried out exactly as it was shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import close_book
from app.commands.cancel_effect import CancelPolicies, lock_with_accounts, work_out
from app.commands.cancel_hash import hash_of
from app.commands.cancel_preview import preview_of
from app.commands.execution import Outcome
from app.domain.cancelling import Cancellation, CancellationItem, CreditWhere
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.permissions import Permission, require
from app.domain.sales import EntitlementStatus
from app.domain.validation import reason_of
from app.storage.inventory import end_entitlements
from app.storage.organisations import read_organisation
from app.storage.sales import load_sale, save_sale

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.commands.cancel_effect import CancelEffect
    from app.commands.cancel_preview import CancelPreview
    from app.domain.cancel_selection import Selection
    from app.domain.organisations import CreditNotes
    from app.domain.payments import CreditSettlement
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CancelSale:
    """A part of a Sale to cancel, why, and how; policies that are left out are the club's.

    `preview_hash` is what the preview of the same answered.
    """

    sale_id: UUID
    selection: Selection
    reason: str = ""
    preview_hash: str = ""
    credit_where: CreditWhere = CreditWhere.PROPORTIONAL
    credit_notes: CreditNotes | None = None
    settlement: CreditSettlement | None = None


def preview_cancellation(work: UnitOfWork, actor: Actor, request: CancelSale) -> CancelPreview:
    """Say everything that a cancellation would do now; nothing is written, nothing is locked.

    Raises:
        DomainError: what `cancel_sale` refuses, except for reason and hash.
    """
    policies = _policies(work, actor, request)
    state = load_sale(work, request.sale_id, "saleId", account_id=actor.account_id, lock=False)
    return preview_of(work, work_out(work, state, request.selection, policies))


def cancel_sale(work: UnitOfWork, actor: Actor, request: CancelSale) -> Outcome:
    """Cancel what was previewed; refuses with PREVIEW_STALE whatever would differ from that.

    Raises:
        DomainError: PERMISSION_DENIED, REASON_REQUIRED, NOT_FOUND, SALE_STATUS_INVALID, everything
            that is wrong with the selection, PREVIEW_STALE.
    """
    return _carry_out(work, actor, request, has_preview=True)


def carry_out(
    work: UnitOfWork,
    actor: Actor,
    request: CancelSale,
    *,
    event_cancellation_id: UUID | None = None,
    moved_at: datetime | None = None,
) -> Outcome:
    """Cancel without a preview: for jobs and imports, whose callers confirmed something larger.

    `moved_at` is when it was cancelled elsewhere, and counts in reports; now unless said otherwise.
    """
    return _carry_out(
        work,
        actor,
        request,
        has_preview=False,
        event_cancellation_id=event_cancellation_id,
        moved_at=moved_at,
    )


def _carry_out(
    work: UnitOfWork,
    actor: Actor,
    request: CancelSale,
    *,
    has_preview: bool,
    event_cancellation_id: UUID | None = None,
    moved_at: datetime | None = None,
) -> Outcome:
    """Lock, work out, compare with the preview, write."""
    policies = _policies(work, actor, request)
    reason = reason_of(request.reason)
    state = lock_with_accounts(work, actor, request.sale_id, (), "saleId")
    effect = work_out(work, state, request.selection, policies, reason)
    digest = hash_of(effect)
    if has_preview and digest != request.preview_hash:
        message = "the Sale, its documents or payments changed since the preview; preview again"
        refuse(ErrorCode.PREVIEW_STALE, message, "previewHash")
    cancellation = replace(
        effect.cancellation, preview_hash=digest, event_cancellation_id=event_cancellation_id
    )
    _write(work, effect, cancellation, moved_at or work.now)
    return Outcome({"sale": state.sale.id, "cancellation": cancellation.id})


def _policies(work: UnitOfWork, actor: Actor, request: CancelSale) -> CancelPolicies:
    """Return the policies of a request, or refuse what the actor may not do or choose."""
    require(actor, Permission.SALE_CANCEL)
    if request.credit_where is not CreditWhere.PROPORTIONAL:
        require(actor, Permission.CREDIT_WHERE_CHOOSE)
    organisation = read_organisation(work)
    return CancelPolicies(
        request.credit_where,
        request.credit_notes or organisation.credit_notes,
        request.settlement or organisation.credit_settlement,
    )


def _write(
    work: UnitOfWork, effect: CancelEffect, cancellation: Cancellation, moved_at: datetime
) -> None:
    """Write an effect: inventory, Sale, credit notes, money, audit and events."""
    sale, after = effect.before.sale, effect.after
    if cancellation.is_whole:
        after = replace(after, sale=replace(after.sale, cancelled_at=moved_at))
    work.insert([cancellation])
    if effect.picked:
        ids = [one.id for one in effect.picked]
        end_entitlements(work, sale.id, EntitlementStatus.CANCELLED, entitlement_ids=ids)
    action = "sale.cancelled" if cancellation.is_whole else "sale.partly_cancelled"
    stored = save_sale(work, action, effect.before, after, cancellation.id, moved_at)
    work.insert(
        [
            CancellationItem(cancellation.id, one.id, one.line_id, one.value_minor, one.currency)
            for one in effect.picked
        ]
    )
    work.insert(effect.reductions)
    work.record("cancellation", cancellation.id, "cancellation.made", None, cancellation)
    for book in effect.books:
        close_book(work, book)
    topic = Topic.SALE_CANCELLED if cancellation.is_whole else Topic.SALE_PARTLY_CANCELLED
    work.emit(
        topic,
        "sale",
        sale.id,
        code=sale.code,
        version=stored.sale.version,
        cancellation=cancellation.id,
        amount_minor=cancellation.amount_minor,
        currency=cancellation.currency,
    )
    for note in effect.credit_notes:
        facts = effect.facts_after(note.id)
        work.emit(
            Topic.CREDIT_NOTE_CREATED,
            "invoice",
            note.id,
            code=note.code,
            sale_id=note.sale_id,
            gross_minor=note.gross_minor,
            currency=note.currency,
            is_waiting=facts is not None and facts.is_waiting,
        )

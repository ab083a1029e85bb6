"""What operators do with documents: decide on those that differ, correct dates and references."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.commands.document_posting import (
    find_invoice,
    lock_invoice,
    open_invoice_book,
    put_document,
)
from app.commands.documents import reject_document
from app.commands.execution import Outcome
from app.domain.claiming import CLAIM_LIMIT, hold, release
from app.domain.documents import DocumentDecision, DocumentState, InvoiceDocument
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.payment_references import reference_key
from app.domain.permissions import Permission, require
from app.domain.receivables import Receivable
from app.domain.validation import Check, reason_of
from app.storage.claims import credited_among
from app.storage.receivables import lock_accounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DecideDocument:
    """A document, what becomes of it, and why."""

    document_id: UUID
    decision: DocumentDecision
    reason: str


@dataclass(frozen=True, slots=True)
class EditDocuments:
    """Documents, and the fields of all of them that get a new value: `due_on`, `reference`."""

    document_ids: tuple[UUID, ...]
    values: Mapping[str, Any]


def decide_document(work: UnitOfWork, actor: Actor, request: DecideDocument) -> Outcome:
    """Accept a document that differs from its invoice as it is, or reject it.

    A draft's number can only be rejected.

    Raises:
        DomainError: NOT_FOUND, REASON_REQUIRED, DOCUMENT_STATE_INVALID.
    """
    require(actor, Permission.DOCUMENT_DECIDE)
    reason = reason_of(request.reason)
    found = work.get(InvoiceDocument, request.document_id, "id")
    state, invoice = lock_invoice(work, find_invoice(work, found.invoice_id, None), "id")
    before = work.get(InvoiceDocument, request.document_id, "id")
    accepts = request.decision is DocumentDecision.ACCEPT
    allowed = {DocumentState.MISMATCH} if accepts else {DocumentState.MISMATCH, DocumentState.DRAFT}
    if before.state not in allowed:
        message = f"{request.decision} is not possible: the document is {before.state}"
        refuse(ErrorCode.DOCUMENT_STATE_INVALID, message, "id")
    if not accepts:
        _reject(work, before, reason, is_offered=request.decision is not DocumentDecision.REJECT)
        return Outcome({"invoice": invoice.id, "invoice_document": before.id})
    after = replace(
        before,
        state=DocumentState.ACCEPTED,
        decided_by=work.actor_name,
        decided_at=work.now,
        decided_reason=reason,
    )
    work.update([after])
    work.record("invoice_document", after.id, "invoice_document.accepted", before, after)
    put_document(work, open_invoice_book(work, state, invoice), state, invoice, after)
    return Outcome({"invoice": invoice.id, "invoice_document": after.id})


def edit_documents(work: UnitOfWork, actor: Actor, request: EditDocuments) -> Outcome:
    """Change due date or reference of documents, of all of them or none.

    Amounts, numbers and issue dates of a document never change.

    Raises:
        DomainError: NOT_FOUND, DOCUMENT_STATE_INVALID for rejected ones, DATE_RANGE_INVALID.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    check = Check()
    check.size("ids", request.document_ids, CLAIM_LIMIT)
    check.optional_text("reference", request.values.get("reference"))
    if request.values.get("due_on", check) is None:
        check.add(ErrorCode.DATE_INVALID, "dueOn must not be empty", "dueOn")
    check.refuse_if_any()
    ids = list(dict.fromkeys(request.document_ids))
    known = work.by_id(InvoiceDocument, ids)
    lock_accounts(work, {one.account_id for one in known.values()})
    known = work.by_id(InvoiceDocument, ids)
    after = []
    for index, one in enumerate(ids):
        at = check.below("ids", str(index))
        if one not in known:
            at.add(ErrorCode.NOT_FOUND, "no such invoice document")
        elif known[one].state is DocumentState.REJECTED:
            at.add(ErrorCode.DOCUMENT_STATE_INVALID, "a rejected document is kept as it is")
        else:
            after.append(_edited(known[one], request.values, check))
    check.refuse_if_any()
    work.update(after)
    for document in after:
        _follow(work, document)
        before = known[document.id]
        work.record("invoice_document", document.id, "invoice_document.changed", before, document)
    return Outcome({f"{index:04}": one for index, one in enumerate(ids)})


def _reject(work: UnitOfWork, before: InvoiceDocument, reason: str, *, is_offered: bool) -> None:
    """Keep a document only for the record, and say who makes the next one."""
    reject_document(work, before, reason)
    (facts,) = work.find(Receivable, invoice_id=before.invoice_id)
    bare = replace(
        facts,
        document_id=None,
        document_state=None,
        document_no=None,
        issued_on=None,
        due_on=None,
    )
    after = hold(bare, before.source, work.now)
    if is_offered:
        credited = credited_among(work, [before.invoice_id])
        after = release(after, work.now, is_credited=bool(credited))
        work.emit(Topic.INVOICE_RELEASED, "invoice", before.invoice_id, sale_id=facts.sale_id)
    work.update([after])


def _edited(before: InvoiceDocument, values: Mapping[str, Any], check: Check) -> InvoiceDocument:
    """Return a document with its new values, or collect a due date that is too early."""
    after = replace(before, **values)
    if "reference" in values:
        after = replace(after, reference_key=reference_key(after.reference))
    if "due_on" in values:
        check.days("issuedOn", after.issued_on, "dueOn", after.due_on)
    return after


def _follow(work: UnitOfWork, document: InvoiceDocument) -> None:
    """Write a document's due date into the facts of its invoice."""
    found = work.find(Receivable, invoice_id=document.invoice_id)
    facts = [replace(one, due_on=document.due_on) for one in found]
    work.write_changed(found, facts)

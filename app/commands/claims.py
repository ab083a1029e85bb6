"""Claims of invoicing systems: which invoices they make documents of, so that no other does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.domain.claiming import (
    CLAIM_LIMIT,
    claim,
    has_lease,
    release,
    why_not_billable,
    why_taken,
)
from app.domain.documents import DocumentSource
from app.domain.errors import ErrorCode
from app.domain.events import Topic
from app.domain.invoices import Invoice
from app.domain.permissions import Permission, require
from app.domain.receivables import Receivable
from app.domain.sales import Sale
from app.domain.validation import Check
from app.storage.claims import credited_among, lock_billable
from app.storage.organisations import read_organisation
from app.storage.receivables import lock_accounts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ClaimInvoices:
    """Invoices that a source wants alone: those named, or up to `limit` planned `until` a day."""

    source: str
    invoice_ids: tuple[UUID, ...] = ()
    codes: tuple[str, ...] = ()
    limit: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ReleaseClaims:
    """Claimed invoices to give back; `source` is left out by an operator."""

    invoice_ids: tuple[UUID, ...]
    source: str | None = None


def claim_invoices(work: UnitOfWork, actor: Actor, request: ClaimInvoices) -> Outcome:
    """Give invoices to one source for the time of a lease, and freeze their amounts.

    Named invoices are claimed all or none, also before their date. Others are those that are due,
    the earliest first; what somebody else is working with at this moment is left out.

    Raises:
        DomainError: NOT_FOUND, CLAIM_TAKEN and INVOICE_NOT_BILLABLE, for each named invoice.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    _check_request(work, request)
    if request.invoice_ids or request.codes:
        wanted = _claim_named(work, request)
    else:
        wanted = _claim_due(work, request)
    organisation = read_organisation(work)
    for invoice, facts in wanted:
        after = claim(invoice, facts, request.source, work.now, organisation.claim_lease_minutes)
        work.write_changed([facts] if facts is not None else [], [after])
        work.record("invoice", invoice.id, "invoice.claimed", facts, after)
        work.emit(
            Topic.INVOICE_CLAIMED,
            "invoice",
            invoice.id,
            code=invoice.code,
            sale_id=invoice.sale_id,
            source=request.source,
        )
    return Outcome({f"{index:04}": one.id for index, (one, _) in enumerate(wanted)})


def release_claims(work: UnitOfWork, actor: Actor, request: ReleaseClaims) -> Outcome:
    """Give claimed invoices back, all or none: they are offered again.

    Raises:
        DomainError: NOT_FOUND; CLAIM_TAKEN when another source claimed it; DOCUMENT_EXISTS when
            its document is there; INVOICE_NOT_BILLABLE when nobody claimed it.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    check = Check()
    check.size("invoiceIds", request.invoice_ids, CLAIM_LIMIT)
    check.refuse_if_any()
    found = _lock(work, request.invoice_ids, (), check)
    for index, (invoice, _, facts) in enumerate(found):
        path = ("invoiceIds", str(index))
        if facts is None or facts.claimed_at is None:
            message = f"nobody claimed invoice {invoice.code}"
            check.add(ErrorCode.INVOICE_NOT_BILLABLE, message, *path)
        elif facts.document_id is not None:
            message = f"invoice {invoice.code} has document {facts.document_no}"
            check.add(ErrorCode.DOCUMENT_EXISTS, message, *path)
        elif request.source not in {None, facts.claimed_by}:
            message = f"{facts.claimed_by} claimed invoice {invoice.code}"
            check.add(ErrorCode.CLAIM_TAKEN, message, *path)
    check.refuse_if_any()
    credited = credited_among(work, request.invoice_ids)
    for invoice, _, facts in found:
        assert facts is not None  # noqa: S101 - checked above
        after = release(facts, work.now, is_credited=invoice.id in credited)
        work.write_changed([facts], [after])
        work.record("invoice", invoice.id, "invoice.released", facts, after)
        work.emit(
            Topic.INVOICE_RELEASED,
            "invoice",
            invoice.id,
            code=invoice.code,
            sale_id=invoice.sale_id,
        )
    return Outcome({f"{index:04}": one.id for index, (one, _, _) in enumerate(found)})


def _check_request(work: UnitOfWork, request: ClaimInvoices) -> None:
    """Refuse a malformed request."""
    check = Check()
    check.code("source", request.source)
    check.whole("limit", request.limit, 1, CLAIM_LIMIT)
    check.day("until", request.until)
    check.size("invoiceIds", request.invoice_ids, CLAIM_LIMIT)
    check.size("codes", request.codes, CLAIM_LIMIT)
    ways = [bool(request.invoice_ids), bool(request.codes), request.limit is not None]
    if ways.count(True) != 1:
        message = "give invoiceIds, codes or a limit, and only one of them"
        check.add(ErrorCode.INPUT_INVALID, message, "limit")
    known = work.find(DocumentSource, code=request.source)
    if known and not known[0].is_active:
        message = f"document source {request.source} is not active"
        check.add(ErrorCode.INPUT_INVALID, message, "source")
    check.refuse_if_any()


def _claim_named(
    work: UnitOfWork, request: ClaimInvoices
) -> list[tuple[Invoice, Receivable | None]]:
    """Lock the named invoices, or refuse everything that stands against it."""
    check = Check()
    found = _lock(work, request.invoice_ids, request.codes, check)
    name = "invoiceIds" if request.invoice_ids else "codes"
    for index, (invoice, sale, facts) in enumerate(found):
        for problem in (
            why_not_billable(invoice, sale.status, facts),
            why_taken(invoice, facts, request.source, work.now),
        ):
            if problem is not None:
                check.add(problem.code, problem.message, name, str(index))
                break
    check.refuse_if_any()
    return [(invoice, facts) for invoice, _, facts in found]


def _claim_due(work: UnitOfWork, request: ClaimInvoices) -> list[tuple[Invoice, Receivable | None]]:
    """Lock invoices that are due and that nobody is working with."""
    until = request.until or today_of(work, read_organisation(work))
    wanted: list[tuple[Invoice, Receivable | None]] = []
    passed: set[UUID] = set()
    while len(wanted) < (request.limit or 0):
        ids = lock_billable(work, until, work.now, (request.limit or 0) - len(wanted), passed)
        if not ids:
            break
        passed.update(ids)
        # Read again under the lock: another system may have been a moment faster.
        for invoice, sale, facts in _facts_of(work, ids):
            is_free = facts is None or not has_lease(facts, work.now)
            if is_free and why_not_billable(invoice, sale.status, facts) is None:
                wanted.append((invoice, facts))
    return wanted


def _lock(
    work: UnitOfWork, invoice_ids: Sequence[UUID], codes: Sequence[str], check: Check
) -> list[tuple[Invoice, Sale, Receivable | None]]:
    """Lock the accounts and Sales of named invoices, and read them in the order asked.

    Refuses with NOT_FOUND, at its place, every one that is not here; one named twice counts once.
    """
    by_name: dict[object, Invoice] = {}
    if invoice_ids:
        by_name |= {one.id: one for one in work.find(Invoice, id=list(invoice_ids))}
    if codes:
        by_name |= {one.code: one for one in work.find(Invoice, code=list(codes))}
    name = "invoiceIds" if invoice_ids else "codes"
    for index, wanted in enumerate(invoice_ids or codes):
        if wanted not in by_name:
            check.add(ErrorCode.NOT_FOUND, "no such invoice", name, str(index))
    check.refuse_if_any()
    lock_accounts(work, {one.account_id for one in by_name.values()})
    work.find(Sale, lock=True, id={one.sale_id for one in by_name.values()})
    ids = dict.fromkeys(by_name[wanted].id for wanted in (invoice_ids or codes))
    return _facts_of(work, list(ids))


def _facts_of(
    work: UnitOfWork, ids: Sequence[UUID]
) -> list[tuple[Invoice, Sale, Receivable | None]]:
    """Read invoices with their Sales and facts, in the order given; those that are gone not."""
    invoices = {one.id: one for one in work.find(Invoice, id=list(ids))}
    sales = work.by_id(Sale, {one.sale_id for one in invoices.values()})
    facts = {one.invoice_id: one for one in work.find(Receivable, invoice_id=list(ids))}
    found = [invoices[one] for one in ids if one in invoices]
    return [(one, sales[one.sale_id], facts.get(one.id)) for one in found]

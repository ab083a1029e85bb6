"""Claims: which invoices an invoicing system may make documents of, and for how long alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, Violation
from app.domain.receivables import no_facts
from app.domain.sales import SaleStatus

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.invoices import Invoice
    from app.domain.receivables import Receivable

CLAIM_LIMIT = 500
"""Invoices of one claim."""
BILLED = frozenset({SaleStatus.FINAL, SaleStatus.CANCELLED})
"""Sales whose invoices can have documents; of a cancelled one those are credit notes, mostly."""


def why_not_billable(
    invoice: Invoice, status: SaleStatus, facts: Receivable | None, *, is_reported: bool = False
) -> Violation | None:
    """Say why no document can be made of an invoice; None when one can.

    When one `is_reported`, it was made already: then only what has no amount at all is refused.
    """
    reason = None
    if status not in BILLED:
        reason = f"its Sale is {status}; only invoices of a Final Sale are billed"
    elif facts is not None and facts.is_waiting:
        reason = "it credits an invoice whose document is not there yet; that one comes first"
    elif not is_reported and facts is not None and facts.document_id is not None:
        reason = f"document {facts.document_no} was reported already"
    elif invoice.amount_minor == 0 and (facts is None or not facts.is_frozen):
        reason = "it is void: nothing is left to be invoiced"
    if reason is None:
        return None
    message = f"invoice {invoice.code} cannot have a document now: {reason}"
    return Violation(ErrorCode.INVOICE_NOT_BILLABLE, message)


def why_taken(
    invoice: Invoice, facts: Receivable | None, source: str, now: datetime
) -> Violation | None:
    """Say that another source is making an invoice's document; None when none is.

    A lease that has ended keeps nobody away; one without an end does until it is given back.
    """
    if facts is None or facts.claimed_by in {None, source} or not has_lease(facts, now):
        return None
    until = "it gives it back" if facts.claim_expires_at is None else str(facts.claim_expires_at)
    message = f"{facts.claimed_by} is making the document of {invoice.code}, until {until}"
    return Violation(ErrorCode.CLAIM_TAKEN, message)


def has_lease(facts: Receivable, now: datetime) -> bool:
    """Tell whether a claim still keeps others away."""
    if facts.claimed_at is None:
        return False
    return facts.claim_expires_at is None or facts.claim_expires_at > now


def claim(
    invoice: Invoice, facts: Receivable | None, source: str, now: datetime, lease_minutes: int
) -> Receivable:
    """Return the facts of an invoice that a source claims from now on; its amounts are frozen."""
    return replace(
        facts or no_facts(invoice),
        claimed_by=source,
        claimed_at=now,
        claim_expires_at=now + timedelta(minutes=lease_minutes),
    )


def release(facts: Receivable, now: datetime, *, is_credited: bool) -> Receivable:
    """Return the facts of an invoice that a source gives back.

    Once it is credited it stays frozen, because its credit notes stand beside its amounts: then
    only the lease ends, so that any source may claim it.
    """
    if is_credited:
        return replace(facts, claim_expires_at=now)
    return replace(facts, claimed_by=None, claimed_at=None, claim_expires_at=None)


def hold(facts: Receivable, source: str, now: datetime) -> Receivable:
    """Return the facts of an invoice that waits for another document of the same source."""
    return replace(
        facts, claimed_by=source, claimed_at=facts.claimed_at or now, claim_expires_at=None
    )

"""Statement entries: what they pay is booked, a person decides on the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import first_open_day
from app.commands.execution import Outcome
from app.commands.payments import ALLOCATION_LIMIT, RecordPayment, record_payment
from app.commands.settling import ReversePayment, reverse_payment
from app.domain.accounts import Account
from app.domain.errors import ErrorCode, refuse
from app.domain.payments import PaymentMethod
from app.domain.permissions import Permission, require
from app.domain.statements import (
    EntryKind,
    EntryStatus,
    MatchRule,
    PaymentProposal,
    ProposalStatus,
    StatementEntry,
    after_rejection,
    require_open_proposal,
    require_unsettled,
)
from app.domain.validation import Check, reason_of
from app.storage.organisations import read_organisation
from app.storage.statements import lock_matching

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

BANK_SOURCE = "STATEMENT"
"""The source of payments that entries of bank statements became; the external id is their key."""


@dataclass(frozen=True, slots=True)
class AcceptProposal:
    """A proposal that is right."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True)
class RejectProposal:
    """A proposal that is wrong, and why."""

    proposal_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class MatchEntry:
    """Whose money an entry is, and what it pays; without invoices it is a credit."""

    entry_id: UUID
    account_id: UUID
    invoice_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAsideEntry:
    """An entry that is no customer's payment, and why."""

    entry_id: UUID
    reason: str


def accept_proposal(work: UnitOfWork, actor: Actor, request: AcceptProposal) -> Outcome:
    """Book what a proposal says; the others of its entry are rejected.

    Raises:
        DomainError: NOT_FOUND, ENTRY_SETTLED, and what recording or reversing a payment refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    lock_matching(work)
    proposal = work.get(PaymentProposal, request.proposal_id, "paymentProposalId")
    require_open_proposal(proposal)
    entry = work.get(StatementEntry, proposal.entry_id, lock=True)
    require_unsettled(entry, "paymentProposalId")
    after = (
        take_back(work, actor, entry, proposal.payment_id, proposal.reason)
        if proposal.payment_id is not None
        else pay_entry(work, actor, entry, proposal.account_id, proposal.invoice_ids, proposal.rule)
    )
    close_entry(work, entry, replace(after, reason=proposal.reason), accepted=proposal)
    return Outcome({"statement_entry": entry.id})


def reject_proposal(work: UnitOfWork, actor: Actor, request: RejectProposal) -> Outcome:
    """Note that a proposal is wrong; after the last one its entry is open again.

    Raises:
        DomainError: NOT_FOUND, ENTRY_SETTLED, REASON_REQUIRED.
    """
    require(actor, Permission.PAYMENT_RECORD)
    reason = reason_of(request.reason)
    lock_matching(work)
    proposal = work.get(PaymentProposal, request.proposal_id, "paymentProposalId")
    require_open_proposal(proposal)
    entry = work.get(StatementEntry, proposal.entry_id, lock=True)
    rejected = _decided(work, proposal, ProposalStatus.REJECTED)
    work.update([rejected])
    work.record("payment_proposal", proposal.id, "proposal.rejected", proposal, rejected)
    told = {"reason": reason}
    work.record_values("statement_entry", entry.id, "entry.proposal_rejected", None, told)
    left = work.find(PaymentProposal, entry_id=entry.id, status=ProposalStatus.OPEN)
    after = after_rejection(entry, len(left))
    if after != entry:
        work.update([_touched(work, entry, after)])
    return Outcome({"statement_entry": entry.id})


def match_entry(work: UnitOfWork, actor: Actor, request: MatchEntry) -> Outcome:
    """Book an entry as a person says.

    Raises:
        DomainError: NOT_FOUND, ENTRY_SETTLED; INPUT_INVALID for money that went out; and what
            recording a payment refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    check = Check()
    check.size("invoiceIds", request.invoice_ids, ALLOCATION_LIMIT)
    check.refuse_if_any()
    lock_matching(work)
    entry = work.get(StatementEntry, request.entry_id, "statementEntryId", lock=True)
    require_unsettled(entry, "statementEntryId")
    work.get(Account, request.account_id, "accountId")
    if entry.amount_minor <= 0 or entry.kind not in {EntryKind.BANK, EntryKind.PAYMENT}:
        message = "the money did not come from a customer; set the entry aside"
        refuse(ErrorCode.INPUT_INVALID, message, "statementEntryId")
    by = MatchRule.BY_HAND
    after = pay_entry(work, actor, entry, request.account_id, request.invoice_ids, by)
    close_entry(work, entry, replace(after, reason=f"matched by {work.actor_name}"))
    return Outcome({"statement_entry": entry.id})


def set_entry_aside(work: UnitOfWork, actor: Actor, request: SetAsideEntry) -> Outcome:
    """Take an entry off the work list that is no customer's payment.

    Raises:
        DomainError: NOT_FOUND, ENTRY_SETTLED, REASON_REQUIRED.
    """
    require(actor, Permission.PAYMENT_RECORD)
    reason = reason_of(request.reason)
    lock_matching(work)
    entry = work.get(StatementEntry, request.entry_id, "statementEntryId", lock=True)
    require_unsettled(entry, "statementEntryId")
    close_entry(work, entry, replace(entry, status=EntryStatus.SET_ASIDE, reason=reason))
    return Outcome({"statement_entry": entry.id})


def pay_entry(
    work: UnitOfWork,
    actor: Actor,
    entry: StatementEntry,
    account_id: UUID,
    invoice_ids: tuple[UUID, ...],
    rule: MatchRule,
) -> StatementEntry:
    """Record the payment that an entry is, once, and return the entry as matched.

    What the invoices do not take stays a credit of the account. An entry of a closed period is
    posted on the first open day.
    """
    is_bank = entry.kind is EntryKind.BANK
    first = first_open_day(read_organisation(work), entry.booked_on)
    request = RecordPayment(
        account_id=account_id,
        amount_minor=entry.amount_minor,
        currency=entry.currency,
        received_on=entry.booked_on,
        method=PaymentMethod.BANK_TRANSFER if is_bank else PaymentMethod.ONLINE,
        source=BANK_SOURCE if is_bank else entry.system,
        external_id=entry.key if is_bank else entry.provider_payment_id,
        posted_on=None if first == entry.booked_on else first,
        invoice_ids=invoice_ids,
    )
    payment_id = record_payment(work, actor, request).ids["payment"]
    return replace(entry, status=EntryStatus.MATCHED, rule=rule, payment_id=payment_id)


def take_back(
    work: UnitOfWork, actor: Actor, entry: StatementEntry, payment_id: UUID, reason: str
) -> StatementEntry:
    """Reverse the payment that an entry took back, and return the entry as matched."""
    first = first_open_day(read_organisation(work), entry.booked_on)
    posted_on = None if first == entry.booked_on else first
    reverse_payment(work, actor, ReversePayment(payment_id, reason, posted_on=posted_on))
    rule = MatchRule.REVERSAL
    return replace(entry, status=EntryStatus.MATCHED, rule=rule, payment_id=payment_id)


def close_entry(
    work: UnitOfWork,
    before: StatementEntry,
    after: StatementEntry,
    accepted: PaymentProposal | None = None,
) -> None:
    """Store what became of an entry, and decide on the proposals that are left of it."""
    stored = _touched(work, before, after)
    work.update([stored])
    work.record("statement_entry", before.id, "entry.settled", before, stored)
    open_ones = work.find(PaymentProposal, entry_id=before.id, status=ProposalStatus.OPEN)
    for one in open_ones:
        is_accepted = accepted is not None and one.id == accepted.id
        status = ProposalStatus.ACCEPTED if is_accepted else ProposalStatus.REJECTED
        work.update([_decided(work, one, status)])


def _touched(work: UnitOfWork, before: StatementEntry, after: StatementEntry) -> StatementEntry:
    """Return an entry in its next version."""
    return replace(after, version=before.version + 1, updated_at=work.now)


def _decided(
    work: UnitOfWork, proposal: PaymentProposal, status: ProposalStatus
) -> PaymentProposal:
    """Return a proposal on which somebody decided."""
    return replace(proposal, status=status, decided_by=work.actor_name, decided_at=work.now)

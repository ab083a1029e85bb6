"""Movements of bank accounts and PSPs, what became of each, and proposals for those in doubt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class EntryKind(StrEnum):
    """What moved: money on a bank account, or something on the balance of a PSP."""

    BANK = "BANK"
    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    CHARGEBACK = "CHARGEBACK"
    FEE = "FEE"
    PAYOUT = "PAYOUT"


class EntryStatus(StrEnum):
    """What became of an entry. OPEN and PROPOSED ones are the work list."""

    OPEN = "OPEN"
    PROPOSED = "PROPOSED"
    MATCHED = "MATCHED"
    SET_ASIDE = "SET_ASIDE"


class MatchRule(StrEnum):
    """By what an entry was matched; the order is that in which the rules are tried."""

    STRUCTURED_REFERENCE = "STRUCTURED_REFERENCE"
    PAYOUT = "PAYOUT"
    NUMBER_IN_TEXT = "NUMBER_IN_TEXT"
    AMOUNT_AND_ACCOUNT = "AMOUNT_AND_ACCOUNT"
    AMOUNT_AND_NAME = "AMOUNT_AND_NAME"
    PROVIDER_ID = "PROVIDER_ID"
    REVERSAL = "REVERSAL"
    BY_HAND = "BY_HAND"


class ProposalStatus(StrEnum):
    """What a person said to a proposal; one that another made needless is REJECTED too."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One movement, as its statement has it, and what became of it.

    `key` names it once: account, statement, reference, index. `amount_minor` is positive for money
    that came in; `fee_minor` is what a PSP kept of it, for a matched payout of all its parts.
    `payout_entry_id` is the entry of the PSP that a bank's entry paid out.
    """

    id: UUID
    key: str
    system: str
    account: str
    statement_id: str
    entry_ref: str
    entry_index: int
    kind: EntryKind
    booked_on: date
    valued_on: date | None
    amount_minor: int
    fee_minor: int
    currency: str
    counterparty_name: str | None
    counterparty_iban: str | None
    structured_reference: str | None
    text: str | None
    end_to_end_id: str | None
    payout_id: str | None
    provider_payment_id: str | None
    is_reversal: bool
    status: EntryStatus
    rule: MatchRule | None
    reason: str | None
    payment_id: UUID | None
    refund_id: UUID | None
    payout_entry_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentProposal:
    """What an entry may mean: a payment of invoices in order, or the return of a payment."""

    id: UUID
    entry_id: UUID
    rule: MatchRule
    status: ProposalStatus
    account_id: UUID
    invoice_ids: tuple[UUID, ...]
    payment_id: UUID | None
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


_SETTLED = frozenset({EntryStatus.MATCHED, EntryStatus.SET_ASIDE})
_SAID = (
    "system",
    "kind",
    "booked_on",
    "valued_on",
    "amount_minor",
    "fee_minor",
    "currency",
    "counterparty_name",
    "counterparty_iban",
    "structured_reference",
    "text",
    "end_to_end_id",
    "payout_id",
    "provider_payment_id",
    "is_reversal",
)
"""What the statement says of an entry, beside its key."""


def require_unsettled(entry: StatementEntry, *path: str) -> None:
    """Refuse with ENTRY_SETTLED an entry that is matched or set aside already."""
    if entry.status in _SETTLED:
        message = f"the entry is {entry.status} already; an entry is settled once"
        refuse(ErrorCode.ENTRY_SETTLED, message, *path)


def require_open_proposal(proposal: PaymentProposal) -> None:
    """Refuse with ENTRY_SETTLED a proposal that somebody decided on already."""
    if proposal.status is not ProposalStatus.OPEN:
        message = f"the proposal is {proposal.status} already"
        refuse(ErrorCode.ENTRY_SETTLED, message, "paymentProposalId")


def require_same(known: StatementEntry, told: StatementEntry) -> None:
    """Refuse with PAYMENT_CONFLICT an entry that comes again with other content."""
    differing = [name for name in _SAID if getattr(known, name) != getattr(told, name)]
    if differing:
        shown = ", ".join(name.removesuffix("_minor").replace("_", " ") for name in differing)
        message = f"entry {known.key} came before with another {shown}; ask the bank which is right"
        refuse(ErrorCode.PAYMENT_CONFLICT, message, "entry")


def after_rejection(entry: StatementEntry, left: int) -> StatementEntry:
    """Return an entry of which a proposal was rejected, and `left` are still open."""
    if left:
        return entry
    reason = "every proposal was rejected; say whose money it is, or set it aside"
    return replace(entry, status=EntryStatus.OPEN, reason=reason)

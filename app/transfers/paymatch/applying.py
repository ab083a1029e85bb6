"""Taking statement entries in: stored once, decided, and booked through the payment commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.statement_entries import close_entry, pay_entry, take_back
from app.domain.errors import DomainError
from app.domain.permissions import Permission, require
from app.domain.statements import (
    EntryStatus,
    MatchRule,
    PaymentProposal,
    ProposalStatus,
    StatementEntry,
    require_same,
)
from app.storage.organisations import read_organisation
from app.storage.statements import lock_matching
from app.transfers.paymatch.deciding import SentPayout, decide
from app.transfers.paymatch.ground import ground_of
from app.transfers.paymatch.providers import is_known_to_provider, settle_provider_entry
from app.transfers.paymatch.reading import entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.paymatch.deciding import Choice


def take_entry(work: UnitOfWork, actor: Actor, system: str, record: Mapping[str, Any]) -> Outcome:
    """Store an entry of a statement once, and book what it pays, or say why not.

    What is refused while it is booked leaves the entry on the work list, with the refusal as its
    reason; it is never lost. An entry that comes again is answered again.

    Raises:
        TransferFaultError: RECORD where the record is malformed.
        DomainError: PAYMENT_CONFLICT where it comes again with other content.
    """
    require(actor, Permission.PAYMENT_RECORD)
    entry = entry_of(work, system, record)
    lock_matching(work)
    for known in work.find(StatementEntry, key=entry.key):
        require_same(known, entry)
        return Outcome({"statement_entry": known.id})
    work.insert([entry])
    _settle(work, actor, entry)
    if entry.payout_id is not None:
        match_open_entries(work, actor)
    return Outcome({"statement_entry": entry.id})


def match_open_entries(work: UnitOfWork, actor: Actor) -> int:
    """Look again at the entries on which nothing was decided; return how many are settled now.

    Invoices, payments and parts of payouts may have come after them.
    """
    require(actor, Permission.PAYMENT_RECORD)
    lock_matching(work)
    before = work.find(StatementEntry, lock=True, status=EntryStatus.OPEN)
    decided = {one.entry_id for one in work.find(PaymentProposal, entry_id=[e.id for e in before])}
    for entry in before:
        if entry.id not in decided:
            _settle(work, actor, entry)
    left = work.by_id(StatementEntry, [one.id for one in before]).values()
    return sum(one.status is EntryStatus.MATCHED for one in left)


def _settle(work: UnitOfWork, actor: Actor, entry: StatementEntry) -> None:
    """Decide what an entry is and book it; what is refused stays open."""
    if is_known_to_provider(work, entry):
        _attempt(work, entry, lambda: settle_provider_entry(work, actor, entry))
        return
    tolerance = read_organisation(work).payment_tolerance_minor
    decision = decide(entry, ground_of(work, entry), tolerance)
    wanted = decision.book
    if wanted is not None:
        _attempt(work, entry, lambda: _booked(work, actor, entry, wanted, decision.reason))
        return
    changed = replace(entry, status=decision.status, reason=decision.reason)
    work.insert([_proposal(work, entry.id, one) for one in decision.proposals])
    if changed != entry:
        work.update([replace(changed, version=entry.version + 1, updated_at=work.now)])


def _attempt(work: UnitOfWork, entry: StatementEntry, book: Callable[[], StatementEntry]) -> None:
    """Book an entry; a refusal undoes what was written for it, and becomes its reason."""
    try:
        with work.connection.begin_nested():
            after = book()
    except DomainError as error:
        after = replace(entry, reason="; ".join(one.message for one in error.violations))
    if after.status is EntryStatus.OPEN:
        if after != entry:
            work.update([replace(after, version=entry.version + 1, updated_at=work.now)])
        return
    close_entry(work, entry, after)


def _booked(
    work: UnitOfWork,
    actor: Actor,
    entry: StatementEntry,
    wanted: Choice | SentPayout,
    reason: str,
) -> StatementEntry:
    """Book what was decided, and return the entry as matched."""
    if isinstance(wanted, SentPayout):
        return replace(
            entry,
            status=EntryStatus.MATCHED,
            rule=MatchRule.PAYOUT,
            reason=reason,
            payout_entry_id=wanted.entry_id,
            fee_minor=wanted.fee_minor,
        )
    if wanted.payment_id is not None:
        after = take_back(work, actor, entry, wanted.payment_id, reason)
    else:
        after = pay_entry(work, actor, entry, wanted.account_id, wanted.invoice_ids, wanted.rule)
    return replace(after, reason=reason)


def _proposal(work: UnitOfWork, entry_id: UUID, choice: Choice) -> PaymentProposal:
    """Return a proposal as it is stored."""
    return PaymentProposal(
        id=work.new_id(),
        entry_id=entry_id,
        rule=choice.rule,
        status=ProposalStatus.OPEN,
        account_id=choice.account_id,
        invoice_ids=choice.invoice_ids,
        payment_id=choice.payment_id,
        reason=choice.reason,
        decided_by=None,
        decided_at=None,
        created_at=work.now,
    )

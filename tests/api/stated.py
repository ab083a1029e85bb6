"""A movement of a club's bank account, and a proposal of what it pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.accounts import Account
from app.domain.permissions import Actor, Role
from app.domain.statements import MatchRule, PaymentProposal, ProposalStatus
from app.resolvers.ids import encode_id
from app.storage.identity import new_id
from app.transfers.paymatch.applying import take_entry

if TYPE_CHECKING:
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork
    from tests.club import Club


def entry_of_a_statement(club: Club) -> dict[str, str]:
    """Take in a movement of a bank account that may be the account's; return ids of both."""
    actor = Actor(club.organisation.id, new_id(), Role.ROOT)
    moved = {"account": "BE71096123456769", "statement_id": "S1", "entry_ref": "1", "index": 0}
    told = {"booked_on": "2026-02-01", "amount": "3.00", "currency": "EUR"}
    text = {"text": "what for?"}

    def take(work: UnitOfWork) -> tuple[UUID, UUID]:
        done = take_entry(work, actor, "BANK", moved | told | text)
        (account,) = work.find(Account, code="A1")
        proposal = PaymentProposal(
            id=work.new_id(),
            entry_id=done.ids["statement_entry"],
            rule=MatchRule.AMOUNT_AND_NAME,
            status=ProposalStatus.OPEN,
            account_id=account.id,
            invoice_ids=(),
            payment_id=None,
            reason="a similar name",
            decided_by=None,
            decided_at=None,
            created_at=work.now,
        )
        work.insert([proposal])
        return done.ids["statement_entry"], proposal.id

    entry_id, proposal_id = club.runner.transact(club.organisation.id, "test", take)
    return {
        "statement_entry": encode_id("statement_entry", entry_id),
        "payment_proposal": encode_id("payment_proposal", proposal_id),
    }

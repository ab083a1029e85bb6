"""Inputs of mutations of statement entries and proposals as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.statement_entries import (
    AcceptProposal,
    MatchEntry,
    RejectProposal,
    SetAsideEntry,
)
from app.resolvers.ids import checked_id

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.validation import Check


def accept_proposal(given: Any, check: Check) -> AcceptProposal:  # noqa: ANN401 - an input object, as below
    """Turn a PaymentProposalAcceptInput into its request."""
    return AcceptProposal(_proposal_id(given, check))


def reject_proposal(given: Any, check: Check) -> RejectProposal:  # noqa: ANN401
    """Turn a PaymentProposalRejectInput into its request."""
    return RejectProposal(_proposal_id(given, check), given.reason)


def match_entry(given: Any, check: Check) -> MatchEntry:  # noqa: ANN401
    """Turn a StatementEntryMatchInput into its request."""
    return MatchEntry(
        entry_id=_entry_id(given, check),
        account_id=checked_id("account", given.account_id, check, "accountId"),
        invoice_ids=tuple(
            checked_id("invoice", one, check, "invoiceIds", str(index))
            for index, one in enumerate(given.invoice_ids or ())
        ),
    )


def set_entry_aside(given: Any, check: Check) -> SetAsideEntry:  # noqa: ANN401
    """Turn a StatementEntrySetAsideInput into its request."""
    return SetAsideEntry(_entry_id(given, check), given.reason)


def _entry_id(given: Any, check: Check) -> UUID:  # noqa: ANN401
    return checked_id("statement_entry", given.statement_entry_id, check, "statementEntryId")


def _proposal_id(given: Any, check: Check) -> UUID:  # noqa: ANN401
    return checked_id("payment_proposal", given.payment_proposal_id, check, "paymentProposalId")

"""Movements of bank accounts and PSPs, and proposals of what they pay, in the API."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Optional

import strawberry

from app.commands import statement_entries as commands
from app.domain.statements import EntryKind, EntryStatus, MatchRule, ProposalStatus
from app.resolvers import statement_requests as requests
from app.schema.fields import (
    Node,
    author,
    column,
    connected,
    created_column,
    money,
    node,
    to_many,
    to_one,
)
from app.schema.inputs import described, given, key, maybe, where
from app.schema.payloads import action_mutation
from app.storage.conditions import Comparison

described(
    EntryKind,
    "What moved.",
    {
        "BANK": "Money on a bank account.",
        "PAYMENT": "A payment on the balance of a PSP.",
        "REFUND": "A refund on the balance of a PSP.",
        "CHARGEBACK": "A payment that was charged back at a PSP.",
        "FEE": "What a PSP kept.",
        "PAYOUT": "What a PSP sent to the bank.",
    },
)
described(
    EntryStatus,
    "What became of an entry; OPEN and PROPOSED ones are the work list.",
    {
        "OPEN": "Nobody knows what it is; `reason` says what was found.",
        "PROPOSED": "It may be one of its proposals.",
        "MATCHED": "It is booked, or a payout that adds up.",
        "SET_ASIDE": "It is no customer's payment.",
    },
)
described(
    MatchRule,
    "By what an entry was matched; the first ones are tried first.",
    {
        "STRUCTURED_REFERENCE": "A structured reference with right check digits.",
        "PAYOUT": "A payout of a PSP: its parts less their fees.",
        "NUMBER_IN_TEXT": "The number of an invoice or a Sale in its text.",
        "AMOUNT_AND_ACCOUNT": "The amount, and an account number that paid before.",
        "AMOUNT_AND_NAME": "The amount and a similar name; only ever proposed.",
        "PROVIDER_ID": "The PSP's id of a payment.",
        "REVERSAL": "The bank or the PSP took a payment back.",
        "BY_HAND": "A person.",
    },
)
described(
    ProposalStatus,
    "What was said to a proposal.",
    {
        "OPEN": "Nothing yet.",
        "ACCEPTED": "It was right, and is booked.",
        "REJECTED": "It was wrong, or another was right.",
    },
)


@node("statement_entry", "A movement of a bank account or a PSP, and what became of it.")
class StatementEntry(Node):
    """A row of statement_entry."""

    system = column("system", str, "The system that reported it.")
    account = column("account", str, "The account: an IBAN, or that of a PSP.")
    statement_id = column("statement_id", str, "The statement.")
    entry_ref = column("entry_ref", str, "Its reference in the statement.")
    entry_index = column("entry_index", int, "Its place in a batch; 0: it is no part of one.")
    kind = column("kind", EntryKind, "What moved.")
    booked_on = column("booked_on", date, "When it was booked.")
    valued_on = column("valued_on", Optional[date], "Its value date, where it is another day.")
    amount = money("amount_minor", "How much; negative went out.")
    fee = money("fee_minor", "What a PSP kept of it; for a payout, of all its parts.")
    counterparty_name = column("counterparty_name", Optional[str], "Who paid, as the bank has it.")
    counterparty_iban = column("counterparty_iban", Optional[str], "From which account.")
    structured_reference = column("structured_reference", Optional[str], "OGM/VCS, or ISO 11649.")
    text = column("text", Optional[str], "What the payer wrote.")
    end_to_end_id = column("end_to_end_id", Optional[str], "The payer's own reference.")
    payout_id = column("payout_id", Optional[str], "The payout of the PSP that it is part of.")
    is_reversal = column("is_reversal", bool, "Whether the bank took an earlier movement back.")
    status = column("status", EntryStatus, "What became of it.")
    rule = column("rule", Optional[MatchRule], "By what it was matched.")
    reason = column("reason", Optional[str], "Why it is what it is, for people.")
    payment = to_one("payment_id", "payment", "Payment", "The payment that it is, or took back.")
    refund = to_one("refund_id", "refund", "Refund", "The refund that it is.")
    payout = to_one(
        "payout_entry_id", "statement_entry", "StatementEntry", "The PSP's entry of the payout."
    )
    proposals = to_many(
        "payment_proposal", "entry_id", "PaymentProposal", "What it may be.", order=("id",)
    )
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it last changed.")


@node("payment_proposal", "What a statement entry may be.")
class PaymentProposal(Node):
    """A row of payment_proposal."""

    entry = to_one("entry_id", "statement_entry", "StatementEntry", "The entry.")
    rule = column("rule", MatchRule, "By what it was found.")
    status = column("status", ProposalStatus, "What was said to it.")
    account = to_one("account_id", "account", "Account", "Whose money it would be.")
    payment = to_one("payment_id", "payment", "Payment", "The payment that would be taken back.")
    reason = column("reason", str, "Why, with the codes of the invoices that it would pay.")
    decided_by = author("decided_by", "Who decided.", optional=True)
    decided_at = column("decided_at", Optional[datetime], "When somebody decided.")
    created_at = created_column()


@strawberry.input(description="Which statement entries.")
class StatementEntryFilter:
    """Conditions on statement entries."""

    status: list[EntryStatus] | None = where("In any of these statuses.", "status")
    kind: list[EntryKind] | None = where("Of any of these kinds.", "kind")
    rule: list[MatchRule] | None = where("Matched by any of these.", "rule")
    system: list[str] | None = where("Reported by any of these systems.", "system")
    account: list[str] | None = where("Of any of these accounts.", "account")
    statement_id: list[str] | None = where("Of any of these statements.", "statement_id")
    payment_id: list[strawberry.ID] | None = where(
        "That are any of these payments.", "payment_id", refers="payment"
    )
    currency: list[str] | None = where("In any of these currencies.", "currency")
    created_from: datetime | None = where(
        "Taken in at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Taken in before this instant.", "created_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of statement entries.")
class StatementEntrySort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="A proposal that is right.")
class PaymentProposalAcceptInput:
    """A proposal."""

    idempotency_key: str = key()
    payment_proposal_id: strawberry.ID = given("The proposal.")


@strawberry.input(description="A proposal that is wrong.")
class PaymentProposalRejectInput:
    """A proposal and a reason."""

    idempotency_key: str = key()
    payment_proposal_id: strawberry.ID = given("The proposal.")
    reason: str = given("Why.")


@strawberry.input(description="What a statement entry is, as a person says.")
class StatementEntryMatchInput:
    """An entry, an account and invoices."""

    idempotency_key: str = key()
    statement_entry_id: strawberry.ID = given("The entry.")
    account_id: strawberry.ID = given("Whose money it is.")
    invoice_ids: list[strawberry.ID] | None = maybe(
        "What it pays, in this order, as far as it is open; the rest is a credit of the account."
    )


@strawberry.input(description="A statement entry that is no customer's payment.")
class StatementEntrySetAsideInput:
    """An entry and a reason."""

    idempotency_key: str = key()
    statement_entry_id: strawberry.ID = given("The entry.")
    reason: str = given("What it is.")


@strawberry.type
class StatementsQuery:
    """Reads of statement entries."""

    statement_entries = connected(
        "statement_entry",
        "StatementEntry",
        "Movements of bank accounts and PSPs; the work list is those OPEN and PROPOSED.",
        filters=StatementEntryFilter,
        sorts=StatementEntrySort,
    )


@strawberry.type
class StatementsMutation:
    """What people decide on statement entries."""

    payment_proposal_accept = action_mutation(
        "paymentProposalAccept",
        "statement_entry",
        "StatementEntry",
        PaymentProposalAcceptInput,
        requests.accept_proposal,
        commands.accept_proposal,
        "Book what a proposal says; the others of its entry are rejected.",
    )
    payment_proposal_reject = action_mutation(
        "paymentProposalReject",
        "statement_entry",
        "StatementEntry",
        PaymentProposalRejectInput,
        requests.reject_proposal,
        commands.reject_proposal,
        "Note that a proposal is wrong; after the last one its entry is open again.",
    )
    statement_entry_match = action_mutation(
        "statementEntryMatch",
        "statement_entry",
        "StatementEntry",
        StatementEntryMatchInput,
        requests.match_entry,
        commands.match_entry,
        "Record the payment that an entry is.",
    )
    statement_entry_set_aside = action_mutation(
        "statementEntrySetAside",
        "statement_entry",
        "StatementEntry",
        StatementEntrySetAsideInput,
        requests.set_entry_aside,
        commands.set_entry_aside,
        "Take an entry off the work list that is no customer's payment.",
    )

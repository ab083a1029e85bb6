"""Enums of payments, refunds and the ledger in the API."""

from __future__ import annotations

from app.domain.ledger import EntryType
from app.domain.payments import PaymentMethod, RefundStatus
from app.schema.inputs import described

described(
    PaymentMethod,
    "How money came or went.",
    {
        "BANK_TRANSFER": "By transfer to the club's account.",
        "CARD": "By card.",
        "DIRECT_DEBIT": "Collected from the customer's account.",
        "ONLINE": "By another method of a payment provider.",
        "CASH": "In notes and coins.",
        "OTHER": "In any other way.",
    },
)
described(
    RefundStatus,
    "How far a refund has come.",
    {
        "REQUESTED": "Somebody asked for it; nothing was sent.",
        "SENT": "The bank or payment provider was told.",
        "DONE": "It arrived.",
        "FAILED": "It did not arrive; its amount is a credit of the account again.",
    },
)
described(
    EntryType,
    "What an entry of the ledger books.",
    {
        "DOCUMENT": "An invoice document: the account owes its gross.",
        "CREDIT_NOTE": "A credit note: the account owes so much less.",
        "PAYMENT": "Money that came.",
        "REFUND": "Money that went back, or came back from a refund that failed.",
        "ROUNDING": "A few minor units by which a payment missed its document.",
        "WRITE_OFF": "What was given up.",
        "REOPEN": "A payment that was charged back.",
    },
)

"""Payments, refunds and what they settle in the API."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Optional

import strawberry

from app.domain.payments import PaymentMethod, RefundStatus
from app.schema import payment_enums  # noqa: F401 - declares the enums with their descriptions
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
    version_column,
)
from app.schema.inputs import where
from app.schema.scalars import MoneyInput
from app.storage.conditions import Comparison


@node("payment", "Money that came from an account.")
class Payment(Node):
    """A row of payment."""

    account = to_one("account_id", "account", "Account", "Who paid.")
    method = column("method", PaymentMethod, "How it came.")
    received_on = column("received_on", date, "When it came.")
    amount = money("amount_minor", "How much came.")
    left = money("left_minor", "What of it is not allocated: a credit of the account.")
    refunded = money("refunded_minor", "What was paid back through it.")
    source = column("source", str, "The system that reported it.")
    external_id = column("external_id", Optional[str], "What the source calls it.")
    reference = column("reference", Optional[str], "What the customer wrote.")
    created_by = author("created_by", "Who recorded it.")
    created_at = created_column()
    reversed_at = column("reversed_at", Optional[datetime], "When it was charged back.")
    reversed_reason = column("reversed_reason", Optional[str], "Why it was charged back.")
    allocations = to_many(
        "payment_allocation",
        "payment_id",
        "PaymentAllocation",
        "What went to which invoice or refund, in order; negative amounts take it back.",
        order=("id",),
    )
    refunds = to_many("refund", "payment_id", "Refund", "What is paid back through it.")


@node("refund", "Money that is paid back.")
class Refund(Node):
    """A row of refund."""

    account = to_one("account_id", "account", "Account", "Who gets it.")
    payment = to_one("payment_id", "payment", "Payment", "The payment it goes back through.")
    status = column("status", RefundStatus, "How far it has come.")
    amount = money("amount_minor", "How much.")
    reason = column("reason", str, "Why.")
    external_id = column(
        "external_id", Optional[str], "What the bank or payment provider calls it."
    )
    failure = column("failure", Optional[str], "Why it failed.")
    version = version_column()
    created_by = author("created_by", "Who asked for it.")
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it last changed.")
    allocations = to_many(
        "payment_allocation",
        "refund_id",
        "PaymentAllocation",
        "The payment and credits it was taken from; negative amounts are given back.",
        order=("id",),
    )


@node(
    "payment_allocation",
    "What of a payment or credit went to an invoice or refund; never changed, but taken back.",
)
class PaymentAllocation(Node):
    """A row of payment_allocation."""

    account = to_one("account_id", "account", "Account", "Whose money it is.")
    payment = to_one("payment_id", "payment", "Payment", "The payment, if it is of one.")
    credit = to_one("credit_id", "invoice", "Invoice", "The credit note, if it is of one.")
    invoice = to_one("invoice_id", "invoice", "Invoice", "The invoice that it settles.")
    refund = to_one("refund_id", "refund", "Refund", "The refund that it pays back.")
    amount = money("amount_minor", "How much; a negative amount takes it back.")
    posted_on = column("posted_on", date, "When it is posted.")
    created_at = created_column()


@strawberry.input(description="Which payments.")
class PaymentFilter:
    """Conditions on payments."""

    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    method: list[PaymentMethod] | None = where("By any of these methods.", "method")
    currency: list[str] | None = where("In any of these currencies.", "currency")
    source: list[str] | None = where("Reported by any of these systems.", "source")
    external_id: list[str] | None = where("Of any of these external ids.", "external_id")
    received_from: date | None = where(
        "Received on or after.", "received_on", how=Comparison.AT_LEAST
    )
    received_to: date | None = where(
        "Received on or before.", "received_on", how=Comparison.AT_MOST
    )
    created_from: datetime | None = where(
        "Recorded at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Recorded before this instant.", "created_at", how=Comparison.BELOW
    )
    left_from: MoneyInput | None = where(
        "With at least this left to allocate, in its currency.",
        "left_minor",
        how=Comparison.AT_LEAST,
    )
    is_reversed: bool | None = where("Charged back, or not.", "reversed_at", how=Comparison.IS_SET)
    search: str | None = where(
        "A part of external id or reference.", "external_id", "reference", how=Comparison.CONTAINS
    )


@strawberry.enum(description="Orders of payments.")
class PaymentSort(Enum):
    """Column and direction."""

    RECEIVED_ON_DESC = strawberry.enum_value("received_on desc", description="Latest first.")
    RECEIVED_ON_ASC = strawberry.enum_value("received_on asc", description="Earliest first.")
    CREATED_AT_DESC = strawberry.enum_value(
        "created_at desc", description="Recorded last comes first."
    )
    CREATED_AT_ASC = strawberry.enum_value(
        "created_at asc", description="Recorded first comes first."
    )


@strawberry.input(description="Which refunds.")
class RefundFilter:
    """Conditions on refunds."""

    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    payment_id: list[strawberry.ID] | None = where(
        "Through any of these payments.", "payment_id", refers="payment"
    )
    status: list[RefundStatus] | None = where("In any of these statuses.", "status")
    currency: list[str] | None = where("In any of these currencies.", "currency")
    external_id: list[str] | None = where("Of any of these external ids.", "external_id")
    created_from: datetime | None = where(
        "Requested at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Requested before this instant.", "created_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of refunds.")
class RefundSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.type
class PaymentsQuery:
    """Reads of payments and refunds."""

    payments = connected(
        "payment", "Payment", "What was paid.", filters=PaymentFilter, sorts=PaymentSort
    )
    refunds = connected(
        "refund", "Refund", "What is paid back.", filters=RefundFilter, sorts=RefundSort
    )

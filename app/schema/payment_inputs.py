"""Inputs of the mutations of payments, credits, refunds and periods."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import UNSET

from app.domain.payments import PaymentMethod, RefundStatus
from app.schema import payment_enums  # noqa: F401 - declares the enums with their descriptions
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.scalars import MoneyInput

_POSTED = "When it is posted; today when omitted. Not in a closed period."


def posted() -> date | None:
    """Declare the posting date of an input."""
    declared: date | None = strawberry.field(description=_POSTED, default=UNSET)
    return declared


@strawberry.input(description="What of a payment goes to an invoice.")
class PaymentAllocationInput:
    """An invoice and an amount."""

    invoice_id: strawberry.ID = given("The invoice.")
    amount: MoneyInput = given("How much of the payment.")


@strawberry.input(description="Money that came in.")
class PaymentRecordInput:
    """A new payment."""

    idempotency_key: str = key()
    account_id: strawberry.ID | None = maybe(
        "Who paid; not needed where invoices or the reference tell it."
    )
    amount: MoneyInput = given("How much came.")
    received_on: date = given("When it came; the value date of the bank.")
    method: PaymentMethod = given("How it came.")
    source: str | None = maybe("The system that reports it; `MANUAL` when omitted.")
    external_id: str | None = maybe(
        "What the source calls it: reported again with the same content, it is the same payment; "
        "with other content it is refused."
    )
    reference: str | None = maybe(
        "What the customer wrote: without allocations, a structured communication, an ISO 11649 "
        "reference, a document number or an instalment code in it says what is paid."
    )
    allocations: list[PaymentAllocationInput] | None = maybe(
        "What it pays; the rest stays a credit of the account."
    )
    posted_on: date | None = posted()


@strawberry.input(description="Invoices that a payment shall pay with what is left of it.")
class PaymentAllocateInput:
    """A payment and what it pays."""

    idempotency_key: str = key()
    payment_id: strawberry.ID = given("The payment.")
    allocations: list[PaymentAllocationInput] = given("What it pays.")
    posted_on: date | None = posted()


@strawberry.input(description="An invoice that a payment shall not pay any more.")
class PaymentUnallocateInput:
    """A payment and an invoice."""

    idempotency_key: str = key()
    payment_id: strawberry.ID = given("The payment.")
    invoice_id: strawberry.ID = given("The invoice that it pays.")
    amount: MoneyInput | None = maybe("How much is taken back; all of it when omitted.")
    posted_on: date | None = posted()


@strawberry.input(description="A payment that was charged back or bounced.")
class PaymentReverseInput:
    """A payment and a reason."""

    idempotency_key: str = key()
    payment_id: strawberry.ID = given("The payment.")
    reason: str = given("Why, as the bank says.")
    posted_on: date | None = posted()


@strawberry.input(description="An invoice that a credit shall pay.")
class CreditAllocateInput:
    """A credit, an invoice and an amount."""

    idempotency_key: str = key()
    credit_id: strawberry.ID = given("The credit note, or the invoice of a credit Sale.")
    invoice_id: strawberry.ID = given("The invoice that is paid with it.")
    amount: MoneyInput = given("How much of what is left of the credit.")
    posted_on: date | None = posted()


@strawberry.input(description="An invoice that a credit shall not pay any more.")
class CreditUnallocateInput:
    """A credit and an invoice."""

    idempotency_key: str = key()
    credit_id: strawberry.ID = given("The credit note, or the invoice of a credit Sale.")
    invoice_id: strawberry.ID = given("The invoice that it pays.")
    amount: MoneyInput | None = maybe("How much is taken back; all of it when omitted.")
    posted_on: date | None = posted()


@strawberry.input(description="What of a document will never be paid.")
class ReceivableWriteOffInput:
    """An invoice, an amount and a reason."""

    idempotency_key: str = key()
    invoice_id: strawberry.ID = given("The invoice.")
    amount: MoneyInput | None = maybe("How much; all that is open when omitted.")
    reason: str = given("Why it is given up.")
    posted_on: date | None = posted()


@strawberry.input(description="An invoice that was paid in full, and the number of the payment.")
class InvoicePaymentNoSetInput:
    """An invoice and a payment number."""

    idempotency_key: str = key()
    invoice_id: strawberry.ID = given("The invoice.")
    payment_no: str = given("The number of the payment, as the bookkeeping has it.")
    received_on: date | None = maybe("When it came; today when omitted.")
    method: PaymentMethod | None = maybe("How it came; by bank transfer when omitted.")
    posted_on: date | None = posted()


@strawberry.input(description="Money that is to be paid back.")
class RefundRequestInput:
    """A new refund."""

    idempotency_key: str = key()
    payment_id: strawberry.ID | None = maybe(
        "The payment that it is paid back through, at most what came by it."
    )
    account_id: strawberry.ID | None = maybe(
        "Whose credits are paid back without a payment to do it through."
    )
    amount: MoneyInput = given("How much, at most the credit that is left.")
    reason: str = given("Why.")
    posted_on: date | None = posted()


@strawberry.input(description="How far a refund has come.")
class RefundUpdateInput:
    """A refund and its next status."""

    idempotency_key: str = key()
    id: strawberry.ID = given("The refund.")
    expected_version: int = expected_version()
    status: RefundStatus = given("Where it is now.")
    external_id: str | None = maybe("What the bank or payment provider calls it.")
    failure: str | None = maybe("Why it failed; needed for FAILED.")
    posted_on: date | None = posted()


@strawberry.input(description="The days on which nothing may be posted any more.")
class AccountingPeriodCloseInput:
    """A last day."""

    idempotency_key: str = key()
    through_on: date = given("The last day that is closed; today at the latest.")


@strawberry.input(description="Closed days that are opened again.")
class AccountingPeriodReopenInput:
    """A last day and a reason."""

    idempotency_key: str = key()
    through_on: date | None = maybe("The last day that stays closed; null: none does.")
    reason: str = given("Why.")

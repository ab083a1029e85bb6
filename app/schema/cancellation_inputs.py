"""Inputs of cancelling, undoing and invoicing anew."""

from __future__ import annotations

from datetime import date

import strawberry

from app.domain.cancelling import CreditWhere
from app.domain.organisations import CreditNotes
from app.domain.payments import CreditSettlement
from app.schema.inputs import described, expected_version, key

described(
    CreditWhere,
    "Which invoices carry a cancellation.",
    {
        "PROPORTIONAL": "All alike, each by its part of the line.",
        "OPEN_FIRST": "Those without a document first.",
        "LAST_FIRST": "The last planned first.",
    },
)


@strawberry.input(
    description="A part of a line: so many units, or these seats, at these calendar items; with "
    "none of these the whole line."
)
class CancelLineInput:
    """Which line and what of it."""

    line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int | None = strawberry.field(
        description="How many units of a line without numbered seats; the last ones go.",
        default=None,
    )
    resource_ids: list[strawberry.ID] | None = strawberry.field(
        description="Which seats or parking places; all that their units hold goes with them.",
        default=None,
    )
    calendar_item_ids: list[strawberry.ID] | None = strawberry.field(
        description="Only at these calendar items.", default=None
    )


@strawberry.input(
    description="What of a Sale would be cancelled, in exactly one of four ways: everything, "
    "lines, calendarItemIds or entitlementIds."
)
class SaleCancelPreviewInput:
    """A Sale, a selection and policies."""

    sale_id: strawberry.ID = strawberry.field(description="The Sale.")
    everything: bool = strawberry.field(description="All that is left of it.", default=False)
    lines: list[CancelLineInput] | None = strawberry.field(
        description="Lines, or parts of them.", default=None
    )
    calendar_item_ids: list[strawberry.ID] | None = strawberry.field(
        description="All that the Sale has at these calendar items.", default=None
    )
    entitlement_ids: list[strawberry.ID] | None = strawberry.field(
        description="Single entitlements.", default=None
    )
    credit_where: CreditWhere = strawberry.field(
        description="Which invoices carry it; only finance may choose another way.",
        default=CreditWhere.PROPORTIONAL,
    )
    credit_notes: CreditNotes | None = strawberry.field(
        description="How many credit notes; otherwise as the club's settings say.", default=None
    )
    settlement: CreditSettlement | None = strawberry.field(
        description="What becomes of credits beyond what was open; otherwise as the club's "
        "settings say.",
        default=None,
    )


@strawberry.input(description="What of a Sale to cancel, just as it was previewed, and why.")
class SaleCancelInput(SaleCancelPreviewInput):
    """A previewed cancellation."""

    idempotency_key: str = key()
    reason: str = strawberry.field(description="Why.")
    preview_hash: str = strawberry.field(
        description="The `previewHash` of the preview; when anything would differ from it, the "
        "answer is PREVIEW_STALE."
    )


@strawberry.input(description="A cancellation to take back, and why.")
class CancellationUndoInput:
    """Which cancellation and why."""

    idempotency_key: str = key()
    cancellation_id: strawberry.ID = strawberry.field(
        description="The latest cancellation of its Sale."
    )
    expected_version: int = expected_version()
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="A documented invoice to credit and to invoice anew.")
class InvoiceReplaceInput:
    """Which invoice, when, for whom and why."""

    idempotency_key: str = key()
    invoice_id: strawberry.ID = strawberry.field(description="The documented invoice.")
    expected_version: int = expected_version()
    planned_on: date = strawberry.field(description="When the new invoice is planned.")
    account_id: strawberry.ID | None = strawberry.field(
        description="Who pays the new one; otherwise the same account.", default=None
    )
    reason: str = strawberry.field(description="Why.")

"""Cancellations in the API: what was cancelled, previewing, cancelling, undoing, invoicing anew."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Optional

import strawberry

from app.commands import cancel_undo, cancelling, replacing
from app.domain.cancelling import CreditWhere
from app.domain.organisations import CreditNotes
from app.resolvers import cancellations
from app.schema import cancellation_inputs as inputs
from app.schema.cancel_previews import SaleCancelPreviewPayload, show
from app.schema.errors import user_errors
from app.schema.fields import (
    Info,
    Node,
    author,
    column,
    created_column,
    money,
    node,
    part,
    to_many,
    to_one,
)
from app.schema.sale_mutations import sale_mutation


@node("cancellation", "What was cancelled of a Sale at one moment, and why.")
class Cancellation(Node):
    """A row of cancellation."""

    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    sequence_no = column("sequence_no", int, "Its number in the Sale.")
    reason = column("reason", str, "Why.")
    credit_where = column("credit_where", CreditWhere, "Which invoices carried it.")
    credit_notes_policy = column("credit_notes", CreditNotes, "How many credit notes it made.")
    is_whole = column("is_whole", bool, "Whether nothing of the Sale was left.")
    amount = money("amount_minor", "What was cancelled, in the Sale's price basis.")
    created_by = author("created_by", "Who cancelled.")
    created_at = created_column()
    undone_at = column("undone_at", Optional[datetime], "When it was undone.")
    undone_by = author("undone_by", "Who undid it.", optional=True)
    undone_reason = column("undone_reason", Optional[str], "Why it was undone.")
    credit_notes = to_many(
        "invoice",
        "cancellation_id",
        "Invoice",
        "The credit notes that it made; void ones when it was undone.",
        order=("sequence_no",),
    )
    items = to_many(
        "cancellation_item",
        "cancellation_id",
        "CancellationItem",
        "The entitlements that it cancelled.",
    )


@part("cancellation_item", "One cancelled entitlement, and what it was worth.")
class CancellationItem:
    """A row of cancellation_item."""

    row: strawberry.Private[object]
    entitlement = to_one("entitlement_id", "entitlement", "Entitlement", "The entitlement.")
    line = to_one("line_id", "sale_line", "SaleLine", "Its line.")
    value = money("value_minor", "What it was worth, in the Sale's price basis.")


@strawberry.type
class CancellationsQuery:
    """Reads of what cancelling would do."""

    @strawberry.field(
        description="Everything that cancelling this would do; `saleCancel` then asks for its hash."
    )
    async def sale_cancel_preview(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            inputs.SaleCancelPreviewInput, strawberry.argument(description="What to look at.")
        ],
    ) -> SaleCancelPreviewPayload:
        """Work it out, and write nothing."""
        found = await cancellations.preview(info.context, input)
        if found.preview is None:
            return SaleCancelPreviewPayload(user_errors=user_errors(found.violations))
        return SaleCancelPreviewPayload(preview=show(found.preview))


@strawberry.type
class CancellationsMutation:
    """Cancelling and what belongs to it."""

    sale_cancel = sale_mutation(
        "saleCancel",
        inputs.SaleCancelInput,
        cancellations.cancel_sale,
        cancelling.cancel_sale,
        "Cancel a Sale or a part of it, just as `saleCancelPreview` showed it.",
        ("cancellation", "Cancellation"),
    )
    cancellation_undo = sale_mutation(
        "cancellationUndo",
        inputs.CancellationUndoInput,
        cancellations.undo_cancellation,
        cancel_undo.undo_cancellation,
        "Take the latest cancellation of a Sale back, as long as nothing was built on it.",
        ("cancellation", "Cancellation"),
    )
    invoice_replace = sale_mutation(
        "invoiceReplace",
        inputs.InvoiceReplaceInput,
        cancellations.replace_invoice,
        replacing.replace_invoice,
        "Credit a documented invoice in full and make an open one of the same in its place.",
        ("invoice", "Invoice"),
    )

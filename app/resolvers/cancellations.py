"""Inputs of cancelling as requests of commands, and the preview, which changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from app.commands.cancel_undo import UndoCancellation
from app.commands.cancelling import CancelSale, preview_cancellation
from app.commands.replacing import ReplaceInvoice
from app.domain.cancel_selection import LineSelection, Selection
from app.domain.errors import DomainError, Violation
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.resolvers.sale_requests import decode_ids

if TYPE_CHECKING:
    from app.commands.cancel_preview import CancelPreview
    from app.resolvers.context import Context
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Previewed:
    """A preview, or the reasons why there is nothing to cancel so."""

    preview: CancelPreview | None
    violations: tuple[Violation, ...] = ()


async def preview(context: Context, given: Any) -> Previewed:  # noqa: ANN401 - an input object, as below
    """Say what a cancellation would do."""
    actor = context.caller
    check = Check()
    try:
        request = _request(given, check)
        check.refuse_if_any()

        def action(work: UnitOfWork) -> CancelPreview:
            return preview_cancellation(work, actor, request)

        found = await to_thread.run_sync(
            context.runner.transact, actor.organisation_id, actor.name, action, context.request_id
        )
    except DomainError as error:
        return Previewed(None, error.violations)
    return Previewed(found)


def cancel_sale(given: Any, check: Check) -> CancelSale:  # noqa: ANN401
    """Turn a SaleCancelInput into its request."""
    return _request(given, check, reason=given.reason, preview_hash=given.preview_hash)


def undo_cancellation(given: Any, check: Check) -> UndoCancellation:  # noqa: ANN401
    """Turn a CancellationUndoInput into its request."""
    return UndoCancellation(
        checked_id("cancellation", given.cancellation_id, check, "cancellationId"),
        given.expected_version,
        given.reason,
    )


def replace_invoice(given: Any, check: Check) -> ReplaceInvoice:  # noqa: ANN401
    """Turn an InvoiceReplaceInput into its request."""
    account_id = None
    if given.account_id is not None:
        account_id = checked_id("account", given.account_id, check, "accountId")
    return ReplaceInvoice(
        checked_id("invoice", given.invoice_id, check, "invoiceId"),
        given.expected_version,
        given.planned_on,
        given.reason,
        account_id,
    )


def _request(given: Any, check: Check, reason: str = "", preview_hash: str = "") -> CancelSale:  # noqa: ANN401
    """Turn what a preview and a cancellation have in common into a request."""
    lines = tuple(
        _line(line, check.below("lines", str(index)))
        for index, line in enumerate(given.lines or ())
    )
    selection = Selection(
        everything=bool(given.everything),
        lines=lines,
        calendar_item_ids=decode_ids(
            "calendar_item", given.calendar_item_ids or (), check, "calendarItemIds"
        ),
        entitlement_ids=decode_ids(
            "entitlement", given.entitlement_ids or (), check, "entitlementIds"
        ),
    )
    return CancelSale(
        sale_id=checked_id("sale", given.sale_id, check, "saleId"),
        selection=selection,
        reason=reason,
        preview_hash=preview_hash,
        credit_where=given.credit_where,
        credit_notes=given.credit_notes,
        settlement=given.settlement,
    )


def _line(given: Any, check: Check) -> LineSelection:  # noqa: ANN401
    """Turn a CancelLineInput into a selection."""
    return LineSelection(
        line_id=checked_id("sale_line", given.line_id, check, "lineId"),
        quantity=given.quantity,
        resource_ids=decode_ids("resource", given.resource_ids or (), check, "resourceIds"),
        calendar_item_ids=decode_ids(
            "calendar_item", given.calendar_item_ids or (), check, "calendarItemIds"
        ),
    )

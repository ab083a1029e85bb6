"""Inputs of document mutations as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strawberry import UNSET

from app.commands.claims import ClaimInvoices, ReleaseClaims
from app.commands.document_decisions import DecideDocument, EditDocuments
from app.commands.document_rows import RowReport
from app.commands.documents import RecordDocument
from app.domain.documents import Reported
from app.domain.errors import ErrorCode
from app.resolvers.ids import checked_id
from app.resolvers.inputs import minor_of
from app.resolvers.sale_requests import decode_ids

if TYPE_CHECKING:
    from app.domain.validation import Check


def claim(given: Any, check: Check) -> ClaimInvoices:  # noqa: ANN401 - an input object, as below
    """Turn an InvoiceClaimInput into its request."""
    return ClaimInvoices(
        source=given.source,
        invoice_ids=decode_ids("invoice", given.invoice_ids or (), check, "invoiceIds"),
        codes=tuple(given.codes or ()),
        limit=given.limit,
        until=given.until,
    )


def release(given: Any, check: Check) -> ReleaseClaims:  # noqa: ANN401
    """Turn an InvoiceClaimReleaseInput into its request."""
    ids = decode_ids("invoice", given.invoice_ids, check, "invoiceIds")
    return ReleaseClaims(ids, given.source)


def record(given: Any, check: Check) -> RecordDocument:  # noqa: ANN401
    """Turn an InvoiceDocumentRecordInput into its request."""
    return RecordDocument(
        reported=_reported(given, given.source, check),
        invoice_id=_optional("invoice", given.invoice_id, check, "invoiceId"),
        code=given.code,
        file_id=_optional("stored_file", given.file_id, check, "fileId"),
    )


def report_row(given: Any, source: str, check: Check) -> RowReport:  # noqa: ANN401
    """Turn a row of an InvoiceDocumentsRecordInput into its request."""
    if given.number is not None and given.issued_on is None:
        check.add(ErrorCode.DATE_INVALID, "a document needs its date", "issuedOn")
    return RowReport(
        source=source,
        invoice_id=_optional("invoice", given.invoice_id, check, "invoiceId"),
        code=given.code,
        reported=None if given.number is None else _reported(given, source, check),
        file_id=_optional("stored_file", given.file_id, check, "fileId"),
        payment_no=given.payment_no,
        paid_on=given.paid_on,
    )


def _reported(given: Any, source: str, check: Check) -> Reported:  # noqa: ANN401
    """Read what is said about a document."""
    amounts: dict[str, int | None] = {}
    currency: str | None = None
    for name in ("net", "vat", "gross"):
        money = getattr(given, name)
        amounts[f"{name}_minor"] = None if money is None else minor_of(money, check, name)
        if money is not None:
            if currency not in {None, money.currency}:
                message = f"the amounts are in {currency} and {money.currency}"
                check.add(ErrorCode.CURRENCY_MIXED, message, name, "currency")
            currency = money.currency
    return Reported(
        source=source,
        number=given.number,
        issued_on=given.issued_on,
        due_on=given.due_on,
        type=given.type,
        currency=currency,
        reference=given.reference,
        **amounts,
    )


def decide(given: Any, check: Check) -> DecideDocument:  # noqa: ANN401
    """Turn an InvoiceDocumentDecideInput into its request."""
    target = checked_id("invoice_document", given.id, check, "id")
    return DecideDocument(target, given.decision, given.reason)


def edit(given: Any, check: Check) -> EditDocuments:  # noqa: ANN401
    """Turn an InvoiceDocumentUpdateInput into its request."""
    values = {
        name: getattr(given, name)
        for name in ("due_on", "reference")
        if getattr(given, name) is not UNSET
    }
    return EditDocuments(decode_ids("invoice_document", given.ids, check, "ids"), values)


def _optional(kind: str, text: str | None, check: Check, field: str) -> Any:  # noqa: ANN401 - an id or None
    """Return the UUID of an id that may be left out."""
    return None if text is None else checked_id(kind, text, check, field)

"""Mutations of claims, documents and their sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Optional

import strawberry

from app.commands import claims, document_decisions, documents
from app.commands.document_rows import report_row
from app.commands.document_sources import DOCUMENT_SOURCE
from app.domain.documents import DocumentDecision, DocumentType
from app.domain.errors import ErrorCode, Violation
from app.resolvers import document_requests
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, lazy, wrap
from app.schema.inputs import described, expected_version, given, key, maybe
from app.schema.payloads import (
    action_mutation,
    bulk_mutation,
    create_mutation,
    update_mutation,
)
from app.schema.scalars import MoneyInput

ROW_LIMIT = 500
"""Rows of one grid."""
_COLUMNS = {"externalId": "paymentNo", "receivedOn": "paidOn"}
"""What fields of a payment are called in the grid."""

described(
    DocumentDecision,
    "What becomes of a document that differs from its invoice.",
    {
        "ACCEPT": "It is right as it is: the account owes what it says.",
        "REJECT": "It is wrong; the same system makes another one.",
        "REJECT_AND_OFFER": "It is wrong; the invoice is offered to every system again.",
    },
)


@strawberry.input(description="Invoices to make documents of: named ones, or a number of due ones.")
class InvoiceClaimInput:
    """Who claims, and what."""

    idempotency_key: str = key()
    source: str = strawberry.field(description="The code of the system that claims.")
    invoice_ids: list[strawberry.ID] | None = strawberry.field(
        description="These, all or none, also before their date.", default=None
    )
    codes: list[str] | None = strawberry.field(
        description="These by their instalment codes, all or none.", default=None
    )
    limit: int | None = strawberry.field(
        description="Up to so many that are due, the earliest first, 1 to 500.", default=None
    )
    until: date | None = strawberry.field(
        description="With `limit`: planned on or before this day; today when omitted.",
        default=None,
    )


@strawberry.input(description="Claimed invoices to give back.")
class InvoiceClaimReleaseInput:
    """Which, and by whom."""

    idempotency_key: str = key()
    invoice_ids: list[strawberry.ID] = strawberry.field(description="The invoices, all or none.")
    source: str | None = strawberry.field(
        description="The system that claimed them; without it, whoever that was.", default=None
    )


@strawberry.input(description="A document that was made of an invoice. Missing totals are its.")
class InvoiceDocumentRecordInput:
    """Invoice and document."""

    idempotency_key: str = key()
    invoice_id: strawberry.ID | None = strawberry.field(
        description="The invoice; or its code.", default=None
    )
    code: str | None = strawberry.field(
        description="The invoice by its instalment code.", default=None
    )
    source: str = strawberry.field(description="The code of the system that made it.")
    number: str = strawberry.field(
        description="Its number; `D` and digits for a draft or sales order, which stays pending."
    )
    issued_on: date = strawberry.field(description="Its date.")
    due_on: date | None = strawberry.field(
        description="When it is due; by the account's payment term when omitted.", default=None
    )
    type: DocumentType | None = strawberry.field(
        description="What it is; by the sign of the invoice when omitted.", default=None
    )
    net: MoneyInput | None = strawberry.field(description="Its total before VAT.", default=None)
    vat: MoneyInput | None = strawberry.field(description="Its VAT.", default=None)
    gross: MoneyInput | None = strawberry.field(
        description="Its total with VAT; credit notes with or without a minus.", default=None
    )
    reference: str | None = strawberry.field(
        description="What payments of it quote: `+++090/9337/55493+++`, `RF18…` or any text.",
        default=None,
    )
    file_id: strawberry.ID | None = strawberry.field(
        description="The file that POST /files stored.", default=None
    )


@strawberry.input(description="An instalment of the grid: its document, its payment, or both.")
class InvoiceDocumentRowInput:
    """One row."""

    invoice_id: strawberry.ID | None = strawberry.field(
        description="The invoice; or its code.", default=None
    )
    code: str | None = strawberry.field(
        description="The invoice by its instalment code.", default=None
    )
    number: str | None = strawberry.field(
        description="The number of its document; without it no document is recorded.", default=None
    )
    issued_on: date | None = strawberry.field(
        description="The document's date; with `number` only, and needed there.", default=None
    )
    due_on: date | None = strawberry.field(
        description="When it is due; by the account's payment term when omitted.", default=None
    )
    type: DocumentType | None = strawberry.field(
        description="What it is; by the sign of the invoice when omitted.", default=None
    )
    net: MoneyInput | None = strawberry.field(description="Its total before VAT.", default=None)
    vat: MoneyInput | None = strawberry.field(description="Its VAT.", default=None)
    gross: MoneyInput | None = strawberry.field(description="Its total with VAT.", default=None)
    reference: str | None = strawberry.field(description="What payments of it quote.", default=None)
    file_id: strawberry.ID | None = strawberry.field(
        description="The file that POST /files stored.", default=None
    )
    payment_no: str | None = strawberry.field(
        description="The number of a payment of all that is open.", default=None
    )
    paid_on: date | None = strawberry.field(
        description="When that payment came; today when omitted.", default=None
    )


@strawberry.input(description="Documents and payments of many instalments, as in a grid.")
class InvoiceDocumentsRecordInput:
    """Who reports, and the rows."""

    idempotency_key: str = key()
    source: str = strawberry.field(description="The code of the system, or MANUAL.")
    rows: list[InvoiceDocumentRowInput] = strawberry.field(
        description="The rows, 1 to 500; each is recorded or refused on its own."
    )


@strawberry.type(description="What came of one row.")
class InvoiceDocumentRowResult:
    """The invoice as it is now, or why not."""

    index: int = strawberry.field(description="Which row, from 0.")
    invoice: Any = strawberry.field(
        graphql_type=Optional[lazy("Invoice")],
        description="The invoice as it is now; null when the row was refused.",
        default=None,
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing of the row was recorded.", default_factory=list
    )


@strawberry.type(description="What invoiceDocumentsRecord answers.")
class InvoiceDocumentsRecordPayload:
    """One result for each row."""

    rows: list[InvoiceDocumentRowResult] = strawberry.field(
        description="What came of each row, in order.", default_factory=list
    )
    user_errors: list[UserError] = strawberry.field(
        description="Every refusal of every row; its path begins with `rows` and the row.",
        default_factory=list,
    )


@strawberry.input(description="What becomes of a document that differs from its invoice.")
class InvoiceDocumentDecideInput:
    """Document, decision, reason."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The document.")
    decision: DocumentDecision = strawberry.field(description="What becomes of it.")
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="Dates and references of documents; omitted ones stay as they are.")
class InvoiceDocumentUpdateInput:
    """Documents and their new values."""

    idempotency_key: str = key()
    ids: list[strawberry.ID] = strawberry.field(description="The documents, all or none, to 500.")
    due_on: date | None = maybe("When all of them are due.")
    reference: str | None = maybe("What payments of them quote; null: nothing.")


@strawberry.input(description="A new document source.")
class DocumentSourceCreateInput:
    """Fields of a new document source."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    tolerance_minor: int | None = maybe(
        "Up to which difference its documents are accepted, 0 to 10,000; the club's when omitted."
    )
    is_active: bool | None = maybe("Active when omitted.")


@strawberry.input(description="Changes of a document source; omitted fields stay as they are.")
class DocumentSourceUpdateInput:
    """A document source and its changes."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The document source.")
    expected_version: int = expected_version()
    name: str | None = maybe("The name.")
    tolerance_minor: int | None = maybe("Up to which difference its documents are accepted.")
    is_active: bool | None = maybe("False: it may neither claim nor report any more.")


async def _record_row(
    info: Info, given: InvoiceDocumentsRecordInput, index: int
) -> InvoiceDocumentRowResult:
    """Record one row in a transaction of its own."""
    done = await perform(
        info.context,
        "invoiceDocumentsRecord",
        f"{given.idempotency_key}.{index:03}",
        lambda check: document_requests.report_row(given.rows[index], given.source, check),
        report_row,
    )
    if done.outcome is None:
        errors = [
            replace(
                one, path=("rows", str(index), *(_COLUMNS.get(name, name) for name in one.path))
            )
            for one in done.violations
        ]
        return InvoiceDocumentRowResult(index=index, user_errors=user_errors(tuple(errors)))
    row = await info.context.row("invoice", done.outcome.ids["invoice"])
    return InvoiceDocumentRowResult(index=index, invoice=wrap("invoice", row))


@strawberry.type
class DocumentsMutation:
    """Claims, documents and their sources."""

    invoice_claim = bulk_mutation(
        "invoiceClaim",
        "invoices",
        "invoice",
        "Invoice",
        InvoiceClaimInput,
        document_requests.claim,
        claims.claim_invoices,
        "Give invoices to one invoicing system for the time of a lease; their amounts freeze.",
    )
    invoice_claim_release = bulk_mutation(
        "invoiceClaimRelease",
        "invoices",
        "invoice",
        "Invoice",
        InvoiceClaimReleaseInput,
        document_requests.release,
        claims.release_claims,
        "Give claimed invoices back, so that they are offered again.",
    )
    invoice_document_record = action_mutation(
        "invoiceDocumentRecord",
        "invoice_document",
        "InvoiceDocument",
        InvoiceDocumentRecordInput,
        document_requests.record,
        documents.record_document,
        "Report the document that was made of an invoice, claimed or not.",
    )

    @strawberry.mutation(
        graphql_type=Optional[InvoiceDocumentsRecordPayload],
        description="Record documents and payments of many instalments, each row on its own.",
    )
    async def invoice_documents_record(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            InvoiceDocumentsRecordInput, strawberry.argument(description="What to do.")
        ],
    ) -> Any:  # noqa: ANN401 - the payload
        """Record row by row, each under a key of its own."""
        if not 1 <= len(input.rows) <= ROW_LIMIT:
            message = f"give 1 to {ROW_LIMIT} rows, not {len(input.rows)}"
            wrong = Violation(ErrorCode.TOO_MANY_ITEMS, message, ("rows",))
            return InvoiceDocumentsRecordPayload(user_errors=user_errors((wrong,)))
        rows = [await _record_row(info, input, index) for index in range(len(input.rows))]
        errors = [error for row in rows for error in row.user_errors]
        return InvoiceDocumentsRecordPayload(rows=rows, user_errors=errors)

    invoice_document_decide = action_mutation(
        "invoiceDocumentDecide",
        "invoice_document",
        "InvoiceDocument",
        InvoiceDocumentDecideInput,
        document_requests.decide,
        document_decisions.decide_document,
        "Accept or reject a document that differs from its invoice; reject a draft's number.",
    )
    invoice_document_update = bulk_mutation(
        "invoiceDocumentUpdate",
        "invoice_documents",
        "invoice_document",
        "InvoiceDocument",
        InvoiceDocumentUpdateInput,
        document_requests.edit,
        document_decisions.edit_documents,
        "Change due date or reference of documents; numbers and amounts never change.",
    )
    document_source_create = create_mutation(
        DOCUMENT_SOURCE,
        "DocumentSource",
        DocumentSourceCreateInput,
        "Register an invoicing system.",
    )
    document_source_update = update_mutation(
        DOCUMENT_SOURCE,
        "DocumentSource",
        DocumentSourceUpdateInput,
        "Change an invoicing system.",
    )

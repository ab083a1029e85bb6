"""Invoice documents, the systems that report them, and their files, in the API."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Optional

import strawberry

from app.domain.documents import DocumentState, DocumentType
from app.schema.fields import (
    Node,
    author,
    column,
    connected,
    created_column,
    money,
    node,
    to_one,
    version_column,
)
from app.schema.inputs import described, where
from app.schema.scalars import BigInt
from app.storage.conditions import Comparison

described(
    DocumentType,
    "What a document is (EN 16931 BT-3).",
    {
        "INVOICE": "380: a commercial invoice.",
        "CREDIT_NOTE": "381: a credit note.",
        "PREPAYMENT": "386: a prepayment invoice.",
    },
)
described(
    DocumentState,
    "Where a document stands; only an accepted one is payable.",
    {
        "DRAFT": "It has the number of a draft or sales order (`D…`), not a final one.",
        "ACCEPTED": "It agrees with its invoice, or an operator accepted it as it is.",
        "MISMATCH": "It differs from its invoice by more than its source may; to be decided.",
        "REJECTED": "Kept for the record only.",
    },
)


@node("invoice_document", "The legal invoice or credit note that another system made.")
class InvoiceDocument(Node):
    """A row of invoice_document."""

    invoice = to_one("invoice_id", "invoice", "Invoice", "The invoice that it documents.")
    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    account = to_one("account_id", "account", "Account", "Who pays.")
    source = column("source", str, "The code of the system that reported it.")
    type = column("type", DocumentType, "What it is (BT-3).")
    state = column("state", DocumentState, "Where it stands.")
    number = column("number", str, "Its number (BT-1).")
    issued_on = column("issued_on", date, "Its date (BT-2).")
    due_on = column("due_on", Optional[date], "When it is to be paid (BT-9).")
    reference = column("reference", Optional[str], "What payments of it quote (BT-83).")
    net = money("net_minor", "Its total before VAT (BT-109).")
    vat = money("vat_minor", "Its VAT (BT-110).")
    gross = money("gross_minor", "Its total with VAT (BT-112).")
    rounding = money("rounding_minor", "By how much its gross differs from its invoice's.")
    file = to_one("file_id", "stored_file", "StoredFile", "The file, if one came with it.")
    created_at = created_column()
    decided_by = author("decided_by", "Who accepted or rejected it.", optional=True)
    decided_at = column("decided_at", Optional[datetime], "When that was.")
    decided_reason = column("decided_reason", Optional[str], "Why.")


@node("stored_file", "A file that came with a document.")
class StoredFile(Node):
    """A row of stored_file, without its content."""

    name = column("name", str, "The file's name.")
    media_type = column("media_type", str, "What its content is, such as `application/pdf`.")
    size_bytes = column("size_bytes", BigInt, "How long it is.")
    sha256 = column("sha256", str, "The SHA-256 of its content, in hexadecimal.")
    created_at = created_column()

    @strawberry.field(
        description="Where it is read, with the same token as the API.",
        metadata={"derived": "stored_file.path"},
    )
    def path(self) -> str:
        """Name the route of its content."""
        return f"/files/{self.id()}"


@node("document_source", "An invoicing system, and by how much its documents may differ.")
class DocumentSource(Node):
    """A row of document_source."""

    code = column("code", str, "The code, which its claims and documents carry as `source`.")
    name = column("name", str, "The name.")
    tolerance_minor = column(
        "tolerance_minor", int, "Up to which difference its documents are accepted."
    )
    is_active = column("is_active", bool, "Whether it may claim and report.")
    version = version_column()
    created_at = created_column()


@strawberry.input(description="Which invoice documents.")
class InvoiceDocumentFilter:
    """Conditions on invoice documents."""

    state: list[DocumentState] | None = where("In any of these states.", "state")
    type: list[DocumentType] | None = where("Of any of these types.", "type")
    source: list[str] | None = where("Reported by any of these systems.", "source")
    number: list[str] | None = where("With any of these numbers.", "number")
    invoice_id: list[strawberry.ID] | None = where(
        "Of any of these invoices.", "invoice_id", refers="invoice"
    )
    sale_id: list[strawberry.ID] | None = where("Of any of these Sales.", "sale_id", refers="sale")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    currency: list[str] | None = where("In any of these currencies.", "currency")
    issued_from: date | None = where("Issued on or after.", "issued_on", how=Comparison.AT_LEAST)
    issued_to: date | None = where("Issued on or before.", "issued_on", how=Comparison.AT_MOST)
    search: str | None = where(
        "A part of number or reference.", "number", "reference", how=Comparison.CONTAINS
    )


@strawberry.enum(description="Orders of invoice documents.")
class InvoiceDocumentSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    ISSUED_ON_DESC = strawberry.enum_value("issued_on desc", description="Latest issued first.")
    ISSUED_ON_ASC = strawberry.enum_value("issued_on asc", description="Earliest issued first.")


@strawberry.input(description="Which document sources.")
class DocumentSourceFilter:
    """Conditions on document sources."""

    code: list[str] | None = where("Any of these codes.", "code")
    is_active: bool | None = where(
        "Only active ones, or only others.", "is_active", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of document sources.")
class DocumentSourceSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")


@strawberry.type
class DocumentsQuery:
    """Reads of documents."""

    invoice_documents = connected(
        "invoice_document",
        "InvoiceDocument",
        "The documents of invoices, whatever became of them.",
        filters=InvoiceDocumentFilter,
        sorts=InvoiceDocumentSort,
    )
    document_sources = connected(
        "document_source",
        "DocumentSource",
        "The invoicing systems that are known by code.",
        filters=DocumentSourceFilter,
        sorts=DocumentSourceSort,
    )

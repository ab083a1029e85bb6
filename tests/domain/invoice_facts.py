"""Invoices and their facts in memory, for the tests of documents, claims and statuses."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.domain.documents import DocumentState
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.receivables import Receivable
from tests.domain.sale_states import ACCOUNT_ID, NOW, SALE_ID

INVOICE_ID, DOCUMENT_ID = UUID(int=501), UUID(int=502)


def invoice_of(net_minor: int = 125_000, vat_minor: int = 11_250, **changes: object) -> Invoice:
    """Return an invoice; with negative amounts it is a credit note."""
    found = Invoice(
        id=INVOICE_ID,
        code="S-2026-000001-01",
        sale_id=SALE_ID,
        schedule_group_id=UUID(int=503),
        account_id=ACCOUNT_ID,
        sequence_no=1,
        kind=InvoiceKind.CREDIT_NOTE if net_minor < 0 else InvoiceKind.INVOICE,
        planned_on=date(2026, 8, 1),
        amount_minor=net_minor,
        net_minor=net_minor,
        vat_minor=vat_minor,
        gross_minor=net_minor + vat_minor,
        currency="EUR",
        reference=None,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def facts_of(**changes: object) -> Receivable:
    """Return the facts of the invoice."""
    return replace(Receivable(INVOICE_ID, SALE_ID, ACCOUNT_ID, "EUR"), **changes)  # type: ignore[arg-type]


def documented(gross_minor: int = 136_250, **changes: object) -> Receivable:
    """Return the facts of an invoice whose document was accepted."""
    found = facts_of(
        document_id=DOCUMENT_ID,
        document_state=DocumentState.ACCEPTED,
        document_no="F1",
        issued_on=date(2026, 8, 1),
        due_on=date(2026, 8, 31),
        entered_minor=gross_minor,
    )
    return replace(found, **changes)  # type: ignore[arg-type]

"""Invoicing the same anew: an open invoice with exactly what a credit note took."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.invoices import Invoice, InvoiceKind

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.invoices import InvoiceLine
    from app.domain.sales import SaleState


def mirror(
    state: SaleState,
    note: Invoice,
    original: Invoice,
    account_id: UUID,
    planned_on: date,
    new_id: UUID,
) -> tuple[SaleState, Invoice]:
    """Return the Sale with an invoice that is the negative of a credit note, and that invoice.

    Its cells and VAT are the credit note's with the opposite sign, so that nothing of the Sale
    changes.
    """
    number = note.sequence_no + 1
    added = Invoice(
        id=new_id,
        code=f"{state.sale.code}-{number:02d}",
        sale_id=state.sale.id,
        schedule_group_id=original.schedule_group_id,
        account_id=account_id,
        sequence_no=number,
        kind=InvoiceKind.INVOICE,
        planned_on=planned_on,
        amount_minor=-note.amount_minor,
        net_minor=-(note.net_minor or 0),
        vat_minor=-(note.vat_minor or 0),
        gross_minor=-(note.gross_minor or 0),
        currency=note.currency,
        reference=original.reference,
        created_at=note.created_at,
        replaces_invoice_id=original.id,
    )
    cells = [_opposite(one, new_id) for one in state.cells if one.invoice_id == note.id]
    vats = [
        replace(
            one,
            invoice_id=new_id,
            original_invoice_id=new_id,
            net_minor=-one.net_minor,
            vat_minor=-one.vat_minor,
        )
        for one in state.vats
        if one.invoice_id == note.id
    ]
    after = replace(
        state,
        invoices=(*state.invoices, added),
        cells=(*state.cells, *cells),
        vats=(*state.vats, *vats),
    )
    return after, added


def _opposite(cell: InvoiceLine, invoice_id: UUID) -> InvoiceLine:
    """Return a cell of the new invoice with the opposite sign."""
    return replace(
        cell,
        invoice_id=invoice_id,
        original_invoice_id=invoice_id,
        amount_minor=-cell.amount_minor,
        net_minor=-cell.net_minor,
        vat_minor=-cell.vat_minor,
        gross_minor=-cell.gross_minor,
    )

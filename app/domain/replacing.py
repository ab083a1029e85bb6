"""Invoicing the same anew: an open invoice with exactly what a credit note took."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.invoices import Invoice, InvoiceKind

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

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
    cells = [
        replace(
            one,
            invoice_id=new_id,
            original_invoice_id=new_id,
            amount_minor=-one.amount_minor,
            net_minor=-one.net_minor,
            vat_minor=-one.vat_minor,
            gross_minor=-one.gross_minor,
        )
        for one in state.cells
        if one.invoice_id == note.id
    ]
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
    return (
        replace(
            state,
            invoices=(*state.invoices, added),
            cells=(*state.cells, *cells),
            vats=(*state.vats, *vats),
        ),
        added,
    )

"""The derived status of invoices as conditions of SQL: the same as `receivables.invoice_status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, case, cast, false, func, or_, select

from app.domain.documents import DocumentState
from app.domain.receivables import InvoiceStatus
from app.storage import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select, Table

    from app.domain.sales import SaleStatus

OPEN_MINOR: ColumnElement[int] = (
    t.receivable.c.entered_minor
    + t.receivable.c.rounded_minor
    - t.receivable.c.written_off_minor
    - t.receivable.c.paid_minor
    - t.receivable.c.credited_minor
    + t.receivable.c.used_minor
)
"""What is open of a receivable, as `Receivable.open_minor` says."""
_UNDOCUMENTED = frozenset({InvoiceStatus.VOID, InvoiceStatus.FUTURE, InvoiceStatus.TODO})


def has_status(invoice: Table, statuses: Collection[InvoiceStatus]) -> ColumnElement[bool]:
    """Keep the invoices whose status on the club's day is one of these."""
    wanted = frozenset(statuses)
    kept: list[ColumnElement[bool]] = []
    if wanted & _UNDOCUMENTED:
        kept.append(and_(~_is_begun(invoice), _planned(invoice, wanted & _UNDOCUMENTED)))
    begun = wanted - _UNDOCUMENTED
    if begun:
        kept.append(_with_status(invoice, begun))
    return or_(false(), *kept)


def is_of_sale_in(invoice: Table, statuses: Collection[SaleStatus]) -> ColumnElement[bool]:
    """Keep the invoices of Sales with one of these statuses."""
    sale = t.sale
    query = select(sale.c.id).where(
        sale.c.organisation_id == invoice.c.organisation_id,
        sale.c.id == invoice.c.sale_id,
        sale.c.status.in_(list(statuses)),
    )
    return query.exists()


def today_at(table: Table) -> ColumnElement[Any]:
    """Return the day it is at the club that a table's row belongs to."""
    own = t.organisation
    zone = select(own.c.time_zone).where(own.c.id == table.c.organisation_id).correlate(table)
    return cast(func.timezone(zone.scalar_subquery(), func.now()), Date)


def _is_begun(invoice: Table) -> ColumnElement[bool]:
    """Tell whether an invoice has a document, or one is being made, or it waits for one."""
    return _facts(invoice, _begun()).exists()


def _planned(invoice: Table, statuses: Collection[InvoiceStatus]) -> ColumnElement[bool]:
    """Tell whether an invoice to which nothing has happened has one of these statuses."""
    planned_on, today = invoice.c.planned_on, today_at(invoice)
    found = case(
        (invoice.c.amount_minor == 0, InvoiceStatus.VOID.value),
        (planned_on > today, InvoiceStatus.FUTURE.value),
        else_=InvoiceStatus.TODO.value,
    )
    return found.in_([one.value for one in statuses])


def _with_status(invoice: Table, statuses: Collection[InvoiceStatus]) -> ColumnElement[bool]:
    """Tell whether an invoice with a claim or document has one of these statuses."""
    r = t.receivable
    entered, whole = r.c.entered_minor, func.abs(r.c.entered_minor)
    is_credited = or_(entered < 0, and_(whole > 0, r.c.noted_minor >= whole))
    is_late = and_(OPEN_MINOR > 0, r.c.due_on < today_at(invoice))
    found = case(
        (r.c.document_state.is_distinct_from(DocumentState.ACCEPTED), InvoiceStatus.PENDING.value),
        (and_(OPEN_MINOR == 0, is_credited), InvoiceStatus.CREDITED.value),
        (OPEN_MINOR == 0, InvoiceStatus.RECEIVED.value),
        (is_late, InvoiceStatus.OVERDUE.value),
        (func.abs(OPEN_MINOR) < whole, InvoiceStatus.PARTIAL.value),
        else_=InvoiceStatus.OPEN.value,
    )
    return _facts(invoice, _begun(), found.in_([one.value for one in statuses])).exists()


def _begun() -> ColumnElement[bool]:
    """Tell of facts whether a document exists, is being made, or is waited for."""
    r = t.receivable
    return or_(r.c.document_id.is_not(None), r.c.claimed_at.is_not(None), r.c.is_waiting)


def _facts(invoice: Table, *conditions: ColumnElement[bool]) -> Select[tuple[UUID]]:
    """Select the facts of an invoice that meet conditions."""
    r = t.receivable
    own = (r.c.organisation_id == invoice.c.organisation_id, r.c.invoice_id == invoice.c.id)
    return select(r.c.invoice_id).where(*own, *conditions).correlate(invoice)

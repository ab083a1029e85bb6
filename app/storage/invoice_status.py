"""The derived status of invoices as conditions of SQL: the same as `receivables.invoice_status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, case, cast, false, func, literal_column, or_, select, true

from app.domain.documents import DocumentState
from app.domain.receivables import InvoiceStatus
from app.storage import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import ColumnElement, FromClause, Select

    from app.domain.sales import SaleStatus


def open_minor(facts: FromClause) -> ColumnElement[int]:
    """Return what is open of a receivable, as `Receivable.open_minor` says."""
    r = facts.c
    return (
        r.entered_minor
        + r.rounded_minor
        - r.written_off_minor
        - r.paid_minor
        - r.credited_minor
        + r.used_minor
    )


_UNSETTLED = frozenset({InvoiceStatus.OPEN, InvoiceStatus.PARTIAL, InvoiceStatus.OVERDUE})
_UNDOCUMENTED = frozenset({InvoiceStatus.VOID, InvoiceStatus.FUTURE, InvoiceStatus.TODO})


def has_status(
    invoice: FromClause, statuses: Collection[InvoiceStatus], today: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Keep the invoices whose status on the club's day is one of these."""
    wanted = frozenset(statuses)
    kept: list[ColumnElement[bool]] = []
    if wanted & _UNDOCUMENTED:
        # Asked row by row: the page is full long before all facts could be compared with it.
        is_untouched = _is_begun(invoice).is_not(true())
        kept.append(and_(is_untouched, _planned(invoice, wanted & _UNDOCUMENTED, today)))
    begun = wanted - _UNDOCUMENTED
    if begun:
        kept.append(_with_status(invoice, begun, today))
    return or_(false(), *kept)


def is_of_sale_in(invoice: FromClause, statuses: Collection[SaleStatus]) -> ColumnElement[bool]:
    """Keep the invoices of Sales with one of these statuses."""
    sale = t.sale
    query = select(sale.c.id).where(
        sale.c.organisation_id == invoice.c.organisation_id,
        sale.c.id == invoice.c.sale_id,
        sale.c.status.in_(list(statuses)),
    )
    return query.correlate_except(sale).exists()


def today_of(organisation_id: ColumnElement[UUID]) -> ColumnElement[Any]:
    """Return the day it is at a club, read once in a statement."""
    own = t.organisation.alias()
    day = cast(func.timezone(own.c.time_zone, func.now()), Date)
    query = select(day).where(own.c.id == organisation_id)
    return query.correlate_except(own).scalar_subquery()


def status_of(
    invoice: FromClause, facts: FromClause, today: ColumnElement[Any]
) -> ColumnElement[str]:
    """Return the status of an invoice beside its facts, whose columns are NULL where it has none.

    The same as `receivables.invoice_status`.
    """
    begun, planned = _status_begun(facts, today), _status_planned(invoice, today)
    return case((_begun(facts), begun), else_=planned)


def _is_begun(invoice: FromClause) -> ColumnElement[bool]:
    """Tell whether an invoice has a document, or one is being made, or it waits for one."""
    return _facts(invoice, _begun(t.receivable)).exists()


def _planned(
    invoice: FromClause, statuses: Collection[InvoiceStatus], today: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Tell whether an invoice to which nothing has happened has one of these statuses."""
    found = _status_planned(invoice, today).in_([one.value for one in statuses])
    # Said once more so that an index of dates can be used.
    if statuses == {InvoiceStatus.FUTURE}:
        return and_(found, invoice.c.planned_on > today)
    return and_(found, invoice.c.planned_on <= today) if statuses == {InvoiceStatus.TODO} else found


def _status_planned(invoice: FromClause, today: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the status of an invoice to which nothing has happened."""
    return case(
        (invoice.c.amount_minor == 0, InvoiceStatus.VOID.value),
        (invoice.c.planned_on > today, InvoiceStatus.FUTURE.value),
        else_=InvoiceStatus.TODO.value,
    )


def _with_status(
    invoice: FromClause, statuses: Collection[InvoiceStatus], today: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Tell whether an invoice with a claim or document has one of these statuses."""
    r = t.receivable
    found = _status_begun(r, today).in_([one.value for one in statuses])
    return _facts(invoice, _begun(r), found, *_implied(r, frozenset(statuses))).exists()


def _implied(r: FromClause, statuses: frozenset[InvoiceStatus]) -> tuple[ColumnElement[bool], ...]:
    """Say what follows from statuses that few invoices have, so that an index of the few is used.

    The words are those of the partial indexes of `receivable`.
    """
    if statuses <= _UNSETTLED:
        return (open_minor(r) != literal_column("0"),)
    if statuses == {InvoiceStatus.PENDING}:
        accepted: ColumnElement[str] = literal_column(f"'{DocumentState.ACCEPTED.value}'")
        return (r.c.document_state.is_distinct_from(accepted),)
    if statuses == {InvoiceStatus.CREDITED}:
        nothing: ColumnElement[int] = literal_column("0")
        return (or_(r.c.noted_minor > nothing, r.c.entered_minor < nothing),)
    return ()


def _status_begun(r: FromClause, today: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the status of an invoice with a claim or document."""
    entered, whole, left = r.c.entered_minor, func.abs(r.c.entered_minor), open_minor(r)
    is_credited = or_(entered < 0, and_(whole > 0, r.c.noted_minor >= whole))
    is_late = and_(left > 0, r.c.due_on < today)
    return case(
        (r.c.document_state.is_distinct_from(DocumentState.ACCEPTED), InvoiceStatus.PENDING.value),
        (and_(left == 0, is_credited), InvoiceStatus.CREDITED.value),
        (left == 0, InvoiceStatus.RECEIVED.value),
        (is_late, InvoiceStatus.OVERDUE.value),
        (func.abs(left) < whole, InvoiceStatus.PARTIAL.value),
        else_=InvoiceStatus.OPEN.value,
    )


def _begun(r: FromClause) -> ColumnElement[bool]:
    """Tell of facts whether a document exists, is being made, or is waited for."""
    return or_(r.c.document_id.is_not(None), r.c.claimed_at.is_not(None), r.c.is_waiting)


def _facts(invoice: FromClause, *conditions: ColumnElement[bool]) -> Select[tuple[UUID]]:
    """Select the facts of an invoice that meet conditions."""
    r = t.receivable
    own = (r.c.organisation_id == invoice.c.organisation_id, r.c.invoice_id == invoice.c.id)
    return select(r.c.invoice_id).where(*own, *conditions).correlate_except(r)

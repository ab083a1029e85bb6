"""Which rows an actor may read: the one predicate that every read of the API carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, or_, select

from app.domain.documents import DocumentState
from app.domain.permissions import READS, PortalRows, Role, require_read
from app.domain.reports import ReportSharing
from app.storage import tables

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement, FromClause, Table

    from app.domain.permissions import Actor

_SHARED = frozenset({"report", "report_version"})
"""Tables of which those who are not root see what is shared with them."""
_OWNED = frozenset({"report_schedule", "report_delivery", "report_link"})
"""Tables of which those who are not root see what is their own."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose rows are read: ids, or the parameters of a statement that stand for them."""

    organisation_id: UUID | ColumnElement[UUID]
    account_id: UUID | ColumnElement[UUID] | None
    person: str | ColumnElement[str]


def visible(table: Table, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a table's rows must meet to be read by an actor.

    It always names the organisation; portal users see less. Refuses with PERMISSION_DENIED a
    table that the actor's role or scopes cannot read at all.
    """
    return visible_rows(table, table, actor, _caller_of(actor))


def _caller_of(actor: Actor) -> Caller:
    return Caller(actor.organisation_id, actor.account_id, actor.person)


def visible_rows(
    table: Table, rows: FromClause, actor: Actor, caller: Caller
) -> ColumnElement[bool]:
    """Return the same condition for rows of a table under another name, for a caller of a kind.

    The actor says what can be read, by role and scopes; the caller, whose rows.
    """
    if table is tables.organisation:
        return rows.c.id == caller.organisation_id
    require_read(actor, table.name)
    own = rows.c.organisation_id == caller.organisation_id
    if table.name in _OWNED and actor.role is not Role.ROOT:
        return own & _owned(table, rows, caller)
    if table.name in _SHARED:
        shared = _shared_reports(table, rows, actor, caller)
        return own if shared is None else own & shared
    if actor.role is not Role.PORTAL:
        return own
    narrowed = _portal(table, rows, READS[table.name].portal, caller)
    return own if narrowed is None else own & narrowed


def _shared_reports(
    table: Table, rows: FromClause, actor: Actor, caller: Caller
) -> ColumnElement[bool] | None:
    """Narrow reports to one's own and those that are shared with the role; None: root sees all."""
    if actor.role is Role.ROOT:
        return None
    report = rows if table is tables.report else tables.report
    of_role = and_(
        report.c.sharing == ReportSharing.GROUPS, report.c.groups.contains([str(actor.role)])
    )
    is_shared = or_(report.c.sharing == ReportSharing.EVERYONE, of_role)
    shown = or_(report.c.owner == caller.person, and_(report.c.deleted_at.is_(None), is_shared))
    if table is tables.report:
        return shown
    ids = select(report.c.id).where(report.c.organisation_id == caller.organisation_id, shown)
    return rows.c.report_id.in_(ids.correlate_except(report))


def _owned(table: Table, rows: FromClause, caller: Caller) -> ColumnElement[bool]:
    """Narrow schedules and links to one's own, and deliveries to those of one's own schedules."""
    schedule = tables.report_schedule
    if "owner" in table.c:
        own: ColumnElement[bool] = rows.c.owner == caller.person
        return own
    ids = select(schedule.c.id).where(
        schedule.c.organisation_id == caller.organisation_id, schedule.c.owner == caller.person
    )
    return rows.c.schedule_id.in_(ids.correlate_except(schedule))


def _portal(
    table: Table, rows: FromClause, which: PortalRows, caller: Caller
) -> ColumnElement[bool] | None:
    """Narrow a table to what a portal user's account may see; None: nothing to narrow."""
    if which is PortalRows.ALL:
        return None
    if which is PortalRows.OWN_ACCOUNT:
        column = rows.c.id if table is tables.account else rows.c.account_id
        own: ColumnElement[bool] = column == caller.account_id
        return own
    if which is PortalRows.OWN_DOCUMENTS:
        return _own_documents(table, rows, caller)
    if which is PortalRows.OWN_SALES:
        sale = tables.sale
        sales = select(sale.c.id).where(
            sale.c.organisation_id == caller.organisation_id,
            sale.c.account_id == caller.account_id,
        )
        return rows.c.sale_id.in_(sales.correlate_except(sale))
    return _public(table, rows, caller)


def _own_documents(table: Table, rows: FromClause, caller: Caller) -> ColumnElement[bool]:
    """Narrow documents to an account's accepted ones, and files to those that came with them."""
    document = tables.invoice_document
    if table is document:
        return and_(*_accepted_of(rows, caller))
    files = select(document.c.file_id).where(
        document.c.organisation_id == caller.organisation_id, *_accepted_of(document, caller)
    )
    return rows.c.id.in_(files.correlate_except(document))


def _accepted_of(rows: FromClause, caller: Caller) -> tuple[ColumnElement[bool], ...]:
    """Keep an account's accepted documents."""
    accepted: Any = rows.c.state == DocumentState.ACCEPTED
    return rows.c.account_id == caller.account_id, accepted


def _public(table: Table, rows: FromClause, caller: Caller) -> ColumnElement[bool]:
    """Narrow price lists and their prices to what is public."""
    if table is tables.price_list:
        public: ColumnElement[bool] = rows.c.is_public
        return public
    if table is tables.price:
        lists = tables.price_list
        ids = select(lists.c.id).where(
            lists.c.organisation_id == caller.organisation_id, lists.c.is_public
        )
        return rows.c.price_list_id.in_(ids.correlate_except(lists))
    return false()

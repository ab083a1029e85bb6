"""Which rows an actor may read: the one predicate that every read of the API carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, false, select

from app.domain.documents import DocumentState
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import READS, PortalRows, Role, can_read
from app.storage import tables

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from app.domain.permissions import Actor


def visible(table: Table, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a table's rows must meet to be read by an actor.

    It always names the organisation; portal users see less. Refuses with PERMISSION_DENIED a
    table that the actor's role cannot read at all.
    """
    if table is tables.organisation:
        return table.c.id == actor.organisation_id
    if not can_read(actor, table.name):
        name = table.name.replace("_", " ")
        refuse(ErrorCode.PERMISSION_DENIED, f"role {actor.role} may not read any {name}")
    own = table.c.organisation_id == actor.organisation_id
    return (
        own
        if actor.role is not Role.PORTAL
        else own & _portal(table, READS[table.name].portal, actor)
    )


def _portal(table: Table, rows: PortalRows, actor: Actor) -> ColumnElement[bool]:
    """Narrow a table to what a portal user's account may see."""
    if rows is PortalRows.ALL:
        return table.c.organisation_id == actor.organisation_id
    if rows is PortalRows.OWN_ACCOUNT:
        column = table.c.id if table is tables.account else table.c.account_id
        return column == actor.account_id
    if rows is PortalRows.OWN_DOCUMENTS:
        return _own_documents(table, actor)
    if rows is PortalRows.OWN_SALES:
        sale = tables.sale
        own = select(sale.c.id).where(
            sale.c.organisation_id == actor.organisation_id, sale.c.account_id == actor.account_id
        )
        return table.c.sale_id.in_(own)
    return _public(table, actor)


def _own_documents(table: Table, actor: Actor) -> ColumnElement[bool]:
    """Narrow documents to an account's accepted ones, and files to those that came with them."""
    document = tables.invoice_document
    own = (document.c.account_id == actor.account_id, document.c.state == DocumentState.ACCEPTED)
    if table is document:
        return and_(*own)
    files = select(document.c.file_id).where(
        document.c.organisation_id == actor.organisation_id, *own
    )
    return table.c.id.in_(files)


def _public(table: Table, actor: Actor) -> ColumnElement[bool]:
    """Narrow price lists and their prices to what is public."""
    if table is tables.price_list:
        return table.c.is_public
    if table is tables.price:
        lists = tables.price_list
        public = select(lists.c.id).where(
            lists.c.organisation_id == actor.organisation_id, lists.c.is_public
        )
        return table.c.price_list_id.in_(public)
    return false()

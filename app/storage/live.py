"""Reads for live data: which rows a filter finds, and where places and Sales belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from app.storage import tables as t
from app.storage.conditions import clauses
from app.storage.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import BindParameter, Select

    from app.domain.permissions import Actor
    from app.storage.conditions import Condition


def matching_ids(
    actor: Actor, table_name: str, conditions: Sequence[Condition], limit: int
) -> Select[Any]:
    """Select the ids of up to `limit` rows that an actor may see and that meet conditions."""
    table = t.metadata.tables[table_name]
    query = select(table.c.id).where(
        visible(table, actor), *clauses(table, conditions, actor.organisation_id)
    )
    return query.order_by(table.c.id.desc()).limit(limit)


def times_of_pools(pool_ids: Collection[UUID]) -> Select[Any]:
    """Select the organisation, calendar item and season of pools, of any organisation."""
    p = t.pool
    query = select(p.c.id, p.c.organisation_id, p.c.calendar_item_id, p.c.season_id)
    return query.where(p.c.id == any_(_ids(pool_ids)))


def accounts_of_sales(organisation_id: UUID, sale_ids: Collection[UUID]) -> Select[Any]:
    """Select the account of each of an organisation's Sales."""
    s = t.sale
    return select(s.c.id, s.c.account_id).where(
        s.c.organisation_id == organisation_id, s.c.id == any_(_ids(sale_ids))
    )


def _ids(ids: Collection[UUID]) -> BindParameter[Any]:
    return bindparam(None, list(ids), type_=ARRAY(Uuid()))

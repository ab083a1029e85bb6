"""Tickets as access control is told of them: who may come in, where, and to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.accounts import TicketHolder
from app.domain.calendar import CalendarItem, Season
from app.domain.products import Product
from app.domain.sales import EntitlementStatus, SaleStatus
from app.domain.venues import Resource

if TYPE_CHECKING:
    from app.domain.sales import Entitlement, Sale
    from app.storage.unit_of_work import UnitOfWork


def ticket_record(work: UnitOfWork, one: Entitlement, sale: Sale) -> dict[str, Any]:
    """Build the record of one right to enter; its barcode is its id, which gates read."""
    is_live = one.status is EntitlementStatus.LIVE and sale.status is SaleStatus.FINAL
    product = work.get(Product, one.product_id)
    items = work.by_id(CalendarItem, [one.calendar_item_id])
    item = next(iter(items.values()), None)
    season_id = item.season_id if item else sale.season_id
    season = next(iter(work.by_id(Season, [season_id]).values()), None)
    seat = next(iter(work.by_id(Resource, [one.resource_id]).values()), None)
    holder = next(iter(work.by_id(TicketHolder, [one.ticket_holder_id]).values()), None)
    more = {
        "category": (seat.category if seat else None) or product.category,
        "seat": seat.label if seat else None,
        "holder": f"{holder.first_name} {holder.last_name}" if holder else sale.name_on_tickets,
        "reason": None if is_live else str(one.status),
    }
    return {
        "id": str(one.id),
        "barcode": str(one.id),
        "status": "LIVE" if is_live else "CANCELLED",
        "is_admitted": is_live,
        "season": season.code if season else "",
        "event": item.code if item else "",
        "product": product.code,
        **{name: value for name, value in more.items() if value},
    }

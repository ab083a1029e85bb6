"""Season tickets of the demo club that are given back for one match, and seats sold again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.commands import cancelling
from app.commands.finalise import FinaliseSale, finalise_sale
from app.commands.invoice_schedules import SetSchedule, set_schedule
from app.commands.sale_lines import AddLines, add_lines
from app.commands.sale_terms import NewSale
from app.commands.sales import create_sale
from app.domain.accounts import Account
from app.domain.calendar import CalendarItem, CalendarItemKind
from app.domain.cancel_selection import Selection
from app.domain.lines import NewLine
from app.domain.products import Product, ProductKind
from app.domain.sales import Entitlement, EntitlementStatus, Sale, SaleLine, SaleStatus, SaleType
from app.domain.schedule import EqualRecipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

REASON = "Season ticket given back for a match"
REFERENCE = "RESALE-{}"
_ZONE = ZoneInfo("Europe/Brussels")
_MATCHES, _RELEASED, _RESOLD = 2, 4, 3
"""Matches, seats that are given back for each, and how many of these are sold again."""


def tell_releases(work: UnitOfWork, actor: Actor, now: datetime) -> None:
    """Give seats of season tickets back for the next matches, and sell most of them again.

    Does nothing when that was done before.
    """
    if work.find(Sale, reference=REFERENCE.format(0)):
        return
    buyers = [one.id for one in sorted(work.find(Account), key=lambda one: one.code)]
    number = 0
    for item in _next_matches(work, now):
        for place, one in enumerate(_seats(work, item)):
            wanted = cancelling.CancelSale(
                one.sale_id, Selection(entitlement_ids=(one.id,)), REASON
            )
            cancelling.carry_out(work, actor, wanted)
            if place < _RESOLD:
                _sell_again(work, actor, one, buyers[number], REFERENCE.format(number))
                number += 1


def _next_matches(work: UnitOfWork, now: datetime) -> Sequence[CalendarItem]:
    """Return the first matches to come."""
    begins = now + timedelta(days=1)
    items = [
        one
        for one in work.find(CalendarItem, kind=CalendarItemKind.MATCH)
        if one.starts_at > begins
    ]
    return sorted(items, key=lambda one: one.starts_at)[:_MATCHES]


def _seats(work: UnitOfWork, item: CalendarItem) -> list[Entitlement]:
    """Choose seats of season tickets that stand alone, one of each Sale.

    Those of packages and those with a formula would take more than the seat with them.
    """
    sales = {one.id for one in work.find(Sale, type=SaleType.SEASON, status=SaleStatus.FINAL)}
    seats = {one.id for one in work.find(Product, kind=ProductKind.SEAT)}
    live = work.find(Entitlement, calendar_item_id=item.id, status=EntitlementStatus.LIVE)
    needed = {one.seat_entitlement_id for one in live}
    lines = work.by_id(SaleLine, {one.line_id for one in live})
    chosen: dict[UUID, Entitlement] = {}
    for one in live:
        is_alone = lines[one.line_id].product_id == one.product_id and one.id not in needed
        if is_alone and one.sale_id in sales and one.product_id in seats and one.resource_id:
            chosen.setdefault(one.sale_id, one)
    return list(chosen.values())[:_RELEASED]


def _sell_again(
    work: UnitOfWork, actor: Actor, seat: Entitlement, account_id: UUID, reference: str
) -> None:
    """Sell a seat that was given back, at the list price of the one who buys it."""
    new = NewSale(SaleType.TICKET, account_id=account_id, reference=reference)
    sale_id = create_sale(work, actor, new).ids["sale"]
    line = NewLine(
        product_id=seat.product_id,
        quantity=1,
        calendar_item_id=seat.calendar_item_id,
        unit_price_minor=45_00,
        seat_ids=(seat.resource_id,) if seat.resource_id is not None else (),
    )
    add_lines(work, actor, AddLines(sale_id, _version(work, sale_id), (line,)))
    recipe = EqualRecipe(1, (work.now.astimezone(_ZONE) + timedelta(days=7)).date())
    set_schedule(work, actor, SetSchedule(sale_id, _version(work, sale_id), recipe))
    finalise_sale(work, actor, FinaliseSale(sale_id, _version(work, sale_id)))


def _version(work: UnitOfWork, sale_id: UUID) -> int:
    """Return the version that a Sale has now."""
    return work.get(Sale, sale_id).version

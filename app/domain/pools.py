"""Pools as people set them: whose they are, how many places they have, when that is too few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode
from app.domain.products import ProductScope
from app.domain.validation import LONG_TEXT_LIMIT
from app.domain.venues import CAPACITY_LIMIT

if TYPE_CHECKING:
    from app.domain.inventory import Pool
    from app.domain.products import Product
    from app.domain.validation import Check


def check_pool(pool: Pool, product: Product | None, check: Check) -> None:
    """Collect what is wrong with a new pool; `product` is the one it belongs to, if to one."""
    check_places(pool, check)
    if (pool.product_id is None) is (pool.location_id is None):
        message = "a pool belongs to either a product or a location"
        check.add(ErrorCode.INPUT_INVALID, message, "productId")
    if pool.calendar_item_id is not None and pool.season_id is not None:
        message = "a pool is for a calendar item, for a season, or for good; give one or none"
        check.add(ErrorCode.INPUT_INVALID, message, "seasonId")
    if product is None:
        return
    if not product.needs_pool:
        message = f"{product.name} takes no places of a pool: unlimited, numbered or a package"
        check.add(ErrorCode.INPUT_INVALID, message, "productId")
    given = {
        ProductScope.CALENDAR_ITEM: pool.calendar_item_id is not None,
        ProductScope.SEASON: pool.season_id is not None,
        ProductScope.NONE: pool.calendar_item_id is None and pool.season_id is None,
    }
    if not given[product.scope]:
        message = f"{product.name} is granted per {product.scope}; the pool must be for one"
        if product.scope is ProductScope.NONE:
            message = f"{product.name} is granted once; its pool has no calendar item and no season"
        field = "seasonId" if product.scope is ProductScope.SEASON else "calendarItemId"
        check.add(ErrorCode.INPUT_INVALID, message, field)


def check_places(pool: Pool, check: Check) -> None:
    """Collect a capacity out of bounds, and more blocked places than there are."""
    check.whole("capacity", pool.capacity, 0, CAPACITY_LIMIT)
    check.whole("blocked", pool.blocked, 0, max(pool.capacity, 0))


def check_capacity(
    before: Pool, after: Pool, check: Check, *, force: bool, reason: str | None
) -> bool:
    """Collect what is wrong with new places of a pool; tell whether they are forced.

    They are when fewer places are left than are taken, and fewer than before. Only then is a
    reason needed.
    """
    check_places(after, check)
    check.optional_text("reason", reason, LONG_TEXT_LIMIT)
    if after.free >= 0 or after.free >= before.free:
        return False
    if not force:
        message = (
            f"{before.taken} places are taken and {after.capacity - after.blocked} would be left; "
            "force it with a reason to record an overbooking"
        )
        check.add(ErrorCode.CAPACITY_BELOW_TAKEN, message, "capacity")
    elif reason is None or not reason.strip():
        message = "say why the capacity falls below what is taken"
        check.add(ErrorCode.REASON_REQUIRED, message, "reason")
    return force

"""Holds: reminding of their end, releasing what expired, extending and reviving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.drafts import hold_inventory, open_sale
from app.commands.execution import Outcome
from app.commands.sales import hold_end
from app.domain.calendar import CalendarItem, is_sellable
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.lifecycle import status_after
from app.domain.organisations import HoldAction
from app.domain.sales import Entitlement, EntitlementStatus, Sale, SaleAction, SaleStatus
from app.domain.validation import Check
from app.storage.holds import (
    expired_sales,
    holders_of_pools,
    holders_of_seats,
    lock_if_idle,
    sales_to_remind,
)
from app.storage.inventory import end_entitlements, lock_resources, revive_entitlements
from app.storage.organisations import read_organisation
from app.storage.sales import load_sale, save_sale

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import InventoryTaken, Runner
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

SYSTEM = "system:holds"
"""Who acts when a hold ends by itself."""
SWEEP_LIMIT = 200
"""Sales handled by one sweep."""
HOLD_LIMIT_DAYS = 730
"""How far ahead a hold may end."""


@dataclass(frozen=True, slots=True)
class SetHold:
    """When a Draft's hold ends; without an end the club's term for a sent proposal counts."""

    sale_id: UUID
    expected_version: int
    expires_at: datetime | None = None
    action: HoldAction | None = None


@dataclass(frozen=True, slots=True)
class NameSale:
    """A Sale at the version it was seen."""

    sale_id: UUID
    expected_version: int


def set_hold(work: UnitOfWork, actor: Actor, request: SetHold) -> Outcome:
    """Set or extend when a Draft's hold ends, and what happens then."""
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.EXTEND_HOLD
    )
    organisation = read_organisation(work)
    proposal = timedelta(days=organisation.proposal_hold_days)
    expires_at = request.expires_at or work.now + proposal
    check = Check()
    check.instant("expiresAt", expires_at)
    check.refuse_if_any()
    if not work.now < expires_at <= work.now + timedelta(days=HOLD_LIMIT_DAYS):
        message = f"a hold ends in the future, within {HOLD_LIMIT_DAYS} days"
        refuse(ErrorCode.DATE_INVALID, message, "expiresAt")
    sale = replace(
        before.sale,
        hold_expires_at=expires_at,
        hold_action=request.action or before.sale.hold_action,
        hold_reminded_at=None,
    )
    save_sale(work, "sale.hold_set", before, replace(before, sale=sale))
    return Outcome({"sale": sale.id})


def expire_sale(work: UnitOfWork, actor: Actor, request: NameSale) -> Outcome:
    """Release a Draft's inventory now; the Sale stays as EXPIRED and can be revived."""
    before = open_sale(work, actor, request.sale_id, request.expected_version, SaleAction.EXPIRE)
    _release(work, before.sale.id)
    return Outcome({"sale": request.sale_id})


def revive_sale(work: UnitOfWork, actor: Actor, request: NameSale) -> Outcome:
    """Make an expired Sale a Draft again by reserving everything it had, or nothing.

    Raises:
        DomainError: CALENDAR_ITEM_CLOSED when a calendar item of the Sale has begun meanwhile.
        InventoryTaken: seats or places went to somebody else.
    """
    before = open_sale(work, actor, request.sale_id, request.expected_version, SaleAction.REVIVE)
    found = work.find(Entitlement, sale_id=before.sale.id, status=EntitlementStatus.RELEASED.value)
    items = work.by_id(CalendarItem, {one.calendar_item_id for one in found}, share=True)
    closed = [item.name for item in items.values() if not is_sellable(item, work.now)]
    if closed:
        message = f"these have begun or are closed: {', '.join(sorted(closed))}"
        refuse(ErrorCode.CALENDAR_ITEM_CLOSED, message, "saleId")
    sale = replace(
        before.sale,
        status=status_after(before.sale, SaleAction.REVIVE),
        expired_at=None,
        hold_expires_at=hold_end(read_organisation(work), before.sale.channel, work.now),
        hold_reminded_at=None,
    )
    save_sale(work, "sale.revived", before, replace(before, sale=sale))
    lock_resources(work, {one.resource_id for one in found if one.resource_id is not None})
    revive_entitlements(work, found)
    hold_inventory(work, found)
    work.emit(Topic.SALE_REVIVED, "sale", sale.id, code=sale.code)
    return Outcome({"sale": sale.id})


def _release(work: UnitOfWork, sale_id: UUID) -> None:
    """Expire a locked Draft: free its inventory, keep its lines."""
    before = load_sale(work, sale_id)
    end_entitlements(work, sale_id, EntitlementStatus.RELEASED)
    sale = replace(
        before.sale,
        status=status_after(before.sale, SaleAction.EXPIRE),
        expired_at=work.now,
        hold_expires_at=None,
    )
    save_sale(work, "sale.expired", before, replace(before, sale=sale))
    work.emit(Topic.SALE_EXPIRED, "sale", sale.id, code=sale.code)


def release_expired(
    runner: Runner, organisation_id: UUID, sale_id: UUID, now: datetime | None = None
) -> bool:
    """Release a Draft whose hold has ended, unless somebody works on it; tell whether it did.

    `now` is the instant at which a hold counts as ended; the transaction's own when omitted.
    """

    def action(work: UnitOfWork) -> bool:
        sale = lock_if_idle(work, sale_id)
        lapsed = (
            sale is not None
            and sale.status is SaleStatus.DRAFT
            and sale.hold_action is HoldAction.RELEASE
            and sale.hold_expires_at is not None
            and sale.hold_expires_at <= (now or work.now)
        )
        if lapsed:
            _release(work, sale_id)
        return lapsed

    return runner.transact(organisation_id, SYSTEM, action)


def free_for(runner: Runner, actor: Actor, taken: InventoryTaken) -> bool:
    """Release the expired holds that stand in a seller's way; tell whether any was released.

    Each is released in a transaction of its own, so that two sellers who need each other's
    expired seats cannot wait for each other.
    """

    def holders(work: UnitOfWork) -> list[UUID]:
        return [*holders_of_seats(work, taken.seats), *holders_of_pools(work, list(taken.pools))]

    found = runner.transact(actor.organisation_id, SYSTEM, holders)
    freed = [release_expired(runner, actor.organisation_id, sale_id) for sale_id in found]
    return any(freed)


def sweep_holds(runner: Runner, now: datetime) -> int:
    """Release what has expired and remind of what soon will, over all clubs.

    Returns how many Sales were released or reminded of, at most `SWEEP_LIMIT` of each.
    """
    handled = 0
    for organisation_id, sale_id in expired_sales(runner.engine, now, SWEEP_LIMIT):
        handled += release_expired(runner, organisation_id, sale_id, now)
    for organisation_id, sale_id in sales_to_remind(runner.engine, now, SWEEP_LIMIT):
        handled += runner.transact(organisation_id, SYSTEM, _remind(sale_id))
    return handled


def _remind(sale_id: UUID) -> Callable[[UnitOfWork], bool]:
    """Return the action that announces once that a hold will end."""

    def action(work: UnitOfWork) -> bool:
        found = work.find(Sale, lock=True, id=sale_id)
        if not found or found[0].hold_reminded_at is not None or found[0].hold_expires_at is None:
            return False
        sale = replace(found[0], hold_reminded_at=work.now)
        work.update([sale])
        work.emit(
            Topic.SALE_HOLD_EXPIRING,
            "sale",
            sale.id,
            code=sale.code,
            expires_at=sale.hold_expires_at,
        )
        return True

    return action

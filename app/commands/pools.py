"""Pools: made with the calendar and the catalogue, and their capacity as people set it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.register import Change, Noun, check_version
from app.domain.calendar import CalendarItem, Season
from app.domain.errors import ErrorCode
from app.domain.inventory import Overbooking, Pool
from app.domain.permissions import Permission, require
from app.domain.pools import check_capacity, check_pool
from app.domain.products import Product
from app.domain.validation import Check
from app.domain.venues import Location

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetCapacity:
    """New places of a pool at the version it was read; `blocked` None leaves what is blocked.

    With `force` the places may fall below what is taken, for a `reason` that is recorded.
    """

    id: UUID
    expected_version: int
    capacity: int
    blocked: int | None
    force: bool
    reason: str | None


def set_capacity(work: UnitOfWork, actor: Actor, request: SetCapacity) -> Outcome:
    """Change how many places a pool has, recording an overbooking when that is forced."""
    require(actor, Permission.CAPACITY_CHANGE)
    before = work.get(Pool, request.id, "id", lock=True)
    check_version(before.version, request.expected_version)
    blocked = before.blocked if request.blocked is None else request.blocked
    after = replace(before, capacity=request.capacity, blocked=blocked)
    check = Check()
    is_forced = check_capacity(before, after, check, force=request.force, reason=request.reason)
    check.refuse_if_any()
    if after == before:
        return Outcome({"pool": before.id})
    after = replace(after, version=before.version + 1)
    work.update([after])
    work.record("pool", after.id, "pool.capacity_set", before, after)
    if is_forced:
        require(actor, Permission.CAPACITY_FORCE)
        _record_overbooking(work, after, request.reason or "")
    return Outcome({"pool": before.id})


def _record_overbooking(work: UnitOfWork, pool: Pool, reason: str) -> None:
    """Keep who let a pool fall below what is taken, and why."""
    overbooking = Overbooking(
        id=work.new_id(),
        pool_id=pool.id,
        capacity=pool.capacity - pool.blocked,
        taken=pool.taken,
        reason=reason.strip(),
        created_by=work.actor_name,
        created_at=work.now,
    )
    work.insert([overbooking])
    work.record("overbooking", overbooking.id, "overbooking.created", None, overbooking)


def _check_pools(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect pools that are wrong in themselves, or whose place in time is taken by another."""
    products = work.by_id(Product, {change.after.product_id for change in changes})
    for change in changes:
        pool = change.after
        check_pool(pool, products.get(pool.product_id), change.check)
        same = work.find(
            Pool,
            calendar_item_id=pool.calendar_item_id,
            season_id=pool.season_id,
            product_id=pool.product_id,
            location_id=pool.location_id,
        )
        if any(other.id != pool.id for other in same):
            message = "there is such a pool already; set its capacity instead"
            change.check.add(ErrorCode.POOL_EXISTS, message)


POOL = Noun(
    "pool",
    Pool,
    Permission.CAPACITY_CHANGE,
    defaults={"blocked": 0, "taken": 0},
    references={
        "calendar_item_id": CalendarItem,
        "season_id": Season,
        "product_id": Product,
        "location_id": Location,
    },
    check=_check_pools,
)

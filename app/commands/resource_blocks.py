"""Blocking seats and parking places for single calendar items, and freeing them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.domain.calendar import CalendarItem
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, require
from app.domain.validation import LONG_TEXT_LIMIT, Check
from app.domain.venues import Resource, ResourceBlock
from app.storage.venues import reserved_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

BLOCK_LIMIT = 1_000
"""Pairs of resource and calendar item blocked or freed at once."""


@dataclass(frozen=True, slots=True)
class BlockResources:
    """Every one of the resources at every one of the calendar items, and why."""

    resource_ids: tuple[UUID, ...]
    calendar_item_ids: tuple[UUID, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class UnblockResources:
    """Every one of the resources at every one of the calendar items."""

    resource_ids: tuple[UUID, ...]
    calendar_item_ids: tuple[UUID, ...]


def block_resources(work: UnitOfWork, actor: Actor, request: BlockResources) -> Outcome:
    """Block resources at calendar items, or refuse naming each that somebody has.

    What is blocked already stays as it is, with its first reason. The resources are locked first:
    reserving one takes a share of its row, so either the block sees the reservation, or the
    reservation finds the block.
    """
    require(actor, Permission.CAPACITY_CHANGE)
    check = Check()
    check.text("reason", request.reason, LONG_TEXT_LIMIT)
    resources, items = _read_pairs(work, request, check)
    check.refuse_if_any()
    reserved = reserved_at(work, resources, items)
    _check_free(request, resources, items, reserved, check)
    check.refuse_if_any()
    stored = {
        (block.calendar_item_id, block.resource_id): block
        for block in work.find(
            ResourceBlock, resource_id=list(resources), calendar_item_id=list(items)
        )
    }
    added = [
        ResourceBlock(work.new_id(), item_id, resource_id, request.reason.strip(), work.now)
        for item_id in items
        for resource_id in resources
        if (item_id, resource_id) not in stored
    ]
    work.insert(added)
    for block in added:
        work.record("resource_block", block.id, "resource_block.created", None, block)
    blocks = stored | {(one.calendar_item_id, one.resource_id): one for one in added}
    pairs = [(item_id, resource_id) for item_id in items for resource_id in resources]
    return Outcome({f"{index:04}": blocks[pair].id for index, pair in enumerate(pairs)})


def unblock_resources(work: UnitOfWork, actor: Actor, request: UnblockResources) -> Outcome:
    """Remove the blocks of resources at calendar items; what is not blocked stays as it is."""
    require(actor, Permission.CAPACITY_CHANGE)
    check = Check()
    resources, items = _read_pairs(work, request, check)
    check.refuse_if_any()
    blocks = work.find(
        ResourceBlock, lock=True, resource_id=list(resources), calendar_item_id=list(items)
    )
    work.changes.note(blocks)
    work.delete(ResourceBlock, [block.id for block in blocks])
    for block in blocks:
        work.record("resource_block", block.id, "resource_block.removed", block, None)
    return Outcome({f"{index:04}": resource_id for index, resource_id in enumerate(resources)})


def _read_pairs(
    work: UnitOfWork, request: BlockResources | UnblockResources, check: Check
) -> tuple[Mapping[UUID, Resource], Mapping[UUID, CalendarItem]]:
    """Read and lock the resources, and read the calendar items, in the order asked for."""
    if len(request.resource_ids) * len(request.calendar_item_ids) > BLOCK_LIMIT:
        message = f"at most {BLOCK_LIMIT} pairs of resource and calendar item at once"
        check.add(ErrorCode.TOO_MANY_ITEMS, message, "resourceIds")
        return {}, {}
    for field, ids in (
        ("resourceIds", request.resource_ids),
        ("calendarItemIds", request.calendar_item_ids),
    ):
        if not ids:
            check.add(ErrorCode.INPUT_INVALID, f"{field} must name at least one", field)
    found = {one.id: one for one in work.find(Resource, lock=True, id=request.resource_ids)}
    items = work.by_id(CalendarItem, request.calendar_item_ids)
    _check_known("resourceIds", request.resource_ids, found, check)
    _check_known("calendarItemIds", request.calendar_item_ids, items, check)
    return (
        {one: found[one] for one in request.resource_ids if one in found},
        {one: items[one] for one in request.calendar_item_ids if one in items},
    )


def _check_known(
    field: str, wanted: Sequence[UUID], known: Mapping[UUID, object], check: Check
) -> None:
    """Collect ids of what does not exist."""
    for index, one in enumerate(wanted):
        if one not in known:
            check.add(ErrorCode.NOT_FOUND, f"{field} refers to nothing here", field, str(index))


def _check_free(
    request: BlockResources,
    resources: Mapping[UUID, Resource],
    items: Mapping[UUID, CalendarItem],
    reserved: set[tuple[UUID, UUID]],
    check: Check,
) -> None:
    """Collect every pair that somebody has reserved."""
    for index, resource_id in enumerate(request.resource_ids):
        for item_id in items:
            if (item_id, resource_id) in reserved:
                resource, item = resources[resource_id], items[item_id]
                message = f"{resource.label} ({resource.code}) is reserved at {item.name}"
                check.add(ErrorCode.RESOURCE_RESERVED, message, "resourceIds", str(index))

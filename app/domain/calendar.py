"""Seasons, calendar items, and the weighted bundles in which they are sold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode
from app.domain.valuation import whole_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.validation import Check

WEIGHT_LIMIT = 1_000_000
"""The largest weight of a bundle member or a package component."""
MEMBER_LIMIT = 500
"""Members of one bundle."""


class CalendarItemKind(StrEnum):
    """A match of the club, or any other event."""

    MATCH = "MATCH"
    EVENT = "EVENT"


class CalendarItemStatus(StrEnum):
    """Whether a calendar item is still to come."""

    PLANNED = "PLANNED"
    POSTPONED = "POSTPONED"
    PLAYED = "PLAYED"
    CANCELLED = "CANCELLED"


class BundleKind(StrEnum):
    """A subscription groups matches, a series groups events, a pack groups anything."""

    SUBSCRIPTION = "SUBSCRIPTION"
    SERIES = "SERIES"
    PACK = "PACK"


SELLABLE = frozenset({CalendarItemStatus.PLANNED, CalendarItemStatus.POSTPONED})
"""Statuses in which a calendar item can be sold."""

STATUS_CHANGES: dict[CalendarItemStatus, frozenset[CalendarItemStatus]] = {
    CalendarItemStatus.PLANNED: frozenset(CalendarItemStatus),
    CalendarItemStatus.POSTPONED: frozenset(CalendarItemStatus),
    CalendarItemStatus.PLAYED: frozenset({CalendarItemStatus.PLAYED}),
    CalendarItemStatus.CANCELLED: frozenset({CalendarItemStatus.CANCELLED}),
}
"""From each status to those that may follow; played and cancelled are final."""


@dataclass(frozen=True, slots=True)
class Season:
    """A sporting year; `ends_on` is its last day."""

    id: UUID
    code: str
    name: str
    starts_on: date
    ends_on: date
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """A match or event; `original_starts_at` keeps the first date of a postponed one."""

    id: UUID
    code: str
    name: str
    season_id: UUID
    venue_id: UUID
    kind: CalendarItemKind
    status: CalendarItemStatus
    starts_at: datetime
    original_starts_at: datetime
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarBundle:
    """A named group of a season's calendar items."""

    id: UUID
    code: str
    name: str
    season_id: UUID
    kind: BundleKind
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BundleItem:
    """One member of a bundle: a calendar item, or in a pack another bundle, with its weight."""

    id: UUID
    bundle_id: UUID
    position: int
    calendar_item_id: UUID | None
    member_bundle_id: UUID | None
    weight: int


def check_season(season: Season, check: Check) -> None:
    """Collect what is wrong with a season."""
    check.code("code", season.code)
    check.text("name", season.name)
    check.days("startsOn", season.starts_on, "endsOn", season.ends_on)


def check_calendar_item(item: CalendarItem, check: Check) -> None:
    """Collect what is wrong with a calendar item."""
    check.code("code", item.code)
    check.text("name", item.name)
    check.instant("startsAt", item.starts_at)


def check_calendar_item_change(
    before: CalendarItem, after: CalendarItem, check: Check, *, is_sold: bool, is_bundled: bool
) -> None:
    """Collect what a calendar item cannot become.

    `is_sold` says that it has live entitlements, `is_bundled` that a bundle has it as a member.
    """
    if after.status not in STATUS_CHANGES[before.status]:
        message = f"{before.name} is {before.status} and cannot become {after.status}"
        check.add(ErrorCode.CALENDAR_STATUS_INVALID, message)
    if after.starts_at != before.starts_at and before.status not in SELLABLE:
        message = f"{before.name} is {before.status}; its date stays {before.starts_at.isoformat()}"
        check.add(ErrorCode.CALENDAR_ITEM_CLOSED, message, "startsAt")
    if is_bundled and (before.season_id, before.kind) != (after.season_id, after.kind):
        message = f"{before.name} is in a bundle; take it out before changing its season or kind"
        check.add(ErrorCode.IN_USE, message, "seasonId")
    if not is_sold:
        return
    if after.season_id != before.season_id:
        message = f"{before.name} is sold in its season and must stay there"
        check.add(ErrorCode.CALENDAR_ITEM_SOLD, message, "seasonId")
    if after.venue_id != before.venue_id:
        message = f"seats and places of {before.name} are sold at its venue; it must stay there"
        check.add(ErrorCode.CALENDAR_ITEM_SOLD, message, "venueId")
    if CalendarItemStatus.CANCELLED in {after.status} - {before.status}:
        message = f"{before.name} has live entitlements; cancel what was sold first"
        check.add(ErrorCode.CALENDAR_ITEM_SOLD, message)


def first_date(before: CalendarItem, after: CalendarItem) -> datetime:
    """Return the date that a changed item first had: its own until it is postponed."""
    planned = before.status is after.status is CalendarItemStatus.PLANNED
    never_postponed = before.original_starts_at == before.starts_at
    return after.starts_at if planned and never_postponed else before.original_starts_at


def check_bundle(bundle: CalendarBundle, check: Check) -> None:
    """Collect what is wrong with a bundle's own fields."""
    check.code("code", bundle.code)
    check.text("name", bundle.name)


def check_members(
    bundle: CalendarBundle,
    members: Sequence[BundleItem],
    items: Mapping[UUID, CalendarItem],
    bundles: Mapping[UUID, tuple[CalendarBundle, Sequence[BundleItem]]],
    check: Check,
) -> None:
    """Collect what is wrong with a bundle's members.

    A subscription holds matches, a series events, a pack calendar items and other bundles that
    are not packs, all of the bundle's season; no calendar item may be reached twice, and the
    weights must not all be zero.
    """
    check.size("members", members, MEMBER_LIMIT)
    reached: dict[UUID, int] = {}
    for index, member in enumerate(members):
        at = check.below("members", str(index))
        at.whole("weight", member.weight, 0, WEIGHT_LIMIT)
        for item_id in _reached_by(bundle, member, items, bundles, at):
            if item_id in reached:
                name = items[item_id].name if item_id in items else str(item_id)
                message = f"{name} is in this bundle already, by member {reached[item_id] + 1}"
                at.add(ErrorCode.BUNDLE_OVERLAP, message)
            reached[item_id] = index
    if not members:
        check.add(ErrorCode.BUNDLE_EMPTY, "a bundle needs at least one member", "members")
    elif not any(member.weight > 0 for member in members):
        check.add(ErrorCode.WEIGHTS_INVALID, "at least one weight must be above 0", "members")


def _reached_by(
    bundle: CalendarBundle,
    member: BundleItem,
    items: Mapping[UUID, CalendarItem],
    bundles: Mapping[UUID, tuple[CalendarBundle, Sequence[BundleItem]]],
    check: Check,
) -> list[UUID]:
    """List the calendar items behind one member, after checking that it may be a member."""
    wanted = {
        BundleKind.SUBSCRIPTION: CalendarItemKind.MATCH,
        BundleKind.SERIES: CalendarItemKind.EVENT,
    }
    if member.calendar_item_id is not None:
        item = items[member.calendar_item_id]
        _check_season(bundle, item, check, "calendarItemId")
        if bundle.kind in wanted and item.kind is not wanted[bundle.kind]:
            message = f"a {bundle.kind} holds only {wanted[bundle.kind]} items; {item.name} is not"
            check.add(ErrorCode.BUNDLE_MEMBER_INVALID, message, "calendarItemId")
        return [member.calendar_item_id]
    if member.member_bundle_id is None or bundle.kind is not BundleKind.PACK:
        message = f"a {bundle.kind} holds calendar items only; bundles belong in a PACK"
        check.add(ErrorCode.BUNDLE_MEMBER_INVALID, message, "bundleId")
        return []
    nested, nested_members = bundles[member.member_bundle_id]
    if nested.kind is BundleKind.PACK or nested.id == bundle.id:
        message = f"{nested.name} is a PACK; a pack holds subscriptions and series"
        check.add(ErrorCode.BUNDLE_MEMBER_INVALID, message, "bundleId")
        return []
    _check_season(bundle, nested, check, "bundleId")
    return [m.calendar_item_id for m in nested_members if m.calendar_item_id is not None]


def _check_season(
    bundle: CalendarBundle, member: CalendarItem | CalendarBundle, check: Check, field: str
) -> None:
    """Collect a member of another season than the bundle's."""
    if member.season_id != bundle.season_id:
        message = f"{member.name} belongs to another season than the bundle"
        check.add(ErrorCode.BUNDLE_MEMBER_INVALID, message, field)


def expand_bundle(
    members: Sequence[BundleItem],
    nested: Mapping[UUID, Sequence[BundleItem]],
    items: Mapping[UUID, CalendarItem],
    sold_from: datetime | None,
) -> tuple[tuple[UUID, int], ...]:
    """List a bundle's sellable calendar items with one whole weight each, by start and id.

    Items that are played, cancelled, or begin before `sold_from` are left out, and so is their
    weight; a member bundle of which nothing is left loses its weight too. `sold_from` None keeps
    items of the past, for registering what was sold before Loge was used.
    """
    left: list[tuple[UUID, Fraction]] = []
    for member in members:
        inner = [member] if member.calendar_item_id else nested[_known(member.member_bundle_id)]
        kept = [
            (part.calendar_item_id, part.weight)
            for part in inner
            if part.calendar_item_id is not None
            and is_sellable(items[part.calendar_item_id], sold_from)
        ]
        total = sum(weight for _, weight in kept)
        for item_id, weight in kept:
            share = Fraction(weight, total) if total else Fraction(0)
            left.append((item_id, member.weight * share))
    left.sort(key=lambda pair: (items[pair[0]].starts_at, pair[0]))
    weights = whole_weights([share for _, share in left])
    return tuple((item_id, weight) for (item_id, _), weight in zip(left, weights, strict=True))


def is_sellable(item: CalendarItem, sold_from: datetime | None) -> bool:
    """Tell whether a calendar item can still be sold at an instant (None: at any time)."""
    if sold_from is None:
        return item.status is not CalendarItemStatus.CANCELLED
    return item.status in SELLABLE and item.starts_at > sold_from


def _known(bundle_id: UUID | None) -> UUID:
    """Return the member bundle of a row that the store guarantees to have one."""
    if bundle_id is None:
        message = "a bundle member is neither a calendar item nor a bundle"
        raise AssertionError(message)
    return bundle_id

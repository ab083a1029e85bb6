"""Bundles: named groups of a season's calendar items, each member with its weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.register import Change, Noun, check_version, new_entity, save
from app.domain.calendar import (
    MEMBER_LIMIT,
    BundleItem,
    CalendarBundle,
    CalendarItem,
    Season,
    check_bundle,
    check_members,
)
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, require
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Member:
    """A calendar item or another bundle, with its weight in the bundle's value."""

    calendar_item_id: UUID | None
    bundle_id: UUID | None
    weight: int


@dataclass(frozen=True, slots=True)
class CreateBundle:
    """A new bundle's fields and its members in order."""

    values: Mapping[str, object]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class EditBundle:
    """Fields to change at the version they were read; `members` None leaves the members."""

    id: UUID
    expected_version: int
    values: Mapping[str, object]
    members: tuple[Member, ...] | None


def create_bundle(work: UnitOfWork, actor: Actor, request: CreateBundle) -> Outcome:
    """Create a bundle with its members."""
    require(actor, Permission.CALENDAR_CHANGE)
    bundle = new_entity(work, CALENDAR_BUNDLE, request.values)
    _lock_seasons(work, bundle.season_id)
    _save(work, actor, None, bundle, _rows(work, bundle, request.members))
    return Outcome({"calendar_bundle": bundle.id})


def edit_bundle(work: UnitOfWork, actor: Actor, request: EditBundle) -> Outcome:
    """Change a bundle and replace its members; what was sold keeps what it was sold with."""
    require(actor, Permission.CALENDAR_CHANGE)
    season_id = work.get(CalendarBundle, request.id, "id").season_id
    _lock_seasons(work, season_id, request.values.get("season_id"))
    before = work.get(CalendarBundle, request.id, "id", lock=True)
    check_version(before.version, request.expected_version)
    after = replace(before, **request.values)  # type: ignore[arg-type]
    stored = _members_of(work, [before.id])[before.id]
    members = stored if request.members is None else _rows(work, after, request.members)
    if after != before or _plain(members) != _plain(stored):
        after = replace(after, version=before.version + 1)
        _save(work, actor, before, after, stored if _plain(members) == _plain(stored) else members)
    return Outcome({"calendar_bundle": before.id})


def _lock_seasons(work: UnitOfWork, *season_ids: object) -> None:
    """Lock all bundles of seasons: no two changes shall let a pack reach an item twice."""
    known = {season_id for season_id in season_ids if season_id is not None}
    work.find(CalendarBundle, season_id=known, lock=True)


def _plain(members: Sequence[BundleItem]) -> list[Member]:
    """Return members without the ids of their rows."""
    return [Member(m.calendar_item_id, m.member_bundle_id, m.weight) for m in members]


def _rows(work: UnitOfWork, bundle: CalendarBundle, members: Sequence[Member]) -> list[BundleItem]:
    """Return the rows of members in order."""
    return [
        BundleItem(
            id=work.new_id(),
            bundle_id=bundle.id,
            position=index,
            calendar_item_id=member.calendar_item_id,
            member_bundle_id=member.bundle_id,
            weight=member.weight,
        )
        for index, member in enumerate(members)
    ]


def _save(
    work: UnitOfWork,
    actor: Actor,
    before: CalendarBundle | None,
    after: CalendarBundle,
    members: Sequence[BundleItem],
) -> None:
    """Check and write a bundle together with its members."""
    noun = replace(CALENDAR_BUNDLE, check=partial(_check_with_members, members))
    save(work, actor, noun, [Change(before, after, Check())])
    stored = _members_of(work, [after.id])[after.id]
    if _plain(stored) != _plain(members):
        work.delete(BundleItem, [member.id for member in stored])
        work.insert(members)
        shown = [{"members": [_shown(one) for one in rows]} for rows in (stored, members)]
        work.record_values("calendar_bundle", after.id, "calendar_bundle.members_set", *shown)


def _shown(member: BundleItem) -> dict[str, object]:
    """Return a member as the audit keeps it."""
    return {
        "calendar_item_id": member.calendar_item_id,
        "bundle_id": member.member_bundle_id,
        "weight": member.weight,
    }


def _check_with_members(
    members: Sequence[BundleItem], work: UnitOfWork, actor: Actor, changes: Sequence[Change]
) -> None:
    """Collect what is wrong with a bundle, its members, and the packs that have it as a member."""
    _check_bundles(work, actor, changes)
    (change,) = changes
    bundle, check = change.after, change.check
    check.size("members", members, MEMBER_LIMIT)
    if check.violations:
        return
    items = work.by_id(CalendarItem, [member.calendar_item_id for member in members])
    nested = _with_members(work, [member.member_bundle_id for member in members])
    _check_references(members, items, nested, check)
    if not check.violations:
        inner = [m.calendar_item_id for _, listed in nested.values() for m in listed]
        check_members(bundle, members, items | work.by_id(CalendarItem, inner), nested, check)
    if not check.violations and change.before is not None:
        _check_packs(work, bundle, members, check)


def _check_references(
    members: Sequence[BundleItem],
    items: Mapping[UUID, CalendarItem],
    nested: Mapping[UUID, object],
    check: Check,
) -> None:
    """Collect members that are not exactly one thing that exists."""
    for index, member in enumerate(members):
        at = check.below("members", str(index))
        if (member.calendar_item_id is None) is (member.member_bundle_id is None):
            message = "a member is either a calendar item or a bundle"
            at.add(ErrorCode.BUNDLE_MEMBER_INVALID, message)
        elif member.calendar_item_id is not None and member.calendar_item_id not in items:
            at.add(ErrorCode.NOT_FOUND, "no such calendar item", "calendarItemId")
        elif member.member_bundle_id is not None and member.member_bundle_id not in nested:
            at.add(ErrorCode.NOT_FOUND, "no such calendar bundle", "bundleId")


def _check_packs(
    work: UnitOfWork, bundle: CalendarBundle, members: Sequence[BundleItem], check: Check
) -> None:
    """Collect what a change of a bundle would make wrong in the packs that contain it."""
    for pack, listed in _with_members(
        work, [m.bundle_id for m in work.find(BundleItem, member_bundle_id=bundle.id)]
    ).values():
        nested = _with_members(work, [member.member_bundle_id for member in listed])
        nested[bundle.id] = (bundle, members)
        reached = [m.calendar_item_id for _, inner in nested.values() for m in inner]
        reached += [member.calendar_item_id for member in listed]
        in_pack = Check()
        check_members(pack, listed, work.by_id(CalendarItem, reached), nested, in_pack)
        for violation in in_pack.violations:
            message = f"it is a member of {pack.name} ({pack.code}): {violation.message}"
            check.add(violation.code, message, "members")


def _with_members(
    work: UnitOfWork, ids: Sequence[UUID | None]
) -> dict[UUID, tuple[CalendarBundle, Sequence[BundleItem]]]:
    """Read bundles with their members; unknown ids are left out."""
    bundles = work.by_id(CalendarBundle, ids)
    members = _members_of(work, list(bundles))
    return {one: (bundle, members[one]) for one, bundle in bundles.items()}


def _members_of(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[BundleItem]]:
    """Read the members of bundles in order."""
    members: dict[UUID, list[BundleItem]] = {one: [] for one in ids}
    if ids:
        for member in sorted(work.find(BundleItem, bundle_id=ids), key=lambda m: m.position):
            members[member.bundle_id].append(member)
    return members


def _check_bundles(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_bundle(change.after, change.check)


CALENDAR_BUNDLE = Noun(
    "calendar_bundle",
    CalendarBundle,
    Permission.CALENDAR_CHANGE,
    references={"season_id": Season},
    check=_check_bundles,
)

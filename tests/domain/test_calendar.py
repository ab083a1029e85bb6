"""Calendar items and bundles: what may become of them, and what a bundle expands to."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.calendar import (
    STATUS_CHANGES,
    BundleItem,
    BundleKind,
    CalendarBundle,
    CalendarItem,
    CalendarItemKind,
    CalendarItemStatus,
    Season,
    check_bundle,
    check_calendar_item,
    check_calendar_item_change,
    check_members,
    check_season,
    expand_bundle,
    first_date,
    is_sellable,
)
from app.domain.validation import Check

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
SEASON_ID = UUID(int=1)


def item_of(number: int, **changes: object) -> CalendarItem:
    found = CalendarItem(
        id=UUID(int=100 + number),
        code=f"item-{number}",
        name=f"Item {number}",
        season_id=SEASON_ID,
        venue_id=UUID(int=2),
        kind=CalendarItemKind.MATCH,
        status=CalendarItemStatus.PLANNED,
        starts_at=NOW + timedelta(days=number),
        original_starts_at=NOW + timedelta(days=number),
        version=1,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def bundle_of(number: int, kind: BundleKind, **changes: object) -> CalendarBundle:
    found = CalendarBundle(
        UUID(int=200 + number), f"bundle-{number}", f"Bundle {number}", SEASON_ID, kind, 1, NOW
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def member_of(
    bundle: CalendarBundle,
    position: int,
    *,
    item: CalendarItem | None = None,
    inner: CalendarBundle | None = None,
    weight: int = 1,
) -> BundleItem:
    return BundleItem(
        UUID(int=300 + position + 50 * bundle.id.int),
        bundle.id,
        position,
        item.id if item else None,
        inner.id if inner else None,
        weight,
    )


def codes_of(check: Check) -> list[tuple[str, tuple[str, ...]]]:
    return [(violation.code.value, violation.path) for violation in check.violations]


def test_a_season_needs_code_name_and_days_in_order() -> None:
    check = Check()
    check_season(Season(SEASON_ID, "", " ", date(2027, 1, 1), date(2026, 1, 1), 1, NOW), check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("name",)),
        ("DATE_RANGE_INVALID", ("endsOn",)),
    ]


def test_a_calendar_item_may_lie_in_the_past() -> None:
    check = Check()
    check_calendar_item(item_of(1, starts_at=NOW - timedelta(days=900)), check)
    assert not check.violations


def test_a_calendar_item_has_a_code_a_name_and_a_date_of_this_age() -> None:
    check = Check()
    long_ago = datetime(1900, 1, 1, tzinfo=UTC)
    check_calendar_item(item_of(1, code="a b", name="", starts_at=long_ago), check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("name",)),
        ("DATE_INVALID", ("startsAt",)),
    ]


@pytest.mark.parametrize("before", CalendarItemStatus)
@pytest.mark.parametrize("after", CalendarItemStatus)
def test_a_status_follows_only_where_the_table_says_so(
    before: CalendarItemStatus, after: CalendarItemStatus
) -> None:
    check = Check()
    old, new = item_of(1, status=before), item_of(1, status=after)
    check_calendar_item_change(old, new, check, is_sold=False, is_bundled=False)
    allowed = after in STATUS_CHANGES[before]
    assert codes_of(check) == ([] if allowed else [("CALENDAR_STATUS_INVALID", ())])


def test_a_sold_item_keeps_season_and_venue_and_is_not_cancelled() -> None:
    check = Check()
    new = item_of(
        1, season_id=UUID(int=9), venue_id=UUID(int=8), status=CalendarItemStatus.CANCELLED
    )
    check_calendar_item_change(item_of(1), new, check, is_sold=True, is_bundled=False)
    assert codes_of(check) == [
        ("CALENDAR_ITEM_SOLD", ("seasonId",)),
        ("CALENDAR_ITEM_SOLD", ("venueId",)),
        ("CALENDAR_ITEM_SOLD", ()),
    ]


def test_a_sold_item_may_be_renamed_and_postponed() -> None:
    check = Check()
    new = item_of(1, name="New", status=CalendarItemStatus.POSTPONED)
    check_calendar_item_change(item_of(1), new, check, is_sold=True, is_bundled=True)
    assert not check.violations


@pytest.mark.parametrize("changes", [{"season_id": UUID(int=9)}, {"kind": CalendarItemKind.EVENT}])
def test_a_bundled_item_keeps_season_and_kind(changes: dict[str, object]) -> None:
    check = Check()
    new = item_of(1, **changes)
    check_calendar_item_change(item_of(1), new, check, is_sold=False, is_bundled=True)
    assert codes_of(check) == [("IN_USE", ("seasonId",))]


def test_a_played_item_keeps_its_date() -> None:
    check = Check()
    old = item_of(1, status=CalendarItemStatus.PLAYED)
    new = replace(old, starts_at=NOW)
    check_calendar_item_change(old, new, check, is_sold=False, is_bundled=False)
    assert codes_of(check) == [("CALENDAR_ITEM_CLOSED", ("startsAt",))]


def test_the_first_date_follows_until_an_item_is_postponed() -> None:
    moved = item_of(1, starts_at=NOW)
    assert first_date(item_of(1), moved) == NOW
    postponed = replace(moved, status=CalendarItemStatus.POSTPONED)
    assert first_date(item_of(1), postponed) == item_of(1).starts_at
    again = replace(postponed, original_starts_at=item_of(1).starts_at)
    planned = replace(again, status=CalendarItemStatus.PLANNED)
    assert first_date(again, planned) == item_of(1).starts_at
    assert first_date(planned, replace(planned, starts_at=NOW)) == item_of(1).starts_at


def test_a_bundle_needs_a_code_and_a_name() -> None:
    check = Check()
    check_bundle(bundle_of(1, BundleKind.PACK, code="", name=""), check)
    assert codes_of(check) == [("CODE_INVALID", ("code",)), ("TEXT_REQUIRED", ("name",))]


def test_a_pack_holds_items_and_bundles_that_are_not_packs() -> None:
    pack, series = bundle_of(1, BundleKind.PACK), bundle_of(2, BundleKind.SERIES)
    items = {one.id: one for one in (item_of(1), item_of(2))}
    inner = [member_of(series, 0, item=item_of(2))]
    members = [member_of(pack, 0, item=item_of(1)), member_of(pack, 1, inner=series)]
    check = Check()
    check_members(pack, members, items, {series.id: (series, inner)}, check)
    assert not check.violations


def test_an_item_that_two_members_reach_is_named() -> None:
    pack, series = bundle_of(1, BundleKind.PACK), bundle_of(2, BundleKind.SERIES)
    inner = [member_of(series, 0, item=item_of(1)), member_of(series, 1, item=item_of(3))]
    members = [member_of(pack, 0, item=item_of(1)), member_of(pack, 1, inner=series)]
    members.append(member_of(pack, 2, item=item_of(3)))
    known = {item_of(1).id: item_of(1), item_of(3).id: item_of(3)}
    check = Check()
    check_members(pack, members, known, {series.id: (series, inner)}, check)
    assert codes_of(check) == [
        ("BUNDLE_OVERLAP", ("members", "1")),
        ("BUNDLE_OVERLAP", ("members", "2")),
    ]


def test_an_overlap_inside_an_inner_bundle_needs_no_name() -> None:
    pack, series = bundle_of(1, BundleKind.PACK), bundle_of(2, BundleKind.SERIES)
    inner = [member_of(series, 0, item=item_of(3)), member_of(series, 1, item=item_of(3))]
    check = Check()
    check_members(pack, [member_of(pack, 0, inner=series)], {}, {series.id: (series, inner)}, check)
    assert codes_of(check) == [("BUNDLE_OVERLAP", ("members", "0"))]


@pytest.mark.parametrize(
    ("kind", "item_kind"),
    [
        (BundleKind.SUBSCRIPTION, CalendarItemKind.EVENT),
        (BundleKind.SERIES, CalendarItemKind.MATCH),
    ],
)
def test_a_subscription_holds_matches_and_a_series_events(
    kind: BundleKind, item_kind: CalendarItemKind
) -> None:
    bundle, item = bundle_of(1, kind), item_of(1, kind=item_kind)
    check = Check()
    check_members(bundle, [member_of(bundle, 0, item=item)], {item.id: item}, {}, check)
    assert codes_of(check) == [
        ("BUNDLE_MEMBER_INVALID", ("members", "0", "calendarItemId")),
    ]


def test_only_a_pack_holds_bundles_and_no_pack() -> None:
    pack, other = bundle_of(1, BundleKind.PACK), bundle_of(2, BundleKind.PACK)
    subscription = bundle_of(3, BundleKind.SUBSCRIPTION)
    check = Check()
    known = {other.id: (other, ())}
    check_members(pack, [member_of(pack, 0, inner=other)], {}, known, check)
    check_members(subscription, [member_of(subscription, 0, inner=other)], {}, known, check)
    check_members(subscription, [member_of(subscription, 0)], {}, known, check)
    wanted = ("BUNDLE_MEMBER_INVALID", ("members", "0", "bundleId"))
    assert codes_of(check) == [wanted] * 3


def test_members_belong_to_the_bundles_season() -> None:
    pack = bundle_of(1, BundleKind.PACK)
    item = item_of(1, season_id=UUID(int=9))
    series = bundle_of(2, BundleKind.SERIES, season_id=UUID(int=9))
    members = [member_of(pack, 0, item=item), member_of(pack, 1, inner=series)]
    check = Check()
    check_members(pack, members, {item.id: item}, {series.id: (series, ())}, check)
    assert codes_of(check) == [
        ("BUNDLE_MEMBER_INVALID", ("members", "0", "calendarItemId")),
        ("BUNDLE_MEMBER_INVALID", ("members", "1", "bundleId")),
    ]


def test_a_bundle_has_members_and_a_weight_above_zero() -> None:
    bundle = bundle_of(1, BundleKind.PACK)
    check = Check()
    check_members(bundle, [], {}, {}, check)
    weightless = [member_of(bundle, 0, item=item_of(1), weight=0)]
    check_members(bundle, weightless, {item_of(1).id: item_of(1)}, {}, check)
    negative = [member_of(bundle, 0, item=item_of(1), weight=-1)]
    check_members(bundle, negative, {item_of(1).id: item_of(1)}, {}, check)
    assert codes_of(check) == [
        ("BUNDLE_EMPTY", ("members",)),
        ("WEIGHTS_INVALID", ("members",)),
        ("INPUT_INVALID", ("members", "0", "weight")),
        ("WEIGHTS_INVALID", ("members",)),
    ]


def test_a_bundle_expands_to_what_can_still_be_sold_with_whole_weights() -> None:
    pack, series = bundle_of(1, BundleKind.PACK), bundle_of(2, BundleKind.SERIES)
    past = item_of(4, starts_at=NOW - timedelta(days=1))
    played = item_of(5, status=CalendarItemStatus.PLAYED)
    items = {one.id: one for one in (item_of(1), item_of(2), item_of(3), past, played)}
    inner = [
        member_of(series, 0, item=item_of(3), weight=1),
        member_of(series, 1, item=item_of(2), weight=2),
    ]
    members = [
        member_of(pack, 0, inner=series, weight=60),
        member_of(pack, 1, item=item_of(1), weight=40),
        member_of(pack, 2, item=past, weight=500),
        member_of(pack, 3, item=played, weight=500),
    ]
    assert expand_bundle(members, {series.id: inner}, items, NOW) == (
        (item_of(1).id, 2),
        (item_of(2).id, 2),
        (item_of(3).id, 1),
    )


def test_an_inner_bundle_of_weightless_items_carries_nothing() -> None:
    pack, series = bundle_of(1, BundleKind.PACK), bundle_of(2, BundleKind.SERIES)
    items = {one.id: one for one in (item_of(1), item_of(2))}
    inner = [member_of(series, 0, item=item_of(2), weight=0)]
    members = [member_of(pack, 0, inner=series), member_of(pack, 1, item=item_of(1))]
    expanded = expand_bundle(members, {series.id: inner}, items, NOW)
    assert dict(expanded)[item_of(2).id] == 0


def test_for_back_registration_only_cancelled_items_are_left_out() -> None:
    played = item_of(1, status=CalendarItemStatus.PLAYED)
    cancelled = item_of(1, status=CalendarItemStatus.CANCELLED)
    assert is_sellable(played, None)
    assert not is_sellable(cancelled, None)
    assert not is_sellable(played, NOW)


def test_a_member_that_is_neither_item_nor_bundle_cannot_come_from_the_store() -> None:
    bundle = bundle_of(1, BundleKind.PACK)
    with pytest.raises(AssertionError, match="neither"):
        expand_bundle([member_of(bundle, 0)], {}, {}, NOW)

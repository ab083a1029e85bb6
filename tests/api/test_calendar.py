"""Matches, events and bundles over GraphQL."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.catalogue import (
    assert_every_sort_visits_each_once,
    codes,
    fresh_code,
    make_item,
    make_product,
    make_row,
    make_season,
    make_venue,
)
from tests.api.sold import sell_seat
from tests.club import Club

ITEM = "calendarItem { id version status startsAt originalStartsAt season { id } venue { id } }"
BUNDLE = """calendarBundle { id version name
  members { position weight calendarItem { id } memberBundle { id } } }"""


def bundle_given(season: dict[str, Any], kind: str, *members: dict[str, Any]) -> dict[str, Any]:
    code = fresh_code("bundle")
    return {
        "code": code,
        "name": code,
        "seasonId": season["id"],
        "kind": kind,
        "members": list(members),
    }


def make_bundle(
    club: Club, season: dict[str, Any], kind: str, *members: dict[str, Any]
) -> dict[str, Any]:
    given = bundle_given(season, kind, *members)
    made: dict[str, Any] = club.make("calendarBundleCreate", BUNDLE, given)["calendarBundle"]
    return made


def of(item: dict[str, Any], weight: int = 1) -> dict[str, Any]:
    return {"calendarItemId": item["id"], "weight": weight}


def inner(bundle: dict[str, Any], weight: int = 1) -> dict[str, Any]:
    return {"bundleId": bundle["id"], "weight": weight}


def read_item(club: Club, item: dict[str, Any]) -> dict[str, Any]:
    document = (
        "query($id: ID!) { node(id: $id) { ... on CalendarItem "
        "{ name status startsAt originalStartsAt version } } }"
    )
    found: dict[str, Any] = club.query(document, {"id": item["id"]})["node"]
    return found


def count_of(club: Club, connection: str) -> int:
    found = club.query(f"{{ {connection} {{ totalCount {{ count }} }} }}")
    count: int = found[connection]["totalCount"]["count"]
    return count


def test_a_match_is_created_and_found_in_its_season_and_venue(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item = make_item(club, season, venue, startsAt="2026-08-01T20:30:00+02:00")
    assert item["status"] == "PLANNED"
    assert item["startsAt"] == item["originalStartsAt"] == "2026-08-01T18:30:00Z"
    for parent, kind in ((season, "Season"), (venue, "Venue")):
        document = (
            f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} "
            "{ calendarItems { nodes { id season { id } venue { id } } } } } }"
        )
        found = club.query(document, {"id": parent["id"]})["node"]["calendarItems"]["nodes"]
        assert found == [
            {"id": item["id"], "season": {"id": season["id"]}, "venue": {"id": venue["id"]}}
        ]


def test_a_match_of_the_past_can_be_registered(club: Club) -> None:
    item = make_item(club, make_season(club), make_venue(club), startsAt="2019-08-01T18:30:00Z")
    assert item["startsAt"] == "2019-08-01T18:30:00Z"


def test_every_fault_of_a_match_is_named_and_nothing_is_written(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    given = {
        "code": "",
        "name": "x" * 201,
        "seasonId": season["id"],
        "venueId": venue["id"],
        "kind": "MATCH",
        "startsAt": "1066-10-14T09:00:00Z",
    }
    assert codes(club.refused("calendarItemCreate", given)) == [
        ("CODE_INVALID", ["code"]),
        ("TEXT_TOO_LONG", ["name"]),
        ("DATE_INVALID", ["startsAt"]),
    ]
    given |= {"seasonId": venue["id"], "venueId": season["id"]}
    assert codes(club.refused("calendarItemCreate", given)) == [
        ("ID_INVALID", ["seasonId"]),
        ("ID_INVALID", ["venueId"]),
    ]
    assert count_of(club, "calendarItems") == 0


def test_a_match_in_another_clubs_season_is_refused(club: Club, other_club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    given = {
        "code": "A",
        "name": "A",
        "seasonId": season["id"],
        "venueId": venue["id"],
        "kind": "MATCH",
        "startsAt": "2026-08-01T18:30:00Z",
    }
    errors = other_club.refused("calendarItemCreate", given)
    assert codes(errors) == [("NOT_FOUND", ["seasonId"]), ("NOT_FOUND", ["venueId"])]
    item = make_item(club, season, venue)
    change = {"id": item["id"], "expectedVersion": 1}
    assert codes(other_club.refused("calendarItemCancel", change)) == [("NOT_FOUND", ["id"])]
    assert read_item(club, item)["status"] == "PLANNED"


def test_only_operations_changes_the_calendar(club: Club) -> None:
    item = make_item(club, make_season(club), make_venue(club))
    change = {"id": item["id"], "expectedVersion": 1}
    for name in ("calendarItemPostpone", "calendarItemMarkPlayed", "calendarItemCancel"):
        errors = club.refused(name, change, role=Role.SALES)
        assert codes(errors) == [("PERMISSION_DENIED", [])]
    assert read_item(club, item)["version"] == 1


def test_the_first_date_follows_a_planned_match_and_stays_once_it_is_postponed(club: Club) -> None:
    item = make_item(club, make_season(club), make_venue(club))
    change = {"id": item["id"], "expectedVersion": 1, "startsAt": "2026-08-02T18:30:00Z"}
    moved = club.make("calendarItemUpdate", ITEM, change)["calendarItem"]
    assert moved["originalStartsAt"] == "2026-08-02T18:30:00Z"
    change = {"id": item["id"], "expectedVersion": 2}
    postponed = club.make("calendarItemPostpone", ITEM, change)["calendarItem"]
    assert (postponed["status"], postponed["startsAt"]) == ("POSTPONED", "2026-08-02T18:30:00Z")
    change |= {"expectedVersion": 3, "newStartsAt": "2026-09-15T18:30:00Z"}
    again = club.make("calendarItemPostpone", ITEM, change)["calendarItem"]
    assert again["startsAt"] == "2026-09-15T18:30:00Z"
    assert again["originalStartsAt"] == "2026-08-02T18:30:00Z"
    change = {"id": item["id"], "expectedVersion": 4, "startsAt": "2026-09-16T18:30:00Z"}
    final = club.make("calendarItemUpdate", ITEM, change)["calendarItem"]
    assert (final["startsAt"], final["version"]) == ("2026-09-16T18:30:00Z", 5)
    assert final["originalStartsAt"] == "2026-08-02T18:30:00Z"


def test_a_malformed_new_date_is_refused(club: Club) -> None:
    item = make_item(club, make_season(club), make_venue(club))
    change = {"id": item["id"], "expectedVersion": 1, "newStartsAt": "1800-01-01T00:00:00Z"}
    errors = club.refused("calendarItemPostpone", change)
    assert codes(errors) == [("DATE_INVALID", ["newStartsAt"])]
    assert read_item(club, item)["status"] == "PLANNED"


def test_a_match_is_played_only_after_it_began_and_then_for_good(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    future = make_item(club, season, venue, startsAt="2150-08-01T18:30:00Z")
    change = {"id": future["id"], "expectedVersion": 1}
    errors = club.refused("calendarItemMarkPlayed", change)
    assert codes(errors) == [("CALENDAR_STATUS_INVALID", [])]
    assert read_item(club, future)["status"] == "PLANNED"
    past = make_item(club, season, venue, startsAt="2020-08-01T18:30:00Z")
    change = {"id": past["id"], "expectedVersion": 1}
    played = club.make("calendarItemMarkPlayed", ITEM, change)["calendarItem"]
    assert (played["status"], played["version"]) == ("PLAYED", 2)
    change["expectedVersion"] = 2
    for name in ("calendarItemPostpone", "calendarItemCancel"):
        assert codes(club.refused(name, change)) == [("CALENDAR_STATUS_INVALID", [])]
    moved = {**change, "startsAt": "2021-01-01T00:00:00Z"}
    errors = club.refused("calendarItemUpdate", moved)
    assert codes(errors) == [("CALENDAR_ITEM_CLOSED", ["startsAt"])]
    assert read_item(club, past)["version"] == 2


def test_an_unsold_match_is_cancelled_once(club: Club) -> None:
    item = make_item(club, make_season(club), make_venue(club))
    change = {"id": item["id"], "expectedVersion": 1}
    cancelled = club.make("calendarItemCancel", ITEM, change)["calendarItem"]
    assert (cancelled["status"], cancelled["version"]) == ("CANCELLED", 2)
    stale = club.refused("calendarItemCancel", change)
    assert codes(stale) == [("VERSION_STALE", ["expectedVersion"])]


def test_a_sold_match_keeps_season_and_venue_and_is_not_cancelled(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item = make_item(club, season, venue)
    row = make_row(club, venue, seats=1)
    sell_seat(club, make_product(club, "SEAT", isNumbered=True), item, row["resources"][0])
    change = {"id": item["id"], "expectedVersion": 1}
    for name, given, path in (
        ("calendarItemCancel", {}, []),
        ("calendarItemUpdate", {"seasonId": make_season(club)["id"]}, ["seasonId"]),
        ("calendarItemUpdate", {"venueId": make_venue(club)["id"]}, ["venueId"]),
    ):
        errors = club.refused(name, {**change, **given})
        assert codes(errors) == [("CALENDAR_ITEM_SOLD", path)]
    assert read_item(club, item)["version"] == 1
    club.make("calendarItemPostpone", ITEM, change)


def test_calendar_items_are_filtered(club: Club) -> None:
    season, other, venue = make_season(club), make_season(club), make_venue(club)
    match = make_item(club, season, venue, startsAt="2026-08-01T18:30:00Z", name="Home game")
    event = make_item(club, other, venue, startsAt="2026-09-01T18:30:00Z", kind="EVENT")

    def found(condition: str) -> set[str]:
        document = f"{{ calendarItems(filter: {{{condition}}}) {{ nodes {{ id }} }} }}"
        return {one["id"] for one in club.query(document)["calendarItems"]["nodes"]}

    both = {match["id"], event["id"]}
    assert found(f'seasonId: ["{season["id"]}"]') == {match["id"]}
    assert found(f'venueId: ["{venue["id"]}"]') == both
    assert found("kind: [EVENT]") == {event["id"]}
    assert found("status: [PLANNED]") == both
    assert found("status: [PLAYED, CANCELLED]") == set()
    assert found('startsFrom: "2026-08-01T18:30:00Z"') == both
    assert found('startsTo: "2026-09-01T18:30:00Z"') == {match["id"]}
    assert found('search: "home"') == {match["id"]}
    assert found(f'code: ["{event["code"]}"]') == {event["id"]}


def test_every_order_of_the_calendar_visits_each_once(club: Club) -> None:
    # Codes that look like dates are texts all the same.
    seasons = [make_season(club, code=f"2026-01-0{day}") for day in range(1, 6)]
    ids = {one["id"] for one in seasons}
    assert_every_sort_visits_each_once(club, "seasons", "SeasonSort", ids)
    venue = make_venue(club)
    items = [make_item(club, seasons[0], venue) for _ in range(5)]
    ids = {one["id"] for one in items}
    assert_every_sort_visits_each_once(club, "calendarItems", "CalendarItemSort", ids)
    bundles = {make_bundle(club, seasons[0], "PACK", of(item))["id"] for item in items}
    assert_every_sort_visits_each_once(club, "calendarBundles", "CalendarBundleSort", bundles)


def test_a_page_has_1_to_100_objects_and_a_cursor_of_its_own_order(club: Club) -> None:
    make_season(club)
    for window in ("first: 0", "first: -1", "first: 101", "last: 2147483647", "first: 1, last: 1"):
        answer = club.send(f"{{ seasons({window}) {{ nodes {{ id }} }} }}")
        assert answer["errors"][0]["extensions"]["code"] == "INPUT_INVALID", window
    found = club.query("{ seasons(sort: CODE_ASC) { pageInfo { endCursor } } }")
    cursor = found["seasons"]["pageInfo"]["endCursor"]
    for wrong in (cursor, "nonsense", "WyJzdGFydHNfb24tIiwgMSwgMV0"):
        document = f'{{ seasons(sort: STARTS_ON_DESC, after: "{wrong}") {{ nodes {{ id }} }} }}'
        answer = club.send(document)
        assert answer["errors"][0]["extensions"]["code"] == "INPUT_INVALID", wrong


def test_a_pack_is_made_of_weighted_items_and_bundles(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    items = [make_item(club, season, venue) for _ in range(3)]
    event = make_item(club, season, venue, kind="EVENT")
    subscription = make_bundle(club, season, "SUBSCRIPTION", of(items[0], 60), of(items[1], 40))
    series = make_bundle(club, season, "SERIES", {"calendarItemId": event["id"]})
    pack = make_bundle(
        club, season, "PACK", inner(subscription, 70), of(items[2], 20), inner(series, 10)
    )
    assert [(one["weight"], one["position"]) for one in pack["members"]] == [
        ("70", 0),
        ("20", 1),
        ("10", 2),
    ]
    assert series["members"][0]["weight"] == "1"
    document = """query($id: ID!) { node(id: $id) { ... on Season {
      bundles(sort: CODE_ASC) { nodes { kind members { memberBundle { kind members {
        calendarItem { bundleMembers { bundle { id } } } } } } bundleMembers { bundle { id } } } }
    } } }"""
    nodes = club.query(document, {"id": season["id"]})["node"]["bundles"]["nodes"]
    assert {one["kind"] for one in nodes} == {"SUBSCRIPTION", "SERIES", "PACK"}
    found = next(one for one in nodes if one["kind"] == "PACK")
    assert [m["memberBundle"] and m["memberBundle"]["kind"] for m in found["members"]] == [
        "SUBSCRIPTION",
        None,
        "SERIES",
    ]
    inside = next(one for one in nodes if one["kind"] == "SERIES")
    assert inside["bundleMembers"] == [{"bundle": {"id": pack["id"]}}]


def test_an_overlapping_bundle_names_the_member_and_nothing_is_written(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    first, second = make_item(club, season, venue), make_item(club, season, venue)
    twice = bundle_given(season, "SUBSCRIPTION", of(first), of(second), of(first))
    errors = club.refused("calendarBundleCreate", twice)
    assert codes(errors) == [("BUNDLE_OVERLAP", ["members", "2"])]
    subscription = make_bundle(club, season, "SUBSCRIPTION", of(first))
    through = bundle_given(season, "PACK", of(first), inner(subscription))
    errors = club.refused("calendarBundleCreate", through)
    assert codes(errors) == [("BUNDLE_OVERLAP", ["members", "1"])]
    assert count_of(club, "calendarBundles") == 1


@pytest.mark.parametrize(
    ("member", "refused"),
    [
        ({}, ("BUNDLE_MEMBER_INVALID", ["members", "0"])),
        ({"calendarItemId": "x"}, ("ID_INVALID", ["members", "0", "calendarItemId"])),
        ({"bundleId": "x"}, ("ID_INVALID", ["members", "0", "bundleId"])),
        (
            {"calendarItemId": "calendar_item_" + "0" * 32},
            ("NOT_FOUND", ["members", "0", "calendarItemId"]),
        ),
        (
            {"bundleId": "calendar_bundle_" + "0" * 32},
            ("NOT_FOUND", ["members", "0", "bundleId"]),
        ),
    ],
)
def test_a_malformed_member_is_refused(
    club: Club, member: dict[str, Any], refused: tuple[str, list[str]]
) -> None:
    errors = club.refused("calendarBundleCreate", bundle_given(make_season(club), "PACK", member))
    assert codes(errors) == [refused]
    assert count_of(club, "calendarBundles") == 0


def test_members_fit_kind_season_and_weight(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item, event = make_item(club, season, venue), make_item(club, season, venue, kind="EVENT")
    foreign = make_item(club, make_season(club), venue)
    pack = make_bundle(club, season, "PACK", of(item))
    at = ["members", "0"]
    for kind, member, wanted in (
        ("SUBSCRIPTION", of(event), ("BUNDLE_MEMBER_INVALID", [*at, "calendarItemId"])),
        ("SERIES", of(item), ("BUNDLE_MEMBER_INVALID", [*at, "calendarItemId"])),
        ("PACK", of(foreign), ("BUNDLE_MEMBER_INVALID", [*at, "calendarItemId"])),
        ("PACK", inner(pack), ("BUNDLE_MEMBER_INVALID", [*at, "bundleId"])),
        ("SERIES", inner(pack), ("BUNDLE_MEMBER_INVALID", [*at, "bundleId"])),
        ("PACK", of(item, 0), ("WEIGHTS_INVALID", ["members"])),
        ("PACK", of(item, 1_000_001), ("INPUT_INVALID", [*at, "weight"])),
        ("PACK", {**of(item), **inner(pack)}, ("BUNDLE_MEMBER_INVALID", at)),
    ):
        errors = club.refused("calendarBundleCreate", bundle_given(season, kind, member))
        assert codes(errors) == [wanted]
    errors = club.refused("calendarBundleCreate", bundle_given(season, "PACK", of(item, -1)))
    assert ("INPUT_INVALID", [*at, "weight"]) in codes(errors)
    errors = club.refused("calendarBundleCreate", bundle_given(season, "PACK"))
    assert codes(errors) == [("BUNDLE_EMPTY", ["members"])]
    errors = club.refused("calendarBundleCreate", bundle_given(season, "PACK", *[of(item)] * 501))
    assert codes(errors) == [("TOO_MANY_ITEMS", ["members"])]
    assert count_of(club, "calendarBundles") == 1


def test_a_bundle_changes_name_and_members_together_or_alone(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    first, second = make_item(club, season, venue), make_item(club, season, venue)
    bundle = make_bundle(club, season, "PACK", of(first))
    change = {"id": bundle["id"], "expectedVersion": 1, "name": "Half season"}
    named = club.make("calendarBundleUpdate", BUNDLE, change)["calendarBundle"]
    assert named == {**bundle, "name": "Half season", "version": 2}
    change = {"id": bundle["id"], "expectedVersion": 2, "members": [of(second, 3), of(first, 2)]}
    grown = club.make("calendarBundleUpdate", BUNDLE, change)["calendarBundle"]
    assert grown["version"] == 3
    assert [(m["calendarItem"]["id"], m["weight"]) for m in grown["members"]] == [
        (second["id"], "3"),
        (first["id"], "2"),
    ]
    same = club.make("calendarBundleUpdate", BUNDLE, {**change, "expectedVersion": 3})
    assert same["calendarBundle"] == grown
    errors = club.refused("calendarBundleUpdate", change)
    assert codes(errors) == [("VERSION_STALE", ["expectedVersion"])]
    empty = {"id": bundle["id"], "expectedVersion": 3, "members": []}
    assert codes(club.refused("calendarBundleUpdate", empty)) == [("BUNDLE_EMPTY", ["members"])]
    denied = club.refused("calendarBundleUpdate", empty, role=Role.SALES)
    assert codes(denied) == [("PERMISSION_DENIED", [])]


def test_a_change_that_makes_a_pack_overlap_is_refused(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    first, second = make_item(club, season, venue), make_item(club, season, venue)
    subscription = make_bundle(club, season, "SUBSCRIPTION", of(first))
    make_bundle(club, season, "PACK", inner(subscription), of(second))
    change = {"id": subscription["id"], "expectedVersion": 1, "members": [of(first), of(second)]}
    errors = club.refused("calendarBundleUpdate", change)
    assert codes(errors) == [("BUNDLE_OVERLAP", ["members"])]
    change = {"id": subscription["id"], "expectedVersion": 1, "kind": "PACK"}
    errors = club.refused("calendarBundleUpdate", change)
    assert codes(errors) == [("BUNDLE_MEMBER_INVALID", ["members"])]


def test_a_bundled_match_keeps_its_season_and_kind(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item = make_item(club, season, venue)
    make_bundle(club, season, "SUBSCRIPTION", of(item))
    change = {"id": item["id"], "expectedVersion": 1, "seasonId": make_season(club)["id"]}
    assert codes(club.refused("calendarItemUpdate", change)) == [("IN_USE", ["seasonId"])]
    change = {"id": item["id"], "expectedVersion": 1, "kind": "EVENT"}
    assert codes(club.refused("calendarItemUpdate", change)) == [("IN_USE", ["seasonId"])]
    assert read_item(club, item)["version"] == 1

"""Venues, locations, seats and parking places over GraphQL."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.catalogue import (
    assert_every_sort_visits_each_once,
    codes,
    make_item,
    make_location,
    make_product,
    make_row,
    make_season,
    make_venue,
)
from tests.api.sold import sell_seat
from tests.club import Club

UNKNOWN = "0" * 31 + "1"


def count_of(club: Club, connection: str) -> int:
    found = club.query(f"{{ {connection} {{ totalCount {{ count }} }} }}")
    count: int = found[connection]["totalCount"]["count"]
    return count


def test_a_venue_is_created_read_and_changed(club: Club) -> None:
    given = {"code": "JAN", "name": "Jan Breydel", "country": "BE"}
    made = club.make("venueCreate", "venue { id code name country version }", given)["venue"]
    assert made == {"id": made["id"], **given, "version": 1}
    change = {"id": made["id"], "expectedVersion": 1, "name": "Olympic Stadium"}
    changed = club.make("venueUpdate", "venue { code name version }", change)["venue"]
    assert changed == {"code": "JAN", "name": "Olympic Stadium", "version": 2}
    found = club.query("query($id: ID!) { node(id: $id) { id ... on Venue { name } } }", made)
    assert found["node"]["name"] == "Olympic Stadium"


def test_every_fault_of_a_venue_is_named_and_nothing_is_written(club: Club) -> None:
    errors = club.refused("venueCreate", {"code": "a b", "name": " ", "country": "XX"})
    assert codes(errors) == [
        ("CODE_INVALID", ["code"]),
        ("TEXT_REQUIRED", ["name"]),
        ("COUNTRY_UNKNOWN", ["country"]),
    ]
    assert count_of(club, "venues") == 0


def test_a_code_is_taken_once(club: Club) -> None:
    make_venue(club, code="A")
    errors = club.refused("venueCreate", {"code": "A", "name": "A", "country": "BE"})
    assert codes(errors) == [("CODE_TAKEN", ["code"])]
    assert count_of(club, "venues") == 1


def test_a_venue_changes_only_at_the_version_that_was_read(club: Club) -> None:
    venue = make_venue(club)
    change = {"id": venue["id"], "expectedVersion": 7, "name": "New"}
    assert codes(club.refused("venueUpdate", change)) == [("VERSION_STALE", ["expectedVersion"])]
    found = club.query("{ venues { nodes { name version } } }")["venues"]["nodes"]
    assert found == [{"name": venue["code"], "version": 1}]


@pytest.mark.parametrize("role", [Role.SALES, Role.FINANCE, Role.ANALYST, Role.PARTNER])
def test_only_operations_changes_venues(club: Club, role: Role) -> None:
    given = {"code": "A", "name": "A", "country": "BE"}
    assert codes(club.refused("venueCreate", given, role=role)) == [("PERMISSION_DENIED", [])]
    assert count_of(club, "venues") == 0
    club.make("venueCreate", "venue { id }", given, role=Role.OPERATIONS)


def test_another_clubs_venue_does_not_exist(club: Club, other_club: Club) -> None:
    venue = make_venue(club)
    given = {"venueId": venue["id"], "code": "N", "name": "North", "kind": "STAND"}
    errors = other_club.refused("locationCreate", given)
    assert codes(errors) == [("NOT_FOUND", ["venueId"])]
    change = {"id": venue["id"], "expectedVersion": 1, "name": "Mine"}
    assert codes(other_club.refused("venueUpdate", change)) == [("NOT_FOUND", ["id"])]
    assert count_of(other_club, "venues") == 0
    assert count_of(other_club, "locations") == 0


def test_the_id_of_another_kind_is_invalid(club: Club) -> None:
    season = make_season(club)
    given = {"venueId": season["id"], "code": "N", "name": "North", "kind": "STAND"}
    assert codes(club.refused("locationCreate", given)) == [("ID_INVALID", ["venueId"])]
    given["venueId"] = f"venue_{UNKNOWN}"
    assert codes(club.refused("locationCreate", given)) == [("NOT_FOUND", ["venueId"])]
    assert count_of(club, "locations") == 0


def test_a_venue_is_read_from_its_stands_to_its_seats_and_back(club: Club) -> None:
    venue = make_venue(club)
    row = make_row(club, venue, seats=2)
    tree = club.query(
        """query($id: ID!) { node(id: $id) { ... on Venue {
          locations(first: 20, sort: CODE_ASC, filter: {isNested: false}) { nodes {
            kind parent { id } children { code kind
              resources { nodes { label position location { parent { venue { id } } } } } }
          } } } } }""",
        venue,
    )["node"]["locations"]["nodes"]
    up = {"location": {"parent": {"venue": {"id": venue["id"]}}}}
    assert tree == [
        {
            "kind": "STAND",
            "parent": None,
            "children": [
                {
                    "code": row["code"],
                    "kind": "ROW",
                    "resources": {
                        "nodes": [
                            {"label": "1", "position": 1, **up},
                            {"label": "2", "position": 2, **up},
                        ]
                    },
                }
            ],
        }
    ]


def test_a_row_cannot_lie_directly_in_a_venue(club: Club) -> None:
    venue = make_venue(club)
    given = {"venueId": venue["id"], "code": "R", "name": "Row", "kind": "ROW"}
    assert codes(club.refused("locationCreate", given)) == [("INPUT_INVALID", ["parentId"])]
    assert count_of(club, "locations") == 0


def test_a_parent_in_another_venue_is_refused(club: Club) -> None:
    stand = make_location(club, make_venue(club), "STAND")
    given = {"venueId": make_venue(club)["id"], "code": "R", "name": "Row", "kind": "ROW"}
    errors = club.refused("locationCreate", {**given, "parentId": stand["id"]})
    assert codes(errors) == [("INPUT_INVALID", ["parentId"])]


def test_a_parking_zone_cannot_lie_in_itself_however_deep(club: Club) -> None:
    venue = make_venue(club)
    outer = make_location(club, venue, "PARKING_ZONE")
    middle = make_location(club, venue, "PARKING_ZONE", parentId=outer["id"])
    inner = make_location(club, venue, "PARKING_ZONE", parentId=middle["id"])
    change = {"id": outer["id"], "expectedVersion": 1, "parentId": inner["id"]}
    assert codes(club.refused("locationUpdate", change)) == [("INPUT_INVALID", ["parentId"])]
    up = {"id": inner["id"], "expectedVersion": 1, "parentId": outer["id"]}
    moved = club.make("locationUpdate", "location { parent { id } }", up)["location"]
    assert moved["parent"]["id"] == outer["id"]
    top = {"id": inner["id"], "expectedVersion": 2, "parentId": None}
    moved = club.make("locationUpdate", "location { parent { id } }", top)["location"]
    assert moved["parent"] is None


def test_a_location_keeps_the_kind_that_its_content_needs(club: Club) -> None:
    row = make_row(club, make_venue(club))
    change = {"id": row["id"], "expectedVersion": 1, "kind": "BOX"}
    club.make("locationUpdate", "location { kind }", change)
    change = {"id": row["id"], "expectedVersion": 2, "kind": "PARKING_ZONE"}
    assert ("IN_USE", ["kind"]) in codes(club.refused("locationUpdate", change))


@pytest.mark.parametrize("capacity", [-1, 1_000_001, 2_147_483_647])
def test_a_capacity_is_bounded(club: Club, capacity: int) -> None:
    given = {"venueId": make_venue(club)["id"], "code": "L", "name": "L", "kind": "HOSPITALITY"}
    wanted = {**given, "typeCode": "COCKTAIL", "capacity": capacity}
    assert codes(club.refused("locationCreate", wanted)) == [("INPUT_INVALID", ["capacity"])]
    assert count_of(club, "locations") == 0


def test_seats_are_created_by_number_after_those_that_are_there(club: Club) -> None:
    row = make_row(club, make_venue(club), seats=2)
    given = {"locationId": row["id"], "kind": "SEAT", "count": 2, "firstNumber": 11}
    fields = "resources { code label position category }"
    made = club.make("resourcesCreate", fields, {**given, "category": "GOLD"})["resources"]
    assert made == [
        {"code": f"{row['code']}-11", "label": "11", "position": 3, "category": "GOLD"},
        {"code": f"{row['code']}-12", "label": "12", "position": 4, "category": "GOLD"},
    ]


def test_places_are_created_by_label_and_the_answer_repeats_with_its_key(club: Club) -> None:
    zone = make_location(club, make_venue(club), "PARKING_ZONE")
    labels = [f"P{number}" for number in range(12, 0, -1)]
    given = {
        "idempotencyKey": "the-same-key",
        "locationId": zone["id"],
        "kind": "PARKING",
        "labels": labels,
    }
    fields = "resources { label position }"
    made = club.make("resourcesCreate", fields, given)["resources"]
    assert [one["label"] for one in made] == labels
    assert club.make("resourcesCreate", fields, given)["resources"] == made
    assert count_of(club, "resources") == 12


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, ("INPUT_INVALID", ["count"])),
        ({"count": 1, "labels": ["1"]}, ("INPUT_INVALID", ["count"])),
        ({"count": 0}, ("INPUT_INVALID", ["count"])),
        ({"count": -5}, ("INPUT_INVALID", ["count"])),
        ({"count": 1001}, ("INPUT_INVALID", ["count"])),
        ({"count": 1, "firstNumber": -1}, ("INPUT_INVALID", ["firstNumber"])),
        ({"labels": []}, ("INPUT_INVALID", ["labels"])),
        ({"labels": ["x"] * 1001}, ("TOO_MANY_ITEMS", ["labels"])),
        ({"labels": ["1", "1"]}, ("CODE_TAKEN", ["labels", "0", "code"])),
        ({"labels": ["1", "a b"]}, ("CODE_INVALID", ["labels", "1", "code"])),
        ({"count": 1, "kind": "PARKING"}, ("INPUT_INVALID", ["count", "locationId"])),
    ],
)
def test_malformed_seats_are_refused_and_none_is_created(
    club: Club, given: dict[str, object], refused: tuple[str, list[str]]
) -> None:
    venue = make_venue(club)
    stand = make_location(club, venue, "STAND")
    row = make_location(club, venue, "ROW", parentId=stand["id"])
    wanted = {"locationId": row["id"], "kind": "SEAT", **given}
    assert codes(club.refused("resourcesCreate", wanted))[0] == refused
    assert count_of(club, "resources") == 0


def test_a_thousand_seats_are_created_at_once(club: Club) -> None:
    row = make_row(club, make_venue(club), seats=1000)
    assert [one["label"] for one in row["resources"]] == [str(n) for n in range(1, 1001)]


def test_a_seat_is_created_and_changed_alone(club: Club) -> None:
    row = make_row(club, make_venue(club), seats=1)
    given = {"locationId": row["id"], "kind": "SEAT", "code": "X", "label": "X"}
    made = club.make("resourceCreate", "resource { id isBlocked position }", given)["resource"]
    assert (made["isBlocked"], made["position"]) == (False, 0)
    change = {"id": made["id"], "expectedVersion": 1, "isBlocked": True, "category": "GOLD"}
    fields = "resource { isBlocked category version }"
    changed = club.make("resourceUpdate", fields, change)["resource"]
    assert changed == {"isBlocked": True, "category": "GOLD", "version": 2}
    found = club.query("{ resources(filter: {isBlocked: true}) { nodes { code } } }")
    assert found["resources"]["nodes"] == [{"code": "X"}]


def test_seats_are_blocked_for_calendar_items_and_freed_again(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    row = make_row(club, venue, seats=3)
    first, second = make_item(club, season, venue), make_item(club, season, venue)
    seats = [one["id"] for one in row["resources"][:2]]
    pairs = {"resourceIds": seats, "calendarItemIds": [first["id"], second["id"]]}
    fields = "resourceBlocks { id reason calendarItem { id } resource { id } }"
    made = club.make("resourceBlock", fields, {**pairs, "reason": "Cameras"})["resourceBlocks"]
    wanted = [(item["id"], seat) for item in (first, second) for seat in seats]
    assert [(one["calendarItem"]["id"], one["resource"]["id"]) for one in made] == wanted
    again = club.make("resourceBlock", fields, {**pairs, "reason": "Stage"})["resourceBlocks"]
    assert again == made
    only = {"resourceIds": seats[:1], "calendarItemIds": [first["id"]]}
    freed = club.make("resourceUnblock", "resources { id blocks { nodes { id } } }", only)
    assert [len(one["blocks"]["nodes"]) for one in freed["resources"]] == [1]
    assert count_of(club, "resourceBlocks") == 3


def test_a_block_needs_a_reason_and_things_that_exist(club: Club, other_club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item = make_item(club, season, venue)
    seat = make_row(club, venue, seats=1)["resources"][0]
    foreign = make_row(other_club, make_venue(other_club), seats=1)["resources"][0]
    pairs = {"resourceIds": [seat["id"], foreign["id"]], "calendarItemIds": [item["id"]]}
    assert codes(club.refused("resourceBlock", {**pairs, "reason": " "})) == [
        ("TEXT_REQUIRED", ["reason"]),
        ("NOT_FOUND", ["resourceIds", "1"]),
    ]
    wrong = {"resourceIds": [item["id"]], "calendarItemIds": [], "reason": "x"}
    assert codes(club.refused("resourceBlock", wrong)) == [("ID_INVALID", ["resourceIds", "0"])]
    nothing: dict[str, Any] = {"resourceIds": [], "calendarItemIds": []}
    assert codes(club.refused("resourceUnblock", nothing)) == [
        ("INPUT_INVALID", ["resourceIds"]),
        ("INPUT_INVALID", ["calendarItemIds"]),
    ]
    many = {"resourceIds": [seat["id"]] * 40, "calendarItemIds": [item["id"]] * 40}
    errors = club.refused("resourceBlock", {**many, "reason": "x"})
    assert codes(errors) == [("TOO_MANY_ITEMS", ["resourceIds"])]
    denied = club.refused(
        "resourceBlock",
        {"resourceIds": [seat["id"]], "calendarItemIds": [item["id"]], "reason": "x"},
        role=Role.SALES,
    )
    assert codes(denied) == [("PERMISSION_DENIED", [])]
    assert count_of(club, "resourceBlocks") == 0


def test_a_reserved_seat_is_not_blocked_and_stays_what_it_is(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    taken, free = make_item(club, season, venue), make_item(club, season, venue)
    row = make_row(club, venue, seats=2)
    seat, other = row["resources"]
    sell_seat(club, make_product(club, "SEAT", isNumbered=True), taken, seat)
    pairs = {
        "resourceIds": [other["id"], seat["id"]],
        "calendarItemIds": [free["id"], taken["id"]],
        "reason": "Cameras",
    }
    errors = club.refused("resourceBlock", pairs)
    assert codes(errors) == [("RESOURCE_RESERVED", ["resourceIds", "1"])]
    assert taken["name"] in errors[0]["message"]
    assert count_of(club, "resourceBlocks") == 0
    change = {"id": seat["id"], "expectedVersion": 1, "isBlocked": True}
    errors = club.refused("resourceUpdate", change)
    assert codes(errors) == [("RESOURCE_RESERVED", ["isBlocked"])]
    elsewhere = make_row(club, make_venue(club))
    change = {"id": seat["id"], "expectedVersion": 1, "locationId": elsewhere["id"]}
    errors = club.refused("resourceUpdate", change)
    assert codes(errors) == [("RESOURCE_RESERVED", ["locationId"])]
    renamed = {"id": seat["id"], "expectedVersion": 1, "label": "1A"}
    club.make("resourceUpdate", "resource { label }", renamed)
    document = """query($id: ID!) { node(id: $id) { ... on CalendarItem {
      reservations(filter: {state: [HELD]}) { nodes { state resource { id } } } } } }"""
    found = club.query(document, {"id": taken["id"]})["node"]["reservations"]["nodes"]
    assert found == [{"state": "HELD", "resource": {"id": seat["id"]}}]


def test_every_order_of_venues_locations_and_seats_visits_each_once(club: Club) -> None:
    venues = [make_venue(club) for _ in range(3)]
    assert_every_sort_visits_each_once(club, "venues", "VenueSort", {v["id"] for v in venues})
    row = make_row(club, venues[0], seats=5)
    zone = make_location(club, venues[1], "PARKING_ZONE")
    locations = club.query("{ locations { nodes { id } } }")["locations"]["nodes"]
    assert zone["id"] in {one["id"] for one in locations}
    ids = {one["id"] for one in locations}
    assert_every_sort_visits_each_once(club, "locations", "LocationSort", ids)
    seats = {one["id"] for one in row["resources"]}
    assert_every_sort_visits_each_once(club, "resources", "ResourceSort", seats)
    item = make_item(club, make_season(club), venues[0])
    pairs = {"resourceIds": sorted(seats), "calendarItemIds": [item["id"]], "reason": "x"}
    made = club.make("resourceBlock", "resourceBlocks { id }", pairs)["resourceBlocks"]
    blocks = {one["id"] for one in made}
    assert_every_sort_visits_each_once(club, "resourceBlocks", "ResourceBlockSort", blocks)


def test_locations_and_seats_are_filtered(club: Club) -> None:
    venue, other = make_venue(club), make_venue(club)
    stand = make_location(club, venue, "STAND", name="North stand")
    lounge = make_location(club, other, "HOSPITALITY", typeCode="DINNER")
    row = make_location(club, venue, "ROW", parentId=stand["id"])

    def found(condition: str) -> set[str]:
        document = f"{{ locations(filter: {{{condition}}}) {{ nodes {{ id }} }} }}"
        return {one["id"] for one in club.query(document)["locations"]["nodes"]}

    assert found(f'venueId: ["{venue["id"]}"]') == {stand["id"], row["id"]}
    assert found("kind: [ROW, STAND]") == {stand["id"], row["id"]}
    assert found('search: "ORTH st"') == {stand["id"]}
    assert found('search: "  "') == {stand["id"], row["id"], lounge["id"]}
    assert found('search: "%"') == set()
    assert found('typeCode: ["DINNER"]') == {lounge["id"]}
    assert found(f'parentId: ["{stand["id"]}"]') == {row["id"]}
    assert found("isNested: true") == {row["id"]}
    assert found(f'code: ["{lounge["code"]}"], kind: [ROW]') == set()


def test_a_malformed_filter_is_refused_with_a_code(club: Club) -> None:
    answer = club.send('{ locations(filter: {venueId: ["nonsense"]}) { nodes { id } } }')
    assert answer["errors"][0]["extensions"]["code"] == "ID_INVALID"
    answer = club.send('{ locations(filter: {search: "a\\u0000b"}) { nodes { id } } }')
    assert answer["errors"][0]["extensions"]["code"] == "INPUT_INVALID"

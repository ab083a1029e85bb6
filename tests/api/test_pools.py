"""Pools over GraphQL: how they come about, and their capacity."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.catalogue import (
    assert_every_sort_visits_each_once,
    codes,
    make_item,
    make_location,
    make_product,
    make_season,
    make_venue,
    pools_of,
)
from tests.api.sold import take_places
from tests.club import Club

POOL = "pool { id version capacity blocked taken free }"


def make_pool(club: Club, capacity: int = 10) -> dict[str, Any]:
    """A pool of a product that is sold once."""
    make_product(club, isLimited=True, capacity=capacity)
    (pool,) = pools_of(club)
    return pool


def capacity_given(pool: dict[str, Any], capacity: int, **given: object) -> dict[str, Any]:
    return {"id": pool["id"], "expectedVersion": pool["version"], "capacity": capacity} | given


def count_of(club: Club, connection: str) -> int:
    found = club.query(f"{{ {connection} {{ totalCount {{ count }} }} }}")
    count: int = found[connection]["totalCount"]["count"]
    return count


def test_a_limited_product_has_a_pool_at_every_calendar_item_of_its_venue(club: Club) -> None:
    season, venue, other = make_season(club), make_venue(club), make_venue(club)
    lounge = make_location(club, venue, "HOSPITALITY", capacity=50)
    before = make_item(club, season, venue)
    make_item(club, season, other)
    formula = make_product(club, "FORMULA", isLimited=True, capacity=20, locationId=lounge["id"])
    after = make_item(club, season, venue, startsAt="2026-09-01T18:30:00Z")
    pools = pools_of(club)
    assert [one["calendarItem"]["id"] for one in pools] == [before["id"], after["id"]]
    for one in pools:
        assert one["product"] == {"id": formula["id"]}
        assert one["location"] is None
        assert (one["capacity"], one["blocked"], one["taken"], one["free"]) == (20, 0, 0, 20)


def test_products_without_a_capacity_share_the_pool_of_their_location(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    lounge = make_location(club, venue, "HOSPITALITY", capacity=50)
    item = make_item(club, season, venue)
    for _ in range(2):
        make_product(club, "FORMULA", isLimited=True, locationId=lounge["id"])
    (pool,) = pools_of(club)
    assert pool["location"] == {"id": lounge["id"]}
    assert (pool["product"], pool["capacity"]) == (None, 50)
    for parent, kind in ((lounge, "Location"), (item, "CalendarItem")):
        document = (
            f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ pools {{ nodes {{ id }} "
            "} } } }"
        )
        found = club.query(document, {"id": parent["id"]})["node"]["pools"]["nodes"]
        assert found == [{"id": pool["id"]}]


def test_a_pool_follows_when_a_location_gets_a_capacity(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    zone = make_location(club, venue, "PARKING_ZONE")
    make_item(club, season, venue)
    make_product(club, "PARKING", isLimited=True, locationId=zone["id"])
    assert pools_of(club) == []
    change = {"id": zone["id"], "expectedVersion": 1, "capacity": 300}
    club.make("locationUpdate", "location { id }", change)
    assert [one["capacity"] for one in pools_of(club)] == [300]
    change = {"id": zone["id"], "expectedVersion": 2, "capacity": 200}
    club.make("locationUpdate", "location { id }", change)
    assert [one["capacity"] for one in pools_of(club)] == [300]


def test_a_pool_follows_when_a_product_becomes_limited(club: Club) -> None:
    product = make_product(club)
    assert pools_of(club) == []
    change = {"id": product["id"], "expectedVersion": 1, "isLimited": True, "capacity": 5}
    club.make("productUpdate", "product { id }", change)
    (pool,) = pools_of(club)
    assert (pool["capacity"], pool["calendarItem"], pool["season"]) == (5, None, None)


def test_a_product_of_a_season_has_one_pool_per_season(club: Club) -> None:
    first = make_season(club)
    make_product(club, scope="SEASON", isLimited=True, capacity=8)
    second = make_season(club)
    assert [one["season"]["id"] for one in pools_of(club)] == [first["id"], second["id"]]
    assert [one["capacity"] for one in pools_of(club, seasonId=[second["id"]])] == [8]


@pytest.mark.parametrize(
    "given",
    [
        {"isLimited": False, "capacity": 5},
        {"isLimited": True},
        {"isLimited": True, "capacity": 5, "isActive": False},
        {"isLimited": True, "capacity": 5, "kind": "PACKAGE"},
        {
            "isLimited": True,
            "capacity": 5,
            "kind": "SEAT",
            "isNumbered": True,
            "scope": "CALENDAR_ITEM",
        },
    ],
)
def test_unlimited_numbered_and_inactive_products_have_no_pool(
    club: Club, given: dict[str, Any]
) -> None:
    make_item(club, make_season(club), make_venue(club))
    make_product(club, **given)
    assert pools_of(club) == []


def test_an_item_that_moves_to_another_venue_has_the_pools_of_that_one(club: Club) -> None:
    season, venue, other = make_season(club), make_venue(club), make_venue(club)
    for place, capacity in ((venue, 50), (other, 70)):
        lounge = make_location(club, place, "HOSPITALITY", capacity=capacity)
        make_product(club, "FORMULA", isLimited=True, locationId=lounge["id"])
    item = make_item(club, season, venue)
    assert [one["capacity"] for one in pools_of(club)] == [50]
    change = {"id": item["id"], "expectedVersion": 1, "venueId": other["id"]}
    club.make("calendarItemUpdate", "calendarItem { id }", change)
    assert [one["capacity"] for one in pools_of(club)] == [70]


def test_a_pool_can_be_created_where_none_came_about(club: Club) -> None:
    product = make_product(club, isLimited=True)
    given = {"productId": product["id"], "capacity": 12, "blocked": 2}
    made = club.make("poolCreate", POOL, given)["pool"]
    assert (made["capacity"], made["blocked"], made["taken"], made["free"]) == (12, 2, 0, 10)
    assert codes(club.refused("poolCreate", given)) == [("POOL_EXISTS", [])]
    assert count_of(club, "pools") == 1


def test_a_malformed_pool_is_refused_and_not_written(club: Club, other_club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item = make_item(club, season, venue)
    product, plain = make_product(club, isLimited=True), make_product(club)
    foreign = make_product(other_club, isLimited=True)
    own = {"productId": product["id"], "capacity": 5}
    for given, refused in (
        ({"capacity": 5}, ("INPUT_INVALID", ["productId"])),
        ({**own, "productId": plain["id"]}, ("INPUT_INVALID", ["productId"])),
        ({**own, "productId": foreign["id"]}, ("NOT_FOUND", ["productId"])),
        ({**own, "productId": item["id"]}, ("ID_INVALID", ["productId"])),
        ({**own, "calendarItemId": item["id"]}, ("INPUT_INVALID", ["calendarItemId"])),
        ({**own, "capacity": -1}, ("INPUT_INVALID", ["capacity"])),
        ({**own, "capacity": 2_147_483_647}, ("INPUT_INVALID", ["capacity"])),
        ({**own, "blocked": 6}, ("INPUT_INVALID", ["blocked"])),
    ):
        assert codes(club.refused("poolCreate", given)) == [refused]
    errors = club.refused("poolCreate", own, role=Role.SALES)
    assert codes(errors) == [("PERMISSION_DENIED", [])]
    assert count_of(club, "pools") == 0


def test_capacity_and_blocked_places_are_set(club: Club) -> None:
    pool = make_pool(club)
    take_places(club, pool, 4)
    made = club.make("poolCapacitySet", POOL, capacity_given(pool, 12, blocked=3))["pool"]
    assert made == {
        "id": pool["id"],
        "version": 2,
        "capacity": 12,
        "blocked": 3,
        "taken": 4,
        "free": 5,
    }
    kept = club.make("poolCapacitySet", POOL, capacity_given(made, 7))["pool"]
    assert (kept["capacity"], kept["blocked"], kept["free"], kept["version"]) == (7, 3, 0, 3)
    same = club.make("poolCapacitySet", POOL, capacity_given(kept, 7, blocked=3))["pool"]
    assert same["version"] == 3
    errors = club.refused("poolCapacitySet", capacity_given(pool, 50))
    assert codes(errors) == [("VERSION_STALE", ["expectedVersion"])]


def test_a_capacity_below_what_is_taken_is_refused_and_nothing_is_written(club: Club) -> None:
    pool = make_pool(club)
    take_places(club, pool, 8)
    for given, refused in (
        ({"capacity": 7}, ("CAPACITY_BELOW_TAKEN", ["capacity"])),
        ({"capacity": 10, "blocked": 3}, ("CAPACITY_BELOW_TAKEN", ["capacity"])),
        ({"capacity": 7, "force": True}, ("REASON_REQUIRED", ["reason"])),
        ({"capacity": 7, "force": True, "reason": " "}, ("REASON_REQUIRED", ["reason"])),
        ({"capacity": 10, "blocked": 11}, ("INPUT_INVALID", ["blocked"])),
        ({"capacity": 10, "blocked": -1}, ("INPUT_INVALID", ["blocked"])),
        ({"capacity": -1}, ("INPUT_INVALID", ["capacity"])),
    ):
        wanted = {"id": pool["id"], "expectedVersion": 1, **given}
        assert refused in codes(club.refused("poolCapacitySet", wanted))
    assert pools_of(club)[0] == {**pool, "taken": 8, "free": 2}
    assert count_of(club, "overbookings") == 0


def test_a_forced_capacity_records_an_overbooking_and_closes_the_sale(club: Club) -> None:
    pool = make_pool(club)
    take_places(club, pool, 8)
    given = capacity_given(pool, 7, blocked=1, force=True, reason="Fire brigade")
    forced = club.make("poolCapacitySet", POOL, given, role=Role.OPERATIONS)["pool"]
    assert (forced["capacity"], forced["taken"], forced["free"]) == (7, 8, -2)
    document = """{ overbookings { nodes { capacity taken reason createdBy
      pool { id overbookings { nodes { reason } } } } } }"""
    (record,) = club.query(document)["overbookings"]["nodes"]
    assert record.pop("createdBy").startswith("operations:")
    assert record == {
        "capacity": 6,
        "taken": 8,
        "reason": "Fire brigade",
        "pool": {"id": pool["id"], "overbookings": {"nodes": [{"reason": "Fire brigade"}]}},
    }
    assert count_of(club, "overbookings") == 1
    grown = club.make("poolCapacitySet", POOL, capacity_given(forced, 8))["pool"]
    assert grown["free"] == -1
    assert count_of(club, "overbookings") == 1


def test_only_operations_sets_capacities_of_its_own_club(club: Club, other_club: Club) -> None:
    pool = make_pool(club)
    given = capacity_given(pool, 5)
    assert codes(other_club.refused("poolCapacitySet", given)) == [("NOT_FOUND", ["id"])]
    errors = club.refused("poolCapacitySet", given, role=Role.SALES)
    assert codes(errors) == [("PERMISSION_DENIED", [])]
    wrong = {**given, "id": make_season(club)["id"]}
    assert codes(club.refused("poolCapacitySet", wrong)) == [("ID_INVALID", ["id"])]
    assert pools_of(club)[0]["capacity"] == 10


def test_every_order_of_pools_and_overbookings_visits_each_once(club: Club) -> None:
    for _ in range(5):
        make_product(club, isLimited=True, capacity=3)
    pools = pools_of(club)
    ids = {one["id"] for one in pools}
    assert_every_sort_visits_each_once(club, "pools", "PoolSort", ids)
    for pool in pools:
        take_places(club, pool, 3)
        given = capacity_given(pool, 1, force=True, reason="Works")
        club.make("poolCapacitySet", POOL, given)
    nodes = club.query("{ overbookings { nodes { id } } }")["overbookings"]["nodes"]
    ids = {one["id"] for one in nodes}
    assert len(ids) == 5
    assert_every_sort_visits_each_once(club, "overbookings", "OverbookingSort", ids)
    assert len(pools_of(club, takenFrom=3)) == 5
    assert pools_of(club, takenFrom=4) == []
    assert len(pools_of(club, productId=[pools[0]["product"]["id"]])) == 1

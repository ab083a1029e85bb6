"""What lines of a Draft take: seats at all items or at none, pools, packages, formulas."""

from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium


def labels(found: list[dict[str, Any]]) -> list[str]:
    return [one["label"] for one in found]


def single(stadium: Stadium, seats: list[str], match: int, account: str = "A1") -> dict[str, Any]:
    """A Draft with seats for one match only."""
    line = stadium.line(
        "SEAT", len(seats), "10.00", seatIds=seats, calendarItemId=stadium.matches[match]
    )
    return stadium.add(stadium.begin(account), line)


def test_a_season_line_is_sold_at_every_item_or_not_at_all(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, seats=10)
    rival = single(stadium, stadium.seats[2:3], 1)
    sale = stadium.begin()
    line = stadium.line("SEAT", 3, "100.00", seatIds=stadium.seats[2:5])
    payload = stadium.conflict("saleLineAdd", stadium.about(sale, lines=[line]))
    assert payload["conflicts"] == [
        {
            "wanted": 1,
            "free": 0,
            "calendarItem": {"code": "M2"},
            "resource": {"label": "3"},
            "pool": None,
            "holder": {
                "saleCode": rival["code"],
                "saleStatus": "DRAFT",
                "accountName": "Account A1",
            },
            "alternatives": [{"label": "2"}, {"label": "1"}, {"label": "6"}],
        }
    ]
    assert labels(payload["together"]) == ["4", "5", "6"]
    assert stadium.held() == [("M2", stadium.seats[2])]
    # Seat 3 is free at the other matches.
    line = stadium.line(
        "SEAT", 1, "10.00", seatIds=stadium.seats[2:3], calendarItemId=stadium.matches[0]
    )
    stadium.add(sale, line)
    assert not broken_rules(engine, club.organisation.id)


def test_alternatives_are_free_at_all_items_of_the_line(club: Club) -> None:
    stadium = build_stadium(club, seats=6)
    single(stadium, stadium.seats[0:1], 0)
    single(stadium, stadium.seats[1:2], 1)
    single(stadium, stadium.seats[2:3], 2)
    line = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    payload = stadium.conflict("saleLineAdd", stadium.about(stadium.begin(), lines=[line]))
    assert labels(payload["conflicts"][0]["alternatives"]) == ["4", "5", "6"]


def test_every_taken_seat_and_item_is_named_with_its_own_holder(club: Club) -> None:
    stadium = build_stadium(club, seats=4, matches=2)
    stadium.account("A2")
    whole = stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[:1])
    first = stadium.add(stadium.begin("A2"), whole)
    first = stadium.act("saleFinalise", stadium.equal(first, 1))
    second = single(stadium, stadium.seats[1:2], 0)
    line = stadium.line("SEAT", 3, "10.00", seatIds=stadium.seats[:3])
    given = stadium.about(stadium.begin(), lines=[line])
    payload = stadium.conflict("saleLineAdd", given)
    named = {
        (one["calendarItem"]["code"], one["resource"]["label"]): (
            one["holder"]["saleCode"],
            one["holder"]["saleStatus"],
            one["holder"]["accountName"],
        )
        for one in payload["conflicts"]
    }
    assert named == {
        ("M1", "1"): (first["code"], "FINAL", "Account A2"),
        ("M2", "1"): (first["code"], "FINAL", "Account A2"),
        ("M1", "2"): (second["code"], "DRAFT", "Account A1"),
    }
    assert payload["together"] == []


def test_a_portal_learns_that_a_seat_is_taken_but_not_by_whom(club: Club) -> None:
    stadium = build_stadium(club, seats=4, matches=1)
    stadium.account("A2")
    single(stadium, stadium.seats[:1], 0, "A2")
    stadium.price("SEAT", "10.00")
    portal: dict[str, Any] = {"role": Role.PORTAL, "account_id": stadium.uuid(stadium.ids["A1"])}
    sale = club.make("saleCreate", "sale { id version }", {"type": "TICKET"}, **portal)["sale"]
    line = stadium.line("SEAT", 1, None, seatIds=stadium.seats[:1])
    given = stadium.about(sale, lines=[line])
    fields = "conflicts { holder { accountName } resource { label } alternatives { label } }"
    payload = stadium.refusals("saleLineAdd", given, fields, **portal)
    assert payload["conflicts"] == [
        {
            "holder": None,
            "resource": {"label": "1"},
            "alternatives": [{"label": "2"}, {"label": "3"}, {"label": "4"}],
        }
    ]


def test_adjacent_seats_are_looked_for_among_seats_only(club: Club) -> None:
    stadium = build_stadium(club, seats=4, parkings=2, matches=1)
    single(stadium, stadium.seats[:1], 0)
    stadium.package("VIP", ("SEAT", 1, 3), ("PARKING", 1, 1))
    line = stadium.line(
        "VIP", 2, "50.00", seatIds=stadium.seats[:2], parkingIds=stadium.parkings[:2]
    )
    payload = stadium.conflict("saleLineAdd", stadium.about(stadium.begin(), lines=[line]))
    assert labels(payload["together"]) == ["2", "3"]


def test_a_short_pool_is_named_with_what_is_free(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, seats=6, places=4, matches=2)
    seats = stadium.line("SEAT", 3, "10.00", seatIds=stadium.seats[:3])
    sale = stadium.add(stadium.begin(), seats, stadium.line("COCKTAIL", 3, "5.00"))
    assert stadium.taken() == {"LOUNGE M1": 3, "LOUNGE M2": 3}
    seats = stadium.line("SEAT", 2, "10.00", seatIds=stadium.seats[3:5])
    given = stadium.about(stadium.begin(), lines=[seats, stadium.line("COCKTAIL", 2, "5.00")])
    payload = stadium.conflict("saleLineAdd", given)
    assert [
        (one["calendarItem"]["code"], one["wanted"], one["free"]) for one in payload["conflicts"]
    ] == [("M1", 2, 1), ("M2", 2, 1)]
    # A taken seat does not hide that the pool is short as well.
    seats = stadium.line("SEAT", 2, "10.00", seatIds=stadium.seats[2:4])
    given = stadium.about(stadium.begin(), lines=[seats, stadium.line("COCKTAIL", 2, "5.00")])
    payload = stadium.conflict("saleLineAdd", given)
    assert [
        (one["calendarItem"]["code"], one["resource"] is None) for one in payload["conflicts"]
    ] == [("M1", False), ("M2", False), ("M1", True), ("M2", True)]
    # Without the cocktails their places are free again.
    stadium.act("saleLineRemove", sale, lineIds=[sale["lines"][1]["id"]])
    assert stadium.taken() == {"LOUNGE M1": 0, "LOUNGE M2": 0}
    assert not broken_rules(engine, club.organisation.id)


def test_a_package_takes_seat_parking_and_formula_of_each_unit(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, matches=2)
    stadium.package("BOX", ("SEAT", 2, 6), ("COCKTAIL", 2, 3))
    stadium.package("VIP", ("BOX", 1, 9), ("PARKING", 1, 1), ("SCARF", 2, 2))
    sale = stadium.begin()
    line = stadium.line(
        "VIP", 2, "1200.00", seatIds=stadium.seats[:4], parkingIds=stadium.parkings[:2]
    )
    sale = stadium.add(sale, line)
    assert [
        (part["product"]["code"], part["amount"]["amount"])
        for part in sale["lines"][0]["components"]
    ] == [("SEAT", "1200.00"), ("COCKTAIL", "600.00"), ("PARKING", "200.00"), ("SCARF", "400.00")]
    fields = """entitlements(first: 100) { nodes { unitNo pieceNo product { code }
      calendarItem { code } resource { id } pool { id }
      seatEntitlement { unitNo resource { id } } } }"""
    nodes = stadium.read(sale, fields)["entitlements"]["nodes"]
    # 2 units × 2 matches × (2 seats, 2 cocktails, 1 parking), and 2 scarves a unit once.
    assert len(nodes) == 2 * 2 * 5 + 2 * 2
    seats = {
        (node["unitNo"], node["resource"]["id"])
        for node in nodes
        if node["product"]["code"] == "SEAT"
    }
    assert seats == {(1 + index // 2, seat) for index, seat in enumerate(stadium.seats[:4])}
    formulas = [node for node in nodes if node["product"]["code"] == "COCKTAIL"]
    assert all(node["seatEntitlement"]["unitNo"] == node["unitNo"] for node in formulas)
    served = [(n["calendarItem"]["code"], n["seatEntitlement"]["resource"]["id"]) for n in formulas]
    assert len(set(served)) == len(served) == 8
    assert stadium.taken() == {"LOUNGE M1": 4, "LOUNGE M2": 4}
    assert not broken_rules(engine, club.organisation.id)
    stadium.act("saleLineRemove", sale, lineIds=[sale["lines"][0]["id"]])
    assert stadium.taken() == {"LOUNGE M1": 0, "LOUNGE M2": 0}
    assert stadium.held() == []


def test_a_formula_belongs_to_a_seat_and_one_of_a_type_to_each(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    cocktail = stadium.line("COCKTAIL", 1, "5.00")
    assert stadium.refused("saleLineAdd", stadium.about(sale, lines=[cocktail])) == [
        ("FORMULA_NEEDS_SEAT", ["productId"])
    ]
    sale = stadium.add(sale, stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[:1]), cocktail)
    assert stadium.refused("saleLineAdd", stadium.about(sale, lines=[cocktail])) == [
        ("FORMULA_TYPE_CONFLICT", ["quantity"])
    ]
    dinner = {"locationTypeCode": "DINNER", "isLimited": False}
    stadium.product("DINNER", "FORMULA", "CATERING", **dinner)
    sale = stadium.add(sale, stadium.line("DINNER", 1, "50.00"))
    seat, first, _ = (line["id"] for line in sale["lines"])
    assert stadium.refused("saleLineRemove", stadium.about(sale, lineIds=[seat, first])) == [
        ("FORMULA_NEEDS_SEAT", ["lineIds"])
    ]
    replaced = stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[1:2])
    given = stadium.about(sale, lineId=seat, line=replaced)
    assert stadium.refused("saleLineReplace", given) == [("FORMULA_NEEDS_SEAT", ["lineId"])]
    stadium.product("AFTER", "FORMULA", "CATERING", locationTypeCode="AFTER", isStandalone=True)
    free = stadium.add(stadium.begin(), stadium.line("AFTER", 2, "5.00"))
    assert len(free["lines"]) == 1
    sale = stadium.act("saleLineRemove", sale, lineIds=[line["id"] for line in sale["lines"]])
    assert sale["lines"] == []
    assert stadium.held() == []


def test_a_limited_catalog_product_is_sold_until_it_is_gone(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.product("SHIRT", "CATALOG", "PARKING", scope="NONE", isLimited=True, capacity=3)
    sale = stadium.add(stadium.begin(), stadium.line("SHIRT", 2, "60.00", bundleId=None))
    line = stadium.line("SHIRT", 2, "60.00", bundleId=None)
    payload = stadium.conflict("saleLineAdd", stadium.about(stadium.begin(), lines=[line]))
    assert [(one["calendarItem"], one["wanted"], one["free"]) for one in payload["conflicts"]] == [
        (None, 2, 1)
    ]
    more = stadium.line("SHIRT", 3, "60.00", bundleId=None)
    sale = stadium.act("saleLineReplace", sale, lineId=sale["lines"][0]["id"], line=more)
    assert stadium.taken()["SHIRT"] == 3


def test_a_limited_product_without_capacity_says_so(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.product("LUNCH", "FORMULA", "CATERING", locationTypeCode="LUNCH", isLimited=True)
    lines = [
        stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[:1]),
        stadium.line("LUNCH", 1, "10.00"),
    ]
    errors = stadium.refused("saleLineAdd", stadium.about(stadium.begin(), lines=lines))
    assert [code for code, _ in errors] == ["POOL_MISSING"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_replaced_line_may_keep_its_own_seats(club: Club, engine: Engine, count: int) -> None:
    stadium = build_stadium(club, matches=2, seats=4)
    line = stadium.line("SEAT", 2, "10.00", seatIds=stadium.seats[:2], discount=amount("1.00"))
    sale = stadium.add(stadium.begin(), line, stadium.line("SCARF", 1, "5.00", bundleId=None))
    rival = stadium.add(
        stadium.begin(), stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[3:])
    )
    other = stadium.line("SEAT", count, "10.00", seatIds=stadium.seats[1 : 1 + count])
    given = stadium.about(sale, lineId=sale["lines"][0]["id"], line=other)
    if count == 3:
        payload = stadium.conflict("saleLineReplace", given)
        assert {one["holder"]["saleCode"] for one in payload["conflicts"]} == {rival["code"]}
        assert stadium.read(sale)["version"] == sale["version"]
    else:
        after = stadium.act("saleLineReplace", sale, lineId=given["lineId"], line=other)
        assert [line["lineNo"] for line in after["lines"]] == [1, 2]
        assert after["net"]["amount"] == "15.00"
        assert ("M1", stadium.seats[0]) not in stadium.held()
        assert ("M1", stadium.seats[1]) in stadium.held()
    assert not broken_rules(engine, club.organisation.id)

"""Selecting what of a Sale is cancelled: lines, quantities, seats, packages, hospitality."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.cancelled import (
    PREVIEW,
    e0,
    final,
    seat_of,
    seen,
    whole_line,
)
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, build_stadium


@pytest.fixture
def stadium(club: Club, engine: Engine) -> Iterator[Stadium]:
    """A stadium in which all invariants hold at the end."""
    yield build_stadium(club)
    assert not broken_rules(engine, club.organisation.id)


def against(
    stadium: Stadium, sale: dict[str, Any], **selection: Any
) -> list[tuple[str, list[str]]]:
    """Preview and cancel something that is refused; return codes and paths, which are the same."""
    given = {"saleId": sale["id"], **selection}
    document = """query($input: SaleCancelPreviewInput!) {
      saleCancelPreview(input: $input) { preview { previewHash } userErrors { code path } } }"""
    answer = stadium.club.query(document, {"input": given})["saleCancelPreview"]
    assert answer["preview"] is None
    found = stadium.refused("saleCancel", {**given, "reason": "no", "previewHash": "?"})
    assert found == [(one["code"], one["path"]) for one in answer["userErrors"]]
    return found


def hospitality(stadium: Stadium) -> dict[str, Any]:
    """A Final Sale of 2 seats with cocktails, 3 lounge places without, and a package of 2 units."""
    stadium.product(
        "LUNCH",
        "FORMULA",
        "CATERING",
        locationTypeCode="LUNCH",
        isStandalone=True,
        capacity=9,
        isLimited=True,
    )
    stadium.package("VIP", ("SEAT", 1, 3), ("COCKTAIL", 1, 1), ("SCARF", 1, 1))
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2]),
        stadium.line("COCKTAIL", 2, "30.00"),
        stadium.line("LUNCH", 3, "60.00"),
        stadium.line("VIP", 2, "500.00", seatIds=stadium.seats[2:4]),
    )
    return final(stadium, stadium.equal(sale, 2))


def test_a_selection_is_refused_with_everything_that_is_wrong_with_it(stadium: Stadium) -> None:
    sale = hospitality(stadium)
    other = stadium.add(stadium.begin(), stadium.line("SCARF", 1, "5.00", bundleId=None))
    seats, cocktails, lunches, _ = (line["id"] for line in sale["lines"])
    strange = "calendar_item_" + "0" * 32
    one_seat = {"lineId": seats, "resourceIds": stadium.seats[:1]}
    for selection, expected in (
        ({}, [("INPUT_INVALID", ["everything"])]),
        ({"everything": True, "lines": [one_seat]}, [("INPUT_INVALID", ["everything"])]),
        (
            {
                "lines": [
                    {"lineId": other["lines"][0]["id"]},
                    {"lineId": seats, "quantity": 1},
                    {"lineId": lunches, "quantity": 4},
                    {"lineId": lunches, "calendarItemIds": [strange]},
                ]
            },
            [
                ("NOT_FOUND", ["lines", "0", "lineId"]),
                ("SEATS_MISMATCH", ["lines", "1", "quantity"]),
                ("CANCEL_TOO_MUCH", ["lines", "2", "quantity"]),
                ("INPUT_INVALID", ["lines", "3", "lineId"]),
                ("NOT_FOUND", ["lines", "3", "calendarItemIds", "0"]),
            ],
        ),
        (
            {
                "lines": [
                    {"lineId": seats, "resourceIds": [stadium.seats[0], stadium.seats[0]]},
                    {"lineId": seats, "resourceIds": [stadium.seats[0], stadium.seats[9]]},
                    {"lineId": lunches, "quantity": 0},
                ]
            },
            [
                ("SEAT_DUPLICATE", ["lines", "0", "resourceIds", "1"]),
                ("SEAT_DUPLICATE", ["lines", "1", "resourceIds", "0"]),
                ("NOT_FOUND", ["lines", "1", "resourceIds", "1"]),
                ("QUANTITY_INVALID", ["lines", "2", "quantity"]),
            ],
        ),
        (
            {"lines": [{**one_seat, "quantity": 1}]},
            [("INPUT_INVALID", ["lines", "0", "quantity"])],
        ),
        ({"lines": [one_seat]}, [("FORMULA_NEEDS_SEAT", ["lines"])]),
        ({"calendarItemIds": [strange]}, [("NOT_FOUND", ["calendarItemIds", "0"])]),
        (
            {"entitlementIds": ["entitlement_" + "0" * 32]},
            [("NOT_FOUND", ["entitlementIds", "0"])],
        ),
        ({"lines": [{"lineId": "sale_1"}]}, [("ID_INVALID", ["lines", "0", "lineId"])]),
    ):
        assert against(stadium, sale, **selection) == expected, selection
    assert cocktails != lunches


def test_what_is_gone_cannot_be_cancelled_again(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    first = stadium.read(sale, "entitlements(first: 1) { nodes { id } }")["entitlements"]["nodes"][
        0
    ]
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 0))
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    sale = stadium.cancel(sale, calendarItemIds=stadium.matches[:1])
    assert against(stadium, sale, lines=seat_of(stadium, sale, 0, 1)) == [
        ("CANCEL_TOO_MUCH", ["lines", "0", "resourceIds", "0"])
    ]
    assert against(stadium, sale, lines=whole_line(sale, 3)) == [
        ("CANCEL_NOTHING", ["lines", "0", "lineId"])
    ]
    assert against(stadium, sale, calendarItemIds=stadium.matches[:1]) == [
        ("CANCEL_NOTHING", ["calendarItemIds", "0"])
    ]
    part = {**seat_of(stadium, sale, 1)[0], "calendarItemIds": stadium.matches[:1]}
    assert against(stadium, sale, lines=[part]) == [
        ("CANCEL_TOO_MUCH", ["lines", "0", "resourceIds", "0"])
    ]
    gone = against(stadium, sale, entitlementIds=[first["id"]])
    assert gone == [("CANCEL_TOO_MUCH", ["entitlementIds", "0"])]
    assert [one["sequenceNo"] for one in seen(stadium, sale)["cancellations"]] == [1, 2, 3]


def test_the_last_units_of_an_unnumbered_line_go_and_give_their_places_back(
    stadium: Stadium,
) -> None:
    sale = hospitality(stadium)
    before = stadium.taken()
    lunches = sale["lines"][2]["id"]
    some = {"lineId": lunches, "quantity": 2, "calendarItemIds": stadium.matches[:1]}
    sale = stadium.cancel(sale, lines=[some])
    fields = """entitlements(first: 100, filter: {status: CANCELLED}) { nodes {
      unitNo calendarItem { code } product { code } } }"""
    gone = stadium.read(sale, fields)["entitlements"]["nodes"]
    assert {(one["unitNo"], one["calendarItem"]["code"]) for one in gone} == {(2, "M1"), (3, "M1")}
    assert {one["product"]["code"] for one in gone} == {"LUNCH"}
    assert stadium.taken()["LUNCH M1"] == before["LUNCH M1"] - 2
    assert stadium.taken()["LUNCH M2"] == before["LUNCH M2"] == 3
    assert [line["quantityCancelled"] for line in seen(stadium, sale)["lines"]] == [0, 0, 0, 0]
    sale = stadium.cancel(sale, lines=[{"lineId": lunches, "quantity": 1}])
    # Unit 3 had two matches left, and now nothing.
    assert [line["quantityCancelled"] for line in seen(stadium, sale)["lines"]] == [0, 0, 1, 0]
    assert stadium.taken()["LUNCH M1"] == 1
    assert stadium.taken()["LUNCH M2"] == 2


def test_a_seat_of_a_package_goes_with_everything_in_its_unit(stadium: Stadium) -> None:
    sale = hospitality(stadium)
    package = sale["lines"][3]["id"]
    at_one = {"resourceIds": stadium.seats[2:3], "calendarItemIds": stadium.matches[:1]}
    preview = stadium.preview(
        {"saleId": sale["id"], "lines": [{"lineId": package, **at_one}]}, PREVIEW
    )
    assert [(one["product"]["code"], one["quantity"]) for one in preview["released"]] == [
        ("SEAT", 1),
        ("COCKTAIL", 1),
    ]
    sale = stadium.cancel(sale, lines=[{"lineId": package, **at_one}])
    preview = stadium.preview(
        {"saleId": sale["id"], "lines": [{"lineId": package, "resourceIds": stadium.seats[2:3]}]},
        PREVIEW,
    )
    # The scarf is granted once, and goes with the last match of its unit.
    assert sorted(one["product"]["code"] for one in preview["released"]) == [
        "COCKTAIL",
        "COCKTAIL",
        "SCARF",
        "SEAT",
        "SEAT",
    ]
    whole = [{"lineId": package, "resourceIds": stadium.seats[2:3]}]
    assert seen(stadium, stadium.cancel(sale, lines=whole))["lines"][3]["quantityCancelled"] == 1


def test_seats_go_with_the_hospitality_that_is_selected_with_them(stadium: Stadium) -> None:
    sale = hospitality(stadium)
    lines = [
        {"lineId": sale["lines"][0]["id"], "resourceIds": stadium.seats[1:2]},
        {"lineId": sale["lines"][1]["id"], "quantity": 1},
    ]
    sale = stadium.cancel(sale, lines=lines)
    assert [line["quantityCancelled"] for line in seen(stadium, sale)["lines"]] == [1, 1, 0, 0]


def test_a_sale_is_cancelled_while_hospitality_below_it_is_not(stadium: Stadium) -> None:
    parent = stadium.add(
        stadium.begin(), stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2])
    )
    parent = final(stadium, stadium.equal(parent, 1))
    sub = stadium.add(
        stadium.begin(parentSaleId=parent["id"]), stadium.line("COCKTAIL", 1, "20.00")
    )
    assert against(stadium, parent, lines=seat_of(stadium, parent, 0)) == [
        ("FORMULA_NEEDS_SEAT", ["saleId"])
    ]
    assert against(stadium, parent, calendarItemIds=stadium.matches[:1]) == [
        ("FORMULA_NEEDS_SEAT", ["saleId"])
    ]
    parent = stadium.cancel(parent, lines=seat_of(stadium, parent, 1))
    stadium.cancel(sub)
    assert stadium.cancel(parent)["status"] == "CANCELLED"


def test_another_club_learns_nothing_by_a_preview(stadium: Stadium, other_club: Club) -> None:
    sale = final(stadium, e0(stadium))
    foreign = build_stadium(other_club, matches=1)
    own = foreign.add(foreign.begin(), foreign.line("SCARF", 2, "5.00", bundleId=None))
    document = """query($input: SaleCancelPreviewInput!) { saleCancelPreview(input: $input) {
      preview { previewHash } userErrors { code path } } }"""
    line = {"lineId": own["lines"][0]["id"]}
    for given, path in (
        ({"saleId": sale["id"], "everything": True}, ["saleId"]),
        ({"saleId": own["id"], "lines": whole_line(sale, 1)}, ["lines", "0", "lineId"]),
        (
            {"saleId": own["id"], "lines": [{**line, "resourceIds": stadium.seats[:1]}]},
            ["lines", "0", "resourceIds", "0"],
        ),
        ({"saleId": own["id"], "calendarItemIds": stadium.matches[:1]}, ["calendarItemIds", "0"]),
    ):
        answer = other_club.query(document, {"input": given})["saleCancelPreview"]
        assert answer == {"preview": None, "userErrors": [{"code": "NOT_FOUND", "path": path}]}

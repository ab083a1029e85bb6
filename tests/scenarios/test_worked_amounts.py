"""Worked examples and the amounts that other systems got wrong, through the public API."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.storage.engine import Engine
from tests.conftest import LiveServer, found_club
from tests.scenarios.billed import (
    amounts,
    cells,
    entitlement_values,
    percents,
    sell,
    totals,
    vat,
)
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium

YEAR = datetime.now(UTC).year + 1


@pytest.fixture(scope="module")
def shop(engine: Engine, server: LiveServer) -> Iterator[Stadium]:
    """A stadium whose Sales do not touch each other."""
    club = found_club(engine, server)
    stadium = build_stadium(club, matches=1, seats=4, parkings=1)
    stadium.product("GIFT", "CATALOG", "CATERING", scope="NONE")
    stadium.product("SERVICE", "CATALOG", "PARKING", scope="NONE")
    yield stadium
    assert not broken_rules(engine, club.organisation.id)
    club.http.close()


def test_rounded_lines_are_spread_over_three_instalments_to_the_last_unit(shop: Stadium) -> None:
    sale = shop.add(
        shop.begin(),
        shop.line("SEAT", 3, "199.99", seatIds=shop.seats[:3]),
        shop.line("PARKING", 1, "150.01", parkingIds=shop.parkings),
        shop.line("GIFT", 1, "250.02", bundleId=None),
    )
    sale = shop.equal(sale, 3)
    assert amounts(sale) == ["333.34", "333.33", "333.33"]
    assert cells(sale, 1) == ["199.99", "199.99", "199.99"]
    assert cells(sale, 2) == ["50.01", "50.00", "50.00"]
    assert cells(sale, 3) == ["83.34", "83.34", "83.34"]
    assert vat(sale, 600) == ["12.00", "12.00", "12.00"]
    assert totals(sale) == ("1000.00", "97.50", "1097.50")
    assert shop.act("saleFinalise", sale)["status"] == "FINAL"


@pytest.mark.parametrize(
    ("price", "parts", "expected"),
    [
        ("145.05", ["30", "70"], ["43.51", "101.54"]),
        ("12870.59", ["50", "50"], ["6435.30", "6435.29"]),
        ("5.47", ["33.34", "33.33", "33.33"], ["1.83", "1.82", "1.82"]),
        ("30000.00", ["33.334", "33.333", "33.333"], ["10000.20", "9999.90", "9999.90"]),
        ("100.00", ["33.3334", "33.3333", "33.3333"], ["33.34", "33.33", "33.33"]),
    ],
)
def test_percentages_give_what_they_say_and_sum_to_the_sale(
    shop: Stadium, price: str, parts: list[str], expected: list[str]
) -> None:
    sale = sell(shop, price, percents(YEAR, *parts))
    assert amounts(sale) == expected
    assert shop.act("saleFinalise", sale)["status"] == "FINAL"


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("30000.00", ["10000.00", "10000.00", "10000.00"]),
        ("100.00", ["33.34", "33.33", "33.33"]),
        ("0.02", ["0.01", "0.01"]),
    ],
)
def test_three_equal_parts_differ_by_no_more_than_a_unit(
    shop: Stadium, price: str, expected: list[str]
) -> None:
    assert amounts(sell(shop, price, {"equal": Stadium.months(3)})) == expected


def test_the_vat_of_twelve_instalments_sums_to_the_vat_of_the_sale(shop: Stadium) -> None:
    sale = sell(shop, "1234.50", {"equal": Stadium.months(12)})
    assert totals(sale) == ("1234.50", "259.25", "1493.75")
    parts = vat(sale, 2100)
    assert len(parts) == 12
    assert sum(int(part.replace(".", "")) for part in parts) == 25925
    assert set(parts) <= {"21.60", "21.61"}


def test_a_sale_of_nothing_has_no_invoice_and_becomes_final(shop: Stadium) -> None:
    sale = sell(shop, "0.00", {"equal": Stadium.months(3)})
    assert sale["invoices"] == []
    assert shop.act("saleFinalise", sale)["status"] == "FINAL"


def test_a_sale_of_nothing_needs_no_schedule(shop: Stadium) -> None:
    assert shop.act("saleFinalise", sell(shop, "0.00", None))["status"] == "FINAL"


def test_the_largest_amount_is_sold_and_one_unit_more_is_refused(shop: Stadium) -> None:
    # 21 % on top must stay below the limit too.
    sale = sell(shop, "74439663262322.24", {"equal": Stadium.months(2)})
    assert totals(sale)[2] == "90071992547409.91"
    line = shop.line("SCARF", 1, "90071992547409.92", bundleId=None)
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("AMOUNT_TOO_LARGE", ["lines", "0", "unitPrice"])
    ]
    line = shop.line("SCARF", 2, "74439663262322.24", bundleId=None)
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("AMOUNT_TOO_LARGE", ["lines", "0", "quantity"])
    ]
    line = shop.line("SCARF", 1, "74439663262322.24", bundleId=None)
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("AMOUNT_TOO_LARGE", ["lines"])
    ]


def test_yen_have_no_decimals_and_dinars_three(shop: Stadium) -> None:
    yen = sell(shop, "10000", {"equal": Stadium.months(3)}, "JPY")
    assert amounts(yen) == ["3334", "3333", "3333"]
    assert totals(yen) == ("10000", "2100", "12100")
    dinars = sell(shop, "1000.001", {"equal": Stadium.months(3)}, "KWD")
    assert amounts(dinars) == ["333.334", "333.334", "333.333"]
    assert totals(dinars) == ("1000.001", "210.000", "1210.001")
    for sale, currency, price in ((yen, "JPY", "1.5"), (dinars, "KWD", "1.0001")):
        line = shop.line("SCARF", 1, None, bundleId=None, unitPrice=amount(price, currency))
        assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
            ("AMOUNT_INVALID", ["lines", "0", "unitPrice"])
        ]
        assert shop.act("saleFinalise", sale)["gross"]["currency"] == currency


def test_seventeen_matches_share_a_seat_exactly(engine: Engine, server: LiveServer) -> None:
    club = found_club(engine, server)
    stadium = build_stadium(club, matches=17, seats=1, parkings=1)
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 1, "1000.00", seatIds=stadium.seats),
        stadium.line("PARKING", 1, "170.00", parkingIds=stadium.parkings),
    )
    recipe = percents(YEAR, "40", "30", "30")
    sale = stadium.act("invoiceScheduleSet", sale, recipe=recipe)
    assert amounts(sale) == ["468.00", "351.00", "351.00"]
    assert entitlement_values(stadium, sale, "SEAT") == ["58.83"] * 6 + ["58.82"] * 11
    assert entitlement_values(stadium, sale, "PARKING") == ["10.00"] * 17
    assert cells(sale, 1) == ["400.00", "300.00", "300.00"]
    assert vat(sale, 600) == ["24.00", "18.00", "18.00"]
    assert vat(sale, 2100) == ["14.28", "10.71", "10.71"]
    assert not broken_rules(engine, club.organisation.id)
    club.http.close()


def test_a_package_is_worth_its_parts_by_their_weights(shop: Stadium) -> None:
    shop.package("VIP", ("GIFT", 1, 120), ("SCARF", 1, 80), ("SERVICE", 1, 50))
    sale = shop.begin()
    sale = shop.add(sale, shop.line("VIP", 1, "249.99", bundleId=None))
    parts = [part["amount"]["amount"] for part in sale["lines"][0]["components"]]
    assert parts == ["119.99", "80.00", "50.00"]
    sale = shop.equal(sale, 2)
    assert amounts(sale) == ["125.00", "124.99"]
    assert shop.act("saleFinalise", sale)["status"] == "FINAL"


def test_a_german_document_rounds_its_vat_once(engine: Engine, server: LiveServer) -> None:
    club = found_club(engine, server, country="DE")
    stadium = build_stadium(club, matches=1, seats=5, parkings=1, country="DE")
    line = [stadium.line("SCARF", 1, "84.03", bundleId=None) for _ in range(5)]
    sale = stadium.equal(stadium.add(stadium.begin(), *line), 1)
    assert totals(sale) == ("420.15", "79.83", "499.98")
    assert vat(sale, 1900) == ["79.83"]
    sale = stadium.begin(type="CATALOG", priceBasis="GROSS")
    sale = stadium.equal(stadium.add(sale, stadium.line("SCARF", 1, "500.00", bundleId=None)), 3)
    assert amounts(sale, "gross") == ["166.67", "166.67", "166.66"]
    assert vat(sale, 1900) == ["26.61", "26.61", "26.61"]
    assert totals(sale) == ("420.17", "79.83", "500.00")
    assert stadium.act("saleFinalise", sale)["status"] == "FINAL"
    assert not broken_rules(engine, club.organisation.id)
    club.http.close()

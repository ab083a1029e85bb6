"""Lines of a Draft: prices, quantities, discounts, and everything that is refused about them."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.stadium import Stadium, amount, build_stadium

VALUES = "entitlements(first: 100) { nodes { value { amount } status } }"


@pytest.fixture(scope="module")
def shop(engine: Engine, server: LiveServer) -> Iterator[Stadium]:
    """A stadium for lines that are refused, or that take no seat."""
    stadium = build_stadium(found_club(engine, server))
    yield stadium
    stadium.club.http.close()


def worth(stadium: Stadium, sale: dict[str, Any]) -> list[str]:
    nodes = stadium.read(sale, VALUES)["entitlements"]["nodes"]
    return sorted(node["value"]["amount"] for node in nodes)


@pytest.mark.parametrize("quantity", [0, -1, 10_001])
def test_a_quantity_outside_its_bounds_is_refused_by_field(shop: Stadium, quantity: int) -> None:
    line = shop.line("SCARF", quantity, "1.00", bundleId=None)
    assert shop.refused("saleLineAdd", shop.about(shop.begin(), lines=[line])) == [
        ("QUANTITY_INVALID", ["lines", "0", "quantity"])
    ]


def test_a_quantity_beyond_32_bits_is_refused_before_anything_runs(shop: Stadium) -> None:
    line = shop.line("SCARF", 2**31, "1.00", bundleId=None)
    given = {"idempotencyKey": "a-key-of-its-own", **shop.about(shop.begin(), lines=[line])}
    document = """mutation($input: SaleLineAddInput!) {
      saleLineAdd(input: $input) { userErrors { code } } }"""
    answer = shop.club.send(document, {"input": given})
    assert ".lines[0].quantity" in answer["errors"][0]["message"]
    assert answer.get("data") is None


def test_the_largest_quantity_is_sold(shop: Stadium) -> None:
    sale = shop.add(shop.begin(), shop.line("SCARF", 10_000, "0.01", bundleId=None))
    assert sale["lines"][0]["amount"]["amount"] == "100.00"


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (amount("1.00", "USD"), "CURRENCY_MIXED"),
        (amount("1.00", "XXX"), "CURRENCY_UNKNOWN"),
        (amount("1.005"), "AMOUNT_INVALID"),
        (amount("-1.00"), "CREDIT_LINE_SIGN"),
        (amount("90071992547409.92"), "AMOUNT_TOO_LARGE"),
    ],
)
def test_a_price_of_the_wrong_kind_is_refused(
    shop: Stadium, price: dict[str, str], code: str
) -> None:
    line = shop.line("SCARF", 1, None, bundleId=None, unitPrice=price)
    errors = shop.refused("saleLineAdd", shop.about(shop.begin(), lines=[line]))
    assert [one[0] for one in errors] == [code]
    assert errors[0][1][:3] == ["lines", "0", "unitPrice"]


def test_without_a_price_the_price_list_must_have_one(shop: Stadium) -> None:
    line = shop.line("SCARF", 1, None, bundleId=None)
    assert shop.refused("saleLineAdd", shop.about(shop.begin(), lines=[line])) == [
        ("PRICE_MISSING", ["lines", "0", "unitPrice"])
    ]


def test_everything_wrong_with_all_lines_is_said_at_once(shop: Stadium) -> None:
    lines = [
        shop.line("SEAT", 2, "1.00", seatIds=shop.seats[:1]),
        shop.line("SEAT", 2, "1.00", seatIds=[shop.seats[0], shop.seats[0]]),
        shop.line("SEAT", 1, "1.00", seatIds=shop.parkings[:1]),
        shop.line("SEAT", 1, "1.00", seatIds=shop.seats[:1], bundleId=None),
        shop.line("SCARF", 0, "-1.00", bundleId=None),
        shop.line("SCARF", 1, "5.00", discount=amount("5.01"), bundleId=None),
        shop.line("SCARF", 1, "5.00"),
        shop.line("SEAT", 1, "1.00", seatIds=shop.seats[:1], calendarItemId=shop.matches[0]),
    ]
    lines[7]["bundleId"] = shop.ids["SUBSCRIPTION"]
    assert shop.refused("saleLineAdd", shop.about(shop.begin(), lines=lines)) == [
        ("SEATS_MISMATCH", ["lines", "0", "seatIds"]),
        ("SEAT_DUPLICATE", ["lines", "1", "seatIds", "1"]),
        ("NOT_FOUND", ["lines", "2", "seatIds", "0"]),
        ("LINE_SCOPE_INVALID", ["lines", "3", "calendarItemId"]),
        ("QUANTITY_INVALID", ["lines", "4", "quantity"]),
        ("CREDIT_LINE_SIGN", ["lines", "4", "unitPrice"]),
        ("DISCOUNT_INVALID", ["lines", "5", "discount"]),
        ("LINE_SCOPE_INVALID", ["lines", "6", "bundleId"]),
        ("LINE_SCOPE_INVALID", ["lines", "7", "calendarItemId"]),
    ]


def test_two_lines_of_one_request_cannot_have_the_same_seat(shop: Stadium) -> None:
    whole = shop.line("SEAT", 2, "1.00", seatIds=shop.seats[:2])
    single = shop.line("SEAT", 1, "1.00", seatIds=shop.seats[1:2], calendarItemId=shop.matches[1])
    given = shop.about(shop.begin(), lines=[whole, single])
    assert shop.refused("saleLineAdd", given) == [
        ("SEAT_DUPLICATE", ["lines", "1", "seatIds", "0"])
    ]


def test_ids_of_another_kind_and_of_nothing_are_refused_by_field(shop: Stadium) -> None:
    sale = shop.begin()
    line = shop.line("SEAT", 1, "1.00", seatIds=[shop.matches[0]])
    line["productId"] = shop.ids["A1"]
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("ID_INVALID", ["lines", "0", "productId"]),
        ("ID_INVALID", ["lines", "0", "seatIds", "0"]),
    ]
    nothing = "0" * 32
    line = shop.line("SEAT", 1, "1.00", seatIds=[f"resource_{nothing}"])
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("NOT_FOUND", ["lines", "0", "seatIds", "0"])
    ]
    line = {**line, "productId": f"product_{nothing}"}
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("NOT_FOUND", ["lines", "0", "productId"])
    ]
    line = shop.line("SEAT", 1, "1.00", seatIds=shop.seats[:1], bundleId=None)
    for field, kind in (
        ("seasonId", "season"),
        ("bundleId", "calendar_bundle"),
        ("calendarItemId", "calendar_item"),
    ):
        errors = shop.refused(
            "saleLineAdd", shop.about(sale, lines=[{**line, field: f"{kind}_{nothing}"}])
        )
        assert errors == [("NOT_FOUND", ["lines", "0", field])]
    gone = {"saleId": f"sale_{nothing}", "expectedVersion": 1, "lines": [line]}
    assert shop.refused("saleLineAdd", gone) == [("NOT_FOUND", ["saleId"])]


def test_nothing_of_another_club_can_be_named(shop: Stadium, other_club: Club) -> None:
    other = build_stadium(other_club, matches=1, seats=1, parkings=1)
    sale = shop.begin()
    line = shop.line("SEAT", 1, "1.00", seatIds=other.seats)
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("NOT_FOUND", ["lines", "0", "seatIds", "0"])
    ]
    line = other.line("SEAT", 1, "1.00", seatIds=shop.seats[:1])
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("NOT_FOUND", ["lines", "0", "productId"])
    ]
    line = {**line, "productId": shop.ids["SEAT"]}
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("NOT_FOUND", ["lines", "0", "bundleId"])
    ]
    assert other.refused("saleLineAdd", shop.about(sale, lines=[line])) == [
        ("NOT_FOUND", ["saleId"])
    ]
    header = {"type": "SEASON", "accountId": other.ids["A1"]}
    assert shop.refused("saleCreate", header) == [("NOT_FOUND", ["accountId"])]


def test_a_header_that_makes_no_sense_is_refused_by_field(shop: Stadium) -> None:
    header = {"type": "SEASON", "accountId": shop.ids["A1"]}
    nothing = "0" * 32
    for given, expected in (
        ({"currency": ""}, ("CURRENCY_UNKNOWN", ["currency"])),
        ({"currency": "eur"}, ("CURRENCY_UNKNOWN", ["currency"])),
        ({"language": "xx"}, ("LANGUAGE_UNKNOWN", ["language"])),
        ({"comments": "\x00"}, ("INPUT_INVALID", ["comments"])),
        ({"nameOnTickets": "x" * 201}, ("TEXT_TOO_LONG", ["nameOnTickets"])),
        ({"contactId": f"contact_{nothing}"}, ("NOT_FOUND", ["contactId"])),
        ({"seasonId": f"season_{nothing}"}, ("NOT_FOUND", ["seasonId"])),
        ({"priceListId": f"price_list_{nothing}"}, ("NOT_FOUND", ["priceListId"])),
        ({"parentSaleId": f"sale_{nothing}"}, ("NOT_FOUND", ["parentSaleId"])),
        ({"accountId": f"account_{nothing}"}, ("NOT_FOUND", ["accountId"])),
        ({"accountId": None}, ("INPUT_INVALID", ["accountId"])),
    ):
        assert shop.refused("saleCreate", {**header, **given}) == [expected], given
    sale = shop.begin()
    given = shop.about(sale, discount=amount("1.00", "USD"))
    assert shop.refused("saleUpdate", given) == [("CURRENCY_MIXED", ["discount", "currency"])]
    given = shop.about(sale, language="")
    assert shop.refused("saleUpdate", given) == [("LANGUAGE_UNKNOWN", ["language"])]


def test_prices_of_a_list_are_never_read_on_another_basis(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.price("SCARF", "100.00")
    header = {"type": "CATALOG", "accountId": stadium.ids["A1"], "priceBasis": "GROSS"}
    given = {**header, "priceListId": stadium.ids["LIST"]}
    assert stadium.refused("saleCreate", given) == [
        ("INPUT_INVALID", ["priceBasis"]),
    ]
    # Without a list of that basis every line needs a price.
    sale = stadium.begin(type="CATALOG", priceBasis="GROSS")
    line = stadium.line("SCARF", 1, None, bundleId=None)
    assert stadium.refused("saleLineAdd", stadium.about(sale, lines=[line])) == [
        ("PRICE_MISSING", ["lines", "0", "unitPrice"])
    ]


def test_no_lines_and_too_many_at_once_are_refused(shop: Stadium) -> None:
    sale = shop.begin()
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[])) == [("INPUT_INVALID", ["lines"])]
    gone = ["sale_line_" + "0" * 32]
    assert shop.refused("saleLineRemove", shop.about(sale, lineIds=gone)) == [
        ("NOT_FOUND", ["lineIds", "0"])
    ]
    line = shop.line("SCARF", 1, "1.00", bundleId=None)
    assert shop.refused("saleLineAdd", shop.about(sale, lines=[line] * 51)) == [
        ("TOO_MANY_ITEMS", ["lines"])
    ]
    assert shop.refused("saleLineRemove", shop.about(sale, lineIds=[])) == [
        ("INPUT_INVALID", ["lineIds"])
    ]


def test_a_discount_on_a_line_reaches_its_entitlements(club: Club) -> None:
    stadium = build_stadium(club)
    line = stadium.line("SEAT", 2, "30.00", seatIds=stadium.seats[:2], discount=amount("0.01"))
    sale = stadium.add(stadium.begin(), line)
    assert sale["lines"][0]["amount"]["amount"] == "59.99"
    assert worth(stadium, sale) == ["10.00"] * 5 + ["9.99"]
    line_id = sale["lines"][0]["id"]
    sale = stadium.act("saleLineUpdate", sale, lineId=line_id, discount=amount("30.00"))
    assert worth(stadium, sale) == ["5.00"] * 6
    sale = stadium.act("saleLineUpdate", sale, lineId=line_id, unitPrice=amount("15.00"))
    assert worth(stadium, sale) == ["0.00"] * 6
    given = stadium.about(sale, lineId=line_id, unitPrice=amount("14.99"))
    assert stadium.refused("saleLineUpdate", given) == [("DISCOUNT_INVALID", ["discount"])]
    given = stadium.about(sale, lineId=line_id, discount=amount("1.00", "USD"))
    assert stadium.refused("saleLineUpdate", given) == [
        ("CURRENCY_MIXED", ["discount", "currency"])
    ]


def test_a_discount_on_the_sale_is_spread_over_its_lines(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 1, "200.00", seatIds=stadium.seats[:1]),
        stadium.line("SCARF", 1, "100.00", bundleId=None),
    )
    sale = stadium.act("saleUpdate", sale, discount=amount("100.00"))
    assert [line["saleDiscount"]["amount"] for line in sale["lines"]] == ["66.67", "33.33"]
    assert [line["amount"]["amount"] for line in sale["lines"]] == ["133.33", "66.67"]
    assert worth(stadium, sale) == ["133.33", "66.67"]
    assert sale["net"]["amount"] == "200.00"
    first, second = (line["id"] for line in sale["lines"])
    # What is left of the lines cannot carry the discount.
    sale = stadium.act("saleUpdate", sale, discount=amount("150.00"))
    assert stadium.refused("saleLineRemove", stadium.about(sale, lineIds=[first])) == [
        ("DISCOUNT_INVALID", ["discount"])
    ]
    assert stadium.refused("saleUpdate", stadium.about(sale, discount=amount("300.01"))) == [
        ("DISCOUNT_INVALID", ["discount"])
    ]
    assert stadium.refused("saleUpdate", stadium.about(sale, discount=amount("-1.00"))) == [
        ("DISCOUNT_INVALID", ["discount"])
    ]
    sale = stadium.act("saleLineRemove", sale, lineIds=[second])
    assert [line["amount"]["amount"] for line in sale["lines"]] == ["50.00"]
    sale = stadium.act("saleUpdate", sale, discount=None)
    assert worth(stadium, sale) == ["200.00"]


def test_only_back_office_registers_what_has_begun(club: Club) -> None:
    stadium = build_stadium(club, matches=2)
    item = {"id": stadium.matches[0], "expectedVersion": 1, "startsAt": "2025-08-01T18:30:00Z"}
    club.make("calendarItemUpdate", "calendarItem { id }", item)
    whole = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    sale = stadium.add(stadium.begin(), whole)
    # What is left of the season is sold at the price of the line.
    assert worth(stadium, sale) == ["100.00"]
    single = stadium.line(
        "SEAT", 1, "9.00", seatIds=stadium.seats[1:2], calendarItemId=stadium.matches[0]
    )
    assert stadium.refused("saleLineAdd", stadium.about(sale, lines=[single])) == [
        ("CALENDAR_ITEM_CLOSED", ["lines", "0", "calendarItemId"])
    ]
    past = {**single, "includesPast": True}
    given = stadium.about(sale, lines=[past])
    assert stadium.refused("saleLineAdd", given, role=Role.PARTNER) == [
        ("PERMISSION_DENIED", ["lines", "0", "includesPast"])
    ]
    sale = stadium.act("saleLineAdd", sale, lines=[past])
    both = {**whole, "seatIds": stadium.seats[2:3], "includesPast": True}
    sale = stadium.act("saleLineAdd", sale, lines=[both])
    assert worth(stadium, sale) == ["100.00", "50.00", "50.00", "9.00"]

"""Price lists and prices over GraphQL."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.catalogue import (
    assert_every_sort_visits_each_once,
    codes,
    make_group,
    make_item,
    make_price_list,
    make_product,
    make_season,
    make_venue,
    price_given,
)
from tests.api.sold import uuid_of
from tests.club import Club

PRICE = "price { id amount { amount currency amountMinor } validFrom version }"


def count_of(club: Club, connection: str) -> int:
    found = club.query(f"{{ {connection} {{ totalCount {{ count }} }} }}")
    count: int = found[connection]["totalCount"]["count"]
    return count


def test_products_belong_to_sales_and_operations_prices_to_sales_and_finance(club: Club) -> None:
    given = {"code": "G", "name": "G"}
    errors = club.refused("productGroupCreate", given, role=Role.FINANCE)
    assert codes(errors) == [("PERMISSION_DENIED", [])]
    prices = {"code": "L", "name": "L", "currency": "EUR", "priceBasis": "NET"}
    errors = club.refused("priceListCreate", prices, role=Role.OPERATIONS)
    assert codes(errors) == [("PERMISSION_DENIED", [])]
    assert (count_of(club, "productGroups"), count_of(club, "priceLists")) == (0, 0)


def test_a_price_is_kept_exactly_and_changed(club: Club) -> None:
    prices, product = make_price_list(club), make_product(club)
    given = price_given(prices, product, "90071992547409.91")
    made = club.make("priceCreate", PRICE, given)["price"]
    assert made["amount"] == {
        "amount": "90071992547409.91",
        "currency": "EUR",
        "amountMinor": str(2**53 - 1),
    }
    change = {
        "id": made["id"],
        "expectedVersion": 1,
        "amount": {"amount": "12.50", "currency": "EUR"},
        "validFrom": "2026-02-01",
    }
    changed = club.make("priceUpdate", PRICE, change)["price"]
    assert (changed["amount"]["amountMinor"], changed["validFrom"]) == ("1250", "2026-02-01")
    for parent, kind in ((prices, "PriceList"), (product, "Product")):
        document = (
            f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ prices {{ nodes "
            "{ product { id } priceList { id } season { id } bundle { id } calendarItem { id } } "
            "} } } }"
        )
        found = club.query(document, {"id": parent["id"]})["node"]["prices"]["nodes"]
        assert found == [
            {
                "product": {"id": product["id"]},
                "priceList": {"id": prices["id"]},
                "season": None,
                "bundle": None,
                "calendarItem": None,
            }
        ]


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("JPY", "12000", "12000"), ("KWD", "12.345", "12345"), ("EUR", "0.01", "1")],
)
def test_an_amount_has_the_digits_of_its_currency(
    club: Club, currency: str, amount: str, minor: str
) -> None:
    prices, product = make_price_list(club, currency=currency), make_product(club)
    given = price_given(prices, product, amount={"amount": amount, "currency": currency})
    made = club.make("priceCreate", PRICE, given)["price"]
    assert made["amount"] == {"amount": amount, "currency": currency, "amountMinor": minor}


@pytest.mark.parametrize(
    ("currency", "amount", "refused"),
    [
        ("JPY", "120.5", ("AMOUNT_INVALID", ["amount"])),
        ("KWD", "1.2345", ("AMOUNT_INVALID", ["amount"])),
        ("EUR", "1.001", ("AMOUNT_INVALID", ["amount"])),
        ("EUR", "-1.00", ("AMOUNT_NEGATIVE", ["amount"])),
        ("EUR", "90071992547409.92", ("AMOUNT_TOO_LARGE", ["amount"])),
        ("EUR", "9999999999999999999", ("AMOUNT_TOO_LARGE", ["amount"])),
        ("XXX", "1.00", ("CURRENCY_UNKNOWN", ["amount"])),
    ],
)
def test_a_malformed_amount_is_refused_and_not_written(
    club: Club, currency: str, amount: str, refused: tuple[str, list[str]]
) -> None:
    listed = "EUR" if currency == "XXX" else currency
    prices, product = make_price_list(club, currency=listed), make_product(club)
    given = price_given(prices, product, amount={"amount": amount, "currency": currency})
    assert codes(club.refused("priceCreate", given)) == [refused]
    assert count_of(club, "prices") == 0


def test_a_price_has_its_lists_currency_and_one_scope(club: Club) -> None:
    season, venue = make_season(club), make_venue(club)
    item = make_item(club, season, venue)
    prices, product = make_price_list(club), make_product(club)
    given = price_given(
        prices,
        product,
        amount={"amount": "1", "currency": "JPY"},
        seasonId=season["id"],
        calendarItemId=item["id"],
    )
    assert codes(club.refused("priceCreate", given)) == [
        ("CURRENCY_MIXED", ["amount", "currency"]),
        ("INPUT_INVALID", ["seasonId"]),
    ]
    given = price_given(prices, product, bundleId=season["id"])
    assert codes(club.refused("priceCreate", given)) == [("ID_INVALID", ["bundleId"])]
    assert count_of(club, "prices") == 0


def test_two_prices_of_one_scope_begin_on_different_days(club: Club) -> None:
    prices, product, season = make_price_list(club), make_product(club), make_season(club)
    given = price_given(prices, product)
    club.make("priceCreate", PRICE, given)
    assert codes(club.refused("priceCreate", given)) == [("PRICE_OVERLAP", ["validFrom"])]
    club.make("priceCreate", PRICE, {**given, "seasonId": season["id"]})
    later = club.make("priceCreate", PRICE, {**given, "validFrom": "2026-02-01"})["price"]
    change = {"id": later["id"], "expectedVersion": 1, "validFrom": "2026-01-01"}
    assert codes(club.refused("priceUpdate", change)) == [("PRICE_OVERLAP", ["validFrom"])]
    assert count_of(club, "prices") == 3


def test_a_price_list_with_prices_keeps_its_currency(club: Club) -> None:
    prices, product = make_price_list(club), make_product(club)
    change = {"id": prices["id"], "expectedVersion": 1, "currency": "USD", "isPublic": True}
    fields = "priceList { currency isPublic version }"
    changed = club.make("priceListUpdate", fields, change)["priceList"]
    assert changed == {"currency": "USD", "isPublic": True, "version": 2}
    given = price_given(prices, product, amount={"amount": "1.00", "currency": "USD"})
    club.make("priceCreate", PRICE, given)
    change = {"id": prices["id"], "expectedVersion": 2, "currency": "EUR"}
    assert codes(club.refused("priceListUpdate", change)) == [("IN_USE", ["currency"])]
    wrong = {"id": prices["id"], "expectedVersion": 2, "validFrom": "2026-02-01"}
    wrong["validTo"] = "2026-01-01"
    errors = club.refused("priceListUpdate", wrong)
    assert codes(errors) == [("DATE_RANGE_INVALID", ["validTo"])]


def test_a_portal_user_sees_public_lists_only(club: Club) -> None:
    product = make_product(club)
    hidden, public = make_price_list(club), make_price_list(club, isPublic=True)
    for prices in (hidden, public):
        club.make("priceCreate", PRICE, price_given(prices, product))
    given = {"code": "GUEST", "name": "Guest"}
    account = club.make("accountCreate", "account { id }", given)["account"]
    portal: dict[str, Any] = {"role": Role.PORTAL, "account_id": uuid_of(account)}
    found = club.query("{ priceLists { nodes { id prices { nodes { id } } } } }", **portal)
    (seen,) = found["priceLists"]["nodes"]
    assert (seen["id"], len(seen["prices"]["nodes"])) == (public["id"], 1)
    errors = club.refused("priceCreate", price_given(public, product), **portal)
    assert codes(errors) == [("PERMISSION_DENIED", [])]


def test_products_and_prices_are_filtered(club: Club) -> None:
    seat, meal = make_product(club, "SEAT"), make_product(club, "FORMULA", name="Gala dinner")
    prices, season = make_price_list(club), make_season(club)
    club.make("priceCreate", PRICE, price_given(prices, seat))
    later = price_given(prices, meal, validFrom="2026-06-01", seasonId=season["id"])
    made = club.make("priceCreate", PRICE, later)["price"]

    def found(connection: str, condition: str) -> set[str]:
        document = f"{{ {connection}(filter: {{{condition}}}) {{ nodes {{ id }} }} }}"
        return {one["id"] for one in club.query(document)[connection]["nodes"]}

    assert found("products", "kind: [SEAT]") == {seat["id"]}
    assert found("products", 'search: "gala"') == {meal["id"]}
    assert found("products", "isActive: true, scope: [CALENDAR_ITEM]") == {seat["id"], meal["id"]}
    assert found("products", "isLimited: true") == set()
    assert found("products", "supplyType: [GOODS]") == set()
    assert found("prices", f'productId: ["{meal["id"]}"]') == {made["id"]}
    assert found("prices", f'seasonId: ["{season["id"]}"]') == {made["id"]}
    assert found("prices", 'validFrom: "2026-06-01"') == {made["id"]}
    assert len(found("prices", 'validOn: "2026-06-01"')) == 2
    assert found("priceLists", 'currency: ["EUR"], isPublic: false') == {prices["id"]}
    assert found("priceLists", "isPublic: true") == set()


def test_every_order_of_the_catalogue_visits_each_once(club: Club) -> None:
    groups = [make_group(club) for _ in range(5)]
    ids = {one["id"] for one in groups}
    assert_every_sort_visits_each_once(club, "productGroups", "ProductGroupSort", ids)
    same = {"productGroupId": groups[0]["id"], "name": "Same name"}
    products = [make_product(club, **same) for _ in range(5)]
    ids = {one["id"] for one in products}
    assert_every_sort_visits_each_once(club, "products", "ProductSort", ids)
    lists = [make_price_list(club) for _ in range(3)]
    ids = {one["id"] for one in lists}
    assert_every_sort_visits_each_once(club, "priceLists", "PriceListSort", ids)
    amounts = ["1.00", "1.00", "90000000000000.00", "0.00", "5.00"]
    made = [
        club.make("priceCreate", PRICE, price_given(lists[0], product, amount))["price"]
        for product, amount in zip(products, amounts, strict=True)
    ]
    ids = {one["id"] for one in made}
    assert_every_sort_visits_each_once(club, "prices", "PriceSort", ids)

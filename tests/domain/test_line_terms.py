"""Planning a line: its price, its seats and its VAT."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.domain.choice import SEATS_LIMIT, PlacedResource
from app.domain.lines import NewLine
from app.domain.money import MAX_AMOUNT_MINOR
from app.domain.products import Price, Product, ProductKind, ProductScope
from app.domain.sales import SaleType
from app.domain.vat import SupplyType, VatCategory
from app.domain.vat_rules import VatCustomer
from app.domain.venues import ResourceKind
from tests.domain.line_facts import (
    ABROAD,
    BAYS,
    BUNDLE,
    FIRST,
    HOME,
    PORTAL,
    SEATS,
    SECOND,
    WEST,
    Planner,
    component_of,
    price_of,
    product_of,
    resource_of,
)
from tests.domain.sale_states import AUTUMN, SPRING, sale_of

SEAT = product_of(1, ProductKind.SEAT)
SCARF = product_of(2)
PACKAGE = product_of(4, ProductKind.PACKAGE)
CHAIR = replace(SEAT, is_numbered=True)
BAY = product_of(5, ProductKind.PARKING, is_numbered=True, supply_type=SupplyType.PARKING)


def line(product: Product, **changes: object) -> NewLine:
    wanted = NewLine(product.id, 1, calendar_item_id=FIRST, unit_price_minor=1_000)
    return replace(wanted, **changes)  # type: ignore[arg-type]


def listed(product: Product, **changes: object) -> NewLine:
    return replace(NewLine(product.id, 1), **changes)  # type: ignore[arg-type]


PRICES = [
    price_of(SEAT, 10),
    price_of(SEAT, 20, season_id=AUTUMN),
    price_of(SEAT, 30, bundle_id=BUNDLE),
    price_of(SEAT, 40, calendar_item_id=FIRST),
]


@pytest.mark.parametrize(
    ("prices", "scope", "price"),
    [
        (PRICES, {"calendar_item_id": FIRST}, 40),
        (PRICES, {"bundle_id": BUNDLE}, 30),
        (PRICES, {"season_id": AUTUMN}, 20),
        (PRICES, {"calendar_item_id": SECOND}, 10),
        ([PRICES[0], PRICES[1]], {"bundle_id": BUNDLE}, 20),
        ([PRICES[0], PRICES[2]], {"season_id": AUTUMN}, 10),
        ([PRICES[0]], {"calendar_item_id": FIRST}, 10),
    ],
)
def test_the_price_of_the_narrowest_scope_holds(
    prices: list[Price], scope: dict[str, UUID], price: int
) -> None:
    planned = Planner([SEAT], prices=prices).plan(listed(SEAT, **scope), PORTAL)
    assert (planned.line.list_price_minor, planned.line.unit_price_minor) == (price, price)


def test_a_single_match_never_takes_the_price_of_a_season() -> None:
    planner = Planner([SEAT], prices=[PRICES[1]])
    refused = planner.refusals(listed(SEAT, calendar_item_id=FIRST))
    assert refused == [("PRICE_MISSING", "unitPrice")]
    assert Planner([SEAT]).refusals(listed(SEAT, season_id=AUTUMN)) == refused


def test_a_price_holds_from_its_day_until_a_later_one_does() -> None:
    prices = [
        price_of(SCARF, 10, valid_from=date(2026, 1, 1)),
        price_of(SCARF, 30, valid_from=date(2026, 7, 2)),
        price_of(SCARF, 20, valid_from=date(2026, 7, 1)),
    ]
    assert Planner([SCARF], prices=prices).plan(listed(SCARF)).line.unit_price_minor == 20
    tomorrow = Planner([SCARF], prices=prices, changes={"today": date(2026, 7, 2)})
    assert tomorrow.plan(listed(SCARF)).line.unit_price_minor == 30
    early = Planner([SCARF], prices=prices[1:2])
    assert early.refusals(listed(SCARF)) == [("PRICE_MISSING", "unitPrice")]


def test_a_sale_in_a_season_takes_that_seasons_price_for_its_catalog_lines() -> None:
    prices = [price_of(SCARF, 10), price_of(SCARF, 7, season_id=AUTUMN)]
    found = [
        Planner([SCARF], prices=prices, sale=sale_of(season_id=season)).plan(listed(SCARF)).line
        for season in (None, AUTUMN, SPRING)
    ]
    assert [one.unit_price_minor for one in found] == [10, 7, 10]


def test_a_price_by_hand_stands_beside_the_list_price() -> None:
    planned = Planner([SEAT], prices=PRICES).plan(line(SEAT, unit_price_minor=0)).line
    assert (planned.list_price_minor, planned.unit_price_minor) == (40, 0)


def test_prices_and_discounts_are_in_the_currency_of_the_sale() -> None:
    planner = Planner([SCARF])
    wanted = listed(SCARF, unit_price_minor=10, discount_minor=10)
    planner.plan(replace(wanted, price_currency="EUR", discount_currency="EUR"))
    assert planner.refusals(replace(wanted, price_currency="USD", discount_currency="JPY")) == [
        ("CURRENCY_MIXED", "unitPrice.currency"),
        ("CURRENCY_MIXED", "discount.currency"),
    ]


@pytest.mark.parametrize(
    ("sale_type", "price", "discount", "refusals"),
    [
        (SaleType.TICKET, -1, 0, [("CREDIT_LINE_SIGN", "unitPrice")]),
        (SaleType.TICKET, 100, 201, [("DISCOUNT_INVALID", "discount")]),
        (SaleType.TICKET, 100, -1, [("DISCOUNT_INVALID", "discount")]),
        (SaleType.CREDIT, 1, 0, [("CREDIT_LINE_SIGN", "unitPrice")]),
        (SaleType.CREDIT, -100, 1, [("DISCOUNT_INVALID", "discount")]),
        (SaleType.CREDIT, -100, -201, [("DISCOUNT_INVALID", "discount")]),
        (SaleType.TICKET, MAX_AMOUNT_MINOR // 2 + 1, 0, [("AMOUNT_TOO_LARGE", "quantity")]),
        (SaleType.CREDIT, -(MAX_AMOUNT_MINOR // 2 + 1), 0, [("AMOUNT_TOO_LARGE", "quantity")]),
    ],
)
def test_price_and_discount_have_the_sign_of_the_sale_and_their_bounds(
    sale_type: SaleType, price: int, discount: int, refusals: list[tuple[str, str]]
) -> None:
    planner = Planner([SCARF], sale=sale_of(type=sale_type))
    wanted = listed(SCARF, quantity=2, unit_price_minor=price, discount_minor=discount)
    assert planner.refusals(wanted) == refusals


def test_a_discount_may_be_all_of_the_line() -> None:
    for sale_type, sign in [(SaleType.TICKET, 1), (SaleType.CREDIT, -1)]:
        planner = Planner([SCARF], sale=sale_of(type=sale_type))
        wanted = listed(SCARF, quantity=2, unit_price_minor=sign * 100, discount_minor=sign * 200)
        assert planner.plan(wanted).line.discount_minor == sign * 200


def test_a_numbered_line_needs_exactly_its_seats_and_places() -> None:
    packages = [component_of(PACKAGE, 1, CHAIR, 2), component_of(PACKAGE, 2, BAY)]
    planner = Planner([PACKAGE, CHAIR, BAY], packages)
    wanted = line(PACKAGE, quantity=2, seat_ids=SEATS[:4], parking_ids=BAYS)
    choice = planner.plan(wanted).choice
    assert (choice.of(ResourceKind.SEAT), choice.of(ResourceKind.PARKING)) == (SEATS[:4], BAYS)
    assert planner.refusals(replace(wanted, seat_ids=SEATS[:3], parking_ids=())) == [
        ("SEATS_MISMATCH", "seatIds"),
        ("SEATS_MISMATCH", "parkingIds"),
    ]
    unnumbered = Planner([SEAT]).refusals(line(SEAT, seat_ids=SEATS[:1]))
    assert unnumbered == [("SEATS_MISMATCH", "seatIds")]


def test_a_seat_chosen_twice_is_named() -> None:
    (violation,) = Planner([CHAIR]).violations(line(CHAIR, quantity=2, seat_ids=SEATS[:1] * 2))
    assert violation.code == "SEAT_DUPLICATE"
    assert violation.message == "Seat 1 is chosen twice"
    assert violation.path[2:] == ("seatIds", "1")


def test_what_is_no_seat_is_not_found_at_its_place_in_the_list() -> None:
    unknown = UUID(int=999)
    wanted = line(CHAIR, quantity=4, seat_ids=(SEATS[0], BAYS[0], unknown, unknown))
    violations = Planner([CHAIR]).violations(wanted)
    assert [(one.code.value, ".".join(one.path[2:])) for one in violations] == [
        ("NOT_FOUND", "seatIds.1"),
        ("NOT_FOUND", "seatIds.2"),
        ("NOT_FOUND", "seatIds.3"),
    ]
    assert {one.message for one in violations} == {"no such seat"}


def test_a_seat_must_have_the_category_and_lie_in_the_location_of_its_product() -> None:
    gold = replace(CHAIR, category="GOLD", location_id=WEST)
    planner = Planner([gold])
    assert planner.plan(line(gold, quantity=2, seat_ids=SEATS[2:4])).choice.seats == SEATS[2:4]
    violations = planner.violations(line(gold, quantity=2, seat_ids=SEATS[3:]))
    assert [(one.code.value, ".".join(one.path[2:]), one.message) for one in violations] == [
        ("SEATS_MISMATCH", "seatIds.1", "Seat 5 is of category None, Product 1 is for GOLD"),
        ("SEATS_MISMATCH", "seatIds.1", "Seat 5 lies outside the location of Product 1"),
    ]


def test_a_seat_belongs_to_the_venue_of_every_match_of_its_line() -> None:
    (violation,) = Planner([CHAIR]).violations(
        line(CHAIR, calendar_item_id=ABROAD, seat_ids=SEATS[:1])
    )
    assert (violation.code, violation.path[2:]) == ("SEATS_MISMATCH", ("seatIds", "0"))
    assert violation.message == "Seat 1 is at another venue than the calendar items"


def test_seats_of_a_package_are_given_to_its_products_in_order_unit_by_unit() -> None:
    gold = replace(CHAIR, id=UUID(int=510), category="GOLD")
    packages = [component_of(PACKAGE, 1, CHAIR), component_of(PACKAGE, 2, gold)]
    planner = Planner([PACKAGE, CHAIR, gold], packages)
    fitting = (SEATS[0], SEATS[2], SEATS[1], SEATS[3])
    planner.plan(line(PACKAGE, quantity=2, seat_ids=fitting))
    assert planner.refusals(line(PACKAGE, quantity=2, seat_ids=SEATS[:4])) == [
        ("SEATS_MISMATCH", "seatIds.1")
    ]


def test_a_line_takes_a_bounded_number_of_seats() -> None:
    count = SEATS_LIMIT + 1
    numbers = range(1_000, 1_000 + count)
    resources = {
        one.id: PlacedResource(one, HOME, frozenset())
        for one in (resource_of(number) for number in numbers)
    }
    planner = Planner([CHAIR], changes={"resources": resources})
    wanted = line(CHAIR, quantity=count, seat_ids=tuple(resources))
    assert planner.refusals(wanted) == [("TOO_MANY_ITEMS", "seatIds")]


def test_vat_is_that_of_the_country_of_the_venue() -> None:
    customer = VatCustomer("NL", is_business=True, vat_id_valid=True)
    planner = Planner([SEAT], customer=customer)
    rates = [
        planner.plan(line(SEAT, calendar_item_id=item)).components[0].rate_bp
        for item in (FIRST, ABROAD)
    ]
    assert rates == [600, 900]


@pytest.mark.parametrize(
    ("customer", "category", "rate_bp"),
    [
        (VatCustomer("NL", is_business=True, vat_id_valid=True), VatCategory.REVERSE_CHARGE, 0),
        (VatCustomer("NL", is_business=True), VatCategory.STANDARD, 2_100),
        (VatCustomer("BE", is_business=True, vat_id_valid=True), VatCategory.STANDARD, 2_100),
        (VatCustomer("NL", is_business=False), VatCategory.STANDARD, 2_100),
        (VatCustomer("US", is_business=True), VatCategory.OUT_OF_SCOPE, 0),
    ],
)
def test_advertising_for_a_business_of_another_member_state_is_reverse_charged(
    customer: VatCustomer, category: VatCategory, rate_bp: int
) -> None:
    board = product_of(6, supply_type=SupplyType.ADVERTISING)
    (part,) = Planner([board], customer=customer).plan(listed(board, unit_price_minor=1)).components
    assert (part.supply_type, part.vat_category) == (SupplyType.ADVERTISING, category)
    assert part.rate_bp == rate_bp


def test_each_product_of_a_package_has_its_own_vat_and_each_without_a_rule_is_named() -> None:
    dinner = product_of(7, ProductKind.FORMULA, supply_type=SupplyType.CATERING)
    card = product_of(8, supply_type=SupplyType.COMPENSATION, scope=ProductScope.SEASON)
    parking = replace(BAY, is_numbered=False)
    parts = [SEAT, dinner, parking, card]
    packages = [component_of(PACKAGE, number, part) for number, part in enumerate(parts)]
    planner = Planner([PACKAGE, *parts], packages)
    wanted = line(PACKAGE)
    found = [(one.vat_category.value, one.rate_bp) for one in planner.plan(wanted).components]
    assert found == [("S", 600), ("S", 1_200), ("S", 2_100), ("O", 0)]
    violations = planner.violations(replace(wanted, calendar_item_id=ABROAD))
    assert [(one.code.value, one.path[2:], one.message) for one in violations] == [
        ("VAT_UNRESOLVED", ("productId",), "no VAT rule for CATERING in NL on 2026-07-01"),
        ("VAT_UNRESOLVED", ("productId",), "no VAT rule for PARKING in NL on 2026-07-01"),
    ]


@pytest.mark.parametrize(
    ("customer", "category"),
    [
        (VatCustomer("NL", is_business=True, vat_id_valid=True), VatCategory.INTRA_COMMUNITY),
        (VatCustomer("US", is_business=False), VatCategory.EXPORT),
    ],
)
def test_goods_are_taxed_where_they_are_sent(customer: VatCustomer, category: VatCategory) -> None:
    shirt = product_of(9, supply_type=SupplyType.GOODS)
    (part,) = Planner([shirt], customer=customer).plan(listed(shirt, unit_price_minor=1)).components
    assert (part.vat_category, part.rate_bp) == (category, 0)


def test_a_package_with_a_product_that_is_not_sold_any_more_is_refused() -> None:
    retired = replace(SCARF, is_active=False)
    planner = Planner([PACKAGE, retired], [component_of(PACKAGE, 0, retired)])
    assert planner.refusals(listed(PACKAGE, unit_price_minor=1)) == [("NOT_FOUND", "productId")]


def test_a_line_grants_no_more_than_fifty_thousand_entitlements() -> None:
    parts = [component_of(PACKAGE, 0, SCARF, 6)]
    planner = Planner([PACKAGE, SCARF], parts)
    most = listed(PACKAGE, unit_price_minor=1, quantity=8_333)
    assert planner.plan(most).line.quantity == 8_333
    more = replace(most, quantity=8_334)
    assert planner.refusals(more) == [("TOO_MANY_ITEMS", "quantity")]

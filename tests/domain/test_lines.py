"""Planning a line: what it may be about, who may ask for it, and what it is made of."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.calendar import BundleItem, CalendarItemStatus
from app.domain.lines import NewLine
from app.domain.products import PIECE_LIMIT, Product, ProductKind, ProductScope
from app.domain.sales import SaleType
from app.domain.vat import SupplyType, VatCategory
from tests.domain.line_facts import (
    BUNDLE,
    FIRST,
    ITEMS,
    PLAYED,
    PORTAL,
    ROOT,
    SEATS,
    SECOND,
    SELLER,
    Planner,
    component_of,
    product_of,
)
from tests.domain.sale_states import AUTUMN, NOW, SPRING, sale_of

SEAT = product_of(1, ProductKind.SEAT)
SCARF = product_of(2)
CLUB_CARD = product_of(3, scope=ProductScope.SEASON)
PACKAGE = product_of(4, ProductKind.PACKAGE)
UNKNOWN = UUID(int=999)
PLANNER = Planner([SEAT, SCARF, CLUB_CARD])


def line(product: Product, **changes: object) -> NewLine:
    wanted = NewLine(product.id, 1, unit_price_minor=1_000)
    return replace(wanted, **changes)  # type: ignore[arg-type]


def test_a_planned_line_remembers_what_it_was_expanded_to() -> None:
    planned = PLANNER.plan(line(SEAT, quantity=3, bundle_id=BUNDLE, discount_minor=200))
    found = planned.line
    assert (found.id, found.sale_id, found.line_no) == (UUID(int=7_000), sale_of().id, 1)
    assert (found.calendar_item_ids, found.calendar_item_weights) == ((FIRST, SECOND), (3, 1))
    assert (found.season_id, found.bundle_id, found.calendar_item_id) == (AUTUMN, BUNDLE, None)
    assert (found.quantity, found.unit_price_minor, found.discount_minor) == (3, 1_000, 200)
    assert (found.list_price_minor, found.description) == (None, "Product 1")
    assert (found.amount_minor, found.gross_minor, found.currency) == (0, 0, "EUR")
    (part,) = planned.components
    assert (part.line_id, part.component_no, part.product_id) == (found.id, 1, SEAT.id)
    assert (part.quantity, part.piece_weight, part.is_per_item) == (1, 1, True)
    assert (part.vat_category, part.rate_bp) == (VatCategory.STANDARD, 600)
    assert (part.revenue_account, part.currency) == ("700000", "EUR")


def test_a_line_can_be_described_and_booked_in_its_own_way() -> None:
    booked = replace(SCARF, revenue_account="700999")
    planned = Planner([booked]).plan(line(booked, description="Scarf, signed"))
    assert planned.line.description == "Scarf, signed"
    assert [part.revenue_account for part in planned.components] == ["700999"]
    elsewhere = Planner([SCARF], changes={"group_accounts": {}})
    assert [part.revenue_account for part in elsewhere.plan(line(SCARF)).components] == [None]


def test_a_product_that_is_unknown_or_not_sold_any_more_is_refused_alone() -> None:
    assert PLANNER.refusals(NewLine(UNKNOWN, 0)) == [("NOT_FOUND", "productId")]
    retired = replace(SEAT, is_active=False)
    (violation,) = Planner([retired]).violations(NewLine(SEAT.id, 0))
    assert (violation.code, violation.message) == ("NOT_FOUND", "Product 1 is not sold any more")


def test_quantity_and_description_have_their_bounds() -> None:
    for quantity in (0, -1, 10_001):
        wanted = line(SCARF, quantity=quantity)
        assert PLANNER.refusals(wanted) == [("QUANTITY_INVALID", "quantity")]
    wanted = line(SCARF, description="x" * 201)
    assert PLANNER.refusals(wanted) == [("TEXT_TOO_LONG", "description")]


def test_a_season_a_bundle_and_a_match_expand_to_what_is_still_to_come() -> None:
    one_each = {"calendar_item_ids": (FIRST, SECOND), "calendar_item_weights": (1, 1)}
    season = PLANNER.plan(line(SEAT, season_id=AUTUMN)).line
    assert {name: getattr(season, name) for name in one_each} == one_each
    match = PLANNER.plan(line(SEAT, calendar_item_id=SECOND)).line
    assert (match.calendar_item_ids, match.calendar_item_weights) == ((SECOND,), (1,))
    assert match.season_id == AUTUMN


def test_the_past_is_registered_only_where_it_is_asked_for() -> None:
    for scope, items in [
        ({"season_id": AUTUMN}, (PLAYED, FIRST, SECOND)),
        ({"bundle_id": BUNDLE}, (PLAYED, FIRST, SECOND)),
        ({"calendar_item_id": PLAYED}, (PLAYED,)),
    ]:
        planned = PLANNER.plan(line(SEAT, includes_past=True, **scope))
        assert planned.line.calendar_item_ids == items
    closed = PLANNER.refusals(line(SEAT, calendar_item_id=PLAYED))
    assert closed == [("CALENDAR_ITEM_CLOSED", "calendarItemId")]


@pytest.mark.parametrize(
    ("product", "scope", "refusal"),
    [
        (SEAT, {}, ("LINE_SCOPE_INVALID", "calendarItemId")),
        (SEAT, {"season_id": UNKNOWN}, ("NOT_FOUND", "seasonId")),
        (SEAT, {"bundle_id": UNKNOWN}, ("NOT_FOUND", "bundleId")),
        (SEAT, {"calendar_item_id": UNKNOWN}, ("NOT_FOUND", "calendarItemId")),
        (SEAT, {"season_id": SPRING}, ("CALENDAR_ITEM_CLOSED", "seasonId")),
        (SEAT, {"season_id": AUTUMN, "bundle_id": BUNDLE}, ("LINE_SCOPE_INVALID", "bundleId")),
        (
            SEAT,
            {"bundle_id": BUNDLE, "calendar_item_id": FIRST},
            ("LINE_SCOPE_INVALID", "calendarItemId"),
        ),
        (SCARF, {"bundle_id": BUNDLE}, ("LINE_SCOPE_INVALID", "bundleId")),
        (SCARF, {"calendar_item_id": FIRST}, ("LINE_SCOPE_INVALID", "calendarItemId")),
        (SCARF, {"season_id": UNKNOWN}, ("NOT_FOUND", "seasonId")),
        (CLUB_CARD, {}, ("LINE_SCOPE_INVALID", "seasonId")),
    ],
)
def test_a_scope_that_does_not_fit_the_product_is_refused(
    product: Product, scope: dict[str, UUID], refusal: tuple[str, str]
) -> None:
    assert PLANNER.refusals(line(product, **scope)) == [refusal]


def test_a_bundle_of_which_nothing_is_left_is_closed() -> None:
    gone = {key: replace(item, status=CalendarItemStatus.CANCELLED) for key, item in ITEMS.items()}
    planner = Planner([SEAT], changes={"items": gone})
    refused = planner.refusals(line(SEAT, bundle_id=BUNDLE))
    assert refused == [("CALENDAR_ITEM_CLOSED", "bundleId")]
    started = Planner([SEAT], changes={"now": NOW + timedelta(days=365)})
    assert started.refusals(line(SEAT, season_id=AUTUMN)) == [("CALENDAR_ITEM_CLOSED", "seasonId")]


def test_a_pack_passes_the_weight_of_its_bundle_on_to_the_matches() -> None:
    pack = UUID(int=62)
    facts = PLANNER.facts()
    rows = [
        BundleItem(UUID(int=621), pack, 1, None, BUNDLE, 2),
        BundleItem(UUID(int=622), pack, 2, UUID(int=34), None, 6),
    ]
    changes = {
        "bundles": {**facts.bundles, pack: replace(facts.bundles[BUNDLE], id=pack)},
        "members": {**facts.members, pack: rows},
    }
    planned = Planner([SEAT], changes=changes).plan(line(SEAT, bundle_id=pack)).line
    assert planned.calendar_item_ids == (FIRST, SECOND, UUID(int=34))
    assert planned.calendar_item_weights == (3, 1, 12)


def test_a_line_without_season_takes_that_of_the_sale() -> None:
    planner = Planner([SCARF, CLUB_CARD], sale=sale_of(season_id=SPRING))
    for product in (SCARF, CLUB_CARD):
        planned = planner.plan(line(product))
        assert (planned.line.season_id, planned.line.calendar_item_ids) == (SPRING, ())
        assert [part.is_per_item for part in planned.components] == [False]
    assert planner.plan(line(CLUB_CARD, season_id=AUTUMN)).line.season_id == AUTUMN
    assert PLANNER.plan(line(SCARF)).line.season_id is None


def test_catalog_and_credit_sales_carry_catalog_products_only() -> None:
    for sale_type, code in [
        (SaleType.CATALOG, "LINE_SCOPE_INVALID"),
        (SaleType.CREDIT, "CREDIT_LINE_SIGN"),
    ]:
        planner = Planner([SEAT, SCARF], sale=sale_of(type=sale_type))
        wanted = line(SEAT, calendar_item_id=FIRST, unit_price_minor=0)
        assert planner.refusals(wanted) == [(code, "productId")]
        assert planner.plan(line(SCARF, unit_price_minor=0)).line.unit_price_minor == 0


def test_a_portal_sells_at_list_price_and_nothing_that_has_begun() -> None:
    wanted = line(SEAT, season_id=AUTUMN, discount_minor=1, includes_past=True)
    denied = "PERMISSION_DENIED"
    assert PLANNER.refusals(wanted, PORTAL) == [
        (denied, "unitPrice"),
        (denied, "discount"),
        (denied, "includesPast"),
    ]
    assert PLANNER.refusals(wanted, SELLER) == [(denied, "includesPast")]
    assert PLANNER.plan(wanted, ROOT).line.calendar_item_ids == (PLAYED, FIRST, SECOND)


def test_a_package_is_granted_as_the_products_inside_it() -> None:
    seat = replace(SEAT, is_numbered=True)
    dinner = product_of(5, ProductKind.FORMULA, supply_type=SupplyType.CATERING)
    drinks = product_of(6, supply_type=SupplyType.SERVICE)
    evening = product_of(7, ProductKind.PACKAGE)
    packages = [
        component_of(PACKAGE, 1, seat, 2, 120),
        component_of(PACKAGE, 2, evening, 2, 130),
        component_of(evening, 1, dinner, 1, 80),
        component_of(evening, 2, drinks, 3, 50),
    ]
    planner = Planner([PACKAGE, seat, dinner, drinks, evening], packages)
    wanted = line(PACKAGE, quantity=2, calendar_item_id=FIRST, seat_ids=SEATS[:4])
    planned = planner.plan(wanted)
    assert planned.line.product_id == PACKAGE.id
    found = [
        (part.component_no, part.product_id, part.quantity, part.rate_bp, part.is_per_item)
        for part in planned.components
    ]
    assert found == [
        (1, seat.id, 2, 600, True),
        (2, dinner.id, 2, 1_200, True),
        (3, drinks.id, 6, 2_100, False),
    ]
    # 120, 80 and 50 of 250, divided over two seats, two dinners and six drinks.
    assert [part.piece_weight for part in planned.components] == [36, 24, 5]
    assert planned.choice.seats == SEATS[:4]


def test_a_package_with_a_club_card_needs_a_season_and_with_a_seat_a_match() -> None:
    packages = [component_of(PACKAGE, 1, SEAT), component_of(PACKAGE, 2, CLUB_CARD)]
    planner = Planner([PACKAGE, SEAT, CLUB_CARD], packages)
    assert planner.refusals(line(PACKAGE)) == [
        ("LINE_SCOPE_INVALID", "calendarItemId"),
        ("LINE_SCOPE_INVALID", "seasonId"),
    ]
    planned = planner.plan(line(PACKAGE, calendar_item_id=FIRST))
    assert planned.line.season_id == AUTUMN
    assert [part.is_per_item for part in planned.components] == [True, False]


def test_a_package_that_cannot_be_exploded_is_refused_by_its_code() -> None:
    nested = [product_of(10 + level, ProductKind.PACKAGE) for level in range(6)]
    chain = [component_of(nested[level], 1, nested[level + 1]) for level in range(5)]
    chain.append(component_of(nested[5], 1, SCARF))
    planner = Planner([*nested, SCARF], chain)
    assert planner.refusals(line(nested[0])) == [("PACKAGE_TOO_DEEP", "productId")]
    assert planner.plan(line(nested[1])).components[0].product_id == SCARF.id
    cycle = Planner(nested, [*chain[:2], component_of(nested[2], 1, nested[0])])
    assert cycle.refusals(line(nested[0])) == [("PACKAGE_CYCLE", "productId")]
    assert Planner(nested).refusals(line(nested[0])) == [("PACKAGE_EMPTY", "productId")]
    large = Planner([PACKAGE, SCARF], [component_of(PACKAGE, 1, SCARF, PIECE_LIMIT + 1)])
    assert large.refusals(line(PACKAGE)) == [("PACKAGE_TOO_LARGE", "productId")]
    free = Planner([PACKAGE, SCARF], [component_of(PACKAGE, 1, SCARF, 1, 0)])
    assert free.refusals(line(PACKAGE)) == [("WEIGHTS_INVALID", "productId")]


def test_everything_that_stands_against_a_line_is_said_at_once() -> None:
    numbered = replace(SEAT, is_numbered=True)
    wanted = NewLine(
        SEAT.id,
        0,
        season_id=UNKNOWN,
        unit_price_minor=-1,
        price_currency="USD",
        discount_minor=5,
        description="\x00",
        seat_ids=SEATS[:1],
        includes_past=True,
    )
    planner = Planner([numbered], sale=sale_of(type=SaleType.CATALOG), changes={"vat_rules": ()})
    assert planner.refusals(wanted, PORTAL) == [
        ("QUANTITY_INVALID", "quantity"),
        ("INPUT_INVALID", "description"),
        ("PERMISSION_DENIED", "unitPrice"),
        ("PERMISSION_DENIED", "discount"),
        ("PERMISSION_DENIED", "includesPast"),
        ("LINE_SCOPE_INVALID", "productId"),
        ("NOT_FOUND", "seasonId"),
        ("CURRENCY_MIXED", "unitPrice.currency"),
        ("CREDIT_LINE_SIGN", "unitPrice"),
        ("DISCOUNT_INVALID", "discount"),
        ("SEATS_MISMATCH", "seatIds"),
        ("VAT_UNRESOLVED", "productId"),
    ]

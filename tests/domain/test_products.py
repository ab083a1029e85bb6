"""Products: what they may be, what packages explode into, which price holds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.errors import DomainError
from app.domain.organisations import PriceBasis
from app.domain.products import (
    PIECE_LIMIT,
    Leaf,
    PackageComponent,
    Price,
    PriceList,
    Product,
    ProductGroup,
    ProductKind,
    ProductScope,
    check_components,
    check_price,
    check_price_list,
    check_product,
    check_product_change,
    check_product_group,
    explode,
    find_price,
)
from app.domain.validation import Check
from app.domain.vat import SupplyType

NOW = datetime(2026, 8, 1, tzinfo=UTC)


def product_of(number: int, kind: ProductKind = ProductKind.CATALOG, **changes: object) -> Product:
    found = Product(
        id=UUID(int=number),
        code=f"p-{number}",
        name=f"Product {number}",
        kind=kind,
        scope=ProductScope.CALENDAR_ITEM,
        product_group_id=UUID(int=900),
        supply_type=SupplyType.ADMISSION,
        is_numbered=False,
        is_limited=False,
        is_standalone=False,
        is_active=True,
        location_id=None,
        location_type_code="COCKTAIL" if kind is ProductKind.FORMULA else None,
        category=None,
        capacity=None,
        revenue_account=None,
        version=1,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def package_of(number: int) -> Product:
    return product_of(number, ProductKind.PACKAGE)


def parts_of(
    package: Product, *inner: tuple[Product, int, int]
) -> tuple[UUID, list[PackageComponent]]:
    return package.id, [
        PackageComponent(UUID(int=1000 + index), package.id, index, part.id, quantity, weight)
        for index, (part, quantity, weight) in enumerate(inner)
    ]


def known(*products: Product) -> dict[UUID, Product]:
    return {product.id: product for product in products}


def codes_of(check: Check) -> list[tuple[str, tuple[str, ...]]]:
    return [(violation.code.value, violation.path) for violation in check.violations]


def refusal(
    package: Product,
    products: Sequence[Product],
    components: dict[UUID, list[PackageComponent]],
) -> str:
    with pytest.raises(DomainError) as refused:
        explode(package, known(*products), components)
    return refused.value.violations[0].code.value


def test_a_product_group_needs_a_code_and_a_name() -> None:
    check = Check()
    check_product_group(ProductGroup(UUID(int=1), "", "", "x" * 201, 1, NOW), check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("name",)),
        ("TEXT_TOO_LONG", ("revenueAccount",)),
    ]


@pytest.mark.parametrize(
    "product",
    [
        product_of(1),
        product_of(1, ProductKind.SEAT, is_numbered=True, category="GOLD"),
        product_of(1, ProductKind.FORMULA),
    ],
)
def test_a_sound_product_is_not_refused(product: Product) -> None:
    check = Check()
    check_product(product, check)
    assert not check.violations


@pytest.mark.parametrize(
    ("product", "path"),
    [
        (product_of(1, code=""), "code"),
        (product_of(1, name=""), "name"),
        (product_of(1, capacity=-1), "capacity"),
        (product_of(1, revenue_account="x" * 201), "revenueAccount"),
        (product_of(1, category="a b"), "category"),
        (product_of(1, is_numbered=True), "isNumbered"),
        (product_of(1, ProductKind.SEAT, is_numbered=True, scope=ProductScope.SEASON), "scope"),
        (product_of(1, ProductKind.FORMULA, location_type_code=None), "locationTypeCode"),
        (product_of(1, ProductKind.FORMULA, location_type_code="a b"), "locationTypeCode"),
        (product_of(1, ProductKind.FORMULA, scope=ProductScope.NONE), "scope"),
        (product_of(1, location_type_code="COCKTAIL"), "locationTypeCode"),
    ],
)
def test_what_is_wrong_with_a_product_is_named(product: Product, path: str) -> None:
    check = Check()
    check_product(product, check)
    assert [violation.path for violation in check.violations] == [(path,)]


def test_only_limited_unnumbered_products_take_places_of_a_pool() -> None:
    assert product_of(1, is_limited=True).needs_pool
    assert not product_of(1).needs_pool
    assert not product_of(1, ProductKind.SEAT, is_limited=True, is_numbered=True).needs_pool
    assert not product_of(1, ProductKind.PACKAGE, is_limited=True).needs_pool


def test_a_sold_product_stays_what_it_is() -> None:
    before = product_of(1, ProductKind.SEAT)
    after = replace(
        before, kind=ProductKind.PARKING, scope=ProductScope.SEASON, is_numbered=True, name="New"
    )
    check = Check()
    check_product_change(before, after, check, is_sold=False, has_components=False)
    check_product_change(before, before, check, is_sold=True, has_components=False)
    assert not check.violations
    check_product_change(before, after, check, is_sold=True, has_components=False)
    assert codes_of(check) == [("IN_USE", (f,)) for f in ("kind", "scope", "isNumbered")]


def test_a_package_with_components_stays_a_package() -> None:
    check = Check()
    before = package_of(1)
    check_product_change(before, before, check, is_sold=False, has_components=True)
    assert not check.violations
    check_product_change(before, product_of(1), check, is_sold=False, has_components=True)
    assert codes_of(check) == [("IN_USE", ("kind",))]


def test_a_price_list_has_a_currency_and_days_in_order() -> None:
    wrong = PriceList(
        UUID(int=1),
        "",
        "",
        "EURO",
        PriceBasis.NET,
        True,  # noqa: FBT003 - a field by position
        date(2026, 2, 1),
        date(2026, 1, 1),
        1,
        NOW,
    )
    check = Check()
    check_price_list(wrong, check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("name",)),
        ("CURRENCY_UNKNOWN", ("currency",)),
        ("DATE_RANGE_INVALID", ("validTo",)),
    ]


def price_of(amount: int, valid_from: date, **scope: object) -> Price:
    found = Price(
        id=UUID(int=amount % 2**64),
        price_list_id=UUID(int=1),
        product_id=UUID(int=2),
        season_id=None,
        bundle_id=None,
        calendar_item_id=None,
        amount_minor=amount,
        currency="EUR",
        valid_from=valid_from,
        version=1,
        created_at=NOW,
    )
    return replace(found, **scope)  # type: ignore[arg-type]


def test_a_price_has_its_lists_currency_one_scope_and_a_bounded_amount() -> None:
    prices = PriceList(
        UUID(int=1),
        "A",
        "A",
        "JPY",
        PriceBasis.NET,
        True,  # noqa: FBT003 - same
        None,
        None,
        1,
        NOW,
    )
    check = Check()
    wrong = price_of(2**53, date(1900, 1, 1), season_id=UUID(int=3), bundle_id=UUID(int=4))
    check_price(wrong, prices, check)
    assert codes_of(check) == [
        ("AMOUNT_TOO_LARGE", ("amount",)),
        ("DATE_INVALID", ("validFrom",)),
        ("CURRENCY_MIXED", ("amount", "currency")),
        ("INPUT_INVALID", ("seasonId",)),
    ]
    sound = Check()
    check_price(price_of(0, date(2026, 1, 1), currency="JPY"), prices, sound)
    assert not sound.violations


def test_a_price_list_is_valid_from_its_first_to_its_last_day() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    dated = PriceList(
        UUID(int=1),
        "A",
        "A",
        "EUR",
        PriceBasis.NET,
        True,  # noqa: FBT003 - same
        first,
        last,
        1,
        NOW,
    )
    days = (date(2025, 12, 31), first, last, date(2027, 1, 1))
    assert [dated.is_valid(day) for day in days] == [False, True, True, False]
    undated = replace(dated, valid_from=None, valid_to=None)
    assert all(undated.is_valid(day) for day in days)


def test_a_plain_product_is_its_own_only_leaf() -> None:
    product = product_of(1)
    assert explode(product, {}, {}) == (Leaf(product, 1, 1),)


def test_a_package_explodes_through_packages_with_whole_weights_per_piece() -> None:
    outer, inner = package_of(1), package_of(2)
    seat, meal, parking = product_of(3), product_of(4), product_of(5)
    components = dict(
        [
            parts_of(outer, (inner, 2, 3), (parking, 1, 1)),
            parts_of(inner, (seat, 1, 2), (meal, 2, 1)),
        ]
    )
    leaves = explode(outer, known(outer, inner, seat, meal, parking), components)
    # Of 4: the inner package has 3, so the 2 seats 2 and the 4 meals 1, and the parking 1.
    assert leaves == (Leaf(seat, 2, 4), Leaf(meal, 4, 1), Leaf(parking, 1, 4))


def test_a_package_within_itself_is_refused_also_through_another() -> None:
    first, second = package_of(1), package_of(2)
    components = dict([parts_of(first, (second, 1, 1)), parts_of(second, (first, 1, 1))])
    assert refusal(first, [first, second], components) == "PACKAGE_CYCLE"


def test_packages_nest_five_levels_and_no_deeper() -> None:
    packages = [package_of(number) for number in range(1, 7)]
    leaf = product_of(50)
    chain = [*packages, leaf]
    components = dict(
        parts_of(outer, (inner, 1, 1)) for outer, inner in zip(packages, chain[1:], strict=True)
    )
    five = explode(packages[1], known(*chain), components)
    assert [one.product for one in five] == [leaf]
    assert refusal(packages[0], chain, components) == "PACKAGE_TOO_DEEP"


def test_empty_weightless_and_huge_packages_are_refused() -> None:
    package, leaf = package_of(1), product_of(2)
    assert refusal(package, [package, leaf], {}) == "PACKAGE_EMPTY"
    weightless = dict([parts_of(package, (leaf, 1, 0))])
    assert refusal(package, [package, leaf], weightless) == "WEIGHTS_INVALID"
    huge = dict([parts_of(package, (leaf, PIECE_LIMIT + 1, 1))])
    assert refusal(package, [package, leaf], huge) == "PACKAGE_TOO_LARGE"


def test_components_are_checked_one_by_one_and_as_a_whole() -> None:
    package, leaf = package_of(1), product_of(2)
    products = known(package, leaf)
    check = Check()
    check_components(leaf, [], products, {}, check)
    _, wrong = parts_of(package, (leaf, 0, 2_000_000))
    check_components(package, wrong, products, {}, check)
    many = [parts_of(package, (leaf, 1, 1))[1][0]] * (PIECE_LIMIT + 1)
    check_components(package, many, products, {}, check)
    assert codes_of(check) == [
        ("INPUT_INVALID", ("productId",)),
        ("QUANTITY_INVALID", ("components", "0", "quantity")),
        ("INPUT_INVALID", ("components", "0", "priceWeight")),
        ("TOO_MANY_ITEMS", ("components",)),
    ]
    ring, sound = Check(), Check()
    check_components(package, parts_of(package, (package, 1, 1))[1], products, {}, ring)
    assert codes_of(ring) == [("PACKAGE_CYCLE", ("components",))]
    check_components(package, parts_of(package, (leaf, 1, 1))[1], products, {}, sound)
    assert not sound.violations


def test_the_most_specific_and_then_the_latest_price_holds() -> None:
    season, bundle, item = UUID(int=3), UUID(int=4), UUID(int=5)
    on = date(2026, 8, 1)
    prices = [
        price_of(100, date(2026, 1, 1)),
        price_of(110, date(2026, 7, 1)),
        price_of(120, date(2026, 9, 1)),
        price_of(200, date(2026, 1, 1), season_id=season),
        price_of(300, date(2026, 1, 1), bundle_id=bundle),
        price_of(400, date(2026, 9, 1), calendar_item_id=item),
    ]

    def found(**scope: UUID) -> int | None:
        wanted: dict[str, UUID | None] = dict.fromkeys(
            ("season_id", "bundle_id", "calendar_item_id")
        )
        price = find_price(prices, on, **(wanted | scope))
        return None if price is None else price.amount_minor

    assert found() == 110
    assert found(season_id=season) == 200
    assert found(season_id=season, bundle_id=bundle) == 300
    assert found(season_id=season, calendar_item_id=item) == 200
    assert found(calendar_item_id=item) == 110
    assert find_price([], on, season_id=None, bundle_id=None, calendar_item_id=None) is None

"""Pools: whose they are, and when their capacity may fall below what is taken."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.domain.inventory import Pool
from app.domain.pools import check_capacity, check_pool
from app.domain.products import Product, ProductKind, ProductScope
from app.domain.validation import Check
from app.domain.vat import SupplyType

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ITEM, SEASON, PRODUCT, LOCATION = (UUID(int=number) for number in range(1, 5))


def pool_of(**changes: object) -> Pool:
    found = Pool(UUID(int=9), None, None, None, LOCATION, 10, 0, 0, 1, NOW)
    return replace(found, **changes)  # type: ignore[arg-type]


def product_of(scope: ProductScope, *, is_limited: bool = True) -> Product:
    return Product(
        id=PRODUCT,
        code="p",
        name="Lounge",
        kind=ProductKind.CATALOG,
        scope=scope,
        product_group_id=UUID(int=8),
        supply_type=SupplyType.CATERING,
        is_numbered=False,
        is_limited=is_limited,
        is_standalone=False,
        is_active=True,
        location_id=None,
        location_type_code=None,
        category=None,
        capacity=None,
        revenue_account=None,
        version=1,
        created_at=NOW,
    )


def codes_of(check: Check) -> list[tuple[str, tuple[str, ...]]]:
    return [(violation.code.value, violation.path) for violation in check.violations]


def test_a_pool_has_one_owner_and_at_most_one_time() -> None:
    check = Check()
    check_pool(pool_of(), None, check)
    check_pool(pool_of(calendar_item_id=ITEM), None, check)
    assert not check.violations
    check_pool(pool_of(location_id=None), None, check)
    check_pool(pool_of(calendar_item_id=ITEM, season_id=SEASON), None, check)
    assert codes_of(check) == [("INPUT_INVALID", ("productId",)), ("INPUT_INVALID", ("seasonId",))]


def test_places_are_bounded_and_blocked_ones_are_among_them() -> None:
    check = Check()
    check_pool(pool_of(capacity=-1, blocked=1), None, check)
    check_pool(pool_of(capacity=2_000_000), None, check)
    assert codes_of(check) == [
        ("INPUT_INVALID", ("capacity",)),
        ("INPUT_INVALID", ("blocked",)),
        ("INPUT_INVALID", ("capacity",)),
    ]


@pytest.mark.parametrize(
    ("scope", "times", "path"),
    [
        (ProductScope.CALENDAR_ITEM, {"calendar_item_id": ITEM}, "calendarItemId"),
        (ProductScope.SEASON, {"season_id": SEASON}, "seasonId"),
        (ProductScope.NONE, {}, "calendarItemId"),
    ],
)
def test_a_products_pool_is_for_what_the_product_is_granted_for(
    scope: ProductScope, times: dict[str, object], path: str
) -> None:
    sound, wrong = Check(), Check()
    own = {"location_id": None, "product_id": PRODUCT}
    check_pool(pool_of(**own, **times), product_of(scope), sound)
    assert not sound.violations
    other = {} if times else {"season_id": SEASON}
    check_pool(pool_of(**own, **other), product_of(scope), wrong)
    assert codes_of(wrong) == [("INPUT_INVALID", (path,))]


def test_an_unlimited_product_has_no_pool() -> None:
    check = Check()
    own = pool_of(location_id=None, product_id=PRODUCT)
    check_pool(own, product_of(ProductScope.NONE, is_limited=False), check)
    assert codes_of(check) == [("INPUT_INVALID", ("productId",))]


def test_a_capacity_that_leaves_room_needs_no_force() -> None:
    check = Check()
    before, after = pool_of(taken=4), pool_of(taken=4, capacity=5, blocked=1)
    assert not check_capacity(before, after, check, force=True, reason=None)
    assert not check.violations


def test_a_capacity_below_what_is_taken_needs_force_and_a_reason() -> None:
    before, after = pool_of(taken=8), pool_of(taken=8, capacity=9, blocked=2)
    check = Check()
    check_capacity(before, after, check, force=False, reason="fire")
    check_capacity(before, after, check, force=True, reason=" ")
    check_capacity(before, after, check, force=True, reason=None)
    assert codes_of(check) == [
        ("CAPACITY_BELOW_TAKEN", ("capacity",)),
        ("REASON_REQUIRED", ("reason",)),
        ("REASON_REQUIRED", ("reason",)),
    ]
    forced = Check()
    assert check_capacity(before, after, forced, force=True, reason="fire")
    assert not forced.violations


def test_an_overbooked_pool_may_grow_without_force() -> None:
    check = Check()
    before, after = pool_of(taken=20, capacity=10), pool_of(taken=20, capacity=15)
    assert not check_capacity(before, after, check, force=False, reason=None)
    assert not check.violations

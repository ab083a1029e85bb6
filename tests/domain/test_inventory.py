"""What a line grants: entitlements in order, seats by unit, places of pools, formulas on seats."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest

from app.domain.billing import entitlement_amounts, value_grid
from app.domain.errors import DomainError
from app.domain.inventory import (
    Choice,
    Pool,
    PoolKey,
    SeatTicket,
    attach_formulas,
    grant,
    pool_for,
    seats_per_unit,
)
from app.domain.products import Product, ProductKind, ProductScope
from app.domain.sales import Entitlement, EntitlementStatus, SaleLine, SaleLineComponent
from app.domain.venues import ResourceKind
from tests.domain.line_facts import product_of
from tests.domain.sale_states import AUTUMN, NOW, SALE_ID, ids_from, line_of, part_of

MATCH, RETURN_MATCH = UUID(int=31), UUID(int=32)
STAND = UUID(int=71)
SEATS = tuple(UUID(int=900 + number) for number in range(1, 7))
BAYS = tuple(UUID(int=910 + number) for number in range(1, 3))
CHAIR = product_of(1, ProductKind.SEAT, is_numbered=True)
BAY = product_of(2, ProductKind.PARKING, is_numbered=True)
COCKTAIL = product_of(3, ProductKind.FORMULA)
DINNER = product_of(4, ProductKind.FORMULA, location_type_code="CATERING")
SCARF = product_of(5)
PRODUCTS = {one.id: one for one in (CHAIR, BAY, COCKTAIL, DINNER, SCARF)}


def granted(
    products: list[tuple[Product, int]],
    quantity: int = 1,
    *items: UUID,
    choice: Choice | None = None,
    pools: Mapping[PoolKey, UUID] | None = None,
    number: int = 1,
) -> tuple[Entitlement, ...]:
    """Grant a line of 10.01 per unit, of these products with their pieces."""
    line = replace(
        line_of(number, quantity, 1_001, season_id=AUTUMN),
        amount_minor=quantity * 1_001,
        calendar_item_ids=items,
        calendar_item_weights=(1,) * len(items),
    )
    parts = parts_of(line, products)
    known = {product.id: product for product, _ in products}
    values = value_grid(line, parts)
    new_id = ids_from(10_000 * number)
    return grant(line, parts, known, choice or Choice(), pools or {}, values, new_id)


def parts_of(line: SaleLine, products: list[tuple[Product, int]]) -> list[SaleLineComponent]:
    return [
        part_of(
            line,
            600,
            component_no=position,
            product_id=product.id,
            quantity=pieces,
            is_per_item=product.scope is ProductScope.CALENDAR_ITEM,
        )
        for position, (product, pieces) in enumerate(products, start=1)
    ]


def test_a_unit_is_granted_match_by_match_and_then_what_it_has_once() -> None:
    found = granted([(SCARF, 1), (COCKTAIL, 2)], 2, MATCH, RETURN_MATCH)
    place = [(one.unit_no, one.calendar_item_id, one.product_id, one.piece_no) for one in found]
    of_unit = [
        [
            (unit, MATCH, COCKTAIL.id, 1),
            (unit, MATCH, COCKTAIL.id, 2),
            (unit, RETURN_MATCH, COCKTAIL.id, 1),
            (unit, RETURN_MATCH, COCKTAIL.id, 2),
            (unit, None, SCARF.id, 1),
        ]
        for unit in (1, 2)
    ]
    assert place == of_unit[0] + of_unit[1]
    assert len(set(place)) == len({one.id for one in found}) == 10
    assert {(one.sale_id, one.line_id, one.status, one.currency) for one in found} == {
        (SALE_ID, UUID(int=101), EntitlementStatus.LIVE, "EUR")
    }
    assert [one.location_type_code for one in found[:5]] == ["COCKTAIL"] * 4 + [None]


def test_an_entitlement_has_the_value_that_billing_gives_its_place() -> None:
    products = [(SCARF, 1), (COCKTAIL, 2), (DINNER, 1)]
    found = granted(products, 3, MATCH, RETURN_MATCH)
    line = line_of(
        1,
        3,
        1_001,
        amount_minor=3_003,
        calendar_item_ids=(MATCH, RETURN_MATCH),
        calendar_item_weights=(1, 1),
    )
    worth = entitlement_amounts(line, parts_of(line, products))
    assert len(found) == len(worth)
    for one in found:
        place = one.component_id, one.unit_no, one.calendar_item_id, one.piece_no
        assert one.value_minor == worth[place]
    assert sum(one.value_minor for one in found) == 3_003


def test_seats_and_places_go_to_units_in_order_and_stay_for_every_match() -> None:
    choice = Choice(SEATS, BAYS)
    found = granted([(CHAIR, 2), (BAY, 1), (CHAIR, 1)], 2, MATCH, RETURN_MATCH, choice=choice)
    taken: dict[tuple[int, UUID | None], list[UUID | None]] = {}
    for one in found:
        taken.setdefault((one.unit_no, one.calendar_item_id), []).append(one.resource_id)
    first, second = [*SEATS[:2], BAYS[0], SEATS[2]], [*SEATS[3:5], BAYS[1], SEATS[5]]
    assert taken == {
        (1, MATCH): first,
        (1, RETURN_MATCH): first,
        (2, MATCH): second,
        (2, RETURN_MATCH): second,
    }


def test_a_unit_takes_as_many_numbered_resources_as_its_pieces() -> None:
    leaves = [(CHAIR, 2), (BAY, 1), (CHAIR, 1), (SCARF, 9)]
    assert seats_per_unit(leaves) == {ResourceKind.SEAT: 3, ResourceKind.PARKING: 1}
    assert seats_per_unit([]) == {ResourceKind.SEAT: 0, ResourceKind.PARKING: 0}


LOUNGE = product_of(6, ProductKind.FORMULA, is_limited=True, location_id=STAND)


def test_a_limited_product_takes_places_of_its_own_pool_before_those_of_its_location() -> None:
    own, shared, elsewhere = UUID(int=81), UUID(int=82), UUID(int=83)
    pools: dict[PoolKey, UUID] = {
        (MATCH, None, LOUNGE.id, None): own,
        (MATCH, None, None, STAND): shared,
        (RETURN_MATCH, None, None, STAND): elsewhere,
    }
    found = granted([(LOUNGE, 2)], 1, MATCH, RETURN_MATCH, pools=pools)
    assert [one.pool_id for one in found] == [own, own, elsewhere, elsewhere]
    assert pool_for(replace(LOUNGE, location_id=None), RETURN_MATCH, AUTUMN, pools) is None


def test_season_and_single_products_take_places_of_pools_without_a_match() -> None:
    card = product_of(7, scope=ProductScope.SEASON, is_limited=True)
    gift = product_of(8, is_limited=True, location_id=STAND)
    pools: dict[PoolKey, UUID] = {
        (None, AUTUMN, card.id, None): UUID(int=81),
        (None, None, card.id, None): UUID(int=82),
        (None, AUTUMN, None, STAND): UUID(int=83),
        (None, None, None, STAND): UUID(int=84),
    }
    found = granted([(card, 1), (gift, 1)], 2, pools=pools)
    assert [one.pool_id for one in found] == [UUID(int=81), UUID(int=84)] * 2


def test_unlimited_and_numbered_products_take_no_places_of_a_pool() -> None:
    pools: dict[PoolKey, UUID] = {
        (MATCH, None, product.id, None): UUID(int=81) for product in (CHAIR, COCKTAIL)
    }
    limited_chair = replace(CHAIR, is_limited=True)
    found = granted(
        [(limited_chair, 1), (COCKTAIL, 1)], 1, MATCH, choice=Choice(SEATS[:1]), pools=pools
    )
    assert [one.pool_id for one in found] == [None, None]


def test_a_limited_product_without_capacity_is_refused_by_its_name() -> None:
    pools: dict[PoolKey, UUID] = {(MATCH, None, LOUNGE.id, None): UUID(int=81)}
    with pytest.raises(DomainError, match=r"^POOL_MISSING: .* Product 6 \(p-6\)") as caught:
        granted([(LOUNGE, 1)], 1, MATCH, RETURN_MATCH, pools=pools)
    assert caught.value.violations[0].path == ("productId",)


def test_what_is_free_in_a_pool_may_be_less_than_nothing() -> None:
    pool = Pool(UUID(int=9), MATCH, None, None, STAND, 10, 2, 9, 1, NOW)
    assert (pool.free, replace(pool, taken=3).free) == (-1, 5)


def attached(
    entitlements: tuple[Entitlement, ...], *tickets: SeatTicket
) -> list[tuple[UUID, UUID | None]]:
    """Attach formulas and return each one's id with its seat; nothing else has one."""
    found = attach_formulas(entitlements, PRODUCTS, tickets)
    assert [replace(one, seat_entitlement_id=None) for one in found] == list(entitlements)
    seated = {one.id: one for one in found if one.location_type_code}
    assert all(one.seat_entitlement_id is None for one in found if one.id not in seated)
    return [(one.id, one.seat_entitlement_id) for one in seated.values()]


def ticket(number: int, *types: str, item: UUID = MATCH) -> SeatTicket:
    return SeatTicket(UUID(int=number), item, frozenset(types))


def test_formulas_of_a_package_attach_to_the_seats_of_their_own_unit_and_match() -> None:
    package = [(COCKTAIL, 2), (CHAIR, 2), (DINNER, 1)]
    found = granted(package, 2, MATCH, RETURN_MATCH, choice=Choice(SEATS[:4]))
    seats = dict(attached(found, ticket(1)))
    by_id = {one.id: one for one in found}
    for formula_id, seat_id in seats.items():
        assert seat_id is not None
        formula, seat = by_id[formula_id], by_id[seat_id]
        assert (formula.unit_no, formula.calendar_item_id) == (seat.unit_no, seat.calendar_item_id)
        assert formula.piece_no == seat.piece_no
    assert len(seats) == 12


def test_a_formula_alone_takes_the_first_ticket_that_lacks_its_type() -> None:
    (cocktail,) = granted([(COCKTAIL, 1)], 1, MATCH)
    with_cocktail = [ticket(1, "COCKTAIL"), ticket(2, item=RETURN_MATCH)]
    found = attached((cocktail,), *with_cocktail, ticket(3, "CATERING"), ticket(4))
    assert found == [(cocktail.id, UUID(int=3))]
    chairs = granted([(CHAIR, 1)], 1, MATCH, choice=Choice(SEATS[:1]), number=2)
    assert attached((cocktail, *chairs), *with_cocktail) == [(cocktail.id, chairs[0].id)]


def test_formulas_of_two_types_share_a_ticket_and_those_of_one_type_do_not() -> None:
    formulas = granted([(COCKTAIL, 2), (DINNER, 1)], 1, MATCH)
    assert [seat for _, seat in attached(formulas, ticket(1), ticket(2))] == [
        UUID(int=1),
        UUID(int=2),
        UUID(int=1),
    ]


def test_a_formula_alone_leaves_a_package_the_seat_of_its_unit() -> None:
    alone = granted([(COCKTAIL, 1)], 1, MATCH)
    package = granted([(COCKTAIL, 1), (CHAIR, 1)], 1, MATCH, choice=Choice(SEATS[:1]), number=2)
    chair = granted([(CHAIR, 1)], 1, MATCH, choice=Choice(SEATS[1:2]), number=3)
    assert attached((*alone, *package, *chair)) == [
        (alone[0].id, chair[0].id),
        (package[0].id, package[1].id),
    ]


def test_a_formula_without_a_seat_at_its_match_is_refused() -> None:
    formulas = granted([(COCKTAIL, 1)], 1, MATCH)
    chairs = granted([(CHAIR, 1)], 1, RETURN_MATCH, choice=Choice(SEATS[:1]), number=2)
    with pytest.raises(DomainError, match=r"^FORMULA_NEEDS_SEAT: ") as caught:
        attach_formulas((*formulas, *chairs), PRODUCTS, [ticket(1, item=RETURN_MATCH)])
    assert caught.value.violations[0].path == ("productId",)


def test_a_second_formula_of_one_type_is_refused_when_every_ticket_has_one() -> None:
    formulas = granted([(COCKTAIL, 2)], 1, MATCH)
    with pytest.raises(DomainError, match=r"^FORMULA_TYPE_CONFLICT: .* COCKTAIL ") as caught:
        attach_formulas(formulas, PRODUCTS, [ticket(1), ticket(2, "COCKTAIL")])
    assert caught.value.violations[0].path == ("quantity",)


def test_a_standalone_formula_needs_no_seat() -> None:
    standalone = replace(COCKTAIL, is_standalone=True)
    formulas = granted([(standalone, 2)], 1, MATCH)
    found = attach_formulas(formulas, {standalone.id: standalone}, [ticket(1)])
    assert found == formulas

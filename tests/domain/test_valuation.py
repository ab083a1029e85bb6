from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.money import MAX_AMOUNT_MINOR, apportion
from app.domain.valuation import (
    WEIGHT_CEILING,
    apportion_discount,
    entitlement_values,
    line_amount,
    whole_weights,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

AMOUNTS = st.integers(-(10**10), 10**10) | st.integers(-200, 200)


def some_weights(most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 1_000), min_size=1, max_size=most).filter(any)


def test_a_line_is_worth_quantity_times_price_less_its_discount() -> None:
    assert line_amount(4, 100_000) == 400_000
    assert line_amount(3, 19_999, 997) == 59_000
    assert line_amount(2, 500, 1_000) == 0
    assert line_amount(2, 0) == 0
    assert line_amount(2, -500, -100) == -900
    assert line_amount(10_000, 300_000_000) == 3_000_000_000_000


def test_a_line_without_a_price_is_refused() -> None:
    with pytest.raises(DomainError, match=r"^PRICE_MISSING: "):
        line_amount(1, None)


@pytest.mark.parametrize("quantity", [0, -1, 10_001, True, 1.0])
def test_a_quantity_that_is_not_one_to_ten_thousand_is_refused(quantity: object) -> None:
    with pytest.raises(DomainError, match=r"^QUANTITY_INVALID: "):
        line_amount(cast("int", quantity), 100)


@pytest.mark.parametrize(
    ("price", "discount"), [(500, 1_001), (500, -1), (-500, 1), (-500, -1_001), (0, 1), (0, -1)]
)
def test_a_discount_never_turns_the_sign_of_a_line(price: int, discount: int) -> None:
    with pytest.raises(DomainError, match=r"^DISCOUNT_INVALID: "):
        line_amount(2, price, discount)


@pytest.mark.parametrize("price", [MAX_AMOUNT_MINOR // 2 + 1, -MAX_AMOUNT_MINOR])
def test_a_line_beyond_the_largest_amount_is_refused(price: int) -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_TOO_LARGE: "):
        line_amount(2, price)
    assert line_amount(1, MAX_AMOUNT_MINOR) == MAX_AMOUNT_MINOR


def test_a_discount_on_the_sale_is_divided_by_the_value_of_the_lines() -> None:
    assert apportion_discount(50_000, [400_000, 40_000, 60_000]) == [40_000, 4_000, 6_000]
    assert apportion_discount(100, [333, 333, 334]) == [33, 33, 34]
    assert apportion_discount(-100, [-333, -333, -334]) == [-33, -33, -34]
    assert apportion_discount(0, []) == []


@given(st.lists(st.integers(0, 10**8), max_size=20), st.sampled_from([1, -1]), st.data())
def test_a_discount_share_is_never_larger_than_its_line(
    sizes: list[int], sign: int, data: st.DataObject
) -> None:
    discount = sign * data.draw(st.integers(0, sum(sizes)))
    lines = [sign * size for size in sizes]
    shares = apportion_discount(discount, lines)
    assert sum(shares) == discount
    assert all(0 <= sign * share <= sign * line for share, line in zip(shares, lines, strict=True))


@pytest.mark.parametrize(
    ("discount", "lines"), [(101, [60, 40]), (-1, [100]), (1, [-100]), (5, [60, -40]), (1, [])]
)
def test_a_discount_that_does_not_fit_the_lines_is_refused(discount: int, lines: list[int]) -> None:
    with pytest.raises(DomainError, match=r"^DISCOUNT_INVALID: "):
        apportion_discount(discount, lines)


def test_a_season_seat_is_worth_a_seventeenth_at_each_match() -> None:
    assert entitlement_values(100_000, 1, [1] * 17, [1]) == [5_883] * 6 + [5_882] * 11
    assert entitlement_values(17_000, 1, [1] * 17, [1]) == [1_000] * 17


def test_a_package_is_divided_by_the_weights_of_its_pieces() -> None:
    assert entitlement_values(24_999, 1, [1], [120, 80, 50]) == [11_999, 8_000, 5_000]


def test_values_run_over_units_then_items_then_pieces() -> None:
    values = entitlement_values(1_001, 2, [2, 1], [3, 1])
    assert values == [251, 83, 125, 42, 250, 83, 125, 42]
    # units 501 and 500; items 334 + 167 and 333 + 167; pieces three to one


def test_units_of_a_line_differ_by_one_minor_unit_at_most() -> None:
    assert entitlement_values(59_998, 3, [1], [1]) == [20_000, 19_999, 19_999]


def stepwise(
    amount: int, unit_count: int, item_weights: Sequence[int], piece_weights: Sequence[int]
) -> list[int]:
    """Divide every unit, item and piece on its own, without remembering any."""
    return [
        piece
        for unit in apportion(amount, [1] * unit_count)
        for item in apportion(unit, item_weights)
        for piece in apportion(item, piece_weights)
    ]


@given(AMOUNTS, st.integers(1, 12), some_weights(17), some_weights(4))
def test_a_line_is_the_sum_of_its_entitlements_at_every_step(
    amount: int, unit_count: int, items: list[int], pieces: list[int]
) -> None:
    values = entitlement_values(amount, unit_count, items, pieces)
    assert values == stepwise(amount, unit_count, items, pieces)
    assert len(values) == unit_count * len(items) * len(pieces)
    assert sum(values) == amount
    per_unit = len(items) * len(pieces)
    units = [sum(values[i : i + per_unit]) for i in range(0, len(values), per_unit)]
    assert units == apportion(amount, [1] * unit_count)
    sign = -1 if amount < 0 else 1
    assert all(sign * value >= 0 for value in values)


@pytest.mark.parametrize(
    ("unit_count", "items", "pieces", "code"),
    [
        (0, [1], [1], "QUANTITY_INVALID"),
        (1, [], [1], "WEIGHTS_INVALID"),
        (1, [1], [], "WEIGHTS_INVALID"),
        (1, [0], [1], "WEIGHTS_INVALID"),
        (1, [1], [0, 0], "WEIGHTS_INVALID"),
    ],
)
def test_a_value_with_nothing_to_carry_it_is_refused(
    unit_count: int, items: list[int], pieces: list[int], code: str
) -> None:
    with pytest.raises(DomainError, match=rf"^{code}: "):
        entitlement_values(100, unit_count, items, pieces)


def test_a_free_line_has_free_entitlements() -> None:
    assert entitlement_values(0, 2, [0, 0], [0]) == [0, 0, 0, 0]


def test_shares_become_the_smallest_whole_weights() -> None:
    assert whole_weights([Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]) == [3, 2, 1]
    assert whole_weights([Fraction(40), Fraction(60)]) == [2, 3]
    assert whole_weights([Fraction(0), Fraction(0)]) == [0, 0]
    assert whole_weights([]) == []


@given(
    st.lists(st.builds(Fraction, st.integers(0, 999), st.integers(1, 50)), min_size=1, max_size=8)
)
def test_whole_weights_keep_the_proportions_exactly(shares: list[Fraction]) -> None:
    weights = whole_weights(shares)
    for weight, share in zip(weights, shares, strict=True):
        assert weight * sum(shares) == share * sum(weights)
    assert gcd(*weights) == (1 if any(shares) else 0)


def test_shares_that_no_whole_weights_can_hold_are_refused() -> None:
    with pytest.raises(DomainError, match=r"^WEIGHTS_INVALID: a share is negative: -1/2"):
        whole_weights([Fraction(1), Fraction(-1, 2)])
    with pytest.raises(DomainError, match=r"^WEIGHTS_INVALID: the proportions are too fine"):
        whole_weights([Fraction(1), Fraction(1, WEIGHT_CEILING + 1)])
    assert whole_weights([Fraction(1), Fraction(1, WEIGHT_CEILING)]) == [WEIGHT_CEILING, 1]


@given(st.lists(st.fractions(0, 1, max_denominator=1_000), min_size=1, max_size=6).filter(any))
def test_whole_weights_are_the_smallest_of_exactly_the_same_proportions(
    shares: list[Fraction],
) -> None:
    weights = whole_weights(shares)
    whole, total = sum(weights), sum(shares)
    assert [Fraction(weight, whole) for weight in weights] == [share / total for share in shares]
    assert gcd(*weights) == 1

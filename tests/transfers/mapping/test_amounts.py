from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transfers.mapping.amounts import amount_text, quotient
from app.transfers.mapping.faults import ExpressionError
from app.transfers.mapping.formats import NumberFormat
from tests.transfers.mapping.evaluated import value

AMOUNTS = st.decimals(-(10**12), 10**12, places=4, allow_nan=False, allow_infinity=False)
DIGITS = st.integers(0, 10)


def computed(expression: str, **names: object) -> str:
    return str(value(expression, names))


@settings(max_examples=40)
@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_a_sum_is_exact(amounts: list[Decimal]) -> None:
    found = computed("sum_money(all_of)", all_of=[format(one, "f") for one in amounts])
    assert Decimal(found) == sum(amounts)
    assert not found.startswith("-0.0000")


@settings(max_examples=40)
@given(AMOUNTS, AMOUNTS, DIGITS)
def test_products_and_quotients_are_rounded_once_and_half_up(
    first: Decimal, second: Decimal, digits: int
) -> None:
    names = {"a": format(first, "f"), "b": format(second, "f")}
    unit = Decimal(1).scaleb(-digits)
    with localcontext(prec=200):
        exact = (first * second).quantize(unit, rounding=ROUND_HALF_UP)
        assert Decimal(computed(f"mul_money(a, b, {digits})", **names)) == exact
        if second:
            # 200 digits are enough: a quotient of these is a half, or is no half in the first 40.
            exact = (first / second).quantize(unit, rounding=ROUND_HALF_UP)
            assert Decimal(computed(f"div_money(a, b, {digits})", **names)) == exact


@settings(max_examples=40)
@given(AMOUNTS, DIGITS)
def test_rounding_mirrors_credits(amount: Decimal, digits: int) -> None:
    text = format(amount, "f")
    rounded = computed(f"round_money(a, {digits})", a=text)
    mirrored = computed(f"neg_money(round_money(neg_money(a), {digits}))", a=text)
    assert rounded == mirrored
    assert abs(Decimal(rounded) - amount) <= Decimal(1).scaleb(-digits) / 2
    assert len(rounded.partition(".")[2]) == digits


@settings(max_examples=40)
@given(AMOUNTS, AMOUNTS)
def test_amounts_are_compared_by_what_they_are(first: Decimal, second: Decimal) -> None:
    names = {"a": format(first, "f"), "b": format(second, "f")}
    assert value("compare_money(a, b)", names) == (first > second) - (first < second)


@settings(max_examples=40)
@given(AMOUNTS, st.integers(0, 6))
def test_a_number_that_people_read_is_the_same_number(amount: Decimal, digits: int) -> None:
    shown = NumberFormat(digits, ",", ".").write(format(amount, "f"))
    exact = amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert Decimal(shown.replace(".", "").replace(",", ".")) == exact


def test_no_amount_is_minus_nothing_or_longer_than_it_may_be() -> None:
    assert computed("neg_money('0.00')") == "0.00"
    assert computed("round_money('-0.004')") == "0.00"
    assert amount_text(quotient(Decimal(-1), Decimal(3), 0)) == "0"


@pytest.mark.parametrize("expression", ["mul_money(nines, nines)", "sum_money(nines, '1')"])
def test_an_amount_that_is_too_long_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError, match="more than 30 digits"):
        computed(expression, nines="9" * 30)

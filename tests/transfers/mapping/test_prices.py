from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transfers.mapping.faults import ExpressionError
from app.transfers.mapping.prices import price_by_rule

PRICES = st.decimals(-10_000, 10_000, places=2)


@pytest.mark.parametrize(
    ("rule", "source", "cost", "price"),
    [
        (None, "18.70", None, "18.70"),
        ("SOURCE", "18.705", None, "18.71"),
        ({"rule": "SOURCE"}, 18, None, "18.00"),
        ({"rule": "FIXED", "amount": "9.95"}, None, None, "9.95"),
        ({"rule": "COST_PLUS", "percent": "15"}, "99", "18.70", "21.51"),
        ({"rule": "COST_PLUS", "percent": "-100"}, None, "18.70", "0.00"),
        ({"rule": "MARGIN_FLOOR", "percent": "20"}, "30.00", "18.70", "30.00"),
        ({"rule": "MARGIN_FLOOR", "percent": "20"}, "20.00", "18.70", "23.38"),
        ({"rule": "MARGIN_FLOOR", "percent": "20"}, None, "18.70", "23.38"),
        ({"rule": "MARGIN_FLOOR", "percent": "20"}, "-20.00", "-18.70", "-23.38"),
        ({"rule": "MARGIN_FLOOR", "percent": "0"}, "1.00", "18.70", "18.70"),
    ],
)
def test_a_price_is_made_by_its_rule(rule: Any, source: Any, cost: Any, price: str) -> None:
    assert price_by_rule(rule, source, cost) == price


@pytest.mark.parametrize(
    ("rule", "source", "cost", "wrong"),
    [
        ("SOURCE", None, "1", "SOURCE needs a price, and the record has none"),
        ({"rule": "COST_PLUS", "percent": "1"}, "1", None, "COST_PLUS needs a cost"),
        ({"rule": "COST_PLUS"}, None, "1", "COST_PLUS got None, which is not an amount"),
        ({"rule": "FIXED", "amount": 9.95}, None, None, "FIXED got 9.95, a binary fraction"),
        ({"rule": "MARGIN_FLOOR", "percent": "100"}, "1", "1", "MARGIN_FLOOR got 100 percent"),
        ({"rule": "FIX"}, None, None, "'FIX' is not a price rule"),
        (7, None, None, "7 is not a price rule"),
        ({}, None, None, "None is not a price rule"),
    ],
)
def test_a_price_without_what_its_rule_needs_is_refused(
    rule: Any, source: Any, cost: Any, wrong: str
) -> None:
    with pytest.raises(ExpressionError) as refused:
        price_by_rule(rule, source, cost)
    assert refused.value.wrong.startswith(wrong)


@settings(max_examples=50)
@given(PRICES, PRICES, st.decimals(0, 99, places=1))
def test_a_floor_holds_after_rounding_and_mirrors_credits(
    source: Decimal, cost: Decimal, percent: Decimal
) -> None:
    rule = {"rule": "MARGIN_FLOOR", "percent": str(percent)}
    price = Decimal(price_by_rule(rule, str(source), str(cost)))
    assert abs(price) * (100 - percent) >= abs(cost) * 100
    if cost:
        mirrored = Decimal(price_by_rule(rule, str(-source), str(-cost)))
        assert mirrored == -price
        # One unit less would be under the floor, unless the record asks for more.
        sign = 1 if cost > 0 else -1
        floor_holds = (abs(price) - Decimal("0.01")) * (100 - percent) < abs(cost) * 100
        assert floor_holds or price == source
        assert price * sign >= source * sign

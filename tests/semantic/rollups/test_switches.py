"""A switch has its values in no row, so that a rollup keeps none of it."""

from dataclasses import replace

from semantic.query.query import Test as Comparison
from semantic.spec.dimensions import Dimension, DimensionType
from tests.semantic.oracle import shop
from tests.semantic.oracle.rollups import rollup
from tests.semantic.oracle.spec_text import HERE
from tests.semantic.rollups.shop_kept import BY_MONTH, COUNTRIES, with_rollups

CURRENCY = Dimension("currency", DimensionType.SWITCH, HERE, values=("EUR", "USD"))
DIMENSIONS = {**shop.MODEL.cubes["orders"].dimensions, "currency": CURRENCY}


def test_a_rollup_by_a_switch_is_not_kept() -> None:
    by_currency = rollup("kept", ("orders.count",), ("orders.currency",))
    reason = with_rollups(by_currency, dimensions=DIMENSIONS).reason(COUNTRIES)
    assert reason == "a switch has its values in no row that could be kept"


def test_a_query_by_a_switch_reads_the_facts() -> None:
    kept = with_rollups(BY_MONTH, dimensions=DIMENSIONS)
    assert "orders.currency" in kept.reason(replace(COUNTRIES, dimensions=("orders.currency",)))
    dollars = Comparison("orders.currency", "equals", ("USD",))
    assert "orders.currency" in kept.reason(replace(COUNTRIES, filters=(dollars,)))

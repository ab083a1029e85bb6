"""Models with pre-aggregations that Loge does not execute are refused, each with its place."""

from dataclasses import replace

import pytest

from semantic.rollups.refusing import refuse_unexecuted
from semantic.spec.model import Model
from semantic.spec.places import ModelError
from semantic.spec.rollups import PreAggregation, RefreshKey, RollupIndex, RollupType
from tests.semantic.oracle import shop
from tests.semantic.oracle.rollups import rollup
from tests.semantic.oracle.spec_text import sql

PLAIN = rollup("kept", ("orders.count",), (), (("orders.at", "month"),))


def model_with(kept: PreAggregation) -> Model:
    orders = replace(shop.MODEL.cubes["orders"], pre_aggregations={kept.name: kept})
    return Model({**shop.MODEL.cubes, "orders": orders}, {}, version="refused")


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (replace(PLAIN, type=RollupType.ORIGINAL_SQL), "type 'original_sql' are not executed"),
        (replace(PLAIN, type=RollupType.ROLLUP_LAMBDA), "type 'rollup_lambda' are not executed"),
        (replace(PLAIN, partition_granularity="year"), "'partition_granularity' is not executed"),
        (replace(PLAIN, build_range_start=sql("SELECT 1")), "'build_range_start' is not executed"),
        (replace(PLAIN, build_range_end=sql("SELECT 1")), "'build_range_end' is not executed"),
        (replace(PLAIN, allows_loose_range=True), "would show numbers of other days"),
        (replace(PLAIN, indexes=(RollupIndex("one", ()),)), "indexes are not made"),
        (
            replace(PLAIN, refresh_key=RefreshKey(every="1 day", is_incremental=True)),
            "'incremental' refreshes partitions",
        ),
        (
            replace(PLAIN, refresh_key=RefreshKey(every="1 day", update_window="7 days")),
            "'incremental' refreshes partitions",
        ),
        (replace(PLAIN, refresh_key=RefreshKey(every="0 3 * * *")), "'0 3 * * *' is a cron text"),
    ],
)
def test_what_is_not_executed_is_refused(kept: PreAggregation, message: str) -> None:
    with pytest.raises(ModelError) as refused:
        refuse_unexecuted(model_with(kept))
    (fault,) = refused.value.faults
    assert message in fault.message
    assert fault.about == "cubes.orders.pre_aggregations.kept"
    assert fault.suggestion


@pytest.mark.parametrize(
    "key",
    [
        None,
        RefreshKey(every="10 minutes"),
        RefreshKey(sql=sql("SELECT 1")),
        RefreshKey(is_immutable=True),
    ],
)
def test_a_rollup_with_its_refresh_key_is_accepted(key: RefreshKey | None) -> None:
    refuse_unexecuted(model_with(replace(PLAIN, refresh_key=key)))

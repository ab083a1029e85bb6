"""Models with pre-aggregations that Loge does not execute are refused, each with its place."""

from dataclasses import replace

import pytest

from semantic.rollups.refusing import refuse_unexecuted
from semantic.spec.model import Model
from semantic.spec.places import ModelError
from semantic.spec.rollups import PreAggregation, RefreshKey, RollupIndex, RollupType
from tests.semantic.oracle import shop
from tests.semantic.oracle.rollups import reference, rollup
from tests.semantic.oracle.spec_text import sql

PLAIN = rollup("kept", ("orders.count",), (), (("orders.at", "month"),))


def model_with(kept: PreAggregation) -> Model:
    orders = replace(shop.MODEL.cubes["orders"], pre_aggregations={kept.name: kept})
    return Model({**shop.MODEL.cubes, "orders": orders}, {}, version="refused")


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (replace(PLAIN, type=RollupType.AUTO_ROLLUP), "type 'auto_rollup' are not executed"),
        (
            replace(PLAIN, type=RollupType.ORIGINAL_SQL),
            "keeps the rows of its cube, and no members",
        ),
        (
            replace(PLAIN, type=RollupType.ROLLUP_JOIN, measures=(), time_dimensions=()),
            "a 'rollup_join' without members",
        ),
        (
            replace(PLAIN, time_dimensions=(), build_range_end=sql("SELECT now()")),
            "a build range needs a time dimension",
        ),
        (replace(PLAIN, allows_loose_range=True), "would show numbers of other days"),
        (
            replace(PLAIN, type=RollupType.ROLLUP_LAMBDA, rollups=(reference("CUBE.kept"),)),
            "'rollups' names 'orders.kept', which is not of type 'rollup'",
        ),
        (
            replace(PLAIN, refresh_key=RefreshKey(every="1 day", is_incremental=True)),
            "'incremental' refreshes partitions, and there are none",
        ),
        (
            replace(PLAIN, refresh_key=RefreshKey(every="1 day", update_window="7 days")),
            "'update_window' goes with 'incremental' alone",
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


def test_what_changes_no_number_is_accepted() -> None:
    incremental = RefreshKey(every="1 day", is_incremental=True, update_window="7 days")
    refuse_unexecuted(
        model_with(
            replace(
                PLAIN,
                partition_granularity="year",
                refresh_key=incremental,
                indexes=(RollupIndex("one", (reference("orders.at"),)),),
            )
        )
    )

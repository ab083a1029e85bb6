"""Pre-aggregations and refresh keys."""

import pytest

from semantic.spec.fragments import Reference
from semantic.spec.rollups import RefreshKey, RollupIndex, RollupType
from tests.semantic.load.writing import cube_with, refused_in_cube


def test_a_rollup_says_what_is_kept_ready() -> None:
    found = cube_with(
        """
        segments:
          - {name: open, sql: "{CUBE}.is_open"}
        pre_aggregations:
          - name: by_month
            measures: [count, CUBE.net]
            dimensions: ["{orders.status}"]
            segments: [open]
            time_dimension: ordered_at
            granularity: month
            partition_granularity: year
            external: false
            scheduled_refresh: false
            use_original_sql_pre_aggregations: false
            read_only: false
            allow_non_strict_date_range_match: true
            refresh_key:
              every: 1 day
              timezone: Europe/Berlin
              incremental: true
              update_window: 7 days
            build_range_start:
              sql: SELECT MIN(ordered_at) FROM orders
            build_range_end:
              sql: SELECT MAX(ordered_at) FROM orders
            indexes:
              - name: by_status
                columns: [status, ordered_at]
              - {name: sums, columns: [net], type: aggregate}
        """
    ).pre_aggregations["by_month"]
    assert found.type is RollupType.ROLLUP
    assert found.measures == (Reference(("count",)), Reference(("CUBE", "net")))
    assert found.dimensions == (Reference(("orders", "status")),)
    assert found.segments == (Reference(("open",)),)
    assert found.time_dimensions == ((Reference(("ordered_at",)), "month"),)
    assert found.partition_granularity == "year"
    assert not found.is_scheduled
    assert found.allows_loose_range
    assert found.refresh_key == RefreshKey(
        every="1 day", timezone="Europe/Berlin", is_incremental=True, update_window="7 days"
    )
    assert str(found.build_range_start) == "SELECT MIN(ordered_at) FROM orders"
    assert str(found.build_range_end) == "SELECT MAX(ordered_at) FROM orders"
    assert found.indexes == (
        RollupIndex("by_status", (Reference(("status",)), Reference(("ordered_at",)))),
        RollupIndex("sums", (Reference(("net",)),), "aggregate"),
    )


def test_a_rollup_may_have_several_time_dimensions() -> None:
    found = cube_with(
        """
        pre_aggregations:
          - name: all
            type: rollup
            measures: count
            time_dimensions:
              - {dimension: ordered_at, granularity: day}
              - {dimension: ordered_at, granularity: month}
        """
    ).pre_aggregations["all"]
    assert found.measures == (Reference(("count",)),)
    assert [one for _, one in found.time_dimensions] == ["day", "month"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("{every: 1 hour}", RefreshKey(every="1 hour")),
        ("{every: '30 5 * * 1-5'}", RefreshKey(every="30 5 * * 1-5")),
        ("{immutable: true}", RefreshKey(is_immutable=True)),
    ],
)
def test_a_refresh_key_is_an_interval_or_cron_or_says_never(written: str, key: RefreshKey) -> None:
    assert cube_with(f"refresh_key: {written}").refresh_key == key


def test_a_refresh_key_may_be_a_query() -> None:
    key = cube_with("refresh_key: {sql: SELECT MAX(id) FROM orders, every: 10 seconds}").refresh_key
    assert key is not None
    assert (str(key.sql), key.every) == ("SELECT MAX(id) FROM orders", "10 seconds")


@pytest.mark.parametrize(
    ("part", "message", "suggestion"),
    [
        ("{}", "says nothing", "'immutable: true'"),
        ("{immutable: false}", "says nothing", "'every'"),
        ("{immutable: true, every: 1 day}", "'immutable' stands alone", "remove the other keys"),
        ("{every: often}", "'often' is not an interval", "or as cron"),
        ("{every: 1 fortnight}", "'1 fortnight' is not an interval", "or as cron"),
        ("{every: '* * * * *', sql: SELECT 1}", "'* * * * *' is not an interval", "beside 'sql'"),
        ("{every: 1 day, update_window: a week}", "'a week' is not an interval", "10 minutes"),
        ("{every: 1 day, timezone: Mars}", "'Mars' is not a time zone", "Europe/Berlin"),
        ("{immutable: true, timezone: UTC}", "'timezone' goes with 'every'", "add it"),
        ("{every: 1 day, evry: 2}", "'evry' is not a key of this", "did you mean 'every'?"),
    ],
)
def test_a_wrong_refresh_key_is_refused_where_it_stands(
    part: str, message: str, suggestion: str
) -> None:
    found = refused_in_cube(f"refresh_key: {part}")
    assert len(found) == 1, found
    assert found[0][0] == 1
    assert message in found[0][1]
    assert suggestion in found[0][2]


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("type: rollup", 2, "has no members", "name measures"),
        ("measures: [nett]", 2, "'nett' is not a member of 'orders'", "did you mean 'net'?"),
        ("measures: [status]", 2, "'status' is not a measure", ""),
        ("dimensions: [net]", 2, "'net' is not a dimension", ""),
        ("segments: [net]", 2, "'net' is not a segment", ""),
        ("type: cube\n    measures: [net]", 3, "'cube' is not known here", ""),
        ("time_dimension: ordered_at", 2, "'time_dimension' needs 'granularity'", "day"),
        ("measures: [net]\n    granularity: day", 4, "'granularity' needs 'time_dimension'", ""),
        ("time_dimension: status\n    granularity: day", 2, "'status' is not a time dimension", ""),
        ("time_dimension: count\n    granularity: day", 2, "'count' is not a dimension", ""),
        (
            "time_dimension: ordered_at\n    granularity: dya",
            2,
            "'dya' is not a granularity",
            "day",
        ),
        (
            (
                "time_dimension: ordered_at\n    granularity: day\n"
                "    time_dimensions: [{dimension: ordered_at, granularity: day}]"
            ),
            2,
            "has 'time_dimension' beside 'time_dimensions'",
            "put all of them",
        ),
        ("time_dimensions: [{granularity: day}]", 3, "'dimension' is missing", ""),
        ("time_dimensions: [{dimension: ordered_at}]", 3, "'granularity' is missing", ""),
        ("measures: [net]\n    partition_granularity: year", 4, "need a time dimension", ""),
        ("measures: [net]\n    partition_granularity: second", 4, "'second' is not known here", ""),
        ("measures: [net]\n    indexes: [{name: a}]", 4, "has no 'columns'", "at least one"),
        (
            "measures: [net]\n    indexes: [{name: a, sql: x, columns: [net]}]",
            4,
            "'sql' is not executed: indexes name their columns",
            "write 'columns'",
        ),
        ("measures: [net]\n    indexes: [{name: a, columns: [id]}]", 2, "'id' is not in", ""),
        ("measures: [net]\n    build_range_start: {}", 4, "'sql' is missing", ""),
        ("measures: [net]\n    measure_references: [net]", 4, "an older word", "'measures'"),
        (
            "measures: [net]\n    refresh_range_start: {sql: x}",
            4,
            "older word",
            "build_range_start",
        ),
        ("measures: [net]\n    sql_alias: n", 4, "'sql_alias' is not executed", ""),
        ("measures: [net]\n    stream_offset: latest", 4, "nothing is read from streams", ""),
        ("measures: [net]\n    output_column_types: []", 4, "types follow from the members", ""),
        ("measures: [net]\n    max_pre_aggregations: 3", 4, "are declared one by one", ""),
        ("measures: [net]\n    unique_key_columns: [id]", 4, "'unique_key_columns' is not", ""),
        ("measures: [net]\n    read_only: true", 4, "are built in the store of facts", ""),
        ("measures: [net]\n    use_original_sql_pre_aggregations: true", 4, "from its cubes", ""),
        ("measures: [net]\n    rollups: [b]", 4, "'rollups' does not go with type 'rollup'", ""),
        ("measures: [net]\n    union_with_source_data: true", 4, "'rollup_lambda' alone", ""),
        ("type: rollup_join\n    measures: [net]", 2, "type 'rollup_join' needs 'rollups'", ""),
        ("type: rollup_lambda\n    rollups: [a]", 2, "'a' is not another pre-aggregation", ""),
        ("type: rollup_join\n    rollups: [line.a]", 2, "'line.a' is not another", ""),
    ],
)
def test_a_wrong_pre_aggregation_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    text = f"pre_aggregations:\n  - name: a\n    {part}"
    found = [one for one in refused_in_cube(text) if message in one[1]]
    assert [one[0] for one in found] == [line], refused_in_cube(text)
    assert suggestion in found[0][2]


@pytest.mark.parametrize("reference", ["base", "CUBE.base", "orders.base"])
@pytest.mark.parametrize("kind", ["rollup_join", "rollup_lambda"])
def test_rollups_of_rollups_are_known(kind: str, reference: str) -> None:
    text = f"""
        pre_aggregations:
          - {{name: base, measures: [net]}}
          - name: above
            type: {kind}
            rollups: [{reference}]
    """
    assert refused_in_cube(text) == []

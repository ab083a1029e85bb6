from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import CALCULATED, Measure, MeasureType
from tests.semantic.models.binding import Writer, empty_store
from tests.semantic.models.shipped import MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from semantic.spec.cubes import Cube, Segment

_TYPES = {
    DimensionType.STRING: {"VARCHAR", "UUID"},
    DimensionType.BOOLEAN: {"BOOLEAN"},
    DimensionType.TIME: {"DATE", "TIMESTAMP"},
}


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_store() as opened:
        yield opened


def _type_of(
    store: duckdb.DuckDBPyConnection, cube: Cube, member: Measure | Dimension | Segment
) -> str:
    statement = Writer(MODEL).statement(cube, member)
    row = store.execute(f"DESCRIBE {statement}").fetchone()
    assert row is not None
    return str(row[1])


@pytest.mark.parametrize("name", MODEL.cubes)
def test_every_dimension_binds_and_has_the_type_it_says(
    name: str, store: duckdb.DuckDBPyConnection
) -> None:
    cube = MODEL.cubes[name]
    for one in cube.dimensions.values():
        found = _type_of(store, cube, one)
        if one.type is DimensionType.NUMBER:
            assert _is_number(found), (one.name, found)
        else:
            assert found in _TYPES[one.type], (one.name, found)


@pytest.mark.parametrize("name", MODEL.cubes)
def test_every_measure_binds_and_is_a_number(name: str, store: duckdb.DuckDBPyConnection) -> None:
    cube = MODEL.cubes[name]
    for one in cube.measures.values():
        found = _type_of(store, cube, one)
        assert _is_number(found), (one.name, found)


@pytest.mark.parametrize("name", MODEL.cubes)
def test_money_that_is_summed_is_exact(name: str, store: duckdb.DuckDBPyConnection) -> None:
    cube = MODEL.cubes[name]
    for one in cube.measures.values():
        if one.format == "currency" and one.type is MeasureType.SUM:
            assert _type_of(store, cube, one) == "DECIMAL(38,3)", one.name


@pytest.mark.parametrize("name", MODEL.cubes)
def test_every_segment_binds_and_is_a_condition(
    name: str, store: duckdb.DuckDBPyConnection
) -> None:
    cube = MODEL.cubes[name]
    for one in cube.segments.values():
        assert _type_of(store, cube, one) == "BOOLEAN", one.name


@pytest.mark.parametrize("name", MODEL.cubes)
def test_every_cube_names_its_rows_by_a_key_that_binds(
    name: str, store: duckdb.DuckDBPyConnection
) -> None:
    cube = MODEL.cubes[name]
    assert cube.primary_keys
    for one in cube.primary_keys:
        _type_of(store, cube, one)


def test_every_measure_of_a_view_is_explained_to_report_builders() -> None:
    for view in MODEL.views.values():
        for shown in view.members.values():
            member = MODEL.find(f"{view.name}.{shown.name}")
            assert member is not None
            text = shown.description or member.member.description
            assert (text or "").endswith("."), f"{view.name}.{shown.name}"
            assert shown.title or member.member.title, f"{view.name}.{shown.name}"


def test_every_view_says_who_may_see_what_and_which_currency_counts() -> None:
    for view in MODEL.views.values():
        assert view.access_policies, view.name
        assert view.description, view.name
        money = [
            one
            for shown in view.members
            if (found := MODEL.find(f"{view.name}.{shown}")) is not None
            and isinstance(one := found.member, Measure)
            and one.format == "currency"
        ]
        filtered = {one.filter.member.path[-1] for one in view.default_filters}
        assert bool(money) == ("currency" in filtered), view.name


def test_folders_of_a_view_show_each_of_its_dimensions_and_measures_once() -> None:
    for view in MODEL.views.values():
        counted = Counter(str(name) for folder in view.folders for name in folder.includes)
        wanted = {
            name
            for name in view.members
            if (found := MODEL.find(f"{view.name}.{name}")) is not None
            and isinstance(found.member, Measure | Dimension)
        }
        assert counted == Counter(wanted), view.name


def test_no_cube_is_open_beside_the_views_which_keep_currencies_apart() -> None:
    for cube in MODEL.cubes.values():
        assert not cube.is_public, cube.name
        assert cube.access_policies, cube.name


def test_outsiders_are_granted_nothing() -> None:
    cubes = [(one.name, one.access_policies) for one in MODEL.cubes.values()]
    views = [(one.name, one.access_policies) for one in MODEL.views.values()]
    for name, policies in (*cubes, *views):
        for policy in policies or ():
            assert not policy.groups & {"*", "partner", "portal"}, name


def test_balances_and_snapshots_are_never_summed_over_time() -> None:
    for name in ("inventory_day", "draft_day", "open_item"):
        for one in MODEL.cubes[name].measures.values():
            is_calculated = one.type in CALCULATED
            assert is_calculated or one.rolling_window is not None, f"{name}.{one.name}"


def _is_number(found: str) -> bool:
    return found in {"BIGINT", "HUGEINT", "INTEGER", "DOUBLE"} or found.startswith("DECIMAL")

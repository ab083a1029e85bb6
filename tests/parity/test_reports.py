"""Every number of every standard report is the number that SQL on the operational store gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from reports.build import check_definition, drill_query
from reports.library import STANDARD
from reports.spec import Kind
from tests.parity.comparing import is_same
from tests.parity.report_rows import CHOSEN, ROWS
from tests.parity.reporting import ask, caller, cleared, compile_query, meta_of, rows_of
from tests.parity.test_one_number import ANY_TIME, TODAY, VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.build import PlannedQuery
    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
ANOTHER_CLUB = uuid4()
NOTHING = (None, 0)


def _own_queries(key: str, both: BothStores, **values: Any) -> Iterator[PlannedQuery]:
    asked = ask(both, key, **{**cleared(key), **values})
    assert asked.plan.notices == ()
    yield from (one for one in asked.plan.queries if one.totals_of is None)


def _whole(query: PlannedQuery, measures: list[str]) -> dict[str, Any]:
    """The same question as one row: its filters, and nothing that it is split by."""
    sent = query.as_json()["query"]
    own = VIEWS[query.query.views[0]].measures
    kept = [
        one
        for one in sent.get("filters", ())
        if one.get("member", "").partition(".")[2] not in own and "or" not in one
    ]
    without = ("dimensions", "order", "timeDimensions")
    asked = {name: value for name, value in sent.items() if name not in without}
    times = [one for one in sent.get("timeDimensions", ()) if "granularity" not in one]
    return {**asked, "filters": kept, "measures": measures, "timeDimensions": times}


def _written(
    both: BothStores, key: str, query: PlannedQuery, measures: list[str], beside: str = "true"
) -> list[Any]:
    (name,) = query.query.views
    view = VIEWS[name]
    rows = ROWS.get(name, view)
    chosen = CHOSEN.get((key, query.name), "true")
    table = both.rows_of(f"{name}_reported", rows)
    aggregates = ", ".join(
        view.measures[one.partition(".")[2]].aggregate.replace("{day}", TODAY) for one in measures
    )
    (row,) = both.written(f"SELECT {aggregates} FROM {table} WHERE {chosen} AND {beside}")
    return list(row)


def _measures(query: PlannedQuery) -> list[str]:
    """Those that mean something without a period; the others are compared by month."""
    (name,) = query.query.views
    written = VIEWS[name].measures
    owns = [(one, one.partition(".")[2]) for one in query.query.measures]
    return [one for one, own in owns if own in written and written[own].span in ANY_TIME]


@pytest.mark.parametrize("key", STANDARD)
def test_the_numbers_of_a_report_are_those_of_the_operational_store(
    both: BothStores, key: str
) -> None:
    for query in _own_queries(key, both):
        measures = _measures(query)
        if not measures:
            continue
        (row,) = rows_of(both, _whole(query, measures))
        written = _written(both, key, query, measures)
        pairs = zip(measures, (row[one] for one in measures), written, strict=True)
        assert [one for one in pairs if not is_same(*one[1:])] == [], (key, query.name)


@pytest.mark.parametrize(
    "key", [key for key, one in STANDARD.items() if any(own.starts for own in one.parameters)]
)
def test_a_report_of_a_season_has_the_numbers_of_that_season(both: BothStores, key: str) -> None:
    ((name,),) = both.written(
        f"SELECT name FROM season WHERE {TODAY} BETWEEN starts_on AND ends_on"
    )
    for query in _own_queries(key, both, season=["current"]):
        measures = _measures(query)
        if measures:
            (row,) = rows_of(both, _whole(query, measures))
            written = _written(both, key, query, measures, f"season = '{name}'")
            pairs = zip(measures, (row[one] for one in measures), written, strict=True)
            assert [one for one in pairs if not is_same(*one[1:])] == [], query.name


@pytest.mark.parametrize("key", STANDARD)
def test_rows_add_up_to_their_totals(both: BothStores, key: str) -> None:
    asked = ask(both, key, **cleared(key))
    for query in asked.plan.queries:
        if query.totals_of is None:
            continue
        rows = asked.rows(query.totals_of)
        additive = [one.key for one in query.columns if one.is_additive]
        groups: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in rows:
            group = groups.setdefault(tuple(row[one] for one in query.by), {})
            for one in additive:
                group[one] = group.get(one, 0) + (row[one] or 0)
        for total in asked.rows(query.name):
            summed = groups.get(tuple(total[one] for one in query.by), {})
            for one in additive:
                assert is_same(total[one], summed.get(one)), (query.name, one)


@pytest.mark.parametrize("key", STANDARD)
def test_a_report_is_right_for_every_role_that_it_is_for(both: BothStores, key: str) -> None:
    definition = STANDARD[key]
    assert check_definition(definition, meta_of(both)) == ()
    for role in definition.groups:
        asked = ask(caller(both, role), key)
        assert asked.plan.blocks, role
        hidden = {one.path for one in check_definition(definition, meta_of(asked.both))}
        assert bool(asked.plan.notices) == bool(hidden), role
        for query in asked.plan.queries:
            if query.totals_of is None:
                compile_query(asked.both, query.as_json()["query"])


@pytest.mark.parametrize("key", STANDARD)
def test_a_club_without_anything_is_told_so(both: BothStores, key: str) -> None:
    nobody = replace(both, principal=replace(both.principal, organisation_id=ANOTHER_CLUB))
    for language in ("en", "nl", "fr"):
        text = STANDARD[key].empty
        assert text is not None
        assert text.in_language(language) != ("" if language == "en" else text.en)
    asked = ask(nobody, key)
    for query in asked.plan.queries:
        if query.totals_of is not None:
            continue
        rows = asked.rows(query.name)
        assert not [
            row for row in rows if any(row[one] not in NOTHING for one in query.query.measures)
        ], query.name


@pytest.mark.parametrize("key", STANDARD)
def test_every_number_drills_to_the_rows_that_it_is_made_of(both: BothStores, key: str) -> None:
    asked = ask(both, key, **cleared(key))
    for query in asked.plan.queries:
        if query.totals_of is not None or query.compare_of is not None:
            continue
        found = asked.rows(query.name)
        for column in query.columns:
            numbered = [row for row in found[:1] if column.drill and row[column.key]]
            if not numbered:
                continue
            row = _as_sent(numbered[0])
            behind = rows_of(both, drill_query(asked.plan, query.name, row, column.key))
            assert behind, (query.name, column.key)
            if column.is_additive and len(behind) < 1000:
                summed = sum(one[column.key] for one in behind)
                assert is_same(numbered[0][column.key], summed), (query.name, column.key)


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    """Write times as the REST API does."""
    return {
        name: value.isoformat(timespec="milliseconds") if hasattr(value, "minute") else value
        for name, value in row.items()
    }


def test_every_kind_of_parameter_is_offered_somewhere() -> None:
    kinds = {one.kind for definition in STANDARD.values() for one in definition.parameters}
    assert kinds == set(Kind)

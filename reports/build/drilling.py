"""The rows behind a number: a query with the filters of its report and of its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from reports.build.planned import write_cube_query
from reports.spec import periods
from reports.spec.queries import Query, Test, TimeDimension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reports.build.planned import PlannedColumn, PlannedQuery, ReportPlan
    from reports.spec.queries import Condition

DRILL_LIMIT = 1_000
"""How many rows are shown behind a number."""
_BEGINNING = "1900-01-01"
_MILLISECOND = timedelta(milliseconds=1)


def drill_query(
    plan: ReportPlan, query_name: str, row: Mapping[str, Any], measure: str
) -> dict[str, Any]:
    """Return the query for the rows that make a number.

    Args:
        query_name: the query in whose answer the number stands, also one of totals.
        row: its row, as the REST API answers with it; the total of everything has none.
        measure: the column of the number.

    Raises:
        KeyError: there is no such query, or the number does not drill.
    """
    planned = plan.query(query_name)
    column = planned.column(measure)
    if column is None or column.drill is None:
        raise KeyError(measure)
    dimensions, measures = column.drill
    own = planned.query
    filters = (*own.filters, *_of_row(planned, row, column), *_without_zeros(measure))
    times = _ranges(planned, row) if column.is_state else _kept_ranges(own)
    asked = replace(
        own,
        measures=tuple(dict.fromkeys((*measures, measure))),
        dimensions=dimensions,
        time_dimensions=times,
        filters=filters,
        order=None,
        limit=DRILL_LIMIT,
    )
    return write_cube_query(asked, planned.time_zone)


def _without_zeros(measure: str) -> tuple[Condition, ...]:
    """Leave rows out that add nothing to the number."""
    return Test(measure, "set"), Test(measure, "notEquals", ("0",))


def _of_row(
    planned: PlannedQuery, row: Mapping[str, Any], measure: PlannedColumn
) -> Iterator[Condition]:
    """Write the row's dimensions as filters; states take their periods as ends instead."""
    for column in planned.columns:
        if column.kind == "measure" or column.key not in row:
            continue
        value = row[column.key]
        if column.kind == "time":
            if value is None:
                yield Test(column.member, "notSet")
            elif not measure.is_state:
                yield Test(column.member, "inDateRange", _period(column, value))
        elif value is None:
            yield Test(column.member, "notSet")
        elif column.type == "time":
            yield from _moment(column.member, str(value))
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield Test(column.member, "equals", (text,))


def _moment(member: str, value: str) -> Iterator[Condition]:
    """Write an instant, which answers cut to the millisecond."""
    after = datetime.fromisoformat(value) + _MILLISECOND
    yield Test(member, "afterOrOnDate", (value,))
    yield Test(member, "beforeDate", (after.isoformat(timespec="milliseconds"),))


def _period(column: PlannedColumn, value: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Return the first and the last day of the period that begins at a value."""
    first = date.fromisoformat(str(value)[:10])
    count, unit = str(column.format.interval).split(" ")
    last = periods.moved(first, int(count), unit.removesuffix("s")) - timedelta(days=1)
    return first.isoformat(), last.isoformat()


def _kept_ranges(query: Query) -> tuple[TimeDimension, ...]:
    return tuple(replace(one, granularity=None) for one in query.time_dimensions if one.date_range)


def _ranges(planned: PlannedQuery, row: Mapping[str, Any]) -> tuple[TimeDimension, ...]:
    """Let the ranges of a state begin with everything, and end with the period of the row."""
    found = []
    for one in planned.query.time_dimensions:
        ends = [one.date_range[1]] if isinstance(one.date_range, tuple) else []
        column = planned.column(one.key)
        value = row.get(one.key)
        if column is not None and column.kind == "time" and value is not None:
            ends.append(_period(column, value)[1])
        if ends:
            found.append(TimeDimension(one.member, None, (_BEGINNING, min(ends))))
    return tuple(found)

"""Queries that follow from those of a definition: totals, subtotals, and the other period."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reports.build.planned import PlannedQuery
from reports.spec.blocks import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reports.build.planned import PlannedColumn
    from reports.spec.blocks import Block
    from reports.spec.queries import Query

    Describe = Callable[[Query], tuple[PlannedColumn, ...]]


def groups_of_totals(blocks: Iterable[Block], query: PlannedQuery) -> tuple[tuple[str, ...], ...]:
    """List by which columns the tables of a query need totals, each once.

    A table with totals needs that of everything; one with subtotals those of each level; a pivot
    those of its rows and of its columns.
    """
    found: list[tuple[str, ...]] = []
    all_groups = tuple(one.key for one in query.columns if one.kind != "measure")
    for block in blocks:
        if not isinstance(block, Table) or block.query != query.name:
            continue
        shown = [one.member for one in block.columns]
        groups = tuple(one for one in all_groups if not shown or one in shown)
        levels = tuple(one for one in block.subtotals if one in groups)
        found += [levels[: end + 1] for end in range(len(levels))]
        if block.has_totals:
            found.append(())
            across = tuple(one for one in groups if one in block.pivot)
            down = tuple(one for one in groups if one not in block.pivot)
            found += [across, down] if across else []
    return tuple(one for one in dict.fromkeys(found) if len(one) < len(all_groups))


def derive_totals(query: PlannedQuery, by: tuple[str, ...], describe: Describe) -> PlannedQuery:
    """Return the query for the totals of another by some of its columns.

    It is asked for, not added up, so that shares, averages and counts of different things are right
    and so is the total of more rows than are shown. States as of a day have no total over time.
    """
    own = query.query
    grouped = {one.key: one for one in own.time_dimensions if one.granularity is not None}
    is_over_time = any(key not in by for key in grouped)
    times = [
        one if one.granularity is None or one.key in by else replace(one, granularity=None)
        for one in own.time_dimensions
    ]
    states = [one.key for one in query.columns if one.is_state] if is_over_time else []
    asked = replace(
        own,
        measures=tuple(one for one in own.measures if one not in states),
        dimensions=tuple(one for one in own.dimensions if one in by),
        time_dimensions=tuple(one for one in times if one.granularity or one.date_range),
        order=own.order and tuple(one for one in own.order if one[0] in by),
        limit=own.limit if by else None,
    )
    number = "_".join(["by", *(one.replace(".", "_") for one in by)])
    name = f"{query.name}.{number}" if by else f"{query.name}.totals"
    return PlannedQuery(name, asked, describe(asked), query.time_zone, totals_of=query.name, by=by)


def derive_compared(
    query: PlannedQuery,
    shift: Mapping[str, int] | None,
    describe: Describe,
    *,
    is_of_one_season: bool,
) -> PlannedQuery:
    """Return the query that asks for the other period or season.

    Where one season stands beside another, that is what differs between the two, and rows are not
    joined by it. Where there may be several, each has rows of its own.
    """
    asked = query.query
    columns = describe(asked)
    on = tuple(
        one.key
        for one in columns
        if one.kind != "measure" and not (is_of_one_season and _is_of_season(one.member))
    )
    return PlannedQuery(
        f"{query.name}.compare",
        asked,
        columns,
        query.time_zone,
        totals_of=None if query.totals_of is None else f"{query.totals_of}.compare",
        by=query.by,
        compare_of=query.name,
        on=on,
        shift=shift,
    )


def _is_of_season(member: str) -> bool:
    return member.partition(".")[2].startswith("season_") and not member.endswith("_clock_on")

"""Every measure of every view is the number that SQL on the operational store gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from semantic.query.query import Query, TimeDimension
from semantic.spec.measures import Measure
from tests.parity import attending, money, selling
from tests.parity.comparing import is_same
from tests.parity.written import Span, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
ZONE = "Europe/Brussels"
TODAY = f"(now() AT TIME ZONE '{ZONE}')::date"
VIEWS = {
    "sales": selling.SALES,
    "renewals": selling.RENEWALS,
    "pipeline": selling.PIPELINE,
    "account_positions": selling.ACCOUNT_POSITIONS,
    "targets": attending.TARGETS,
    "inventory": selling.INVENTORY,
    "entitlements": selling.ENTITLEMENTS,
    "attendance": attending.ATTENDANCE,
    "resale": attending.RESALE,
    "invoicing": money.INVOICING,
    "documents": money.DOCUMENTS,
    "receivables": money.RECEIVABLES,
    "ageing": money.AGEING,
    "payments": money.PAYMENTS,
    "settlements": money.SETTLEMENTS,
    "cash_flow": money.CASH_FLOW,
    "revenue": money.REVENUE,
    "transfers": money.TRANSFERS,
}
OVERVIEW = {
    "net_bookings": ("sales", "net_bookings"),
    "gross_bookings": ("sales", "gross_bookings"),
    "cancellations": ("sales", "cancellations"),
    "sale_count": ("sales", "sale_count"),
    "documented_net": ("documents", "net"),
    "documented_gross": ("documents", "gross"),
    "received": ("payments", "received"),
    "movement": ("receivables", "movement"),
    "balance": ("receivables", "balance"),
}
ANY_TIME = frozenset({Span.MONTH, Span.UP_TO_END})
"""Measures with these spans mean something without a month, too."""


def test_every_measure_of_every_view_is_written_out(both: BothStores) -> None:
    model = both.compiler.model
    shown = {
        (view.name, name)
        for view in model.views.values()
        for name in view.members
        if (found := model.find(f"{view.name}.{name}")) and isinstance(found.member, Measure)
    }
    written = {
        (name, own) for name, view in VIEWS.items() for own in (*view.measures, *view.together)
    }
    assert shown == written | {("overview", name) for name in OVERVIEW}


@pytest.mark.parametrize("name", VIEWS)
def test_measures_are_the_same_in_total(both: BothStores, name: str) -> None:
    measures = _of_any_time(VIEWS[name])
    (asked,) = _asked(both, name, measures)
    (written,) = both.written(
        f"SELECT {_aggregates(VIEWS[name], measures)} FROM {both.rows_of(name, VIEWS[name])}"
    )
    _compare("in total", measures, asked, written)


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.season])
def test_measures_are_the_same_in_each_season(both: BothStores, name: str) -> None:
    view = VIEWS[name]
    measures = _of_any_time(view)
    asked = {row[0]: row[1:] for row in _asked(both, name, measures, by=str(view.season))}
    found = both.written(
        f"SELECT season, {_aggregates(view, measures)} FROM {both.rows_of(name, view)} "
        "WHERE season IS NOT NULL GROUP BY season"
    )
    assert found
    for season, *written in found:
        _compare(season, measures, asked.get(season, [None] * len(measures)), written)


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.month])
def test_measures_are_the_same_in_each_month(both: BothStores, name: str) -> None:
    view = VIEWS[name]
    # Another period's numbers reach months of which there are no others.
    shifted = [own for own, one in view.measures.items() if one.span is Span.YEAR_BEFORE]
    plain = [own for own in view.measures if own not in shifted]
    for measures in filter(None, (plain, [*shifted, *view.together])):
        rows = _asked(both, name, measures, month=view.month)
        assert rows
        for month, *numbers in (row for row in rows if row[0] is not None):
            written = _written(both, name, f"DATE '{month:%Y-%m-%d}'")
            _compare(str(month), measures, numbers, [written[one] for one in measures])


def test_the_overview_shows_every_subject_beside_the_others_by_month(both: BothStores) -> None:
    asked = _asked(both, "overview", OVERVIEW, month="day")
    assert asked
    for month, *numbers in asked:
        day = f"DATE '{month:%Y-%m-%d}'"
        of_views = {name: _written(both, name, day) for name, _ in OVERVIEW.values()}
        written = [of_views[name][own] or 0 for name, own in OVERVIEW.values()]
        _compare(str(month), OVERVIEW, [one or 0 for one in numbers], written)


def _of_any_time(view: View) -> tuple[str, ...]:
    return tuple(name for name, one in view.measures.items() if one.span in ANY_TIME)


def _asked(
    both: BothStores,
    name: str,
    measures: Iterable[str],
    *,
    by: str | None = None,
    month: str | None = None,
) -> list[tuple[Any, ...]]:
    """Ask the semantic layer for all measures at once."""
    times = () if month is None else (TimeDimension(f"{name}.{month}", "month"),)
    query = Query(
        measures=tuple(f"{name}.{one}" for one in measures),
        dimensions=() if by is None else (f"{name}.{by}",),
        time_dimensions=times,
        timezone=ZONE,
    )
    return both.asked(query)


def _aggregates(view: View, measures: Iterable[str], day: str = TODAY) -> str:
    return ", ".join(view.measures[one].aggregate.replace("{day}", day) for one in measures)


def _written(both: BothStores, name: str, month: str) -> dict[str, Any]:
    """Compute all measures of a view for one month in SQL."""
    view = VIEWS[name]
    found: dict[str, Any] = {}
    for span in dict.fromkeys(one.span for one in view.measures.values()):
        measures = [own for own, one in view.measures.items() if one.span is span]
        if view.as_of is None:
            rows, day = both.rows_of(name, view), TODAY
            kept = span.value.replace("{month}", month)
        else:
            day = f"least(({month} + interval '1 month')::date - 1, {TODAY})"
            rows, kept = f"({view.as_of.replace('{day}', day)}) AS it", "true"
        (row,) = both.written(f"SELECT {_aggregates(view, measures, day)} FROM {rows} WHERE {kept}")
        found.update(zip(measures, row, strict=True))
    for own, text in view.together.items():
        found[own] = _together(both, text, found)
    return found


def _together(both: BothStores, text: str, found: Mapping[str, Any]) -> Any:
    """Compute a measure from others; without all of them there is none."""
    parts = {name: one for name, one in found.items() if f"{{{name}}}" in text}
    if None in parts.values():
        return None
    ((number,),) = both.written(
        f"SELECT {text.format(**{name: f'{one}::numeric' for name, one in parts.items()})}"
    )
    return number


def _compare(
    where: str, measures: Iterable[str], asked: Iterable[Any], written: Iterable[Any]
) -> None:
    """Compare numbers one by one, and tell all that differ."""
    rows = zip(measures, asked, written, strict=True)
    assert {name: (one, other) for name, one, other in rows if not is_same(one, other)} == {}, where

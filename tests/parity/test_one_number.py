"""Every measure of every view is the number that SQL on the operational store gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from semantic.query.query import Query, TimeDimension
from semantic.spec.measures import Measure
from tests.parity import money, selling
from tests.parity.comparing import is_same
from tests.parity.written import Span, View, Written

if TYPE_CHECKING:
    from datetime import date

    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
ZONE = "Europe/Brussels"
VIEWS = {
    "sales": selling.SALES,
    "renewals": selling.RENEWALS,
    "pipeline": selling.PIPELINE,
    "account_positions": selling.ACCOUNT_POSITIONS,
    "inventory": selling.INVENTORY,
    "entitlements": selling.ENTITLEMENTS,
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
    "net_bookings": (selling.SALES, "net_bookings"),
    "gross_bookings": (selling.SALES, "gross_bookings"),
    "cancellations": (selling.SALES, "cancellations"),
    "sale_count": (selling.SALES, "sale_count"),
    "documented_net": (money.DOCUMENTS, "net"),
    "documented_gross": (money.DOCUMENTS, "gross"),
    "received": (money.PAYMENTS, "received"),
    "movement": (money.RECEIVABLES, "movement"),
    "balance": (money.RECEIVABLES, "balance"),
}
TODAY = f"(now() AT TIME ZONE '{ZONE}')::date"
ANY_TIME = frozenset({Span.MONTH, Span.UP_TO_END})
"""Measures with these spans mean something without a month, too."""
EVERY = [(name, measure) for name, view in VIEWS.items() for measure in view.measures]
MONTHLY = [
    *((name, measure) for name, measure in EVERY if VIEWS[name].month),
    *((name, measure) for name, view in VIEWS.items() for measure in view.together),
]
SEASONAL = [
    (name, measure)
    for name, measure in EVERY
    if VIEWS[name].season and VIEWS[name].measures[measure].span in ANY_TIME
]


def test_every_measure_of_every_view_is_written_out(both: BothStores) -> None:
    model = both.compiler.model
    shown = {
        (view.name, name)
        for view in model.views.values()
        for name in view.members
        if (found := model.find(f"{view.name}.{name}")) and isinstance(found.member, Measure)
    }
    written = {*EVERY, *MONTHLY, *(("overview", name) for name in OVERVIEW)}
    assert shown == written


@pytest.mark.parametrize(
    ("name", "measure"), [one for one in EVERY if VIEWS[one[0]].measures[one[1]].span in ANY_TIME]
)
def test_a_measure_is_the_same_in_total(both: BothStores, name: str, measure: str) -> None:
    view = VIEWS[name]
    ((asked,),) = both.asked(Query(measures=(f"{name}.{measure}",), timezone=ZONE))
    ((written,),) = both.written(_select(view.rows, view.measures[measure]))
    assert is_same(asked, written), (asked, written)


@pytest.mark.parametrize(("name", "measure"), MONTHLY)
def test_a_measure_is_the_same_in_each_month(both: BothStores, name: str, measure: str) -> None:
    view = VIEWS[name]
    asked = _months(both, f"{name}.{measure}", f"{name}.{view.month}")
    assert asked
    for month, number in asked.items():
        written = _written_of(both, view, measure, month)
        assert is_same(number, written), (month, number, written)


@pytest.mark.parametrize(("name", "measure"), SEASONAL)
def test_a_measure_is_the_same_in_each_season(both: BothStores, name: str, measure: str) -> None:
    view = VIEWS[name]
    query = Query(
        measures=(f"{name}.{measure}",), dimensions=(f"{name}.{view.season}",), timezone=ZONE
    )
    asked = dict(both.asked(query))
    known = {one for (one,) in both.written("SELECT name FROM season")}
    text = view.measures[measure].aggregate
    written = dict(
        both.written(f"SELECT season, {text} FROM ({view.rows}) AS it GROUP BY season")
    )
    for season in known:
        assert is_same(_or_nothing(asked, season), _or_nothing(written, season)), season


@pytest.mark.parametrize("measure", OVERVIEW)
def test_the_overview_shows_each_subject_by_the_same_months(
    both: BothStores, measure: str
) -> None:
    view, own = OVERVIEW[measure]
    names = tuple(f"overview.{one}" for one in OVERVIEW)
    by_day = (TimeDimension("overview.day", "month"),)
    rows = both.asked(Query(measures=names, time_dimensions=by_day, timezone=ZONE))
    position = 1 + list(OVERVIEW).index(measure)
    assert rows
    for row in rows:
        written = _written_of(both, view, own, row[0])
        assert is_same(row[position] or 0, written or 0), (row[0], row[position], written)


def _select(rows: str, written: Written) -> str:
    text = written.aggregate.replace("{day}", TODAY)
    return f"SELECT {text} FROM ({rows}) AS it"


def _months(both: BothStores, measure: str, time: str) -> dict[date, Any]:
    """Ask by month; what has no day is left out."""
    query = Query(
        measures=(measure,), time_dimensions=(TimeDimension(time, "month"),), timezone=ZONE
    )
    return {month: number for month, number in both.asked(query) if month is not None}


def _written_of(both: BothStores, view: View, measure: str, month: date) -> Any:
    """Compute what SQL says of a month."""
    if measure in view.together:
        text = view.together[measure]
        parts = {
            name: _written_of(both, view, name, month)
            for name in view.measures
            if f"{{{name}}}" in text
        }
        if any(not one for one in parts.values()):
            return None
        ((number,),) = both.written(
            f"SELECT {text.format(**{name: f'{one}::numeric' for name, one in parts.items()})}"
        )
        return number
    written = view.measures[measure]
    if view.as_of is not None:
        last = f"least((DATE '{month:%Y-%m-%d}' + interval '1 month')::date - 1, {TODAY})"
        rows = view.as_of.replace("{day}", last)
        text = written.aggregate.replace("{day}", last)
        return both.written(f"SELECT {text} FROM ({rows}) AS it")[0][0]
    days = written.span.value.replace("{month}", f"DATE '{month:%Y-%m-%d}'")
    ((number,),) = both.written(
        f"SELECT {written.aggregate} FROM ({view.rows}) AS it WHERE {days}"
    )
    return number


def _or_nothing(found: dict[str, Any], season: str) -> Any:
    """Return a number; a season of which nothing is known has none, or none of anything."""
    return found.get(season) or None

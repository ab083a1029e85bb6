"""The plans of the demo club: the same at every drawing, and alive on any day of the year."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from stdnum.eu import vat

from app.demo.customers import COMPANIES, PERSONS, customers
from app.demo.draws import draw_sales
from app.demo.plans import Fate, SalePlan
from app.demo.seasons import MATCHES, seasons_around
from app.demo.stadium import locations, places
from app.domain.calendar import CalendarItemKind
from app.domain.sales import SaleType

DAYS = [date(2026, 1, 1) + timedelta(days=9 * number) for number in range(41)]


def plans_on(day: date) -> list[SalePlan]:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return draw_sales(seasons_around(day), customers(), now)


def test_the_same_day_gives_the_same_plans() -> None:
    assert plans_on(DAYS[0]) == plans_on(DAYS[0])


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_on_any_day_there_are_sales_of_every_kind_in_three_seasons(day: date) -> None:
    plans = plans_on(day)
    assert len(plans) >= 300
    assert {plan.fate for plan in plans} == set(Fate)
    assert {plan.type for plan in plans} == set(SaleType) - {SaleType.ON_DEMAND}
    in_season = Counter(plan.season for plan in plans)
    assert all(in_season[season.code] >= 40 for season in seasons_around(day))
    assert any(plan.is_barter for plan in plans)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nothing_lies_in_the_future_or_before_what_it_refers_to(day: date) -> None:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    starts = {item.code: item.starts_at for one in seasons_around(day) for item in one.items}
    earlier: dict[str, SalePlan] = {}
    for plan in plans_on(day):
        assert plan.begun_at < plan.settled_at <= now
        for reference in filter(None, (plan.renews, plan.parent)):
            assert earlier[reference].settled_at <= plan.begun_at
            assert earlier[reference].fate is Fate.FINAL
        for line in plan.lines:
            assert line.item is None or plan.begun_at < starts[line.item]
        assert plan.reference not in earlier
        earlier[plan.reference] = plan


@pytest.mark.parametrize("day", DAYS[::8], ids=str)
def test_no_place_is_planned_twice(day: date) -> None:
    known = {place.code for place in places()}
    seasonal: Counter[str] = Counter()
    single: Counter[tuple[str, str]] = Counter()
    for plan in plans_on(day):
        for line in plan.lines:
            taken = (*line.seats, *line.parkings)
            assert known.issuperset(taken)
            if line.item is None:
                seasonal.update(taken)
            else:
                single.update((line.item, code) for code in taken)
    assert max(seasonal.values()) == 1
    assert max(single.values()) == 1
    assert not seasonal.keys() & {code for _, code in single}


def test_a_season_has_its_matches_on_weekends_within_it() -> None:
    for season in seasons_around(date(2026, 6, 30)):
        assert len(season.matches) == MATCHES
        days = [item.starts_at.date() for item in season.matches]
        assert days == sorted(set(days))
        assert {day.weekday() for day in days} <= {5, 6}
        assert season.starts_on <= days[0] < days[-1] <= season.ends_on
        assert {item.kind for item in season.events} == {CalendarItemKind.EVENT}


def test_the_three_seasons_follow_the_day() -> None:
    assert [one.code for one in seasons_around(date(2026, 6, 30))][1] == "2025-26"
    assert [one.code for one in seasons_around(date(2026, 7, 1))] == [
        "2025-26",
        "2026-27",
        "2027-28",
    ]


def test_accounts_are_told_apart_and_have_valid_vat_ids() -> None:
    found = customers()
    assert len({one.code for one in found}) == COMPANIES + PERSONS >= 120
    assert len({one.account["name"] for one in found}) == len(found)
    ids = [str(one.account["vat_id"]) for one in found if one.is_business]
    assert len(set(ids)) == COMPANIES
    assert all(vat.is_valid(one) for one in ids)
    assert all(one.contacts for one in found)
    countries = Counter(one.account["country"] for one in found)
    assert set(countries) == {"BE", "NL", "DE", "FR"}
    assert countries.most_common(1)[0][0] == "BE"


def test_the_stadium_has_thousands_of_places_each_in_a_location() -> None:
    known = {str(one["code"]) for level in locations() for one in level}
    codes = [place.code for place in places()]
    assert len(codes) == len(set(codes)) > 4_000
    assert {place.location_code for place in places()} <= known

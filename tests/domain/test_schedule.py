from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.money import MAX_AMOUNT_MINOR
from app.domain.schedule import (
    EARLIEST_ON,
    INSTALMENT_LIMIT,
    LATEST_ON,
    OFFSET_LIMIT_DAYS,
    PPM_PER_WHOLE,
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    DatesRecipe,
    EqualRecipe,
    Every,
    Instalment,
    PastDates,
    PercentRecipe,
    PercentRow,
    Recipe,
    RelativeRecipe,
    RelativeRow,
    Rest,
    add_months,
    generate,
)
from tests.domain.recipes import DAYS, SCALING_RECIPES, amount_recipes, percent

KEEP, MOVE, MERGE = PastDates.KEEP, PastDates.MOVE_TO_TODAY, PastDates.MERGE_INTO_FIRST
TODAY = date(2026, 7, 1)
JANUARY, MARCH, AUGUST = date(2026, 1, 15), date(2026, 3, 15), date(2026, 8, 15)
OCTOBER = date(2026, 10, 15)

TOTALS = st.integers(-(10**10), 10**10) | st.integers(-50, 50)
ANCHORS = dict.fromkeys(Anchor, date(2026, 8, 1))


def on_day(instalment: Instalment) -> date:
    return instalment.on


def amounts_of(recipe: Recipe, total: int) -> list[int]:
    return [part.amount_minor for part in generate(recipe, total, ANCHORS, TODAY, KEEP)]


def test_an_equal_recipe_clamps_from_the_first_date_without_drift() -> None:
    planned = generate(EqualRecipe(5, date(2026, 1, 31)), 500_000, {}, date(2026, 1, 1), KEEP)
    assert [part.on for part in planned] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]
    assert [part.amount_minor for part in planned] == [100_000] * 5
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)


def test_an_equal_recipe_by_quarter_crosses_the_year() -> None:
    recipe = EqualRecipe(4, date(2026, 5, 31), Every.QUARTER)
    planned = generate(recipe, 500_000, {}, date(2026, 1, 1), KEEP)
    assert planned == (
        Instalment(date(2026, 5, 31), 125_000),
        Instalment(date(2026, 8, 31), 125_000),
        Instalment(date(2026, 11, 30), 125_000),
        Instalment(date(2027, 2, 28), 125_000),
    )


@given(DAYS, st.integers(0, 600))
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(
    first_on: date, months: int
) -> None:
    later = add_months(first_on, months)
    assert (later.year - first_on.year) * 12 + later.month - first_on.month == months
    last_day = monthrange(later.year, later.month)[1]
    assert later.day == first_on.day or later.day == last_day < first_on.day


@pytest.mark.parametrize(
    ("recipe", "total", "amounts"),
    [
        (percent(300_000, 700_000), 14_505, [4_351, 10_154]),
        (percent(500_000, 500_000), 1_287_059, [643_530, 643_529]),
        (percent(333_400, 333_300, 333_300), 547, [183, 182, 182]),
        (percent(333_340, 333_330, 333_330), 3_000_000, [1_000_020, 999_990, 999_990]),
        (percent(400_000, 300_000, 300_000), 117_000, [46_800, 35_100, 35_100]),
        (percent(400_000, 300_000, REST), 117_000, [46_800, 35_100, 35_100]),
        (EqualRecipe(3, TODAY), 3_000_000, [1_000_000] * 3),
        (EqualRecipe(3, TODAY), 10_000, [3_334, 3_333, 3_333]),
        (EqualRecipe(3, TODAY), 50_000, [16_667, 16_667, 16_666]),
        (EqualRecipe(3, TODAY), 100_001, [33_334, 33_334, 33_333]),
        (EqualRecipe(4, TODAY), 500_000, [125_000] * 4),
        (EqualRecipe(3, TODAY), -10_000, [-3_334, -3_333, -3_333]),
        (EqualRecipe(2, TODAY), 2**40 + 1, [2**39 + 1, 2**39]),
        (DatesRecipe((OCTOBER, AUGUST, AUGUST)), 100, [33, 33, 34]),
    ],
)
def test_a_total_is_divided_as_the_recipe_says(
    recipe: Recipe, total: int, amounts: list[int]
) -> None:
    assert amounts_of(recipe, total) == amounts


def test_instalments_are_in_order_of_date_and_then_of_the_recipe() -> None:
    rows = (
        PercentRow(OCTOBER, 100_000),
        PercentRow(AUGUST, 200_000),
        PercentRow(OCTOBER, 300_000),
        PercentRow(AUGUST, REST),
    )
    assert generate(PercentRecipe(rows), 1_000, {}, TODAY, KEEP) == (
        Instalment(AUGUST, 200),
        Instalment(AUGUST, 400),
        Instalment(OCTOBER, 100),
        Instalment(OCTOBER, 300),
    )


def test_fixed_amounts_stand_as_typed_and_the_rest_takes_what_is_left() -> None:
    rows = (AmountRow(AUGUST, 50_000), AmountRow(OCTOBER, REST), AmountRow(OCTOBER, 25_000))
    recipe = AmountRecipe(rows)
    assert amounts_of(recipe, 125_000) == [50_000, 50_000, 25_000]
    assert amounts_of(recipe, 75_000) == [50_000, 25_000]
    without_rest = AmountRecipe((AmountRow(AUGUST, -60), AmountRow(OCTOBER, -40)))
    assert amounts_of(without_rest, -100) == [-60, -40]


@pytest.mark.parametrize(
    ("amounts", "total", "message"),
    [
        ([60, 40], 101, r"the instalments sum to -1 minor units"),
        ([60, 40], 75, r"the instalments sum to \+25 minor units"),
        ([60, REST], 50, r"leave a rest of -10 minor units of a total of 50"),
        ([-60, REST], 50, r"leave a rest of 110 minor units of a total of 50"),
    ],
)
def test_fixed_amounts_that_do_not_fit_the_total_are_refused(
    amounts: list[int | Rest], total: int, message: str
) -> None:
    recipe = AmountRecipe(tuple(AmountRow(AUGUST, amount) for amount in amounts))
    with pytest.raises(DomainError, match=rf"^INVOICE_SUM_MISMATCH: .*{message}"):
        generate(recipe, total, {}, TODAY, KEEP)


def test_a_relative_recipe_counts_its_days_from_the_anchors() -> None:
    recipe = RelativeRecipe(
        (
            RelativeRow(Anchor.SEASON_START, -30, 500_000),
            RelativeRow(Anchor.SALE_DATE, 14, 250_000),
            RelativeRow(Anchor.CALENDAR_ITEM, 0, REST),
        )
    )
    anchors = {
        Anchor.SALE_DATE: TODAY,
        Anchor.SEASON_START: AUGUST,
        Anchor.CALENDAR_ITEM: OCTOBER,
    }
    assert generate(recipe, 100_001, anchors, TODAY, KEEP) == (
        Instalment(date(2026, 7, 15), 25_000),
        Instalment(date(2026, 7, 16), 50_001),
        Instalment(OCTOBER, 25_000),
    )


def test_an_anchor_without_a_date_is_refused_by_its_name() -> None:
    recipe = RelativeRecipe((RelativeRow(Anchor.SEASON_START, 0, PPM_PER_WHOLE),))
    with pytest.raises(DomainError, match=r"^INVOICE_DATE_MISSING: .* SEASON_START") as caught:
        generate(recipe, 100, {Anchor.SALE_DATE: TODAY}, TODAY, KEEP)
    assert caught.value.violations[0].path == ("rows", "0", "anchor")


def test_a_relative_date_outside_the_calendar_is_refused() -> None:
    recipe = RelativeRecipe((RelativeRow(Anchor.SALE_DATE, 1, PPM_PER_WHOLE),))
    for anchor_on in (LATEST_ON, date(1989, 12, 31)):
        with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: "):
            generate(recipe, 100, {Anchor.SALE_DATE: anchor_on}, TODAY, KEEP)


FOUR_ROWS = DatesRecipe((JANUARY, MARCH, AUGUST, OCTOBER))


@pytest.mark.parametrize(
    ("past_dates", "planned"),
    [
        (KEEP, [(JANUARY, 26), (MARCH, 25), (AUGUST, 25), (OCTOBER, 25)]),
        (MOVE, [(TODAY, 26), (TODAY, 25), (AUGUST, 25), (OCTOBER, 25)]),
        (MERGE, [(AUGUST, 76), (OCTOBER, 25)]),
    ],
)
def test_past_dates_follow_their_policy(
    past_dates: PastDates, planned: list[tuple[date, int]]
) -> None:
    expected = tuple(Instalment(on, amount) for on, amount in planned)
    assert generate(FOUR_ROWS, 101, {}, TODAY, past_dates) == expected


def test_a_date_of_today_is_not_past() -> None:
    recipe = DatesRecipe((JANUARY, TODAY))
    assert generate(recipe, 101, {}, TODAY, MERGE) == (Instalment(TODAY, 101),)
    assert generate(DatesRecipe((TODAY,)), 5, {}, TODAY, MOVE) == (Instalment(TODAY, 5),)


def test_a_schedule_wholly_in_the_past_merges_into_one_instalment_today() -> None:
    recipe = DatesRecipe((JANUARY, MARCH))
    assert generate(recipe, 101, {}, TODAY, MERGE) == (Instalment(TODAY, 101),)
    moved = (Instalment(TODAY, 51), Instalment(TODAY, 50))
    assert generate(recipe, 101, {}, TODAY, MOVE) == moved


def test_a_free_sale_and_a_row_of_nothing_have_no_instalment() -> None:
    assert generate(EqualRecipe(4, TODAY), 0, {}, TODAY, KEEP) == ()
    assert amounts_of(EqualRecipe(4, TODAY), 2) == [1, 1]
    assert amounts_of(AmountRecipe((AmountRow(TODAY, 0), AmountRow(AUGUST, REST))), 7) == [7]


def test_a_total_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_TOO_LARGE: "):
        generate(EqualRecipe(1, TODAY), MAX_AMOUNT_MINOR + 1, {}, TODAY, KEEP)


@given(SCALING_RECIPES, TOTALS, DAYS, st.sampled_from(PastDates))
def test_instalments_sum_to_the_total_in_order_of_date_with_one_sign(
    recipe: Recipe, total: int, today: date, past_dates: PastDates
) -> None:
    planned = generate(recipe, total, ANCHORS, today, past_dates)
    assert sum(part.amount_minor for part in planned) == total
    assert list(planned) == sorted(planned, key=on_day)
    assert all(part.amount_minor * total > 0 for part in planned)
    if past_dates is not KEEP:
        assert all(part.on >= today for part in planned)
    kept = generate(recipe, total, ANCHORS, today, KEEP)
    if past_dates is MOVE:
        assert [p.amount_minor for p in planned] == [p.amount_minor for p in kept]
    if past_dates is MERGE:
        coming = [part for part in kept if part.on >= today]
        assert [part.on for part in planned] == ([p.on for p in coming] or [today] * bool(total))
        assert planned[1:] == tuple(coming[1:])


@given(SCALING_RECIPES, TOTALS, DAYS, st.sampled_from(PastDates))
def test_a_credit_sale_has_the_negated_schedule(
    recipe: Recipe, total: int, today: date, past_dates: PastDates
) -> None:
    planned = generate(recipe, total, ANCHORS, today, past_dates)
    negated = tuple(Instalment(part.on, -part.amount_minor) for part in planned)
    assert generate(recipe, -total, ANCHORS, today, past_dates) == negated


@given(amount_recipes(), st.integers(0, 10**9), st.sampled_from(PastDates))
def test_fixed_amounts_sum_to_the_total_or_are_refused(
    recipe: AmountRecipe, beyond: int, past_dates: PastDates
) -> None:
    stated = sum(row.amount_minor for row in recipe.rows if row.amount_minor != REST)
    total = stated + (-beyond if stated < 0 else beyond)
    if beyond and all(row.amount_minor != REST for row in recipe.rows):
        with pytest.raises(DomainError, match=r"^INVOICE_SUM_MISMATCH: "):
            generate(recipe, total, {}, TODAY, past_dates)
        return
    planned = generate(recipe, total, {}, TODAY, past_dates)
    assert sum(part.amount_minor for part in planned) == total


def test_a_recipe_has_one_to_120_instalments() -> None:
    assert len(amounts_of(EqualRecipe(INSTALMENT_LIMIT, TODAY), 10**6)) == 120
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: a schedule has 1 to 120"):
        DatesRecipe((AUGUST,) * 121)
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: a schedule has 1 to 120"):
        AmountRecipe(())


def test_dates_lie_from_1990_to_2200() -> None:
    last = EqualRecipe(12, date(2200, 1, 31))
    assert generate(last, 12, {}, TODAY, KEEP)[-1].on == LATEST_ON
    assert generate(DatesRecipe((EARLIEST_ON,)), 1, {}, TODAY, KEEP)[0].on == EARLIEST_ON
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: the last date lies after"):
        EqualRecipe(12, date(2200, 2, 1))
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: .* does not lie between"):
        DatesRecipe((AUGUST, date(2201, 1, 1)))


@pytest.mark.parametrize("on", [None, "2026-08-15", datetime(2026, 8, 15)])  # noqa: DTZ001
def test_what_is_no_calendar_date_is_refused(on: object) -> None:
    with pytest.raises(DomainError, match=r"^INVOICE_DATE_MISSING: ") as caught:
        DatesRecipe((AUGUST, cast("date", on)))
    assert caught.value.violations[0].path == ("dates", "1")
    with pytest.raises(DomainError, match=r"^INVOICE_DATE_MISSING: "):
        PercentRecipe((PercentRow(cast("date", on), REST),))


@pytest.mark.parametrize("share", [0, -1, PPM_PER_WHOLE + 1, 0.5, True, "50"])
def test_a_share_that_is_no_whole_part_is_refused(share: object) -> None:
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: "):
        PercentRecipe((PercentRow(AUGUST, cast("int", share)), PercentRow(AUGUST, REST)))


def test_only_the_last_percentage_takes_the_rest() -> None:
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: only the last row") as caught:
        percent(500_000, REST, 500_000)
    assert caught.value.violations[0].path == ("rows", "1", "sharePpm")
    with pytest.raises(DomainError, match=r"^PERCENT_SUM_INVALID: .* 1100000 millionths"):
        percent(600_000, 500_000, REST)
    assert amounts_of(percent(600_000, 400_000, REST), 100) == [60, 40]


def test_only_one_amount_takes_the_rest_and_all_have_one_sign() -> None:
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: at most one row"):
        AmountRecipe((AmountRow(AUGUST, REST), AmountRow(AUGUST, REST)))
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: .* one sign"):
        AmountRecipe((AmountRow(AUGUST, 5), AmountRow(AUGUST, -5)))
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: amount must be a whole number"):
        AmountRecipe((AmountRow(AUGUST, cast("int", 5.0)),))


@pytest.mark.parametrize("offset", [OFFSET_LIMIT_DAYS + 1, -OFFSET_LIMIT_DAYS - 1, 1.5, False])
def test_an_offset_that_is_out_of_bounds_is_refused(offset: object) -> None:
    with pytest.raises(DomainError, match=r"^SCHEDULE_INVALID: "):
        RelativeRecipe((RelativeRow(Anchor.SALE_DATE, cast("int", offset), REST),))

"""Recipes of every kind, for the tests of what is done with them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from app.domain.money import apportion
from app.domain.schedule import (
    OFFSET_LIMIT_DAYS,
    PPM_PER_WHOLE,
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    DatesRecipe,
    EqualRecipe,
    Every,
    PercentRecipe,
    PercentRow,
    RelativeRecipe,
    RelativeRow,
    Rest,
)

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@st.composite
def shares(draw: st.DrawFn, most: int = 12) -> list[int | Rest]:
    """Draw shares that sum to 100 %, the last of them sometimes as the rest."""
    weights = draw(st.lists(st.integers(1, 1_000), min_size=1, max_size=most))
    drawn: list[int | Rest] = list(apportion(PPM_PER_WHOLE, weights))
    return [*drawn[:-1], REST] if draw(st.booleans()) else drawn


EQUAL_RECIPES = st.builds(EqualRecipe, st.integers(1, 24), DAYS, st.sampled_from(Every))
DATES_RECIPES = st.builds(DatesRecipe, st.lists(DAYS, min_size=1, max_size=12).map(tuple))


@st.composite
def percent_recipes(draw: st.DrawFn) -> PercentRecipe:
    return PercentRecipe(tuple(PercentRow(draw(DAYS), share) for share in draw(shares())))


@st.composite
def relative_recipes(draw: st.DrawFn) -> RelativeRecipe:
    offsets = st.integers(-OFFSET_LIMIT_DAYS, OFFSET_LIMIT_DAYS)
    return RelativeRecipe(
        tuple(
            RelativeRow(draw(st.sampled_from(Anchor)), draw(offsets), share)
            for share in draw(shares())
        )
    )


@st.composite
def amount_recipes(draw: st.DrawFn) -> AmountRecipe:
    sign = draw(st.sampled_from([1, -1]))
    amounts = draw(st.lists(st.integers(0, 10**8), min_size=1, max_size=8))
    stated: list[int | Rest] = [sign * amount for amount in amounts]
    if draw(st.booleans()):
        stated[draw(st.integers(0, len(stated) - 1))] = REST
    return AmountRecipe(tuple(AmountRow(draw(DAYS), amount) for amount in stated))


SCALING_RECIPES = EQUAL_RECIPES | DATES_RECIPES | percent_recipes() | relative_recipes()
RECIPES = SCALING_RECIPES | amount_recipes()


def percent(*ppm: int | Rest) -> PercentRecipe:
    days = (date(2026, 7, 1) + timedelta(days=index) for index in range(len(ppm)))
    return PercentRecipe(tuple(PercentRow(on, share) for on, share in zip(days, ppm, strict=True)))

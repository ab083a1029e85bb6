"""How a Sale's total becomes dated instalments; the recipe is kept, so a Draft can follow it again.

Percentages are whole millionths (`share_ppm`), so that 33.334 % is exact; a basis point is 100.
Nothing here knows of VAT, lines or documents.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from app.domain.errors import ErrorCode, refuse
from app.domain.money import apportion, require_bounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PPM_PER_WHOLE = 1_000_000
"""Millionths in 100 %."""
INSTALMENT_LIMIT = 120
"""Rows of one recipe: ten years of months."""
EARLIEST_ON = date(1990, 1, 1)
LATEST_ON = date(2200, 12, 31)
OFFSET_LIMIT_DAYS = 3_660
"""How far a relative row may lie from its anchor, either way."""

Rest = Literal["REST"]
REST: Final[Rest] = "REST"
"""Stands for the part of the total that the other rows leave."""


class Every(StrEnum):
    """The distance between the instalments of an equal recipe."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"


class Anchor(StrEnum):
    """What a relative row counts its days from; the caller knows the dates."""

    SALE_DATE = "SALE_DATE"
    SEASON_START = "SEASON_START"
    CALENDAR_ITEM = "CALENDAR_ITEM"


class PastDates(StrEnum):
    """What happens to instalments that would fall before today.

    KEEP leaves them. MOVE_TO_TODAY dates each of them today. MERGE_INTO_FIRST adds their amounts
    to the first that is not past; when all are past, one instalment of everything falls today.
    """

    KEEP = "KEEP"
    MOVE_TO_TODAY = "MOVE_TO_TODAY"
    MERGE_INTO_FIRST = "MERGE_INTO_FIRST"


MONTHS_BY_EVERY = {Every.MONTH: 1, Every.QUARTER: 3}


@dataclass(frozen=True, slots=True)
class Instalment:
    """A planned invoice: its date and its amount in the Sale's price basis, minor units."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class EqualRecipe:
    """Equal parts, a month or a quarter apart, counted from the first date.

    The day is clamped to the end of a short month and comes back after it: 31 Jan, 28 Feb, 31 Mar.
    """

    count: int
    first_on: date
    every: Every = Every.MONTH

    def __post_init__(self) -> None:
        _check_count(self.count)
        _check_day(self.first_on, "firstOn")
        # Out of a twelfth month of 2200 the last date cannot be computed, only compared.
        months = (self.count - 1) * MONTHS_BY_EVERY[self.every]
        if self.first_on.year * 12 + self.first_on.month + months > LATEST_ON.year * 12 + 12:
            refuse(ErrorCode.SCHEDULE_INVALID, f"the last date lies after {LATEST_ON}", "count")


@dataclass(frozen=True, slots=True)
class DatesRecipe:
    """Equal parts on the given dates."""

    dates: tuple[date, ...]

    def __post_init__(self) -> None:
        _check_count(len(self.dates))
        for index, on in enumerate(self.dates):
            _check_day(on, "dates", str(index))


@dataclass(frozen=True, slots=True)
class PercentRow:
    """A part of the total on a date; REST, on the last row only, is what the others leave."""

    on: date
    share_ppm: int | Rest


@dataclass(frozen=True, slots=True)
class PercentRecipe:
    """Percentages on dates that sum to exactly 100 %."""

    rows: tuple[PercentRow, ...]

    def __post_init__(self) -> None:
        _check_count(len(self.rows))
        for index, row in enumerate(self.rows):
            _check_day(row.on, "rows", str(index), "on")
        _weights_of([row.share_ppm for row in self.rows])


@dataclass(frozen=True, slots=True)
class AmountRow:
    """A fixed amount in minor units on a date; REST, on one row at most, is what others leave."""

    on: date
    amount_minor: int | Rest


@dataclass(frozen=True, slots=True)
class AmountRecipe:
    """Fixed amounts on dates, all of one sign."""

    rows: tuple[AmountRow, ...]

    def __post_init__(self) -> None:
        _check_count(len(self.rows))
        for index, row in enumerate(self.rows):
            _check_day(row.on, "rows", str(index), "on")
            if row.amount_minor != REST:
                _check_whole(row.amount_minor, "rows", str(index), "amount")
                require_bounded(row.amount_minor, "rows", str(index), "amount")
        if sum(row.amount_minor == REST for row in self.rows) > 1:
            refuse(ErrorCode.SCHEDULE_INVALID, "at most one row takes the rest", "rows")
        stated = [row.amount_minor for row in self.rows if row.amount_minor != REST]
        if min(stated, default=0) < 0 < max(stated, default=0):
            message = "the amounts of one schedule have one sign"
            refuse(ErrorCode.SCHEDULE_INVALID, message, "rows")


@dataclass(frozen=True, slots=True)
class RelativeRow:
    """A part of the total, days after an anchor (negative: before); REST as for percentages."""

    anchor: Anchor
    offset_days: int
    share_ppm: int | Rest


@dataclass(frozen=True, slots=True)
class RelativeRecipe:
    """Percentages that sum to exactly 100 %, on dates that depend on the Sale."""

    rows: tuple[RelativeRow, ...]

    def __post_init__(self) -> None:
        _check_count(len(self.rows))
        for index, row in enumerate(self.rows):
            _check_whole(row.offset_days, "rows", str(index), "offsetDays")
            if abs(row.offset_days) > OFFSET_LIMIT_DAYS:
                message = f"an offset is at most {OFFSET_LIMIT_DAYS} days, not {row.offset_days}"
                refuse(ErrorCode.SCHEDULE_INVALID, message, "rows", str(index), "offsetDays")
        _weights_of([row.share_ppm for row in self.rows])


Recipe = EqualRecipe | DatesRecipe | PercentRecipe | AmountRecipe | RelativeRecipe


def generate(
    recipe: Recipe,
    total_minor: int,
    anchors: Mapping[Anchor, date],
    today: date,
    past_dates: PastDates,
) -> tuple[Instalment, ...]:
    """Divide a total over the dates of a recipe; a row that comes to 0 gives no instalment.

    Amounts are apportioned in the recipe's own order, before past dates are treated, so the same
    recipe gives the same amounts on any day. A negative total gives the negated amounts.

    Args:
        recipe: a valid recipe; its constructor has checked it.
        total_minor: the schedule group's total in the Sale's price basis, of any sign.
        anchors: the dates that a relative recipe counts from; others ignore them.
        today: what "past" means.
        past_dates: what happens to dates before today.

    Returns:
        Instalments by date, then in the recipe's order, that sum to `total_minor`; none for 0.

    Raises:
        DomainError: INVOICE_SUM_MISMATCH with the difference when fixed amounts do not fit the
            total; INVOICE_DATE_MISSING when an anchor has no date; SCHEDULE_INVALID when a date
            falls outside 1990 to 2200; AMOUNT_TOO_LARGE.
    """
    require_bounded(total_minor)
    if not total_minor:
        return ()
    days = _days_of(recipe, anchors)
    amounts = _amounts_of(recipe, total_minor)
    planned = [Instalment(on, minor) for on, minor in zip(days, amounts, strict=True) if minor]
    planned.sort(key=_planned_on)
    return _without_past(planned, today, past_dates)


def add_months(first_on: date, months: int) -> date:
    """Return the same day some months later, or the month's last day when it has no such day."""
    year, month = divmod(first_on.year * 12 + first_on.month - 1 + months, 12)
    return date(year, month + 1, min(first_on.day, monthrange(year, month + 1)[1]))


def _days_of(recipe: Recipe, anchors: Mapping[Anchor, date]) -> list[date]:
    """Return the date of every row, in the recipe's order."""
    if isinstance(recipe, EqualRecipe):
        step = MONTHS_BY_EVERY[recipe.every]
        return [add_months(recipe.first_on, index * step) for index in range(recipe.count)]
    if isinstance(recipe, DatesRecipe):
        return list(recipe.dates)
    if isinstance(recipe, RelativeRecipe):
        return [_day_after(row, anchors, index) for index, row in enumerate(recipe.rows)]
    return [row.on for row in recipe.rows]


def _day_after(row: RelativeRow, anchors: Mapping[Anchor, date], index: int) -> date:
    """Return the date of a relative row, or refuse an anchor without one."""
    anchor_on = anchors.get(row.anchor)
    if anchor_on is None:
        message = f"an instalment counts from {row.anchor}, which has no date"
        refuse(ErrorCode.INVOICE_DATE_MISSING, message, "rows", str(index), "anchor")
    _check_day(anchor_on, "rows", str(index), "anchor")
    on = anchor_on + timedelta(days=row.offset_days)
    _check_day(on, "rows", str(index), "offsetDays")
    return on


def _amounts_of(recipe: Recipe, total_minor: int) -> list[int]:
    """Return the amount of every row, in the recipe's order."""
    if isinstance(recipe, EqualRecipe):
        return apportion(total_minor, [1] * recipe.count)
    if isinstance(recipe, DatesRecipe):
        return apportion(total_minor, [1] * len(recipe.dates))
    if isinstance(recipe, AmountRecipe):
        return _fixed_amounts(recipe, total_minor)
    return apportion(total_minor, _weights_of([row.share_ppm for row in recipe.rows]))


def _fixed_amounts(recipe: AmountRecipe, total_minor: int) -> list[int]:
    """Return the stated amounts with the rest filled in, or refuse what does not fit the total.

    Stated amounts are never scaled: whoever typed 500.00 wants an invoice of 500.00.
    """
    stated = sum(row.amount_minor for row in recipe.rows if row.amount_minor != REST)
    rest = total_minor - stated
    has_rest = any(row.amount_minor == REST for row in recipe.rows)
    amounts = [rest if row.amount_minor == REST else row.amount_minor for row in recipe.rows]
    if rest and not has_rest:
        message = f"the instalments sum to {-rest:+d} minor units compared with the lines"
        refuse(ErrorCode.INVOICE_SUM_MISMATCH, message, "rows")
    if min(amounts) < 0 < max(amounts):
        message = f"fixed amounts leave a rest of {rest} minor units of a total of {total_minor}"
        refuse(ErrorCode.INVOICE_SUM_MISMATCH, message, "rows")
    return amounts


def _without_past(
    planned: list[Instalment], today: date, past_dates: PastDates
) -> tuple[Instalment, ...]:
    """Apply the policy for past dates to instalments that are in order of date."""
    past = [instalment for instalment in planned if instalment.on < today]
    if past_dates is PastDates.KEEP or not past:
        return tuple(planned)
    coming = planned[len(past) :]
    if past_dates is PastDates.MOVE_TO_TODAY:
        return (*(Instalment(today, late.amount_minor) for late in past), *coming)
    merged = sum(late.amount_minor for late in past)
    if not coming:
        return (Instalment(today, merged),)
    return (Instalment(coming[0].on, coming[0].amount_minor + merged), *coming[1:])


def _planned_on(instalment: Instalment) -> date:
    return instalment.on


def _weights_of(shares: Sequence[int | Rest]) -> list[int]:
    """Return whole millionths with the rest filled in, or refuse with PERCENT_SUM_INVALID."""
    stated = 0
    for index, share in enumerate(shares):
        if share == REST:
            if index < len(shares) - 1:
                message = "only the last row takes the rest"
                refuse(ErrorCode.SCHEDULE_INVALID, message, "rows", str(index), "sharePpm")
            continue
        _check_whole(share, "rows", str(index), "sharePpm")
        if not 0 < share <= PPM_PER_WHOLE:
            message = f"a share is from 1 to {PPM_PER_WHOLE} millionths, not {share}"
            refuse(ErrorCode.SCHEDULE_INVALID, message, "rows", str(index), "sharePpm")
        stated += share
    rest = PPM_PER_WHOLE - stated
    if rest < 0 or (rest and shares[-1] != REST):
        message = f"the shares sum to {stated} millionths instead of {PPM_PER_WHOLE}"
        refuse(ErrorCode.PERCENT_SUM_INVALID, message, "rows")
    return [rest if share == REST else share for share in shares]


def _check_count(count: int) -> None:
    """Refuse a recipe without rows or beyond `INSTALMENT_LIMIT`."""
    _check_whole(count, "count")
    if not 1 <= count <= INSTALMENT_LIMIT:
        message = f"a schedule has 1 to {INSTALMENT_LIMIT} instalments, not {count}"
        refuse(ErrorCode.SCHEDULE_INVALID, message, "count")


def _check_whole(value: object, *path: str) -> None:
    """Refuse what is not exactly an int, such as True or a number read from text."""
    if type(value) is not int:
        refuse(ErrorCode.SCHEDULE_INVALID, f"{path[-1]} must be a whole number", *path)


def _check_day(on: object, *path: str) -> None:
    """Refuse what is not a plain date from 1990 to 2200; an instant has no one calendar day."""
    if type(on) is not date:
        refuse(ErrorCode.INVOICE_DATE_MISSING, "an instalment has no date", *path)
    if not EARLIEST_ON <= on <= LATEST_ON:
        message = f"{on} does not lie between {EARLIEST_ON} and {LATEST_ON}"
        refuse(ErrorCode.SCHEDULE_INVALID, message, *path)

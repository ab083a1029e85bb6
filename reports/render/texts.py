"""Values as people read them, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from reports.render.phrases import EMPTY_VALUE, NO, YES, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.build.planned import Format, PlannedColumn, ReportPlan

_SKELETONS = {"year": "y", "quarter": "yQQQ", "month": "yMMM"}


def write_value(value: Any, column: PlannedColumn, plan: ReportPlan) -> str:  # noqa: ANN401 - any value of an answer
    """Write a value of a row in the language of a plan; a group without a value has a word."""
    if value is None or value == "":
        return say(EMPTY_VALUE, plan.language)
    return write_cell(in_words(value, column.words), column.format, plan)


def in_words(value: Any, words: Mapping[str, str]) -> Any:  # noqa: ANN401 - any value of an answer
    """Return how a code is written; any other value as it is."""
    return words.get(value, value) if words and isinstance(value, str) else value


def write_cell(value: Any, form: Format, plan: ReportPlan) -> str:  # noqa: ANN401 - any value of an answer
    """Write a value in the language of a plan; nothing stays empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(YES if value else NO, plan.language)
    locale = locale_of(plan.language)
    if isinstance(value, date):
        return _write_time(value, form, locale)
    if isinstance(value, int | float | Decimal):
        return _write_number(value, form, locale)
    return str(value)


def locale_of(language: str) -> Locale:
    """Return the locale of a language such as `nl` or `nl-BE`; English where it is unknown."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def _write_number(value: float | Decimal, form: Format, locale: Locale) -> str:
    if form.kind == "id":
        return str(value)
    decimals = form.decimals or 0
    places = "." + "0" * decimals if decimals else ""
    if form.is_trimmed:
        places = "." + "#" * decimals
    if form.kind == "percent":
        return format_percent(value, f"#,##0{places}%", locale=locale)
    if form.kind == "currency" and form.currency:
        return format_currency(value, form.currency, locale=locale)
    return format_decimal(value, f"#,##0{places}", locale=locale)


def _write_time(value: date, form: Format, locale: Locale) -> str:
    """Write a day, an instant, or the period that begins at a time."""
    if form.granularity in _SKELETONS:
        return str(format_skeleton(_SKELETONS[form.granularity], value, locale=locale))
    if isinstance(value, datetime) and (form.kind == "instant" or value.time() != time()):
        return str(format_datetime(value, "short", locale=locale))
    return str(format_date(value, "short", locale=locale))

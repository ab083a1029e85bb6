"""How charts look in light and in dark, and how they write numbers and dates."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_symbol

THEMES = ("light", "dark")
_COLOURS = {
    # Told apart by people who see few colours, and by their lightness in grey print.
    "light": "#1f5fa8 #e08a1e #2f8f6b #b8467c #6b5fb5 #8a8f98 #c9b037 #4aa3c7".split(),
    "dark": "#6ea8ea #f2ad58 #5fc39b #e07fae #a79bea #a9afb9 #e3cf6b #7fcbe8".split(),
}
_INK = {"light": "#1d2430", "dark": "#e8ecf2"}
_QUIET = {"light": "#5b6472", "dark": "#a5aebb"}
_LINE = {"light": "#dfe3e8", "dark": "#39414d"}
_PAPER = {"light": "#ffffff", "dark": "#161b22"}
RAMPS = {"light": ("#eaf2fb", "#1f5fa8"), "dark": ("#1c2a3a", "#6ea8ea")}
_MISSING = "¤"
_FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


@cache
def vega_config(theme: str, language: str, currency: str | None) -> dict[str, Any]:
    """Return the Vega configuration of a theme in a language.

    Args:
        theme: light or dark.
        language: whose separators and names of months are used.
        currency: the code whose sign stands at amounts.
    """
    ink, quiet, line = _INK[theme], _QUIET[theme], _LINE[theme]
    return {
        "background": _PAPER[theme],
        "font": _FONT,
        "locale": {"number": number_locale(language, currency), "time": time_locale(language)},
        "axis": {
            "labelColor": quiet,
            "titleColor": quiet,
            "gridColor": line,
            "domainColor": line,
            "tickColor": line,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 220,
            "labelOverlap": "greedy",
        },
        "legend": {
            "labelColor": ink,
            "titleColor": quiet,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "orient": "bottom",
            "columns": 4,
            "labelLimit": 200,
        },
        "title": {"color": ink, "anchor": "start", "fontSize": 14, "subtitleColor": quiet},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": quiet},
        "mark": {"color": _COLOURS[theme][0], "tooltip": True},
        "view": {"stroke": None},
        "range": {
            "category": list(_COLOURS[theme]),
            "ramp": list(RAMPS[theme]),
            "heatmap": list(RAMPS[theme]),
            "ordinal": list(RAMPS[theme]),
        },
        "style": {
            "beside": {"color": quiet, "opacity": 0.8},
            "target": {"color": ink},
            "up": {"color": _COLOURS[theme][2]},
            "down": {"color": _COLOURS[theme][3]},
            "level": {"color": _COLOURS[theme][0]},
            "track": {"color": line},
        },
    }


@cache
def number_locale(language: str, currency: str | None) -> dict[str, Any]:
    """Return how numbers are written, as d3-format reads it."""
    locale = _locale(language)
    symbols = locale.number_symbols["latn"]
    sign = get_currency_symbol(currency, locale) if currency else _MISSING
    pattern = locale.currency_formats["standard"].pattern
    is_first = pattern.startswith("¤")
    gap = "\u00a0" if "\u00a0" in pattern.partition(";")[0] else ""
    return {
        "decimal": symbols["decimal"],
        "thousands": symbols["group"],
        "grouping": [3],
        "currency": [f"{sign}{gap}", ""] if is_first else ["", f"{gap}{sign}"],
        "percent": "%" if language.startswith(("en", "nl")) else "\u00a0%",
    }


@cache
def time_locale(language: str) -> dict[str, Any]:
    """Return how dates are written, as d3-time-format reads it."""
    locale = _locale(language)
    days = [locale.days["format"]["wide"][(number + 6) % 7] for number in range(7)]
    short = [locale.days["format"]["abbreviated"][(number + 6) % 7] for number in range(7)]
    months = range(1, 13)
    return {
        "dateTime": "%A %e %B %Y %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": days,
        "shortDays": short,
        "months": [locale.months["format"]["wide"][number] for number in months],
        "shortMonths": [locale.months["format"]["abbreviated"][number] for number in months],
    }


def _locale(language: str) -> Locale:
    """Return the locale of a language; clubs that write English are in Europe."""
    known = {"nl": "nl_BE", "fr": "fr_BE"}
    return Locale.parse(known.get(language.partition("-")[0].lower(), "en_GB"))

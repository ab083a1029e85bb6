"""How members are shown: formats as Cube's clients read them, and what they mean in d3's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Format = str | Mapping[str, Any] | None
"""A format as clients get it: a word, or an object that says more; None where there is none."""

_TRIMMED = {
    "number": ",.{0}~f",
    "percent": ".{0}~%",
    "currency": "$,.{0}~f",
    "decimal": ",.{0}~f",
    "abbr": ".{0}~s",
    "accounting": "(,.{0}~f",
}
_DECIMALS = range(7)
_BARE = {"decimal": 2, "abbr": 2, "accounting": 2}
_STANDARD = {"percent": ".2~%", "currency": "$,.2~f", "number": ",.2~f", "id": ".0f"}
_KEPT = frozenset({"imageUrl", "currency", "percent", "number", "id"})
_UNDESCRIBED = frozenset({"string", "boolean", "time"})


def _named() -> dict[str, str]:
    named = {"id": ".0f"}
    for name, specifier in _TRIMMED.items():
        for decimals in _DECIMALS:
            text = specifier.format(decimals)
            is_plain = decimals == 0 and name != "abbr"
            named[f"{name}_{decimals}"] = text.replace("~", "") if is_plain else text
        if name in _BARE:
            named[name] = specifier.format(_BARE[name])
    return named


NAMED_FORMATS = _named()
"""Formats by name, such as `percent_2`, with their d3 specifiers."""


def measure_format(given: str | None) -> Format:
    """Return the format of a measure as clients get it; None where it has none."""
    if not given:
        return None
    if given in NAMED_FORMATS:
        return {"type": "custom-numeric", "value": NAMED_FORMATS[given], "alias": given}
    if given in {"percent", "currency", "number"}:
        return given
    return {"type": "custom-numeric", "value": given}


def dimension_format(given: Format, member_type: str) -> Format:
    """Return the format of a dimension as clients get it; None where it has none."""
    if not isinstance(given, str) or not given:
        return given or None
    if given in NAMED_FORMATS:
        return {"type": "custom-numeric", "value": NAMED_FORMATS[given], "alias": given}
    kinds = {"time": "custom-time", "number": "custom-numeric"}
    if given in _KEPT or member_type not in kinds:
        return given
    return {"type": kinds[member_type], "value": given}


def describe_format(
    shown: Format, member_type: str, *, is_measure: bool, currency: str | None
) -> dict[str, str] | None:
    """Say what a format means as a d3 specifier; None for what is no number."""
    if member_type in _UNDESCRIBED or (not is_measure and member_type != "number"):
        return None
    if isinstance(shown, Mapping) and shown.get("type") == "custom-numeric":
        described = {"name": shown.get("alias", "custom"), "specifier": shown["value"]}
    else:
        name = shown if isinstance(shown, str) and shown in _STANDARD else "number"
        described = {"name": name, "specifier": _STANDARD[name]}
    return described if currency is None else {**described, "currency": currency}

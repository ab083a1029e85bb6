"""Cells as text: numbers with a dot or a comma, and days in several forms; nothing is guessed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS = str.maketrans({"−": "-", "\u00a0": None, "\u202f": None, " ": None, "'": None})
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[€$£])|(?:[A-Z]{3}|[€$£])$")
_POINT = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?")
_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)?(?:,[0-9]+)?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_DIGITS_LIMIT = 40
LARGEST = Decimal(10) ** 15
"""No number of a file is as large as this."""
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: .*)?")


def decimal_mark_of(texts: Iterable[str]) -> str | None:
    """Return the decimal mark of a column, or None where its cells do not tell or disagree."""
    marks: set[str] = set()
    is_ambiguous = False
    for text in texts:
        plain = _plain(text)
        if not any(mark in plain for mark in ".,"):
            continue
        if _AMBIGUOUS.fullmatch(plain):
            is_ambiguous = True
            continue
        marks.update(mark for mark in ".," if number_of(text, mark) is not None)
    if len(marks) == 1:
        return marks.pop()
    return None if marks or is_ambiguous else "."


def number_of(text: str, mark: str) -> Decimal | None:
    """Return the number that a cell says with this decimal mark; None where it says none."""
    plain = _plain(text)
    if not plain or len(plain) > _DIGITS_LIMIT or not any(map(str.isdigit, plain)):
        return None
    if _SCIENTIFIC.fullmatch(plain):
        return _bounded(Decimal(plain))
    if mark == ",":
        if not _COMMA.fullmatch(plain):
            return None
        plain = plain.replace(".", "").replace(",", ".")
    elif not _POINT.fullmatch(plain):
        return None
    else:
        plain = plain.replace(",", "")
    return _bounded(Decimal(plain))


def _bounded(found: Decimal) -> Decimal | None:
    """Return a number that can be computed with exactly, and None for any larger one."""
    return found if abs(found) < LARGEST else None


def _plain(text: str) -> str:
    """Strip blanks within numbers, a currency before or after, and brackets that mean minus."""
    found = text.strip()
    if found.startswith("(") and found.endswith(")"):
        found = f"-{found[1:-1]}"
    is_minus = found.startswith(("-", "−"))
    found = found.lstrip("-−").strip()
    found = _CURRENCY.sub("", found).strip().translate(_SIGNS)
    return f"-{found}" if is_minus else found


def day_of(text: str, *, is_month_first: bool = False) -> date | None:
    """Return the day that a cell says; 03/04/2026 is the third of April unless told otherwise."""
    found = text.strip()
    try:
        if match := _DAY.fullmatch(found) or _COMPACT.fullmatch(found):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(found):
            first, second = int(match[1]), int(match[2])
            day, month = (second, first) if is_month_first else (first, second)
            return date(int(match[3]), month, day)
    except ValueError:
        return None
    return None

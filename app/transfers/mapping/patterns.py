"""Regular expressions whose cost is linear in the text: nothing makes them go back and forth."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from app.transfers.mapping.faults import ExpressionError, shown

if TYPE_CHECKING:
    from app.transfers.mapping.budget import Budget

PATTERN_CHARACTERS = 200
REPEATS = 64
"""The largest product of the counts in { } of one pattern: each makes the pattern larger."""
_COUNT = re.compile(r"\{\s*([0-9]*)\s*(?:,\s*([0-9]*)\s*)?\}")
_CALL_STEPS = 100
_CHARACTERS_PER_STEP = 64


def is_matched(budget: Budget, text: str, pattern: str) -> bool:
    """Tell whether a pattern that was checked is found in a text."""
    repeats = check_pattern(pattern)
    budget.spend(_CALL_STEPS + repeats * len(text) // _CHARACTERS_PER_STEP)
    return _is_found(text, pattern)


@lru_cache(maxsize=256)
def check_pattern(pattern: str) -> int:
    """Refuse what is not a pattern, or is too large; return how often it repeats itself."""
    if len(pattern) > PATTERN_CHARACTERS:
        wrong = f"a pattern has {len(pattern)} characters"
        raise ExpressionError(wrong, f"write at most {PATTERN_CHARACTERS}")
    repeats = 1
    for least, most in _COUNT.findall(pattern):
        repeats *= max([1, *(int(count[:9]) for count in (least, most) if count)])
    if repeats > REPEATS:
        wrong = f"the counts of {shown(pattern)} multiply to {repeats}"
        raise ExpressionError(wrong, f"repeat at most {REPEATS} times, or use + or *")
    try:
        _is_found("", pattern)
    except pl.exceptions.ComputeError as error:
        wrong = f"{shown(pattern)} is not a regular expression"
        right = "look at its brackets; what looks ahead, behind or back is not known"
        raise ExpressionError(wrong, right) from error
    return repeats


def _is_found(text: str, pattern: str) -> bool:
    """Ask the engine, which compiles a pattern once and keeps it."""
    return bool(pl.Series([text]).str.contains(pattern).item())

"""Says whether two answers are the same, whatever types their numbers have."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

Rows = Sequence[tuple[Any, ...]]
_CLOSE = Fraction(1, 10**9)


def same_rows(found: Rows, expected: Rows) -> None:
    """Assert that two lists have the same rows, in any order."""
    ours, theirs = _ordered(found), _ordered(expected)
    assert len(ours) == len(theirs), f"{found}\n!=\n{expected}"
    for one, other in zip(ours, theirs, strict=True):
        assert same_row(one, other), f"{found}\n!=\n{expected}\nin {one} != {other}"


def same_row(one: Iterable[Any], other: Iterable[Any]) -> bool:
    """Say whether two rows have the same values."""
    return all(same_value(*pair) for pair in zip(one, other, strict=True))


def same_value(one: Any, other: Any) -> bool:
    """Say whether two values are the same; a double may be off by its last digits."""
    left, right = plain(one), plain(other)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        size = max(Fraction(1), abs(left), abs(right))
        return abs(left - right) <= _CLOSE * size
    return bool(left == right)


def plain(value: Any) -> Any:
    """Make numbers fractions and days their midnights."""
    if isinstance(value, bool) or value is None:
        return value
    if hasattr(value, "as_integer_ratio"):
        return Fraction(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a wall clock
    return value


def _ordered(rows: Rows) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [_sort_key(one) for one in row])


def _sort_key(value: Any) -> tuple[int, str]:
    plain_value = plain(value)
    if isinstance(plain_value, Fraction):
        return (1, f"{float(plain_value):030.6f}")
    return (0 if value is None else 2, str(plain_value))

"""What a reader of a report may choose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.spec.texts import Text

    Value = None | bool | int | float | str | tuple[str, ...] | Mapping[str, str]
    """What is chosen: nothing, a text, a number, or several texts."""

SEASON_WORDS = ("current", "previous", "next")
"""Seasons by the day on which one looks: the one that it is in, and those a year away from it."""
COMPARISONS = ("previous_period", "previous_year", "previous_season")
"""What the numbers can stand beside; `season:<code>` names another season."""
SEASON_PREFIX = "season:"


class Kind(StrEnum):
    """How a parameter is chosen, and what it does to the queries."""

    MEMBER = "member"
    DATE_RANGE = "date_range"
    AS_OF = "as_of"
    COMPARISON = "comparison"
    CHOICE = "choice"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Option:
    """One of a few that a choice is made from.

    `members` are those that the date range filters which is `by` this choice.
    """

    value: str
    title: Text
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a reader may choose.

    - `member`: values of a dimension. One that has `starts` and `ends`, the first and the last day
      of a season in the same views, also takes the words of SEASON_WORDS.
    - `date_range`: a range of days, filtered by `members`, or by those of the option chosen of the
      choice that `by` names.
    - `as_of`: a day; states are as of its end.
    - `comparison`: what the numbers stand beside; it moves the date range or the seasons.
    - `choice`: one of `options`.
    - `number`: a bound for `members` (measures or numbers) by `operator`, or how many rows the
      queries in `limits` have.
    """

    name: str
    kind: Kind
    title: Text
    members: tuple[str, ...] = ()
    is_multiple: bool = False
    default: Value = None
    options: tuple[Option, ...] = ()
    by: str | None = None
    operator: str = "gte"
    limits: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

"""What can be wrong with a mapping, with an expression, or with a record that goes through one."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN_CHARACTERS = 60
_KNOWN_NAMES = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, for a form to show at its field."""

    path: str
    """Where in the definition, `fields[2].expression`, or where in the result, `lines[0].price`."""
    wrong: str
    right: str = ""
    """What to write instead; empty where that cannot be known."""
    suggestions: tuple[str, ...] = ()
    """Names that may have been meant, the likeliest first."""

    def __str__(self) -> str:
        """Say it in one line."""
        return "; ".join(filter(None, (f"{self.path or 'mapping'}: {self.wrong}", self.right)))


class MappingError(Exception):
    """A definition is not a mapping, or what it was given is not JSON; names every problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the problems; the message is all of them, a line each."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class ExpressionError(Exception):
    """An expression cannot be read, or has no value for this record."""

    def __init__(
        self,
        wrong: str,
        right: str = "",
        *,
        at: int = 0,
        meant: tuple[str, Iterable[str]] = ("", ()),
    ) -> None:
        """Say what is wrong at a column, which counts from 1; 0 where it is not known.

        `meant` is a misspelt name, and the names that there are.
        """
        super().__init__(wrong)
        self.wrong = wrong
        self.right = right
        self.at = at
        self.meant = meant

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Names that may have been meant; looked for only when a person is told."""
        return nearest(*self.meant)

    def located(self, at: int) -> ExpressionError:
        """Return the same with a column, unless it has one."""
        self.at = self.at or at
        return self

    def problem(self, path: str) -> Problem:
        """Return it as a problem of a field."""
        column = f" (column {self.at})" if self.at else ""
        return Problem(path, self.wrong + column, self.right, self.suggestions)


class AbsentError(ExpressionError):
    """A path leads to nothing; `has` and `coalesce` take it as an answer."""


class UnmappedError(Exception):
    """A key is not in its value map; a person has to fill it in."""

    def __init__(self, table: str, key: str) -> None:
        """Name the value map and the key."""
        super().__init__(f"{table} has no {key!r}")
        self.table = table
        self.key = key


class ExhaustedError(Exception):
    """A record costs more than its size allows."""


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three known names that look like a misspelt one."""
    first = list(islice(known, _KNOWN_NAMES))
    return tuple(get_close_matches(name[:_SHOWN_CHARACTERS], first, n=3, cutoff=0.6))


def shown(value: object) -> str:
    """Quote a value, shortened so that a message stays one line."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    # A whole number of thousands of digits has no decimal text in Python.
    is_huge = isinstance(value, int) and value.bit_length() > _HUGE_BITS
    text = "a huge number" if is_huge else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


_HUGE_BITS = 1_000

"""What is wrong with a definition, or with what a reader chose: where, what, and what is right."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `path` leads to it, such as `blocks[1].columns[2]`; `hint` says what would be right, and is
    empty where nothing can be said.
    """

    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Write it as one line."""
        told = f"{self.path}: {self.message}"
        return f"{told}; {self.hint}" if self.hint else told

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {"path": self.path, "message": self.message, "hint": self.hint}


class _LocatedError(Exception):
    """Something that has problems, all of them."""

    def __init__(self, problems: Sequence[Problem], where: str = "") -> None:
        self.problems = tuple(problems)
        self.where = where
        lines = (f"{where}: {one}" if where else str(one) for one in self.problems)
        super().__init__("\n".join(lines))


class DefinitionError(_LocatedError):
    """A definition that cannot be read; `where` names the file or the report that it is of."""


class ParameterError(_LocatedError):
    """Values of parameters that cannot be used; paths begin with `parameters.`."""


def suggest(given: str, known: Iterable[str]) -> str:
    """Say what was probably meant, or what there is where that is little; may be empty."""
    names = sorted(known)
    close = get_close_matches(given, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    few = 15
    return f"write one of {', '.join(names)}" if 0 < len(names) <= few else ""

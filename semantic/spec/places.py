"""Where something stands in the files of the models, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file, counted from 1; `file` begins with the name of its folder of models."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        """Write it as editors and compilers do."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a model.

    `about` names what it concerns, such as `cubes.sales.measures.net`; `suggestion` says what would
    be right, and is empty where nothing can be suggested.
    """

    place: Place
    about: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Write it as one line."""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.place}: {self.about}: {self.message}{hint}"


class ModelError(Exception):
    """Models that cannot be used; every fault at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Say everything that is wrong."""
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

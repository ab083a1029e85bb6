"""SQL and references as models write them: text with references in braces, taken apart once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.spec.places import Place


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands in braces, split at its dots.

    `("CUBE",)` or a cube's name alone is that cube's table, whose columns follow the brace;
    `("CUBE", "x")`, `("x",)` and `("orders", "x")` are members; a longer path leads over joins, and
    a granularity may end it.
    """

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL: literal text and references in turn, in the order in which they stand."""

    parts: tuple[str | Reference, ...]
    place: Place

    def __str__(self) -> str:
        """Write it as the model has it."""
        return "".join(
            part if isinstance(part, str) else f"{{{'.'.join(part.path)}}}" for part in self.parts
        )

    @property
    def references(self) -> tuple[Reference, ...]:
        """What it refers to, in order, with repetitions."""
        return tuple(part for part in self.parts if isinstance(part, Reference))

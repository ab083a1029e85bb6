"""What comes out of a mapping."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.transfers.mapping.faults import Problem


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A key that a value map lacks, once however often it was asked for."""

    map: str
    key: str
    path: str
    """Where it stands in the record the first time, such as `lines[0].product.code`."""


class FieldState(StrEnum):
    """What became of a field."""

    WRITTEN = "WRITTEN"
    ABSENT = "ABSENT"
    """Its source is not in the record, and it is not required."""
    NOT_NOW = "NOT_NOW"
    """Its condition is not true."""
    UNMAPPED = "UNMAPPED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class FieldTried:
    """One field on its way, for "test on this record"."""

    path: str
    """Where it stands in the definition: `lines[0].fields[1]`."""
    place: str
    """Where it stands in the result: `lines[3].unit_price`."""
    state: FieldState
    value: Any = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A record that has gone through a mapping."""

    record: dict[str, Any]
    """As far as it came; it may be sent only if it `is_complete`."""
    skipped: str | None = None
    """Why the filter kept it back."""
    unmapped: tuple[Unmapped, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether it may be sent."""
        return self.skipped is None and not self.unmapped and not self.problems

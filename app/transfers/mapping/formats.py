"""How a field is written: days by a pattern, numbers with their digits and marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from app.transfers.mapping import amounts, moments
from app.transfers.mapping.figures import numbered

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A day or instant by a pattern such as `DD/MM/YYYY`; instants in a time zone, else in UTC."""

    pattern: str
    zone: ZoneInfo | None = None

    def write(self, value: object) -> str:
        """Return the text; refuses what is no day."""
        return moments.formatted(moments.moment_of(value, "format"), self.pattern, self.zone)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number with so many digits after its point, rounded half up."""

    digits: int
    point: str = "."
    thousands: str = ""

    def write(self, value: object) -> str:
        """Return the text; refuses what is no amount."""
        number = amounts.amount_of(value, "format")
        return numbered(number, self.digits, self.point, self.thousands)


Format: TypeAlias = DateFormat | NumberFormat

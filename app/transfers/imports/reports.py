"""What an import is asked for, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.organisations import PriceBasis
from app.domain.vat import SupplyType

if TYPE_CHECKING:
    from app.domain.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import.

    `team`, `season`, `venue` and `played_from_score` are for calendars, `venue` for seating too.
    `source`, `currency` (the club's when None), `price_basis`, `supply_type` and `group` are for
    orders.
    """

    dry_run: bool = False
    ignore_unknown_columns: bool = False
    team: str | None = None
    season: str | None = None
    venue: str | None = None
    played_from_score: bool = False
    source: str = "orders"
    currency: str | None = None
    price_basis: PriceBasis = PriceBasis.GROSS
    supply_type: SupplyType = SupplyType.GOODS
    group: str = "orders"


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why nothing was written.

    `row_no` is the row as a spreadsheet counts it (the header is 1), or the number of the object
    in a JSON list from 1; None for the file as a whole. `field` is the column, if it is about one.
    """

    row_no: int | None
    field: str | None
    code: ErrorCode
    message: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of one noun were or would be created, changed or left as they are."""

    noun: str
    created: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class RuleTally:
    """How many rows fell under one rule, and what they come to; a row falls under exactly one."""

    rule: str
    row_count: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or in a dry run would do; with errors, nothing was written.

    Orders are the exception: each is written or not, and errors are about those that are not.
    `rules` say of each row of an order file what became of it; there are none as long as the file
    as a whole is refused. `notes` say what was assumed, such as an encoding or a time of day.
    """

    kind: str
    file_name: str
    row_count: int
    is_dry_run: bool
    tallies: tuple[Tally, ...] = ()
    errors: tuple[RowError, ...] = ()
    notes: tuple[str, ...] = ()
    rules: tuple[RuleTally, ...] = ()

    @property
    def is_written(self) -> bool:
        """Tell whether the database holds what the file says."""
        return not self.errors and not self.is_dry_run

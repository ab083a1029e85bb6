"""The measures of every view once more, as SQL on the operational store, written by hand.

What a measure means is said here without looking at the models: from the tables in which Sales,
invoices and payments are kept. `tests/parity` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Span(Enum):
    """The days that count for the month `{month}`, a date, as a condition on `day`."""

    MONTH = "day >= {month} AND day < {month} + interval '1 month'"
    UP_TO_END = "day < {month} + interval '1 month'"
    UP_TO_START = "day < {month}"
    FISCAL_YEAR = (
        "day < {month} + interval '1 month' AND day >= "
        "date_trunc('year', {month} - interval '6 months') + interval '6 months'"
    )
    LAST_28_DAYS = (
        "day < {month} + interval '1 month' AND day >= {month} + interval '1 month' "
        "- interval '28 days'"
    )
    LAST_90_DAYS = (
        "day < {month} + interval '1 month' AND day >= {month} + interval '1 month' "
        "- interval '90 days'"
    )
    YEAR_BEFORE = "day >= {month} - interval '1 year' AND day < {month} - interval '11 months'"


@dataclass(frozen=True, slots=True)
class Written:
    """A measure as an aggregate over the rows of its view, and which days count for a month."""

    aggregate: str
    span: Span = Span.MONTH


@dataclass(frozen=True, slots=True)
class View:
    """The rows of a view, with a `day` and a `season` where it has them, and its measures.

    `month` is the time dimension that `day` is, `season` the dimension of seasons' names; both are
    None where there is none. `as_of` are the rows for one day, `{day}`, of measures that are a
    state. `together` are measures made of others, for one month.
    """

    rows: str
    measures: Mapping[str, Written]
    month: str | None = None
    season: str | None = None
    as_of: str | None = None
    together: Mapping[str, str] = field(default_factory=dict)


def money(column: str, condition: str = "") -> Written:
    """Sum minor units of euros."""
    return Written(_money(column, condition))


def _money(column: str, condition: str = "") -> str:
    kept = f" FILTER (WHERE {condition})" if condition else ""
    return f"sum({column}){kept} / 100.0"


def count(condition: str) -> Written:
    """Count rows."""
    return Written(f"count(*) FILTER (WHERE {condition})")


def different(column: str, condition: str = "true") -> Written:
    """Count things, each once."""
    return Written(f"count(DISTINCT {column}) FILTER (WHERE {condition})")


def ratio(above: str, below: str) -> Written:
    """Divide one aggregate by another."""
    return Written(f"({above})::numeric / nullif({below}, 0)")


def over(span: Span, written: Written) -> Written:
    """Let other days count for a month."""
    return Written(written.aggregate, span)

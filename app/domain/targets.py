"""Sales reps with their teams, and what they are to sell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.validation import Check


@dataclass(frozen=True, slots=True)
class SalesRep:
    """Who sells for the club: the name and the team of a code that accounts and Sales carry."""

    id: UUID
    code: str
    name: str
    team: str | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SalesTarget:
    """What a rep is to sell of a product group in a month, without VAT.

    Without a product group it is for what no target of a group is for. `month` is its first day.
    """

    id: UUID
    rep_code: str
    month: date
    product_group_id: UUID | None
    amount_minor: int
    currency: str
    updated_by: str
    updated_at: datetime


def check_sales_rep(rep: SalesRep, check: Check) -> None:
    """Collect what is wrong with a sales rep."""
    check.text("code", rep.code)
    check.text("name", rep.name)
    check.optional_text("team", rep.team)

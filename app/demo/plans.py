"""The Sales of the demo club as plans: who buys what when, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.sales import SaleType


class Fate(StrEnum):
    """What becomes of a Sale; a HELD one is a Draft whose hold was extended far ahead."""

    DRAFT = "DRAFT"
    HELD = "HELD"
    FINAL = "FINAL"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class Billing(StrEnum):
    """How a Sale is billed."""

    ONCE = "ONCE"
    MONTHS = "MONTHS"
    QUARTERS = "QUARTERS"
    DEPOSIT = "DEPOSIT"
    BY_SEASON = "BY_SEASON"
    THIRDS = "THIRDS"


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A product by code, for a season, a bundle or an item by code, on seats by code."""

    product: str
    quantity: int
    season: str | None = None
    bundle: str | None = None
    item: str | None = None
    seats: tuple[str, ...] = ()
    parkings: tuple[str, ...] = ()
    discount_percent: int = 0
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class SalePlan:
    """A Sale to be: `reference` is the customer's order number, and what tells it apart.

    `settled_at` is when it was made Final, or expired, or cancelled. `renews` and `parent` are
    references of Sales with an earlier plan; a renewal copies their lines.
    """

    reference: str
    type: SaleType
    account: str
    begun_at: datetime
    settled_at: datetime
    fate: Fate
    billing: Billing
    lines: tuple[LinePlan, ...] = ()
    season: str | None = None
    renews: str | None = None
    parent: str | None = None
    is_barter: bool = False
    discount_percent: int = 0
    has_names: bool = False

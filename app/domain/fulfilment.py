"""Fulfilment: what is noted for handing an entitlement over to its guest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Confirmation(StrEnum):
    """Whether the guest chose the formula, or the club's rules did."""

    CHOSEN = "CHOSEN"
    AUTOCONFIRMED = "AUTOCONFIRMED"


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What the kitchen, the car park and the shop need to know of one entitlement."""

    entitlement_id: UUID
    menu: str | None
    dietary: str | None
    confirmation: Confirmation | None
    plate: str | None
    delivered_at: datetime | None
    updated_by: str
    updated_at: datetime

"""Sale templates: the shape of a Sale without account, inventory or dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.sales import SaleType
    from app.domain.schedule import PastDates
    from app.domain.validation import Check


@dataclass(frozen=True, slots=True)
class SaleTemplate:
    """A named shape; its schedule `recipe` is relative, so that dates come with the Sale."""

    id: UUID
    code: str
    name: str
    sale_type: SaleType
    recipe: Mapping[str, object] | None
    past_dates: PastDates
    is_active: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SaleTemplateLine:
    """One line of a template; without `fixed_price_minor` the price list of the Sale decides."""

    id: UUID
    template_id: UUID
    line_no: int
    product_id: UUID
    quantity: int
    fixed_price_minor: int | None
    currency: str


def check_template(template: SaleTemplate, check: Check) -> None:
    """Collect what is wrong with a template's own fields."""
    check.code("code", template.code)
    check.text("name", template.name)

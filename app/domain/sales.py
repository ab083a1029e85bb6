"""The Sale: its parts, its life cycle, and what may be done with it when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from app.domain.errors import ErrorCode, refuse

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.invoices import Invoice, InvoiceLine, InvoiceVat, ScheduleGroup
    from app.domain.organisations import HoldAction, PriceBasis, VatRounding
    from app.domain.vat import SupplyType, VatCategory

LINE_LIMIT = 500
"""Lines of one Sale."""
Place: TypeAlias = "tuple[UUID, int, UUID | None, int]"
"""Where an entitlement stands in its line: component, unit, calendar item (or none) and piece."""


class SaleType(StrEnum):
    """What a Sale is about; CREDIT sales have negative catalog lines only."""

    SEASON = "SEASON"
    TICKET = "TICKET"
    HOSPITALITY = "HOSPITALITY"
    CATALOG = "CATALOG"
    CREDIT = "CREDIT"
    ON_DEMAND = "ON_DEMAND"


class SaleStatus(StrEnum):
    """Where a Sale is in its life; `TRANSITIONS` has all edges."""

    DRAFT = "DRAFT"
    FINAL = "FINAL"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class SaleChannel(StrEnum):
    """Where a Sale was made."""

    BACK_OFFICE = "BACK_OFFICE"
    PORTAL = "PORTAL"
    PARTNER = "PARTNER"
    IMPORT = "IMPORT"


class EntitlementStatus(StrEnum):
    """Whether an entitlement counts; RELEASED ones ended with a hold and can be revived."""

    LIVE = "LIVE"
    RELEASED = "RELEASED"
    CANCELLED = "CANCELLED"


class SaleAction(StrEnum):
    """Everything that can be done with an existing Sale."""

    UPDATE = "UPDATE"
    ANNOTATE = "ANNOTATE"
    CHANGE_LINES = "CHANGE_LINES"
    SET_SCHEDULE = "SET_SCHEDULE"
    CHANGE_INVOICES = "CHANGE_INVOICES"
    EXTEND_HOLD = "EXTEND_HOLD"
    EXPIRE = "EXPIRE"
    REVIVE = "REVIVE"
    FINALISE = "FINALISE"
    CANCEL = "CANCEL"
    UNDO_CANCEL = "UNDO_CANCEL"
    REPLACE_INVOICE = "REPLACE_INVOICE"
    REMOVE = "REMOVE"
    SWAP_SEATS = "SWAP_SEATS"
    ASSIGN_HOLDERS = "ASSIGN_HOLDERS"
    ADD_SUB_SALE = "ADD_SUB_SALE"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Sale:
    """The header of an agreement with an account; amounts are in minor units of `currency`.

    `discount_minor` is the discount on the whole Sale, apportioned over its lines by value.
    """

    id: UUID
    code: str
    type: SaleType
    status: SaleStatus
    channel: SaleChannel
    account_id: UUID
    contact_id: UUID | None
    season_id: UUID | None
    price_list_id: UUID | None
    parent_sale_id: UUID | None
    renewed_from_sale_id: UUID | None
    template_id: UUID | None
    rep_code: str | None
    currency: str
    price_basis: PriceBasis
    vat_rounding: VatRounding
    language: str
    is_barter: bool
    name_on_tickets: str | None
    reference: str | None
    comments: str | None
    discount_minor: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    hold_action: HoldAction
    hold_expires_at: datetime | None
    hold_reminded_at: datetime | None
    cancel_reason: str | None
    version: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    finalised_at: datetime | None
    cancelled_at: datetime | None
    expired_at: datetime | None


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One line. `amount_minor` is its value in the Sale's price basis, after all discounts.

    It counts live entitlements only: `cancelled_minor` is what the `cancelled_count` others were
    sold for, and `quantity_cancelled` counts the units of which nothing is left.

    `calendar_item_ids` and `calendar_item_weights` are what the line was expanded to when it was
    added, so that later changes of a bundle never change what was sold.
    """

    id: UUID
    sale_id: UUID
    line_no: int
    product_id: UUID
    season_id: UUID | None
    bundle_id: UUID | None
    calendar_item_id: UUID | None
    description: str
    quantity: int
    quantity_cancelled: int
    cancelled_count: int
    cancelled_minor: int
    list_price_minor: int | None
    unit_price_minor: int
    discount_minor: int
    sale_discount_minor: int
    amount_minor: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    currency: str
    calendar_item_ids: tuple[UUID, ...]
    calendar_item_weights: tuple[int, ...]

    @property
    def sold_minor(self) -> int:
        """Return what the line was sold for, with what has been cancelled since."""
        return self.amount_minor + self.cancelled_minor


@dataclass(frozen=True, slots=True)
class SaleLineComponent:
    """One leaf product of a line, with the VAT class of its own; a plain line has exactly one.

    Each unit has `quantity` pieces of it, each with `piece_weight` in the unit's value; granted
    at every calendar item of the line when `is_per_item`, else once.
    """

    id: UUID
    sale_id: UUID
    line_id: UUID
    component_no: int
    product_id: UUID
    quantity: int
    piece_weight: int
    is_per_item: bool
    supply_type: SupplyType
    vat_category: VatCategory
    rate_bp: int
    revenue_account: str | None
    amount_minor: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The atom of a Sale: what one piece of one unit grants at one calendar item, and its value."""

    id: UUID
    sale_id: UUID
    line_id: UUID
    component_id: UUID
    unit_no: int
    piece_no: int
    calendar_item_id: UUID | None
    product_id: UUID
    resource_id: UUID | None
    pool_id: UUID | None
    seat_entitlement_id: UUID | None
    location_type_code: str | None
    ticket_holder_id: UUID | None
    value_minor: int
    currency: str
    status: EntitlementStatus

    @property
    def place(self) -> Place:
        """Return where it stands in its line's grid."""
        return self.component_id, self.unit_no, self.calendar_item_id, self.piece_no


@dataclass(frozen=True, slots=True)
class SaleTombstone:
    """What is left of a removed Draft: its id and code, who removed it, and why."""

    id: UUID
    code: str
    reason: str
    removed_by: str
    removed_at: datetime


@dataclass(frozen=True, slots=True)
class SaleState:
    """A whole Sale except its entitlements, which are loaded only where they change."""

    sale: Sale
    lines: tuple[SaleLine, ...] = ()
    components: tuple[SaleLineComponent, ...] = ()
    groups: tuple[ScheduleGroup, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    cells: tuple[InvoiceLine, ...] = ()
    vats: tuple[InvoiceVat, ...] = ()

    def line(self, line_id: UUID) -> SaleLine:
        """Return one of the Sale's lines, or refuse with NOT_FOUND."""
        for line in self.lines:
            if line.id == line_id:
                return line
        refuse(ErrorCode.NOT_FOUND, "no such line in this Sale", "lineId")

    def components_of(self, line_id: UUID) -> tuple[SaleLineComponent, ...]:
        """Return a line's components in order."""
        found = [component for component in self.components if component.line_id == line_id]
        return tuple(sorted(found, key=lambda component: component.component_no))

"""Invoices: the instalments of a Sale, their allocation cells and VAT. Not legal documents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.allocation import AllocationStrategy
    from app.domain.schedule import PastDates
    from app.domain.vat import VatCategory


class InvoiceKind(StrEnum):
    """An invoice asks for money; a credit note gives some of it back, with negative amounts."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


class ScheduleMode(StrEnum):
    """AUTO re-applies the recipe whenever lines change; MANUAL keeps the amounts as typed."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True)
class ScheduleGroup:
    """The billing plan of one season's lines, or of the whole Sale when `season_id` is None.

    `group_instalments` says, for the strategy GROUP_TO_INSTALMENT, on which instalment (from 0)
    each product group, by the text of its id, is billed.
    """

    id: UUID
    sale_id: UUID
    season_id: UUID | None
    mode: ScheduleMode
    recipe: Mapping[str, object]
    past_dates: PastDates
    allocation: AllocationStrategy
    group_instalments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Invoice:
    """One instalment, or a credit note. `amount_minor` is in the Sale's price basis.

    Net, VAT and gross are None as long as the instalments of a MANUAL schedule do not add up to
    its lines: until then nobody can say which lines, and so which VAT, an instalment carries.

    A credit note names the cancellation that made it, unless it came with an invoice that
    replaces another one; that invoice names the one it replaces.
    """

    id: UUID
    code: str
    sale_id: UUID
    schedule_group_id: UUID
    account_id: UUID
    sequence_no: int
    kind: InvoiceKind
    planned_on: date
    amount_minor: int
    net_minor: int | None
    vat_minor: int | None
    gross_minor: int | None
    currency: str
    reference: str | None
    created_at: datetime
    cancellation_id: UUID | None = None
    replaces_invoice_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One allocation cell: what an invoice carries of one component of a sale line.

    A credit note's cell is negative and names the invoice that it credits; an invoice's own cells
    name the invoice itself. So the cells of one original, whoever carries them, sum to what is
    left of it.
    """

    invoice_id: UUID
    original_invoice_id: UUID
    component_id: UUID
    line_id: UUID
    sale_id: UUID
    amount_minor: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class InvoiceVat:
    """An invoice's net and VAT of one category and rate (EN 16931 BG-23), by original invoice."""

    invoice_id: UUID
    original_invoice_id: UUID
    sale_id: UUID
    vat_category: VatCategory
    rate_bp: int
    net_minor: int
    vat_minor: int
    currency: str

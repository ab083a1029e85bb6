"""Invoices, their allocation cells and VAT, and the schedules that make them, in the API."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Optional

import strawberry

from app.domain.allocation import AllocationStrategy
from app.domain.invoices import InvoiceKind, ScheduleMode
from app.domain.receivables import InvoiceStatus, Receivable, invoice_status
from app.domain.schedule import PastDates
from app.domain.vat import VatCategory
from app.schema.fields import (
    Info,
    Node,
    column,
    connected,
    created_column,
    money,
    node,
    part,
    to_many,
    to_one,
)
from app.schema.inputs import where
from app.schema.sale_lines import percent
from app.schema.scalars import DecimalText, Json
from app.storage.reads import Comparison


@node(
    "invoice",
    "An instalment of a Sale: a date and an amount. The legal document is made elsewhere.",
)
class Invoice(Node):
    """A row of invoice."""

    code = column("code", str, "The instalment code, by which invoicing systems match.")
    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    account = to_one("account_id", "account", "Account", "Who pays.")
    schedule = to_one(
        "schedule_group_id", "schedule_group", "InvoiceSchedule", "The schedule it belongs to."
    )
    sequence_no = column("sequence_no", int, "Its number in the Sale.")
    kind = column("kind", InvoiceKind, "Which way the money goes.")
    planned_on = column("planned_on", date, "When it is to be invoiced.")
    amount = money("amount_minor", "The amount in the Sale's price basis.")
    net = money("net_minor", "Before VAT; null while the schedule does not add up.", optional=True)
    vat = money("vat_minor", "The VAT; null while the schedule does not add up.", optional=True)
    gross = money(
        "gross_minor", "With VAT; null while the schedule does not add up.", optional=True
    )
    reference = column("reference", Optional[str], "A reference for the document.")
    created_at = created_column()
    lines = to_many(
        "invoice_line",
        "invoice_id",
        "InvoiceLine",
        "What it carries of each line: the allocation cells.",
    )
    vat_lines = to_many("invoice_vat", "invoice_id", "InvoiceVat", "Its VAT by category and rate.")

    @strawberry.field(description="What is to be done with it, on the club's day.")
    async def status(self, info: Info) -> InvoiceStatus:
        """Derive it from facts."""
        today = await info.context.today()
        found = await info.context.children("receivable", "invoice_id", self.row["id"], ())
        names = (one.name for one in fields(Receivable))
        facts = Receivable(**{name: found[0][name] for name in names}) if found else None
        return invoice_status(
            amount_minor=self.row["amount_minor"],
            planned_on=self.row["planned_on"],
            facts=facts,
            today=today,
        )


@part("invoice_line", "What an invoice carries of one component of a sale line.")
class InvoiceLine:
    """A row of invoice_line."""

    row: strawberry.Private[object]
    line = to_one("line_id", "sale_line", "SaleLine", "The sale line.")
    component = to_one(
        "component_id", "sale_line_component", "SaleLineComponent", "The component of the line."
    )
    amount = money("amount_minor", "The amount in the Sale's price basis.")
    net = money("net_minor", "Before VAT.")
    vat = money("vat_minor", "Its part of the invoice's VAT.")
    gross = money("gross_minor", "With VAT.")


@part("invoice_vat", "The VAT of an invoice in one category and rate (EN 16931 BG-23).")
class InvoiceVat:
    """A row of invoice_vat."""

    row: strawberry.Private[object]
    vat_category = column("vat_category", VatCategory, "The category.")
    rate_bp = column("rate_bp", int, "The rate in basis points.")
    net = money("net_minor", "The taxable amount (BT-116).")
    vat = money("vat_minor", "The VAT (BT-117).")

    @strawberry.field(description="The rate in percent, such as 21.00.")
    def vat_rate(self) -> DecimalText:
        """Write the rate."""
        row: dict[str, int] = self.row  # type: ignore[assignment]
        return percent(row["rate_bp"])


@node("schedule_group", "How the lines of one season, or the whole Sale, are billed.")
class InvoiceSchedule(Node):
    """A row of schedule_group."""

    season = to_one("season_id", "season", "Season", "Whose lines; null: those of the whole Sale.")
    mode = column("mode", ScheduleMode, "How it reacts to changes of lines.")
    recipe = column("recipe", Json, "The recipe as it was given.")
    past_dates = column("past_dates", PastDates, "What happens to dates in the past.")
    allocation = column("allocation", AllocationStrategy, "How lines are spread over invoices.")
    invoices = to_many(
        "invoice", "schedule_group_id", "Invoice", "Its invoices.", order=("sequence_no",)
    )


@strawberry.input(description="Which invoices.")
class InvoiceFilter:
    """Conditions on invoices."""

    code: list[str] | None = where("Any of these codes.", "code")
    sale_id: list[strawberry.ID] | None = where("Of any of these Sales.", "sale_id", refers="sale")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    kind: list[InvoiceKind] | None = where("Of any of these kinds.", "kind")
    currency: list[str] | None = where("In any of these currencies.", "currency")
    planned_from: date | None = where("Planned on or after.", "planned_on", how=Comparison.AT_LEAST)
    planned_to: date | None = where("Planned on or before.", "planned_on", how=Comparison.AT_MOST)
    search: str | None = where(
        "A part of code or reference.", "code", "reference", how=Comparison.CONTAINS
    )


@strawberry.enum(description="Orders of invoices.")
class InvoiceSort(Enum):
    """Column and direction."""

    PLANNED_ON_ASC = strawberry.enum_value("planned_on asc", description="Earliest first.")
    PLANNED_ON_DESC = strawberry.enum_value("planned_on desc", description="Latest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")


@strawberry.type
class InvoicesQuery:
    """Reads of invoices."""

    invoices = connected(
        "invoice",
        "Invoice",
        "The invoices of all Sales; those of Drafts may still change.",
        filters=InvoiceFilter,
        sorts=InvoiceSort,
    )

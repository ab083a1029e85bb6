"""Invoices, their allocation cells and VAT, and the schedules that make them, in the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any, Optional

import strawberry

from app.domain.allocation import AllocationStrategy
from app.domain.invoices import InvoiceKind, ScheduleMode
from app.domain.receivables import InvoiceStatus, Receivable, invoice_status, payable_minor
from app.domain.sales import SaleStatus
from app.domain.schedule import PastDates
from app.domain.vat import VatCategory
from app.schema.fields import (
    Info,
    Node,
    column,
    connected,
    created_column,
    lazy,
    money,
    node,
    part,
    to_many,
    to_one,
    wrap,
)
from app.schema.inputs import where
from app.schema.sale_lines import percent
from app.schema.scalars import DecimalText, Json, Money
from app.storage.conditions import Comparison

_FACTS = tuple(one.name for one in fields(Receivable))


async def facts_of(info: Info, row: Mapping[str, Any]) -> Receivable | None:
    """Load what became of an invoice."""
    found = await info.context.children("receivable", "invoice_id", row["id"], ())
    return Receivable(**{name: found[0][name] for name in _FACTS}) if found else None


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
    cancellation = to_one(
        "cancellation_id", "cancellation", "Cancellation", "What made it, of a credit note."
    )
    replaces = to_one(
        "replaces_invoice_id", "invoice", "Invoice", "The credited invoice that it stands for."
    )
    replaced_by = to_many(
        "invoice", "replaces_invoice_id", "Invoice", "The invoices that stand for it now."
    )
    lines = to_many(
        "invoice_line",
        "invoice_id",
        "InvoiceLine",
        "What it carries of each line: the allocation cells.",
    )
    vat_lines = to_many("invoice_vat", "invoice_id", "InvoiceVat", "Its VAT by category and rate.")

    documents = to_many(
        "invoice_document",
        "invoice_id",
        "InvoiceDocument",
        "All documents that were reported of it, also rejected ones.",
        order=("created_at",),
    )

    allocations = to_many(
        "payment_allocation",
        "invoice_id",
        "PaymentAllocation",
        "What payments and credits pay of it, in order; negative amounts were taken back.",
        order=("id",),
    )

    @strawberry.field(
        description="What is to be done with it, on the club's day.",
        metadata={"derived": "invoice.status"},
    )
    async def status(self, info: Info) -> InvoiceStatus:
        """Derive it from facts."""
        return invoice_status(
            amount_minor=self.row["amount_minor"],
            planned_on=self.row["planned_on"],
            facts=await facts_of(info, self.row),
            today=await info.context.today(),
        )

    @strawberry.field(
        description="Its document: accepted, to be decided, or a draft's; null: none.",
        graphql_type=Optional[lazy("InvoiceDocument")],
        metadata={"related": "invoice.document"},
    )
    async def document(self, info: Info) -> Any:  # noqa: ANN401 - a document or None
        """Load it."""
        facts = await facts_of(info, self.row)
        row = await info.context.row("invoice_document", facts.document_id if facts else None)
        return wrap("invoice_document", row)

    @strawberry.field(
        description="The number of its document; null: it has none yet.",
        metadata={"derived": "invoice.document_number"},
    )
    async def document_number(self, info: Info) -> str | None:
        """Read it."""
        facts = await facts_of(info, self.row)
        return facts.document_no if facts else None

    @strawberry.field(
        description="The date of its document.",
        metadata={"derived": "invoice.issued_on"},
    )
    async def issued_on(self, info: Info) -> date | None:
        """Read it."""
        facts = await facts_of(info, self.row)
        return facts.issued_on if facts else None

    @strawberry.field(
        description="When its document is to be paid.",
        metadata={"derived": "invoice.due_on"},
    )
    async def due_on(self, info: Info) -> date | None:
        """Read it."""
        facts = await facts_of(info, self.row)
        return facts.due_on if facts else None

    @strawberry.field(
        description="What is still to be paid of its document; negative: the customer's credit.",
        metadata={"derived": "invoice.open"},
    )
    async def open(self, info: Info) -> Money:
        """Sum it up."""
        return self._money(lambda facts: facts.open_minor, await facts_of(info, self.row))

    @strawberry.field(
        description="What a payment of it would be: what is open, or without a document its gross "
        "less what was paid and credited in advance.",
        metadata={"derived": "invoice.payable"},
    )
    async def payable(self, info: Info) -> Money:
        """Ask the rule by which payments are allocated."""
        minor = payable_minor(self.row["gross_minor"], await facts_of(info, self.row))
        return Money(minor=minor, currency=self.row["currency"])

    @strawberry.field(
        description="What payments were allocated to it; an advance before that.",
        metadata={"derived": "invoice.paid"},
    )
    async def paid(self, info: Info) -> Money:
        """Read it."""
        return self._money(lambda facts: facts.paid_minor, await facts_of(info, self.row))

    @strawberry.field(
        description="What credits were allocated to it.",
        metadata={"derived": "invoice.credited"},
    )
    async def credited(self, info: Info) -> Money:
        """Read it."""
        return self._money(lambda facts: facts.credited_minor, await facts_of(info, self.row))

    @strawberry.field(
        description="Whether a document exists or is being made: amounts are fixed.",
        metadata={"derived": "invoice.is_frozen"},
    )
    async def is_frozen(self, info: Info) -> bool:
        """Ask the facts."""
        facts = await facts_of(info, self.row)
        return facts is not None and facts.is_frozen

    @strawberry.field(
        description="The system that claimed it, until its document is there.",
        metadata={"derived": "invoice.claimed_by"},
    )
    async def claimed_by(self, info: Info) -> str | None:
        """Read it."""
        facts = await facts_of(info, self.row)
        return facts.claimed_by if facts and not facts.is_documented else None

    @strawberry.field(
        description="When others may claim it; null: not claimed, or without end.",
        metadata={"derived": "invoice.claim_expires_at"},
    )
    async def claim_expires_at(self, info: Info) -> datetime | None:
        """Read it."""
        facts = await facts_of(info, self.row)
        return facts.claim_expires_at if facts and not facts.is_documented else None

    @strawberry.field(
        description="Of a credit note: the invoices that it credits.",
        graphql_type=list[lazy("Invoice")],  # type: ignore[misc]  # a reference by name
        metadata={"related": "invoice.originals"},
    )
    async def originals(self, info: Info) -> Any:  # noqa: ANN401 - a list of invoices
        """Load what its cells are about."""
        return [wrap("invoice", row) for row in await self._originals(info)]

    @strawberry.field(
        description="Of a credit note: the invoices whose documents must come before its own.",
        graphql_type=list[lazy("Invoice")],  # type: ignore[misc]  # a reference by name
        metadata={"related": "invoice.waits_for"},
    )
    async def waits_for(self, info: Info) -> Any:  # noqa: ANN401 - a list of invoices
        """Load those that have no accepted document."""
        facts = await facts_of(info, self.row)
        if facts is None or not facts.is_waiting:
            return []
        rows = await self._originals(info)
        found = [await facts_of(info, row) for row in rows]
        return [
            wrap("invoice", row)
            for row, facts in zip(rows, found, strict=True)
            if facts is None or not facts.is_documented
        ]

    @strawberry.field(
        description="The credit notes on it.",
        graphql_type=list[lazy("Invoice")],  # type: ignore[misc]  # a reference by name
        metadata={"related": "invoice.credit_notes"},
    )
    async def credit_notes(self, info: Info) -> Any:  # noqa: ANN401 - a list of invoices
        """Load the invoices whose cells are about it."""
        context, own = info.context, self.row["id"]
        cells = await context.children("invoice_line", "original_invoice_id", own, ())
        ids = sorted({one["invoice_id"] for one in cells} - {own})
        rows = [await context.row("invoice", one) for one in ids]
        return [wrap("invoice", row) for row in rows if row is not None]

    async def _originals(self, info: Info) -> list[Any]:
        """Load the invoices that it credits, earliest first."""
        context, own = info.context, self.row["id"]
        cells = await context.children("invoice_line", "invoice_id", own, ())
        ids = {one["original_invoice_id"] for one in cells} - {own}
        rows = [await context.row("invoice", one) for one in sorted(ids)]
        return [row for row in rows if row is not None]

    def _money(self, read: Callable[[Receivable], int], facts: Receivable | None) -> Money:
        """Show an amount of the facts; without any it is nothing."""
        return Money(minor=read(facts) if facts else 0, currency=self.row["currency"])


@part("invoice_line", "What an invoice carries of one component of a sale line.")
class InvoiceLine:
    """A row of invoice_line."""

    row: strawberry.Private[object]
    line = to_one("line_id", "sale_line", "SaleLine", "The sale line.")
    component = to_one(
        "component_id", "sale_line_component", "SaleLineComponent", "The component of the line."
    )
    original_invoice = to_one(
        "original_invoice_id", "invoice", "Invoice", "Of a credit note: what is credited."
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

    @strawberry.field(
        description="The rate in percent, such as 21.00.",
        metadata={"derived": "rate"},
    )
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
    status: list[InvoiceStatus] | None = where(
        "In any of these statuses, on the club's day.", "id", how=Comparison.HAS_STATUS
    )
    sale_status: list[SaleStatus] | None = where(
        "Of Sales in any of these statuses.", "sale_id", how=Comparison.OF_SALE_STATUS
    )
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

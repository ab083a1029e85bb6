"""Sales in the API: the type, its filters and orders, and what can be read of it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Optional

import strawberry

from app.domain.organisations import HoldAction, PriceBasis, VatRounding
from app.domain.permissions import Role
from app.domain.sales import SaleAction, SaleChannel, SaleStatus, SaleType
from app.domain.vat import VatCategory, exemption_reason
from app.resolvers.ids import parse_id
from app.resolvers.sales import (
    allowed_actions,
    sale_by_code,
    settlement,
    sub_sale_totals,
    vat_summary,
)
from app.schema import sale_enums  # noqa: F401 - declares the enums with their descriptions
from app.schema.entitlements import EntitlementFilter, EntitlementSort
from app.schema.errors import UserError, user_errors
from app.schema.fields import (
    Info,
    Node,
    author,
    column,
    connected,
    created_column,
    lazy,
    money,
    node,
    to_many,
    to_one,
    version_column,
    wrap,
)
from app.schema.inputs import where
from app.schema.sale_lines import percent
from app.schema.scalars import DecimalText, Money, MoneyInput
from app.storage.conditions import Comparison


@strawberry.type(description="Whether something can be done with a Sale now, and if not, why.")
class AllowedAction:
    """One action and what stands against it."""

    action: SaleAction = strawberry.field(description="The action.")
    is_allowed: bool = strawberry.field(description="Whether nothing stands against it.")
    reasons: list[UserError] = strawberry.field(description="Everything that stands against it.")


@strawberry.type(description="Amounts that belong together.")
class Totals:
    """Net, VAT and gross."""

    net: Money = strawberry.field(description="Before VAT.")
    vat: Money = strawberry.field(description="The VAT.")
    gross: Money = strawberry.field(description="With VAT.")


@strawberry.type(description="How far a Sale is settled.")
class Settlement:
    """Open, paid and credited."""

    open: Money = strawberry.field(
        description="What is to be paid of its documents; credit is not taken off."
    )
    paid: Money = strawberry.field(description="What payments pay of it, advances as well.")
    credited: Money = strawberry.field(
        description="What credit notes took from its documents, settled or not."
    )


@strawberry.type(description="The VAT of a Sale in one category and rate.")
class VatSummary:
    """Category, rate and amounts."""

    vat_category: VatCategory = strawberry.field(description="The category.")
    rate_bp: int = strawberry.field(description="The rate in basis points.")
    vat_rate: DecimalText = strawberry.field(description="The rate in percent, such as 21.00.")
    net: Money = strawberry.field(description="The taxable amount.")
    vat: Money = strawberry.field(description="The VAT.")
    exemption_reason: str | None = strawberry.field(
        description="Why no VAT is charged (BT-120), where the category alone says it."
    )


@node("sale", "An agreement with an account: what it gets, at which price, billed how.")
class Sale(Node):
    """A row of sale."""

    code = column("code", str, "The code, such as `S-2026-000123`.")
    type = column("type", SaleType, "What it is about.")
    status = column("status", SaleStatus, "Where it is in its life.")
    channel = column("channel", SaleChannel, "Where it was made.")
    account = to_one("account_id", "account", "Account", "Who buys.")
    contact = to_one("contact_id", "contact", "Contact", "Who speaks for the account.")
    season = to_one("season_id", "season", "Season", "The season it is mainly for.")
    price_list = to_one("price_list_id", "price_list", "PriceList", "Where its prices come from.")
    parent_sale = to_one("parent_sale_id", "sale", "Sale", "The Sale that it is a sub-sale of.")
    sub_sales = to_many(
        "sale", "parent_sale_id", "Sale", "The Sales below it.", order=("created_at",)
    )
    renewed_from = to_one("renewed_from_sale_id", "sale", "Sale", "The Sale that it renews.")
    renewals = to_many(
        "sale", "renewed_from_sale_id", "Sale", "The Sales that renew it.", order=("created_at",)
    )
    template = to_one("template_id", "sale_template", "SaleTemplate", "What it was made from.")
    rep_code = column("rep_code", Optional[str], "The sales rep.")
    currency = column("currency", str, "The one currency of all its amounts.")
    price_basis = column("price_basis", PriceBasis, "Whether prices are before or with VAT.")
    vat_rounding = column("vat_rounding", VatRounding, "How the VAT of documents is rounded.")
    language = column("language", str, "The language of its documents.")
    is_barter = column("is_barter", bool, "Whether it is paid in kind; billing is the same.")
    name_on_tickets = column("name_on_tickets", Optional[str], "The name printed on tickets.")
    reference = column("reference", Optional[str], "The account's own reference.")
    discount = money("discount_minor", "The discount on the whole Sale, spread over its lines.")
    net = money("net_minor", "The total before VAT.")
    vat = money("vat_minor", "The total VAT.")
    gross = money("gross_minor", "The total with VAT.")
    hold_action = column("hold_action", HoldAction, "What happens when its hold ends.")
    hold_expires_at = column(
        "hold_expires_at", Optional[datetime], "When a Draft's hold ends; null: never."
    )
    hold_reminded_at = column(
        "hold_reminded_at", Optional[datetime], "When the end of the hold was announced."
    )
    cancel_reason = column("cancel_reason", Optional[str], "Why it was cancelled.")
    version = version_column()
    created_by = author("created_by", "Who made it.")
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it last changed.")
    finalised_at = column("finalised_at", Optional[datetime], "When it became Final.")
    cancelled_at = column("cancelled_at", Optional[datetime], "When it was cancelled.")
    expired_at = column("expired_at", Optional[datetime], "When its hold ended.")
    lines = to_many("sale_line", "sale_id", "SaleLine", "Its lines.", order=("line_no",))
    schedules = to_many("schedule_group", "sale_id", "InvoiceSchedule", "How it is billed.")
    invoices = to_many(
        "invoice", "sale_id", "Invoice", "Its instalments in order.", order=("sequence_no",)
    )
    cancellations = to_many(
        "cancellation",
        "sale_id",
        "Cancellation",
        "What was cancelled of it, in order.",
        order=("sequence_no",),
    )
    entitlements = connected(
        "entitlement",
        "Entitlement",
        "What it entitles to, piece by piece.",
        filters=EntitlementFilter,
        sorts=EntitlementSort,
        via="sale_id",
    )

    @strawberry.field(
        description="Whether a part of it is cancelled and another part is not.",
        metadata={"derived": "sale.is_partly_cancelled"},
    )
    async def is_partly_cancelled(self, info: Info) -> bool:
        """Look at its lines."""
        if self.row["status"] == SaleStatus.CANCELLED:
            return False
        lines = await info.context.children("sale_line", "sale_id", self.row["id"], ("line_no",))
        return any(line["cancelled_count"] for line in lines)

    @strawberry.field(
        description="What of its documents is open, paid, and credited by credit notes; without "
        "its sub-sales.",
        metadata={"parts": "settlement"},
    )
    async def settlement(self, info: Info) -> Settlement:
        """Add up the facts of its invoices."""
        currency = self.row["currency"]
        open_minor, paid, credited = await settlement(info.context, self.row["id"])
        return Settlement(
            open=Money(minor=open_minor, currency=currency),
            paid=Money(minor=paid, currency=currency),
            credited=Money(minor=credited, currency=currency),
        )

    @strawberry.field(
        description="Internal comments; null for portal users.",
        metadata={"column": "comments", "hidden_from": {Role.PORTAL}},
    )
    def comments(self, info: Info) -> str | None:
        """Keep them within the club."""
        comments: str | None = self.row["comments"]
        return None if info.context.caller.role is Role.PORTAL else comments

    @strawberry.field(description="What can be done with it now by the caller, and why not.")
    async def allowed_actions(self, info: Info) -> list[AllowedAction]:
        """Ask the rules themselves."""
        return [
            AllowedAction(
                action=one.action,
                is_allowed=one.is_allowed,
                reasons=user_errors(one.reasons),
            )
            for one in await allowed_actions(info.context, self.row["id"])
        ]

    @strawberry.field(
        description="Its own totals and those of its Final sub-sales together.",
        metadata={"parts": "totals"},
    )
    async def totals_with_sub_sales(self, info: Info) -> Totals:
        """Add them up."""
        net, vat, gross = await sub_sale_totals(info.context, self.row)
        currency = self.row["currency"]
        return Totals(
            net=Money(minor=net, currency=currency),
            vat=Money(minor=vat, currency=currency),
            gross=Money(minor=gross, currency=currency),
        )

    @strawberry.field(description="Its VAT by category and rate.")
    async def vat_summary(self, info: Info) -> list[VatSummary]:
        """Add up the components of its lines."""
        currency = self.row["currency"]
        return [
            VatSummary(
                vat_category=category,
                rate_bp=rate_bp,
                vat_rate=percent(rate_bp),
                net=Money(minor=net, currency=currency),
                vat=Money(minor=vat, currency=currency),
                exemption_reason=reason.text if (reason := exemption_reason(category)) else None,
            )
            for (category, rate_bp), (net, vat) in await vat_summary(info.context, self.row["id"])
        ]


@strawberry.input(description="Which Sales; all conditions must be met.")
class SaleFilter:
    """Conditions on Sales."""

    code: list[str] | None = where("Any of these codes.", "code")
    status: list[SaleStatus] | None = where("In any of these statuses.", "status")
    type: list[SaleType] | None = where("Of any of these types.", "type")
    channel: list[SaleChannel] | None = where("Made through any of these channels.", "channel")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    season_id: list[strawberry.ID] | None = where(
        "For any of these seasons.", "season_id", refers="season"
    )
    parent_sale_id: list[strawberry.ID] | None = where(
        "Sub-sales of any of these.", "parent_sale_id", refers="sale"
    )
    template_id: list[strawberry.ID] | None = where(
        "Made from any of these templates.", "template_id", refers="sale_template"
    )
    rep_code: list[str] | None = where("Of any of these sales reps.", "rep_code")
    is_barter: bool | None = where("Paid in kind or not.", "is_barter", how=Comparison.EQUAL)
    is_sub_sale: bool | None = where(
        "With or without a parent.", "parent_sale_id", how=Comparison.IS_SET
    )
    currency: list[str] | None = where("In any of these currencies.", "currency")
    search: str | None = where(
        "A part of code, reference or name on tickets.",
        "code",
        "reference",
        "name_on_tickets",
        how=Comparison.CONTAINS,
    )
    created_from: datetime | None = where(
        "Made at or after.", "created_at", how=Comparison.AT_LEAST
    )
    created_before: datetime | None = where("Made before.", "created_at", how=Comparison.BELOW)
    updated_from: datetime | None = where(
        "Changed at or after.", "updated_at", how=Comparison.AT_LEAST
    )
    finalised_from: datetime | None = where("Final since.", "finalised_at", how=Comparison.AT_LEAST)
    finalised_before: datetime | None = where("Final before.", "finalised_at", how=Comparison.BELOW)
    hold_expires_before: datetime | None = where(
        "Whose hold ends before.", "hold_expires_at", how=Comparison.BELOW
    )
    gross_from: MoneyInput | None = where(
        "Of at least this gross, in its currency.", "gross_minor", how=Comparison.AT_LEAST
    )
    gross_to: MoneyInput | None = where(
        "Of at most this gross, in its currency.", "gross_minor", how=Comparison.AT_MOST
    )


@strawberry.enum(description="Orders of Sales.")
class SaleSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    UPDATED_AT_DESC = strawberry.enum_value("updated_at desc", description="Last changed first.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CODE_DESC = strawberry.enum_value("code desc", description="By code, backwards.")
    GROSS_DESC = strawberry.enum_value("gross_minor desc", description="Largest first.")
    GROSS_ASC = strawberry.enum_value("gross_minor asc", description="Smallest first.")


@strawberry.type
class SalesQuery:
    """Reads of Sales."""

    sales = connected("sale", "Sale", "The Sales.", filters=SaleFilter, sorts=SaleSort)

    @strawberry.field(
        description="One Sale by its id or its code; null when the caller can see none.",
        graphql_type=Optional[lazy("Sale")],
        metadata={"one": ("sale", "code")},
    )
    async def sale(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id.")] = None,  # noqa: A002 - the argument's name in the API
        code: Annotated[str | None, strawberry.argument(description="The code.")] = None,
    ) -> Any:  # noqa: ANN401 - a Sale or None
        """Find it."""
        if id is not None:
            return wrap("sale", await info.context.row("sale", parse_id("sale", id, "id")))
        return wrap("sale", await sale_by_code(info.context, code))

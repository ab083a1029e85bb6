"""Sale lines and their components in the API."""

from __future__ import annotations

from typing import Any, Optional

import strawberry

from app.domain.vat import SupplyType, VatCategory
from app.schema.entitlements import EntitlementFilter, EntitlementSort
from app.schema.fields import (
    Info,
    Node,
    column,
    connected,
    lazy,
    money,
    node,
    to_many,
    to_one,
    wrap,
)
from app.schema.scalars import DecimalText

BP_PER_PERCENT = 100


def percent(rate_bp: int) -> DecimalText:
    """Write basis points as a percentage: 2150 as 21.50."""
    return DecimalText(f"{rate_bp // BP_PER_PERCENT}.{rate_bp % BP_PER_PERCENT:02d}")


@node(
    "sale_line",
    "A line of a Sale: a product, how many, for which calendar items, at which price.",
)
class SaleLine(Node):
    """A row of sale_line."""

    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    line_no = column("line_no", int, "Its number in the Sale.")
    product = to_one("product_id", "product", "Product", "What is sold.")
    season = to_one("season_id", "season", "Season", "The season that it belongs to.")
    bundle = to_one("bundle_id", "calendar_bundle", "CalendarBundle", "The bundle it was sold for.")
    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The single calendar item it is for."
    )
    description = column("description", str, "What stands on documents.")
    quantity = column("quantity", int, "How many units were sold.")
    quantity_cancelled = column(
        "quantity_cancelled", int, "How many of them were cancelled, so that nothing is left."
    )
    cancelled = money("cancelled_minor", "What was cancelled of it, in the Sale's price basis.")
    list_price = money("list_price_minor", "The price list's price of one unit.", optional=True)
    unit_price = money("unit_price_minor", "The agreed price of one unit.")
    discount = money("discount_minor", "The discount on this line.")
    sale_discount = money("sale_discount_minor", "Its part of the discount on the whole Sale.")
    amount = money("amount_minor", "Its value in the Sale's price basis, after discounts.")
    net = money("net_minor", "Its value before VAT.")
    vat = money("vat_minor", "Its VAT; what counts is the VAT of the invoices.")
    gross = money("gross_minor", "Its value with VAT.")
    components = to_many(
        "sale_line_component",
        "line_id",
        "SaleLineComponent",
        "The products inside, each with its VAT; one, unless a package was sold.",
        order=("component_no",),
    )
    entitlements = connected(
        "entitlement",
        "Entitlement",
        "What it entitles to, piece by piece.",
        filters=EntitlementFilter,
        sorts=EntitlementSort,
        via="line_id",
    )

    @strawberry.field(
        description="The calendar items it was expanded to when it was sold.",
        graphql_type=list[lazy("CalendarItem")],  # type: ignore[misc]  # a reference by name
        metadata={"related": "sale_line.calendar_items"},
    )
    async def calendar_items(self, info: Info) -> Any:  # noqa: ANN401 - a list of calendar items
        """Load them together."""
        rows = [
            await info.context.row("calendar_item", one) for one in self.row["calendar_item_ids"]
        ]
        return [wrap("calendar_item", row) for row in rows if row is not None]


@node("sale_line_component", "One product inside a line, with the VAT class of its own.")
class SaleLineComponent(Node):
    """A row of sale_line_component."""

    line = to_one("line_id", "sale_line", "SaleLine", "The line.")
    component_no = column("component_no", int, "Its number in the line.")
    product = to_one("product_id", "product", "Product", "The product.")
    quantity = column("quantity", int, "Pieces in one unit.")
    supply_type = column("supply_type", SupplyType, "What is supplied, as far as VAT cares.")
    vat_category = column("vat_category", VatCategory, "The VAT category.")
    rate_bp = column("rate_bp", int, "The VAT rate in basis points: 2100 is 21 %.")
    revenue_account = column("revenue_account", Optional[str], "The revenue account.")
    amount = money("amount_minor", "Its value in the Sale's price basis.")
    net = money("net_minor", "Its value before VAT.")
    vat = money("vat_minor", "Its VAT.")
    gross = money("gross_minor", "Its value with VAT.")

    @strawberry.field(
        description="The VAT rate in percent, such as 21.00.", metadata={"derived": "rate"}
    )
    def vat_rate(self) -> DecimalText:
        """Write the rate."""
        return percent(self.row["rate_bp"])

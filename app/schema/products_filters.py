"""Which product groups, products, price lists and prices, and in which order."""

from __future__ import annotations

from datetime import date
from enum import Enum

import strawberry

from app.domain.products import ProductKind, ProductScope
from app.domain.vat import SupplyType
from app.schema.inputs import described, where
from app.storage.conditions import Comparison

described(
    ProductKind,
    "What a product is, and so which inventory it takes.",
    {
        "SEAT": "A seat at a calendar item.",
        "PARKING": "A parking place at a calendar item.",
        "FORMULA": "Hospitality at a calendar item; a ticket has at most one per location type.",
        "PACKAGE": "Several products sold as one.",
        "CATALOG": "Anything else, such as a gift or an advertisement.",
    },
)
described(
    ProductScope,
    "What one unit of a product is granted for.",
    {
        "CALENDAR_ITEM": "Each calendar item of the line.",
        "SEASON": "A season as a whole.",
        "NONE": "Once, whatever the calendar.",
    },
)


@strawberry.input(description="Which product groups.")
class ProductGroupFilter:
    """Conditions on product groups."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)


@strawberry.enum(description="Orders of product groups.")
class ProductGroupSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which products.")
class ProductFilter:
    """Conditions on products."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    product_group_id: list[strawberry.ID] | None = where(
        "Of any of these groups.", "product_group_id", refers="product_group"
    )
    location_id: list[strawberry.ID] | None = where(
        "At any of these locations.", "location_id", refers="location"
    )
    kind: list[ProductKind] | None = where("Of any of these kinds.", "kind")
    scope: list[ProductScope] | None = where("Of any of these scopes.", "scope")
    supply_type: list[SupplyType] | None = where("Of any of these supply types.", "supply_type")
    is_active: bool | None = where(
        "Active products only, or the others only.", "is_active", how=Comparison.EQUAL
    )
    is_limited: bool | None = where(
        "Limited products only, or the others only.", "is_limited", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of products.")
class ProductSort(Enum):
    """Column and direction."""

    NAME_ASC = strawberry.enum_value("name_key asc", description="By name.")
    NAME_DESC = strawberry.enum_value("name_key desc", description="By name, Z first.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which price lists.")
class PriceListFilter:
    """Conditions on price lists."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    currency: list[str] | None = where("In any of these currencies.", "currency")
    is_public: bool | None = where(
        "Lists that portals show only, or the others only.", "is_public", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of price lists.")
class PriceListSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which prices.")
class PriceFilter:
    """Conditions on prices."""

    price_list_id: list[strawberry.ID] | None = where(
        "Of any of these lists.", "price_list_id", refers="price_list"
    )
    product_id: list[strawberry.ID] | None = where(
        "Of any of these products.", "product_id", refers="product"
    )
    season_id: list[strawberry.ID] | None = where(
        "For any of these seasons.", "season_id", refers="season"
    )
    bundle_id: list[strawberry.ID] | None = where(
        "For any of these bundles.", "bundle_id", refers="calendar_bundle"
    )
    calendar_item_id: list[strawberry.ID] | None = where(
        "For any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    valid_on: date | None = where(
        "Valid from this day or earlier.", "valid_from", how=Comparison.AT_MOST
    )
    valid_from: date | None = where(
        "Valid from this day or later.", "valid_from", how=Comparison.AT_LEAST
    )


@strawberry.enum(description="Orders of prices.")
class PriceSort(Enum):
    """Column and direction."""

    VALID_FROM_DESC = strawberry.enum_value("valid_from desc", description="Latest first.")
    VALID_FROM_ASC = strawberry.enum_value("valid_from asc", description="Earliest first.")
    AMOUNT_DESC = strawberry.enum_value("amount_minor desc", description="Highest first.")
    AMOUNT_ASC = strawberry.enum_value("amount_minor asc", description="Lowest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")

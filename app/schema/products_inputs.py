"""What mutations of products and prices are given, and the requests that it becomes."""

from __future__ import annotations

from datetime import date

import strawberry

from app.commands.products import Component, SetComponents
from app.domain.organisations import PriceBasis
from app.domain.products import ProductKind, ProductScope
from app.domain.validation import Check
from app.domain.vat import SupplyType
from app.resolvers.ids import checked_id
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.scalars import MoneyInput


@strawberry.input(description="A new product group.")
class ProductGroupCreateInput:
    """Fields of a new product group."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    revenue_account: str | None = maybe("The ledger account of products without their own.")


@strawberry.input(description="Changes of a product group; omitted fields stay as they are.")
class ProductGroupUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The product group.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    revenue_account: str | None = maybe("The ledger account of products without their own.")


@strawberry.input(description="A new product.")
class ProductCreateInput:
    """Fields of a new product."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    kind: ProductKind = given("What it is.")
    scope: ProductScope = given("What one unit is granted for.")
    product_group_id: strawberry.ID = given("The group it is in.", refers="product_group")
    supply_type: SupplyType = given("What it is to the tax office.")
    is_numbered: bool | None = maybe("Whether it takes numbered seats or parkings; no if omitted.")
    is_limited: bool | None = maybe("Whether its number is limited; no when omitted.")
    is_standalone: bool | None = maybe("Whether a formula is sold without a seat; no if omitted.")
    is_active: bool | None = maybe("Whether it can be sold; yes when omitted.")
    location_id: strawberry.ID | None = maybe("Where it is.", refers="location")
    location_type_code: str | None = maybe("What a formula serves; a FORMULA needs it.")
    category: str | None = maybe("The category that its seats must have.")
    capacity: int | None = maybe(
        "How many there are at each calendar item, season, or in all; else its location's count."
    )
    revenue_account: str | None = maybe("Its ledger account, else that of its group.")


@strawberry.input(description="Changes of a product; omitted fields stay as they are.")
class ProductUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The product.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    kind: ProductKind | None = maybe("What it is; it stays once the product was sold.")
    scope: ProductScope | None = maybe("What one unit is granted for; it stays once it was sold.")
    product_group_id: strawberry.ID | None = maybe("The group it is in.", refers="product_group")
    supply_type: SupplyType | None = maybe("What it is to the tax office.")
    is_numbered: bool | None = maybe("Whether it takes numbered places; it stays once sold.")
    is_limited: bool | None = maybe("Whether its number is limited.")
    is_standalone: bool | None = maybe("Whether a formula is sold without a seat.")
    is_active: bool | None = maybe("Whether it can be sold.")
    location_id: strawberry.ID | None = maybe("Where it is.", refers="location")
    location_type_code: str | None = maybe("What a formula serves.")
    category: str | None = maybe("The category that its seats must have.")
    capacity: int | None = maybe("How many places new pools of its own get.")
    revenue_account: str | None = maybe("Its ledger account, else that of its group.")


@strawberry.input(description="One product inside a package.")
class PackageComponentInput:
    """A product, a quantity and a weight."""

    product_id: strawberry.ID = strawberry.field(description="The product, or another package.")
    quantity: int = strawberry.field(description="How many of it; at least 1.", default=1)
    price_weight: int = strawberry.field(
        description="Its share of the package's price, relative to the others, 0 to 1,000,000."
    )


@strawberry.input(description="Everything that a package contains.")
class PackageComponentsSetInput:
    """A package and its components."""

    idempotency_key: str = key()
    product_id: strawberry.ID = strawberry.field(description="The package.")
    expected_version: int = expected_version()
    components: list[PackageComponentInput] = strawberry.field(
        description="All components in order; packages may nest 5 levels deep, to 100 pieces."
    )


@strawberry.input(description="A new price list.")
class PriceListCreateInput:
    """Fields of a new price list."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    currency: str = given("The currency of all its prices, ISO 4217.")
    price_basis: PriceBasis = given("Whether its prices are before or with VAT.")
    is_public: bool | None = maybe("Whether portal users see it; no when omitted.")
    valid_from: date | None = maybe("The first day it may be used.")
    valid_to: date | None = maybe("The last day it may be used.")


@strawberry.input(description="Changes of a price list; omitted fields stay as they are.")
class PriceListUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The price list.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    currency: str | None = maybe("The currency, as long as it has no prices.")
    price_basis: PriceBasis | None = maybe("Whether its prices are before or with VAT.")
    is_public: bool | None = maybe("Whether portal users see it.")
    valid_from: date | None = maybe("The first day it may be used.")
    valid_to: date | None = maybe("The last day it may be used.")


@strawberry.input(description="A new price, for one of a season, bundle or item, or for any.")
class PriceCreateInput:
    """Fields of a new price."""

    idempotency_key: str = key()
    price_list_id: strawberry.ID = given("The list.", refers="price_list")
    product_id: strawberry.ID = given("What it is the price of.", refers="product")
    season_id: strawberry.ID | None = maybe("The season it is for.", refers="season")
    bundle_id: strawberry.ID | None = maybe("The bundle it is for.", refers="calendar_bundle")
    calendar_item_id: strawberry.ID | None = maybe(
        "The match or event it is for.", refers="calendar_item"
    )
    amount: MoneyInput = given("The price of one unit.", to="amount_minor", is_money=True)
    valid_from: date = given("The first day it holds.")


@strawberry.input(description="Changes of a price; omitted fields stay as they are.")
class PriceUpdateInput:
    """Fields to change; for another product or scope, add another price."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The price.")
    expected_version: int = expected_version()
    amount: MoneyInput | None = maybe("The price of one unit.", to="amount_minor", is_money=True)
    valid_from: date | None = maybe("The first day it holds.")


def components_to_set(input: PackageComponentsSetInput, check: Check) -> SetComponents:  # noqa: A002 - the argument's name in the API
    """Read everything that a package contains."""
    components = []
    for index, one in enumerate(input.components):
        path = "components", str(index), "productId"
        product_id = checked_id("product", one.product_id, check, *path)
        components.append(Component(product_id, one.quantity, one.price_weight))
    package_id = checked_id("product", input.product_id, check, "productId")
    return SetComponents(package_id, input.expected_version, tuple(components))

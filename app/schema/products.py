"""Product groups, products, packages, price lists and prices in the API."""

from __future__ import annotations

from datetime import date
from typing import Optional

import strawberry

from app.commands.products import PRICE, PRICE_LIST, PRODUCT, PRODUCT_GROUP, set_components
from app.domain.organisations import PriceBasis
from app.domain.products import ProductKind, ProductScope
from app.domain.vat import SupplyType
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    money,
    node,
    to_many,
    to_one,
    version_column,
)
from app.schema.inventory_filters import PoolFilter, PoolSort
from app.schema.payloads import action_mutation, create_mutation, update_mutation
from app.schema.products_filters import (
    PriceFilter,
    PriceListFilter,
    PriceListSort,
    PriceSort,
    ProductFilter,
    ProductGroupFilter,
    ProductGroupSort,
    ProductSort,
)
from app.schema.products_inputs import (
    PackageComponentsSetInput,
    PriceCreateInput,
    PriceListCreateInput,
    PriceListUpdateInput,
    PriceUpdateInput,
    ProductCreateInput,
    ProductGroupCreateInput,
    ProductGroupUpdateInput,
    ProductUpdateInput,
    components_to_set,
)
from app.schema.scalars import BigInt


@node("product_group", "Products that are reported and booked together.")
class ProductGroup(Node):
    """A row of product_group."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name that people read.")
    revenue_account = column(
        "revenue_account", Optional[str], "The ledger account of products without their own."
    )
    version = version_column()
    created_at = created_column()
    products = connected(
        "product",
        "Product",
        "Its products.",
        filters=ProductFilter,
        sorts=ProductSort,
        via="product_group_id",
    )


@node("product", "Anything that can stand on a sale line.")
class Product(Node):
    """A row of product."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name that people read.")
    kind = column("kind", ProductKind, "What it is.")
    scope = column("scope", ProductScope, "What one unit is granted for.")
    group = to_one("product_group_id", "product_group", "ProductGroup", "The group it is in.")
    supply_type = column("supply_type", SupplyType, "What it is to the tax office.")
    is_numbered = column("is_numbered", bool, "Whether it takes numbered seats or parkings.")
    is_limited = column("is_limited", bool, "Whether its number is limited.")
    is_standalone = column(
        "is_standalone", bool, "Whether a formula can be sold without a seat to attach to."
    )
    is_active = column("is_active", bool, "Whether it can be sold.")
    location = to_one(
        "location_id", "location", "Location", "Where it is; its seats lie in it or below."
    )
    location_type_code = column(
        "location_type_code", Optional[str], "What a formula serves, such as COCKTAIL."
    )
    category = column("category", Optional[str], "The category that its seats must have.")
    capacity = column(
        "capacity", Optional[int], "How many new pools of its own get; else its location's count."
    )
    revenue_account = column("revenue_account", Optional[str], "Its ledger account, if its own.")
    version = version_column()
    created_at = created_column()
    components = to_many(
        "package_component",
        "package_id",
        "PackageComponent",
        "What a package contains, in order.",
        order=("position",),
    )
    package_components = to_many(
        "package_component",
        "product_id",
        "PackageComponent",
        "Its places in packages.",
        order=("package_id",),
    )
    prices = connected(
        "price",
        "Price",
        "Its prices in all lists.",
        filters=PriceFilter,
        sorts=PriceSort,
        via="product_id",
    )
    pools = connected(
        "pool",
        "Pool",
        "Its own places by calendar item or season.",
        filters=PoolFilter,
        sorts=PoolSort,
        via="product_id",
    )


@node("package_component", "One product inside a package.")
class PackageComponent(Node):
    """A row of package_component."""

    package = to_one("package_id", "product", "Product", "The package.")
    position = column("position", int, "Its place among the components, from 0.")
    product = to_one("product_id", "product", "Product", "The product inside.")
    quantity = column("quantity", int, "How many of it one package contains.")
    price_weight = column(
        "price_weight", BigInt, "Its share of the package's price, relative to the others."
    )


@node("price_list", "Prices in one currency.")
class PriceList(Node):
    """A row of price_list."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name that people read.")
    currency = column("currency", str, "The currency of all its prices, ISO 4217.")
    price_basis = column("price_basis", PriceBasis, "Whether its prices are before or with VAT.")
    is_public = column("is_public", bool, "Whether portal users see it.")
    valid_from = column("valid_from", Optional[date], "The first day it may be used.")
    valid_to = column("valid_to", Optional[date], "The last day it may be used.")
    version = version_column()
    created_at = created_column()
    prices = connected(
        "price",
        "Price",
        "Its prices.",
        filters=PriceFilter,
        sorts=PriceSort,
        via="price_list_id",
    )


@node("price", "What one unit of a product costs from a day on.")
class Price(Node):
    """A row of price."""

    price_list = to_one("price_list_id", "price_list", "PriceList", "The list it is in.")
    product = to_one("product_id", "product", "Product", "What it is the price of.")
    season = to_one("season_id", "season", "Season", "The season it is for; null: any.")
    bundle = to_one(
        "bundle_id", "calendar_bundle", "CalendarBundle", "The bundle it is for; null: any."
    )
    calendar_item = to_one(
        "calendar_item_id",
        "calendar_item",
        "CalendarItem",
        "The match or event it is for; null: any.",
    )
    amount = money("amount_minor", "The price of one unit.")
    valid_from = column("valid_from", date, "The first day it holds, until a later one does.")
    version = version_column()
    created_at = created_column()


@strawberry.type
class ProductsQuery:
    """Reads of products."""

    product_groups = connected(
        "product_group",
        "ProductGroup",
        "The product groups.",
        filters=ProductGroupFilter,
        sorts=ProductGroupSort,
    )
    products = connected(
        "product", "Product", "The products.", filters=ProductFilter, sorts=ProductSort
    )
    price_lists = connected(
        "price_list",
        "PriceList",
        "The price lists.",
        filters=PriceListFilter,
        sorts=PriceListSort,
    )
    prices = connected("price", "Price", "The prices.", filters=PriceFilter, sorts=PriceSort)


@strawberry.type
class ProductsMutation:
    """Changes of products."""

    product_group_create = create_mutation(
        PRODUCT_GROUP, "ProductGroup", ProductGroupCreateInput, "Create a product group."
    )
    product_group_update = update_mutation(
        PRODUCT_GROUP, "ProductGroup", ProductGroupUpdateInput, "Change a product group."
    )
    product_create = create_mutation(
        PRODUCT,
        "Product",
        ProductCreateInput,
        "Create a product. When it takes unnumbered places, its pools are created with it.",
    )
    product_update = update_mutation(
        PRODUCT,
        "Product",
        ProductUpdateInput,
        "Change a product. What was sold stays as it was sold; pools that exist keep their "
        "capacity.",
    )
    package_components_set = action_mutation(
        "packageComponentsSet",
        "product",
        "Product",
        PackageComponentsSetInput,
        components_to_set,
        set_components,
        "Replace everything a package contains. What was sold keeps what it was sold with.",
    )
    price_list_create = create_mutation(
        PRICE_LIST, "PriceList", PriceListCreateInput, "Create a price list."
    )
    price_list_update = update_mutation(
        PRICE_LIST, "PriceList", PriceListUpdateInput, "Change a price list."
    )
    price_create = create_mutation(PRICE, "Price", PriceCreateInput, "Add a price to a list.")
    price_update = update_mutation(
        PRICE,
        "Price",
        PriceUpdateInput,
        "Change a price. Sales that exist keep the price they were made with.",
    )

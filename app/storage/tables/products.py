"""Products, their groups, packages, dated prices and dated VAT rules."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, UniqueConstraint

from app.domain.organisations import PriceBasis
from app.domain.products import ProductKind, ProductScope
from app.domain.vat import SupplyType, VatCategory
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    minor,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

product_group = tenant_table(
    "product_group",
    string("code"),
    string("name"),
    string("revenue_account", optional=True),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_product_group_created", "organisation_id", "created_at", "id"),
)

product = tenant_table(
    "product",
    string("code"),
    string("name"),
    choice("kind", ProductKind),
    choice("scope", ProductScope),
    uuid("product_group_id"),
    choice("supply_type", SupplyType),
    Column("is_numbered", Boolean, nullable=False),
    Column("is_limited", Boolean, nullable=False),
    Column("is_standalone", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    uuid("location_id", optional=True),
    string("location_type_code", optional=True),
    string("category", optional=True),
    count("capacity", optional=True),
    string("revenue_account", optional=True),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    reference("product_group_id", "product_group"),
    reference("location_id", "location"),
    one_of("kind", ProductKind),
    one_of("scope", ProductScope),
    one_of("supply_type", SupplyType),
    rule("capacity_not_negative", "capacity >= 0"),
    Index("ix_product_group", "organisation_id", "product_group_id", "id"),
    Index("ix_product_location", "organisation_id", "location_id"),
    Index("ix_product_name", "organisation_id", "name", "id"),
    Index("ix_product_created", "organisation_id", "created_at", "id"),
)

package_component = tenant_table(
    "package_component",
    uuid("package_id"),
    count("position"),
    uuid("product_id"),
    count("quantity"),
    Column("price_weight", BigInteger, nullable=False),
    reference("package_id", "product", ondelete="CASCADE"),
    reference("product_id", "product"),
    UniqueConstraint("organisation_id", "package_id", "position"),
    rule("quantity_positive", "quantity > 0"),
    rule("weight_not_negative", "price_weight >= 0"),
    Index("ix_package_component_product", "organisation_id", "product_id"),
)

price_list = tenant_table(
    "price_list",
    string("code"),
    string("name"),
    string("currency"),
    choice("price_basis", PriceBasis),
    Column("is_public", Boolean, nullable=False),
    Column("valid_from", Date, nullable=True),
    Column("valid_to", Date, nullable=True),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    one_of("price_basis", PriceBasis),
    rule("valid_to_after_from", "valid_to >= valid_from"),
    Index("ix_price_list_created", "organisation_id", "created_at", "id"),
)

price = tenant_table(
    "price",
    uuid("price_list_id"),
    uuid("product_id"),
    uuid("season_id", optional=True),
    uuid("bundle_id", optional=True),
    uuid("calendar_item_id", optional=True),
    minor("amount_minor"),
    string("currency"),
    Column("valid_from", Date, nullable=False),
    version(),
    instant("created_at"),
    reference("price_list_id", "price_list"),
    reference("product_id", "product"),
    reference("season_id", "season"),
    reference("bundle_id", "calendar_bundle"),
    reference("calendar_item_id", "calendar_item"),
    UniqueConstraint(
        "organisation_id",
        "price_list_id",
        "product_id",
        "season_id",
        "bundle_id",
        "calendar_item_id",
        "valid_from",
        name="uq_price_scope",
        postgresql_nulls_not_distinct=True,
    ),
    rule("one_scope", "num_nonnulls(season_id, bundle_id, calendar_item_id) <= 1"),
    rule("amount_not_negative", "amount_minor >= 0"),
    Index("ix_price_product", "organisation_id", "product_id", "id"),
    Index("ix_price_season", "organisation_id", "season_id"),
    Index("ix_price_bundle", "organisation_id", "bundle_id"),
    Index("ix_price_calendar_item", "organisation_id", "calendar_item_id"),
    Index("ix_price_created", "organisation_id", "created_at", "id"),
)

vat_rule = tenant_table(
    "vat_rule",
    choice("supply_type", SupplyType),
    string("country"),
    choice("category", VatCategory),
    count("rate_bp"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    version(),
    instant("created_at"),
    one_of("supply_type", SupplyType),
    one_of("category", VatCategory),
    rule("rate_within_bounds", "rate_bp BETWEEN 0 AND 10000"),
    rule("valid_to_after_from", "valid_to >= valid_from"),
    UniqueConstraint("organisation_id", "supply_type", "country", "valid_from"),
    Index("ix_vat_rule_created", "organisation_id", "created_at", "id"),
)

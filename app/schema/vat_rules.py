"""VAT rules in the API."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Optional

import strawberry

from app.commands.vat_rules import VAT_RULE
from app.domain.vat import SupplyType, VatCategory
from app.schema.fields import Node, column, connected, created_column, node, version_column
from app.schema.inputs import described, expected_version, given, key, maybe, where
from app.schema.payloads import create_mutation, update_mutation
from app.storage.conditions import Comparison

described(
    SupplyType,
    "What is supplied, as far as VAT cares.",
    {
        "ADMISSION": "Admission, also season tickets and hospitality that includes it.",
        "CATERING": "Food and drinks.",
        "PARKING": "Parking.",
        "ADVERTISING": "Advertising and sponsoring.",
        "SERVICE": "Any other service.",
        "GOODS": "Goods that are shipped.",
        "VIRTUAL": "Admission to a virtual event.",
        "VOUCHER_MULTI": "A voucher that is taxed when it is redeemed.",
        "VOUCHER_SINGLE": "A voucher that is taxed when it is sold.",
        "COMPENSATION": "A compensation, which is no supply.",
    },
)
described(
    VatCategory,
    "The VAT category of EN 16931 (BT-118, BT-151).",
    {
        "STANDARD": "S: a rate above 0.",
        "ZERO": "Z: zero-rated.",
        "EXEMPT": "E: exempt.",
        "REVERSE_CHARGE": "AE: the customer accounts for the VAT.",
        "INTRA_COMMUNITY": "K: a supply to another country of the EU.",
        "EXPORT": "G: an export out of the EU.",
        "OUT_OF_SCOPE": "O: not subject to VAT.",
    },
)


@node("vat_rule", "The VAT of a supply type in a country, from a day to a day.")
class VatRule(Node):
    """A row of vat_rule."""

    supply_type = column("supply_type", SupplyType, "What is supplied.")
    country = column("country", str, "The country of taxation, ISO 3166-1 alpha-2.")
    category = column("category", VatCategory, "The category.")
    rate_bp = column("rate_bp", int, "The rate in basis points: 2100 is 21 %.")
    valid_from = column("valid_from", date, "The first day it holds.")
    valid_to = column("valid_to", Optional[date], "The last day it holds; null: open.")
    version = version_column()
    created_at = created_column()


@strawberry.input(description="Which VAT rules.")
class VatRuleFilter:
    """Conditions on VAT rules."""

    country: list[str] | None = where("In any of these countries.", "country")
    supply_type: list[SupplyType] | None = where("Of any of these supply types.", "supply_type")
    category: list[VatCategory] | None = where("Of any of these categories.", "category")
    valid_on: date | None = where(
        "Valid from this day or earlier.", "valid_from", how=Comparison.AT_MOST
    )
    is_closed: bool | None = where(
        "True: with a last day only; false: open ones only.", "valid_to", how=Comparison.IS_SET
    )


@strawberry.enum(description="Orders of VAT rules.")
class VatRuleSort(Enum):
    """Column and direction."""

    COUNTRY_ASC = strawberry.enum_value("country asc", description="By country.")
    COUNTRY_DESC = strawberry.enum_value("country desc", description="By country, Z first.")
    VALID_FROM_DESC = strawberry.enum_value("valid_from desc", description="Latest first.")
    VALID_FROM_ASC = strawberry.enum_value("valid_from asc", description="Earliest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="A new VAT rule.")
class VatRuleCreateInput:
    """Fields of a new VAT rule."""

    idempotency_key: str = key()
    supply_type: SupplyType = given("What is supplied.")
    country: str = given("The country of taxation, ISO 3166-1 alpha-2.")
    category: VatCategory = given("The category; only STANDARD has a rate above 0.")
    rate_bp: int = given("The rate in basis points: 2100 is 21 %.")
    valid_from: date = given("The first day it holds.")
    valid_to: date | None = maybe("The last day it holds; open when omitted.")


@strawberry.input(description="Changes of a VAT rule; omitted fields stay as they are.")
class VatRuleUpdateInput:
    """Fields to change; for another supply or country, add another rule."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The VAT rule.")
    expected_version: int = expected_version()
    category: VatCategory | None = maybe("The category.")
    rate_bp: int | None = maybe("The rate in basis points.")
    valid_from: date | None = maybe("The first day it holds.")
    valid_to: date | None = maybe("The last day it holds; null leaves it open.")


@strawberry.type
class VatRulesQuery:
    """Reads of VAT rules."""

    vat_rules = connected(
        "vat_rule", "VatRule", "The VAT rules.", filters=VatRuleFilter, sorts=VatRuleSort
    )


@strawberry.type
class VatRulesMutation:
    """Changes of VAT rules."""

    vat_rule_create = create_mutation(
        VAT_RULE,
        "VatRule",
        VatRuleCreateInput,
        "Create a VAT rule. Where one holds already, give that a last day first.",
    )
    vat_rule_update = update_mutation(
        VAT_RULE,
        "VatRule",
        VatRuleUpdateInput,
        "Change a VAT rule. Final Sales keep the rate they were made with.",
    )

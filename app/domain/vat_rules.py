"""Which VAT class a supply falls into: dated rules as data, and the place of supply as a table.

A rule says what a supply costs in a country; `determine` says in which country it is taxed, or
why it is not. Nothing here adds up amounts, and nothing asks whether a VAT id exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.iso import COUNTRIES
from app.domain.vat import SupplyType, VatCategory, VatClass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_MEMBERS = frozenset(_EU.split())
"""The 27 member states by ISO 3166-1 code; Greece is GR, though its VAT ids begin with EL."""
TREATED_AS = {"MC": "FR"}
"""Countries whose transactions count as another's. Source: Directive 2006/112/EC, Article 7."""
TAXED_WHERE_PERFORMED = frozenset(
    {
        SupplyType.ADMISSION,
        SupplyType.CATERING,
        SupplyType.PARKING,
        SupplyType.VOUCHER_SINGLE,
    }
)
"""Taxed at the venue for every customer, so never by reverse charge.

Source: Directive 2006/112/EC, Articles 53 and 54(1) (admission), 55 (catering), 47 (parking) and
30b (single-purpose vouchers); Regulation 282/2011, Article 32 (season tickets are admission).
"""


@dataclass(frozen=True, slots=True)
class VatSeller:
    """Who sells: the country, and whether distance sales are taxed where they arrive.

    `is_oss_registered` stands for either being above the EU-wide threshold or having opted in.
    """

    country: str
    is_oss_registered: bool = False


@dataclass(frozen=True, slots=True)
class VatCustomer:
    """Who buys; `vat_id_valid` is True only once somebody has checked the id, never by default."""

    country: str
    is_business: bool
    vat_id_valid: bool = False


@dataclass(frozen=True, slots=True)
class VatRule:
    """The rate of a supply type in a country, from a day to a day, both included; None: open.

    Refuses COUNTRY_UNKNOWN, VAT_RATE_INVALID, and DATE_RANGE_INVALID for an end before the start.
    """

    supply_type: SupplyType
    country: str
    category: VatCategory
    rate_bp: int
    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.country not in COUNTRIES:
            message = f"{self.country!r} is not a two-letter country code such as BE"
            refuse(ErrorCode.COUNTRY_UNKNOWN, message, "country")
        VatClass(self.category, self.rate_bp)
        if self.valid_to is not None and self.valid_to < self.valid_from:
            message = f"the end {self.valid_to} lies before the start {self.valid_from}"
            refuse(ErrorCode.DATE_RANGE_INVALID, message, "validTo")

    def is_valid(self, on: date) -> bool:
        """Tell whether the rule holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class VatRuleEntry:
    """A VAT rule as an organisation keeps it, with its id and version."""

    id: UUID
    supply_type: SupplyType
    country: str
    category: VatCategory
    rate_bp: int
    valid_from: date
    valid_to: date | None
    version: int
    created_at: datetime

    @property
    def rule(self) -> VatRule:
        """Return the rule itself; raises what `VatRule` refuses."""
        return VatRule(
            self.supply_type,
            self.country,
            self.category,
            self.rate_bp,
            self.valid_from,
            self.valid_to,
        )


def check_rules(rules: Iterable[VatRule]) -> None:
    """Refuse rules of one supply type and country that overlap in time, with VAT_RULE_OVERLAP."""
    by_key: dict[tuple[str, str], list[VatRule]] = {}
    for rule in rules:
        by_key.setdefault((rule.supply_type, rule.country), []).append(rule)
    for (supply_type, country), same in by_key.items():
        same.sort(key=lambda rule: rule.valid_from)
        for earlier, later in pairwise(same):
            if earlier.is_valid(later.valid_from):
                message = (
                    f"{supply_type} in {country}: the rule from {earlier.valid_from} "
                    f"still holds when that from {later.valid_from} begins"
                )
                refuse(ErrorCode.VAT_RULE_OVERLAP, message, "validFrom")


def place_of(supply_type: SupplyType, event_country: str, customer: VatCustomer) -> str:
    """Return where a supply happens: goods are sent to the customer, all else is at the event."""
    return customer.country if supply_type is SupplyType.GOODS else event_country


def determine(
    supply_type: SupplyType,
    seller: VatSeller,
    customer: VatCustomer,
    place_country: str,
    on: date,
    rules: Iterable[VatRule],
) -> VatClass:
    """Return the VAT class of a supply.

    Args:
        supply_type: what is supplied.
        seller: the organisation.
        customer: the account. A business without a valid VAT id is charged VAT as at home.
        place_country: where the venue lies, the meal is served, or the goods are sent to.
        on: the tax point.
        rules: rules that `check_rules` accepts.

    Returns:
        The class of the rule of the country of taxation; or AE, K, G or O at a rate of 0.

    Raises:
        DomainError: VAT_UNRESOLVED naming supply type, country and date when there is no rule.
    """
    place = _place_of_supply(supply_type, seller, customer, place_country)
    if isinstance(place, VatClass):
        return place
    for rule in rules:
        if rule.supply_type == supply_type and rule.country == place and rule.is_valid(on):
            return VatClass(rule.category, rule.rate_bp)
    if supply_type is not SupplyType.COMPENSATION:
        message = f"no VAT rule for {supply_type} in {place} on {on}"
        refuse(ErrorCode.VAT_UNRESOLVED, message)
    # A compensation is no supply, unless a rule of the seller's country says that it is.
    return _untaxed(VatCategory.OUT_OF_SCOPE)


def _place_of_supply(
    supply_type: SupplyType, seller: VatSeller, customer: VatCustomer, place_country: str
) -> str | VatClass:
    """Return the country whose rule applies, or the class of a supply without VAT."""
    if supply_type in TAXED_WHERE_PERFORMED:
        return place_country
    if supply_type is SupplyType.VOUCHER_MULTI:
        return _untaxed(VatCategory.OUT_OF_SCOPE)
    if supply_type is SupplyType.GOODS:
        return _place_of_goods(seller, customer, place_country)
    if supply_type is SupplyType.COMPENSATION:
        return seller.country
    if customer.is_business:
        return _place_of_business_service(seller, customer)
    is_virtual = supply_type is SupplyType.VIRTUAL
    return _place_of_virtual_admission(seller, customer) if is_virtual else seller.country


def _place_of_goods(seller: VatSeller, customer: VatCustomer, place_country: str) -> str | VatClass:
    """Place shipped goods. Source: Directive 2006/112/EC, Articles 32, 33, 59c, 138 and 146."""
    if _same(place_country, seller.country):
        return place_country
    if not (_in_eu(place_country) and _in_eu(seller.country)):
        return _untaxed(VatCategory.EXPORT)
    if not customer.is_business:
        return place_country if seller.is_oss_registered else seller.country
    if customer.vat_id_valid and not _same(customer.country, seller.country):
        return _untaxed(VatCategory.INTRA_COMMUNITY)
    return seller.country


def _place_of_business_service(seller: VatSeller, customer: VatCustomer) -> str | VatClass:
    """Place a service to a business. Source: Directive 2006/112/EC, Articles 44 and 196.

    Within the EU the customer accounts for the VAT if its id is valid. A business elsewhere is
    beyond the reach of either rule: nothing is charged.
    """
    if _same(customer.country, seller.country):
        return seller.country
    if not (_in_eu(customer.country) and _in_eu(seller.country)):
        return _untaxed(VatCategory.OUT_OF_SCOPE)
    return _untaxed(VatCategory.REVERSE_CHARGE) if customer.vat_id_valid else seller.country


def _place_of_virtual_admission(seller: VatSeller, customer: VatCustomer) -> str | VatClass:
    """Place a virtual event for a consumer. Source: Directive (EU) 2022/542, Article 1."""
    if _in_eu(customer.country) or _same(customer.country, seller.country):
        return customer.country
    return _untaxed(VatCategory.OUT_OF_SCOPE)


def _untaxed(category: VatCategory) -> VatClass:
    return VatClass(category, 0)


def _same(country: str, other: str) -> bool:
    """Tell whether two countries are one for VAT."""
    return TREATED_AS.get(country, country) == TREATED_AS.get(other, other)


def _in_eu(country: str) -> bool:
    return TREATED_AS.get(country, country) in EU_MEMBERS

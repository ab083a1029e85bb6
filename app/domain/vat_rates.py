"""VAT rules to begin with, from a table of each country's rates; who sells there may edit them.

A table of rates does not say what they are for. Where that is certain for a kind of supply it
stands here; everything else gets the standard rate, which is never too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.iso import COUNTRIES
from app.domain.vat import SupplyType, VatCategory
from app.domain.vat_rules import VatRule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

WITHOUT_RULE = frozenset({SupplyType.VOUCHER_MULTI, SupplyType.COMPENSATION})
"""Supply types that are outside the scope of VAT unless somebody adds a rule."""
KNOWN_RATES: dict[str, dict[SupplyType, int]] = {
    "BE": {SupplyType.ADMISSION: 600, SupplyType.CATERING: 1200},
    "DE": {SupplyType.CATERING: 700},
    "FR": {SupplyType.ADMISSION: 550, SupplyType.CATERING: 1000},
    "LU": {SupplyType.CATERING: 300},
    "NL": {SupplyType.ADMISSION: 900, SupplyType.CATERING: 900},
}
"""Basis points by country and supply type where they are not standard, as of 2026.

ADMISSION is to sporting events. CATERING is the food: alcoholic drinks have the standard rate in
all five, in Germany all drinks, so a formula with drinks is a package of two products.
"""


@dataclass(frozen=True, slots=True)
class CountryRates:
    """A country's VAT rates in basis points; `reduced_bp` in any order."""

    standard_bp: int
    reduced_bp: tuple[int, ...] = ()
    super_reduced_bp: int | None = None


def rules_from_rates(rates: Mapping[str, CountryRates], valid_from: date) -> tuple[VatRule, ...]:
    """Make open-ended rules from the rates of countries, by country, then supply type.

    Codes that are no ISO 3166-1 country (XI, the VAT prefix of Northern Ireland) are left out:
    no account or venue can have them. `KNOWN_RATES` holds for 2026; rules for earlier years are
    for people to enter.

    Raises:
        DomainError: VAT_RATE_INVALID when a known rate is not among the country's rates any more,
            so that a change of law is noticed; or for a rate outside 0 to 100 percent.
    """
    return tuple(
        VatRule(
            supply_type,
            country,
            VatCategory.STANDARD,
            _rate_of(supply_type, country, rates[country]),
            valid_from,
        )
        for country in sorted(rates)
        if country in COUNTRIES
        for supply_type in SupplyType
        if supply_type not in WITHOUT_RULE
    )


def _rate_of(supply_type: SupplyType, country: str, rates: CountryRates) -> int:
    """Return the known rate of a supply in a country, else the standard rate."""
    known = KNOWN_RATES.get(country, {}).get(supply_type, rates.standard_bp)
    if known not in (rates.standard_bp, *rates.reduced_bp, rates.super_reduced_bp):
        message = (
            f"{supply_type} in {country} is known at {known} bp, which {country} does not list"
        )
        refuse(ErrorCode.VAT_RATE_INVALID, message)
    return known

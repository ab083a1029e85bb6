"""The rates of eu-vat-rates-data, read from the installed package: a file, never the network."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files

from app.domain.errors import ErrorCode, refuse
from app.domain.money import BP_PER_WHOLE
from app.domain.vat_rates import CountryRates

_PER_PERCENT = BP_PER_WHOLE // 100


@cache
def published_rates() -> tuple[str, dict[str, CountryRates]]:
    """Return the day of the table, `2026-09-29`, and each country's rates in basis points.

    The file's numbers are read as decimals, so that no rate passes through binary floating point.
    """
    file = files("eu_vat_rates_data").joinpath("eu_vat_rates_data.json")
    table = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    rates = {
        country: CountryRates(
            standard_bp=_basis_points(found["standard"]),
            reduced_bp=tuple(_basis_points(rate) for rate in found["reduced"]),
            super_reduced_bp=_optional(found["super_reduced"]),
        )
        for country, found in table["rates"].items()
    }
    return str(table["version"]), rates


def _optional(percent: Decimal | int | None) -> int | None:
    """Convert a rate that a country may not have."""
    return None if percent is None else _basis_points(percent)


def _basis_points(percent: Decimal | int) -> int:
    """Convert percent to basis points; refuses a rate that is finer than they are."""
    basis_points = percent * _PER_PERCENT
    if basis_points != int(basis_points):
        message = f"{percent} % is not a whole number of basis points"
        refuse(ErrorCode.VAT_RATE_INVALID, message)
    return int(basis_points)

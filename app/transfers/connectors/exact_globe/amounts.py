"""Decimal texts of records and of Globe's files, taken exactly; nothing here is a float."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from app.domain.errors import DomainError
from app.domain.money import currency_digits
from app.transfers.contract.faults import FaultClass, TransferFaultError

LARGEST = Decimal(10) ** 15
"""No number of a record or a file is as large as this."""
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")


def refused(message: str, path: str) -> TransferFaultError:
    """Return the fault of a data set that cannot be sent as it is."""
    return TransferFaultError(FaultClass.RECORD, f"{path}: {message}", path=path)


def exact(value: object, path: str) -> Decimal:
    """Return a decimal text as the number it says."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise refused(f"{value!r} is no decimal number such as 12.50", path)


def digits_of(currency: object, path: str) -> int:
    """Return how many decimals a currency has."""
    try:
        return currency_digits(str(currency))
    except DomainError as error:
        raise refused(error.violations[0].message, path) from error


def rounded(value: Decimal, digits: int) -> Decimal:
    """Round to so many decimals, a half away from zero."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def minor_of(value: Decimal, digits: int, path: str) -> int:
    """Return an amount in minor units, rounded where it has more decimals."""
    if abs(value) >= LARGEST:
        raise refused(f"{value:f} is too large for an amount", path)
    return int(rounded(value, digits).scaleb(digits))


def amount_of(minor: int, digits: int) -> Decimal:
    """Return minor units as the amount they are."""
    return Decimal(minor).scaleb(-digits)


def written(value: Decimal) -> str:
    """Write a number with a dot, without exponent and without zeros that say nothing."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

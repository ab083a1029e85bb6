"""Exact sums with amounts as text: nothing here is ever a binary fraction.

Amounts are decimal texts such as "125.00" and whole numbers. Halves are rounded away from zero
(ROUND_HALF_UP), so that a credit note mirrors its invoice.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Final

from app.transfers.mapping.faults import ExpressionError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DIGITS = 10
"""The most digits after the point that can be asked for."""
_EXACT: Final = Context(prec=400)
_AMOUNT = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,20})?")
_LARGEST: Final = Decimal(10) ** 30


def amount_of(value: object, place: str) -> Decimal:
    """Read an amount; `place` names the function that asks for it."""
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return Decimal(value)
    if isinstance(value, float):
        wrong = f"{place} got {value}, a binary fraction, which cannot hold amounts exactly"
        right = f'have the amount delivered as text, "{value}"'
        raise ExpressionError(wrong, right)
    right = 'an amount is a text such as "125.00", with a point and without spaces'
    raise ExpressionError(f"{place} got {shown(value)}, which is not an amount", right)


def is_amount(value: object) -> bool:
    """Tell whether a value is a text that reads as a number."""
    return isinstance(value, str) and _AMOUNT.fullmatch(value) is not None


def digits_of(value: object, place: str) -> int:
    """Read how many digits after the point are wanted: 0 to 10."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DIGITS:
        wrong = f"{place} got {shown(value)} for the digits after the point"
        raise ExpressionError(wrong, f"write a whole number from 0 to {MAX_DIGITS}")
    return value


def amount_text(value: Decimal) -> str:
    """Write an amount with the digits that it has; never -0, never with an exponent."""
    if abs(value) >= _LARGEST:
        raise ExpressionError("an amount has more than 30 digits before the point")
    text = format(value, "f")
    return text.removeprefix("-") if value == 0 else text


def total(amounts: Sequence[Decimal]) -> Decimal:
    """Add amounts up exactly, with as many digits as the one that has most."""
    found = Decimal(0)
    for amount in amounts:
        found = _EXACT.add(found, amount)
    return found


def product(first: Decimal, second: Decimal) -> Decimal:
    """Multiply exactly."""
    return _EXACT.multiply(first, second)


def quotient(
    dividend: Decimal, divisor: Decimal, digits: int, rounding: str = ROUND_HALF_UP
) -> Decimal:
    """Divide, rounded once: by the exact remainder, not from a quotient that was rounded before."""
    if divisor == 0:
        raise ExpressionError("an amount is divided by zero")
    scaled = _EXACT.scaleb(dividend, digits)
    whole, rest = _EXACT.divmod(abs(scaled), abs(divisor))
    is_negative = (dividend < 0) != (divisor < 0)
    if rounding == ROUND_CEILING:
        goes_up = rest > 0 and not is_negative
    else:
        goes_up = _EXACT.multiply(rest, Decimal(2)) >= abs(divisor)
    found = _EXACT.scaleb(_EXACT.add(whole, Decimal(int(goes_up))), -digits)
    return rounded(-found if is_negative else found, digits)


def rounded(amount: Decimal, digits: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to digits after the point; fewer digits are filled with zeros."""
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=_EXACT)

"""What a line, and every entitlement that it grants, is worth; never what it should cost.

The value of a line is divided once, downwards: line → unit → calendar item → piece. Everything
that later needs a part of the line (a cancellation, a revenue report) sums entitlements.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.money import apportion, require_bounded
from app.domain.validation import QUANTITY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHT_CEILING = 2**63 - 1
"""The largest whole weight: what a 64-bit column holds."""


def line_amount(quantity: int, unit_price_minor: int | None, discount_minor: int = 0) -> int:
    """Return quantity × unit price − discount, in the Sale's price basis and minor units.

    A discount has the sign of the price and at most its size, so that the amount never changes
    sign: a line of a credit Sale is reduced by a negative discount.

    Raises:
        DomainError: PRICE_MISSING for a price of None, QUANTITY_INVALID, DISCOUNT_INVALID,
            AMOUNT_TOO_LARGE.
    """
    if unit_price_minor is None:
        refuse(ErrorCode.PRICE_MISSING, "the line has no unit price", "unitPrice")
    if type(quantity) is not int or not 1 <= quantity <= QUANTITY_LIMIT:
        message = f"quantity must be a whole number from 1 to {QUANTITY_LIMIT}, not {quantity}"
        refuse(ErrorCode.QUANTITY_INVALID, message, "quantity")
    undiscounted_minor = quantity * unit_price_minor
    require_bounded(undiscounted_minor, "unitPrice")
    _require_part(discount_minor, undiscounted_minor)
    return undiscounted_minor - discount_minor


def apportion_discount(discount_minor: int, line_amounts: Sequence[int]) -> list[int]:
    """Divide a discount on a whole Sale over its lines by their value.

    Returns one share per line, minor units, to be subtracted from it; no share exceeds its line.
    Refuses with DISCOUNT_INVALID a discount of the wrong sign or beyond the lines' sum, and lines
    of both signs.
    """
    if min(line_amounts, default=0) < 0 < max(line_amounts, default=0):
        message = "a discount cannot be divided over positive and negative lines together"
        refuse(ErrorCode.DISCOUNT_INVALID, message, "discount")
    _require_part(discount_minor, sum(line_amounts))
    return apportion(discount_minor, [abs(amount) for amount in line_amounts])


def entitlement_values(
    amount_minor: int,
    unit_count: int,
    item_weights: Sequence[int],
    piece_weights: Sequence[int],
) -> list[int]:
    """Divide a line's amount over its entitlements, exactly at every step.

    Args:
        amount_minor: the line's amount after all discounts, of any sign.
        unit_count: units on the line, from 1.
        item_weights: one whole weight per calendar item; `[1]` for a line without any.
        piece_weights: one whole weight per piece of a unit; `[1]` for a product that is no package.

    Returns:
        [unit × calendar item × piece, the last one running fastest] minor units that sum to
        `amount_minor`. The pieces of an item, and the items of a unit, sum exactly too.

    Raises:
        DomainError: QUANTITY_INVALID, WEIGHTS_INVALID.
    """
    if unit_count < 1:
        message = f"a line has at least one unit, not {unit_count}"
        refuse(ErrorCode.QUANTITY_INVALID, message, "quantity")
    if not item_weights or not piece_weights:
        message = "a unit has at least one calendar item and one piece to carry its value"
        refuse(ErrorCode.WEIGHTS_INVALID, message)
    # Units differ by at most one minor unit, and so do most items: each distinct value is
    # divided once.
    pieces_by_item: dict[int, list[int]] = {}
    values_by_unit: dict[int, list[int]] = {}
    values: list[int] = []
    for unit_minor in apportion(amount_minor, [1] * unit_count):
        if unit_minor not in values_by_unit:
            of_unit: list[int] = []
            for item_minor in apportion(unit_minor, item_weights):
                if item_minor not in pieces_by_item:
                    pieces_by_item[item_minor] = apportion(item_minor, piece_weights)
                of_unit += pieces_by_item[item_minor]
            values_by_unit[unit_minor] = of_unit
        values += values_by_unit[unit_minor]
    return values


def whole_weights(shares: Sequence[Fraction]) -> list[int]:
    """Scale exact shares to the smallest whole weights of the same proportions.

    All zero stay zero. Refuses with WEIGHTS_INVALID a negative share, and proportions that need
    weights beyond `WEIGHT_CEILING`.
    """
    if min(shares, default=Fraction(0)) < 0:
        refuse(ErrorCode.WEIGHTS_INVALID, f"a share is negative: {min(shares)}")
    scale = lcm(*(share.denominator for share in shares))
    scaled = [share.numerator * (scale // share.denominator) for share in shares]
    divisor = gcd(*scaled) or 1
    weights = [weight // divisor for weight in scaled]
    if max(weights, default=0) > WEIGHT_CEILING:
        message = "the proportions are too fine; choose weights with a simpler common sum"
        refuse(ErrorCode.WEIGHTS_INVALID, message)
    return weights


def _require_part(discount_minor: int, undiscounted_minor: int) -> None:
    """Refuse a discount that is not between nothing and all of what it reduces."""
    low, high = min(0, undiscounted_minor), max(0, undiscounted_minor)
    if not low <= discount_minor <= high:
        message = f"a discount of {discount_minor} does not fit an amount of {undiscounted_minor}"
        refuse(ErrorCode.DISCOUNT_INVALID, message, "discount")

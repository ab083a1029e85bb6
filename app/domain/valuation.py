"""What a line, and every entitlement that it grants, is worth; never what it should cost.

The value of a line is divided once, downwards: line → unit → calendar item → piece. Everything
that later needs a part of the line (a cancellation, a revenue report) sums entitlements.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.money import apportion, require_bounded
from app.domain.validation import QUANTITY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

NESTING_LIMIT = 5
"""Levels of rows within rows."""
PIECE_LIMIT = 10_000
"""Weights that one flattening returns at most."""
WEIGHT_CEILING = 2**63 - 1
"""The largest whole weight: what a 64-bit column holds."""


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One row of a pack or package: its part of the value, how many pieces, what is inside.

    `weight` belongs to the whole row, so two seats of weight 80 are worth 40 each.
    """

    weight: int
    quantity: int = 1
    rows: tuple[WeightRow, ...] = ()


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


def flatten_weights(rows: Sequence[WeightRow]) -> list[int]:
    """Turn nested weights, such as a pack of bundles, into one whole weight per innermost piece.

    A row's share of its surroundings is its weight over the sum of theirs, and its pieces divide
    that share equally. A row with rows inside passes each piece's share on to them.

    Returns:
        The innermost pieces in order, depth first, a row of quantity n standing n times; the
        smallest whole numbers of exactly these proportions. What stands twice (a match in two
        bundles) may be summed, since all numbers are on one scale.

    Raises:
        DomainError: WEIGHTS_INVALID for negative weights, for inner weights that are all zero while
            the row has a share, and for nesting beyond `NESTING_LIMIT`; QUANTITY_INVALID for fewer
            than one piece; TOO_MANY_ITEMS beyond `PIECE_LIMIT` pieces.
    """
    shares: list[Fraction] = []
    _descend(rows, Fraction(1), 1, shares)
    return whole_weights(shares)


def _descend(
    rows: Sequence[WeightRow], share: Fraction, level: int, shares: list[Fraction]
) -> None:
    """Append the shares of the pieces below one piece that has `share` of the whole."""
    if level > NESTING_LIMIT:
        refuse(ErrorCode.WEIGHTS_INVALID, f"weights nest at most {NESTING_LIMIT} levels deep")
    if any(row.weight < 0 for row in rows):
        refuse(ErrorCode.WEIGHTS_INVALID, "a weight is negative")
    total = sum(row.weight for row in rows)
    if total == 0 and share:
        refuse(ErrorCode.WEIGHTS_INVALID, "the weights of one level are all zero")
    for row in rows:
        if row.quantity < 1:
            message = f"a row has at least one piece, not {row.quantity}"
            refuse(ErrorCode.QUANTITY_INVALID, message, "quantity")
        if len(shares) + row.quantity > PIECE_LIMIT:
            refuse(ErrorCode.TOO_MANY_ITEMS, f"more than {PIECE_LIMIT} pieces")
        piece = share * Fraction(row.weight, total * row.quantity) if total else Fraction(0)
        if row.rows:
            for _ in range(row.quantity):
                _descend(row.rows, piece, level + 1, shares)
        else:
            shares += [piece] * row.quantity


def _require_part(discount_minor: int, undiscounted_minor: int) -> None:
    """Refuse a discount that is not between nothing and all of what it reduces."""
    low, high = min(0, undiscounted_minor), max(0, undiscounted_minor)
    if not low <= discount_minor <= high:
        message = f"a discount of {discount_minor} does not fit an amount of {undiscounted_minor}"
        refuse(ErrorCode.DISCOUNT_INVALID, message, "discount")

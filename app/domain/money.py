"""Money as whole minor units of one currency, and the one way to split it without losing a unit.

Nothing here knows of binary fractions or decimals: amounts are integers, rates are basis points,
and every division says how it rounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_AMOUNT_MINOR = 2**53 - 1
"""The largest amount, in minor units: the last integer that every JSON reader keeps exact."""
BP_PER_WHOLE = 10_000
"""Basis points in 100 %."""

_AMOUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_SHOWN_CHARACTERS = 40

_TWO_DIGITS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
    TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_CODES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: _TWO_DIGITS,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCY_DIGITS: dict[str, int] = {
    code: digits for digits, codes in _CODES_BY_DIGITS.items() for code in codes.split()
}
"""Minor digits of every active ISO 4217 currency; metals, tests and XXX have none and are absent.

Source: ISO 4217 list one, where they differ from what is minted (IQD, TND).
"""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of one currency; never converts between currencies.

    Arithmetic and ordering refuse another currency with CURRENCY_MIXED. Equality does not, since
    a hashable value must answer it: amounts of two currencies are simply not equal.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        _require_whole(self.minor, "an amount")
        currency_digits(self.currency)
        require_bounded(self.minor)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        if type(quantity) is not int:
            return NotImplemented
        return Money(self.minor * quantity, self.currency)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor <= self._same(other)

    def __str__(self) -> str:
        return f"{format_amount(self.minor, self.currency)} {self.currency}"

    def _same(self, other: Money) -> int:
        """Return the other's minor units, or refuse another currency with CURRENCY_MIXED."""
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} cannot be combined"
            refuse(ErrorCode.CURRENCY_MIXED, message)
        return other.minor


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole amount by weights, exactly, by the largest remainder.

    Every share is its exact part rounded down or up; the leftover units go to the largest
    remainders, ties to the larger weight, then to the lower index. A negative total gives the
    negated split of the positive one, so a full refund mirrors what it refunds.

    Args:
        total: the amount in minor units, of any sign.
        weights: whole numbers of at least 0; all zero only for a total of 0.

    Returns:
        One share per weight, in the same order. Their sum is `total`, each differs from its exact
        part by less than 1, and a weight of 0 gets 0.

    Raises:
        DomainError: AMOUNT_INVALID if `total` is not an int; WEIGHTS_INVALID.

    Source: the largest remainder method (Hamilton's) of apportionment.
    """
    _require_whole(total, "a total")
    whole = _sum_weights(weights)
    if whole == 0:
        if total:
            refuse(ErrorCode.WEIGHTS_INVALID, f"{total} cannot be split by weights of zero")
        return [0] * len(weights)
    if total < 0:
        return [-share for share in apportion(-total, weights)]
    if min(weights) == max(weights):
        each, leftover = divmod(total, len(weights))
        return [each + 1] * leftover + [each] * (len(weights) - leftover)
    shares: list[int] = []
    remainders: list[int] = []
    for weight in weights:
        share, remainder = divmod(total * weight, whole)
        shares.append(share)
        remainders.append(remainder)
    leftover = total - sum(shares)
    if leftover:
        # Sorting bare remainders and breaking ties only at the cut takes half the time of sorting
        # all indexes by remainder and weight. The last sort is stable: lower indexes stay first.
        cut = sorted(remainders)[-leftover]
        tied = [index for index, remainder in enumerate(remainders) if remainder == cut]
        tied.sort(key=weights.__getitem__, reverse=True)
        above = [index for index, remainder in enumerate(remainders) if remainder > cut]
        for index in above + tied[: leftover - len(above)]:
            shares[index] += 1
    return shares


def round_half_up_div(numerator: int, denominator: int) -> int:
    """Divide whole numbers and round to the nearest, a half away from zero.

    Negating either argument negates the result, so a credit mirrors its invoice.
    A denominator of 0 is a fault of the caller and raises ZeroDivisionError.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator < 0:
        return -round_half_up_div(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def currency_digits(currency: str) -> int:
    """Return how many decimals a currency has, or refuse with CURRENCY_UNKNOWN."""
    digits = CURRENCY_DIGITS.get(currency)
    if digits is None:
        message = f"{_shown(currency)} is not an active ISO 4217 currency code such as EUR"
        refuse(ErrorCode.CURRENCY_UNKNOWN, message)
    return digits


def parse_amount(text: str, currency: str) -> int:
    """Read a plain decimal such as "1250.00" or "-3.5" into minor units, exactly.

    Takes fewer decimals than the currency has, never more, not even zeros; no sign but "-", no
    exponent, blank, grouping or digits of other scripts.

    Raises:
        DomainError: CURRENCY_UNKNOWN, AMOUNT_INVALID, AMOUNT_TOO_LARGE.
    """
    digits = currency_digits(currency)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        message = f"{_shown(text)} is not a decimal amount such as {format_amount(125, currency)}"
        refuse(ErrorCode.AMOUNT_INVALID, message)
    sign, whole, decimals = match[1], match[2].lstrip("0"), match[3] or ""
    if len(decimals) > digits:
        message = f"{_shown(text)} has {len(decimals)} decimals; {currency} has {digits}"
        refuse(ErrorCode.AMOUNT_INVALID, message)
    if len(whole) > len(str(MAX_AMOUNT_MINOR)):
        # Checked before int(), whose time grows faster than the length of the text.
        _refuse_large(_shown(text))
    minor = int(whole + decimals.ljust(digits, "0") or "0")
    require_bounded(minor)
    return -minor if sign else minor


def format_amount(minor: int, currency: str) -> str:
    """Write minor units as a plain decimal: "1250.00" EUR, "1250" JPY, "1.250" KWD.

    `parse_amount` reads it back to the same number. Grouping and symbols belong to whoever shows
    the amount in a language.
    """
    digits = currency_digits(currency)
    sign = "-" if minor < 0 else ""
    text = str(abs(minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def require_bounded(minor: int, *path: str) -> None:
    """Refuse an amount beyond `MAX_AMOUNT_MINOR` either way with AMOUNT_TOO_LARGE."""
    if abs(minor) > MAX_AMOUNT_MINOR:
        _refuse_large(f"{minor} minor units", *path)


def _refuse_large(shown: str, *path: str) -> None:
    message = f"{shown} is more than {MAX_AMOUNT_MINOR} minor units"
    refuse(ErrorCode.AMOUNT_TOO_LARGE, message, *path)


def _require_whole(value: int, what: str) -> None:
    """Refuse what is not exactly an int: True is one for Python and never an amount."""
    if type(value) is not int:
        message = f"{what} is a whole number of minor units, not {_shown(value)}"
        refuse(ErrorCode.AMOUNT_INVALID, message)


def _sum_weights(weights: Sequence[int]) -> int:
    """Return the sum of weights, or refuse with WEIGHTS_INVALID."""
    if not set(map(type, weights)) <= {int}:
        refuse(ErrorCode.WEIGHTS_INVALID, "weights are whole numbers")
    if weights and min(weights) < 0:
        refuse(ErrorCode.WEIGHTS_INVALID, f"a weight is negative: {min(weights)}")
    return sum(weights)


def _shown(value: object) -> str:
    """Quote a refused value, shortened so that a message stays one line."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"

"""Amounts of a document: the VAT of each rate as EN 16931 computes it, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from app.domain.money import CURRENCY_DIGITS
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERCENT = Decimal(100)


@dataclass(frozen=True)
class Subtotal:
    """What belongs to one category and rate."""

    category: str
    rate: str
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Amounts:
    """The monetary totals of a document; of a credit note as positive as it credits."""

    subtotals: tuple[Subtotal, ...]
    net: Decimal
    tax: Decimal
    inclusive: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal


def amounts_of(invoice: Mapping[str, Any], most_rounding: Decimal) -> Amounts:
    """Compute the totals of a record and make up for a few cents by the payable rounding.

    The VAT of a category and rate is its net times the rate, rounded once (BR-CO-17). Where that
    differs from the record's, the difference is the PayableRoundingAmount, and both sides' total
    is the same.

    Args:
        invoice: the record.
        most_rounding: how much may differ; more is refused.

    Raises:
        TransferFaultError: `RECORD` where the lines do not add up, or more differs.
    """
    sign = sign_of(invoice)
    step = step_of(str(invoice["currency"]))
    nets: dict[tuple[str, str], Decimal] = {}
    for index, line in enumerate(invoice["lines"]):
        rate = decimal_of(line["vat_rate"], f"lines[{index}].vat_rate")
        key = (str(line["vat_category"]), f"{rate.normalize():f}")
        net = sign * decimal_of(line["net"], f"lines[{index}].net")
        nets[key] = nets.get(key, Decimal(0)) + net
    subtotals = tuple(
        Subtotal(
            category,
            rate,
            net,
            (net * Decimal(rate) / _PERCENT).quantize(step, ROUND_HALF_UP),
        )
        for (category, rate), net in nets.items()
    )
    net = sum((one.taxable for one in subtotals), Decimal(0)).quantize(step)
    tax = sum((one.tax for one in subtotals), Decimal(0)).quantize(step)
    totals = invoice["totals"]
    told = sign * decimal_of(totals["net"], "totals.net")
    if told != net:
        message = f"The lines add up to {sign * net} net, and the total says {totals['net']}."
        raise TransferFaultError(FaultClass.RECORD, message, path="totals.net")
    gross = sign * decimal_of(totals["gross"], "totals.gross")
    if told + sign * decimal_of(totals["vat"], "totals.vat") != gross:
        message = f"{totals['net']} and {totals['vat']} VAT are not {totals['gross']}."
        raise TransferFaultError(FaultClass.RECORD, message, path="totals.vat")
    rounding = gross - net - tax
    if abs(rounding) > most_rounding:
        message = (
            f"The VAT by EN 16931 makes {sign * (net + tax)}, and the total says "
            f"{totals['gross']}; no more than {most_rounding} may differ."
        )
        raise TransferFaultError(FaultClass.RECORD, message, path="totals.gross")
    prepaid = sign * decimal_of(invoice.get("paid") or "0", "paid")
    payable = net + tax - prepaid + rounding
    return Amounts(subtotals, net, tax, net + tax, prepaid, rounding, payable)


def sign_of(invoice: Mapping[str, Any]) -> int:
    """Return -1 for a credit note: its record is negative, its document positive."""
    return -1 if invoice["kind"] == "CREDIT_NOTE" else 1


def step_of(currency: str) -> Decimal:
    """Return the smallest amount of a currency."""
    if currency not in CURRENCY_DIGITS:
        message = f"{currency!r} is no currency of ISO 4217."
        raise TransferFaultError(FaultClass.RECORD, message, path="currency")
    return Decimal(1).scaleb(-CURRENCY_DIGITS[currency])


def decimal_of(text: str, path: str) -> Decimal:
    """Read a decimal text of a record, or refuse the record by the path."""
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError) as error:
        message = f"{path} is {text!r}; it has to be a decimal number such as 125.00."
        raise TransferFaultError(FaultClass.RECORD, message, path=path) from error


def unit_price(quantity: Decimal, net: Decimal, price: Decimal, step: Decimal) -> Decimal:
    """Return a price that gives the net when it is multiplied: the record's, or an exacter one."""
    if (quantity * price).quantize(step, ROUND_HALF_UP) == net or not quantity:
        return price
    return (net / quantity).quantize(Decimal("0.0000000001"), ROUND_HALF_UP)

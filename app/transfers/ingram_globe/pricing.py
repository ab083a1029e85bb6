"""What a customer pays for what the reseller buys: the price rule that stands with an item."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.mapping.prices import PriceRule, price_by_rule
from app.transfers.tables.cells import number_of

if TYPE_CHECKING:
    from app.transfers.connectors.ingram.records import Line

_OTHER_NAMES = {"": "SOURCE", "COST+%": "COST_PLUS", "MARGIN": "MARGIN_FLOOR"}
_FIGURES = {PriceRule.FIXED: "amount", PriceRule.COST_PLUS: "percent"}
_HUNDRED = Decimal(100)
_GIVEN_DIGITS = 4
_COMPUTED_DIGITS = 2
_SOURCE_DIGITS = 10


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """A rule and its figure: a price for FIXED, percent for COST_PLUS and MARGIN_FLOOR."""

    rule: PriceRule = PriceRule.SOURCE
    figure: Decimal = Decimal(0)


def item_price_of(rule: str, value: str, place: str) -> ItemPrice:
    """Read a rule as a person writes it.

    Args:
        rule: a rule's name; `COST+%` and `MARGIN` are understood, and nothing means SOURCE.
        place: where it stands, for the message.
    """
    written = rule.strip().upper()
    name = _OTHER_NAMES.get(written, written)
    if name not in set(PriceRule):
        raise _refused(f"{rule!r} is no price rule; {', '.join(PriceRule)} are", f"{place}.rule")
    found = PriceRule(name)
    if found is PriceRule.SOURCE:
        return ItemPrice()
    figure = number_of(value, ".")
    if figure is None and "," in value:
        figure = number_of(value, ",")
    if figure is None or figure < 0:
        raise _refused(f"{value!r} is no figure for {found}", f"{place}.value")
    if found is PriceRule.MARGIN_FLOOR and figure >= _HUNDRED:
        raise _refused("a margin is less than 100 percent", f"{place}.value")
    return ItemPrice(found, figure)


def price_of(line: Line, price: ItemPrice) -> Decimal | None:
    """Return the price for one unit and a whole period; None where the source's amount is meant.

    SOURCE is the source's price for the customer, and what it bills where it has none.
    """
    if price.rule is PriceRule.SOURCE:
        return line.sales_price
    part = _FIGURES.get(price.rule, "percent")
    rule = {"rule": price.rule, part: f"{price.figure:f}"}
    offered = line.sales_price
    if offered is None and price.rule is PriceRule.MARGIN_FLOOR:
        offered = line.unit_cost
    digits = _GIVEN_DIGITS if price.rule is PriceRule.FIXED else _COMPUTED_DIGITS
    source = None if offered is None else f"{round(offered, _SOURCE_DIGITS):f}"
    cost = f"{round(line.unit_cost, _SOURCE_DIGITS):f}"
    return Decimal(price_by_rule(rule, source, cost, digits))


def _refused(message: str, path: str) -> TransferFaultError:
    """Return the fault of a rule."""
    return TransferFaultError(FaultClass.RECORD, f"{path}: {message}", path=path)

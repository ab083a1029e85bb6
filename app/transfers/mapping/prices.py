"""Own unit prices, by the rule that stands with an entry of a value map.

| Rule | Price |
|---|---|
| `FIXED` with `amount` | the amount, whatever the record says |
| `COST_PLUS` with `percent` | cost × (1 + percent / 100), rounded half up |
| `SOURCE` | the price of the record |
| `MARGIN_FLOOR` with `percent` | the record's price, but at least cost / (1 - percent / 100) |

The floor is rounded up, because a price that was rounded down would be under it. Negative costs and
prices, as credits have them, give the negative of what the positive ones give.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any, Final

from app.transfers.mapping import amounts
from app.transfers.mapping.faults import ExpressionError, shown

_WHOLE_PERCENT: Final = Decimal(100)


class PriceRule(StrEnum):
    """Where a unit price comes from."""

    FIXED = "FIXED"
    COST_PLUS = "COST_PLUS"
    SOURCE = "SOURCE"
    MARGIN_FLOOR = "MARGIN_FLOOR"


def price_by_rule(rule: Any, source: Any, cost: Any, digits: int = 2) -> str:  # noqa: ANN401 - JSON of a value map, and of a record
    """Return a unit price as text.

    Args:
        rule: `{"rule": "COST_PLUS", "percent": "15"}`; None stands for `SOURCE`.
        source: the price of the record, or None.
        cost: what it costs the club, or None.
        digits: after the point.

    Raises:
        ExpressionError: the rule is none, or needs a price or cost that is not there.
    """
    given = {"rule": "SOURCE"} if rule is None else rule
    name = given.get("rule") if isinstance(given, dict) else given
    if not isinstance(name, str) or name not in set(PriceRule):
        right = f"write one of {', '.join(PriceRule)}"
        meant = (name if isinstance(name, str) else "", PriceRule)
        raise ExpressionError(f"{shown(name)} is not a price rule", right, meant=meant)
    given = given if isinstance(given, dict) else {}
    match PriceRule(name):
        case PriceRule.FIXED:
            found = amounts.rounded(amounts.amount_of(given.get("amount"), "FIXED"), digits)
        case PriceRule.SOURCE:
            found = amounts.rounded(_needed(source, "price", "SOURCE"), digits)
        case PriceRule.COST_PLUS:
            percent = amounts.amount_of(given.get("percent"), "COST_PLUS")
            factor = amounts.total([_WHOLE_PERCENT, percent])
            raised = amounts.product(_needed(cost, "cost", "COST_PLUS"), factor)
            found = amounts.quotient(raised, _WHOLE_PERCENT, digits)
        case PriceRule.MARGIN_FLOOR:
            percent = amounts.amount_of(given.get("percent"), "MARGIN_FLOOR")
            found = _floored(source, _needed(cost, "cost", "MARGIN_FLOOR"), percent, digits)
    return amounts.amount_text(found)


def _floored(source: Any, cost: Decimal, percent: Decimal, digits: int) -> Decimal:  # noqa: ANN401 - of a record
    """Return the record's price, or the floor where that is further from zero."""
    if not 0 <= percent < _WHOLE_PERCENT:
        wrong = f"MARGIN_FLOOR got {percent} percent"
        raise ExpressionError(wrong, "a margin is 0 to less than 100 percent of the price")
    sign = -1 if cost < 0 else 1
    scaled = amounts.product(abs(cost), _WHOLE_PERCENT)
    floor = amounts.quotient(scaled, _WHOLE_PERCENT - percent, digits, ROUND_CEILING)
    if source is None:
        return floor * sign
    asked = amounts.rounded(amounts.amount_of(source, "MARGIN_FLOOR") * sign, digits)
    return max(asked, floor) * sign


def _needed(value: Any, what: str, rule: str) -> Decimal:  # noqa: ANN401 - of a record
    """Return an amount that a rule cannot do without."""
    if value is None:
        right = f"give the field price a {'source' if what == 'price' else what}"
        raise ExpressionError(f"{rule} needs a {what}, and the record has none", right)
    return amounts.amount_of(value, rule)

"""What signs do with two values: as CEL has it, but stricter where CEL would be silently wrong.

Texts that are amounts are neither added, compared by size nor called unequal as texts: "9.50" is
not more than "10.00", and "1.5" is not another amount than "1.50". Each such place names the
function for amounts instead.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from app.transfers.mapping.amounts import amount_of, is_amount
from app.transfers.mapping.faults import ExpressionError, shown
from app.transfers.mapping.kinds import bounded, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.transfers.mapping.budget import Budget

_MONEY_SIGNS: Final = {"+": "sum_money", "-": "sum_money", "*": "mul_money", "/": "div_money"}
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KINDS: Final = {
    str: "text",
    bool: "a flag",
    int: "a whole number",
    float: "a binary fraction",
    list: "a list",
    dict: "an object",
}


def kind_of(value: object) -> str:
    """Say what kind of value something is."""
    return _KINDS.get(type(value), "null")


def combined(budget: Budget, sign: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what a sign makes of two values; `&&` and `||` are not values' business."""
    if sign in {"==", "!="}:
        return is_same(budget, left, right) == (sign == "==")
    if sign == "in":
        return _is_in(budget, left, right)
    if sign in _ORDERS:
        return _is_ordered(budget, sign, left, right)
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return _joined(budget, left, right)
    if sign == "+" and isinstance(left, list) and isinstance(right, list):
        budget.allow_list(len(left) + len(right))
        return left + right
    for value in (left, right):
        if isinstance(value, float) or is_amount(value):
            wrong = f"{sign} does not work on {shown(value)}"
            right_way = f"write {_MONEY_SIGNS.get(sign, 'round_money')}(…) with texts, or int(…)"
            raise ExpressionError(wrong, right_way)
    if type(left) is not int or type(right) is not int:
        wrong = f"{sign} does not work on {kind_of(left)} and {kind_of(right)}"
        raise ExpressionError(wrong, "write string(…) or int(…) around one of them")
    return _computed(sign, bounded(left), bounded(right))


def is_same(budget: Budget, left: Any, right: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether two values are the same; refuse to compare what is of different kinds."""
    budget.spend()
    if left is None or right is None:
        return left is right
    if isinstance(left, float) or isinstance(right, float):
        way = "have it delivered as text, and write compare_money(a, b) == 0"
        raise ExpressionError("a binary fraction cannot be compared exactly", way)
    if type(left) is not type(right):
        wrong = f"{shown(left)} and {shown(right)} are of different kinds"
        raise ExpressionError(wrong, "write string(…) or int(…) around one of them")
    if isinstance(left, list):
        return len(left) == len(right) and all(
            is_same(budget, one, other) for one, other in zip(left, right, strict=True)
        )
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            is_same(budget, value, right[key]) for key, value in left.items()
        )
    if isinstance(left, str):
        budget.read(left)
        _require_comparable(left, right)
    return bool(left == right)


def _require_comparable(left: str, right: str) -> None:
    """Refuse two texts of the same amount; others are different in any sense."""
    if left == right or "." not in left + right or not (is_amount(left) and is_amount(right)):
        return
    if amount_of(left, "==") == amount_of(right, "=="):
        wrong = f"{left!r} and {right!r} are the same amount, and not the same text"
        raise ExpressionError(wrong, "write compare_money(a, b) == 0")


def _is_in(budget: Budget, value: Any, where: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a value is in a list, or a field in an object."""
    if isinstance(where, dict):
        return text_of(value, "in") in where
    if isinstance(where, list):
        return any(is_same(budget, value, one) for one in where)
    raise ExpressionError(f"in needs a list or an object, not {kind_of(where)}")


def _is_ordered(budget: Budget, sign: str, left: Any, right: Any) -> bool:  # noqa: ANN401 - any JSON
    """Compare two whole numbers, or two texts that are no amounts, such as days."""
    for value in (left, right):
        if isinstance(value, float) or is_amount(value):
            wrong = f"{sign} cannot compare {shown(value)} by its amount"
            raise ExpressionError(wrong, f"write compare_money(a, b) {sign} 0")
    if isinstance(left, str) and isinstance(right, str):
        budget.read(left)
    elif type(left) is not int or type(right) is not int:
        wrong = f"{sign} cannot compare {kind_of(left)} and {kind_of(right)}"
        raise ExpressionError(wrong, "compare two texts or two whole numbers")
    return _ORDERS[sign](left, right)


def _joined(budget: Budget, left: str, right: str) -> str:
    """Write two texts behind each other, unless both are amounts."""
    if "." in left + right and is_amount(left) and is_amount(right):
        wrong = f"+ would write {shown(left)} and {shown(right)} behind each other"
        raise ExpressionError(wrong, "write sum_money(a, b), or join([a, b])")
    budget.allow_text(len(left) + len(right))
    return left + right


def _computed(sign: str, left: int, right: int) -> int:
    """Compute with whole numbers of 64 bits; a quotient is cut off towards zero, as in C."""
    if sign == "+":
        return bounded(left + right)
    if sign == "-":
        return bounded(left - right)
    if sign == "*":
        return bounded(left * right)
    if right == 0:
        raise ExpressionError("a number is divided by zero", "ask for == 0 before")
    quotient = abs(left) // abs(right)
    quotient = -quotient if (left < 0) != (right < 0) else quotient
    return bounded(quotient) if sign == "/" else left - right * quotient

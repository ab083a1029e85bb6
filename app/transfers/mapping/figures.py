"""The functions of expressions that work on amounts and days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.mapping import amounts, moments
from app.transfers.mapping.faults import ExpressionError, shown
from app.transfers.mapping.kinds import text_of, whole_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.transfers.mapping.budget import Budget


def sum_money(budget: Budget, given: Sequence[Any]) -> str:
    """Add amounts up."""
    values = given[0] if len(given) == 1 and isinstance(given[0], list) else given
    budget.spend(len(values))
    return amounts.amount_text(
        amounts.total([amounts.amount_of(value, "sum_money") for value in values])
    )


def mul_money(_budget: Budget, given: Sequence[Any]) -> str:
    """Multiply two amounts."""
    first, second = (amounts.amount_of(value, "mul_money") for value in given[:2])
    found = amounts.product(first, second)
    return amounts.amount_text(amounts.rounded(found, _digits(given, 2, "mul_money")))


def div_money(_budget: Budget, given: Sequence[Any]) -> str:
    """Divide an amount."""
    first, second = (amounts.amount_of(value, "div_money") for value in given[:2])
    return amounts.amount_text(amounts.quotient(first, second, _digits(given, 2, "div_money")))


def round_money(_budget: Budget, given: Sequence[Any]) -> str:
    """Round an amount."""
    found = amounts.amount_of(given[0], "round_money")
    return amounts.amount_text(amounts.rounded(found, _digits(given, 1, "round_money")))


def neg_money(_budget: Budget, given: Sequence[Any]) -> str:
    """Turn the sign of an amount round."""
    return amounts.amount_text(-amounts.amount_of(given[0], "neg_money"))


def compare_money(_budget: Budget, given: Sequence[Any]) -> int:
    """Return -1, 0 or 1."""
    first, second = (amounts.amount_of(value, "compare_money") for value in given)
    return (first > second) - (first < second)


def _digits(given: Sequence[Any], place: int, name: str) -> int:
    """Return the digits after the point that were asked for, else 2."""
    return amounts.digits_of(given[place], name) if len(given) > place else 2


def format_number(budget: Budget, given: Sequence[Any]) -> str:
    """Write an amount as people of a country do."""
    marks = [text_of(mark, "format_number") for mark in given[2:]]
    number = amounts.amount_of(given[0], "format_number")
    return budget.made(numbered(number, amounts.digits_of(given[1], "format_number"), *marks))


def numbered(number: Any, digits: int, point: str = ".", thousands: str = "") -> str:  # noqa: ANN401 - a Decimal, which amount_of has read
    """Write a number with a mark before its digits after the point, and one between thousands."""
    text = amounts.amount_text(amounts.rounded(number, digits))
    sign, whole = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, rest = whole.partition(".")
    grouped = f"{int(whole):,}".replace(",", thousands)
    return sign + grouped + (point + rest if rest else "")


def date_add(_budget: Budget, given: Sequence[Any]) -> str:
    """Return another day."""
    unit = text_of(given[2] if len(given) > 2 else "days", "date_add")  # noqa: PLR2004 - the third argument
    if unit not in moments.UNITS:
        right = f"write one of {', '.join(moments.UNITS)}"
        raise ExpressionError(f"date_add got the unit {shown(unit)}", right)
    day = moments.day_of(given[0], "date_add")
    return moments.added(day, whole_of(given[1], "date_add"), unit).isoformat()


def format_date(budget: Budget, given: Sequence[Any]) -> str:
    """Write a day or an instant by a pattern."""
    zone = moments.zone_of(given[2]) if len(given) > 2 else None  # noqa: PLR2004 - the third argument
    moment = moments.moment_of(given[0], "format_date")
    return budget.made(moments.formatted(moment, text_of(given[1], "format_date"), zone))

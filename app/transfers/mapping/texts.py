"""The functions of expressions that work on texts, and those that ask what a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.transfers.mapping.faults import ExpressionError, shown
from app.transfers.mapping.kinds import bounded, text_of, whole_of
from app.transfers.mapping.patterns import is_matched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.transfers.mapping.budget import Budget

_WHOLE_CHARACTERS: Final = 64


def lower(budget: Budget, given: Sequence[Any]) -> str:
    """Write small letters."""
    return budget.made(text_of(given[0], "lower").lower())


def upper(budget: Budget, given: Sequence[Any]) -> str:
    """Write capital letters."""
    return budget.made(text_of(given[0], "upper").upper())


def trimmed(budget: Budget, given: Sequence[Any]) -> str:
    """Take spaces away around a text."""
    return budget.made(text_of(given[0], "trim").strip())


def replaced(budget: Budget, given: Sequence[Any]) -> str:
    """Replace every place of one text by another."""
    text, old, new = (text_of(one, "replace") for one in given)
    if not old:
        raise ExpressionError("replace got an empty text to look for", "name what is replaced")
    budget.read(text)
    budget.allow_text(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def split(budget: Budget, given: Sequence[Any]) -> list[str]:
    """Return the texts between marks."""
    text, mark = (text_of(one, "split") for one in given)
    if not mark:
        raise ExpressionError("split got an empty text to split at", "write split(text, ',')")
    budget.allow_list(text.count(mark) + 1)
    budget.made(text)
    return text.split(mark)


def joined(budget: Budget, given: Sequence[Any]) -> str:
    """Write texts behind each other, with a mark between them."""
    texts, mark = given[0], text_of(given[1] if len(given) > 1 else "", "join")
    if not isinstance(texts, list):
        raise ExpressionError(f"join needs a list, not {shown(texts)}", "write join([a, b], ' ')")
    budget.spend(len(texts))
    parts = [text_of(one, "join") for one in texts]
    budget.allow_text(sum(map(len, parts)) + len(mark) * max(len(parts) - 1, 0))
    return mark.join(parts)


def substring(budget: Budget, given: Sequence[Any]) -> str:
    """Return the characters between two places."""
    text, start = text_of(given[0], "substring"), whole_of(given[1], "substring")
    end = whole_of(given[2], "substring") if len(given) > 2 else len(text)  # noqa: PLR2004 - the third argument
    if start < 0 or end < 0:
        raise ExpressionError("substring counts from 0", "write substring(text, 0, 3)")
    return budget.made(text[start:end])


def contains(budget: Budget, given: Sequence[Any]) -> bool:
    """Tell whether a text has a part."""
    text, part = (text_of(one, "contains") for one in given)
    budget.read(text)
    return part in text


def starts_with(_budget: Budget, given: Sequence[Any]) -> bool:
    """Tell whether a text begins so."""
    text, part = (text_of(one, "startsWith") for one in given)
    return text.startswith(part)


def ends_with(_budget: Budget, given: Sequence[Any]) -> bool:
    """Tell whether a text ends so."""
    text, part = (text_of(one, "endsWith") for one in given)
    return text.endswith(part)


def matches(budget: Budget, given: Sequence[Any]) -> bool:
    """Tell whether a pattern is found in a text."""
    text, pattern = (text_of(one, "matches") for one in given)
    return is_matched(budget, text, pattern)


def size(_budget: Budget, given: Sequence[Any]) -> int:
    """Count characters, values or fields."""
    if isinstance(given[0], str | list | dict):
        return len(given[0])
    raise ExpressionError(f"size needs a text, a list or an object, not {shown(given[0])}")


def whole(_budget: Budget, given: Sequence[Any]) -> int:
    """Read a text of digits."""
    value = given[0]
    if isinstance(value, str):
        digits = value.removeprefix("-") if value.startswith("-") else value.removeprefix("+")
        if digits.isascii() and digits.isdigit() and len(digits) <= _WHOLE_CHARACTERS:
            return bounded(int(value))
        right = "for an amount with a point, write round_money(text, 0) first"
        raise ExpressionError(f"int got {shown(value)}, which is not a whole number", right)
    return bounded(whole_of(value, "int"))


def string(budget: Budget, given: Sequence[Any]) -> str:
    """Write a whole number or a flag."""
    value = given[0]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return budget.made(str(bounded(value)))
    if isinstance(value, float):
        wrong = f"string got {value}, a binary fraction"
        raise ExpressionError(wrong, "have it delivered as text")
    return text_of(value, "string")

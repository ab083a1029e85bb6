"""A little SQL, evaluated a row at a time: what drawn models say, with SQL's rules for NULL.

Numbers are exact fractions; whether the engine shows a decimal or a double is not its business.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from semantic.spec.fragments import Fragment, Reference

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>(?:[^']|'')*)'|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign><>|<=|>=|[-+*/=<>(),.]))"
)
Look = Callable[[tuple[str, ...], str | None], Any]
"""Finds the value of a reference; the second argument is the column named after a table."""
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_CALCULATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


@dataclass(frozen=True)
class _Token:
    kind: str
    value: Any


def evaluate(fragment: Fragment, look: Look) -> Any:
    """Evaluate an expression; bare names are columns of the table `CUBE`."""
    return _Reader(_tokens(fragment), look).whole()


def _tokens(fragment: Fragment) -> list[_Token]:
    found: list[_Token] = []
    for part in fragment.parts:
        if isinstance(part, Reference):
            found.append(_Token("reference", part.path))
            continue
        position = 0
        text = part.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            assert match is not None, text[position:]
            kind = match.lastgroup
            assert kind is not None
            found.append(_Token(kind, match.group(kind)))
            position = match.end()
    return found


class _Reader:
    """Reads and evaluates at once; every branch is evaluated, which is harmless without effects."""

    def __init__(self, tokens: list[_Token], look: Look) -> None:
        self.tokens = tokens
        self.look = look
        self.position = 0

    def whole(self) -> Any:
        value = self.either()
        assert self.position == len(self.tokens), self.tokens[self.position :]
        return value

    def peek(self) -> _Token:
        if self.position < len(self.tokens):
            return self.tokens[self.position]
        return _Token("end", "")

    def take(self, *values: str) -> str | None:
        token = self.peek()
        is_word = token.kind in ("word", "sign") and token.value.upper() in values
        if not is_word:
            return None
        self.position += 1
        return str(token.value.upper())

    def need(self, value: str) -> None:
        assert self.take(value), (value, self.peek())

    def either(self) -> Any:
        value = self.both()
        while self.take("OR"):
            other = self.both()
            value = any_of((value, other))
        return value

    def both(self) -> Any:
        value = self.negation()
        while self.take("AND"):
            other = self.negation()
            value = all_of((value, other))
        return value

    def negation(self) -> Any:
        if self.take("NOT"):
            value = self.negation()
            return None if value is None else not value
        return self.comparison()

    def comparison(self) -> Any:
        value = self.sum()
        if self.take("IS"):
            is_negated = self.take("NOT") is not None
            self.need("NULL")
            return (value is None) != is_negated
        sign = self.take("=", "<>", "<", ">", "<=", ">=")
        return value if sign is None else compare(sign, value, self.sum())

    def sum(self) -> Any:
        value = self.product()
        while sign := self.take("+", "-"):
            value = _calculate(sign, value, self.product())
        return value

    def product(self) -> Any:
        value = self.single()
        while sign := self.take("*", "/"):
            value = _calculate(sign, value, self.single())
        return value

    def single(self) -> Any:
        if self.take("("):
            value = self.either()
            self.need(")")
            return value
        if self.take("CASE"):
            return self.case()
        token = self.peek()
        self.position += 1
        if token.kind == "number":
            return Fraction(token.value)
        if token.kind == "text":
            return token.value.replace("''", "'")
        return self.reference(token.value) if token.kind == "reference" else self.word(token.value)

    def reference(self, path: tuple[str, ...]) -> Any:
        column = None
        if self.take("."):
            column = self.peek().value
            self.position += 1
        return exact(self.look(path, column))

    def word(self, word: str) -> Any:
        if word.upper() in ("TRUE", "FALSE", "NULL"):
            return {"TRUE": True, "FALSE": False, "NULL": None}[word.upper()]
        if not self.take("("):
            return exact(self.look(("CUBE",), word))
        values = [self.either()]
        while self.take(","):
            values.append(self.either())
        self.need(")")
        if word.upper() == "COALESCE":
            return next((one for one in values if one is not None), None)
        assert word.upper() == "NULLIF", word
        return None if compare("=", values[0], values[1]) else values[0]

    def case(self) -> Any:
        chosen: Any = None
        is_chosen = False
        while self.take("WHEN"):
            condition = self.either()
            self.need("THEN")
            value = self.either()
            if condition and not is_chosen:
                chosen, is_chosen = value, True
        if self.take("ELSE"):
            value = self.either()
            chosen = chosen if is_chosen else value
        self.need("END")
        return chosen


def exact(value: Any) -> Any:
    """Make numbers exact; everything else stays."""
    if isinstance(value, bool) or not hasattr(value, "as_integer_ratio"):
        return value
    return Fraction(value)


def compare(sign: str, one: Any, other: Any) -> bool | None:
    """Compare as SQL does: nothing is known about NULL."""
    if one is None or other is None:
        return None
    return bool(_COMPARISONS[sign](one, other))


def any_of(values: tuple[bool | None, ...]) -> bool | None:
    """Say whether one is true, with what is unknown."""
    if any(values):
        return True
    return None if None in values else False


def all_of(values: tuple[bool | None, ...]) -> bool | None:
    """Say whether all are true, with what is unknown."""
    if any(one is False for one in values):
        return False
    return None if None in values else True


def _calculate(sign: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    if sign == "/":
        return None if other == 0 else one / other
    return _CALCULATIONS[sign](one, other)

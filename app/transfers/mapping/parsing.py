"""Expressions are read: the grammar of CEL without doubles, bytes, unsigned numbers and messages.

Source: the Common Expression Language's definition, https://github.com/google/cel-spec.
"""

from __future__ import annotations

from typing import Final

from app.transfers.mapping.faults import ExpressionError
from app.transfers.mapping.syntax import (
    NODE_DEPTH,
    Binary,
    Call,
    Choice,
    Index,
    ListOf,
    Literal,
    Macro,
    MapOf,
    Name,
    Node,
    Select,
    Unary,
    children,
)
from app.transfers.mapping.tokens import MAX_WHOLE, Token, tokens

MACROS = frozenset({"map", "filter", "exists", "exists_one", "all"})
MACROS_NESTED = 2
MACROS_IN_ALL = 4
_LEVELS: Final = (
    ("||",),
    ("&&",),
    ("==", "!=", "<=", ">=", "<", ">", "in"),
    ("+", "-"),
    ("*", "/", "%"),
)
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_MEANT = {"and": "&&", "or": "||", "not": "!", "is": "==", "None": "null", "if": "a ? b : c"}


def parse(expression: str) -> Node:
    """Read an expression.

    Raises:
        ExpressionError: with the column of what cannot be read, or is nested too deep.
    """
    parser = _Parser(list(tokens(expression)))
    node = parser.choice()
    parser.end()
    _require_flat(node)
    return node


class _Parser:
    """Goes through the words once, from left to right."""

    def __init__(self, words: list[Token]) -> None:
        """Begin at the first word."""
        self._words = words
        self._next = 0
        self._depth = 0

    def choice(self) -> Node:
        """Read `condition ? yes : no`, or what has a higher precedence."""
        self._depth += 1
        if self._depth > NODE_DEPTH:
            raise _too_deep(self._word.at)
        condition = self._level(0)
        if self._takes("?"):
            at = self._word.at
            yes = self.choice()
            self._require(":")
            condition = Choice(at, condition, yes, self.choice())
        self._depth -= 1
        return condition

    def end(self) -> None:
        """Refuse words that are left."""
        if self._word.kind != "end":
            raise self._unexpected("an operator, or the end")

    @property
    def _word(self) -> Token:
        """The word that comes next."""
        return self._words[self._next]

    def _takes(self, *signs: str) -> Token | None:
        """Go past the next word if it is one of these signs."""
        word = self._word
        if word.kind not in {"text", "end"} and word.text in signs:
            self._next += 1
            return word
        return None

    def _require(self, sign: str) -> None:
        """Go past a sign that has to be there."""
        if self._takes(sign) is None:
            raise self._unexpected(repr(sign))

    def _unexpected(self, wanted: str) -> ExpressionError:
        """Say which word is not expected, and what is."""
        word = self._word
        meant = _MEANT.get(word.text)
        right = f"write {meant} instead of {word.text}" if meant else f"{wanted} is expected"
        return ExpressionError(f"{word.text} is not expected here", right, at=word.at)

    def _level(self, level: int) -> Node:
        """Read operators of one precedence, from left to right."""
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while sign := self._takes(*_LEVELS[level]):
            left = Binary(sign.at, sign.text, left, self._level(level + 1))
        return left

    def _unary(self) -> Node:
        """Read `!of` and `-of`; the minus belongs to a number that follows it."""
        signs: list[Token] = []
        while sign := self._takes("!", "-"):
            signs.append(sign)
        is_negative = bool(signs) and signs[-1].text == "-" and self._word.kind == "whole"
        if is_negative:
            sign = signs.pop()
            word = self._word
            self._next += 1
            node = self._members(Literal(sign.at, -int(word.value)))
        else:
            node = self._members(self._primary())
        for sign in reversed(signs):
            node = Unary(sign.at, sign.text, node)
        return node

    def _members(self, node: Node) -> Node:
        """Read `.field`, `.function(…)` and `[index]` after a value."""
        while word := self._takes(".", "["):
            if word.text == "[":
                index = self.choice()
                self._require("]")
                node = Index(word.at, node, index)
                continue
            if self._word.kind != "name":
                raise self._unexpected("a name")
            name = self._word
            self._next += 1
            if self._takes("("):
                node = self._called(name, node)
            else:
                node = Select(name.at, node, name.text)
        return node

    def _called(self, name: Token, of: Node) -> Node:
        """Read what is in the brackets of a function that follows a value."""
        arguments = self._list(")")
        if name.text not in MACROS:
            return Call(name.at, name.text, (of, *arguments))
        most = 3 if name.text == "map" else 2
        if not 2 <= len(arguments) <= most or not isinstance(arguments[0], Name):  # noqa: PLR2004 - a name and a body
            right = f"write {name.text}(x, …), where x stands for each element"
            wrong = f"{name.text} needs a name and an expression"
            raise ExpressionError(wrong, right, at=name.at)
        condition = arguments[1] if len(arguments) == most == 3 else None  # noqa: PLR2004 - map alone has three
        return Macro(name.at, name.text, of, arguments[0].name, arguments[-1], condition)

    def _list(self, close: str) -> tuple[Node, ...]:
        """Read values with commas between them, up to a bracket; one more comma is allowed."""
        found: list[Node] = []
        while not self._takes(close):
            found.append(self.choice())
            if not self._takes(","):
                self._require(close)
                break
        return tuple(found)

    def _primary(self) -> Node:  # noqa: PLR0911 - a branch for each way to begin
        """Read a literal, a name, a function, or something in brackets."""
        word = self._word
        self._next += word.kind != "end"
        if word.kind == "whole" and isinstance(word.value, int):
            if word.value > MAX_WHOLE:
                right = f"whole numbers go to {MAX_WHOLE}; write a longer one as text"
                raise ExpressionError(f"{word.text} is too large", right, at=word.at)
            return Literal(word.at, word.value)
        if word.kind == "text":
            return Literal(word.at, word.value)
        if word.kind == "name" and word.text in _CONSTANTS:
            return Literal(word.at, _CONSTANTS[word.text])
        if word.kind == "name" and word.text != "in" and word.text not in _MEANT:
            return self._named(word)
        if word.text == "(":
            inner = self.choice()
            self._require(")")
            return inner
        if word.text == "[":
            return ListOf(word.at, self._list("]"))
        if word.text == "{":
            return MapOf(word.at, self._pairs())
        self._next -= word.kind != "end"
        raise self._unexpected("a value")

    def _named(self, word: Token) -> Node:
        """Read a name, or a function by its name."""
        if not self._takes("("):
            return Name(word.at, word.text)
        arguments = self._list(")")
        if word.text == "has" and (len(arguments) != 1 or not isinstance(arguments[0], Select)):
            right = "write has(customer.vat_id)"
            raise ExpressionError("has needs one path with a point", right, at=word.at)
        return Call(word.at, word.text, arguments)

    def _pairs(self) -> tuple[tuple[Node, Node], ...]:
        """Read the pairs of an object."""
        found: list[tuple[Node, Node]] = []
        while not self._takes("}"):
            key = self.choice()
            self._require(":")
            found.append((key, self.choice()))
            if not self._takes(","):
                self._require("}")
                break
        return tuple(found)


def _require_flat(node: Node) -> None:
    """Bound how deep an expression goes, and how many lists it walks through inside each other."""
    waiting = [(node, 1, 0)]
    macros = 0
    while waiting:
        one, depth, nested = waiting.pop()
        if depth > NODE_DEPTH:
            raise _too_deep(one.at)
        if isinstance(one, Macro):
            macros += 1
            nested += 1
            if nested > MACROS_NESTED or macros > MACROS_IN_ALL:
                raise ExpressionError(
                    f"{one.name} makes too many walks through lists",
                    f"use at most {MACROS_IN_ALL}, and {MACROS_NESTED} inside each other",
                    at=one.at,
                )
        waiting.extend((child, depth + 1, nested) for child in children(one))


def _too_deep(at: int) -> ExpressionError:
    """Return the refusal of what is nested too deep."""
    right = f"use at most {NODE_DEPTH} levels, and as many terms of a sum"
    return ExpressionError("the expression is nested too deep", right, at=at)

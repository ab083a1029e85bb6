"""The words of an expression: names, texts, whole numbers and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.transfers.mapping.faults import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPRESSION_CHARACTERS = 500
MAX_WHOLE = 2**63 - 1
_WORD = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
      | (?P<fraction>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+)
      | (?P<whole>0x[0-9a-fA-F]+|[0-9]+)
      | (?P<text>[rR]?(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>\|\||&&|==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<one>[abfnrtv\\'\"`?])|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|(?P<o>[0-3][0-7]{2})|(?P<bad>.))",
    re.DOTALL,
)
_ONE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LONG_QUOTES = ("'''", '"""')
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `kind` is name, text, whole, sign or end, and `at` counts from 1."""

    kind: str
    text: str
    at: int
    value: str | int = ""


def tokens(expression: str) -> Iterator[Token]:
    """Take an expression apart, with a last token of kind `end`."""
    if len(expression) > EXPRESSION_CHARACTERS:
        wrong = f"the expression has {len(expression)} characters"
        right = f"write at most {EXPRESSION_CHARACTERS}; take a second field for the rest"
        raise ExpressionError(wrong, right)
    at = 0
    while at < len(expression):
        found = _WORD.match(expression, at)
        if found is None:
            raise _unreadable(expression, at)
        kind, text, column = str(found.lastgroup), found.group(), at + 1
        at = found.end()
        if kind == "fraction":
            raise ExpressionError(
                f"{text} would be a binary fraction, which cannot hold amounts exactly",
                f"write it as text, as in mul_money(line.net, '{text}')",
                at=column,
            )
        if kind == "whole":
            yield Token(kind, text, column, _whole(expression, text, column, at))
        elif kind == "text":
            yield Token(kind, text, column, _text(text, column))
        elif kind != "space":
            yield Token(kind, text, column)
    yield Token("end", "the end", len(expression) + 1)


def _whole(expression: str, text: str, column: int, end: int) -> int:
    """Read a whole number of 64 bits; one more than the largest is let through for its minus."""
    if expression[end : end + 1].lower() == "u":
        right = "write the number without the u"
        raise ExpressionError("unsigned numbers are not known here", right, at=column)
    value = int(text, 16) if text.startswith("0x") else int(text)
    if value > MAX_WHOLE + 1:
        right = f"whole numbers go to {MAX_WHOLE}; write a longer one as text"
        raise ExpressionError(f"{text[:30]} is too large", right, at=column)
    return value


def _text(text: str, column: int) -> str:
    """Read a text with its escapes."""
    is_raw = text[0] in "rR"
    text = text[is_raw:]
    quotes = 3 if text.startswith(_LONG_QUOTES) and len(text) >= 6 else 1  # noqa: PLR2004 - two marks of three
    inner = text[quotes:-quotes]
    if is_raw:
        return inner

    def unescaped(found: re.Match[str]) -> str:
        if found["one"]:
            return _ONE.get(found["one"], found["one"])
        if found["bad"]:
            wrong = f"{found.group()} is not a known escape"
            right = r"write \\ for a backslash, or put r before the text"
            raise ExpressionError(wrong, right, at=column)
        code = int(found["o"], 8) if found["o"] else int(found["x"] or found["u"] or found["U"], 16)
        if code > _LAST_CHARACTER or code in _SURROGATES:
            raise ExpressionError(f"{found.group()} is not a character", at=column)
        return chr(code)

    return _ESCAPE.sub(unescaped, inner)


def _unreadable(expression: str, at: int) -> ExpressionError:
    """Say what a character may have been meant for."""
    rights = {
        "'": "end the text with '",
        '"': 'end the text with "',
        "=": "write == to compare",
        "&": "write && for and",
        "|": "write || for or",
    }
    right = rights.get(expression[at], "")
    return ExpressionError(f"{expression[at]!r} cannot be read here", right, at=at + 1)

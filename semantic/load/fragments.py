"""SQL, references and values of the security context, taken apart as models write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.spec.filters import ContextValue
from semantic.spec.fragments import Fragment, Reference

if TYPE_CHECKING:
    from semantic.spec.places import Place

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_PATH = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_CONTEXT = re.compile(
    rf"(?:COMPILE_CONTEXT\.)?(?:securityContext|security_context)((?:\.{_NAME})+)"
)
_NOT_EXECUTED = {
    "FILTER_PARAMS": "write the condition into the SQL; filters of a query apply by themselves",
    "FILTER_GROUP": "write the condition into the SQL; filters of a query apply by themselves",
    "SECURITY_CONTEXT": "put the condition into an access_policy with row_level filters",
    "securityContext": "put the condition into an access_policy with row_level filters",
    "security_context": "put the condition into an access_policy with row_level filters",
    "COMPILE_CONTEXT": "write the model out; it is the same for every caller",
    "SQL_UTILS": "time zones are applied to time dimensions without it",
    "USER_CONTEXT": "put the condition into an access_policy with row_level filters",
}


class FragmentError(Exception):
    """What stands in braces cannot be read."""

    def __init__(self, message: str, suggestion: str) -> None:
        """Say what is wrong and what would be right."""
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


def take_apart(text: str, place: Place) -> Fragment:
    r"""Split SQL at its references; `\{` and `\}` are braces themselves.

    Raises:
        FragmentError: A brace is not closed, or what stands in it is no reference.
    """
    parts: list[str | Reference] = []
    literal = ""
    at = 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in ("{", "}"):
            literal += text[at + 1]
            at += 2
        elif text[at] == "{":
            end = text.find("}", at)
            if end < 0:
                message = f"the brace before '{text[at + 1 : at + 20]}' is not closed"
                raise FragmentError(message, "close it, or write '\\{' for a brace itself")
            parts.extend([literal] if literal else [])
            parts.append(read_reference(text[at + 1 : end]))
            literal = ""
            at = end + 1
        elif text[at] == "}":
            raise FragmentError("a brace is closed that was not opened", "write '\\}' for a brace")
        else:
            literal += text[at]
            at += 1
    parts.extend([literal] if literal else [])
    return Fragment(tuple(parts), place)


def read_reference(text: str) -> Reference:
    """Read what stands in braces; `TABLE` is the older word for `CUBE`.

    Raises:
        FragmentError: It is something else, such as a call.
    """
    written = text.strip()
    if _PATH.fullmatch(written) is None and written.split(".")[0] not in _NOT_EXECUTED:
        raise FragmentError(
            f"'{{{text}}}' is not a reference",
            "references are names with dots between them, such as {CUBE} or {orders.count}",
        )
    first, *others = written.split(".")
    if first in _NOT_EXECUTED:
        raise FragmentError(f"{first} is not executed in SQL of models", _NOT_EXECUTED[first])
    return Reference(("CUBE" if first == "TABLE" else first, *others))


def is_path(text: str) -> bool:
    """Tell whether a text is names with dots between them."""
    return _PATH.fullmatch(text) is not None


def read_context(text: str) -> ContextValue | None:
    """Read `security_context.x`, None for what is something else.

    Where Cube evaluates filters as it compiles, it calls it `COMPILE_CONTEXT.security_context`.
    """
    found = _CONTEXT.fullmatch(text.strip())
    return None if found is None else ContextValue(tuple(found[1][1:].split(".")))


def read_value(text: str) -> str | ContextValue:
    """Read a value of a filter: a text, or in braces one of the security context.

    Raises:
        FragmentError: It has braces and is not just a value of the security context.
    """
    if "{" not in text and "}" not in text:
        return text
    stripped = text.strip()
    context = read_context(stripped[1:-1]) if stripped[0] == "{" and stripped[-1] == "}" else None
    if context is None:
        raise FragmentError(
            f"'{text}' is not a value of the security context",
            "write a text without braces, or the context alone: '{ security_context.rep }'",
        )
    return context

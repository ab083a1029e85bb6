"""Titles of what has none, by Cube's rules, so that its clients show the words they know."""

from __future__ import annotations

import re
from functools import cache

_LOWER_WORDS = frozenset(
    "and or nor a an the so but to of at by from into on onto off out in over with for".split()
)
_LEADING = re.compile(r"^[_.\- ]+")
_SEPARATED = re.compile(r"[_.\- ]+(\w|$)")
_NUMBERED = re.compile(r"\d+\w")
_UPPER = re.compile(r"([A-Z])")
_ID = re.compile(r"\bId(s?)\b")


@cache
def title_of(name: str) -> str:
    """Write a name as a title: `sale_ids` becomes `Sale IDs`."""
    underscored = _UPPER.sub(r"_\1", _pascal(name)).removeprefix("_").lower()
    words = underscored.split("_")
    shown = " ".join(word if word in _LOWER_WORDS else word.capitalize() for word in words)
    return _ID.sub(r"ID\1", shown[:1].upper() + shown[1:])


def _pascal(name: str) -> str:
    """Write a name with a capital for each word and nothing between them."""
    split = _split_capitals(name) if name != name.lower() else name
    text = _LEADING.sub("", split).lower()
    text = text[:1].upper() + text[1:]
    text = _SEPARATED.sub(lambda match: match[1].upper(), text)
    return _NUMBERED.sub(lambda match: match[0].upper(), text)


def _split_capitals(name: str) -> str:
    """Put a dash where a word begins with a capital; `HTTPServer` has two words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name)
    return re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", "-", spaced)

"""How the names of fields are written for those outside: `starts_on` is `startsOn` there."""

from __future__ import annotations


def camel(name: str) -> str:
    """Write a snake_case name as camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)

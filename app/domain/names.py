"""How names and ids are written for those outside: `starts_on` is `startsOn` there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


def camel(name: str) -> str:
    """Write a snake_case name as camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def encode_id(kind: str, value: UUID) -> str:
    """Return the id of an object: `sale_0192…`."""
    return f"{kind}_{value.hex}"

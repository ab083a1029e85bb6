"""Values of the domain as plain JSON, for audit entries, events and stored responses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping


def to_json(value: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Turn a mapping into what JSON can hold: ids and dates as text, tuples as lists."""
    return None if value is None else _plain(value)


def _plain(value: object) -> object:
    """Convert one value, descending into mappings and sequences."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        plain = [_plain(inner) for inner in value]
        # Sets in one order, since what is equal must be hashed equally in every process.
        return sorted(plain, key=str) if isinstance(value, (set, frozenset)) else plain
    message = f"{type(value).__name__} has no JSON form"
    raise TypeError(message)


def dump_json(value: object) -> str:
    """Write JSON text."""
    return orjson.dumps(value).decode()


def load_json(text: str | bytes) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Read JSON text."""
    return orjson.loads(text)

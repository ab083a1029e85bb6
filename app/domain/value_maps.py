"""Value maps: what is called so there is called so here, and what nobody has mapped yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.validation import Check

VALUE_LIMIT = 1_000
"""Characters of a key or a value."""


@dataclass(frozen=True, slots=True)
class ValueMap:
    """A lookup table that mappings use by its code."""

    id: UUID
    code: str
    name: str
    description: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ValueMapEntry:
    """One key and its value; without a value it waits on the work list.

    `label` is what people know the key by, `details` what else belongs to the value, such as a rule
    for prices. `seen_count` counts the records that asked for it.
    """

    id: UUID
    map_id: UUID
    key: str
    label: str | None
    value: str | None
    details: dict[str, Any]
    seen_count: int
    last_seen_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


def check_map(one: ValueMap, check: Check) -> None:
    """Collect what is wrong with a value map."""
    check.code("code", one.code)
    check.text("name", one.name)
    check.optional_text("description", one.description, VALUE_LIMIT)


def check_entry(entry: ValueMapEntry, check: Check) -> None:
    """Collect what is wrong with an entry; a value of None puts it on the work list."""
    check.text("key", entry.key, VALUE_LIMIT)
    check.optional_text("label", entry.label, VALUE_LIMIT)
    check.optional_text("value", entry.value, VALUE_LIMIT)

"""Who asks: the club, the groups that policies know, and the security context."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity was checked.

    `organisation_id` narrows every fact and dimension, whatever the models say. `groups` are
    matched with those of access policies; `context` is what `security_context` refers to, such as
    `{"rep": "R1", "currency": "EUR"}`. `timezone` is the club's, and the default of queries.
    """

    organisation_id: UUID
    groups: frozenset[str]
    context: Mapping[str, Any] = field(default_factory=dict)
    timezone: str = "UTC"
    name: str = ""

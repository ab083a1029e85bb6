"""The audit: one entry for every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what and when; `before` and `after` have the fields that differ."""

    id: UUID
    actor: str
    created_at: datetime
    entity: str
    entity_id: UUID
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str

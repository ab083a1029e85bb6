"""The audit: one entry for every change, and the chain of hashes that seals them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

GENESIS = bytes(32)
"""The hash before an organisation's first seal."""


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


@dataclass(frozen=True, slots=True)
class AuditSeal:
    """The link of one entry in its organisation's chain, numbered from 1 without gaps."""

    sequence_no: int
    entry_id: UUID
    previous_hash: bytes
    hash: bytes
    sealed_at: datetime


def seal_hash(previous_hash: bytes, sequence_no: int, entry: AuditEntry) -> bytes:
    """Hash an entry together with the hash before it (SHA-256 over canonical JSON).

    Changing, inserting, removing or reordering any sealed entry changes every later hash.
    """
    content = {
        "sequence_no": sequence_no,
        "id": str(entry.id),
        "actor": entry.actor,
        "created_at": entry.created_at.isoformat(),
        "entity": entry.entity,
        "entity_id": str(entry.entity_id),
        "action": entry.action,
        "before": entry.before,
        "after": entry.after,
        "request_id": entry.request_id,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous_hash + text.encode()).digest()

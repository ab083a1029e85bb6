"""The audit: one entry for every change, and the chain of hashes that seals them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

GENESIS = bytes(32)
"""The hash before an organisation's first seal."""
BREAK_LIMIT = 1_000
"""Breaks that a verification lists; it counts all of them."""


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

    Changing, inserting, removing or reordering any sealed entry changes every later hash. The form
    survives storage: instants in UTC to the microsecond, members of objects in order of their
    names, whole numbers and texts exactly; values that JSON does not hold exactly are refused
    before they are stored.
    """
    content = {
        "sequence_no": sequence_no,
        "id": str(entry.id),
        "actor": entry.actor,
        "created_at": entry.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "entity": entry.entity,
        "entity_id": str(entry.entity_id),
        "action": entry.action,
        "before": entry.before,
        "after": entry.after,
        "request_id": entry.request_id,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous_hash + text.encode()).digest()


class BreakKind(StrEnum):
    """What can be wrong with the audit."""

    ENTRY_CHANGED = "ENTRY_CHANGED"
    ENTRY_MISSING = "ENTRY_MISSING"
    ENTRY_UNMARKED = "ENTRY_UNMARKED"
    SEAL_MISSING = "SEAL_MISSING"
    SEAL_UNLINKED = "SEAL_UNLINKED"
    HEAD_MISSING = "HEAD_MISSING"
    HEAD_CHANGED = "HEAD_CHANGED"


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the audit is not what was written; the message says it in a sentence."""

    kind: BreakKind
    message: str
    sequence_no: int | None = None
    entry_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of a chain, or one that was noted elsewhere to compare with."""

    sequence_no: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What a verification found; `head` is None before the first seal.

    `breaks` lists the first `BREAK_LIMIT` of `break_count`. `pending_since` is when the oldest
    entry that is not sealed was written: one that lies long ago means that nothing seals.
    """

    sealed: int
    pending: int
    head: Head | None
    break_count: int
    breaks: tuple[Break, ...]
    pending_since: datetime | None = None

    @property
    def is_intact(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.break_count == 0


class ChainWalk:
    """Walks the seals of one chain in order and collects what is wrong with them."""

    def __init__(self, expected: Head | None = None) -> None:
        """Start before the first seal; `expected` is a head that was noted elsewhere."""
        self.expected = expected
        self.sealed = 0
        self.head: Head | None = None
        self.break_count = 0
        self.breaks: list[Break] = []

    def walk(self, links: Iterable[tuple[AuditSeal, AuditEntry | None]]) -> None:
        """Check every seal, given in order of its number with its entry, None when that is gone.

        After a break the walk goes on from the stored hash, so that one change is one break.
        """
        for seal, entry in links:
            before = self.head or Head(0, GENESIS)
            missing = seal.sequence_no - before.sequence_no - 1
            if missing:
                message = f"{missing} seals before number {seal.sequence_no} are gone"
                self.add(Break(BreakKind.SEAL_MISSING, message, seal.sequence_no))
            elif seal.previous_hash != before.hash:
                message = f"seal {seal.sequence_no} does not continue seal {before.sequence_no}"
                self.add(Break(BreakKind.SEAL_UNLINKED, message, seal.sequence_no, seal.entry_id))
            self._compare(seal, entry)
            self._expect(Head(seal.sequence_no, seal.hash))
            self.head = Head(seal.sequence_no, seal.hash)
            self.sealed += 1

    def finish(self) -> None:
        """Note that no seal follows."""
        last = self.head.sequence_no if self.head else 0
        if self.expected is not None and self.expected.sequence_no > last:
            wanted = self.expected.sequence_no
            message = f"the chain ends at {last}, but seal {wanted} was there: its end was cut off"
            self.add(Break(BreakKind.HEAD_MISSING, message, wanted))

    def add(self, found: Break) -> None:
        """Count a break, and list it as long as there is room."""
        self.break_count += 1
        if len(self.breaks) < BREAK_LIMIT:
            self.breaks.append(found)

    def _compare(self, seal: AuditSeal, entry: AuditEntry | None) -> None:
        """Compare a seal with the entry that it seals."""
        number = seal.sequence_no
        if entry is None:
            message = f"the entry of seal {number} was removed"
            self.add(Break(BreakKind.ENTRY_MISSING, message, number, seal.entry_id))
        elif seal_hash(seal.previous_hash, number, entry) != seal.hash:
            message = f"the entry of seal {number} is not the one that was sealed"
            self.add(Break(BreakKind.ENTRY_CHANGED, message, number, entry.id))

    def _expect(self, reached: Head) -> None:
        """Compare a seal with the one that was noted elsewhere under the same number."""
        wanted = self.expected
        if wanted is None or wanted.sequence_no != reached.sequence_no:
            return
        if wanted.hash != reached.hash:
            message = f"seal {reached.sequence_no} has another hash than the one noted"
            self.add(Break(BreakKind.HEAD_CHANGED, message, reached.sequence_no))

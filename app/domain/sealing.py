"""Chains of hashes that seal entries which are only ever appended: the audit's and the ledger's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

GENESIS = bytes(32)
"""The hash before a chain's first seal."""
BREAK_LIMIT = 1_000
"""Breaks that a verification lists; it counts all of them."""


class Sealable(Protocol):
    """What can be sealed: a frozen dataclass with an id of its own."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> UUID:
        """Return what the seal knows the entry by."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The link of one entry in its organisation's chain, numbered from 1 without gaps."""

    sequence_no: int
    entry_id: UUID
    previous_hash: bytes
    hash: bytes
    sealed_at: datetime


def seal_hash(previous_hash: bytes, sequence_no: int, entry: Sealable) -> bytes:
    """Hash an entry together with the hash before it (SHA-256 over canonical JSON).

    Changing, inserting, removing or reordering any sealed entry changes every later hash. The form
    survives storage: instants in UTC to the microsecond, members of objects in order of their
    names, whole numbers and texts exactly; values that JSON does not hold exactly are refused
    before they are stored.
    """
    content = {one.name: _plain(getattr(entry, one.name)) for one in fields(entry)}
    content["sequence_no"] = sequence_no
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous_hash + text.encode()).digest()


def _plain(value: object) -> object:
    """Return a field as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


class BreakKind(StrEnum):
    """What can be wrong with a chain."""

    ENTRY_CHANGED = "ENTRY_CHANGED"
    ENTRY_MISSING = "ENTRY_MISSING"
    ENTRY_UNMARKED = "ENTRY_UNMARKED"
    SEAL_MISSING = "SEAL_MISSING"
    SEAL_UNLINKED = "SEAL_UNLINKED"
    HEAD_MISSING = "HEAD_MISSING"
    HEAD_CHANGED = "HEAD_CHANGED"


@dataclass(frozen=True, slots=True)
class Break:
    """One place where a chain is not what was written; the message says it in a sentence."""

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

    def walk(self, links: Iterable[tuple[Seal, Sealable | None]]) -> None:
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

    def _compare(self, seal: Seal, entry: Sealable | None) -> None:
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

"""Sealing the audit into its chain of hashes, and verifying that chain."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.domain.audit import (
    GENESIS,
    AuditSeal,
    Break,
    BreakKind,
    ChainWalk,
    Head,
    VerificationReport,
    seal_hash,
)
from app.domain.errors import ErrorCode, refuse
from app.storage.audit import (
    append_seals,
    lock_chain,
    organisations_to_seal,
    read_audit,
    read_head,
    read_pending,
)

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.execution import Runner
    from app.storage.unit_of_work import UnitOfWork

BATCH_ENTRIES = 2_000
"""Entries sealed in one transaction."""
_SEALER = "system:sealer"
_HASH_DIGITS = 64


def seal_everything(runner: Runner) -> int:
    """Seal what is pending in every organisation; return how many entries that were."""
    return sum(seal(runner, one) for one in organisations_to_seal(runner.engine))


def seal(runner: Runner, organisation_id: UUID, *, batch_entries: int = BATCH_ENTRIES) -> int:
    """Seal what is pending in one organisation, batch by batch; return how many entries.

    Two sealers at once take turns, and whoever writes audit entries waits for neither.
    """
    total = 0
    while True:
        batch = partial(_seal_batch, limit=batch_entries)
        sealed = runner.transact(organisation_id, _SEALER, batch)
        total += sealed
        if sealed < batch_entries:
            return total


def _seal_batch(work: UnitOfWork, limit: int) -> int:
    """Append the seals of the oldest pending entries to the chain."""
    lock_chain(work)
    entries = read_pending(work, limit)
    head = read_head(work) or Head(0, GENESIS)
    seals = []
    for entry in entries:
        number = head.sequence_no + 1
        digest = seal_hash(head.hash, number, entry)
        seals.append(AuditSeal(number, entry.id, head.hash, digest, work.now))
        head = Head(number, digest)
    if seals:
        append_seals(work, seals)
    return len(seals)


def verify(
    runner: Runner, organisation_id: UUID, expected: Head | None = None
) -> VerificationReport:
    """Recompute an organisation's chain and report every break; changes nothing.

    `expected` is the head of an earlier report, kept elsewhere: without it nobody can tell that
    the end of the chain was cut off, or that the whole chain was written anew.
    """
    walk = ChainWalk(expected)
    with read_audit(runner.engine, organisation_id) as audit:
        walk.walk(audit.links())
        walk.finish()
        for entry_id in audit.unmarked():
            message = "an entry is neither sealed nor marked as waiting: it was put in from outside"
            walk.add(Break(BreakKind.ENTRY_UNMARKED, message, None, entry_id))
        for entry_id in audit.removed():
            message = "an entry was removed before it was sealed"
            walk.add(Break(BreakKind.ENTRY_MISSING, message, None, entry_id))
        pending, since = audit.pending()
    return VerificationReport(
        walk.sealed, pending, walk.head, walk.break_count, tuple(walk.breaks), since
    )


def parse_head(text: str) -> Head:
    """Read a head as `loge audit verify` prints it, `NUMBER:HASH`, or refuse INPUT_INVALID."""
    number, _, digits = text.partition(":")
    is_head = number.isdecimal() and number.isascii() and len(digits) == _HASH_DIGITS
    try:
        if is_head:
            return Head(int(number), bytes.fromhex(digits))
    except ValueError:
        pass
    message = f"a head is written NUMBER:HASH with {_HASH_DIGITS} hexadecimal digits, not {text!r}"
    refuse(ErrorCode.INPUT_INVALID, message, "expect")


def format_head(head: Head) -> str:
    """Write a head so that it can be kept elsewhere and passed to a later verification."""
    return f"{head.sequence_no}:{head.hash.hex()}"

"""Sealing the audit and the ledger into their chains of hashes, and verifying those."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.sealing import (
    GENESIS,
    Break,
    BreakKind,
    ChainWalk,
    Head,
    Seal,
    VerificationReport,
    seal_hash,
)
from app.storage.ledger_facts import contradictions
from app.storage.sealing import (
    AUDIT,
    CHAINS,
    LEDGER,
    ChainReader,
    append_seals,
    lock_chain,
    organisations_to_seal,
    read_head,
    read_instant,
    read_pending,
)

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.execution import Runner
    from app.storage.sealing import Chain
    from app.storage.unit_of_work import UnitOfWork

BATCH_ENTRIES = 2_000
"""Entries sealed in one transaction."""
_SEALER = "system:sealer"
_HASH_DIGITS = 64


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What a verification of the ledger found: of its chain, and of what its entries sum up to."""

    chain: VerificationReport
    contradictions: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.chain.is_intact and not self.contradictions


def seal_everything(runner: Runner) -> int:
    """Seal what is pending in every organisation and chain; return how many entries that were."""
    return sum(
        seal(runner, one, chain)
        for chain in CHAINS
        for one in organisations_to_seal(runner.engine, chain)
    )


def seal(
    runner: Runner,
    organisation_id: UUID,
    chain: Chain = AUDIT,
    *,
    batch_entries: int = BATCH_ENTRIES,
) -> int:
    """Seal what is pending in one chain, batch by batch; return how many entries.

    Two sealers at once take turns, and whoever writes entries waits for neither.
    """
    total = 0
    while True:
        batch = partial(_seal_batch, chain=chain, limit=batch_entries)
        sealed = runner.transact(organisation_id, _SEALER, batch)
        total += sealed
        if sealed < batch_entries:
            return total


def _seal_batch(work: UnitOfWork, chain: Chain, limit: int) -> int:
    """Append the seals of the oldest pending entries to the chain."""
    lock_chain(work, chain)
    entries = read_pending(work, chain, limit)
    head = read_head(work, chain) or Head(0, GENESIS)
    seals = []
    for entry in entries:
        number = head.sequence_no + 1
        digest = seal_hash(head.hash, number, entry)
        seals.append(Seal(number, entry.id, head.hash, digest, work.now))
        head = Head(number, digest)
    if seals:
        append_seals(work, chain, seals)
    return len(seals)


def verify(
    runner: Runner, organisation_id: UUID, expected: Head | None = None, chain: Chain = AUDIT
) -> VerificationReport:
    """Recompute an organisation's chain and report every break; changes nothing.

    `expected` is the head of an earlier report, kept elsewhere: without it nobody can tell that
    the end of the chain was cut off, or that the whole chain was written anew.
    """
    with read_instant(runner.engine) as instant:
        return _walked(ChainReader(instant, organisation_id, chain), expected)


def verify_ledger(
    runner: Runner, organisation_id: UUID, expected: Head | None = None
) -> LedgerReport:
    """Recompute the ledger's chain, and compare what it books with invoices and payments."""
    with read_instant(runner.engine) as instant:
        report = _walked(ChainReader(instant, organisation_id, LEDGER), expected)
        return LedgerReport(report, tuple(contradictions(instant, organisation_id)))


def _walked(reader: ChainReader, expected: Head | None) -> VerificationReport:
    """Walk a chain, and look for entries that it does not know."""
    walk = ChainWalk(expected)
    walk.walk(reader.links())
    walk.finish()
    for entry_id in reader.unmarked():
        message = "an entry is neither sealed nor marked as waiting: it was put in from outside"
        walk.add(Break(BreakKind.ENTRY_UNMARKED, message, None, entry_id))
    for entry_id in reader.removed():
        message = "an entry was removed before it was sealed"
        walk.add(Break(BreakKind.ENTRY_MISSING, message, None, entry_id))
    pending, since = reader.pending()
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

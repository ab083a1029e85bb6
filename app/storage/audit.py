"""The audit's chain: what waits to be sealed, the seals, and everything that verifies them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, text

from app.domain.audit import AuditEntry, AuditSeal, Head
from app.storage.rows import insert_rows, names_of
from app.storage.tables import audit_entry, audit_pending, audit_seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Engine

    from app.storage.unit_of_work import UnitOfWork

_ENTRY = [audit_entry.c[name] for name in names_of(AuditEntry)]
_SEAL = [audit_seal.c[name] for name in names_of(AuditSeal)]
_FETCHED_ROWS = 1_000
_LOCK = text(
    "SELECT pg_advisory_xact_lock("
    "hashtextextended('loge.audit.' || CAST(:organisation AS text), 0))"
)


def lock_chain(work: UnitOfWork) -> None:
    """Wait until no other transaction seals this organisation's audit; writers never wait here."""
    work.connection.execute(_LOCK, {"organisation": str(work.organisation_id)})


def read_head(work: UnitOfWork) -> Head | None:
    """Read the newest seal."""
    query = (
        select(audit_seal.c.sequence_no, audit_seal.c.hash)
        .where(audit_seal.c.organisation_id == work.organisation_id)
        .order_by(audit_seal.c.sequence_no.desc())
        .limit(1)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else Head(row.sequence_no, bytes(row.hash))


def read_pending(work: UnitOfWork, limit: int) -> list[AuditEntry]:
    """Read entries that wait to be sealed, in id order, as they survived storage.

    The mark of an entry that is sealed already, which only tampering leaves, holds nothing up.
    """
    sealed = select(audit_seal.c.entry_id).where(_same_entry(audit_seal))
    query = (
        select(*_ENTRY)
        .join_from(audit_pending, audit_entry, _same_entry(audit_pending))
        .where(audit_pending.c.organisation_id == work.organisation_id, ~sealed.exists())
        .order_by(audit_pending.c.entry_id)
        .limit(limit)
    )
    return [AuditEntry(*row) for row in work.connection.execute(query)]


def append_seals(work: UnitOfWork, seals: Sequence[AuditSeal]) -> None:
    """Store seals and take the marks from their entries."""
    insert_rows(work.connection, work.organisation_id, audit_seal, seals)
    work.connection.execute(
        delete(audit_pending).where(
            audit_pending.c.organisation_id == work.organisation_id,
            audit_pending.c.entry_id.in_([seal.entry_id for seal in seals]),
        )
    )


def organisations_to_seal(engine: Engine) -> list[UUID]:
    """List the organisations that have entries waiting to be sealed."""
    query = select(audit_pending.c.organisation_id).distinct()
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class AuditReader:
    """Reads one organisation's audit as it was at one instant, however long that takes."""

    connection: Connection
    organisation_id: UUID

    def links(self) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
        """Read seals in order, each with its entry or None, a thousand at a time."""
        query = (
            select(*_SEAL, *_ENTRY)
            .join_from(audit_seal, audit_entry, _same_entry(audit_seal), isouter=True)
            .where(audit_seal.c.organisation_id == self.organisation_id)
            .order_by(audit_seal.c.sequence_no)
            .execution_options(stream_results=True, yield_per=_FETCHED_ROWS)
        )
        for row in self.connection.execute(query):
            seal = AuditSeal(*row[: len(_SEAL)])
            entry = AuditEntry(*row[len(_SEAL) :]) if row[len(_SEAL)] is not None else None
            yield seal, entry

    def pending(self) -> tuple[int, datetime | None]:
        """Count the entries that wait to be sealed, and tell when the oldest was written."""
        query = (
            select(func.count(), func.min(audit_entry.c.created_at))
            .select_from(audit_pending)
            .outerjoin(audit_entry, _same_entry(audit_pending))
            .where(audit_pending.c.organisation_id == self.organisation_id)
        )
        count, since = self.connection.execute(query).one()
        return count, since

    def unmarked(self) -> Iterator[UUID]:
        """Find entries that are neither sealed nor waiting to be."""
        sealed = select(audit_seal.c.entry_id).where(_same_entry(audit_seal))
        waiting = select(audit_pending.c.entry_id).where(_same_entry(audit_pending))
        query = (
            select(audit_entry.c.id)
            .where(
                audit_entry.c.organisation_id == self.organisation_id,
                ~sealed.exists(),
                ~waiting.exists(),
            )
            .order_by(audit_entry.c.id)
        )
        yield from self.connection.execute(query).scalars()

    def removed(self) -> Iterator[UUID]:
        """Find marks of entries that are gone."""
        query = (
            select(audit_pending.c.entry_id)
            .join_from(audit_pending, audit_entry, _same_entry(audit_pending), isouter=True)
            .where(
                audit_pending.c.organisation_id == self.organisation_id, audit_entry.c.id.is_(None)
            )
            .order_by(audit_pending.c.entry_id)
        )
        yield from self.connection.execute(query).scalars()


@contextmanager
def read_audit(engine: Engine, organisation_id: UUID) -> Iterator[AuditReader]:
    """Open a reader on one instant of the audit; no time limit holds for what it reads."""
    with engine.connect() as connection:
        instant = connection.execution_options(isolation_level="REPEATABLE READ")
        instant.execute(text("SET LOCAL statement_timeout = 0"))
        # Every row is read, so rows are matched in bulk, even where statistics are still missing.
        instant.execute(text("SET LOCAL enable_nestloop = off"))
        yield AuditReader(instant, organisation_id)


def _same_entry(other: Any) -> Any:  # noqa: ANN401 - a table in, a condition out
    """Relate an entry to its seal or mark."""
    return (other.c.organisation_id == audit_entry.c.organisation_id) & (
        other.c.entry_id == audit_entry.c.id
    )

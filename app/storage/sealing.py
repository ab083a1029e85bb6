"""Sealed chains: what waits to be sealed, the seals, and everything that verifies them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, text

from app.domain.audit import AuditEntry
from app.domain.ledger import LedgerEntry
from app.domain.sealing import Head, Seal
from app.storage import tables as t
from app.storage.rows import insert_rows, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Column, Connection, Engine, Table

    from app.domain.sealing import Sealable
    from app.storage.unit_of_work import UnitOfWork

_FETCHED_ROWS = 1_000
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended("
    "'loge.' || CAST(:chain AS text) || '.' || CAST(:organisation AS text), 0))"
)


@dataclass(frozen=True, slots=True)
class Chain:
    """Where entries of one kind, the marks of those that wait, and their seals are kept.

    `build` takes an entry's fields in the order of `names`.
    """

    name: str
    build: Callable[..., Sealable]
    names: tuple[str, ...]
    entries: Table
    pending: Table
    seals: Table

    @property
    def entry_columns(self) -> list[Column[Any]]:
        """Return the columns of an entry in the order of its fields."""
        return [self.entries.c[name] for name in self.names]

    @property
    def seal_columns(self) -> list[Column[Any]]:
        """Return the columns of a seal in the order of its fields."""
        return [self.seals.c[name] for name in names_of(Seal)]

    def same(self, other: Table) -> Any:  # noqa: ANN401 - a table in, a condition out
        """Relate an entry to its seal or mark."""
        return (other.c.organisation_id == self.entries.c.organisation_id) & (
            other.c.entry_id == self.entries.c.id
        )


AUDIT = Chain(
    "audit", AuditEntry, names_of(AuditEntry), t.audit_entry, t.audit_pending, t.audit_seal
)
LEDGER = Chain(
    "ledger", LedgerEntry, names_of(LedgerEntry), t.ledger_entry, t.ledger_pending, t.ledger_seal
)
CHAINS = (AUDIT, LEDGER)


def lock_chain(work: UnitOfWork, chain: Chain) -> None:
    """Wait until no other transaction seals this organisation's chain; writers never wait here."""
    names = {"chain": chain.name, "organisation": str(work.organisation_id)}
    work.connection.execute(_LOCK, names)


def read_head(work: UnitOfWork, chain: Chain) -> Head | None:
    """Read the newest seal."""
    seals = chain.seals.c
    query = (
        select(seals.sequence_no, seals.hash)
        .where(seals.organisation_id == work.organisation_id)
        .order_by(seals.sequence_no.desc())
        .limit(1)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else Head(row.sequence_no, bytes(row.hash))


def read_pending(work: UnitOfWork, chain: Chain, limit: int) -> list[Sealable]:
    """Read entries that wait to be sealed, in id order, as they survived storage.

    The mark of an entry that is sealed already, which only tampering leaves, holds nothing up.
    """
    pending = chain.pending
    sealed = select(chain.seals.c.entry_id).where(chain.same(chain.seals))
    query = (
        select(*chain.entry_columns)
        .join_from(pending, chain.entries, chain.same(pending))
        .where(pending.c.organisation_id == work.organisation_id, ~sealed.exists())
        .order_by(pending.c.entry_id)
        .limit(limit)
    )
    return [chain.build(*row) for row in work.connection.execute(query)]


def append_seals(work: UnitOfWork, chain: Chain, seals: Sequence[Seal]) -> None:
    """Store seals and take the marks from their entries."""
    insert_rows(work.connection, work.organisation_id, chain.seals, seals)
    work.connection.execute(
        delete(chain.pending).where(
            chain.pending.c.organisation_id == work.organisation_id,
            chain.pending.c.entry_id.in_([seal.entry_id for seal in seals]),
        )
    )


def organisations_to_seal(engine: Engine, chain: Chain) -> list[UUID]:
    """List the organisations that have entries waiting to be sealed."""
    query = select(chain.pending.c.organisation_id).distinct()
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class ChainReader:
    """Reads one organisation's chain as it was at one instant, however long that takes."""

    connection: Connection
    organisation_id: UUID
    chain: Chain

    def links(self) -> Iterator[tuple[Seal, Sealable | None]]:
        """Read seals in order, each with its entry or None, a thousand at a time."""
        chain = self.chain
        seal_columns = chain.seal_columns
        width = len(seal_columns)
        query = (
            select(*seal_columns, *chain.entry_columns)
            .join_from(chain.seals, chain.entries, chain.same(chain.seals), isouter=True)
            .where(chain.seals.c.organisation_id == self.organisation_id)
            .order_by(chain.seals.c.sequence_no)
            .execution_options(stream_results=True, yield_per=_FETCHED_ROWS)
        )
        for row in self.connection.execute(query):
            entry = chain.build(*row[width:]) if row[width] is not None else None
            yield Seal(*row[:width]), entry

    def pending(self) -> tuple[int, datetime | None]:
        """Count the entries that wait to be sealed, and tell when the oldest was written."""
        chain = self.chain
        query = (
            select(func.count(), func.min(chain.entries.c.created_at))
            .select_from(chain.pending)
            .outerjoin(chain.entries, chain.same(chain.pending))
            .where(chain.pending.c.organisation_id == self.organisation_id)
        )
        count, since = self.connection.execute(query).one()
        return count, since

    def unmarked(self) -> Iterator[UUID]:
        """Find entries that are neither sealed nor waiting to be."""
        chain = self.chain
        sealed = select(chain.seals.c.entry_id).where(chain.same(chain.seals))
        waiting = select(chain.pending.c.entry_id).where(chain.same(chain.pending))
        query = (
            select(chain.entries.c.id)
            .where(
                chain.entries.c.organisation_id == self.organisation_id,
                ~sealed.exists(),
                ~waiting.exists(),
            )
            .order_by(chain.entries.c.id)
        )
        yield from self.connection.execute(query).scalars()

    def removed(self) -> Iterator[UUID]:
        """Find marks of entries that are gone."""
        pending, entries = self.chain.pending, self.chain.entries
        query = (
            select(pending.c.entry_id)
            .join_from(pending, entries, self.chain.same(pending), isouter=True)
            .where(pending.c.organisation_id == self.organisation_id, entries.c.id.is_(None))
            .order_by(pending.c.entry_id)
        )
        yield from self.connection.execute(query).scalars()


@contextmanager
def read_instant(engine: Engine) -> Iterator[Connection]:
    """Open a connection on one instant of the database; no time limit holds for what it reads."""
    with engine.connect() as connection:
        instant = connection.execution_options(isolation_level="REPEATABLE READ")
        instant.execute(text("SET LOCAL statement_timeout = 0"))
        # Every row is read, so rows are matched in bulk, even where statistics are still missing.
        instant.execute(text("SET LOCAL enable_nestloop = off"))
        yield instant

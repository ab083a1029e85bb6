"""One transaction of one organisation: its rows, audit, events and the places it takes.

Audit entries, outbox events and pool places are collected while a command runs and written at the
end. Pools come last of all: their rows are the ones that sellers compete for, and a lock that is
taken last is held shortest.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, text

from app.domain.audit import AuditEntry
from app.domain.errors import ErrorCode, refuse
from app.domain.event_shapes import check_payload
from app.domain.events import Event
from app.storage import rows
from app.storage.changes import Changes
from app.storage.entities import TABLES
from app.storage.identity import new_id
from app.storage.json_values import to_json
from app.storage.tables import audit_pending, change_note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from _typeshed import DataclassInstance
    from sqlalchemy import Connection, Engine

    from app.domain.events import Topic
    from app.domain.organisations import Organisation

# Locked FOR NO KEY UPDATE: every entitlement of a pool holds a share of its row through its foreign
# key, so two sellers who asked for more would wait for each other's shares, each for ever.
_TAKE_PLACES = text(
    """
    WITH need AS (
        SELECT * FROM unnest(CAST(:pool_ids AS uuid[]), CAST(:counts AS integer[])) AS n(id, count)
    ), locked AS (
        SELECT pool.id FROM pool JOIN need USING (id)
        WHERE pool.organisation_id = :organisation_id
        ORDER BY pool.id FOR NO KEY UPDATE OF pool
    )
    UPDATE pool SET taken = taken + need.count
    FROM need JOIN locked USING (id)
    WHERE pool.organisation_id = :organisation_id AND pool.id = need.id
      AND (need.count <= 0 OR pool.taken + need.count <= pool.capacity - pool.blocked)
    RETURNING pool.id
    """
)


class PlacesTaken(Exception):  # noqa: N818 - a fact about the inventory that the command translates
    """Pools that have too few free places; the transaction must not be committed."""

    def __init__(self, wanted: dict[UUID, int]) -> None:
        """Name the pools and how many places of each were wanted."""
        super().__init__(f"{len(wanted)} pools have too few free places")
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class _Pending:
    """The mark of an audit entry that waits to be sealed."""

    entry_id: UUID


@dataclass(slots=True)
class UnitOfWork:
    """What a command works with; `now` is the same instant for everything it writes."""

    connection: Connection
    organisation_id: UUID
    actor_name: str
    request_id: str
    now: datetime
    organisation: Organisation | None = None
    """The club's settings, once they were read; see `read_organisation`."""
    changes: Changes = field(default_factory=Changes)
    """What is changed here, noted for live data from the rows that are written."""
    is_noted: bool = False
    """Whether such a note was written."""
    _audit: list[AuditEntry] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _places: dict[UUID, int] = field(default_factory=dict)

    def new_id(self) -> UUID:
        """Return the id of a new row."""
        return new_id()

    def find(
        self, entity: type[rows.Entity], *, lock: bool = False, share: bool = False, **equal: object
    ) -> list[rows.Entity]:
        """Read the organisation's entities whose fields equal the given values, in id order.

        A list, tuple or set matches any of its members, None an empty field. With `lock` nobody
        else may change the rows until the transaction ends, with `share` nobody may lock them.
        """
        table = TABLES[entity]
        kept = rows.Lock.ALONE if lock else rows.Lock.SHARED if share else None
        return rows.fetch(self.connection, self.organisation_id, table, entity, equal, kept)

    def get(
        self, entity: type[rows.Entity], entity_id: UUID, *path: str, lock: bool = False
    ) -> rows.Entity:
        """Read one entity, or refuse with NOT_FOUND at the input's path."""
        found = self.find(entity, lock=lock, id=entity_id)
        if not found:
            name = TABLES[entity].name.replace("_", " ")
            refuse(ErrorCode.NOT_FOUND, f"no such {name}", *path)
        return found[0]

    def by_id(
        self, entity: type[rows.Entity], ids: Iterable[UUID | None], *, share: bool = False
    ) -> dict[UUID, rows.Entity]:
        """Read entities by id; ids that are None or unknown are left out."""
        wanted = {one for one in ids if one is not None}
        found = self.find(entity, share=share, id=wanted) if wanted else []
        return {row.id: row for row in found}  # type: ignore[attr-defined]

    def insert(self, entities: Sequence[DataclassInstance]) -> None:
        """Insert entities of one type."""
        if entities:
            self.changes.note(entities)
            table = TABLES[type(entities[0])]
            rows.insert_rows(self.connection, self.organisation_id, table, entities)

    def update(self, entities: Sequence[DataclassInstance]) -> None:
        """Write entities of one type over their rows."""
        if entities:
            self.changes.note(entities)
            table = TABLES[type(entities[0])]
            rows.update_rows(self.connection, self.organisation_id, table, entities)

    def delete(self, entity: type[DataclassInstance], ids: Collection[UUID]) -> None:
        """Delete entities by id; note what live data shows of them in `changes`."""
        keys = [(one,) for one in ids]
        rows.delete_rows(self.connection, self.organisation_id, TABLES[entity], keys)

    def delete_missing(self, before: Sequence[rows.Entity], after: Sequence[rows.Entity]) -> None:
        """Delete the stored entities of `before` that are not in `after` any more."""
        if before:
            table = TABLES[type(before[0])]
            old = rows.keyed(table, before)
            gone = old.keys() - rows.keyed(table, after).keys()
            self.changes.note([old[key] for key in gone])
            rows.delete_rows(self.connection, self.organisation_id, table, gone)

    def write_changed(self, before: Sequence[rows.Entity], after: Sequence[rows.Entity]) -> None:
        """Insert the entities of `after` that are not in `before`, and update those that differ."""
        if after:
            table = TABLES[type(after[0])]
            old = rows.keyed(table, before)
            new = rows.keyed(table, after)
            self.insert([row for key, row in new.items() if key not in old])
            self.update([row for key, row in new.items() if key in old and old[key] != row])

    def record(
        self,
        entity: str,
        entity_id: UUID,
        action: str,
        before: DataclassInstance | None,
        after: DataclassInstance | None,
    ) -> None:
        """Audit a change of one entity, keeping only the fields that differ."""
        old = rows.values_of(before) if before is not None else None
        new = rows.values_of(after) if after is not None else None
        if old is not None and new is not None:
            differing = [name for name in new if name not in old or old[name] != new[name]]
            old = {name: old[name] for name in differing if name in old}
            new = {name: new[name] for name in differing}
        self.record_values(entity, entity_id, action, old, new)

    def record_values(
        self,
        entity: str,
        entity_id: UUID,
        action: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        """Audit a change that is not one row's, such as seats swapped or instalments set."""
        self._audit.append(
            AuditEntry(
                id=new_id(),
                actor=self.actor_name,
                created_at=self.now,
                entity=entity,
                entity_id=entity_id,
                action=action,
                before=to_json(before),
                after=to_json(after),
                request_id=self.request_id,
            )
        )

    def emit(self, topic: Topic, entity: str, entity_id: UUID, **payload: object) -> None:
        """Put an event into the outbox, in this transaction; its topic says which fields it has."""
        check_payload(topic, entity, payload)
        event = Event(new_id(), topic, entity, entity_id, to_json(payload), self.now)
        self._events.append(event)

    def take_places(self, pool_id: UUID, count: int) -> None:
        """Take places of a pool when the transaction ends; a negative count gives them back."""
        self._places[pool_id] = self._places.get(pool_id, 0) + count

    def flush(self) -> None:
        """Write the collected audit entries, events, and the note of what changed."""
        self._write_note()
        self.insert(self._audit)
        pending = [_Pending(entry.id) for entry in self._audit]
        rows.insert_rows(self.connection, self.organisation_id, audit_pending, pending)
        self.insert(self._events)
        self._audit, self._events = [], []

    def _write_note(self) -> None:
        """Note what changed, with the pools whose places are about to be taken."""
        self.changes.pools.update(pool for pool, count in self._places.items() if count)
        if self.changes:
            self.changes.note_events(self._events)
            values = {
                "organisation_id": self.organisation_id,
                "id": new_id(),
                "changes": self.changes.to_json(),
                "created_at": self.now,
            }
            self.connection.execute(insert(change_note), values)
            self.is_noted = True
        self.changes = Changes()

    def flush_places(self) -> None:
        """Take the collected places, the last statement before the commit.

        Raises `PlacesTaken` when a pool has too few.
        """
        needs = sorted((pool, count) for pool, count in self._places.items() if count)
        self._places = {}
        if not needs:
            return
        parameters = {
            "organisation_id": self.organisation_id,
            "pool_ids": [pool_id for pool_id, _ in needs],
            "counts": [count for _, count in needs],
        }
        served = set(self.connection.execute(_TAKE_PLACES, parameters).scalars())
        short = {pool_id: count for pool_id, count in needs if pool_id not in served}
        if short:
            raise PlacesTaken(short)


@contextmanager
def unit_of_work(
    engine: Engine, organisation_id: UUID, actor_name: str, request_id: str, now: datetime
) -> Iterator[UnitOfWork]:
    """Open a transaction; commit it when the block ends well, else leave nothing of it."""
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            work = UnitOfWork(connection, organisation_id, actor_name, request_id, now)
            yield work
            work.flush()
            work.flush_places()
            transaction.commit()
        except BaseException:
            transaction.rollback()
            raise

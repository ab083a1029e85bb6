"""Transfers: the last of a source, what stands in the way, what was left lying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.domain.transfers import Transfer
from app.storage.rows import names_of
from app.storage.tables import connected_system, transfer, transfer_file, value_map, value_map_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from sqlalchemy import Engine, Select

    from app.storage.unit_of_work import UnitOfWork

_COLUMNS = [transfer.c[name] for name in names_of(Transfer)]


def _mine(work: UnitOfWork) -> Select[Any]:
    return select(*_COLUMNS).where(transfer.c.organisation_id == work.organisation_id)


def _read(work: UnitOfWork, query: Select[Any]) -> list[Transfer]:
    return [Transfer(*row) for row in work.connection.execute(query)]


def last_of_source(work: UnitOfWork, flow_id: UUID, source_id: str) -> Transfer | None:
    """Return the newest transfer of a source in a flow."""
    t = transfer.c
    query = _mine(work).where(t.flow_id == flow_id, t.source_id == source_id)
    found = _read(work, query.order_by(t.id.desc()).limit(1))
    return found[0] if found else None


def open_beside(work: UnitOfWork, one: Transfer) -> list[Transfer]:
    """Return the open transfers to a system that may have to end before another one is sent."""
    t = transfer.c
    same = or_(t.account_id.is_(None), t.account_id == one.account_id)
    query = _mine(work).where(t.system_id == one.system_id, t.settled_at.is_(None), same)
    return _read(work, query.order_by(t.id))


def waiting_for(work: UnitOfWork, transfer_id: UUID) -> list[Transfer]:
    """Return the transfers that wait for one, locked."""
    query = _mine(work).where(transfer.c.waits_for_id == transfer_id)
    return _read(work, query.order_by(transfer.c.id).with_for_update(key_share=True))


def open_of_system(work: UnitOfWork, system_id: UUID) -> list[Transfer]:
    """Return what goes on with a system, locked: all that has neither ended nor is parked."""
    t = transfer.c
    query = _mine(work).where(
        t.system_id == system_id, t.settled_at.is_(None), t.status != "PARKED"
    )
    return _read(work, query.order_by(t.id).with_for_update(key_share=True))


def left_lying(engine: Engine, before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """List (organisation, transfer) of what should have been looked at before an instant.

    Its job was lost: a worker died, or a backup was restored that is older than the queue.
    """
    t, s = transfer.c, connected_system.c
    query = (
        select(t.organisation_id, t.id)
        .join(
            connected_system,
            and_(s.organisation_id == t.organisation_id, s.id == t.system_id),
        )
        .where(t.next_attempt_at < before, s.paused_at.is_(None))
        .order_by(t.next_attempt_at)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def values_mapped(work: UnitOfWork) -> dict[str, dict[str, Any]]:
    """Return the club's value maps by code: a text by key, or an object where there is more."""
    m, e = value_map.c, value_map_entry.c
    mine = m.organisation_id == work.organisation_id
    codes = work.connection.execute(select(m.code).where(mine)).scalars()
    found: dict[str, dict[str, Any]] = {code: {} for code in codes}
    query = (
        select(m.code, e.key, e.value, e.details)
        .join(value_map, and_(m.organisation_id == e.organisation_id, m.id == e.map_id))
        .where(mine, e.value.is_not(None))
    )
    for code, key, value, details in work.connection.execute(query):
        found[code][key] = {"code": value, **details} if details else value
    return found


def note_unmapped(work: UnitOfWork, wanted: Collection[tuple[str, str]]) -> None:
    """Put keys on the work lists of their maps, and count that they were asked for.

    A map that nobody has made is left out; the message of the transfer names it.
    """
    m = value_map.c
    codes = {code for code, _ in wanted}
    query = select(m.code, m.id).where(
        m.organisation_id == work.organisation_id, m.code.in_(list(codes))
    )
    ids = {row.code: row.id for row in work.connection.execute(query)}
    for code, key in sorted(wanted):
        if code in ids:
            _note(work, ids[code], key)


def _note(work: UnitOfWork, map_id: UUID, key: str) -> None:
    values = {
        "organisation_id": work.organisation_id,
        "id": work.new_id(),
        "map_id": map_id,
        "key": key,
        "details": {},
        "seen_count": 1,
        "last_seen_at": work.now,
        "created_at": work.now,
        "updated_at": work.now,
    }
    seen = {"seen_count": value_map_entry.c.seen_count + 1, "last_seen_at": work.now}
    keys = ["organisation_id", "map_id", "key"]
    statement = insert(value_map_entry).values(values)
    work.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=seen))


def keep_files(work: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Note files that were made or read for a transfer."""
    for row in rows:
        values = {"organisation_id": work.organisation_id, "id": work.new_id(), **row}
        work.connection.execute(insert(transfer_file).values(created_at=work.now, **values))

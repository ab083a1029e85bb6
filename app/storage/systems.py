"""Connected systems: their sealed secrets, the pace of their calls, their ids for our objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.domain.systems import turn_of
from app.storage.tables import (
    connected_system,
    external_reference,
    organisation,
    system_secret,
    transfer_flow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from app.domain.systems import ConnectedSystem
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reference:
    """What an object of ours is in another system."""

    entity: str
    own_id: str
    external_id: str
    external_number: str | None = None


def sealed_of(work: UnitOfWork, system_id: UUID) -> bytes | None:
    """Return the sealed secrets of a system, if it has any."""
    s = system_secret.c
    query = select(s.sealed).where(
        s.organisation_id == work.organisation_id, s.system_id == system_id
    )
    return work.connection.execute(query).scalar_one_or_none()


def keep_sealed(work: UnitOfWork, system_id: UUID, sealed: bytes) -> None:
    """Keep the sealed secrets of a system, instead of those before."""
    values = {
        "organisation_id": work.organisation_id,
        "system_id": system_id,
        "sealed": sealed,
        "updated_at": work.now,
    }
    changed = {name: values[name] for name in ("sealed", "updated_at")}
    keys = ["organisation_id", "system_id"]
    statement = insert(system_secret).values(values)
    work.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def take_turn(work: UnitOfWork, system: ConnectedSystem, now: datetime) -> datetime:
    """Return when a call may be made; if that is now, the turn is taken."""
    if system.rate_per_minute is None:
        return now
    s = connected_system
    mine = (s.c.organisation_id == work.organisation_id) & (s.c.id == system.id)
    query = select(s.c.next_call_at).where(mine).with_for_update(key_share=True)
    before = work.connection.execute(query).scalar_one()
    at, following = turn_of(before, system.rate_per_minute, now)
    if at <= now:
        work.connection.execute(update(s).where(mine).values(next_call_at=following))
    return at


def count_rows(work: UnitOfWork, *, flows: bool) -> int:
    """Count the club's systems or flows, while nobody else of the club adds one."""
    lock = select(organisation.c.id).where(organisation.c.id == work.organisation_id)
    work.connection.execute(lock.with_for_update(key_share=True))
    table = transfer_flow if flows else connected_system
    query = select(func.count()).where(table.c.organisation_id == work.organisation_id)
    return int(work.connection.execute(query).scalar_one())


def references_of(
    work: UnitOfWork, system_id: UUID, own_ids: Iterable[str]
) -> dict[tuple[str, str], Reference]:
    """Return what a system calls objects of ours, by entity and our id."""
    r = external_reference.c
    query = select(r.entity, r.own_id, r.external_id, r.external_number).where(
        r.organisation_id == work.organisation_id,
        r.system_id == system_id,
        r.own_id.in_(list(own_ids)),
    )
    found = [Reference(*row) for row in work.connection.execute(query)]
    return {(one.entity, one.own_id): one for one in found}


def own_id_of(work: UnitOfWork, system_id: UUID, entity: str, external_id: str) -> str | None:
    """Return which object of ours a system's id stands for."""
    r = external_reference.c
    query = select(r.own_id).where(
        r.organisation_id == work.organisation_id,
        r.system_id == system_id,
        r.entity == entity,
        r.external_id == external_id,
    )
    return work.connection.execute(query.limit(1)).scalar_one_or_none()


def keep_reference(
    work: UnitOfWork, system_id: UUID, reference: Reference, transfer_id: UUID
) -> None:
    """Keep what a system calls an object of ours, as it said last."""
    values = {
        "organisation_id": work.organisation_id,
        "id": work.new_id(),
        "system_id": system_id,
        "entity": reference.entity,
        "own_id": reference.own_id,
        "external_id": reference.external_id,
        "external_number": reference.external_number,
        "transfer_id": transfer_id,
        "updated_at": work.now,
    }
    names = ("external_id", "external_number", "transfer_id", "updated_at")
    changed = {name: values[name] for name in names}
    keys = ["organisation_id", "system_id", "entity", "own_id"]
    statement = insert(external_reference).values(values)
    work.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))

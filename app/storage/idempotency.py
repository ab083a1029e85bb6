"""Keys of requests that were carried out, with what was answered, in the request's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from app.storage.tables import idempotency

if TYPE_CHECKING:
    from datetime import datetime

    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What an earlier request with the same key was about and what it was answered."""

    request_hash: bytes
    response: Any


def claim(work: UnitOfWork, operation: str, key: str, request_hash: bytes) -> StoredAnswer | None:
    """Claim a key for this transaction; return the stored answer if it was used before.

    While another transaction holds the same key, this one waits for its end: of two requests at
    the same moment, one is carried out and the other gets its answer.
    """
    claimed = work.connection.execute(
        insert(idempotency)
        .values(
            organisation_id=work.organisation_id,
            actor=work.actor_name,
            operation=operation,
            key=key,
            request_hash=request_hash,
            created_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)
    )
    if claimed.first() is not None:
        return None
    row = work.connection.execute(
        select(idempotency.c.request_hash, idempotency.c.response).where(
            *_same(work, operation, key)
        )
    ).one()
    return StoredAnswer(bytes(row.request_hash), row.response)


def answer(work: UnitOfWork, operation: str, key: str, response: object) -> None:
    """Store what the request that claimed a key is answered."""
    work.connection.execute(
        update(idempotency).where(*_same(work, operation, key)).values(response=response)
    )


def remove_older(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Remove up to `limit` of the organisation's keys from before an instant; return how many.

    Keys that another transaction holds are left for the next time.
    """
    names = (idempotency.c.actor, idempotency.c.operation, idempotency.c.key)
    mine = idempotency.c.organisation_id == work.organisation_id
    old = (
        select(*names)
        .where(mine, idempotency.c.created_at < before)
        .order_by(idempotency.c.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    result = work.connection.execute(delete(idempotency).where(mine, tuple_(*names).in_(old)))
    return result.rowcount


def _same(work: UnitOfWork, operation: str, key: str) -> tuple[Any, ...]:
    """Find the row of a key."""
    return (
        idempotency.c.organisation_id == work.organisation_id,
        idempotency.c.actor == work.actor_name,
        idempotency.c.operation == operation,
        idempotency.c.key == key,
    )

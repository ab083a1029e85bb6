"""Keys of requests that were carried out, with what was answered, in the request's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.storage.tables import idempotency

if TYPE_CHECKING:
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


def _same(work: UnitOfWork, operation: str, key: str) -> tuple[Any, ...]:
    """Find the row of a key."""
    return (
        idempotency.c.organisation_id == work.organisation_id,
        idempotency.c.actor == work.actor_name,
        idempotency.c.operation == operation,
        idempotency.c.key == key,
    )

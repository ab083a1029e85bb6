"""Which events an endpoint gets, what of that is due, and what was queued again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.domain.events import Event, Topic
from app.domain.webhooks import (
    DeliveryStatus,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSecret,
    queued_again,
)
from app.storage.feed import events_between, is_before, position_now
from app.storage.identity import new_id
from app.storage.rows import names_of, values_of
from app.storage.tables import (
    organisation,
    outbox,
    webhook_delivery,
    webhook_endpoint,
    webhook_replay,
    webhook_secret,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.storage.engine import Engine
    from app.storage.unit_of_work import UnitOfWork

_CHUNK = 1_000
_EVENT = [outbox.c[name] for name in names_of(Event)]
_DELIVERY = [webhook_delivery.c[name] for name in names_of(WebhookDelivery)]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A delivery that is to be sent now, with all that takes."""

    organisation_id: UUID
    organisation_code: str
    url: str
    delivery: WebhookDelivery
    event: Event
    secrets: tuple[bytes, ...]


def begin_following(work: UnitOfWork, endpoint_id: UUID) -> None:
    """Let an endpoint get what is committed from now on, and nothing from before."""
    position = work.connection.execute(position_now()).scalar_one()
    _set_position(work, endpoint_id, position, work.now)


def followed_endpoints(engine: Engine) -> list[tuple[UUID, UUID]]:
    """List (organisation, endpoint) of all that are active."""
    e = webhook_endpoint.c
    query = select(e.organisation_id, e.id).where(e.is_active).order_by(e.id)
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Interval:
    """Up to where an endpoint was served, and up to where it can be served now."""

    since: str
    until: str
    since_at: datetime | None


def lock_interval(work: UnitOfWork, endpoint_id: UUID) -> Interval | None:
    """Lock an active endpoint's position, or return None when another worker has it."""
    e = webhook_endpoint.c
    query = (
        select(e.position, e.position_at)
        .where(e.organisation_id == work.organisation_id, e.id == endpoint_id, e.is_active)
        .with_for_update(key_share=True, skip_locked=True)
    )
    row = work.connection.execute(query).one_or_none()
    if row is None:
        return None
    until = work.connection.execute(position_now()).scalar_one()
    # A position that lies ahead of the database is of another one: there is nothing to catch up.
    since = row.position if is_before(row.position, until) else until
    return Interval(since, until, row.position_at)


def events_in(work: UnitOfWork, interval: Interval) -> list[tuple[UUID, Topic, UUID]]:
    """List (event, topic, object) of what was committed in an interval."""
    found = events_between(
        interval.since, interval.until, organisation_id=work.organisation_id
    ).subquery()
    query = select(found.c.id, found.c.topic, found.c.entity_id).order_by(found.c.id)
    return [(row.id, row.topic, row.entity_id) for row in work.connection.execute(query)]


def move_position(work: UnitOfWork, endpoint_id: UUID, interval: Interval, now: datetime) -> None:
    """Store up to where an endpoint was served."""
    _set_position(work, endpoint_id, interval.until, now)


def _set_position(work: UnitOfWork, endpoint_id: UUID, position: str, now: datetime) -> None:
    e = webhook_endpoint
    work.connection.execute(
        update(e)
        .where(e.c.organisation_id == work.organisation_id, e.c.id == endpoint_id)
        .values(position=position, position_at=now)
    )


def queue_events(
    work: UnitOfWork,
    endpoint_id: UUID,
    events: Iterable[tuple[UUID, Topic]],
    now: datetime,
    replay_id: UUID | None = None,
) -> int:
    """Queue events for an endpoint, each once; with a replay also those that were sent before.

    Returns how many.
    """
    rows = [
        {
            "organisation_id": work.organisation_id,
            **values_of(
                WebhookDelivery(
                    id=new_id(),
                    endpoint_id=endpoint_id,
                    event_id=event_id,
                    topic=topic,
                    status=DeliveryStatus.PENDING,
                    attempt_count=0,
                    failure_count=0,
                    next_attempt_at=now,
                    queued_at=now,
                    settled_at=None,
                    replay_id=replay_id,
                )
            ),
        }
        for event_id, topic in events
    ]
    statement: Any = insert(webhook_delivery)
    key = ["organisation_id", "endpoint_id", "event_id"]
    if replay_id is None:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    else:
        again = ("status", "failure_count", "next_attempt_at", "queued_at", "settled_at")
        changed = {name: statement.excluded[name] for name in (*again, "replay_id")}
        statement = statement.on_conflict_do_update(index_elements=key, set_=changed)
    for start in range(0, len(rows), _CHUNK):
        work.connection.execute(statement, rows[start : start + _CHUNK])
    return len(rows)


def due_endpoints(
    engine: Engine, now: datetime, organisation_id: UUID | None = None
) -> list[tuple[UUID, UUID]]:
    """List (organisation, endpoint) of all that have a delivery due."""
    e = webhook_endpoint.c
    due = select(webhook_delivery.c.id).where(
        webhook_delivery.c.organisation_id == e.organisation_id,
        webhook_delivery.c.endpoint_id == e.id,
        _is_due(now),
    )
    query = select(e.organisation_id, e.id).where(e.is_active, due.exists()).order_by(e.id)
    if organisation_id is not None:
        query = query.where(e.organisation_id == organisation_id)
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def claim_due(
    work: UnitOfWork, endpoint_id: UUID, now: datetime, lease: timedelta, limit: int
) -> list[Dispatch]:
    """Claim what is due at an endpoint, the earliest first; nobody else gets it during the lease.

    A claim counts as an attempt, and its number tells it from a later claim of the same delivery.
    """
    found = work.find(WebhookEndpoint, id=endpoint_id, is_active=True)
    if not found:
        return []
    d = webhook_delivery.c
    query = (
        select(*_DELIVERY)
        .where(d.organisation_id == work.organisation_id, d.endpoint_id == endpoint_id)
        .where(_is_due(now))
        .order_by(d.next_attempt_at, d.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    claimed = [
        replace(one, attempt_count=one.attempt_count + 1, next_attempt_at=now + lease)
        for one in (WebhookDelivery(*row) for row in work.connection.execute(query))
    ]
    work.update(claimed)
    events = _events_of(work, [one.event_id for one in claimed])
    secrets = tuple(one.sealed for one in valid_secrets(work, endpoint_id, now))
    code_of = select(organisation.c.code).where(organisation.c.id == work.organisation_id)
    code = work.connection.execute(code_of).scalar_one()
    return [
        Dispatch(work.organisation_id, code, found[0].url, one, events[one.event_id], secrets)
        for one in claimed
    ]


def valid_secrets(work: UnitOfWork, endpoint_id: UUID, now: datetime) -> list[WebhookSecret]:
    """Return the secrets that sign at an instant, the newest first."""
    found = work.find(WebhookSecret, endpoint_id=endpoint_id)
    valid = [one for one in found if one.ends_at is None or now < one.ends_at]
    return sorted(valid, key=lambda one: one.id, reverse=True)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        webhook_delivery.c.status == DeliveryStatus.PENDING,
        webhook_delivery.c.next_attempt_at <= now,
    )


def _events_of(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Event]:
    """Read events by id."""
    query = select(*_EVENT).where(
        outbox.c.organisation_id == work.organisation_id, outbox.c.id.in_(ids)
    )
    return {row.id: Event(*row) for row in work.connection.execute(query)} if ids else {}


def recorded_events(
    work: UnitOfWork,
    endpoint: WebhookEndpoint,
    since: datetime,
    until: datetime,
    limit: int,
) -> list[tuple[UUID, Topic]]:
    """List (event, topic) of what an endpoint wants of a while, at most `limit`, in order."""
    o = outbox.c
    query = (
        select(o.id, o.topic)
        .where(o.organisation_id == work.organisation_id)
        .where(o.created_at >= since, o.created_at < until)
        .where(or_(o.topic != Topic.WEBHOOK_PING, o.entity_id == endpoint.id))
        .order_by(o.created_at, o.id)
        .limit(limit)
    )
    if endpoint.topics is not None:
        query = query.where(o.topic.in_([*map(Topic, endpoint.topics), Topic.WEBHOOK_PING]))
    return [(row.id, row.topic) for row in work.connection.execute(query)]


def queue_again(work: UnitOfWork, before: WebhookDelivery, now: datetime) -> None:
    """Queue one delivery once more."""
    work.update([queued_again(before, now)])


def count_settled(work: UnitOfWork, after: WebhookDelivery) -> None:
    """Count a delivery that has ended in the replay it belongs to."""
    column = "delivered" if after.status is DeliveryStatus.DELIVERED else "exhausted"
    r = webhook_replay
    work.connection.execute(
        update(r)
        .where(r.c.organisation_id == work.organisation_id, r.c.id == after.replay_id)
        .values({column: r.c[column] + 1})
    )


def remove_old(work: UnitOfWork, before: datetime, now: datetime, limit: int) -> int:
    """Remove deliveries queued before an instant, and what belonged to them; return how many."""
    d, r, s = webhook_delivery, webhook_replay, webhook_secret
    old = (
        select(d.c.id)
        .where(d.c.organisation_id == work.organisation_id, d.c.queued_at < before)
        .limit(limit)
    )
    mine = d.c.organisation_id == work.organisation_id
    removed = work.connection.execute(delete(d).where(mine, d.c.id.in_(old))).rowcount
    in_use = select(d.c.id).where(
        d.c.organisation_id == r.c.organisation_id, d.c.replay_id == r.c.id
    )
    work.connection.execute(
        delete(r).where(
            r.c.organisation_id == work.organisation_id,
            r.c.created_at < before,
            ~in_use.exists(),
        )
    )
    work.connection.execute(
        delete(s).where(s.c.organisation_id == work.organisation_id, s.c.ends_at < now)
    )
    return int(removed)


def count_endpoints(work: UnitOfWork) -> int:
    """Count the club's endpoints, while nobody else of the club adds one."""
    lock = select(organisation.c.id).where(organisation.c.id == work.organisation_id)
    work.connection.execute(lock.with_for_update(key_share=True))
    query = select(func.count()).where(webhook_endpoint.c.organisation_id == work.organisation_id)
    return int(work.connection.execute(query).scalar_one())

"""Deliveries of webhooks: made from the feed of events, claimed, recorded, removed when old.

Each endpoint has a position in the feed, which moves in the transaction that makes its deliveries:
so each event is queued for it once, whoever dies when. Sending is not done here.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.commands.forgetting import forget
from app.domain.events import Topic
from app.domain.webhooks import (
    EXCERPT_BYTES,
    KEPT_FOR,
    DeliveryStatus,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    after_answer,
    endpoint_after,
    wants,
)
from app.storage.webhooks import (
    claim_due,
    count_settled,
    events_in,
    followed_endpoints,
    lock_interval,
    move_position,
    queue_events,
    remove_old,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.webhooks import Answer
    from app.storage.unit_of_work import UnitOfWork
    from app.storage.webhooks import Dispatch

SYSTEM = "system:webhooks"
"""Who acts when events are delivered."""
LEASE = timedelta(seconds=60)
"""How long nobody else takes a delivery that is being sent; far longer than sending may take."""
POSITION_AGE = timedelta(minutes=1)
"""After how long a position is moved although there was nothing for the endpoint."""


def follow_events(runner: Runner, now: datetime) -> int:
    """Queue new events for all active endpoints; return how many deliveries were made.

    Safe in two workers at once: an endpoint whose position somebody else has is left to them.
    """
    return sum(
        follow_for(runner, organisation_id, one, now)
        for organisation_id, one in followed_endpoints(runner.engine)
    )


def follow_for(runner: Runner, organisation_id: UUID, endpoint_id: UUID, now: datetime) -> int:
    """Queue new events for one endpoint; return how many deliveries were made."""
    action = partial(_follow, endpoint_id=endpoint_id, now=now)
    return runner.transact(organisation_id, SYSTEM, action)


def _follow(work: UnitOfWork, endpoint_id: UUID, now: datetime) -> int:
    """Queue what is new for one endpoint, and move its position."""
    interval = lock_interval(work, endpoint_id)
    if interval is None or interval.since == interval.until:
        return 0
    events = events_in(work, interval)
    is_recent = interval.since_at is not None and now - interval.since_at < POSITION_AGE
    if not events and is_recent:
        return 0
    (endpoint,) = work.find(WebhookEndpoint, id=endpoint_id)
    wanted = [(one, topic) for one, topic, about in events if wants(endpoint, topic, about)]
    made = queue_events(work, endpoint_id, wanted, now)
    move_position(work, endpoint_id, interval, now)
    return made


def claim(
    runner: Runner, organisation_id: UUID, endpoint_id: UUID, now: datetime, limit: int
) -> list[Dispatch]:
    """Claim what is due at an endpoint for the time of a lease, at most `limit`."""
    return runner.transact(
        organisation_id,
        SYSTEM,
        lambda work: claim_due(work, endpoint_id, now, LEASE, limit),
    )


def record_answer(
    runner: Runner, sent: Dispatch, answer: Answer, started_at: datetime, jitter_percent: int
) -> None:
    """Record what came of an attempt, and what follows for the delivery and its endpoint.

    An answer that comes after the lease ended, when somebody else has claimed the delivery, is
    kept in the log; of those only a success counts.
    """
    runner.transact(
        sent.organisation_id,
        SYSTEM,
        lambda work: _record(work, sent.delivery, answer, started_at, jitter_percent),
    )


def _record(
    work: UnitOfWork,
    sent: WebhookDelivery,
    answer: Answer,
    started_at: datetime,
    jitter_percent: int,
) -> None:
    endpoints = work.find(WebhookEndpoint, id=sent.endpoint_id)
    if endpoints and endpoint_after(endpoints[0], answer, started_at) != endpoints[0]:
        # Only then, because whoever queues events for it needs its row too.
        endpoints = work.find(WebhookEndpoint, lock=True, id=sent.endpoint_id)
    deliveries = work.find(WebhookDelivery, lock=True, id=sent.id)
    if not endpoints or not deliveries:
        return  # The endpoint was deleted meanwhile.
    (before,) = deliveries
    attempt = WebhookAttempt(
        id=work.new_id(),
        delivery_id=sent.id,
        attempt_no=sent.attempt_count,
        started_at=started_at,
        duration_ms=answer.duration_ms,
        status_code=answer.status_code,
        error=answer.error,
        excerpt=None if answer.excerpt is None else answer.excerpt[:EXCERPT_BYTES],
    )
    work.insert([attempt])
    is_current = before.attempt_count == sent.attempt_count
    if before.status is DeliveryStatus.PENDING and (is_current or answer.error is None):
        after = after_answer(before, answer, started_at, jitter_percent)
        work.update([after])
        if after.replay_id is not None and after.status is not DeliveryStatus.PENDING:
            count_settled(work, after)
    _note_health(work, endpoints[0], answer, started_at)


def _note_health(work: UnitOfWork, before: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    """Note that an endpoint fails or works again, and announce when that disables it."""
    after = endpoint_after(before, answer, now)
    if after == before:
        return
    work.update([after])
    if before.is_active and not after.is_active:
        work.record("webhook_endpoint", after.id, "webhook_endpoint.disabled", before, after)
        reason = str(after.disabled_reason)
        work.emit(Topic.WEBHOOK_DISABLED, "webhook_endpoint", after.id, reason=reason)


def forget_deliveries(runner: Runner, now: datetime) -> int:
    """Remove deliveries that were queued more than 30 days ago; return how many."""
    return forget(runner, lambda work, most: remove_old(work, now - KEPT_FOR, now, most))

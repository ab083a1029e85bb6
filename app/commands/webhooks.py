"""Webhook endpoints: made, changed, removed; their secrets, which are shown once; replays."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.names import camel
from app.domain.permissions import Permission, require
from app.domain.validation import LONG_TEXT_LIMIT, Check
from app.domain.webhooks import (
    ENDPOINT_LIMIT,
    KEPT_FOR,
    OVERLAP_LIMIT_HOURS,
    REPLAY_LIMIT,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookReplay,
    WebhookSecret,
    check_topics,
    check_url,
)
from app.storage.webhooks import (
    begin_following,
    count_endpoints,
    queue_again,
    queue_events,
    recorded_events,
    valid_secrets,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.commands.webhook_rules import WebhookRules
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork
    from app.storage.vault import Vault

SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark by which leak scanners find a secret
"""What every signing secret begins with, as Standard Webhooks has it."""
SECRET_BYTES = 32
"""Random bytes of a signing secret."""


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An address and what it gets; `topics` None is everything."""

    url: str
    description: str
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class EditEndpoint:
    """An endpoint at the version it was seen, and its new values."""

    endpoint_id: UUID
    expected_version: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NameEndpoint:
    """An endpoint, at the version it was seen where that matters."""

    endpoint_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """An endpoint that gets a new secret; the old one signs too for so many hours."""

    endpoint_id: UUID
    overlap_hours: int


@dataclass(frozen=True, slots=True)
class NameDelivery:
    """A delivery to be sent again."""

    delivery_id: UUID


@dataclass(frozen=True, slots=True)
class ReplayEvents:
    """An endpoint, and of when it is to get the events again; until now when open."""

    endpoint_id: UUID
    since_at: datetime
    until_at: datetime | None = None


def create_endpoint(
    work: UnitOfWork,
    actor: Actor,
    request: NewEndpoint,
    rules: WebhookRules,
    shown: Callable[[str], None],
) -> Outcome:
    """Create an endpoint, which gets what is committed from now on; its secret goes to `shown`."""
    require(actor, Permission.WEBHOOK_CHANGE)
    endpoint = WebhookEndpoint(
        id=work.new_id(),
        url=request.url,
        description=request.description,
        topics=request.topics,
        is_active=True,
        disabled_at=None,
        disabled_reason=None,
        failing_since=None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    _check(endpoint, rules)
    if count_endpoints(work) >= ENDPOINT_LIMIT:
        refuse(ErrorCode.TOO_MANY_ITEMS, f"a club has at most {ENDPOINT_LIMIT} endpoints")
    work.insert([endpoint])
    begin_following(work, endpoint.id)
    shown(_add_secret(work, endpoint.id, rules.vault))
    work.record("webhook_endpoint", endpoint.id, "webhook_endpoint.created", None, endpoint)
    return Outcome({"webhook_endpoint": endpoint.id})


def edit_endpoint(
    work: UnitOfWork, actor: Actor, request: EditEndpoint, rules: WebhookRules
) -> Outcome:
    """Change an endpoint; one that becomes active again gets what is committed from then on."""
    require(actor, Permission.WEBHOOK_CHANGE)
    before = work.get(WebhookEndpoint, request.endpoint_id, "id", lock=True)
    check_version(before.version, request.expected_version)
    missing = Check()
    for name in ("url", "description", "is_active"):
        if request.values.get(name, "") is None:
            missing.add(ErrorCode.INPUT_INVALID, f"{camel(name)} must not be null", camel(name))
    missing.refuse_if_any()
    after = replace(before, **request.values, version=before.version + 1, updated_at=work.now)
    if after.is_active:
        after = replace(after, disabled_at=None, disabled_reason=None)
    _check(after, rules)
    if after.is_active and not before.is_active:
        after = replace(after, failing_since=None)
        begin_following(work, after.id)
    work.update([after])
    work.record("webhook_endpoint", after.id, "webhook_endpoint.changed", before, after)
    return Outcome({"webhook_endpoint": after.id})


def delete_endpoint(work: UnitOfWork, actor: Actor, request: NameEndpoint) -> Outcome:
    """Remove an endpoint with its secrets, deliveries and replays."""
    require(actor, Permission.WEBHOOK_CHANGE)
    before = work.get(WebhookEndpoint, request.endpoint_id, "id", lock=True)
    check_version(before.version, request.expected_version or 0)
    work.delete(WebhookEndpoint, [before.id])
    work.record("webhook_endpoint", before.id, "webhook_endpoint.deleted", before, None)
    return Outcome({"webhook_endpoint": before.id})


def rotate_secret(
    work: UnitOfWork,
    actor: Actor,
    request: RotateSecret,
    rules: WebhookRules,
    shown: Callable[[str], None],
) -> Outcome:
    """Give an endpoint a new secret; the one before signs too until the overlap has passed."""
    require(actor, Permission.WEBHOOK_CHANGE)
    check = Check()
    check.whole("overlapHours", request.overlap_hours, 0, OVERLAP_LIMIT_HOURS)
    check.refuse_if_any()
    endpoint = work.get(WebhookEndpoint, request.endpoint_id, "id", lock=True)
    ends_at = work.now + timedelta(hours=request.overlap_hours)
    # A secret that is replaced twice does not live longer by that, and two sign at the most.
    signing = valid_secrets(work, endpoint.id, work.now)
    for newest in signing[:1]:
        work.update([replace(newest, ends_at=min(newest.ends_at or ends_at, ends_at))])
    work.delete(WebhookSecret, [one.id for one in signing[1:]])
    shown(_add_secret(work, endpoint.id, rules.vault))
    told = {"ends_at": ends_at}
    action = "webhook_endpoint.secret_rotated"
    work.record_values("webhook_endpoint", endpoint.id, action, None, told)
    return Outcome({"webhook_endpoint": endpoint.id})


def ping_endpoint(work: UnitOfWork, actor: Actor, request: NameEndpoint) -> Outcome:
    """Emit a `webhook.ping` for one endpoint; its delivery shows what came of it."""
    require(actor, Permission.WEBHOOK_CHANGE)
    endpoint = _active(work, request.endpoint_id, "id")
    work.emit(Topic.WEBHOOK_PING, "webhook_endpoint", endpoint.id)
    return Outcome({"webhook_endpoint": endpoint.id})


def replay_delivery(work: UnitOfWork, actor: Actor, request: NameDelivery) -> Outcome:
    """Send one event again, with all of its retries."""
    require(actor, Permission.WEBHOOK_CHANGE)
    found = work.get(WebhookDelivery, request.delivery_id, "id")
    _active(work, found.endpoint_id, "id")
    before = work.get(WebhookDelivery, found.id, "id", lock=True)
    queue_again(work, before, work.now)
    work.record_values("webhook_delivery", before.id, "webhook_delivery.replayed", None, {})
    return Outcome({"webhook_delivery": before.id})


def replay_events(work: UnitOfWork, actor: Actor, request: ReplayEvents) -> Outcome:
    """Queue all that an endpoint wants of a while once more, sent before or not.

    Raises:
        DomainError: TOO_MANY_ITEMS beyond `REPLAY_LIMIT` events; DATE_INVALID for a while that
            begins before deliveries are kept.
    """
    require(actor, Permission.WEBHOOK_CHANGE)
    endpoint = _active(work, request.endpoint_id, "endpointId")
    since_at, until_at = request.since_at, request.until_at or work.now
    check = Check()
    check.instant("since", since_at)
    check.instant("until", until_at)
    check.refuse_if_any()
    if since_at < work.now - KEPT_FOR:
        message = f"events are replayed for {KEPT_FOR.days} days, so not from {since_at}"
        check.add(ErrorCode.DATE_INVALID, message, "since")
    if until_at <= since_at:
        check.add(ErrorCode.DATE_RANGE_INVALID, "until must be after since", "until")
    check.refuse_if_any()
    found = recorded_events(work, endpoint, since_at, until_at, REPLAY_LIMIT + 1)
    if len(found) > REPLAY_LIMIT:
        message = f"these are more than {REPLAY_LIMIT:,} events; replay shorter whiles"
        refuse(ErrorCode.TOO_MANY_ITEMS, message, "since")
    replay = WebhookReplay(
        id=work.new_id(),
        endpoint_id=endpoint.id,
        since_at=since_at,
        until_at=until_at,
        total=len(found),
        delivered=0,
        exhausted=0,
        created_at=work.now,
    )
    work.insert([replay])
    queue_events(work, endpoint.id, found, work.now, replay.id)
    work.record("webhook_replay", replay.id, "webhook_replay.created", None, replay)
    return Outcome({"webhook_replay": replay.id})


def _check(endpoint: WebhookEndpoint, rules: WebhookRules) -> None:
    """Refuse everything that is wrong with an endpoint."""
    check = Check()
    check_url(endpoint.url, check, allows_private=rules.allows_private)
    check.text("description", endpoint.description, LONG_TEXT_LIMIT)
    check_topics(endpoint.topics, check)
    check.refuse_if_any()


def _active(work: UnitOfWork, endpoint_id: UUID, *path: str) -> WebhookEndpoint:
    """Return an endpoint that is sent to, or refuse with WEBHOOK_INACTIVE."""
    endpoint = work.get(WebhookEndpoint, endpoint_id, *path, lock=True)
    if not endpoint.is_active:
        refuse(ErrorCode.WEBHOOK_INACTIVE, "nothing is sent to this endpoint now", *path)
    return endpoint


def _add_secret(work: UnitOfWork, endpoint_id: UUID, vault: Vault) -> str:
    """Draw a secret, keep it sealed, and return it."""
    drawn = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    secret = SECRET_PREFIX + drawn
    kept = WebhookSecret(work.new_id(), endpoint_id, vault.seal(secret), work.now, None)
    work.insert([kept])
    return secret

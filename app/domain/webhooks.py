"""Webhooks: where a club's events are sent, when a failed one is tried again, when to give up."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from app.domain.errors import ErrorCode
from app.domain.events import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.validation import Check

ENDPOINT_LIMIT = 20
"""Endpoints of one club."""
URL_LIMIT = 2_000
"""Characters of an endpoint's address."""
REPLAY_LIMIT = 10_000
"""Events of one replay."""
KEPT_FOR = timedelta(days=30)
"""How long deliveries and their attempts are kept, and how far back a replay reaches."""
FAILING_LIMIT = timedelta(days=5)
"""How long an endpoint may fail without a single success before it is disabled."""
OVERLAP_LIMIT_HOURS = 168
"""How long a replaced secret may sign beside the new one."""
EXCERPT_BYTES = 1_024
"""How much of a response is kept."""
RETRY_AFTER_LIMIT = timedelta(hours=24)
"""The longest pause that an endpoint can ask for."""
_SECOND, _MINUTE, _HOUR = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
RETRY_PAUSES = (
    5 * _SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    *(hours * _HOUR for hours in (2, 5, 10, 14, 20, 24, 24, 24)),
)
"""The pauses after the first, second … failure, a little more than five days together."""
JITTER_PERCENT = 10
"""How much longer or shorter a pause is drawn, so that retries do not come all at once."""
_SENT_TO_ONE = frozenset({Topic.WEBHOOK_PING})
PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa", "localdomain")
"""Names, and ends of names, that never are on the public internet."""


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    EXHAUSTED = "EXHAUSTED"


class AttemptError(StrEnum):
    """Why an attempt failed."""

    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    NAME_UNKNOWN = "NAME_UNKNOWN"
    CONNECTION_FAILED = "CONNECTION_FAILED"
    TLS_FAILED = "TLS_FAILED"
    TIMED_OUT = "TIMED_OUT"
    ANSWER_MALFORMED = "ANSWER_MALFORMED"
    REDIRECTED = "REDIRECTED"
    STATUS_REFUSED = "STATUS_REFUSED"
    GONE = "GONE"
    SECRET_UNREADABLE = "SECRET_UNREADABLE"  # noqa: S105 - the name of an error
    INTERNAL = "INTERNAL"


class DisabledReason(StrEnum):
    """Why Loge stopped sending to an endpoint."""

    GONE = "GONE"
    FAILING = "FAILING"


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where events are sent; `topics` None are all.

    `failing_since` is the first failure after the last success. What Loge disabled is inactive and
    has a reason; what a person switched off has none.
    """

    id: UUID
    url: str
    description: str
    topics: tuple[str, ...] | None
    is_active: bool
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    failing_since: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """A key that signs what an endpoint gets, encrypted; `ends_at` None is the newest."""

    id: UUID
    endpoint_id: UUID
    sealed: bytes
    created_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for one endpoint.

    `attempt_count` counts all attempts, `failure_count` those since it was queued, by which the
    next pause is chosen. While somebody sends it, `next_attempt_at` lies where their time is up.
    """

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    topic: Topic
    status: DeliveryStatus
    attempt_count: int
    failure_count: int
    next_attempt_at: datetime | None
    queued_at: datetime
    settled_at: datetime | None
    replay_id: UUID | None


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """One try to deliver: what was answered, at most the first `EXCERPT_BYTES` of it."""

    id: UUID
    delivery_id: UUID
    attempt_no: int
    started_at: datetime
    duration_ms: int
    status_code: int | None
    error: AttemptError | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class WebhookReplay:
    """Events of a while that were queued for an endpoint once more, and how far that is."""

    id: UUID
    endpoint_id: UUID
    since_at: datetime
    until_at: datetime
    total: int
    delivered: int
    exhausted: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt; `error` None is success."""

    duration_ms: int
    status_code: int | None = None
    error: AttemptError | None = None
    excerpt: str | None = None
    retry_after: timedelta | None = None


def after_answer(
    before: WebhookDelivery, answer: Answer, now: datetime, jitter_percent: int
) -> WebhookDelivery:
    """Return a delivery after an attempt: delivered, to be tried again, or given up.

    `jitter_percent` is drawn from -`JITTER_PERCENT` to `JITTER_PERCENT`.
    """
    if answer.error is None:
        return replace(
            before, status=DeliveryStatus.DELIVERED, next_attempt_at=None, settled_at=now
        )
    failures = before.failure_count + 1
    if failures > len(RETRY_PAUSES):
        return replace(
            before,
            status=DeliveryStatus.EXHAUSTED,
            failure_count=failures,
            next_attempt_at=None,
            settled_at=now,
        )
    pause = RETRY_PAUSES[failures - 1] * (100 + jitter_percent) // 100
    asked = min(answer.retry_after or timedelta(0), RETRY_AFTER_LIMIT)
    return replace(before, failure_count=failures, next_attempt_at=now + max(pause, asked))


def endpoint_after(before: WebhookEndpoint, answer: Answer, now: datetime) -> WebhookEndpoint:
    """Return an endpoint after an attempt: the same, failing, healthy again, or disabled."""
    if answer.error is None:
        return replace(before, failing_since=None) if before.failing_since else before
    if not before.is_active:
        return before
    since = before.failing_since or now
    reason = DisabledReason.GONE if answer.error is AttemptError.GONE else None
    if reason is None and now - since >= FAILING_LIMIT:
        reason = DisabledReason.FAILING
    if reason is None:
        return replace(before, failing_since=since)
    return replace(
        before,
        failing_since=since,
        is_active=False,
        disabled_at=now,
        disabled_reason=reason,
        version=before.version + 1,
        updated_at=now,
    )


def queued_again(before: WebhookDelivery, now: datetime) -> WebhookDelivery:
    """Return a delivery that is to be sent once more, with all of its retries."""
    return replace(
        before,
        status=DeliveryStatus.PENDING,
        failure_count=0,
        next_attempt_at=now,
        queued_at=now,
        settled_at=None,
        replay_id=None,
    )


def check_url(url: str, check: Check, *, allows_private: bool) -> None:
    """Collect what keeps an address from being an endpoint.

    Names are looked up when something is sent, and what they stand for is checked then.
    """
    parts = _split(url)
    if parts is None or len(url) > URL_LIMIT or not url.isascii() or not url.isprintable():
        message = f"url must be an absolute https address of at most {URL_LIMIT} ASCII characters"
        check.add(ErrorCode.WEBHOOK_URL_INVALID, message, "url")
        return
    if parts.scheme != "https" and not (allows_private and parts.scheme == "http"):
        check.add(ErrorCode.WEBHOOK_URL_INVALID, "url must begin with https://", "url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        message = "url must have neither a user, nor a password, nor a fragment"
        check.add(ErrorCode.WEBHOOK_URL_INVALID, message, "url")
    if not allows_private and is_private_name(parts.hostname or ""):
        message = "url must be on the public internet"
        check.add(ErrorCode.WEBHOOK_URL_INVALID, message, "url")


def _split(url: str) -> SplitResult | None:
    """Take an address apart, or return None where it is none."""
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return None
    is_clean = not any(character in url for character in " \\\t\r\n")
    return parts if parts.hostname and has_port and is_clean else None


def is_private_name(host: str) -> bool:
    """Tell whether a host is, by its text alone, not on the public internet.

    A number in any of the forms that resolvers take (`127.1`, `0x7f000001`, `2130706433`) is.
    """
    name = host.rstrip(".").lower()
    try:
        return not is_public(name)
    except ValueError:
        pass
    last = name.rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        return True
    return any(name == one or name.endswith("." + one) for one in PRIVATE_NAMES)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet; a text that is none is an error.

    An IPv4 address inside an IPv6 one counts as what it is.
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed.teredo is not None:
            return False
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed.scope_id is not None or parsed.is_site_local:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def wants(endpoint: WebhookEndpoint, topic: Topic, entity_id: UUID) -> bool:
    """Tell whether an event of a topic about an object is for an endpoint."""
    if topic in _SENT_TO_ONE:
        return entity_id == endpoint.id
    return endpoint.topics is None or str(topic) in endpoint.topics


def check_topics(topics: Sequence[str] | None, check: Check) -> None:
    """Collect that a list of topics is empty or has one that is sent to one endpoint only."""
    if topics is None:
        return
    if not topics:
        check.add(ErrorCode.INPUT_INVALID, "name at least one topic, or null for all", "topics")
    if len(set(topics)) != len(topics):
        check.add(ErrorCode.INPUT_INVALID, "a topic is named twice", "topics")
    unknown = [one for one in topics if one not in set(Topic)]
    if unknown:
        message = f"no topic is named {unknown[0][:60]!r}; webhookTopics lists them"
        check.add(ErrorCode.INPUT_INVALID, message, "topics")
    if set(topics) & _SENT_TO_ONE:
        message = "a ping is sent to the endpoint that is tested, whatever its topics"
        check.add(ErrorCode.INPUT_INVALID, message, "topics")

"""Webhook endpoints and the log of their deliveries in the API; for root only."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

import strawberry

from app.domain.webhooks import AttemptError, DeliveryStatus, DisabledReason
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    node,
    to_many,
    to_one,
    version_column,
)
from app.schema.inputs import described, where
from app.storage.conditions import Comparison

described(
    DeliveryStatus,
    "How far a delivery is.",
    {
        "PENDING": "It is sent at `nextAttemptAt`, or being sent.",
        "DELIVERED": "The endpoint answered with a status of 200 to 299.",
        "EXHAUSTED": "Every try failed; it can be replayed.",
    },
)
described(
    AttemptError,
    "Why an attempt failed.",
    {
        "ADDRESS_REFUSED": "The name stands for an address that is not on the public internet.",
        "NAME_UNKNOWN": "The name stands for no address.",
        "CONNECTION_FAILED": "No connection could be made, or it broke.",
        "TLS_FAILED": "The certificate is not valid for the name, or TLS failed otherwise.",
        "TIMED_OUT": "It took more than 5 seconds to connect, or 15 seconds in all.",
        "ANSWER_MALFORMED": "What came back was no HTTP.",
        "REDIRECTED": "The answer named another address; redirects are never followed.",
        "STATUS_REFUSED": "The status was none of 200 to 299.",
        "GONE": "The status was 410, which disables the endpoint.",
        "SECRET_UNREADABLE": "The secret was sealed with a key that is lost; rotate it.",
        "INTERNAL": "A fault on Loge's side, which its log explains.",
    },
)
described(
    DisabledReason,
    "Why Loge stopped sending to an endpoint.",
    {
        "GONE": "It answered 410.",
        "FAILING": "It failed for five days without a single success.",
    },
)


@strawberry.input(description="Which deliveries of webhooks.")
class WebhookDeliveryFilter:
    """Conditions on deliveries."""

    endpoint_id: list[strawberry.ID] | None = where(
        "To any of these endpoints.", "endpoint_id", refers="webhook_endpoint"
    )
    replay_id: list[strawberry.ID] | None = where(
        "Of any of these replays.", "replay_id", refers="webhook_replay"
    )
    status: list[DeliveryStatus] | None = where("Any of these statuses.", "status")
    queued_from: datetime | None = where(
        "Queued at this instant or later.", "queued_at", how=Comparison.AT_LEAST
    )
    queued_to: datetime | None = where(
        "Queued before this instant.", "queued_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of deliveries of webhooks.")
class WebhookDeliverySort(Enum):
    """Column and direction."""

    QUEUED_AT_DESC = strawberry.enum_value("queued_at desc", description="Newest first.")
    QUEUED_AT_ASC = strawberry.enum_value("queued_at asc", description="Oldest first.")


@strawberry.input(description="Which replays.")
class WebhookReplayFilter:
    """Conditions on replays."""

    endpoint_id: list[strawberry.ID] | None = where(
        "Of any of these endpoints.", "endpoint_id", refers="webhook_endpoint"
    )


@strawberry.enum(description="Orders of replays.")
class WebhookReplaySort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@node("webhook_endpoint", "An address that the club's events are sent to.")
class WebhookEndpoint(Node):
    """A row of webhook_endpoint; its secrets are in another table, which nobody reads."""

    url = column("url", str, "The address.")
    description = column("description", str, "Whose it is, or what for.")
    topics = column(
        "topics",
        Optional[list[str]],
        "The topics that it gets, such as `sale.finalised`; null: all.",
    )
    is_active = column("is_active", bool, "Whether events are sent to it.")
    disabled_at = column("disabled_at", Optional[datetime], "When Loge stopped sending to it.")
    disabled_reason = column("disabled_reason", Optional[DisabledReason], "Why Loge stopped.")
    failing_since = column(
        "failing_since", Optional[datetime], "The first failure after the last success."
    )
    version = version_column()
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it was changed.")
    deliveries = connected(
        "webhook_delivery",
        "WebhookDelivery",
        "What was or will be sent to it, for 30 days.",
        filters=WebhookDeliveryFilter,
        sorts=WebhookDeliverySort,
        via="endpoint_id",
    )
    replays = connected(
        "webhook_replay",
        "WebhookReplay",
        "What was queued again for it, for 30 days.",
        filters=WebhookReplayFilter,
        sorts=WebhookReplaySort,
        via="endpoint_id",
    )


@node("webhook_delivery", "One event for one endpoint.")
class WebhookDelivery(Node):
    """A row of webhook_delivery."""

    endpoint = to_one("endpoint_id", "webhook_endpoint", "WebhookEndpoint", "Where it goes.")
    topic = column("topic", str, "The topic of the event.")
    status = column("status", DeliveryStatus, "How far it is.")
    attempt_count = column("attempt_count", int, "How often it was tried.")
    next_attempt_at = column("next_attempt_at", Optional[datetime], "When it is tried next.")
    queued_at = column("queued_at", datetime, "When it was queued, the last time if replayed.")
    settled_at = column("settled_at", Optional[datetime], "When it was delivered or given up.")
    replay = to_one("replay_id", "webhook_replay", "WebhookReplay", "The replay it belongs to.")
    attempts = to_many(
        "webhook_attempt",
        "delivery_id",
        "WebhookAttempt",
        "Every try, the first one first.",
        order=("attempt_no",),
    )

    @strawberry.field(
        description="The id of the event: `id` of the CloudEvent, and `webhook-id`.",
        metadata={"column": "event_id"},
    )
    def event_id(self) -> str:
        """Write the UUID."""
        return str(self.row["event_id"])


@node("webhook_attempt", "One try to deliver an event.")
class WebhookAttempt(Node):
    """A row of webhook_attempt."""

    attempt_no = column(
        "attempt_no",
        int,
        "Its number, from 1; one is missing where a process ended while it sent.",
    )
    started_at = column("started_at", datetime, "When it was begun.")
    duration_ms = column("duration_ms", int, "How many milliseconds it took.")
    status_code = column("status_code", Optional[int], "The HTTP status that was answered.")
    error = column("error", Optional[AttemptError], "Why it failed; null: it did not.")
    excerpt = column("excerpt", Optional[str], "The beginning of the answer, at most 1 KB.")


@node("webhook_replay", "Events of a while that were queued once more, and how far that is.")
class WebhookReplay(Node):
    """A row of webhook_replay."""

    endpoint = to_one("endpoint_id", "webhook_endpoint", "WebhookEndpoint", "Where they go.")
    since = column("since_at", datetime, "From when on.")
    until = column("until_at", datetime, "Up to when, exclusively.")
    total = column("total", int, "How many events.")
    delivered = column("delivered", int, "How many were delivered.")
    exhausted = column("exhausted", int, "How many were given up.")
    created_at = created_column()


@strawberry.input(description="Which webhook endpoints.")
class WebhookEndpointFilter:
    """Conditions on endpoints."""

    search: str | None = where(
        "A part of address or description.", "url", "description", how=Comparison.CONTAINS
    )
    is_active: bool | None = where("Active or not.", "is_active", how=Comparison.EQUAL)


@strawberry.enum(description="Orders of webhook endpoints.")
class WebhookEndpointSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")

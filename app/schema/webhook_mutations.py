"""Changes of webhook endpoints, and sending again."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from app.commands import webhooks
from app.resolvers import webhook_requests as requests
from app.resolvers.ids import encode_id
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, connected
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.payloads import ShownOnce, action_mutation
from app.schema.webhooks import (
    WebhookDeliveryFilter,
    WebhookDeliverySort,
    WebhookEndpointFilter,
    WebhookEndpointSort,
    WebhookReplayFilter,
    WebhookReplaySort,
)

if TYPE_CHECKING:
    from app.commands.webhook_rules import WebhookRules
    from app.resolvers.context import Context

KIND = "webhook_endpoint"
_SECRET = ShownOnce(
    "secret",
    "The key of the signatures, `whsec_…`. It is shown this once: sent again with the same "
    "idempotencyKey, the answer has the endpoint and a null secret. When it was lost on its way, "
    "rotate it.",
)
_TOPICS = (
    "The topics that it gets, such as `sale.finalised`; `webhookTopics` lists them. Null: all."
)


@strawberry.input(description="A new webhook endpoint.")
class WebhookEndpointCreateInput:
    """Fields of a new endpoint."""

    idempotency_key: str = key()
    url: str = given("An https address on the public internet.")
    description: str = given("Whose it is, or what for.")
    topics: list[str] | None = maybe(_TOPICS)


@strawberry.input(description="Changes of a webhook endpoint; omitted fields stay as they are.")
class WebhookEndpointUpdateInput:
    """Fields that can change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The endpoint.")
    expected_version: int = expected_version()
    url: str | None = maybe("An https address on the public internet.")
    description: str | None = maybe("Whose it is, or what for.")
    topics: list[str] | None = maybe(_TOPICS)
    is_active: bool | None = maybe(
        "Whether events are sent to it. Made active again, it gets what happens from then on; "
        "webhookReplay sends what it missed."
    )


@strawberry.input(description="The webhook endpoint to remove.")
class WebhookEndpointDeleteInput:
    """An endpoint."""

    idempotency_key: str = key()
    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    expected_version: int = expected_version()


@strawberry.input(description="The webhook endpoint that gets a new secret.")
class WebhookEndpointSecretRotateInput:
    """An endpoint and the overlap."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The endpoint.")
    overlap_hours: int = strawberry.field(
        description="How long the old secret signs too, 0 to 168 hours.", default=24
    )


@strawberry.input(description="The webhook endpoint to test.")
class WebhookEndpointTestInput:
    """An endpoint."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.input(description="The delivery to send again.")
class WebhookDeliveryReplayInput:
    """A delivery."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The delivery.")


@strawberry.input(description="What to send to an endpoint again.")
class WebhookReplayInput:
    """An endpoint and a while."""

    idempotency_key: str = key()
    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    since: datetime = strawberry.field(description="From when on, at most 30 days ago.")
    until: datetime | None = strawberry.field(
        description="Up to when, exclusively; now when omitted.", default=None
    )


@strawberry.type(description="What webhookEndpointDelete answers.")
class WebhookEndpointDeletePayload:
    """The id of what is gone."""

    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id that the endpoint had; null when nothing was changed.", default=None
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )


def _rules(context: Context) -> dict[str, WebhookRules]:
    return {"rules": requests.rules_of(context)}


@strawberry.type
class WebhooksQuery:
    """Reads of webhooks."""

    webhook_endpoints = connected(
        KIND,
        "WebhookEndpoint",
        "Where the club's events are sent; for root only.",
        filters=WebhookEndpointFilter,
        sorts=WebhookEndpointSort,
    )
    webhook_deliveries = connected(
        "webhook_delivery",
        "WebhookDelivery",
        "The log of deliveries, for 30 days; for root only.",
        filters=WebhookDeliveryFilter,
        sorts=WebhookDeliverySort,
    )
    webhook_replays = connected(
        "webhook_replay",
        "WebhookReplay",
        "What was queued again, for 30 days; for root only.",
        filters=WebhookReplayFilter,
        sorts=WebhookReplaySort,
    )


@strawberry.type
class WebhooksMutation:
    """Changes of webhooks."""

    webhook_endpoint_create = action_mutation(
        "webhookEndpointCreate",
        KIND,
        "WebhookEndpoint",
        WebhookEndpointCreateInput,
        requests.new_endpoint,
        webhooks.create_endpoint,
        "Create an endpoint; it gets what happens from now on.",
        once=_SECRET,
        beside=_rules,
    )
    webhook_endpoint_update = action_mutation(
        "webhookEndpointUpdate",
        KIND,
        "WebhookEndpoint",
        WebhookEndpointUpdateInput,
        requests.edit_endpoint,
        webhooks.edit_endpoint,
        "Change an endpoint, switch it off or on.",
        beside=_rules,
    )
    webhook_endpoint_secret_rotate = action_mutation(
        "webhookEndpointSecretRotate",
        KIND,
        "WebhookEndpoint",
        WebhookEndpointSecretRotateInput,
        requests.rotated_secret,
        webhooks.rotate_secret,
        "Give an endpoint a new secret; both sign until the overlap has passed.",
        once=_SECRET,
        beside=_rules,
    )

    @strawberry.mutation(
        graphql_type=Optional[WebhookEndpointDeletePayload],
        description="Remove an endpoint with the log of its deliveries; what waits is not sent.",
    )
    async def webhook_endpoint_delete(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            WebhookEndpointDeleteInput, strawberry.argument(description="What to do.")
        ],
    ) -> Any:  # noqa: ANN401 - the payload
        """Remove an endpoint."""
        done = await perform(
            info.context,
            "webhookEndpointDelete",
            input.idempotency_key,
            partial(requests.removed_endpoint, input),
            webhooks.delete_endpoint,
        )
        if done.outcome is None:
            return WebhookEndpointDeletePayload(user_errors=user_errors(done.violations))
        gone = strawberry.ID(encode_id(KIND, done.outcome.ids[KIND]))
        return WebhookEndpointDeletePayload(deleted_id=gone)

    webhook_endpoint_test = action_mutation(
        "webhookEndpointTest",
        KIND,
        "WebhookEndpoint",
        WebhookEndpointTestInput,
        requests.tested_endpoint,
        webhooks.ping_endpoint,
        "Send a `webhook.ping` to an endpoint, whatever its topics; `deliveries` shows the answer.",
    )
    webhook_delivery_replay = action_mutation(
        "webhookDeliveryReplay",
        "webhook_delivery",
        "WebhookDelivery",
        WebhookDeliveryReplayInput,
        requests.replayed_delivery,
        webhooks.replay_delivery,
        "Send an event to its endpoint again.",
    )
    webhook_replay = action_mutation(
        "webhookReplay",
        "webhook_replay",
        "WebhookReplay",
        WebhookReplayInput,
        requests.replayed_events,
        webhooks.replay_events,
        "Send an endpoint all events of a while again, delivered before or not, at most 10,000.",
    )

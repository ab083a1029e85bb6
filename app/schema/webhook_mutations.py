"""Changes of webhook endpoints, and sending again."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Optional

import strawberry

from app.commands import webhooks
from app.resolvers import webhook_requests as requests
from app.resolvers.ids import encode_id
from app.resolvers.mutations import Performed, perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, connected, lazy, wrap
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.payloads import action_mutation, payload
from app.schema.webhooks import (
    WebhookDeliveryFilter,
    WebhookDeliverySort,
    WebhookEndpointFilter,
    WebhookEndpointSort,
    WebhookReplayFilter,
    WebhookReplaySort,
)

KIND = "webhook_endpoint"
_SHOWN_ONCE = (
    "The key of the signatures, `whsec_…`. It is shown this once: sent again with the same "
    "idempotencyKey, the answer has the endpoint and a null secret. When it was lost on its way, "
    "rotate it."
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


def _shows_secret(name: str, description: str) -> type[Any]:
    """Declare a payload with an endpoint and its secret this one time."""
    body: dict[str, Any] = {
        "__doc__": description,
        "__annotations__": {KIND: Any, "secret": str | None, "user_errors": list[UserError]},
        KIND: strawberry.field(
            graphql_type=Optional[lazy("WebhookEndpoint")],
            description="The endpoint; null when nothing was changed.",
            default=None,
        ),
        "secret": strawberry.field(description=_SHOWN_ONCE, default=None),
        "user_errors": strawberry.field(
            description="Why nothing was changed; empty when all went well.", default_factory=list
        ),
    }
    declared: type[Any] = strawberry.type(description=description)(type(name, (), body))
    return declared


WebhookEndpointCreatePayload = _shows_secret(
    "WebhookEndpointCreatePayload", "What webhookEndpointCreate answers."
)
WebhookEndpointUpdatePayload = payload(
    "WebhookEndpointUpdatePayload", KIND, "WebhookEndpoint", "What webhookEndpointUpdate answers."
)
WebhookEndpointSecretRotatePayload = _shows_secret(
    "WebhookEndpointSecretRotatePayload", "What webhookEndpointSecretRotate answers."
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


async def _answer_with_secret(
    info: Info,
    answer: type[Any],
    done: Performed,
    shown: list[str],
) -> Any:  # noqa: ANN401 - the payload
    """Answer with the endpoint and the secret that was drawn, if it was drawn just now."""
    if done.outcome is None:
        return answer(user_errors=user_errors(done.violations))
    row = await info.context.row(KIND, done.outcome.ids[KIND])
    # The command may have been tried more than once; only the last try was committed.
    return answer(webhook_endpoint=wrap(KIND, row), secret=shown[-1] if shown else None)


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

    @strawberry.mutation(
        graphql_type=Optional[WebhookEndpointCreatePayload],
        description="Create an endpoint; it gets what happens from now on.",
    )
    async def webhook_endpoint_create(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            WebhookEndpointCreateInput, strawberry.argument(description="What to do.")
        ],
    ) -> Any:  # noqa: ANN401 - the payload
        """Create an endpoint and show its secret once."""
        shown: list[str] = []
        rules = requests.rules_of(info.context)
        done = await perform(
            info.context,
            "webhookEndpointCreate",
            input.idempotency_key,
            partial(requests.new_endpoint, input),
            partial(webhooks.create_endpoint, rules=rules, shown=shown.append),
        )
        return await _answer_with_secret(info, WebhookEndpointCreatePayload, done, shown)

    @strawberry.mutation(
        graphql_type=Optional[WebhookEndpointUpdatePayload],
        description="Change an endpoint, switch it off or on.",
    )
    async def webhook_endpoint_update(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            WebhookEndpointUpdateInput, strawberry.argument(description="What to do.")
        ],
    ) -> Any:  # noqa: ANN401 - the payload
        """Change an endpoint."""
        rules = requests.rules_of(info.context)
        done = await perform(
            info.context,
            "webhookEndpointUpdate",
            input.idempotency_key,
            partial(requests.edit_endpoint, input),
            partial(webhooks.edit_endpoint, rules=rules),
        )
        if done.outcome is None:
            return WebhookEndpointUpdatePayload(user_errors=user_errors(done.violations))
        row = await info.context.row(KIND, done.outcome.ids[KIND])
        return WebhookEndpointUpdatePayload(webhook_endpoint=wrap(KIND, row))

    @strawberry.mutation(
        graphql_type=Optional[WebhookEndpointSecretRotatePayload],
        description="Give an endpoint a new secret; both sign until the overlap has passed.",
    )
    async def webhook_endpoint_secret_rotate(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            WebhookEndpointSecretRotateInput, strawberry.argument(description="What to do.")
        ],
    ) -> Any:  # noqa: ANN401 - the payload
        """Draw a new secret and show it once."""
        shown: list[str] = []
        rules = requests.rules_of(info.context)
        done = await perform(
            info.context,
            "webhookEndpointSecretRotate",
            input.idempotency_key,
            partial(requests.rotated_secret, input),
            partial(webhooks.rotate_secret, rules=rules, shown=shown.append),
        )
        return await _answer_with_secret(info, WebhookEndpointSecretRotatePayload, done, shown)

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

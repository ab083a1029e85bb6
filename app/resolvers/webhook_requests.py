"""Inputs of webhook mutations as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.webhooks import (
    EditEndpoint,
    NameDelivery,
    NameEndpoint,
    NewEndpoint,
    ReplayEvents,
    RotateSecret,
)
from app.resolvers.ids import checked_id
from app.resolvers.inputs import values_of

if TYPE_CHECKING:
    from app.commands.webhook_rules import WebhookRules
    from app.domain.validation import Check
    from app.resolvers.context import Context

_KIND = "webhook_endpoint"


def rules_of(context: Context) -> WebhookRules:
    """Return what the installation decides about webhooks."""
    if context.runner.webhooks is None:
        message = "this process was started without the key of webhook secrets"
        raise AssertionError(message)
    return context.runner.webhooks


def new_endpoint(given: Any, check: Check) -> NewEndpoint:  # noqa: ANN401 - an input object, as below
    """Turn a WebhookEndpointCreateInput into its request."""
    return NewEndpoint(**_values(given, check))


def edit_endpoint(given: Any, check: Check) -> EditEndpoint:  # noqa: ANN401
    """Turn a WebhookEndpointUpdateInput into its request."""
    target = checked_id(_KIND, given.id, check, "id")
    return EditEndpoint(target, given.expected_version, _values(given, check))


def removed_endpoint(given: Any, check: Check) -> NameEndpoint:  # noqa: ANN401
    """Turn a WebhookEndpointDeleteInput into its request."""
    target = checked_id(_KIND, given.endpoint_id, check, "endpointId")
    return NameEndpoint(target, given.expected_version)


def tested_endpoint(given: Any, check: Check) -> NameEndpoint:  # noqa: ANN401
    """Turn a WebhookEndpointTestInput into its request."""
    return NameEndpoint(checked_id(_KIND, given.id, check, "id"))


def rotated_secret(given: Any, check: Check) -> RotateSecret:  # noqa: ANN401
    """Turn a WebhookEndpointSecretRotateInput into its request."""
    return RotateSecret(checked_id(_KIND, given.id, check, "id"), given.overlap_hours)


def replayed_delivery(given: Any, check: Check) -> NameDelivery:  # noqa: ANN401
    """Turn a WebhookDeliveryReplayInput into its request."""
    return NameDelivery(checked_id("webhook_delivery", given.id, check, "id"))


def replayed_events(given: Any, check: Check) -> ReplayEvents:  # noqa: ANN401
    """Turn a WebhookReplayInput into its request."""
    target = checked_id(_KIND, given.endpoint_id, check, "endpointId")
    return ReplayEvents(target, given.since, given.until)


def _values(given: Any, check: Check) -> dict[str, Any]:  # noqa: ANN401
    """Return an input's values, with the topics as they are kept."""
    values = values_of(given, check)
    if values.get("topics") is not None:
        values["topics"] = tuple(values["topics"])
    return values

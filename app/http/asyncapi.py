"""The event catalogue as an AsyncAPI 3.0 document, and the JSON schema of each event's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from app import __version__
from app.domain.event_catalogue import (
    JSON_SCHEMA,
    SCHEMA_PATH,
    data_schema,
    schema_path,
    type_of,
)
from app.domain.event_shapes import SHAPES
from app.domain.events import Topic

if TYPE_CHECKING:
    from starlette.requests import Request

ASYNCAPI_PATH = "/events/asyncapi.json"
_SIGNATURE = (
    "Signed as Standard Webhooks has it: `webhook-signature` holds one `v1,` signature for each "
    "secret that is valid, of `webhook-id.webhook-timestamp.body`."
)


def describe_events(public_url: str) -> dict[str, Any]:
    """Build the document; each topic is a message of the one channel, an endpoint of a partner."""
    messages = {str(one): {"$ref": f"#/components/messages/{one}"} for one in Topic}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of Loge",
            "version": __version__,
            "description": (
                "What Loge posts to the webhook endpoints of a club: each event at least once, in "
                "any order. Events of one `subject` happened in the order of their `sequence`. "
                "Fields may be added, and none is taken away."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "endpoint": {
                "address": None,
                "title": "An endpoint",
                "description": "The address of a webhookEndpoint, made over GraphQL.",
                "messages": messages,
                "bindings": {"http": {}},
            }
        },
        "operations": {
            "deliver": {
                "action": "send",
                "title": "Deliver an event",
                "channel": {"$ref": "#/channels/endpoint"},
                "messages": [{"$ref": f"#/channels/endpoint/messages/{topic}"} for topic in Topic],
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
        },
        "components": {
            "messages": {str(one): _message(one, public_url) for one in Topic},
            "schemas": {
                "headers": _HEADERS,
                **{str(one): data_schema(one) for one in Topic},
            },
        },
    }


def _message(topic: Topic, public_url: str) -> dict[str, Any]:
    """Describe one message: its envelope, with the topic's data inside."""
    return {
        "name": type_of(topic),
        "title": type_of(topic),
        "summary": SHAPES[topic].description,
        "contentType": "application/cloudevents+json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": _envelope(topic, public_url),
    }


def _envelope(topic: Topic, public_url: str) -> dict[str, Any]:
    """Return the schema of a CloudEvent of one topic."""
    subject = f"^{SHAPES[topic].entity}_[0-9a-f]{{32}}$"
    return {
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"type": "string", "pattern": "^/organisations/"},
            "type": {"const": type_of(topic)},
            "subject": {"type": "string", "pattern": subject},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"const": public_url + schema_path(topic)},
            "sequence": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "data": {"$ref": f"#/components/schemas/{topic}"},
        },
        "required": [
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "sequence",
            "data",
        ],
    }


_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": _SIGNATURE,
    "properties": {
        "webhook-id": {"type": "string", "description": "The event's id, the same at each try."},
        "webhook-timestamp": {"type": "string", "description": "Seconds since 1970, of this try."},
        "webhook-signature": {"type": "string", "pattern": "^v1,"},
    },
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
}


def event_routes(public_url: str) -> list[Route]:
    """Build the routes of the catalogue, which anybody may read."""
    document = orjson.dumps(describe_events(public_url))
    schemas = {
        str(topic): orjson.dumps(
            {"$schema": JSON_SCHEMA, "$id": public_url + schema_path(topic), **data_schema(topic)}
        )
        for topic in Topic
    }

    async def catalogue(_request: Request) -> Response:
        """Answer the AsyncAPI document."""
        return Response(document, media_type="application/json")

    async def schema(request: Request) -> Response:
        """Answer the JSON schema of one topic's data."""
        found = schemas.get(request.path_params["topic"])
        if found is None:
            raise HTTPException(404)
        return Response(found, media_type="application/schema+json")

    return [
        Route(ASYNCAPI_PATH, catalogue, methods=["GET"]),
        Route(f"{SCHEMA_PATH}/{{topic}}.json", schema, methods=["GET"]),
    ]

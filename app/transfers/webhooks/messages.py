"""One event as a message: CloudEvents in structured JSON, signed as Standard Webhooks has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook

from app import __version__
from app.domain.event_catalogue import schema_path, told, type_of
from app.domain.names import encode_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.events import Event

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


def write_message(event: Event, organisation_code: str, public_url: str) -> str:
    """Write an event as a CloudEvent.

    Its `sequence` grows with each event of one subject. Written again, it is the same to the byte.
    """
    attributes = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"/organisations/{organisation_code}",
        "type": type_of(event.topic),
        "subject": encode_id(event.entity, event.entity_id),
        "time": event.created_at,
        "datacontenttype": "application/json",
        "dataschema": public_url + schema_path(event.topic),
        "sequence": event.id.hex,
    }
    written = CloudEvent(attributes, told(event.topic, event.payload))
    return JSONFormat().write(written).decode()


def headers_of(
    message_id: str, message: str, secrets: Sequence[str], now: datetime
) -> dict[str, str]:
    """Return the headers of a message, with a signature by each secret."""
    signed = [Webhook(one).sign(message_id, now, message) for one in secrets]
    return {
        "content-type": CONTENT_TYPE,
        "user-agent": f"Loge-Webhooks/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }

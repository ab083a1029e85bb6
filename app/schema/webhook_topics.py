"""The event catalogue in the API: every topic, what it says, and the schema of its data."""

from __future__ import annotations

from typing import Any

import strawberry

from app.domain.event_catalogue import data_schema, schema_path, type_of
from app.domain.event_shapes import SHAPES
from app.domain.events import Topic
from app.schema.fields import Info
from app.schema.scalars import Json


@strawberry.type(description="A kind of event that endpoints can get.")
class WebhookTopic:
    """A topic of the catalogue."""

    topic: strawberry.Private[Topic]

    @strawberry.field(description="Its name, as endpoints take it: `sale.finalised`.")
    def name(self) -> str:
        """Return the topic."""
        return str(self.topic)

    @strawberry.field(description="The `type` of its CloudEvents: `loge.sale.finalised`.")
    def type(self) -> str:
        """Prefix the topic."""
        return type_of(self.topic)

    @strawberry.field(description="When it happens.")
    def description(self) -> str:
        """Return the description of its shape."""
        return SHAPES[self.topic].description

    @strawberry.field(description="The kind of object that `subject` refers to.")
    def subject_kind(self) -> str:
        """Return the kind of object."""
        return SHAPES[self.topic].entity

    @strawberry.field(graphql_type=Json, description="The JSON schema of `data`.")
    def data_schema(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """Build the schema."""
        return data_schema(self.topic)

    @strawberry.field(description="Where the same schema is served to anybody.")
    def schema_path(self) -> str:
        """Return the path on this server."""
        return schema_path(self.topic)


@strawberry.type
class WebhookTopicsQuery:
    """The catalogue."""

    @strawberry.field(description="Every topic that there is.")
    def webhook_topics(self, info: Info) -> list[WebhookTopic]:
        """List the catalogue for whoever has a token."""
        _ = info.context.caller
        return [WebhookTopic(topic=one) for one in Topic]

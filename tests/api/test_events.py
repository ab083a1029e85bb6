"""The event catalogue: what happened fits what is published, and what is published is valid."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest
from sqlalchemy import select

from app.domain.event_shapes import SHAPES
from app.domain.events import Event, Topic
from app.http.asyncapi import describe_events
from app.storage.engine import Engine
from app.storage.rows import names_of
from app.storage.tables import outbox
from app.transfers.webhooks.messages import write_message
from tests.api.furnished import furnish
from tests.clients.running import CLIENTS, install_packages
from tests.club import Club
from tests.conftest import WEBHOOKS, LiveServer, found_club

NEVER_FURNISHED = {
    Topic.SALE_HOLD_EXPIRING,
    Topic.SALE_EXPIRED,
    Topic.SALE_REVIVED,
    Topic.SEATS_SWAPPED,
    Topic.INVOICE_RESCHEDULED,
    Topic.INVOICE_SPLIT,
    Topic.CANCELLATION_UNDONE,
    Topic.INVOICE_CLAIMED,
    Topic.INVOICE_RELEASED,
    Topic.INVOICE_MISMATCHED,
    Topic.INVOICE_REOPENED,
    Topic.PAYMENT_REVERSED,
    Topic.REFUND_CHANGED,
    Topic.WEBHOOK_DISABLED,
}
"""Topics that a furnished club has no event of; other tests let them happen."""


@pytest.fixture(scope="module")
def furnished(engine: Engine, server: LiveServer) -> Iterator[Club]:
    """A club in which nearly everything has happened."""
    club = found_club(engine, server)
    with club.http:
        furnish(club)
        yield club


@pytest.mark.postgres
def test_every_event_that_happened_fits_its_published_schema(furnished: Club) -> None:
    """Of all clubs of this run: whatever the tests before this one did is checked too."""
    document = describe_events(WEBHOOKS.public_url)
    validators = {}
    for topic in Topic:
        payload = document["components"]["messages"][topic]["payload"]
        whole = {**payload, "components": document["components"]}
        validators[topic] = jsonschema_rs.validator_for(whole, validate_formats=True)
    seen: dict[Topic, int] = {}
    with furnished.runner.engine.connect() as connection:
        query = select(*(outbox.c[name] for name in names_of(Event)))
        for row in connection.execute(query):
            event = Event(*row)
            if not event.payload and SHAPES[event.topic].fields:
                continue  # Tests of the feed write bare rows, which no command does.
            assert event.entity == SHAPES[event.topic].entity
            written = orjson.loads(write_message(event, "club", WEBHOOKS.public_url))
            validators[event.topic].validate(written)
            assert set(written["data"]) <= set(
                document["components"]["schemas"][event.topic]["properties"]
            )
            seen[event.topic] = seen.get(event.topic, 0) + 1
    assert set(Topic) - seen.keys() <= NEVER_FURNISHED


@pytest.mark.slow
def test_the_catalogue_is_an_asyncapi_document() -> None:
    install_packages(CLIENTS)
    path = CLIENTS / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    schema = orjson.loads(path.read_bytes())
    jsonschema_rs.validator_for(schema).validate(describe_events("https://loge.example"))
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validator_for(schema).validate({"asyncapi": "3.0.0"})


@pytest.mark.postgres
def test_anybody_may_read_the_catalogue_and_its_schemas(club: Club) -> None:
    answer = club.http.get("/events/asyncapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["asyncapi"] == "3.0.0"
    message = document["components"]["messages"]["sale.finalised"]
    address = message["payload"]["properties"]["dataschema"]["const"]
    assert address == "https://loge.example/events/schemas/sale.finalised.json"
    found = club.http.get("/events/schemas/sale.finalised.json")
    assert found.headers["content-type"] == "application/schema+json"
    schema: dict[str, Any] = found.json()
    assert schema["$id"] == address
    jsonschema_rs.meta.validate(schema)
    assert club.http.get("/events/schemas/sale.sold.json").status_code == 404


@pytest.mark.postgres
def test_the_api_lists_the_topics_with_their_schemas(club: Club) -> None:
    fields = "name type description subjectKind dataSchema schemaPath"
    topics = club.query(f"{{ webhookTopics {{ {fields} }} }}")["webhookTopics"]
    assert [one["name"] for one in topics] == [str(one) for one in Topic]
    found = next(one for one in topics if one["name"] == "sale.finalised")
    assert found["type"] == "loge.sale.finalised"
    assert found["subjectKind"] == "sale"
    assert found["dataSchema"]["required"] == ["code", "version", "gross"]
    assert found["schemaPath"] == "/events/schemas/sale.finalised.json"
    document = "{ webhookTopics { name } }"
    answer = club.http.post("/graphql", json={"query": document}).json()
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"

"""Every topic has a shape, and what is told outside fits the schema that is published."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from app.domain.event_catalogue import data_schema, outside_name, schema_path, told, type_of
from app.domain.event_shapes import SHAPES, FieldKind, PayloadError, check_payload
from app.domain.events import Topic
from app.storage.json_values import to_json

SOME_ID = UUID("0192d3c4-0000-7000-8000-000000000001")
VALUES: dict[FieldKind, Any] = {
    FieldKind.ID: SOME_ID,
    FieldKind.IDS: [SOME_ID],
    FieldKind.CODE: "X-1",
    FieldKind.COUNT: 3,
    FieldKind.MINOR: 12_50,
    FieldKind.DATE: date(2026, 3, 1),
    FieldKind.INSTANT: datetime(2026, 3, 1, 12, tzinfo=UTC),
    FieldKind.FLAG: True,
}
WRONG: dict[FieldKind, Any] = {
    FieldKind.ID: str(SOME_ID),
    FieldKind.IDS: [str(SOME_ID)],
    FieldKind.CODE: 5,
    FieldKind.COUNT: True,
    FieldKind.MINOR: "12.50",
    FieldKind.DATE: datetime(2026, 3, 1, tzinfo=UTC),
    FieldKind.INSTANT: datetime(2026, 3, 1),  # noqa: DTZ001 - without an offset, as must not be
    FieldKind.FLAG: 1,
    FieldKind.CHOICE: "NOTHING",
}


def filled(topic: Topic) -> dict[str, Any]:
    """A payload with every field of a topic."""
    return {
        one.name: "EUR"
        if one.name == "currency"
        else next(iter(one.choices))
        if one.choices is not None
        else VALUES[one.kind]
        for one in SHAPES[topic].fields
    }


def test_every_topic_has_a_shape_and_a_sentence() -> None:
    assert set(SHAPES) == set(Topic)
    for topic, shape in SHAPES.items():
        assert shape.description.endswith("."), topic
        assert all(one.description.endswith(".") for one in shape.fields), topic
        names = [outside_name(one) for one in shape.fields]
        assert len(set(names)) == len(names), topic
        has_amount = any(one.kind is FieldKind.MINOR for one in shape.fields)
        assert has_amount is any(one.name == "currency" for one in shape.fields), topic


@pytest.mark.parametrize("topic", Topic)
def test_what_is_told_fits_the_schema(topic: Topic) -> None:
    payload = filled(topic)
    check_payload(topic, SHAPES[topic].entity, payload)
    schema = data_schema(topic)
    jsonschema_rs.meta.validate(schema)
    found = told(topic, to_json(payload))
    jsonschema_rs.validator_for({**schema, "additionalProperties": False}).validate(found)
    assert set(found) == set(schema["properties"])
    least = {one.name: payload[one.name] for one in SHAPES[topic].fields if not one.is_optional}
    check_payload(topic, SHAPES[topic].entity, least)
    jsonschema_rs.validator_for(schema).validate(told(topic, to_json(least)))


@pytest.mark.parametrize("topic", Topic)
def test_an_event_that_its_topic_does_not_foresee_is_a_fault(topic: Topic) -> None:
    entity, payload = SHAPES[topic].entity, filled(topic)
    with pytest.raises(PayloadError, match="unknown name"):
        check_payload(topic, entity, {**payload, "name": "Jef Maes"})
    with pytest.raises(PayloadError, match="about a person"):
        check_payload(topic, "person", payload)
    for one in SHAPES[topic].fields:
        with pytest.raises(PayloadError, match=one.name):
            check_payload(topic, entity, {**payload, one.name: WRONG[one.kind]})
        if not one.is_optional:
            with pytest.raises(PayloadError, match=one.name):
                check_payload(topic, entity, {**payload, one.name: None})


def test_partners_are_told_ids_and_amounts_as_the_api_writes_them() -> None:
    payload = {
        "code": "S-1",
        "version": 2,
        "cancellation": str(SOME_ID),
        "amount_minor": -1250,
        "currency": "EUR",
        "written_by_an_older_version": 1,
    }
    assert type_of(Topic.SALE_CANCELLED) == "loge.sale.cancelled"
    assert schema_path(Topic.SALE_CANCELLED) == "/events/schemas/sale.cancelled.json"
    assert told(Topic.SALE_CANCELLED, payload) == {
        "code": "S-1",
        "version": 2,
        "cancellationId": "cancellation_0192d3c4000070008000000000000001",
        "amount": {"amount": "-12.50", "currency": "EUR"},
    }


def test_an_event_of_an_older_version_is_told_without_what_it_lacks() -> None:
    assert told(Topic.INVOICE_SETTLED, {"open_minor": 0}) == {}
    assert told(Topic.SEATS_SWAPPED, {"entitlements": [str(SOME_ID)]}) == {
        "entitlementIds": ["entitlement_0192d3c4000070008000000000000001"]
    }

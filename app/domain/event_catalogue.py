"""Events as those outside see them: their names, the data they carry, and its JSON schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.event_shapes import SHAPES, Field, FieldKind
from app.domain.money import format_amount
from app.domain.names import camel, encode_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.events import Topic

TYPE_PREFIX = "loge."
"""What the CloudEvents type of every topic begins with."""
SCHEMA_PATH = "/events/schemas"
"""Where the JSON schema of each topic is served."""
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_MINOR = "_minor"
_AMOUNT = {
    "type": "object",
    "properties": {
        "amount": {
            "type": "string",
            "pattern": r"^-?\d+(\.\d+)?$",
            "description": "A decimal number in the digits of the currency.",
        },
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."},
    },
    "required": ["amount", "currency"],
}


def type_of(topic: Topic) -> str:
    """Return the CloudEvents type of a topic, such as `loge.sale.finalised`."""
    return TYPE_PREFIX + topic


def schema_path(topic: Topic) -> str:
    """Return where the JSON schema of a topic's data is served."""
    return f"{SCHEMA_PATH}/{topic}.json"


def told(topic: Topic, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what those outside are told of a stored payload: ids as the API has them, amounts.

    Fields that the topic does not declare, which older versions wrote, are left out.
    """
    found: dict[str, Any] = {}
    for one in SHAPES[topic].fields:
        value = payload.get(one.name)
        if value is None:
            continue
        if one.kind is FieldKind.ID:
            found[outside_name(one)] = encode_id(one.refers or "", UUID(value))
        elif one.kind is FieldKind.IDS:
            found[outside_name(one)] = [encode_id(one.refers or "", UUID(each)) for each in value]
        elif one.kind is FieldKind.MINOR:
            currency = payload.get("currency")
            if currency is not None:
                amount = format_amount(value, currency)
                found[outside_name(one)] = {"amount": amount, "currency": currency}
        elif one.name != "currency":
            found[outside_name(one)] = value
    return found


def data_schema(topic: Topic) -> dict[str, Any]:
    """Return the JSON schema of a topic's data; fields may be added to it, none taken away."""
    shape = SHAPES[topic]
    fields = [one for one in shape.fields if one.name != "currency"]
    return {
        "type": "object",
        "title": type_of(topic),
        "description": shape.description,
        "properties": {outside_name(one): _schema(one) for one in fields},
        "required": [outside_name(one) for one in fields if not one.is_optional],
    }


def outside_name(field: Field) -> str:
    """Return a field's name outside: ids end in Id or Ids, amounts do not say their unit."""
    name = field.name.removesuffix(_MINOR) if field.kind is FieldKind.MINOR else field.name
    if field.kind is FieldKind.ID and not name.endswith("_id"):
        name += "_id"
    if field.kind is FieldKind.IDS:
        name = name.removesuffix("s") + "_ids"
    return camel(name)


def _schema(field: Field) -> dict[str, Any]:
    """Return the JSON schema of one field."""
    text = {"description": field.description}
    if field.kind in {FieldKind.ID, FieldKind.IDS}:
        one = {"type": "string", "pattern": f"^{field.refers}_[0-9a-f]{{32}}$"}
        return {**(one if field.kind is FieldKind.ID else {"type": "array", "items": one}), **text}
    if field.kind is FieldKind.CHOICE:
        assert field.choices is not None  # noqa: S101 - every choice of the table has its values
        return {"type": "string", "enum": [str(one) for one in field.choices], **text}
    return {**_TYPES[field.kind], **text}


_TYPES: dict[FieldKind, dict[str, Any]] = {
    FieldKind.CODE: {"type": "string"},
    FieldKind.COUNT: {"type": "integer"},
    FieldKind.MINOR: _AMOUNT,
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.INSTANT: {"type": "string", "format": "date-time"},
    FieldKind.FLAG: {"type": "boolean"},
}

"""The form of a mapping: what a club stores as JSON, and what it is once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from app.transfers.mapping.expressions import Expression
    from app.transfers.mapping.formats import Format

FIELDS_LIMIT: Final = 300
"""The most fields of one mapping, those of lines included."""
PATTERNS_LIMIT: Final = 30
"""The most regular expressions in one mapping: each takes time to get ready."""
CONSTANT_VALUES: Final = 1_000
CONSTANT_CHARACTERS: Final = 20_000
CUSTOMER_RULES: Final = ("code", "external_code", "vat_id", "email_domain+name", "email")


@dataclass(frozen=True, slots=True)
class FromPath:
    """A value as it is in the record; `default` stands for one that is missing, null or empty."""

    path: Expression
    default: Any = None


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every record."""

    value: Any


@dataclass(frozen=True, slots=True)
class Computed:
    """The value of an expression."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An entry of a value map; `has_default` tells a default of null from none at all."""

    table: str
    key: Expression
    into: str | None = None
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Priced:
    """A price by the rule that stands with an entry of a value map."""

    table: str
    key: Expression
    source: Expression | None = None
    cost: Expression | None = None
    digits: int = 2


Origin: TypeAlias = FromPath | Constant | Computed | LookedUp | Priced


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the result."""

    path: str
    """Where it stands in the definition: `fields[2]`."""
    target: tuple[str, ...]
    origin: Origin
    when: Expression | None = None
    format: Format | None = None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of the result, made of a list of the record."""

    path: str
    target: tuple[str, ...]
    source: Expression
    fields: tuple[Field, ...]
    filter: Expression | None = None
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class CustomerRules:
    """How a customer is found in the other system, in order, and what happens if none is."""

    rules: tuple[str, ...] = ("code", "vat_id", "email_domain+name", "email")
    otherwise: str = "create"
    """`create`, `park`, or `collective`."""
    collective: str | None = None
    """The code of the customer for whom no rule finds another; without rules, for everybody."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A mapping that has been read; one of nothing passes every record through."""

    filter: Expression | None = None
    fields: tuple[Field, ...] = ()
    lines: tuple[Lines, ...] = ()
    keeps: bool = True
    customer: CustomerRules = field(default_factory=CustomerRules)


_EXPRESSION: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
    "description": "A condition or a computed value in CEL, such as sale.stage == 'PAID'.",
}
_PATH: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
    "description": "Where a value is in the record, such as customer.address.city; "
    "in the fields of lines, what begins with line is of the line.",
}
_TARGET: Final = {
    "type": "string",
    "pattern": r"^[^.\[\]]+(\.[^.\[\]]+){0,9}$",
    "description": "Where the value goes, names with points between them.",
}
_TABLE: Final = {"type": "string", "minLength": 1, "description": "The code of a value map."}
_DIGITS: Final = {"type": "integer", "minimum": 0, "maximum": 10}
FORMATS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["date"],
        "properties": {
            "date": {"type": "string", "description": "Such as DD/MM/YYYY."},
            "zone": {"type": "string", "description": "Of instants, such as Europe/Brussels."},
        },
    },
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["digits"],
        "properties": {
            "digits": _DIGITS,
            "point": {"type": "string", "maxLength": 1, "default": "."},
            "thousands": {"type": "string", "maxLength": 1, "default": ""},
        },
    },
)
"""How a day is written, and how a number is."""
_LOOKUP: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["map", "key"],
    "description": "An entry of a value map; without default, a missing key is work to do.",
    "properties": {
        "map": _TABLE,
        "key": _EXPRESSION,
        "default": {"description": "Taken where the map has no such key."},
        "into": {"type": "string", "description": "Which part of an entry; code if left out."},
    },
}
_PRICE: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["map", "key"],
    "description": "A price by the rule that stands with an entry of a value map.",
    "properties": {
        "map": _TABLE,
        "key": _EXPRESSION,
        "source": {
            "anyOf": [_EXPRESSION, {"type": "null"}],
            "description": "The price that the record has.",
        },
        "cost": {
            "anyOf": [_EXPRESSION, {"type": "null"}],
            "description": "What it costs the club.",
        },
        "digits": {**_DIGITS, "default": 2},
    },
}
_FIELD: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["target"],
    "oneOf": [
        {"required": ["source"]},
        {"required": ["constant"]},
        {"required": ["expression"]},
        {"required": ["lookup"]},
        {"required": ["price"]},
    ],
    "properties": {
        "target": _TARGET,
        "source": _PATH,
        "constant": {"description": "Any value, the same for every record."},
        "expression": _EXPRESSION,
        "lookup": _LOOKUP,
        "price": _PRICE,
        "default": {"description": "With source: taken where it is missing, null or empty."},
        "when": {
            "anyOf": [_EXPRESSION, {"type": "null"}],
            "description": "The field is written only where this is true.",
        },
        "format": {
            "oneOf": [*FORMATS, {"type": "null"}],
            "description": "How a day or a number is written.",
        },
        "required": {"type": "boolean", "default": False},
    },
}
_FIELDS: Final = {"type": "array", "maxItems": FIELDS_LIMIT, "items": _FIELD}
_LINES: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["target", "from"],
    "properties": {
        "target": _TARGET,
        "from": _PATH,
        "filter": {"anyOf": [_EXPRESSION, {"type": "null"}]},
        "fields": _FIELDS,
        "keep": {"type": "boolean", "description": "As for the whole record, if left out."},
    },
}
_CUSTOMER: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "rules": {"type": "array", "uniqueItems": True, "items": {"enum": list(CUSTOMER_RULES)}},
        "else": {
            "oneOf": [
                {"enum": ["create", "park"]},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["collective"],
                    "properties": {"collective": {"type": "string", "minLength": 1}},
                },
            ]
        },
    },
}
MAPPING_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Mapping",
    "description": "What becomes of a record on its way to another system.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "filter": {"anyOf": [_EXPRESSION, {"type": "null"}]},
        "fields": _FIELDS,
        "lines": {"type": "array", "maxItems": 20, "items": _LINES},
        "keep": {
            "type": "boolean",
            "default": True,
            "description": "Whether fields that are not mentioned pass through.",
        },
        "customer": _CUSTOMER,
    },
}
"""The form of a mapping as JSON schema; `reading` says the same in sentences."""

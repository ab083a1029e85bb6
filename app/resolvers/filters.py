"""Filter inputs as conditions: each field of an input declares what it compares and how."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode, refuse
from app.domain.validation import Check
from app.resolvers.ids import decode_id, parse_id
from app.resolvers.inputs import graphql_name, minor_of
from app.storage.conditions import Comparison, Condition
from app.storage.reads import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

ANY_KIND = "object"
"""Stands for ids of every kind."""
FILTER_LIST_LIMIT = 200
"""Values of one list in a filter."""


def filter_metadata(
    columns: tuple[str, ...], comparison: Comparison, kind: str | None
) -> Mapping[str, Any]:
    """Describe what a filter's field compares; `kind` is the kind of id it takes, if it does."""
    return {"filter": (columns, comparison, kind)}


def conditions_of(given: Any) -> list[Condition]:  # noqa: ANN401 - any filter input
    """Turn a filter input into conditions; fields that are omitted or null do not filter.

    Refuses with ID_INVALID, and with TOO_MANY_ITEMS lists beyond `FILTER_LIST_LIMIT`.
    """
    conditions = []
    for field in fields(given) if given is not None else ():
        value = getattr(given, field.name)
        if "filter" not in field.metadata or value is None:
            continue
        columns, comparison, kind = field.metadata["filter"]
        path = ("filter", graphql_name(field))
        if isinstance(value, list) and len(value) > FILTER_LIST_LIMIT:
            message = f"at most {FILTER_LIST_LIMIT} values, not {len(value)}"
            refuse(ErrorCode.TOO_MANY_ITEMS, message, *path)
        if not all(is_storable(one) for one in (value if isinstance(value, list) else [value])):
            refuse(ErrorCode.INPUT_INVALID, "the text contains control characters", *path)
        if kind is not None and isinstance(value, list):
            value = [_uuid(kind, one, *path) for one in value]
        elif kind is not None:
            value = _uuid(kind, value, *path)
        if comparison is Comparison.CONTAINS and not value.strip():
            continue
        if hasattr(value, "currency"):
            conditions.append(Condition(("currency",), Comparison.EQUAL, value.currency))
            check = Check()
            value = minor_of(value, check, *path)
            check.refuse_if_any()
        conditions.append(Condition(columns, comparison, value))
    return conditions


def _uuid(kind: str, text: str, *path: str) -> UUID:
    """Return the UUID of an id of the wanted kind, or of any kind."""
    decoded = decode_id(text) if kind == ANY_KIND else None
    return decoded[1] if decoded is not None else parse_id(kind, text, *path)

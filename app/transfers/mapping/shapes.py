"""What is in a neutral record, for checks that need no record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from app.transfers.contract import records

MONEY_FIELDS = frozenset("amount fee gross net paid quantity unit_price vat vat_rate".split())
"""Texts that are amounts or rates, whatever record they are in."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value is: `text`, `whole`, `flag`, `list`, `object`, or `any`."""

    kind: str
    fields: dict[str, type] | None = None
    """Of an object whose fields are known."""
    element: type | None = None
    """Of a list."""

    def field(self, name: str) -> Shape:
        """Return what a field is."""
        found = (self.fields or {}).get(name)
        return ANY if found is None else shape_of(found)


ANY = Shape("any")


def shape_of_entity(entity: str) -> Shape:
    """Return what a neutral record is; `any` for one that is not known."""
    found = records.ENTITIES.get(entity)
    return ANY if found is None else shape_of(found)


def shape_of(given: Any) -> Shape:  # noqa: ANN401 - an annotation
    """Return what values of a type are."""
    if is_typeddict(given):
        return Shape("object", fields=_fields(given))
    if get_origin(given) is list:
        return Shape("list", element=get_args(given)[0])
    return Shape({str: "text", int: "whole", bool: "flag"}.get(given, "any"))


@cache
def _fields(record: type) -> dict[str, type]:
    """Return the fields of a record with their types."""
    return get_type_hints(record)

"""Builders for the fields of inputs and filters, and the description of enums."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import strawberry
from strawberry import UNSET

from app.resolvers.filters import filter_metadata
from app.resolvers.inputs import given_metadata
from app.storage.conditions import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping

EnumType = TypeVar("EnumType", bound=type[Enum])

KEY = "Chosen by the client, one for each intent: sent again, the answer repeats, not the act."
VERSION = "The version the object had when it was read; another one answers VERSION_STALE."


def given(
    description: str, *, to: str | None = None, refers: str | None = None, is_money: bool = False
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a required field of an input; `to` is its column when that has another name."""
    metadata = given_metadata(to, refers, is_money=is_money)
    return strawberry.field(description=description, metadata=metadata)


def maybe(
    description: str, *, to: str | None = None, refers: str | None = None, is_money: bool = False
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a field of an input that may be omitted."""
    metadata = given_metadata(to, refers, is_money=is_money)
    return strawberry.field(description=description, metadata=metadata, default=UNSET)


def key() -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the idempotency key of an input."""
    return strawberry.field(description=KEY)


def expected_version() -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the expected version of an input."""
    return strawberry.field(description=VERSION)


def where(
    description: str,
    *columns: str,
    how: Comparison = Comparison.ANY_OF,
    refers: str | None = None,
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a field of a filter that compares one or several columns."""
    return strawberry.field(
        description=description, metadata=filter_metadata(columns, how, refers), default=None
    )


def described(members: EnumType, description: str, values: Mapping[str, str]) -> EnumType:
    """Declare a domain enum in the schema, with a description for it and for every value.

    An annotation may have declared it before, without descriptions: it must stay the same one.
    """
    if not hasattr(members, "__strawberry_definition__"):
        strawberry.enum(members)
    definition: Any = members.__strawberry_definition__  # type: ignore[attr-defined]
    definition.description = description
    missing = {value.name for value in definition.values} ^ set(values)
    if missing:
        raise ValueError(f"{members.__name__} and its descriptions differ in {sorted(missing)}")
    for value in definition.values:
        value.description = values[value.name]
    return members

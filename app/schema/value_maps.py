"""Value maps and their entries in the API; what is unmapped is their work list."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

import strawberry

from app.commands import value_maps
from app.resolvers import transfer_requests as requests
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    node,
    to_one,
    version_column,
)
from app.schema.inputs import given, key, maybe, where
from app.schema.payloads import action_mutation
from app.schema.scalars import Json
from app.storage.conditions import Comparison


@strawberry.input(description="Which value maps.")
class ValueMapFilter:
    """Conditions on value maps."""

    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)


@strawberry.enum(description="Orders of value maps.")
class ValueMapSort(Enum):
    """Column and direction."""

    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which entries of value maps.")
class ValueMapEntryFilter:
    """Conditions on entries."""

    map_id: list[strawberry.ID] | None = where(
        "Of any of these maps.", "map_id", refers="value_map"
    )
    search: str | None = where(
        "A part of key, label or value.", "key", "label", "value", how=Comparison.CONTAINS
    )
    is_mapped: bool | None = where(
        "With a value, or without: the work list.", "is_mapped", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of entries of value maps.")
class ValueMapEntrySort(Enum):
    """Column and direction."""

    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@node("value_map", "A lookup table that mappings use by its code.")
class ValueMap(Node):
    """A row of value_map."""

    code = column("code", str, "Its code, by which mappings name it.")
    name = column("name", str, "What people call it.")
    description = column("description", str, "What it is for.")
    version = version_column()
    created_at = created_column()
    entries = connected(
        "value_map_entry",
        "ValueMapEntry",
        "Its entries.",
        filters=ValueMapEntryFilter,
        sorts=ValueMapEntrySort,
        via="map_id",
    )


@node("value_map_entry", "One key of a value map.")
class ValueMapEntry(Node):
    """A row of value_map_entry."""

    map = to_one("map_id", "value_map", "ValueMap", "The map.")
    key = column("key", str, "What is looked up.")
    label = column("label", Optional[str], "What people know the key by.")
    value = column("value", Optional[str], "What it stands for; null: nobody has said yet.")
    is_mapped = column("is_mapped", bool, "Whether it has a value.")
    details = column("details", Json, "What else belongs to the value, such as a rule for prices.")
    seen_count = column("seen_count", int, "How often a data set asked for it in vain.")
    last_seen_at = column("last_seen_at", Optional[datetime], "When one did last.")
    version = version_column()
    created_at = created_column()


@strawberry.input(description="A new value map.")
class ValueMapCreateInput:
    """Fields of a new map."""

    idempotency_key: str = key()
    code: str = given("Its code, by which mappings name it.")
    name: str = given("What people call it.")
    description: str | None = maybe("What it is for.")


@strawberry.input(description="What a key of a value map stands for.")
class ValueMapEntrySetInput:
    """A key and its value."""

    idempotency_key: str = key()
    map_id: strawberry.ID = strawberry.field(description="The value map.")
    key: str = given("What is looked up.")
    value: str | None = maybe("What it stands for; null takes the value away.")
    label: str | None = maybe("What people know the key by.")
    details: Json | None = maybe("What else belongs to the value, as an object.")


@strawberry.type
class ValueMapsQuery:
    """Reads of value maps."""

    value_maps = connected(
        "value_map",
        "ValueMap",
        "The club's value maps.",
        filters=ValueMapFilter,
        sorts=ValueMapSort,
    )
    value_map_entries = connected(
        "value_map_entry",
        "ValueMapEntry",
        "Entries of value maps; with `isMapped: false` the work list.",
        filters=ValueMapEntryFilter,
        sorts=ValueMapEntrySort,
    )


@strawberry.type
class ValueMapsMutation:
    """Changes of value maps."""

    value_map_create = action_mutation(
        "valueMapCreate",
        "value_map",
        "ValueMap",
        ValueMapCreateInput,
        requests.new_map,
        value_maps.create_map,
        "Make a value map.",
    )
    value_map_entry_set = action_mutation(
        "valueMapEntrySet",
        "value_map_entry",
        "ValueMapEntry",
        ValueMapEntrySetInput,
        requests.set_entry,
        value_maps.set_entry,
        "Say what a key stands for; transfers that are mapped from then on use it.",
    )

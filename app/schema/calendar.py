"""Seasons, calendar items and bundles in the API."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

import strawberry

from app.commands.calendar import SEASON
from app.schema.fields import Node, column, connected, node
from app.schema.inputs import expected_version, given, key, maybe, where
from app.schema.payloads import create_mutation, update_mutation
from app.storage.reads import Comparison


@node("season", "A sporting year: the frame of calendar items, prices and season sales.")
class Season(Node):
    """A row of season."""

    code = column("code", str, "The code, unique in the organisation, such as `2026-27`.")
    name = column("name", str, "The name that people read.")
    starts_on = column("starts_on", date, "The first day.")
    ends_on = column("ends_on", date, "The last day.")
    version = column("version", int, "Rises with every change; send it as `expectedVersion`.")
    created_at = column("created_at", datetime, "When it was created.")


@strawberry.input(description="Which seasons.")
class SeasonFilter:
    """Conditions on seasons."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    starts_from: date | None = where("Starts on or after.", "starts_on", how=Comparison.AT_LEAST)
    starts_to: date | None = where("Starts on or before.", "starts_on", how=Comparison.AT_MOST)


@strawberry.enum(description="Orders of seasons.")
class SeasonSort(Enum):
    """Column and direction."""

    STARTS_ON_DESC = strawberry.enum_value("starts_on desc", description="Latest first.")
    STARTS_ON_ASC = strawberry.enum_value("starts_on asc", description="Earliest first.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")


@strawberry.input(description="A new season.")
class SeasonCreateInput:
    """Fields of a new season."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    starts_on: date = given("The first day.")
    ends_on: date = given("The last day, not before the first.")


@strawberry.input(description="Changes of a season; omitted fields stay as they are.")
class SeasonUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The season.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    starts_on: date | None = maybe("The first day.")
    ends_on: date | None = maybe("The last day.")


@strawberry.type
class CalendarQuery:
    """Reads of the calendar."""

    seasons = connected("season", "Season", "The seasons.", filters=SeasonFilter, sorts=SeasonSort)


@strawberry.type
class CalendarMutation:
    """Changes of the calendar."""

    season_create = create_mutation(SEASON, "Season", SeasonCreateInput, "Create a season.")
    season_update = update_mutation(SEASON, "Season", SeasonUpdateInput, "Change a season.")

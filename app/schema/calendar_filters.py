"""Which seasons, calendar items and bundles, and in which order."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

import strawberry

from app.domain.calendar import BundleKind, CalendarItemKind, CalendarItemStatus
from app.schema.inputs import described, where
from app.storage.conditions import Comparison

described(
    CalendarItemKind,
    "What a calendar item is.",
    {"MATCH": "A match of the club.", "EVENT": "Anything else that takes place."},
)
described(
    CalendarItemStatus,
    "Whether a calendar item is still to come.",
    {
        "PLANNED": "It takes place on its date.",
        "POSTPONED": "It takes place later than first planned; what was sold stays sold.",
        "PLAYED": "It is over; nothing can be sold for it any more.",
        "CANCELLED": "It does not take place.",
    },
)
described(
    BundleKind,
    "What a bundle groups.",
    {
        "SUBSCRIPTION": "Matches.",
        "SERIES": "Events.",
        "PACK": "Any calendar items, subscriptions and series.",
    },
)


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


@strawberry.input(description="Which calendar items.")
class CalendarItemFilter:
    """Conditions on calendar items."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    season_id: list[strawberry.ID] | None = where(
        "Of any of these seasons.", "season_id", refers="season"
    )
    venue_id: list[strawberry.ID] | None = where(
        "At any of these venues.", "venue_id", refers="venue"
    )
    kind: list[CalendarItemKind] | None = where("Of any of these kinds.", "kind")
    status: list[CalendarItemStatus] | None = where("In any of these statuses.", "status")
    starts_from: datetime | None = where(
        "Starts at this instant or later.", "starts_at", how=Comparison.AT_LEAST
    )
    starts_to: datetime | None = where(
        "Starts before this instant.", "starts_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of calendar items.")
class CalendarItemSort(Enum):
    """Column and direction."""

    STARTS_AT_ASC = strawberry.enum_value("starts_at asc", description="Earliest first.")
    STARTS_AT_DESC = strawberry.enum_value("starts_at desc", description="Latest first.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which bundles.")
class CalendarBundleFilter:
    """Conditions on bundles."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    season_id: list[strawberry.ID] | None = where(
        "Of any of these seasons.", "season_id", refers="season"
    )
    kind: list[BundleKind] | None = where("Of any of these kinds.", "kind")


@strawberry.enum(description="Orders of bundles.")
class CalendarBundleSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")

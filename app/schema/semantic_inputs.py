"""Questions to the semantic layer, as the API takes them."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Optional

import strawberry

from app.schema.inputs import described


class SemanticOperator(Enum):
    """Comparisons, by their names in Cube."""

    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    CONTAINS = "contains"
    NOT_CONTAINS = "notContains"
    STARTS_WITH = "startsWith"
    NOT_STARTS_WITH = "notStartsWith"
    ENDS_WITH = "endsWith"
    NOT_ENDS_WITH = "notEndsWith"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    SET = "set"
    NOT_SET = "notSet"
    IN_DATE_RANGE = "inDateRange"
    NOT_IN_DATE_RANGE = "notInDateRange"
    BEFORE_DATE = "beforeDate"
    BEFORE_OR_ON_DATE = "beforeOrOnDate"
    AFTER_DATE = "afterDate"
    AFTER_OR_ON_DATE = "afterOrOnDate"


class SemanticDirection(Enum):
    """Directions of an order."""

    ASC = "asc"
    DESC = "desc"


described(
    SemanticOperator,
    "How a member is compared with values; of several values any may match.",
    {
        "EQUALS": "It is one of the values; null stands for no value.",
        "NOT_EQUALS": "It is none of the values; rows without a value match.",
        "CONTAINS": "Its text contains one of the values; capitals do not matter.",
        "NOT_CONTAINS": "Its text contains none of the values.",
        "STARTS_WITH": "Its text begins with one of the values.",
        "NOT_STARTS_WITH": "Its text begins with none of the values.",
        "ENDS_WITH": "Its text ends with one of the values.",
        "NOT_ENDS_WITH": "Its text ends with none of the values.",
        "GT": "It is greater than the value.",
        "GTE": "It is the value or greater.",
        "LT": "It is less than the value.",
        "LTE": "It is the value or less.",
        "SET": "It has a value.",
        "NOT_SET": "It has no value.",
        "IN_DATE_RANGE": "It lies in the range: two dates, or one such as `last 3 month`.",
        "NOT_IN_DATE_RANGE": "It does not lie in the range.",
        "BEFORE_DATE": "It lies before the day.",
        "BEFORE_OR_ON_DATE": "It lies before the end of the day.",
        "AFTER_DATE": "It lies after the day.",
        "AFTER_OR_ON_DATE": "It lies on the day or after.",
    },
)
described(
    SemanticDirection,
    "A direction of an order.",
    {"ASC": "The smallest first.", "DESC": "The largest first."},
)


@strawberry.input(description="A time dimension that is grouped by, filtered, or both.")
class SemanticTimeDimensionInput:
    """As in Cube."""

    dimension: str = strawberry.field(description="Its full name, such as `sales.sold_at`.")
    granularity: str | None = strawberry.field(
        default=None,
        description="`day`, `week`, `month`, `quarter`, `year`, or one that the dimension has; "
        "without it the dimension only filters.",
    )
    date_range: list[str] | None = strawberry.field(
        default=None,
        description="First and last day, both included, or one text such as `this season`, "
        "`last 12 month`, `from 2026-01-01 to now`. Days are the club's.",
    )


@strawberry.input(
    description="A condition: a comparison of a member, or several of which all or any must hold."
)
class SemanticFilterInput:
    """As in Cube."""

    member: str | None = strawberry.field(
        default=None, description="The full name of a measure or dimension."
    )
    operator: SemanticOperator | None = strawberry.field(
        default=None, description="How it is compared."
    )
    values: list[str | None] | None = strawberry.field(
        default=None, description="What it is compared with; none for SET and NOT_SET."
    )
    all_of: Optional[list[SemanticFilterInput]] = strawberry.field(
        default=None, description="Conditions that must all hold."
    )
    any_of: Optional[list[SemanticFilterInput]] = strawberry.field(
        default=None, description="Conditions of which one must hold."
    )


@strawberry.input(description="A member that rows are ordered by.")
class SemanticOrderInput:
    """As in Cube."""

    member: str = strawberry.field(description="The full name of a member that is asked for.")
    direction: SemanticDirection = strawberry.field(
        default=SemanticDirection.ASC, description="The direction."
    )


@strawberry.input(
    description="A question to the semantic layer: measures, grouped by dimensions, of the rows "
    "that meet filters. Names are those of `semanticMeta`, such as `sales.net_bookings`."
)
class SemanticQueryInput:
    """As in Cube."""

    measures: list[str] | None = strawberry.field(
        default=None, description="What is counted and summed."
    )
    dimensions: list[str] | None = strawberry.field(
        default=None, description="What it is grouped by."
    )
    time_dimensions: list[SemanticTimeDimensionInput] | None = strawberry.field(
        default=None, description="Times that it is grouped by and limited to."
    )
    segments: list[str] | None = strawberry.field(
        default=None, description="Named conditions of the models."
    )
    filters: list[SemanticFilterInput] | None = strawberry.field(
        default=None, description="Conditions, all of which must hold."
    )
    order: list[SemanticOrderInput] | None = strawberry.field(
        default=None,
        description="The order of the rows; by default by time, else the largest measure first.",
    )
    limit: int | None = strawberry.field(
        default=None, description="The most rows that are answered, 10,000 by default."
    )
    offset: int | None = strawberry.field(default=None, description="Rows that are left out first.")
    timezone: str | None = strawberry.field(
        default=None, description="The time zone of days and hours; by default the club's."
    )
    as_of: date | None = strawberry.field(
        default=None,
        description="Answer as of the end of this day of the club: what came later does not count. "
        "For views that say by `meta.as_of` what that means, such as `receivables`.",
    )
    wants_total: bool = strawberry.field(
        default=False, description="Whether all rows are counted, whatever the limit."
    )

"""The semantic layer in the API: what can be asked, and the answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Optional, cast

import strawberry

from app.resolvers.live.questions import Question
from app.resolvers.semantic.questions import Answered
from app.resolvers.semantic_questions import ask, describe, read_freshness
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info
from app.schema.inputs import described
from app.schema.scalars import DecimalText, Json
from app.schema.semantic_inputs import SemanticQueryInput


class SemanticKind(Enum):
    """What a column or member is."""

    DIMENSION = "DIMENSION"
    TIME = "TIME"
    MEASURE = "MEASURE"
    SEGMENT = "SEGMENT"


described(
    SemanticKind,
    "What a member of the models is.",
    {
        "DIMENSION": "What results are grouped and filtered by.",
        "TIME": "A dimension of time, by a granularity.",
        "MEASURE": "What is counted, summed or calculated.",
        "SEGMENT": "A named condition.",
    },
)


@strawberry.type(description="A column of an answer.")
class SemanticColumn:
    """As Cube annotates it."""

    member: str = strawberry.field(
        description="The full name of the member, with its granularity if it has one."
    )
    kind: SemanticKind = strawberry.field(description="What it is.")
    type: str = strawberry.field(description="`string`, `number`, `boolean` or `time`.")
    title: str = strawberry.field(description="Its title, with that of its view.")
    short_title: str = strawberry.field(description="Its title alone.")
    description: str | None = strawberry.field(description="What it means.")
    format: Json | None = strawberry.field(description="How it is to be shown, as in Cube.")
    currency: str | None = strawberry.field(description="The currency of amounts, if it is fixed.")


@strawberry.type(description="The rows of an answer.")
class SemanticResult:
    """A table."""

    columns: list[SemanticColumn] = strawberry.field(
        description="The columns: dimensions, times, measures."
    )
    rows: Json = strawberry.field(
        description="A list of rows, each a list of values in the order of the columns. Numbers "
        "are decimal texts, times are `2026-08-01T00:00:00.000` in the time zone of the question."
    )
    row_count: int = strawberry.field(description="How many rows these are.")
    total_count: int | None = strawberry.field(
        description="How many rows there are without the limit, if that was asked for."
    )
    refreshed_at: str | None = strawberry.field(
        description="As of when the facts are those of the system of record."
    )
    rollups: list[str] = strawberry.field(
        description="The pre-aggregations that the answer was read from; none is usual."
    )


@strawberry.type(description="The answer to a question, or why there is none.")
class SemanticAnswer:
    """A result or user errors."""

    result: SemanticResult | None = strawberry.field(
        description="The answer; null when there are user errors."
    )
    user_errors: list[UserError] = strawberry.field(description="What is wrong with the question.")


@strawberry.type(description="A member that can be asked for.")
class SemanticMember:
    """As Cube describes it."""

    name: str = strawberry.field(description="Its full name, as questions use it.")
    kind: SemanticKind = strawberry.field(description="What it is.")
    type: str | None = strawberry.field(
        description="`string`, `number`, `boolean` or `time`; none of segments."
    )
    title: str = strawberry.field(description="Its title, with that of its view.")
    short_title: str = strawberry.field(description="Its title alone.")
    description: str | None = strawberry.field(description="What it means.")
    format: Json | None = strawberry.field(description="How it is to be shown, as in Cube.")
    granularities: list[str] = strawberry.field(
        description="The granularities that it has beside the usual ones."
    )


@strawberry.type(description="A subject to ask about: a view, or a cube below views.")
class SemanticSubject:
    """As Cube describes it."""

    name: str = strawberry.field(description="Its name, with which those of its members begin.")
    is_view: bool = strawberry.field(description="Whether it is a view.")
    title: str = strawberry.field(description="Its title.")
    description: str | None = strawberry.field(description="What it is about.")
    members: list[SemanticMember] = strawberry.field(
        description="What can be asked for: dimensions, measures, segments."
    )


@strawberry.type(description="How far the facts are that are being loaded anew.")
class SemanticRebuild:
    """Progress."""

    table_count: int = strawberry.field(description="How many tables there are.")
    done_count: int = strawberry.field(description="How many of them are loaded.")


@strawberry.type(description="How fresh the facts are that questions are answered from.")
class SemanticFreshness:
    """As of when."""

    refreshed_at: datetime | None = strawberry.field(
        description="As of when the facts are those of the system of record; null before the first."
    )
    lag_seconds: DecimalText | None = strawberry.field(
        description="How long ago that is; usually less than a second."
    )
    rebuild: SemanticRebuild | None = strawberry.field(
        description="How far facts are that are being loaded anew; those from before serve until "
        "then. Null: none are."
    )


def _freshness(found: Mapping[str, Any]) -> SemanticFreshness:
    """Show what the semantic layer says of its facts."""
    at, lag, done = found["refreshedAt"], found["lagSeconds"], found["rebuilding"]
    rebuild = None
    if done is not None:
        rebuild = SemanticRebuild(table_count=done["table_count"], done_count=done["done_count"])
    return SemanticFreshness(
        refreshed_at=None if at is None else datetime.fromisoformat(at),
        lag_seconds=None if lag is None else DecimalText(f"{lag:.3f}"),
        rebuild=rebuild,
    )


def _member(kind: SemanticKind, one: Mapping[str, Any]) -> SemanticMember:
    """Show a member of Cube's meta."""
    is_time = kind is SemanticKind.DIMENSION and one.get("type") == "time"
    return SemanticMember(
        name=one["name"],
        kind=SemanticKind.TIME if is_time else kind,
        type=one.get("type"),
        title=one["title"],
        short_title=one["shortTitle"],
        description=one.get("description"),
        format=one.get("format"),
        granularities=[each["name"] for each in one.get("granularities") or ()],
    )


def _subject(one: Mapping[str, Any]) -> SemanticSubject:
    """Show a cube or view of Cube's meta."""
    kinds = (
        ("dimensions", SemanticKind.DIMENSION),
        ("measures", SemanticKind.MEASURE),
        ("segments", SemanticKind.SEGMENT),
    )
    return SemanticSubject(
        name=one["name"],
        is_view=one["type"] == "view",
        title=one["title"],
        description=one.get("description"),
        members=[_member(kind, each) for part, kind in kinds for each in one[part]],
    )


def _column(one: Mapping[str, Any]) -> SemanticColumn:
    """Show an annotated column."""
    return SemanticColumn(
        member=one["member"],
        kind=SemanticKind(one["kind"]),
        type=one["type"],
        title=one["title"],
        short_title=one["shortTitle"],
        description=one.get("description"),
        format=one.get("format"),
        currency=one.get("currency"),
    )


def _answer(found: Answered) -> SemanticAnswer:
    """Show an answer, or the refusals in its place."""
    if found.violations:
        return SemanticAnswer(result=None, user_errors=user_errors(found.violations))
    result = SemanticResult(
        columns=[_column(one) for one in found.columns],
        rows=Json(found.rows),
        row_count=len(found.rows),
        total_count=found.total_count,
        refreshed_at=found.refreshed_at,
        rollups=list(found.rollups),
    )
    return SemanticAnswer(result=result, user_errors=[])


_QUERY = "The question."
_VIEW = "Only this view or cube."


@strawberry.type
class SemanticQuery:
    """Questions."""

    @strawberry.field(
        description="Ask the semantic layer: the same numbers as in reports and BI tools. The "
        "models' access policies decide what the caller may see."
    )
    async def semantic_query(
        self,
        info: Info,
        query: Annotated[SemanticQueryInput, strawberry.argument(description=_QUERY)],
    ) -> SemanticAnswer | None:
        """Ask."""
        return _answer(await ask(info.context, query))

    @strawberry.field(description="What can be asked: views and cubes that the caller may see.")
    async def semantic_meta(
        self,
        info: Info,
        view: Annotated[Optional[str], strawberry.argument(description=_VIEW)] = None,
    ) -> list[SemanticSubject] | None:
        """Describe the models."""
        return [_subject(one) for one in await describe(info.context, view)]

    @strawberry.field(description="How fresh the facts are that questions are answered from.")
    async def semantic_freshness(self, info: Info) -> SemanticFreshness | None:
        """Ask."""
        return _freshness(await read_freshness(info.context))


@strawberry.type
class SemanticSubscription:
    """Questions that stay open."""

    @strawberry.subscription(
        description="A question to the semantic layer that stays open: its answer, and each new "
        "one that differs from the one before, about a second after the facts changed. An answer "
        "that comes while the one before was not sent yet takes its place."
    )
    async def semantic_query(
        self, query: Annotated[SemanticQueryInput, strawberry.argument(description=_QUERY)]
    ) -> AsyncGenerator[SemanticAnswer, None]:
        """Follow the answer."""
        return cast("AsyncGenerator[SemanticAnswer, None]", Question(query, _answer))

"""Cancelling a calendar item across all Sales in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Optional

import strawberry

from app.commands.event_cancelling import retry_event_cancellation, start_event_cancellation
from app.commands.event_preview import EventPreview, EventTotal
from app.domain.cancelling import CreditWhere
from app.domain.event_cancelling import EventCancellationStatus, EventSaleStatus
from app.domain.organisations import CreditNotes
from app.domain.payments import CreditSettlement
from app.resolvers.event_cancellations import event_to_cancel, event_to_retry, preview_event
from app.schema.errors import UserError, user_errors
from app.schema.fields import (
    Info,
    Node,
    column,
    connected,
    created_column,
    lazy,
    node,
    to_one,
    version_column,
    wrap,
)
from app.schema.inputs import described, expected_version, key, where
from app.schema.payloads import action_mutation
from app.schema.scalars import Money
from app.storage.conditions import Comparison

described(
    EventCancellationStatus,
    "Where a cancellation of a calendar item is.",
    {
        "RUNNING": "Sales are being cancelled.",
        "DONE": "All its Sales were dealt with.",
        "DONE_WITH_FAILURES": "Some Sales refused; they can be tried again.",
    },
)
described(
    EventSaleStatus,
    "What became of one Sale of a cancelled calendar item.",
    {
        "WAITING": "Its turn is still to come.",
        "DONE": "What it had of the calendar item is cancelled.",
        "SKIPPED": "It had nothing of the calendar item any more.",
        "FAILED": "It refused; `message` says why.",
    },
)


@strawberry.input(description="Which Sales of a cancelled calendar item.")
class EventCancellationSaleFilter:
    """Conditions on Sales of a job."""

    status: list[EventSaleStatus] | None = where("Any of these statuses.", "status")
    sale_id: list[strawberry.ID] | None = where("Any of these Sales.", "sale_id", refers="sale")


@strawberry.enum(description="Orders of Sales of a cancelled calendar item.")
class EventCancellationSaleSort(Enum):
    """Column and direction."""

    POSITION_ASC = strawberry.enum_value(
        "position asc", description="As they are cancelled: sub-sales before their parents."
    )


@node("event_cancellation", "A calendar item that is cancelled across all Sales, and how far.")
class EventCancellation(Node):
    """A row of event_cancellation."""

    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The match or event."
    )
    reason = column("reason", str, "Why; each Sale's cancellation has it too.")
    status = column("status", EventCancellationStatus, "Where it is.")
    credit_where = column("credit_where", CreditWhere, "Which invoices carry it.")
    credit_notes = column("credit_notes", CreditNotes, "How many credit notes each Sale gets.")
    settlement = column("settlement", CreditSettlement, "What becomes of the credits.")
    total = column("total", int, "Of how many Sales it is.")
    done = column("done", int, "How many were dealt with well.")
    failed = column("failed", int, "How many refused.")
    version = version_column()
    created_by = column("created_by", str, "Who started it.")
    created_at = created_column()
    ended_at = column("ended_at", Optional[datetime], "When the last Sale was dealt with.")
    sales = connected(
        "event_cancellation_sale",
        "EventCancellationSale",
        "Its Sales, as they were when it was started.",
        filters=EventCancellationSaleFilter,
        sorts=EventCancellationSaleSort,
        via="event_cancellation_id",
    )


@node("event_cancellation_sale", "One Sale of a cancelled calendar item.")
class EventCancellationSale(Node):
    """A row of event_cancellation_sale."""

    event_cancellation = to_one(
        "event_cancellation_id", "event_cancellation", "EventCancellation", "What it belongs to."
    )
    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    position = column("position", int, "When its turn comes, from 1.")
    status = column("status", EventSaleStatus, "What became of it.")
    message = column("message", Optional[str], "Why it refused.")
    cancellation = to_one(
        "cancellation_id", "cancellation", "Cancellation", "What was cancelled of it."
    )
    ended_at = column("ended_at", Optional[datetime], "When it was dealt with.")


@strawberry.input(description="Which cancellations of calendar items.")
class EventCancellationFilter:
    """Conditions on jobs."""

    calendar_item_id: list[strawberry.ID] | None = where(
        "Of any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    status: list[EventCancellationStatus] | None = where("Any of these statuses.", "status")
    created_from: datetime | None = where(
        "Started at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )


@strawberry.enum(description="Orders of cancellations of calendar items.")
class EventCancellationSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="A calendar item to cancel across all Sales, and how.")
class EventCancellationPreviewInput:
    """A calendar item and policies."""

    calendar_item_id: strawberry.ID = strawberry.field(description="The match or event.")
    credit_where: CreditWhere = strawberry.field(
        description="Which invoices carry it; only finance may choose another way.",
        default=CreditWhere.PROPORTIONAL,
    )
    credit_notes: CreditNotes | None = strawberry.field(
        description="How many credit notes; otherwise as the club's settings say.", default=None
    )
    settlement: CreditSettlement | None = strawberry.field(
        description="What becomes of credits beyond what was open; otherwise as the club's "
        "settings say.",
        default=None,
    )


@strawberry.input(description="A calendar item to cancel across all Sales, how, and why.")
class EventCancellationStartInput(EventCancellationPreviewInput):
    """The same with a reason."""

    idempotency_key: str = key()
    reason: str = strawberry.field(description="Why; each Sale's cancellation has it too.")


@strawberry.input(description="Whose failed Sales to try again.")
class EventCancellationRetryInput:
    """A cancellation that has ended."""

    idempotency_key: str = key()
    event_cancellation_id: strawberry.ID = strawberry.field(
        description="A cancellation with failures."
    )
    expected_version: int = expected_version()


def _money(name: str, description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare an amount of a total."""

    def resolve(root: Any) -> Any:  # noqa: ANN401 - Money
        return Money(minor=getattr(root.found, name), currency=root.found.currency)

    return strawberry.field(resolver=resolve, graphql_type=Money, description=description)


def _count(name: str, description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a count of a preview."""

    def resolve(root: Any) -> int:  # noqa: ANN401 - a preview
        return int(getattr(root.found, name))

    return strawberry.field(resolver=resolve, graphql_type=int, description=description)


@strawberry.type(description="What all Sales of one currency would lose.")
class EventCancellationTotal:
    """Amounts of one currency."""

    found: strawberry.Private[EventTotal]
    net = _money("net_minor", "Before VAT.")
    vat = _money("vat_minor", "The VAT.")
    gross = _money("gross_minor", "With VAT.")
    credited = _money("credited_minor", "The part of gross that credit notes would carry.")


@strawberry.type(description="What cancelling a calendar item across all Sales would do.")
class EventCancellationPreview:
    """Counts and totals."""

    found: strawberry.Private[EventPreview]
    sale_count = _count("sale_count", "Sales with anything of it, Drafts among them.")
    draft_count = _count("draft_count", "Those that are Drafts.")
    sub_sale_count = _count("sub_sale_count", "Those that are sub-sales.")
    line_count = _count("line_count", "Lines that would lose something.")
    seat_count = _count("seat_count", "Seats and parking places that would be free.")
    entitlement_count = _count("entitlement_count", "All that would be cancelled, seats among it.")
    credit_note_count = _count("credit_note_count", "Credit notes that would be made.")
    refused_count = _count("refused_count", "Sales that would refuse as they are now.")

    @strawberry.field(
        description="The match or event.", graphql_type=Optional[lazy("CalendarItem")]
    )
    async def calendar_item(self, info: Info) -> Any:  # noqa: ANN401 - the object or None
        """Load it."""
        item_id = self.found.calendar_item_id
        return wrap("calendar_item", await info.context.row("calendar_item", item_id))

    @strawberry.field(description="What it comes to, by currency.")
    def totals(self) -> list[EventCancellationTotal]:
        """List the totals by currency."""
        return [EventCancellationTotal(found=one) for _, one in sorted(self.found.totals.items())]


@strawberry.type(description="What eventCancellationPreview answers.")
class EventCancellationPreviewPayload:
    """A preview, or why there is none."""

    preview: EventCancellationPreview | None = strawberry.field(
        description="What would happen; null when it cannot be cancelled.", default=None
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it cannot be cancelled; empty when it can.", default_factory=list
    )


@strawberry.type
class EventCancellationsQuery:
    """Reads of cancelled calendar items."""

    event_cancellations = connected(
        "event_cancellation",
        "EventCancellation",
        "The calendar items that are or were cancelled across all Sales.",
        filters=EventCancellationFilter,
        sorts=EventCancellationSort,
    )

    @strawberry.field(description="What cancelling a calendar item across all Sales would do now.")
    async def event_cancellation_preview(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            EventCancellationPreviewInput, strawberry.argument(description="What to look at.")
        ],
    ) -> EventCancellationPreviewPayload:
        """Work it out, and write nothing."""
        seen = await preview_event(info.context, input)
        if seen.preview is None:
            return EventCancellationPreviewPayload(user_errors=user_errors(seen.violations))
        return EventCancellationPreviewPayload(preview=EventCancellationPreview(found=seen.preview))


@strawberry.type
class EventCancellationsMutation:
    """Cancelling calendar items across all Sales."""

    event_cancellation_start = action_mutation(
        "eventCancellationStart",
        "event_cancellation",
        "EventCancellation",
        EventCancellationStartInput,
        event_to_cancel,
        start_event_cancellation,
        "Cancel a match or event that is sold: it is closed at once, and the worker cancels it in "
        "one Sale after the other. It cannot be undone as a whole.",
    )
    event_cancellation_retry = action_mutation(
        "eventCancellationRetry",
        "event_cancellation",
        "EventCancellation",
        EventCancellationRetryInput,
        event_to_retry,
        retry_event_cancellation,
        "Try again the Sales that refused.",
    )

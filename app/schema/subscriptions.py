"""Live data in the API: what can be followed, and the events in which it is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from typing import Annotated, Any, Optional, cast

import strawberry

from app.domain.errors import ErrorCode, refuse
from app.domain.invoices import InvoiceKind
from app.domain.permissions import require_read
from app.domain.receivables import InvoiceStatus
from app.domain.sales import SaleChannel, SaleStatus, SaleType
from app.resolvers.filters import conditions_of
from app.resolvers.ids import encode_id, parse_id
from app.resolvers.live.channels import Source
from app.resolvers.live.cursors import Cursor, read_cursor
from app.resolvers.live.events import LiveEvent, LiveKind, LiveReason
from app.resolvers.live.watches import AvailabilityWatch, InvoicesWatch, SalesWatch, SaleWatch
from app.schema.availability import Availability, show_availability
from app.schema.fields import Info, lazy, wrap
from app.schema.inputs import described, where
from app.schema.semantic import SemanticSubscription
from app.storage.conditions import Comparison

described(
    LiveKind,
    "The kinds of event of a subscription.",
    {
        "PRESENT": "The state of an object when the subscription began.",
        "CHANGED": "The newest state of an object that changed, or came into what is followed.",
        "GONE": "The object is not part of what is followed any more; `reason` says why.",
        "CAUGHT_UP": "Everything present, or missed since the cursor, was sent; from here on what "
        "changes is sent as it happens.",
        "RESYNC": "What was received before is not to be relied on; `reason` says why. The present "
        "state follows, unless there is too much of it: then read it by a query.",
    },
)
described(
    LiveReason,
    "Why an object is gone, or why a subscriber has to start afresh.",
    {
        "REMOVED": "It was removed.",
        "NOT_MATCHING": "It does not meet the filter any more.",
        "CURSOR_TOO_OLD": "The cursor is older than what is kept of changes (24 hours).",
        "CURSOR_UNKNOWN": "The cursor is of another database, or of a time before a restore.",
        "TOO_MANY_CHANGES": "More changed than is sent one by one.",
        "TOO_MANY_OBJECTS": "More than 100 objects are followed; read them by a query. What "
        "changes from now on is sent.",
        "INTERRUPTED": "The server could not read for a while.",
    },
)

TO_DO = (
    InvoiceStatus.TODO,
    InvoiceStatus.PENDING,
    InvoiceStatus.OPEN,
    InvoiceStatus.PARTIAL,
    InvoiceStatus.OVERDUE,
)
"""Statuses in which something is left to be done with an invoice."""

_CURSOR = "Resume after this event: send it as `after`; opaque."
_KIND = "What the event tells."
_REASON = "Why, of events that say that something is gone or to be started afresh."
_TOPICS = (
    "What happened to it, as topics of webhooks; empty where nothing has a name. Several changes "
    "may come as one event."
)


@strawberry.interface(description="An event of a subscription.")
class LiveChange:
    """What all events have."""

    event: strawberry.Private[LiveEvent]

    @strawberry.field(description=_KIND)
    def kind(self) -> LiveKind:
        """Read it."""
        return self.event.kind

    @strawberry.field(description=_CURSOR)
    def cursor(self) -> str:
        """Read it."""
        return self.event.cursor

    @strawberry.field(description=_REASON)
    def reason(self) -> LiveReason | None:
        """Read it."""
        return self.event.reason


def _id_of(table: str, event: LiveEvent) -> strawberry.ID | None:
    """Return the id of the object that an event is about."""
    return None if event.key is None else strawberry.ID(encode_id(table, event.key))


@strawberry.type(description="An event about a Sale.")
class SaleChange(LiveChange):
    """One Sale, or none."""

    @strawberry.field(description="The id of the Sale; null of events about none.")
    def sale_id(self) -> strawberry.ID | None:
        """Encode it."""
        return _id_of("sale", self.event)

    @strawberry.field(description=_TOPICS)
    def topics(self) -> list[str]:
        """Read them."""
        return list(self.event.topics)

    @strawberry.field(
        description="Its state after the change; null when it is gone, and of events about none.",
        graphql_type=Optional[lazy("Sale")],
    )
    def sale(self) -> Any:  # noqa: ANN401 - a Sale or None
        """Wrap the row."""
        return wrap("sale", self.event.state)


@strawberry.type(description="An event about what is free at a calendar item.")
class AvailabilityChange(LiveChange):
    """One calendar item, or none."""

    @strawberry.field(description="The id of the calendar item; null of events about none.")
    def calendar_item_id(self) -> strawberry.ID | None:
        """Encode it."""
        return _id_of("calendar_item", self.event)

    @strawberry.field(description="What is free after the change; null of events about none.")
    def availability(self, info: Info) -> Availability | None:
        """Show what was counted."""
        state = self.event.state
        return None if state is None else show_availability(info.context, state)


@strawberry.type(description="An event about an invoice to do.")
class InvoiceToDoChange(LiveChange):
    """One invoice, or none."""

    @strawberry.field(description="The id of the invoice; null of events about none.")
    def invoice_id(self) -> strawberry.ID | None:
        """Encode it."""
        return _id_of("invoice", self.event)

    @strawberry.field(description=_TOPICS)
    def topics(self) -> list[str]:
        """Read them."""
        return list(self.event.topics)

    @strawberry.field(
        description="Its state after the change; null when it is gone, and of events about none.",
        graphql_type=Optional[lazy("Invoice")],
    )
    def invoice(self) -> Any:  # noqa: ANN401 - an invoice or None
        """Wrap the row."""
        return wrap("invoice", self.event.state)


@strawberry.input(description="Which Sales to follow; all conditions must be met.")
class SaleChangeFilter:
    """Conditions on the Sale itself."""

    status: list[SaleStatus] | None = where("In any of these statuses.", "status")
    type: list[SaleType] | None = where("Of any of these types.", "type")
    channel: list[SaleChannel] | None = where("Made through any of these channels.", "channel")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    season_id: list[strawberry.ID] | None = where(
        "For any of these seasons.", "season_id", refers="season"
    )
    parent_sale_id: list[strawberry.ID] | None = where(
        "Sub-sales of any of these.", "parent_sale_id", refers="sale"
    )
    rep_code: list[str] | None = where("Of any of these sales reps.", "rep_code")
    is_barter: bool | None = where("Paid in kind or not.", "is_barter", how=Comparison.EQUAL)
    is_sub_sale: bool | None = where(
        "With or without a parent.", "parent_sale_id", how=Comparison.IS_SET
    )
    currency: list[str] | None = where("In any of these currencies.", "currency")


@strawberry.input(description="Which invoices to follow; all conditions must be met.")
class InvoiceToDoFilter:
    """Conditions on the invoice, and its derived status."""

    status: list[InvoiceStatus] | None = strawberry.field(
        description="In any of these statuses, on the club's day; when omitted, in those in which "
        "something is left to be done: TODO, PENDING, OPEN, PARTIAL and OVERDUE.",
        default=None,
    )
    sale_id: list[strawberry.ID] | None = where("Of any of these Sales.", "sale_id", refers="sale")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    kind: list[InvoiceKind] | None = where("Of any of these kinds.", "kind")
    currency: list[str] | None = where("In any of these currencies.", "currency")
    planned_from: date | None = where("Planned on or after.", "planned_on", how=Comparison.AT_LEAST)
    planned_to: date | None = where("Planned on or before.", "planned_on", how=Comparison.AT_MOST)


After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin after this cursor of an earlier event, with what was missed since. "
        "When omitted, the present state comes first."
    ),
]


def _after(given: str | None) -> Cursor | None:
    return None if given is None else read_cursor(given, "after")


@strawberry.type(
    description="What can be followed live. Every event tells a state after a commit, those of one "
    "object in order; several changes of one object may come as one event."
)
class Subscription(SemanticSubscription):
    """The root of live data; each field answers where its events come from."""

    @strawberry.subscription(description="One Sale with everything that belongs to it.")
    async def sale_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The Sale.")],  # noqa: A002 - the argument's name in the API
        after: After = None,
    ) -> AsyncGenerator[SaleChange, None]:
        """Follow it."""
        require_read(info.context.caller, "sale")
        watch = SaleWatch(parse_id("sale", id, "id"))
        return _stream(Source(watch, _after(after), lambda event: SaleChange(event=event)))

    @strawberry.subscription(
        description="The Sales that meet a filter: what they become, which come and which go."
    )
    async def sales_changed(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002 - the argument's name in the API
            SaleChangeFilter | None,
            strawberry.argument(description="Only what meets all of these."),
        ] = None,
        after: After = None,
    ) -> AsyncGenerator[SaleChange, None]:
        """Follow them."""
        require_read(info.context.caller, "sale")
        watch = SalesWatch(tuple(conditions_of(filter)))
        return _stream(Source(watch, _after(after), lambda event: SaleChange(event=event)))

    @strawberry.subscription(description="What is free at a calendar item.")
    async def availability_changed(
        self,
        info: Info,
        calendar_item_id: Annotated[
            strawberry.ID, strawberry.argument(description="The calendar item.")
        ],
        after: After = None,
    ) -> AsyncGenerator[AvailabilityChange, None]:
        """Follow it."""
        context = info.context
        item_id = parse_id("calendar_item", calendar_item_id, "calendarItemId")
        row = await context.row("calendar_item", item_id)
        if row is None:
            refuse(ErrorCode.NOT_FOUND, "no such calendar item", "calendarItemId")
        watch = AvailabilityWatch(item_id, row["season_id"])
        return _stream(Source(watch, _after(after), lambda event: AvailabilityChange(event=event)))

    @strawberry.subscription(
        description="The invoices of Final and cancelled Sales with which something is to be done: "
        "which come, how they change and which are done."
    )
    async def invoices_to_do_changed(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002 - the argument's name in the API
            InvoiceToDoFilter | None,
            strawberry.argument(description="Only what meets all of these."),
        ] = None,
        after: After = None,
    ) -> AsyncGenerator[InvoiceToDoChange, None]:
        """Follow them."""
        for table in ("invoice", "sale", "receivable"):
            require_read(info.context.caller, table)
        statuses = TO_DO if filter is None or filter.status is None else filter.status
        watch = InvoicesWatch(frozenset(statuses), tuple(conditions_of(filter)))
        return _stream(Source(watch, _after(after), lambda event: InvoiceToDoChange(event=event)))


def _stream(source: Source) -> AsyncGenerator[Any, None]:
    """Give a source the type that the declaration of a subscription needs."""
    return cast("AsyncGenerator[Any, None]", source)

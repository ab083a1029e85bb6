"""What each kind of event says: the fields of its payload, checked whenever one is emitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.calendar import CalendarItemStatus
from app.domain.events import Topic
from app.domain.payments import RefundStatus
from app.domain.sales import SaleChannel, SaleType

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldKind(StrEnum):
    """What stands in a field of a payload."""

    ID = "ID"
    IDS = "IDS"
    CODE = "CODE"
    COUNT = "COUNT"
    MINOR = "MINOR"
    DATE = "DATE"
    INSTANT = "INSTANT"
    FLAG = "FLAG"
    CHOICE = "CHOICE"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a payload.

    `refers` is the kind of object of an id, `choices` the values of a choice. A `MINOR` is an
    amount in minor units of the payload's `currency`. What is optional may be missing or None.
    """

    name: str
    kind: FieldKind
    description: str
    refers: str | None = None
    choices: type[StrEnum] | None = None
    is_optional: bool = False

    def takes(self, value: object) -> bool:
        """Tell whether a value fits."""
        if value is None:
            return self.is_optional
        if self.kind is FieldKind.IDS:
            return isinstance(value, (list, tuple)) and all(isinstance(x, UUID) for x in value)
        if self.kind is FieldKind.CHOICE:
            assert self.choices is not None  # noqa: S101 - every choice of the table has its values
            return isinstance(value, str) and value in {str(one) for one in self.choices}
        if self.kind is FieldKind.INSTANT:
            return isinstance(value, datetime) and value.tzinfo is not None
        if self.kind in {FieldKind.COUNT, FieldKind.MINOR}:
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, _TYPES[self.kind]) and not isinstance(value, datetime)


_TYPES: dict[FieldKind, type] = {
    FieldKind.ID: UUID,
    FieldKind.CODE: str,
    FieldKind.DATE: date,
    FieldKind.FLAG: bool,
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What an event of one topic is about: `entity` is the kind of object that it happened to."""

    entity: str
    description: str
    fields: tuple[Field, ...] = ()


class PayloadError(TypeError):
    """An event that its topic does not foresee: a fault of whoever emits it."""


def check_payload(topic: Topic, entity: str, payload: Mapping[str, object]) -> None:
    """Raise `PayloadError` for a field that is unknown, missing or of the wrong kind."""
    shape = SHAPES[topic]
    known = {one.name: one for one in shape.fields}
    wrong = [f"unknown {name}" for name in payload if name not in known]
    wrong += [name for name, one in known.items() if not one.takes(payload.get(name))]
    if entity != shape.entity:
        wrong.append(f"about a {entity} instead of a {shape.entity}")
    if wrong:
        raise PayloadError(f"event {topic}: {', '.join(wrong)}")


def _id(name: str, refers: str, description: str, *, is_optional: bool = False) -> Field:
    return Field(name, FieldKind.ID, description, refers=refers, is_optional=is_optional)


def _minor(name: str, description: str, *, is_optional: bool = False) -> Field:
    return Field(name, FieldKind.MINOR, description, is_optional=is_optional)


_CODE = Field("code", FieldKind.CODE, "The code of the object.")
_VERSION = Field("version", FieldKind.COUNT, "The version of the object after the change.")
_CURRENCY = Field("currency", FieldKind.CODE, "The currency of the amounts, ISO 4217.")
_SALE = _id("sale_id", "sale", "The Sale that the invoice belongs to.")
_ACCOUNT = _id("account_id", "account", "The account that the money belongs to.")
_CANCELLATION = _id("cancellation", "cancellation", "The cancellation.")
_ENTITLEMENTS = Field(
    "entitlements", FieldKind.IDS, "The entitlements that changed.", refers="entitlement"
)
_CANCELLED = (
    _CODE,
    _VERSION,
    _CANCELLATION,
    _minor("amount_minor", "What was taken away, in the Sale's price basis."),
    _CURRENCY,
)
_DOCUMENTED = (
    _CODE,
    _SALE,
    Field("number", FieldKind.CODE, "The document's number in the invoicing system."),
    _minor("gross_minor", "The document's gross amount."),
    _minor("rounding_minor", "By how much it differs from the invoice."),
    _CURRENCY,
)
_SETTLED = (_SALE, _minor("open_minor", "What is still open."), _CURRENCY)

SHAPES: dict[Topic, Shape] = {
    Topic.SALE_CREATED: Shape(
        "sale",
        "A Draft was created.",
        (
            _CODE,
            Field("type", FieldKind.CHOICE, "What it is about.", None, SaleType, is_optional=True),
            _id("renewed_from", "sale", "The Sale that it renews.", is_optional=True),
            Field("template", FieldKind.CODE, "The template's code.", is_optional=True),
        ),
    ),
    Topic.SALE_CHANGED: Shape(
        "sale", "A Draft's lines, schedule, terms or hold changed.", (_VERSION,)
    ),
    Topic.SALE_FINALISED: Shape(
        "sale",
        "A Sale became Final: it is sold, and its invoices will be due.",
        (
            _CODE,
            _VERSION,
            _minor("gross_minor", "The Sale's gross amount."),
            _CURRENCY,
            Field(
                "channel",
                FieldKind.CHOICE,
                "IMPORT for a Sale that was imported as Final.",
                None,
                SaleChannel,
                is_optional=True,
            ),
        ),
    ),
    Topic.SALE_HOLD_EXPIRING: Shape(
        "sale",
        "The hold of a Draft will end soon.",
        (_CODE, Field("expires_at", FieldKind.INSTANT, "When it ends.")),
    ),
    Topic.SALE_EXPIRED: Shape(
        "sale", "The hold of a Draft ended; its inventory is free again.", (_CODE,)
    ),
    Topic.SALE_REVIVED: Shape(
        "sale", "An expired Sale is a Draft again, with all of its inventory.", (_CODE,)
    ),
    Topic.SALE_CANCELLED: Shape("sale", "A Final Sale was cancelled as a whole.", _CANCELLED),
    Topic.SALE_REMOVED: Shape("sale", "A Draft was removed for good.", (_CODE,)),
    Topic.SEATS_SWAPPED: Shape("sale", "Seats of a Sale were swapped.", (_ENTITLEMENTS,)),
    Topic.HOLDERS_ASSIGNED: Shape("sale", "Tickets of a Sale got other holders.", (_ENTITLEMENTS,)),
    Topic.INVOICE_RESCHEDULED: Shape(
        "invoice",
        "An open invoice of a Final Sale got another date or reference.",
        (_SALE, Field("planned_on", FieldKind.DATE, "When it is to be invoiced.")),
    ),
    Topic.INVOICE_SPLIT: Shape(
        "invoice",
        "An open invoice of a Final Sale was split.",
        (_SALE, _id("added", "invoice", "The new invoice.")),
    ),
    Topic.SALE_PARTLY_CANCELLED: Shape("sale", "A part of a Final Sale was cancelled.", _CANCELLED),
    Topic.CANCELLATION_UNDONE: Shape(
        "sale", "A cancellation was undone.", (_CODE, _VERSION, _CANCELLATION)
    ),
    Topic.INVOICE_CLAIMED: Shape(
        "invoice",
        "An invoicing system took an invoice to make its document.",
        (_CODE, _SALE, Field("source", FieldKind.CODE, "The code of the invoicing system.")),
    ),
    Topic.INVOICE_RELEASED: Shape(
        "invoice",
        "An invoice or credit note is offered to invoicing systems again.",
        (_SALE, Field("code", FieldKind.CODE, "The invoice's code.", is_optional=True)),
    ),
    Topic.INVOICE_DOCUMENTED: Shape(
        "invoice", "The document of an invoice or credit note was accepted.", _DOCUMENTED
    ),
    Topic.INVOICE_MISMATCHED: Shape(
        "invoice", "A document differs from its invoice and waits for a decision.", _DOCUMENTED
    ),
    Topic.INVOICE_REPLACED: Shape(
        "invoice",
        "A documented invoice was credited and is invoiced anew.",
        (_CODE, _SALE, _id("added", "invoice", "The new invoice.")),
    ),
    Topic.INVOICE_SETTLED: Shape(
        "invoice", "Nothing of an invoice or credit note is open any more.", _SETTLED
    ),
    Topic.INVOICE_REOPENED: Shape(
        "invoice", "An invoice or credit note that was settled is open again.", _SETTLED
    ),
    Topic.CREDIT_NOTE_CREATED: Shape(
        "invoice",
        "A credit note was made.",
        (
            _CODE,
            _SALE,
            _minor("gross_minor", "Its gross amount, negative.", is_optional=True),
            _CURRENCY,
            Field(
                "is_waiting",
                FieldKind.FLAG,
                "Whether it waits for the document of what it credits.",
            ),
        ),
    ),
    Topic.PAYMENT_RECORDED: Shape(
        "payment",
        "A payment was recorded.",
        (
            _ACCOUNT,
            _minor("amount_minor", "Its amount."),
            _minor("left_minor", "What of it is not allocated to an invoice."),
            _CURRENCY,
        ),
    ),
    Topic.PAYMENT_REVERSED: Shape(
        "payment",
        "A payment was charged back.",
        (_ACCOUNT, _minor("amount_minor", "Its amount."), _CURRENCY),
    ),
    Topic.REFUND_REQUESTED: Shape(
        "refund",
        "A refund was requested.",
        (
            _ACCOUNT,
            _id("payment_id", "payment", "The payment it returns.", is_optional=True),
            _minor("amount_minor", "Its amount."),
            _CURRENCY,
        ),
    ),
    Topic.REFUND_CHANGED: Shape(
        "refund",
        "A refund got another status.",
        (
            _ACCOUNT,
            Field("status", FieldKind.CHOICE, "Its status.", None, RefundStatus),
            _minor("amount_minor", "Its amount."),
            _CURRENCY,
        ),
    ),
    Topic.EVENT_CANCELLATION_STARTED: Shape(
        "event_cancellation",
        "A calendar item is being cancelled in all Sales.",
        (
            _id("calendar_item", "calendar_item", "The calendar item."),
            Field("total", FieldKind.COUNT, "How many Sales have something of it."),
        ),
    ),
    Topic.EVENT_CANCELLATION_ENDED: Shape(
        "event_cancellation",
        "A calendar item was cancelled in all Sales, or in all but some.",
        (
            _id("calendar_item", "calendar_item", "The calendar item."),
            Field("done", FieldKind.COUNT, "In how many Sales."),
            Field("failed", FieldKind.COUNT, "In how many it could not be."),
        ),
    ),
    Topic.CALENDAR_ITEM_CHANGED: Shape(
        "calendar_item",
        "A calendar item got another status or time.",
        (
            Field("status", FieldKind.CHOICE, "Its status.", None, CalendarItemStatus),
            Field("starts_at", FieldKind.INSTANT, "When it begins."),
        ),
    ),
    Topic.WEBHOOK_PING: Shape(
        "webhook_endpoint", "A test that was asked for; it goes to this endpoint alone."
    ),
    Topic.WEBHOOK_DISABLED: Shape(
        "webhook_endpoint",
        "An endpoint gets no events any more: it answered 410, or failed for five days.",
        (Field("reason", FieldKind.CODE, "Why, as a code."),),
    ),
}
"""One shape for each topic."""

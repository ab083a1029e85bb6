"""Scans at the gates and what is noted for handing entitlements over, in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

import strawberry

from app.commands import fulfilment, scans
from app.domain.fulfilment import Confirmation
from app.domain.scans import RefusalReason, ScanDirection, ScanResult
from app.resolvers import scan_requests as requests
from app.schema.fields import (
    Node,
    author,
    column,
    connected,
    created_column,
    node,
    part,
    to_one,
)
from app.schema.inputs import described, given, key, maybe, where
from app.schema.payloads import bulk_mutation
from app.storage.conditions import Comparison

described(
    ScanDirection,
    "Which way somebody went through a gate.",
    {"IN": "Into the venue.", "OUT": "Out of it."},
)
described(
    ScanResult,
    "Whether a ticket was good.",
    {"ACCEPTED": "It was.", "REFUSED": "It was not; `reason` says why."},
)
described(
    RefusalReason,
    "Why a ticket was not good.",
    {
        "UNKNOWN_TICKET": "The club has no such entitlement.",
        "NOT_SOLD": "No Final Sale has granted it.",
        "CANCELLED": "It had been cancelled.",
        "OTHER_EVENT": "It is for another match or event.",
        "ALREADY_USED": "Somebody was in with it already, says the gate.",
        "WRONG_GATE": "It is for another gate, says the gate.",
        "NOT_PAID": "It was not paid, says the gate.",
        "BLOCKED": "It was blocked, says the gate.",
        "OTHER": "Something else, says the gate.",
    },
)
described(
    Confirmation,
    "How a formula was confirmed.",
    {"CHOSEN": "The guest chose it.", "AUTOCONFIRMED": "The club's rules did."},
)


@node("scan", "What a gate read of a ticket; never changed.")
class Scan(Node):
    """A row of scan."""

    source = column("source", str, "The access control system that reported it.")
    external_id = column("external_id", str, "What that system calls it.")
    ticket = column("ticket", str, "What was read.")
    entitlement = to_one(
        "entitlement_id", "entitlement", "Entitlement", "What the ticket is of; null: unknown."
    )
    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The match or event."
    )
    gate = column("gate", Optional[str], "What access control calls the gate.")
    direction = column("direction", ScanDirection, "In or out.")
    result = column("result", ScanResult, "Whether the ticket was good.")
    reason = column("reason", Optional[RefusalReason], "Why it was not; null when it was.")
    is_let_through = column(
        "is_let_through", bool, "Whether the gate opened, also where the ticket was no good."
    )
    scanned_at = column("scanned_at", datetime, "When the gate read it.")
    created_by = author("created_by", "Who reported it.")
    created_at = created_column()


@part("fulfilment", "What is noted for handing an entitlement over.")
class Fulfilment:
    """A row of fulfilment."""

    row: strawberry.Private[object]
    menu = column("menu", Optional[str], "The menu.")
    dietary = column("dietary", Optional[str], "What the guest may not or will not eat.")
    confirmation = column(
        "confirmation", Optional[Confirmation], "Who confirmed the formula; null: not noted."
    )
    plate = column("plate", Optional[str], "The number plate of the car that parks.")
    delivered_at = column("delivered_at", Optional[datetime], "When it was handed over.")
    updated_at = column("updated_at", datetime, "When it was last noted.")


@strawberry.input(description="Which scans.")
class ScanFilter:
    """Conditions on scans."""

    calendar_item_id: list[strawberry.ID] | None = where(
        "At any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    entitlement_id: list[strawberry.ID] | None = where(
        "Of any of these entitlements.", "entitlement_id", refers="entitlement"
    )
    source: list[str] | None = where("Reported by any of these systems.", "source")
    external_id: list[str] | None = where("Of any of these external ids.", "external_id")
    gate: list[str] | None = where("At any of these gates.", "gate")
    direction: list[ScanDirection] | None = where("In any of these directions.", "direction")
    result: list[ScanResult] | None = where("With any of these results.", "result")
    reason: list[RefusalReason] | None = where("Refused for any of these reasons.", "reason")
    scanned_from: datetime | None = where(
        "Read at this instant or later.", "scanned_at", how=Comparison.AT_LEAST
    )
    scanned_to: datetime | None = where(
        "Read before this instant.", "scanned_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of scans.")
class ScanSort(Enum):
    """Column and direction."""

    SCANNED_AT_DESC = strawberry.enum_value("scanned_at desc", description="Latest first.")
    SCANNED_AT_ASC = strawberry.enum_value("scanned_at asc", description="Earliest first.")


@strawberry.input(description="What a gate read of one ticket.")
class ScanInput:
    """One scan."""

    external_id: str = given(
        "What access control calls the scan: reported again with the same content, it is the same "
        "scan; with other content it is refused."
    )
    ticket: str = given(
        "What the barcode says: the id of the entitlement, as this API writes it or as a bare "
        "UUID. One that is not known is kept as refused."
    )
    scanned_at: datetime = given("When the gate read it.")
    calendar_item_id: strawberry.ID | None = maybe(
        "The match or event that the gate was open for; that of the ticket when omitted."
    )
    gate: str | None = maybe("What access control calls the gate.")
    direction: ScanDirection | None = maybe("In or out; in when omitted.")
    refused_for: RefusalReason | None = maybe("Why the gate found it no good; null: it was good.")
    is_let_through: bool | None = maybe(
        "Whether the gate opened, where that is not what follows from `refusedFor`."
    )


@strawberry.input(description="Scans that access control reports.")
class ScansRecordInput:
    """Scans of one system."""

    idempotency_key: str = key()
    source: str = given("The access control system.")
    scans: list[ScanInput] = given("The scans, at most 1,000.")


@strawberry.input(description="What is to be noted of one entitlement; omitted fields stay.")
class FulfilmentInput:
    """One entitlement."""

    entitlement_id: strawberry.ID = strawberry.field(
        description="The entitlement, of a Final Sale."
    )
    menu: str | None = maybe("The menu; null: none.")
    dietary: str | None = maybe("What the guest may not or will not eat; null: nothing.")
    confirmation: Confirmation | None = maybe("Who confirmed the formula; null: not noted.")
    plate: str | None = maybe("The number plate of the car that parks; null: none.")
    delivered_at: datetime | None = maybe("When it was handed over; null: not yet.")


@strawberry.input(description="What is to be noted for handing entitlements over.")
class FulfilmentsSetInput:
    """Entitlements, each once."""

    idempotency_key: str = key()
    entitlements: list[FulfilmentInput] = strawberry.field(
        description="What to note of each, at most 1,000."
    )


@strawberry.type
class ScansQuery:
    """Reads of scans."""

    scans = connected(
        "scan",
        "Scan",
        "What gates read of tickets.",
        filters=ScanFilter,
        sorts=ScanSort,
    )


@strawberry.type
class ScansMutation:
    """What happens at the gates, the tables and the counters."""

    scans_record = bulk_mutation(
        "scansRecord",
        "scans",
        "scan",
        "Scan",
        ScansRecordInput,
        requests.record_scans,
        scans.record_scans,
        "Report what gates read of tickets, all of it or nothing. What the Sales do not know, or "
        "no longer, is kept as refused, whatever the gate did.",
    )
    fulfilments_set = bulk_mutation(
        "fulfilmentsSet",
        "entitlements",
        "entitlement",
        "Entitlement",
        FulfilmentsSetInput,
        requests.set_fulfilments,
        fulfilment.set_fulfilments,
        "Note menus, dietary wishes, number plates and what was delivered, all of it or nothing.",
    )

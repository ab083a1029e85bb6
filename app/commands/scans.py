"""Scans: what gates read of tickets, reported in batches, each scan once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.domain.calendar import CalendarItem
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, require
from app.domain.scans import (
    RefusalReason,
    Scan,
    ScanDirection,
    ScanResult,
    entitlement_of,
    reason_against,
)
from app.domain.validation import Check
from app.storage.scans import read_tickets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.scans import ScannedTicket
    from app.storage.unit_of_work import UnitOfWork

SCAN_LIMIT = 1_000
"""Scans reported at once."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of a gate may be ahead."""


@dataclass(frozen=True, slots=True)
class ReportedScan:
    """A scan as access control reports it.

    `ticket` is what was read; `refused_for` is why the gate found it no good, None that it did
    not. `is_let_through` None means that the gate did as it found.
    """

    external_id: str
    ticket: str
    scanned_at: datetime
    calendar_item_id: UUID | None = None
    gate: str | None = None
    direction: ScanDirection = ScanDirection.IN
    refused_for: RefusalReason | None = None
    is_let_through: bool | None = None


@dataclass(frozen=True, slots=True)
class RecordScans:
    """Scans of one access control system; `checks` collect what is wrong with each, in order."""

    source: str
    scans: tuple[ReportedScan, ...]


def record_scans(work: UnitOfWork, actor: Actor, request: RecordScans) -> Outcome:
    """Keep scans, all of them or none; one that was reported before is answered again.

    A ticket that is not known, not sold, cancelled by then or for something else is kept as
    refused, whatever the gate did.

    Raises:
        DomainError: SCAN_CONFLICT, NOT_FOUND, TOO_MANY_ITEMS, and what is wrong with single
            fields, for each scan.
    """
    require(actor, Permission.SCAN_RECORD)
    check = Check()
    check.size("scans", request.scans, SCAN_LIMIT)
    check.refuse_if_any()
    checks = [check.below("scans", str(index)) for index in range(len(request.scans))]
    kept = keep_scans(work, actor, request, check, checks)
    check.refuse_if_any()
    return Outcome({f"{index:04}": one.id for index, one in enumerate(kept)})


def keep_scans(
    work: UnitOfWork, actor: Actor, request: RecordScans, check: Check, checks: Sequence[Check]
) -> list[Scan]:
    """Keep scans, and return one for each that was reported; nothing if one of them is wrong.

    `check` collects what is wrong with the source, `checks` what is wrong with each scan.
    """
    require(actor, Permission.SCAN_RECORD)
    check.text("source", request.source)
    items = work.by_id(CalendarItem, {one.calendar_item_id for one in request.scans})
    for scan, own in zip(request.scans, checks, strict=True):
        _check_scan(work, scan, items, own)
    wanted = {one.external_id for one in request.scans}
    known = {
        one.external_id: one for one in work.find(Scan, source=request.source, external_id=wanted)
    }
    tickets = read_tickets(
        work, [found for one in request.scans if (found := entitlement_of(one.ticket)) is not None]
    )
    added: list[Scan] = []
    for scan, own in zip(request.scans, checks, strict=True):
        made = _scan_of(work, request.source, scan, tickets)
        earlier = known.setdefault(made.external_id, made)
        if earlier is made:
            added.append(made)
        else:
            _check_same(earlier, made, own)
    if any(one.violations for one in (check, *checks)):
        return []
    work.insert(added)
    if added:
        told = {"source": request.source, "count": len(added)}
        work.record_values("scan", added[0].id, "scans.recorded", None, told)
    return [known[one.external_id] for one in request.scans]


def _check_scan(
    work: UnitOfWork,
    scan: ReportedScan,
    items: Mapping[UUID, CalendarItem],
    check: Check,
) -> None:
    """Collect what is wrong with the fields of one scan."""
    check.text("externalId", scan.external_id)
    check.text("ticket", scan.ticket)
    check.optional_text("gate", scan.gate)
    check.instant("scannedAt", scan.scanned_at)
    if scan.scanned_at > work.now + CLOCK_SKEW:
        message = f"scannedAt {scan.scanned_at.isoformat()} is yet to come"
        check.add(ErrorCode.DATE_INVALID, message, "scannedAt")
    if scan.calendar_item_id is not None and scan.calendar_item_id not in items:
        check.add(ErrorCode.NOT_FOUND, "no such calendar item", "calendarItemId")
    if scan.refused_for is None and scan.is_let_through is False:
        message = "say in refusedFor why a gate that read a good ticket did not open"
        check.add(ErrorCode.INPUT_INVALID, message, "isLetThrough")


def _scan_of(
    work: UnitOfWork, source: str, scan: ReportedScan, tickets: Mapping[UUID, ScannedTicket]
) -> Scan:
    """Judge one scan: what is found here counts before what the gate said."""
    entitlement_id = entitlement_of(scan.ticket)
    ticket = tickets.get(entitlement_id) if entitlement_id is not None else None
    found = reason_against(ticket, scan.calendar_item_id, scan.scanned_at)
    reason = found or scan.refused_for
    # Drafts may still lose their entitlements, and nothing must refer to them then.
    is_kept = ticket is not None and ticket.is_sold
    own_item_id = ticket.calendar_item_id if ticket is not None and is_kept else None
    is_let_through = scan.refused_for is None
    if scan.is_let_through is not None:
        is_let_through = scan.is_let_through
    return Scan(
        id=work.new_id(),
        source=source,
        external_id=scan.external_id,
        ticket=scan.ticket,
        entitlement_id=entitlement_id if is_kept else None,
        calendar_item_id=scan.calendar_item_id or own_item_id,
        gate=scan.gate,
        direction=scan.direction,
        result=ScanResult.ACCEPTED if reason is None else ScanResult.REFUSED,
        reason=reason,
        is_let_through=is_let_through,
        scanned_at=scan.scanned_at,
        created_by=work.actor_name,
        created_at=work.now,
    )


def _check_same(earlier: Scan, made: Scan, check: Check) -> None:
    """Collect that a scan was reported before with other content.

    What was found of the ticket may have changed since, what was read has not.
    """
    reported = ("ticket", "scanned_at", "gate", "direction", "is_let_through")
    differing = [name for name in reported if getattr(earlier, name) != getattr(made, name)]
    if made.calendar_item_id not in {None, earlier.calendar_item_id}:
        differing.append("calendar_item_id")
    if differing:
        names = ", ".join(name.removesuffix("_id").replace("_", " ") for name in differing)
        message = f"{made.source} reported {made.external_id} with another {names}"
        check.add(ErrorCode.SCAN_CONFLICT, message, "externalId")

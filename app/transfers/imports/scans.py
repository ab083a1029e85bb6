"""Scans, as an access control system exports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.scans import RecordScans, ReportedScan, keep_scans
from app.domain.calendar import CalendarItem
from app.domain.errors import ErrorCode
from app.domain.scans import RefusalReason, ScanDirection, ScanResult
from app.transfers.imports.records import Columns, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.imports.intake import Intake

SOURCE = "IMPORT"
"""The source of scans whose file names none."""
COLUMNS = Columns(
    (
        "source",
        "externalId",
        "ticket",
        "scannedAt",
        "calendarItem",
        "gate",
        "direction",
        "result",
        "reason",
        "isLetThrough",
    ),
    ("externalId", "ticket", "scannedAt"),
    {"calendarItemId": "calendarItem", "refusedFor": "reason"},
)


def import_scans(intake: Intake, records: Sequence[Record]) -> None:
    """Keep a scan for each row; one that its source reported before is left as it is."""
    intake.say(f"scan: {len(records)} rows")
    items = intake.by_code(CalendarItem, (one.text("calendarItem") for one in records))
    by_source: dict[str, list[tuple[Record, ReportedScan]]] = {}
    for record in records:
        scan = _scan_of(intake, record, items)
        if scan is not None and not record.check.violations:
            by_source.setdefault(record.text("source") or SOURCE, []).append((record, scan))
    counts = intake.counts.setdefault("scan", [0, 0, 0])
    for source, pairs in by_source.items():
        request = RecordScans(source, tuple(scan for _, scan in pairs))
        checks = [record.check for record, _ in pairs]
        # A source that is wrong is wrong in the first row that has it.
        kept = keep_scans(intake.work, intake.actor, request, checks[0], checks)
        for one in {scan.id: scan for scan in kept}.values():
            counts[0 if one.created_at == intake.work.now else 2] += 1


def _scan_of(
    intake: Intake, record: Record, items: Mapping[str, CalendarItem]
) -> ReportedScan | None:
    """Read a row's scan, or collect what is wrong with it."""
    external_id, ticket = record.needed("externalId"), record.needed("ticket")
    scanned_at = record.instant("scannedAt", intake.zone)
    if scanned_at is None and record.text("scannedAt") is None:
        record.check.add(ErrorCode.DATE_INVALID, "a scan needs its instant", "scannedAt")
    item = intake.refer(record, "calendarItem", CalendarItem, items)
    if external_id is None or ticket is None or scanned_at is None:
        return None
    return ReportedScan(
        external_id=external_id,
        ticket=ticket,
        scanned_at=scanned_at,
        calendar_item_id=item.id if item else None,
        gate=record.text("gate"),
        direction=record.member("direction", ScanDirection) or ScanDirection.IN,
        refused_for=_refused_for(record),
        is_let_through=record.boolean("isLetThrough"),
    )


def _refused_for(record: Record) -> RefusalReason | None:
    """Read why the gate found a ticket no good: as it says, else OTHER for one it refused."""
    result, reason = record.member("result", ScanResult), record.member("reason", RefusalReason)
    if result is ScanResult.ACCEPTED and reason is not None:
        message = "an accepted scan has no reason; empty it, or say REFUSED in result"
        record.check.add(ErrorCode.INPUT_INVALID, message, "reason")
    if result is ScanResult.REFUSED:
        return reason or RefusalReason.OTHER
    return reason

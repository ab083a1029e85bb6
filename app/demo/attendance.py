"""Who came to what the demo club played, and what its kitchens and car parks noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from app.commands.fulfilment import Note, keep_fulfilments
from app.commands.scans import RecordScans, ReportedScan, keep_scans
from app.domain.calendar import CalendarItem
from app.domain.fulfilment import Confirmation
from app.domain.products import Product, ProductKind
from app.domain.sales import Entitlement, EntitlementStatus, Sale, SaleStatus
from app.domain.scans import RefusalReason, Scan
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

SOURCE = "GATES"
"""What the demo club's access control calls itself."""
_GATES = ("NORTH", "EAST", "SOUTH", "WEST")
_MENUS = ("Fish", "Meat", "Vegetarian")
_WISHES = ("No nuts", "Lactose-free", "Vegan", "Gluten-free")
_SCANNED = frozenset({ProductKind.SEAT, ProductKind.PARKING})
_NO_SHOW_PERCENT = 14
_USUAL_MINUTES, _SPREAD_MINUTES = 38, 19
_EARLIEST_MINUTES, _LATEST_MINUTES = 115, -40
_AGAIN_EVERY = 40
_LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"
_ROUNDS = 2
"""Items before and after the present of which the kitchens' notes are drawn."""


def tell_attendance(work: UnitOfWork, actor: Actor, now: datetime) -> None:
    """Scan the tickets of what was played, and note what is known for the nearest items.

    Does nothing when that was done before.
    """
    if work.find(Scan, source=SOURCE, external_id=f"{SOURCE}-0"):
        return
    sold = _sold(work)
    kinds = {one.id: one.kind for one in work.find(Product)}
    items = sorted(work.find(CalendarItem), key=lambda one: one.starts_at)
    played = [one for one in items if one.starts_at + timedelta(hours=3) < now]
    scans: list[ReportedScan] = []
    for item in played:
        lot = Random(f"attendance {item.code}")
        for one in sold.get(item.id, ()):
            if kinds[one.product_id] in _SCANNED and lot.randrange(100) >= _NO_SHOW_PERCENT:
                _arrive(scans, item, one.id, lot)
    if scans:
        checks = [Check() for _ in scans]
        keep_scans(work, actor, RecordScans(SOURCE, tuple(scans)), checks[0], checks)
    near = [*played[-_ROUNDS:], *[one for one in items if one.starts_at > now][:_ROUNDS]]
    granted = [one for item in near for one in sold.get(item.id, ())]
    notes = [*_notes(granted, kinds, now), *_delivered(sold.get(None, ()), kinds, now)]
    keep_fulfilments(work, actor, notes, [Check() for _ in notes])


def _sold(work: UnitOfWork) -> dict[UUID | None, list[Entitlement]]:
    """Read what Final Sales grant by calendar item, in the order in which it was granted."""
    final = {one.id for one in work.find(Sale, status=SaleStatus.FINAL)}
    found: dict[UUID | None, list[Entitlement]] = {}
    for one in work.find(Entitlement, status=EntitlementStatus.LIVE):
        if one.sale_id in final:
            found.setdefault(one.calendar_item_id, []).append(one)
    return found


def _arrive(
    scans: list[ReportedScan], item: CalendarItem, entitlement_id: UUID, lot: Random
) -> None:
    """Let somebody come in; now and then a ticket is tried a second time."""
    drawn = round(lot.gauss(_USUAL_MINUTES, _SPREAD_MINUTES))
    minutes = max(_LATEST_MINUTES, min(_EARLIEST_MINUTES, drawn))
    scan = ReportedScan(
        external_id=f"{SOURCE}-{len(scans)}",
        ticket=entitlement_id.hex,
        scanned_at=item.starts_at - timedelta(minutes=minutes, seconds=lot.randrange(60)),
        calendar_item_id=item.id,
        gate=lot.choice(_GATES),
    )
    scans.append(scan)
    if not lot.randrange(_AGAIN_EVERY):
        again = replace(
            scan,
            external_id=f"{SOURCE}-{len(scans)}",
            scanned_at=scan.scanned_at + timedelta(minutes=4),
            refused_for=RefusalReason.ALREADY_USED,
        )
        scans.append(again)


def _notes(
    granted: Sequence[Entitlement], kinds: dict[UUID, ProductKind], now: datetime
) -> list[Note]:
    """Draw menus, wishes and plates; nobody has chosen for every fifth cover yet."""
    lot = Random(f"notes {now:%Y}")
    notes = []
    for one in granted:
        kind = kinds[one.product_id]
        if kind is ProductKind.FORMULA and lot.randrange(5):
            is_chosen = lot.randrange(3) > 0
            values: dict[str, object] = {
                "menu": lot.choice(_MENUS),
                "confirmation": Confirmation.CHOSEN if is_chosen else Confirmation.AUTOCONFIRMED,
            }
            if is_chosen and not lot.randrange(8):
                values["dietary"] = lot.choice(_WISHES)
            notes.append(Note(one.id, values))
        elif kind is ProductKind.PARKING and lot.randrange(3):
            letters = "".join(lot.choices(_LETTERS, k=3))
            notes.append(Note(one.id, {"plate": f"1-{letters}-{lot.randrange(1000):03d}"}))
    return notes


def _delivered(
    granted: Sequence[Entitlement], kinds: dict[UUID, ProductKind], now: datetime
) -> list[Note]:
    """Hand every second catalogue item over."""
    goods = [one for one in granted if kinds[one.product_id] is ProductKind.CATALOG]
    return [Note(one.id, {"delivered_at": now - timedelta(days=2)}) for one in goods[::2]]

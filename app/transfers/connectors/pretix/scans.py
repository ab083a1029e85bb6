"""Check-ins of a shop as the record `scan`, and entry by its lists."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.pretix.shop import Position, page_after
from app.transfers.contract.connectors import Done, Incoming, Polled
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.pretix.shop import Shop
    from app.transfers.contract.connectors import Task

_REASON = re.compile(r'"reason"\s*:\s*"([a-z_]+)"')
_RESULTS = {
    "already_redeemed": "ALREADY_USED",
    "blocked": "BLOCKED",
    "canceled": "CANCELLED",
    "invalid": "UNKNOWN_TICKET",
    "product": "WRONG_GATE",
    "unpaid": "NOT_PAID",
}
"""What pretix calls a refusal, and what Loge does; anything else is OTHER."""
_REASONS = {
    "already_redeemed": "The ticket was let in before.",
    "invalid": "No event of the shop has a ticket with this barcode.",
    "unpaid": "The order of the ticket is not paid.",
    "canceled": "The ticket is cancelled.",
    "blocked": "The ticket is blocked.",
    "invalid_time": "The ticket is not valid now.",
    "product": "The list does not let in this kind of ticket.",
    "rules": "The rules of the list do not let the ticket in.",
    "revoked": "The barcode was replaced by a new one.",
}


def polled_scans(shop: Shop, cursor: str | None) -> Polled:
    """Return check-ins since a cursor, which has a position for each event."""
    try:
        positions: dict[str, str] = json.loads(cursor) if cursor else {}
    except ValueError as error:
        message = f"{cursor!r} is no cursor of pretix's check-ins; begin anew."
        raise TransferFaultError(FaultClass.DEFECT, message) from error
    slugs = shop.slugs or tuple(one["slug"] for one in shop.every("events/"))
    incoming: list[Incoming] = []
    is_last = True
    for slug in slugs:
        begin = Position.read(positions.get(slug))
        path = f"events/{slug}/checkins/"
        found, position = page_after(shop, path, begin, "created_since", "created")
        incoming += _incoming(shop, slug, found)
        positions[slug] = str(position)
        is_last = is_last and not position.is_exact
    return Polled(incoming, json.dumps(positions, sort_keys=True), is_last)


def scans_of_order(shop: Shop, event: str, code: str) -> tuple[Incoming, ...]:
    """Return the entries of an order's tickets."""
    order = shop.found(f"events/{event}/orders/{code}/")
    if order is None:
        return ()
    names = _list_names(shop, event)
    return tuple(
        _scan(event, one, position["secret"], names)
        for position in order["positions"]
        for one in position["checkins"]
        if one["type"] == "entry"
    )


def redeem(shop: Shop, task: Task) -> Done:
    """Let a ticket in by the shop's lists; the same key lets it in once."""
    lists = str(task.options.get("lists") or "").split()
    if not lists or not all(one.isdecimal() for one in lists):
        message = "Name the ids of pretix's check-in lists, such as `1 4`."
        raise TransferFaultError(FaultClass.RECORD, message, path="options.lists")
    body: dict[str, Any] = {
        "secret": task.record["barcode"],
        "source_type": "barcode",
        "lists": [int(one) for one in lists],
        "nonce": task.key,
        "datetime": task.record["scanned_at"],
        "ignore_unpaid": False,
    }
    try:
        answer = shop.post("checkinrpc/redeem/", body)
    except TransferFaultError as fault:
        raise _told(fault) from fault
    position = answer["position"]
    return Done(
        str(position["id"]),
        f"{position['order']}-{position['positionid']}",
        {"barcode": task.record["barcode"], "result": str(answer["status"]).upper()},
        sent={**body, "secret": "…"},
        answer={"status": answer["status"], "order": position["order"]},
    )


def _told(fault: TransferFaultError) -> TransferFaultError:
    """Return a refused entry in words; other faults as they are."""
    reason = _REASON.search(fault.answer or "")
    if fault.fault is not FaultClass.RECORD or reason is None:
        return fault
    name = reason[1]
    message = _REASONS.get(name, f"pretix does not let it in: {name}.")
    return TransferFaultError(
        FaultClass.RECORD, message, path="barcode", status=fault.status, answer=name
    )


def _incoming(shop: Shop, slug: str, found: list[dict[str, Any]]) -> list[Incoming]:
    """Return entries with their barcodes; exits, and barcodes that no ticket has, are left out."""
    if not found:
        return []
    names = _list_names(shop, slug)
    secrets: dict[int, str | None] = {}
    incoming = []
    for one in found:
        ident = one["position"]
        if ident is None or one["type"] != "entry":
            continue
        if ident not in secrets:
            position = shop.found(f"events/{slug}/orderpositions/{ident}/")
            secrets[ident] = None if position is None else position["secret"]
        secret = secrets[ident]
        if secret is not None:
            incoming.append(_scan(slug, one, secret, names))
    return incoming


def _list_names(shop: Shop, slug: str) -> dict[int, str]:
    """Return the names of an event's check-in lists."""
    return {one["id"]: one["name"] for one in shop.every(f"events/{slug}/checkinlists/")}


def _scan(slug: str, found: Mapping[str, Any], secret: str, names: Mapping[int, str]) -> Incoming:
    """Return one check-in."""
    at = datetime.fromisoformat(found["datetime"])
    result = "ACCEPTED"
    if not found.get("successful", True):
        result = _RESULTS.get(str(found.get("error_reason")), "OTHER")
    record = {
        "barcode": secret,
        "scanned_at": at.isoformat().replace("+00:00", "Z"),
        "gate": names.get(found["list"], str(found["list"])),
        "result": result,
    }
    kept = ("id", "position", "datetime", "list", "type", "successful", "error_reason")
    raw = {name: found[name] for name in kept if name in found}
    return Incoming("check_in", f"{slug}-{found['id']}", "1", record, raw, at)

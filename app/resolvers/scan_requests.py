"""Inputs of mutations of scans, fulfilment and targets as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.fulfilment import Note, SetFulfilments
from app.commands.scans import RecordScans, ReportedScan
from app.commands.targets import RemoveTargets, SetTargets, WantedTarget
from app.domain.scans import ScanDirection
from app.resolvers.ids import check_id, checked_id
from app.resolvers.inputs import minor_of, values_of

if TYPE_CHECKING:
    from app.domain.validation import Check


def record_scans(given: Any, check: Check) -> RecordScans:  # noqa: ANN401 - an input object, as below
    """Turn a ScansRecordInput into its request."""
    scans = []
    for index, one in enumerate(given.scans):
        at = check.below("scans", str(index))
        item_id = one.calendar_item_id or None
        scans.append(
            ReportedScan(
                external_id=one.external_id,
                ticket=one.ticket,
                scanned_at=one.scanned_at,
                calendar_item_id=item_id
                and check_id("calendar_item", item_id, at, "calendarItemId"),
                gate=one.gate or None,
                direction=one.direction or ScanDirection.IN,
                refused_for=one.refused_for or None,
                is_let_through=one.is_let_through if isinstance(one.is_let_through, bool) else None,
            )
        )
    return RecordScans(given.source, tuple(scans))


def set_fulfilments(given: Any, check: Check) -> SetFulfilments:  # noqa: ANN401
    """Turn a FulfilmentsSetInput into its request."""
    notes = []
    for index, one in enumerate(given.entitlements):
        at = check.below("entitlements", str(index))
        entitlement_id = checked_id("entitlement", one.entitlement_id, at, "entitlementId")
        notes.append(Note(entitlement_id, values_of(one, at)))
    return SetFulfilments(tuple(notes))


def set_targets(given: Any, check: Check) -> SetTargets:  # noqa: ANN401
    """Turn a SalesTargetsSetInput into its request."""
    targets = []
    for index, one in enumerate(given.targets):
        at = check.below("targets", str(index))
        group_id = one.product_group_id or None
        targets.append(
            WantedTarget(
                rep_code=one.rep_code,
                month=one.month,
                amount_minor=minor_of(one.amount, at, "amount"),
                currency=one.amount.currency,
                product_group_id=group_id
                and check_id("product_group", group_id, at, "productGroupId"),
            )
        )
    return SetTargets(tuple(targets))


def remove_targets(given: Any, check: Check) -> RemoveTargets:  # noqa: ANN401
    """Turn a SalesTargetsRemoveInput into its request."""
    ids = [
        checked_id("sales_target", one, check, "ids", str(index))
        for index, one in enumerate(given.ids)
    ]
    return RemoveTargets(tuple(ids))

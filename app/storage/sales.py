"""Sales as a whole: read under a lock, and written back as what has become of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode, refuse
from app.domain.invoices import Invoice, InvoiceLine, InvoiceVat, ScheduleGroup
from app.domain.movements import move
from app.domain.sales import Entitlement, Sale, SaleLine, SaleLineComponent, SaleState
from app.storage.cancellations import forget_cancellations, forget_cells
from app.storage.rows import values_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork


def load_sale(
    work: UnitOfWork, sale_id: UUID, *path: str, account_id: UUID | None = None, lock: bool = True
) -> SaleState:
    """Read a whole Sale, locked until the transaction ends.

    With `account_id` a Sale of another account is NOT_FOUND, as one that does not exist.
    """
    sale = work.get(Sale, sale_id, *path, lock=lock)
    if account_id not in {None, sale.account_id}:
        refuse(ErrorCode.NOT_FOUND, "no such sale", *path)
    groups = work.find(ScheduleGroup, sale_id=sale_id)
    return SaleState(
        sale=sale,
        lines=tuple(sorted(work.find(SaleLine, sale_id=sale_id), key=lambda line: line.line_no)),
        components=tuple(work.find(SaleLineComponent, sale_id=sale_id)),
        groups=tuple(groups),
        invoices=tuple(sorted(work.find(Invoice, sale_id=sale_id), key=lambda one: one.sequence_no))
        if groups
        else (),
        cells=tuple(work.find(InvoiceLine, sale_id=sale_id)) if groups else (),
        vats=tuple(work.find(InvoiceVat, sale_id=sale_id)) if groups else (),
    )


def insert_sale(work: UnitOfWork, state: SaleState) -> None:
    """Insert a new Sale with everything in it, its movements, and its audit entry."""
    work.insert([state.sale])
    _write(work, SaleState(state.sale), state)
    work.insert(move(None, state, now=work.now, new_id=work.new_id))
    work.record_values("sale", state.sale.id, "sale.created", *_differences(None, state))


def save_sale(
    work: UnitOfWork,
    action: str,
    before: SaleState,
    after: SaleState,
    cancellation_id: UUID | None = None,
    moved_at: datetime | None = None,
) -> SaleState:
    """Write what differs between two states of a Sale, what moved, and one audit entry about it.

    Returns the stored state, at the next version. Entitlements of lines that are gone must have
    been deleted before. `cancellation_id` is the cancellation that is made or taken back, if any.
    `moved_at` is when it counts, if not now.
    """
    sale = replace(after.sale, version=before.sale.version + 1, updated_at=work.now)
    after = replace(after, sale=sale)
    work.update([sale])
    if sale.status is not before.sale.status:
        work.changes.note(after.invoices)  # whether they are to be billed is a matter of the Sale
    _write(work, before, after)
    at = moved_at or work.now
    moved = move(before, after, now=at, new_id=work.new_id, cancellation_id=cancellation_id)
    work.insert(moved)
    work.record_values("sale", sale.id, action, *_differences(before, after))
    return after


def _write(work: UnitOfWork, before: SaleState, after: SaleState) -> None:
    """Delete children before parents, then write parents before children."""
    invoices = {one.id for one in before.invoices} - {one.id for one in after.invoices}
    components = {one.id for one in before.components} - {one.id for one in after.components}
    forget_cells(work, invoices, components)
    work.delete_missing(before.vats, after.vats)
    work.delete_missing(before.cells, after.cells)
    work.delete_missing(before.invoices, after.invoices)
    work.delete_missing(before.groups, after.groups)
    work.delete_missing(before.components, after.components)
    work.delete_missing(before.lines, after.lines)
    work.write_changed(before.lines, after.lines)
    work.write_changed(before.components, after.components)
    work.write_changed(before.groups, after.groups)
    work.write_changed(before.invoices, after.invoices)
    work.write_changed(before.cells, after.cells)
    work.write_changed(before.vats, after.vats)


def _differences(
    before: SaleState | None, after: SaleState
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return what was and what is, for everything of a Sale that a change touched.

    Cells, components and VAT follow from lines and invoices, so they are not repeated here.
    """
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    parts: Sequence[tuple[str, Sequence[Any], Sequence[Any]]] = (
        ("sale", [before.sale] if before else [], [after.sale]),
        ("lines", before.lines if before else (), after.lines),
        ("groups", before.groups if before else (), after.groups),
        ("invoices", before.invoices if before else (), after.invoices),
    )
    for name, was, became in parts:
        earlier = {row.id: values_of(row) for row in was}
        later = {row.id: values_of(row) for row in became}
        for key in earlier.keys() | later.keys():
            left, right = earlier.get(key), later.get(key)
            if left == right:
                continue
            if left is not None and right is not None:
                changed = [field for field in right if left[field] != right[field]]
                left = {field: left[field] for field in changed}
                right = {field: right[field] for field in changed}
            if left is not None:
                old.setdefault(name, {})[str(key)] = left
            if right is not None:
                new.setdefault(name, {})[str(key)] = right
    return (old or None) if before else None, new


def entitlements_of(work: UnitOfWork, line_ids: Sequence[UUID]) -> list[Entitlement]:
    """Read the entitlements of lines in the order in which `inventory.grant` makes them."""
    return work.find(Entitlement, line_id=list(line_ids)) if line_ids else []


def erase_sale(work: UnitOfWork, state: SaleState) -> None:
    """Delete a Sale and everything in it; its entitlements must be gone already."""
    _write(work, state, SaleState(state.sale))
    forget_cancellations(work, state.sale.id)
    work.changes.note([state.sale])
    work.delete(Sale, [state.sale.id])

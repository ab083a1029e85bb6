"""Cancellations: what depends on the seats that go, and what goes with a Draft's parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork

_BELOW = text(
    """
    SELECT formula.seat_entitlement_id, sale.code
    FROM entitlement AS formula
    JOIN sale ON sale.organisation_id = :organisation_id AND sale.id = formula.sale_id
    WHERE formula.organisation_id = :organisation_id
      -- As an array, so that it is looked up by its index whatever the statistics say.
      AND formula.seat_entitlement_id = ANY(ARRAY(
        SELECT seat.id FROM entitlement AS seat
        WHERE seat.organisation_id = :organisation_id AND seat.sale_id = :sale_id))
      AND formula.seat_entitlement_id IS NOT NULL
      AND formula.status = 'LIVE' AND formula.sale_id <> :sale_id
    ORDER BY sale.code
    """
)
_LABELS = text(
    """
    SELECT resource.id, resource.label FROM resource
    WHERE resource.organisation_id = :organisation_id AND resource.id = ANY(:resource_ids)
    """
)
_FORGET_CELLS = text(
    """
    DELETE FROM cancellation_cell
    WHERE organisation_id = :organisation_id
      AND (invoice_id = ANY(:invoice_ids) OR component_id = ANY(:component_ids))
    """
)
_FORGET = text(
    "DELETE FROM cancellation WHERE organisation_id = :organisation_id AND sale_id = :sale_id"
)


def formulas_below(work: UnitOfWork, sale_id: UUID) -> dict[UUID, list[str]]:
    """Return by seat entitlement the codes of sub-sales with a live formula attached to it."""
    parameters = {"organisation_id": work.organisation_id, "sale_id": sale_id}
    found: dict[UUID, list[str]] = {}
    for row in work.connection.execute(_BELOW, parameters):
        found.setdefault(row.seat_entitlement_id, []).append(row.code)
    return found


def labels_of(work: UnitOfWork, resource_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the labels of resources."""
    parameters = {"organisation_id": work.organisation_id, "resource_ids": list(resource_ids)}
    rows = work.connection.execute(_LABELS, parameters)
    return {row.id: row.label for row in rows}


def forget_cells(
    work: UnitOfWork, invoice_ids: Collection[UUID], component_ids: Collection[UUID]
) -> None:
    """Forget what cancellations took from instalments and components that leave a Draft."""
    if invoice_ids or component_ids:
        parameters = {
            "organisation_id": work.organisation_id,
            "invoice_ids": list(invoice_ids),
            "component_ids": list(component_ids),
        }
        work.connection.execute(_FORGET_CELLS, parameters)


def forget_cancellations(work: UnitOfWork, sale_id: UUID) -> None:
    """Forget the cancellations of a Draft that is removed; their items must be gone already."""
    parameters = {"organisation_id": work.organisation_id, "sale_id": sale_id}
    work.connection.execute(_FORGET, parameters)

"""The seats and parking places chosen for a line, checked against what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode
from app.domain.inventory import seats_per_unit
from app.domain.venues import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.domain.inventory import Choice
    from app.domain.products import Leaf, Product
    from app.domain.validation import Check
    from app.domain.venues import Resource

SEATS_LIMIT = 2_000
"""Numbered resources chosen for one line."""


@dataclass(frozen=True, slots=True)
class PlacedResource:
    """A numbered resource, its venue, and the locations that contain it, however deep."""

    resource: Resource
    venue_id: UUID
    location_ids: frozenset[UUID]


def check_choice(
    choice: Choice,
    quantity: int,
    leaves: Sequence[Leaf],
    venue_ids: Collection[UUID],
    resources: Mapping[UUID, PlacedResource],
    check: Check,
) -> None:
    """Collect what is wrong with the resources chosen for so many units of these leaves.

    SEATS_MISMATCH for a wrong number, category, location or venue, SEAT_DUPLICATE for the same
    resource twice, NOT_FOUND for what does not exist; `venue_ids` are those of the calendar items.
    """
    per_unit = seats_per_unit([(leaf.product, leaf.quantity) for leaf in leaves])
    for kind, field in ((ResourceKind.SEAT, "seatIds"), (ResourceKind.PARKING, "parkingIds")):
        chosen = choice.of(kind)
        needed = per_unit[kind] * quantity
        if len(chosen) != needed:
            message = f"choose exactly {needed} for {quantity} units, not {len(chosen)}"
            check.add(ErrorCode.SEATS_MISMATCH, message, field)
            continue
        check.size(field, chosen, SEATS_LIMIT)
        slots = [
            leaf.product
            for leaf in leaves
            if leaf.product.is_numbered and leaf.product.kind == kind.value
            for _ in range(leaf.quantity)
        ]
        seen: set[UUID] = set()
        for index, resource_id in enumerate(chosen):
            at = check.below(field, str(index))
            placed = resources.get(resource_id)
            if placed is None or placed.resource.kind is not kind:
                at.add(ErrorCode.NOT_FOUND, f"no such {kind.lower()}")
                continue
            if resource_id in seen:
                at.add(ErrorCode.SEAT_DUPLICATE, f"{placed.resource.label} is chosen twice")
            seen.add(resource_id)
            _check_fit(slots[index % len(slots)], placed, venue_ids, at)


def _check_fit(
    product: Product, placed: PlacedResource, venue_ids: Collection[UUID], check: Check
) -> None:
    """Collect what keeps one resource from being sold as one product."""
    label = placed.resource.label
    if any(venue_id != placed.venue_id for venue_id in venue_ids):
        message = f"{label} is at another venue than the calendar items"
        check.add(ErrorCode.SEATS_MISMATCH, message)
    if product.category is not None and placed.resource.category != product.category:
        category = placed.resource.category
        message = f"{label} is of category {category}, {product.name} is for {product.category}"
        check.add(ErrorCode.SEATS_MISMATCH, message)
    if product.location_id is not None and product.location_id not in placed.location_ids:
        message = f"{label} lies outside the location of {product.name}"
        check.add(ErrorCode.SEATS_MISMATCH, message)

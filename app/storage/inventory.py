"""Reserving, releasing and moving: the statements in which the database decides who gets a seat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select, text, update

from app.domain.inventory import ReservationState
from app.domain.sales import EntitlementStatus
from app.storage import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.domain.inventory import PoolKey, Reservation
    from app.domain.sales import Entitlement
    from app.storage.unit_of_work import UnitOfWork

LIVE = (ReservationState.HELD, ReservationState.SOLD)
"""States in which a reservation keeps others away."""

# Ordered, so that two sellers of the same seats wait for each other in the same order, and with a
# conflict clause, so that the unique index names exactly the seats that were taken.
_RESERVE = text(
    """
    INSERT INTO reservation (organisation_id, id, sale_id, entitlement_id, calendar_item_id,
                             resource_id, state, created_at)
    SELECT :organisation_id, given.id, :sale_id, given.entitlement_id, given.calendar_item_id,
           given.resource_id, :state, :created_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:entitlement_ids AS uuid[]),
                CAST(:calendar_item_ids AS uuid[]), CAST(:resource_ids AS uuid[]))
         AS given(id, entitlement_id, calendar_item_id, resource_id)
    ORDER BY given.calendar_item_id, given.resource_id
    ON CONFLICT (organisation_id, calendar_item_id, resource_id) WHERE state IN ('HELD', 'SOLD')
    DO NOTHING
    RETURNING entitlement_id
    """
)
# A separate statement after the insert: whoever blocks a seat locks its row, which the insert's
# foreign key waits for, so one of the two always sees the other.
_BLOCKED = text(
    """
    SELECT given.calendar_item_id, given.resource_id
    FROM unnest(CAST(:calendar_item_ids AS uuid[]), CAST(:resource_ids AS uuid[]))
         AS given(calendar_item_id, resource_id)
    JOIN resource ON resource.organisation_id = :organisation_id
                 AND resource.id = given.resource_id
    WHERE resource.is_blocked OR EXISTS (
        SELECT FROM resource_block
        WHERE resource_block.organisation_id = :organisation_id
          AND resource_block.calendar_item_id = given.calendar_item_id
          AND resource_block.resource_id = given.resource_id)
    """
)


_LOCK_RESOURCES = text(
    """
    SELECT resource.id FROM resource
    WHERE resource.organisation_id = :organisation_id AND (
        resource.id = ANY(:resource_ids)
        OR resource.id IN (
            SELECT entitlement.resource_id FROM entitlement
            WHERE entitlement.organisation_id = :organisation_id
              AND entitlement.line_id = ANY(:line_ids)))
    ORDER BY resource.id FOR UPDATE OF resource
    """
)


def lock_resources(
    work: UnitOfWork, resource_ids: Collection[UUID], line_ids: Collection[UUID] = ()
) -> None:
    """Wait until nobody else is at work on these resources, nor on those that lines have.

    Whoever gives seats up and takes others does this first: two who each gave up what the other
    one wants would wait for each other. Who only takes seats has a share of their rows through
    the foreign key of entitlements, which are inserted in the same order.
    """
    parameters = {
        "organisation_id": work.organisation_id,
        "resource_ids": list(resource_ids),
        "line_ids": list(line_ids),
    }
    work.connection.execute(_LOCK_RESOURCES, parameters)


def reserve(work: UnitOfWork, reservations: Sequence[Reservation]) -> list[tuple[UUID, UUID]]:
    """Reserve numbered resources of one Sale; return the (item, resource) pairs that are not free.

    When the result is not empty the transaction must not be committed.
    """
    if not reservations:
        return []
    work.changes.note(reservations)
    pairs = {
        "organisation_id": work.organisation_id,
        "calendar_item_ids": [one.calendar_item_id for one in reservations],
        "resource_ids": [one.resource_id for one in reservations],
    }
    inserted = work.connection.execute(
        _RESERVE,
        {
            **pairs,
            "sale_id": reservations[0].sale_id,
            "state": str(reservations[0].state),
            "created_at": work.now,
            "ids": [one.id for one in reservations],
            "entitlement_ids": [one.entitlement_id for one in reservations],
        },
    ).all()
    # By entitlement, because two of one request may want the same seat.
    got = {row.entitlement_id for row in inserted}
    taken = [
        (one.calendar_item_id, one.resource_id)
        for one in reservations
        if one.entitlement_id not in got
    ]
    blocked = work.connection.execute(_BLOCKED, pairs).all()
    return [*taken, *((row.calendar_item_id, row.resource_id) for row in blocked)]


def sell_reservations(work: UnitOfWork, sale_id: UUID) -> None:
    """Turn what a Draft holds into what a Final Sale has sold: nothing that is free changes."""
    r = t.reservation
    work.changes.sale(sale_id)
    work.connection.execute(
        update(r)
        .where(
            r.c.organisation_id == work.organisation_id,
            r.c.sale_id == sale_id,
            r.c.state == ReservationState.HELD,
        )
        .values(state=ReservationState.SOLD)
    )


def release_reservations(work: UnitOfWork, entitlement_ids: Collection[UUID]) -> None:
    """Release the live reservations of entitlements that get other seats at once."""
    r = t.reservation
    released = work.connection.execute(
        update(r)
        .where(
            r.c.organisation_id == work.organisation_id,
            r.c.entitlement_id.in_(list(entitlement_ids)),
            r.c.state.in_(LIVE),
        )
        .values(state=ReservationState.RELEASED)
        .returning(r.c.sale_id, r.c.calendar_item_id)
    )
    for sale_id, item_id in released:
        work.changes.sale(sale_id)
        work.changes.items.add(item_id)


def end_entitlements(
    work: UnitOfWork,
    sale_id: UUID,
    status: EntitlementStatus,
    line_ids: Collection[UUID] = (),
    entitlement_ids: Collection[UUID] = (),
) -> int:
    """End a Sale's live entitlements (of some lines, these ones, or all) and free what they held.

    Places of pools are given back once for each entitlement that was live until now. Returns how
    many entitlements were ended.
    """
    e, r = t.entitlement, t.reservation
    of_sale = [e.c.organisation_id == work.organisation_id, e.c.sale_id == sale_id]
    if line_ids:
        of_sale.append(e.c.line_id.in_(list(line_ids)))
    if entitlement_ids:
        # One array, not one parameter for each: a statement has room for 65,535 of them.
        ids = bindparam("entitlement_ids", list(entitlement_ids), type_=ARRAY(Uuid()))
        of_sale.append(e.c.id == any_(ids))
    ended = (
        update(e)
        .where(*of_sale, e.c.status == EntitlementStatus.LIVE)
        .values(status=status)
        .returning(e.c.id, e.c.pool_id, e.c.resource_id)
        .cte("ended")
    )
    released = (
        update(r)
        .where(
            r.c.organisation_id == work.organisation_id,
            r.c.entitlement_id == ended.c.id,
            ended.c.resource_id.is_not(None),
            r.c.state.in_(LIVE),
        )
        .values(state=ReservationState.RELEASED)
        .returning(r.c.calendar_item_id)
        .cte("released")
    )
    items = select(func.array_agg(released.c.calendar_item_id.distinct())).scalar_subquery()
    rows = work.connection.execute(
        select(ended.c.pool_id, func.count().label("places"), items.label("items")).group_by(
            ended.c.pool_id
        )
    ).all()
    work.changes.sale(sale_id)
    for row in rows:
        work.changes.items.update(row.items or ())
        if row.pool_id is not None:
            work.take_places(row.pool_id, -row.places)
    return sum(row.places for row in rows)


def delete_entitlements(work: UnitOfWork, sale_id: UUID, line_ids: Collection[UUID]) -> None:
    """Delete what lines that leave a Draft granted; free it with `end_entitlements` first.

    What was cancelled of them before is forgotten, except by the audit.
    """
    parameters = {
        "organisation_id": work.organisation_id,
        "sale_id": sale_id,
        "line_ids": list(line_ids),
    }
    work.connection.execute(_DELETE_CANCELLED, parameters)
    work.connection.execute(_DELETE_RESERVATIONS, parameters)
    work.connection.execute(_DETACH, parameters)
    work.connection.execute(_DELETE_ENTITLEMENTS, parameters)


_DELETE_CANCELLED = text(
    """
    DELETE FROM cancellation_item
    WHERE cancellation_item.organisation_id = :organisation_id
      AND cancellation_item.line_id = ANY(:line_ids)
    """
)
_DELETE_RESERVATIONS = text(
    """
    DELETE FROM reservation USING entitlement
    WHERE reservation.organisation_id = :organisation_id
      AND entitlement.organisation_id = :organisation_id
      AND entitlement.sale_id = :sale_id AND entitlement.line_id = ANY(:line_ids)
      AND reservation.entitlement_id = entitlement.id
    """
)
_DETACH = text(
    """
    UPDATE entitlement SET seat_entitlement_id = NULL
    WHERE entitlement.organisation_id = :organisation_id AND entitlement.sale_id = :sale_id
      AND entitlement.line_id = ANY(:line_ids) AND entitlement.seat_entitlement_id IS NOT NULL
    """
)
_DELETE_ENTITLEMENTS = text(
    """
    DELETE FROM entitlement
    WHERE entitlement.organisation_id = :organisation_id AND entitlement.sale_id = :sale_id
      AND entitlement.line_id = ANY(:line_ids)
    """
)
_SET_VALUES = text(
    """
    UPDATE entitlement SET value_minor = given.value_minor
    FROM unnest(CAST(:ids AS uuid[]), CAST(:value_minors AS bigint[])) AS given(id, value_minor)
    WHERE entitlement.organisation_id = :organisation_id AND entitlement.id = given.id
    """
)


def set_values(work: UnitOfWork, entitlements: Sequence[Entitlement]) -> None:
    """Write the values of entitlements whose line is worth something else now."""
    if entitlements:
        parameters = {
            "organisation_id": work.organisation_id,
            "ids": [one.id for one in entitlements],
            "value_minors": [one.value_minor for one in entitlements],
        }
        work.changes.note(entitlements)
        work.connection.execute(_SET_VALUES, parameters)


def revive_entitlements(
    work: UnitOfWork,
    entitlements: Sequence[Entitlement],
    status: EntitlementStatus = EntitlementStatus.RELEASED,
) -> None:
    """Make entitlements that ended live again; their inventory must be reserved anew with it."""
    e = t.entitlement
    work.changes.note(entitlements)
    ids = bindparam("entitlement_ids", [one.id for one in entitlements], type_=ARRAY(Uuid()))
    work.connection.execute(
        update(e)
        .where(
            e.c.organisation_id == work.organisation_id, e.c.id == any_(ids), e.c.status == status
        )
        .values(status=EntitlementStatus.LIVE)
    )


def pools_at(
    work: UnitOfWork,
    calendar_item_ids: Collection[UUID],
    season_ids: Collection[UUID],
    product_ids: Collection[UUID],
    location_ids: Collection[UUID],
) -> dict[PoolKey, UUID]:
    """Find the pools of products or their locations at calendar items, in seasons, or for good."""
    p = t.pool
    owner = p.c.product_id.in_(list(product_ids)) | p.c.location_id.in_(list(location_ids))
    at = (
        p.c.calendar_item_id.in_(list(calendar_item_ids))
        | p.c.season_id.in_(list(season_ids))
        | (p.c.calendar_item_id.is_(None) & p.c.season_id.is_(None))
    )
    rows = work.connection.execute(
        select(p.c.calendar_item_id, p.c.season_id, p.c.product_id, p.c.location_id, p.c.id).where(
            p.c.organisation_id == work.organisation_id, owner, at
        )
    )
    return {
        (row.calendar_item_id, row.season_id, row.product_id, row.location_id): row.id
        for row in rows
    }


def seat_tickets(
    work: UnitOfWork, sale_ids: Collection[UUID], calendar_item_ids: Collection[UUID]
) -> list[tuple[UUID, UUID, list[str]]]:
    """List the live seats of Sales at calendar items, each with the formulas' location types."""
    rows = work.connection.execute(
        _SEAT_TICKETS,
        {
            "organisation_id": work.organisation_id,
            "sale_ids": list(sale_ids),
            "calendar_item_ids": list(calendar_item_ids),
        },
    )
    return [(row.id, row.calendar_item_id, row.types) for row in rows]


_SEAT_TICKETS = text(
    """
    SELECT seat.id, seat.calendar_item_id,
           array_remove(array_agg(formula.location_type_code), NULL) AS types
    FROM entitlement AS seat
    JOIN product ON product.organisation_id = :organisation_id AND product.id = seat.product_id
                AND product.kind = 'SEAT'
    LEFT JOIN entitlement AS formula
           ON formula.organisation_id = :organisation_id
          AND formula.seat_entitlement_id = seat.id AND formula.status = 'LIVE'
    WHERE seat.organisation_id = :organisation_id AND seat.sale_id = ANY(:sale_ids)
      AND seat.calendar_item_id = ANY(:calendar_item_ids) AND seat.status = 'LIVE'
    GROUP BY seat.id, seat.calendar_item_id, seat.line_id, seat.unit_no, seat.piece_no
    ORDER BY seat.line_id, seat.unit_no, seat.piece_no, seat.id
    """
)


def count_attached(work: UnitOfWork, sale_id: UUID, line_ids: Collection[UUID]) -> int:
    """Count the live formulas of other lines that are attached to seats of these lines."""
    parameters = {
        "organisation_id": work.organisation_id,
        "sale_id": sale_id,
        "line_ids": list(line_ids),
    }
    return int(work.connection.execute(_COUNT_ATTACHED, parameters).scalar_one())


_COUNT_ATTACHED = text(
    """
    SELECT count(*) FROM entitlement AS seat
    JOIN entitlement AS formula
      ON formula.organisation_id = :organisation_id
     AND formula.seat_entitlement_id = seat.id AND formula.status = 'LIVE'
     AND NOT (formula.line_id = ANY(:line_ids))
    WHERE seat.organisation_id = :organisation_id AND seat.sale_id = :sale_id
      AND seat.line_id = ANY(:line_ids)
    """
)

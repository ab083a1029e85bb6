"""Commands that take inventory: expired holds give way, and a refusal says who holds what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from app.commands.execution import InventoryTaken
from app.commands.holds import free_for
from app.domain.alternatives import nearest_free, together
from app.domain.inventory import Conflict
from app.domain.permissions import Role
from app.storage.conflicts import free_around, holders_of, places_like, pool_states

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from _typeshed import DataclassInstance

    from app.commands.execution import Outcome, Runner
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

    Request = TypeVar("Request", bound=DataclassInstance)

ROUNDS_LIMIT = 5
"""How often expired holds are released for one request before it takes what there is."""
EXPLAINED_LIMIT = 25
"""Taken seats for which alternatives are looked for; all conflicts are listed in any case."""


@dataclass(frozen=True, slots=True)
class ConflictReport:
    """Everything that was not free, and as many adjacent seats as were wanted, if there are any."""

    conflicts: tuple[Conflict, ...]
    together_ids: tuple[UUID, ...]


def sell(
    runner: Runner,
    actor: Actor,
    operation: str,
    key: str,
    request: Request,
    command: Callable[[UnitOfWork, Actor, Request], Outcome],
    request_id: str | None = None,
) -> Outcome:
    """Run a command; when inventory is taken by expired holds, release those and run it again.

    Seats that are taken hide pools that are short, so this may take several rounds.
    """
    for _ in range(ROUNDS_LIMIT):
        try:
            return runner.run(actor, operation, key, request, command, request_id)
        except InventoryTaken as taken:
            if not free_for(runner, actor, taken):
                raise
    return runner.run(actor, operation, key, request, command, request_id)


def explain_conflicts(runner: Runner, actor: Actor, taken: InventoryTaken) -> ConflictReport:
    """Say for everything that was not free who holds it and what is free nearby.

    A portal user learns that a seat is taken, but not by whom.
    """

    def action(work: UnitOfWork) -> ConflictReport:
        return _explain(work, actor, taken)

    return runner.transact(actor.organisation_id, actor.name, action)


def _explain(work: UnitOfWork, actor: Actor, taken: InventoryTaken) -> ConflictReport:
    """Read holders and alternatives."""
    holders = holders_of(work, taken.seats)
    wanted_ids = {resource_id for _, resource_id in taken.wanted}
    item_ids = {item_id for item_id, _ in taken.wanted}
    taken_ids = list(dict.fromkeys(resource_id for _, resource_id in taken.seats))
    nearest: dict[UUID, tuple[UUID, ...]] = {}
    free_ids: tuple[UUID, ...] = ()
    for resource_id in taken_ids[:EXPLAINED_LIMIT]:
        # Parking places that were wanted too have no part in a group of seats.
        wanted = places_like(work, resource_id, wanted_ids)
        around = free_around(work, resource_id, item_ids)
        others = [place for place in around if place.resource_id not in wanted_ids]
        nearest[resource_id] = nearest_free(wanted[resource_id], others)
        if not free_ids:
            free_ids = together(list(wanted.values()), around)
    hides = actor.role is Role.PORTAL
    seats = [
        Conflict(
            calendar_item_id=item_id,
            resource_id=resource_id,
            pool_id=None,
            wanted=1,
            free=0,
            holder=None if hides else holders.get((item_id, resource_id)),
            alternative_ids=nearest.get(resource_id, ()),
        )
        for item_id, resource_id in dict.fromkeys(taken.seats)
    ]
    places = taken.places | taken.pools
    pools = [
        Conflict(
            calendar_item_id=state.calendar_item_id,
            resource_id=None,
            pool_id=state.pool_id,
            wanted=places[state.pool_id],
            free=max(state.free_count, 0),
            holder=None,
        )
        for state in pool_states(work, list(places))
        if state.pool_id in taken.pools or state.free_count < places[state.pool_id]
    ]
    return ConflictReport((*seats, *pools), free_ids)

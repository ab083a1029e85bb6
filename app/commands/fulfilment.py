"""Fulfilment: menus, dietary wishes, plates and what was delivered, noted for entitlements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.domain.errors import ErrorCode
from app.domain.fulfilment import Fulfilment
from app.domain.names import camel
from app.domain.permissions import Permission, require
from app.domain.validation import Check
from app.storage.scans import read_tickets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

FULFILMENT_LIMIT = 1_000
"""Entitlements noted at once."""
_TEXTS = ("menu", "dietary", "plate")


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be noted of an entitlement: values by field; those left out stay as they are."""

    entitlement_id: UUID
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetFulfilments:
    """What is to be noted, each entitlement once."""

    notes: tuple[Note, ...]


def set_fulfilments(work: UnitOfWork, actor: Actor, request: SetFulfilments) -> Outcome:
    """Note what is needed to hand entitlements over, all of it or nothing.

    Raises:
        DomainError: NOT_FOUND, INPUT_INVALID, TOO_MANY_ITEMS, and what is wrong with single
            fields, for each entitlement.
    """
    check = Check()
    check.size("entitlements", request.notes, FULFILMENT_LIMIT)
    check.refuse_if_any()
    checks = [check.below("entitlements", str(index)) for index in range(len(request.notes))]
    keep_fulfilments(work, actor, request.notes, checks)
    check.refuse_if_any()
    return Outcome({f"{index:04}": one.entitlement_id for index, one in enumerate(request.notes)})


def keep_fulfilments(
    work: UnitOfWork, actor: Actor, notes: Sequence[Note], checks: Sequence[Check]
) -> list[int]:
    """Note what is given, and return how many were created, changed and left as they were.

    Nothing is noted if one of them is wrong; `checks` collect what is wrong with each.
    """
    require(actor, Permission.FULFILMENT_CHANGE)
    ids = [one.entitlement_id for one in notes]
    tickets = read_tickets(work, ids)
    stored = {one.entitlement_id: one for one in work.find(Fulfilment, entitlement_id=ids)}
    pairs: list[tuple[Fulfilment | None, Fulfilment]] = []
    seen: set[UUID] = set()
    for note, check in zip(notes, checks, strict=True):
        before = stored.get(note.entitlement_id)
        after = _noted(work, before, note)
        for name in _TEXTS:
            check.optional_text(camel(name), getattr(after, name))
        check.instant("deliveredAt", after.delivered_at)
        ticket = tickets.get(note.entitlement_id)
        if ticket is None or not ticket.is_sold:
            message = "there is no such entitlement of a Final Sale"
            check.add(ErrorCode.NOT_FOUND, message, "entitlementId")
        if note.entitlement_id in seen:
            message = "this entitlement stands here twice"
            check.add(ErrorCode.INPUT_INVALID, message, "entitlementId")
        seen.add(note.entitlement_id)
        pairs.append((before, after))
    if any(one.violations for one in checks):
        return [0, 0, 0]
    return _store(work, pairs)


def _noted(work: UnitOfWork, before: Fulfilment | None, note: Note) -> Fulfilment:
    """Put what is given over what was noted before."""
    known = before or Fulfilment(
        note.entitlement_id, None, None, None, None, None, work.actor_name, work.now
    )
    return replace(known, **note.values)


def _store(work: UnitOfWork, pairs: Sequence[tuple[Fulfilment | None, Fulfilment]]) -> list[int]:
    """Write what is new and what differs, and audit it; count them and the rest."""
    new = [after for before, after in pairs if before is None]
    changed = [
        (before, replace(after, updated_by=work.actor_name, updated_at=work.now))
        for before, after in pairs
        if before is not None and after != before
    ]
    work.insert(new)
    work.update([after for _, after in changed])
    for before, after in (*((None, one) for one in new), *changed):
        work.record("entitlement", after.entitlement_id, "fulfilment.noted", before, after)
    return [len(new), len(changed), len(pairs) - len(new) - len(changed)]

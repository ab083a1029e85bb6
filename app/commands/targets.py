"""Sales reps, and what they are to sell: targets by month, product group and currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.register import Change, Noun
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, require
from app.domain.products import ProductGroup
from app.domain.targets import SalesRep, SalesTarget, check_sales_rep
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

TARGET_LIMIT = 1_000
"""Targets set or removed at once."""
Key = tuple[str, "date", "UUID | None", str]


def _check_reps(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_sales_rep(change.after, change.check)


SALES_REP = Noun("sales_rep", SalesRep, Permission.TARGET_CHANGE, check=_check_reps)


@dataclass(frozen=True, slots=True)
class WantedTarget:
    """What a rep is to sell; `month` is any day of it."""

    rep_code: str
    month: date
    amount_minor: int
    currency: str
    product_group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SetTargets:
    """Targets to be set, each rep, month, product group and currency once."""

    targets: tuple[WantedTarget, ...]


@dataclass(frozen=True, slots=True)
class RemoveTargets:
    """Targets that shall not be there any more."""

    target_ids: tuple[UUID, ...]


def set_targets(work: UnitOfWork, actor: Actor, request: SetTargets) -> Outcome:
    """Set targets, all of them or none; one that is there gets the new amount.

    Raises:
        DomainError: NOT_FOUND, INPUT_INVALID, TOO_MANY_ITEMS, and what is wrong with single
            fields, for each target.
    """
    check = Check()
    check.size("targets", request.targets, TARGET_LIMIT)
    check.refuse_if_any()
    checks = [check.below("targets", str(index)) for index in range(len(request.targets))]
    kept, _ = keep_targets(work, actor, request.targets, checks)
    check.refuse_if_any()
    return Outcome({f"{index:04}": one.id for index, one in enumerate(kept)})


def remove_targets(work: UnitOfWork, actor: Actor, request: RemoveTargets) -> Outcome:
    """Remove targets, or refuse naming those that are not there.

    Raises:
        DomainError: NOT_FOUND, TOO_MANY_ITEMS.
    """
    require(actor, Permission.TARGET_CHANGE)
    check = Check()
    check.size("ids", request.target_ids, TARGET_LIMIT)
    check.refuse_if_any()
    wanted = set(request.target_ids)
    found = {one.id: one for one in work.find(SalesTarget, lock=True, id=wanted)} if wanted else {}
    for index, target_id in enumerate(request.target_ids):
        if target_id not in found:
            check.add(ErrorCode.NOT_FOUND, "no such target", "ids", str(index))
    check.refuse_if_any()
    work.delete(SalesTarget, found)
    for one in found.values():
        work.record("sales_target", one.id, "sales_target.removed", one, None)
    return Outcome()


def keep_targets(
    work: UnitOfWork, actor: Actor, wanted: Sequence[WantedTarget], checks: Sequence[Check]
) -> tuple[list[SalesTarget], list[int]]:
    """Set targets, and return them with how many were created, changed and as they were.

    Nothing is set if one of them is wrong; `checks` collect what is wrong with each.
    """
    require(actor, Permission.TARGET_CHANGE)
    groups = work.by_id(ProductGroup, {one.product_group_id for one in wanted})
    keys = [_key(one) for one in wanted]
    stored = _stored(work, keys)
    made: list[SalesTarget] = []
    for index, (one, check) in enumerate(zip(wanted, checks, strict=True)):
        _check_target(one, groups, check)
        if keys[index] in keys[:index]:
            message = "this rep, month, product group and currency stand here twice"
            check.add(ErrorCode.INPUT_INVALID, message, "repCode")
        before = stored.get(keys[index])
        target_id = before.id if before is not None else work.new_id()
        by = (work.actor_name, work.now)
        made.append(SalesTarget(target_id, *keys[index][:3], one.amount_minor, one.currency, *by))
    if any(one.violations for one in checks):
        return [], [0, 0, 0]
    return made, _store(work, stored, made)


def _key(target: WantedTarget) -> Key:
    """Return by what a target is found: its month is kept by its first day."""
    first = target.month.replace(day=1)
    return target.rep_code, first, target.product_group_id, target.currency


def _stored(work: UnitOfWork, keys: Collection[Key]) -> dict[Key, SalesTarget]:
    """Read and lock the targets of the same reps and months, by what they are found by."""
    reps, months = {one[0] for one in keys}, {one[1] for one in keys}
    found = work.find(SalesTarget, lock=True, rep_code=reps, month=months) if keys else []
    return {(one.rep_code, one.month, one.product_group_id, one.currency): one for one in found}


def _check_target(target: WantedTarget, groups: Mapping[UUID, ProductGroup], check: Check) -> None:
    """Collect what is wrong with one target."""
    check.text("repCode", target.rep_code)
    check.day("month", target.month)
    check.currency("currency", target.currency)
    check.amount("amount", target.amount_minor)
    if not target.amount_minor:
        message = "amount must be more than nothing; remove the target instead"
        check.add(ErrorCode.AMOUNT_INVALID, message, "amount")
    if target.product_group_id is not None and target.product_group_id not in groups:
        check.add(ErrorCode.NOT_FOUND, "no such product group", "productGroupId")


def _store(
    work: UnitOfWork, stored: Mapping[Key, SalesTarget], made: Sequence[SalesTarget]
) -> list[int]:
    """Write targets that are new and those with another amount, and audit them; count them."""
    by_id = {one.id: one for one in stored.values()}
    new = [one for one in made if one.id not in by_id]
    changed = [
        one for one in made if one.id in by_id and one.amount_minor != by_id[one.id].amount_minor
    ]
    work.insert(new)
    work.update(changed)
    for one in (*new, *changed):
        work.record("sales_target", one.id, "sales_target.set", by_id.get(one.id), one)
    return [len(new), len(changed), len(made) - len(new) - len(changed)]

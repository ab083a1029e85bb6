"""How a mutation runs: parse its input, carry it out in a thread, answer refusals as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from app.commands.execution import InventoryTaken, Outcome
from app.commands.selling import ConflictReport, explain_conflicts, sell
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.validation import Check
from app.storage.failures import constraint_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.permissions import Actor
    from app.resolvers.context import Context
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of a mutation: an outcome, or the reasons why nothing was changed."""

    outcome: Outcome | None
    violations: tuple[Violation, ...] = ()
    report: ConflictReport | None = None


async def perform(
    context: Context,
    operation: str,
    key: str,
    build: Callable[[Check], Any],
    command: Callable[[UnitOfWork, Actor, Any], Outcome],
) -> Performed:
    """Carry out a mutation once for its idempotency key.

    `build` turns the input into the command's request and collects what is malformed; then nothing
    is run. Refusals come back as violations; anything unexpected is raised.
    """
    actor = context.caller
    check = Check()
    try:
        request = build(check)
        check.refuse_if_any()
        outcome = await to_thread.run_sync(
            sell, context.runner, actor, operation, key, request, command, context.request_id
        )
    except DomainError as error:
        return Performed(None, error.violations)
    except InventoryTaken as taken:
        report = await to_thread.run_sync(explain_conflicts, context.runner, actor, taken)
        return Performed(None, (_conflict(report),), report)
    except Exception as error:
        violation = _race(error)
        if violation is None:
            raise
        return Performed(None, (violation,))
    finally:
        context.forget()
    return Performed(outcome)


def _conflict(report: ConflictReport) -> Violation:
    """Sum up in one sentence what was not free."""
    seats = sum(one.resource_id is not None for one in report.conflicts)
    pools = len(report.conflicts) - seats
    parts = [f"{seats} seats"] * (seats > 0) + [f"the places of {pools} pools"] * (pools > 0)
    message = f"not free: {' and '.join(parts)}; `conflicts` has each one. Nothing was reserved"
    return Violation(ErrorCode.INVENTORY_CONFLICT, message)


def _race(error: Exception) -> Violation | None:
    """Translate a constraint that decided a race which the checks before it could not see."""
    constraint = constraint_of(error)
    if constraint is None:
        return None
    if constraint.startswith("uq_") and constraint.endswith("_code"):
        return Violation(ErrorCode.CODE_TAKEN, "this code was taken a moment ago", ("code",))
    if constraint == "uq_entitlement_formula":
        message = "a ticket got a formula of this location type a moment ago"
        return Violation(ErrorCode.FORMULA_TYPE_CONFLICT, message)
    if constraint.startswith("fk_"):
        return Violation(ErrorCode.IN_USE, "something that this refers to changed")
    if constraint.startswith("uq_"):
        return Violation(ErrorCode.VERSION_STALE, "another change came first; try again")
    return None

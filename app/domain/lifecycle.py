"""The life of a Sale: a table with an answer for every status and action, and who may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, Violation, refuse
from app.domain.permissions import Permission, allows, denial
from app.domain.sales import SaleAction, SaleStatus

if TYPE_CHECKING:
    from app.domain.permissions import Actor
    from app.domain.sales import Sale

_D, _F, _E, _C = SaleStatus.DRAFT, SaleStatus.FINAL, SaleStatus.EXPIRED, SaleStatus.CANCELLED
_FROZEN = ErrorCode.SALE_FINAL_IMMUTABLE
_WRONG = ErrorCode.SALE_STATUS_INVALID
_PARENT = ErrorCode.PARENT_INVALID

_EDGES: dict[SaleAction, tuple[SaleStatus | ErrorCode, ...]] = {
    #                            from DRAFT, FINAL, EXPIRED, CANCELLED
    SaleAction.UPDATE: (_D, _FROZEN, _WRONG, _WRONG),
    SaleAction.ANNOTATE: (_D, _F, _E, _C),
    SaleAction.CHANGE_LINES: (_D, _FROZEN, _WRONG, _WRONG),
    SaleAction.SET_SCHEDULE: (_D, _FROZEN, _WRONG, _WRONG),
    SaleAction.CHANGE_INVOICES: (_D, _F, _WRONG, _WRONG),
    SaleAction.EXTEND_HOLD: (_D, _WRONG, _WRONG, _WRONG),
    SaleAction.EXPIRE: (_E, _WRONG, _WRONG, _WRONG),
    SaleAction.REVIVE: (_WRONG, _WRONG, _D, _WRONG),
    SaleAction.FINALISE: (_F, _WRONG, ErrorCode.HOLD_LOST, _WRONG),
    SaleAction.CANCEL: (_C, _C, _WRONG, _WRONG),
    # The one way back from CANCELLED, and only of what was Final: the command refuses the rest.
    SaleAction.UNDO_CANCEL: (_D, _F, _WRONG, _F),
    SaleAction.REPLACE_INVOICE: (_WRONG, _F, _WRONG, _WRONG),
    SaleAction.REMOVE: (_D, _FROZEN, _WRONG, _WRONG),
    SaleAction.SWAP_SEATS: (_D, _F, _WRONG, _WRONG),
    SaleAction.ASSIGN_HOLDERS: (_D, _F, _WRONG, _WRONG),
    SaleAction.ADD_SUB_SALE: (_PARENT, _F, _PARENT, _PARENT),
    SaleAction.DUPLICATE: (_D, _F, _E, _C),
}

TRANSITIONS: dict[tuple[SaleStatus, SaleAction], SaleStatus | ErrorCode] = {
    (status, action): answers[position]
    for action, answers in _EDGES.items()
    for position, status in enumerate((_D, _F, _E, _C))
}
"""The status after an action, or the code of its refusal.

REMOVE leaves a tombstone instead, and a CANCEL of a part leaves the status as it is.
"""

NEEDS: dict[SaleAction, Permission] = {
    SaleAction.UPDATE: Permission.SALE_CHANGE,
    SaleAction.ANNOTATE: Permission.SALE_CHANGE,
    SaleAction.CHANGE_LINES: Permission.SALE_CHANGE,
    SaleAction.SET_SCHEDULE: Permission.SALE_SCHEDULE,
    SaleAction.CHANGE_INVOICES: Permission.INVOICE_CHANGE,
    SaleAction.EXTEND_HOLD: Permission.SALE_FINALISE,
    SaleAction.EXPIRE: Permission.SALE_CHANGE,
    SaleAction.REVIVE: Permission.SALE_CHANGE,
    SaleAction.FINALISE: Permission.SALE_FINALISE,
    SaleAction.CANCEL: Permission.SALE_CANCEL,
    SaleAction.UNDO_CANCEL: Permission.CANCEL_UNDO,
    SaleAction.REPLACE_INVOICE: Permission.INVOICE_REPLACE,
    SaleAction.REMOVE: Permission.SALE_REMOVE,
    SaleAction.SWAP_SEATS: Permission.SEAT_SWAP,
    SaleAction.ASSIGN_HOLDERS: Permission.TICKET_HOLDER_CHANGE,
    SaleAction.ADD_SUB_SALE: Permission.SALE_FINALISE,
    SaleAction.DUPLICATE: Permission.SALE_FINALISE,
}
"""The permission that each action asks for."""

_HINTS = {
    ErrorCode.SALE_FINAL_IMMUTABLE: "a Final Sale cannot change: cancel lines or add a sub-sale",
    ErrorCode.HOLD_LOST: "the hold has ended and its inventory is free: revive the Sale first",
    ErrorCode.PARENT_INVALID: "only a Final Sale without a parent can have sub-sales",
}


@dataclass(frozen=True, slots=True)
class ActionAnswer:
    """Whether an action is possible now, and every reason why not."""

    action: SaleAction
    reasons: tuple[Violation, ...]

    @property
    def is_allowed(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.reasons


def status_after(sale: Sale, action: SaleAction) -> SaleStatus:
    """Return the status that an action leads to, or refuse with the table's code."""
    answer = TRANSITIONS[sale.status, action]
    if isinstance(answer, ErrorCode):
        refuse(answer, _explain(sale.status, action, answer))
    if action is SaleAction.ADD_SUB_SALE and sale.parent_sale_id is not None:
        refuse(_PARENT, _HINTS[_PARENT])
    return answer


def answer_actions(sale: Sale, actor: Actor) -> tuple[ActionAnswer, ...]:
    """Say for every action whether role and status allow it; its own checks come on top."""
    return tuple(ActionAnswer(action, _reasons(sale, actor, action)) for action in SaleAction)


def _reasons(sale: Sale, actor: Actor, action: SaleAction) -> tuple[Violation, ...]:
    """List what the role and the status have against an action."""
    reasons = []
    if not allows(actor, NEEDS[action]):
        message = denial(actor, NEEDS[action])
        reasons.append(Violation(ErrorCode.PERMISSION_DENIED, message))
    answer = TRANSITIONS[sale.status, action]
    if isinstance(answer, ErrorCode):
        reasons.append(Violation(answer, _explain(sale.status, action, answer)))
    elif action is SaleAction.ADD_SUB_SALE and sale.parent_sale_id is not None:
        reasons.append(Violation(_PARENT, _HINTS[_PARENT]))
    return tuple(reasons)


def _explain(status: SaleStatus, action: SaleAction, code: ErrorCode) -> str:
    """Say why a status refuses an action, and what would help."""
    if code in _HINTS:
        return _HINTS[code]
    possible = [s for s in SaleStatus if isinstance(TRANSITIONS[s, action], SaleStatus)]
    return (
        f"{action} is not possible on a Sale that is {status}; it must be {' or '.join(possible)}"
    )

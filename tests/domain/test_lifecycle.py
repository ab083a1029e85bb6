"""The life of a Sale: an answer for every status and action, and who may ask."""

from uuid import UUID

import pytest

from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.lifecycle import NEEDS, TRANSITIONS, answer_actions, status_after
from app.domain.permissions import GRANTS, Actor, Role
from app.domain.sales import Sale, SaleAction, SaleStatus
from tests.domain.sale_states import sale_of

EVERY_CASE = [(status, action) for status in SaleStatus for action in SaleAction]
DRAFT, FINAL, EXPIRED, CANCELLED = (
    SaleStatus.DRAFT,
    SaleStatus.FINAL,
    SaleStatus.EXPIRED,
    SaleStatus.CANCELLED,
)
PARENT_ID = UUID(int=3)


def actor_of(role: Role) -> Actor:
    return Actor(UUID(int=5), UUID(int=6), role)


def test_every_status_and_action_is_decided_and_every_action_has_a_permission() -> None:
    assert TRANSITIONS.keys() == set(EVERY_CASE)
    assert len(EVERY_CASE) == 68
    assert NEEDS.keys() == set(SaleAction)
    assert set(NEEDS.values()) <= GRANTS.keys()


def test_a_sale_goes_only_where_the_specification_draws_an_edge() -> None:
    edges = {
        (status, answer)
        for (status, action), answer in TRANSITIONS.items()
        if isinstance(answer, SaleStatus) and answer is not status
    }
    assert edges == {
        (DRAFT, FINAL),
        (DRAFT, EXPIRED),
        (DRAFT, CANCELLED),
        (EXPIRED, DRAFT),
        (FINAL, CANCELLED),
        (CANCELLED, FINAL),
    }
    back = {
        action
        for (status, action), answer in TRANSITIONS.items()
        if (status, answer) == (CANCELLED, FINAL)
    }
    assert back == {SaleAction.UNDO_CANCEL}


@pytest.mark.parametrize(
    ("status", "action", "code", "message"),
    [
        (FINAL, SaleAction.CHANGE_LINES, ErrorCode.SALE_FINAL_IMMUTABLE, "add a sub-sale"),
        (FINAL, SaleAction.UPDATE, ErrorCode.SALE_FINAL_IMMUTABLE, "cancel lines"),
        (FINAL, SaleAction.REMOVE, ErrorCode.SALE_FINAL_IMMUTABLE, "cannot change"),
        (EXPIRED, SaleAction.FINALISE, ErrorCode.HOLD_LOST, "revive the Sale first"),
        (DRAFT, SaleAction.ADD_SUB_SALE, ErrorCode.PARENT_INVALID, "only a Final Sale"),
        (CANCELLED, SaleAction.CANCEL, ErrorCode.SALE_STATUS_INVALID, "must be DRAFT or FINAL$"),
        (DRAFT, SaleAction.REVIVE, ErrorCode.SALE_STATUS_INVALID, "is DRAFT; it must be EXPIRED$"),
    ],
)
def test_a_refused_action_says_what_would_help(
    status: SaleStatus, action: SaleAction, code: ErrorCode, message: str
) -> None:
    with pytest.raises(DomainError, match=rf"^{code}: .*{message}"):
        status_after(sale_of(status=status), action)


def test_a_sub_sale_has_no_sub_sales_of_its_own() -> None:
    parent, child = sale_of(status=FINAL), sale_of(status=FINAL, parent_sale_id=PARENT_ID)
    assert status_after(parent, SaleAction.ADD_SUB_SALE) is FINAL
    with pytest.raises(DomainError, match=r"^PARENT_INVALID: .* without a parent"):
        status_after(child, SaleAction.ADD_SUB_SALE)
    (answer,) = (
        one
        for one in answer_actions(child, actor_of(Role.ROOT))
        if one.action is SaleAction.ADD_SUB_SALE
    )
    assert [reason.code for reason in answer.reasons] == [ErrorCode.PARENT_INVALID]
    assert status_after(child, SaleAction.ANNOTATE) is FINAL


def refusal_of(sale: Sale, action: SaleAction) -> list[Violation]:
    """Return what the status says against an action."""
    try:
        status_after(sale, action)
    except DomainError as error:
        return list(error.violations)
    return []


@pytest.mark.parametrize("parent_sale_id", [None, PARENT_ID])
@pytest.mark.parametrize("status", list(SaleStatus))
@pytest.mark.parametrize("role", list(Role))
def test_what_is_answered_is_what_happens(
    role: Role, status: SaleStatus, parent_sale_id: UUID | None
) -> None:
    sale = sale_of(status=status, parent_sale_id=parent_sale_id)
    answers = answer_actions(sale, actor_of(role))
    assert [answer.action for answer in answers] == list(SaleAction)
    for answer in answers:
        refusal = refusal_of(sale, answer.action)
        denied = role not in GRANTS[NEEDS[answer.action]]
        assert list(answer.reasons[int(denied) :]) == refusal
        if denied:
            assert answer.reasons[0].code is ErrorCode.PERMISSION_DENIED
        assert answer.is_allowed == (not denied and not refusal)


def test_a_role_that_may_not_learns_who_may() -> None:
    (answer,) = (
        one
        for one in answer_actions(sale_of(), actor_of(Role.SALES))
        if one.action is SaleAction.REMOVE
    )
    assert [reason.message for reason in answer.reasons] == [
        "role sales may not do this (SALE_REMOVE); these may: root"
    ]

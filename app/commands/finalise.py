"""Making a Sale Final, and saying beforehand what stands in the way of each action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.cancel_undo import explain_undo
from app.commands.drafts import open_sale
from app.commands.execution import Outcome, Warned
from app.commands.line_facts import today_of
from app.commands.vat_classes import with_current_vat
from app.domain.accounts import Account, Contact
from app.domain.errors import DomainError
from app.domain.events import Topic
from app.domain.finalising import FinalAnswer, FinalFacts, examine, finalise
from app.domain.lifecycle import ActionAnswer, answer_actions
from app.domain.sales import SaleAction, SaleStatus
from app.storage.finalising import count_lost_seats, exposure_minor
from app.storage.inventory import sell_reservations
from app.storage.organisations import read_organisation
from app.storage.sales import load_sale, save_sale

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.sales import SaleState
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FinaliseSale:
    """A Draft to make Final as it was seen."""

    sale_id: UUID
    expected_version: int


def finalise_sale(work: UnitOfWork, actor: Actor, request: FinaliseSale) -> Outcome:
    """Make a Draft Final: freeze it, sell what it holds, and announce it.

    VAT is determined once more on the day of finalising, whose rates are kept for good. Status,
    reservations, allocation, audit and the event are one transaction.

    Raises:
        DomainError: every violation at once; see `finalising.examine`.
    """
    before = open_sale(work, actor, request.sale_id, request.expected_version, SaleAction.FINALISE)
    current, unresolved = with_current_vat(work, before)
    answer = _examine(work, current)
    if answer.violations or unresolved:
        raise DomainError(*answer.violations, *unresolved)
    stored = save_sale(work, "sale.finalised", before, finalise(current, work.now))
    sell_reservations(work, stored.sale.id)
    work.emit(
        Topic.SALE_FINALISED,
        "sale",
        stored.sale.id,
        code=stored.sale.code,
        version=stored.sale.version,
        gross_minor=stored.sale.gross_minor,
        currency=stored.sale.currency,
    )
    warnings = tuple(Warned(one.code, one.message, one.path) for one in answer.warnings)
    return Outcome({"sale": stored.sale.id}, warnings)


def explain_actions(work: UnitOfWork, actor: Actor, sale_id: UUID) -> tuple[ActionAnswer, ...]:
    """Say for every action whether it is possible now, and every reason why not."""
    state = load_sale(work, sale_id, account_id=actor.account_id, lock=False)
    standing = explain_undo(work, state)
    answers = tuple(
        replace(one, reasons=(*one.reasons, *standing))
        if one.action is SaleAction.UNDO_CANCEL
        else one
        for one in answer_actions(state.sale, actor)
    )
    if state.sale.status is not SaleStatus.DRAFT:
        return answers
    current, unresolved = with_current_vat(work, state)
    against = (*_examine(work, current).violations, *unresolved)
    return tuple(
        replace(one, reasons=(*one.reasons, *against)) if one.action is SaleAction.FINALISE else one
        for one in answers
    )


def _examine(work: UnitOfWork, state: SaleState) -> FinalAnswer:
    """Gather the facts of finalising and examine the Sale with them."""
    organisation = read_organisation(work)
    account = work.get(Account, state.sale.account_id)
    facts = FinalFacts(
        account=account,
        has_default_contact=bool(work.find(Contact, account_id=account.id, is_default=True)),
        today=today_of(work, organisation),
        lost_count=count_lost_seats(work, state.sale.id),
        exposure_minor=exposure_minor(work, account.id, state.sale.currency)
        if account.credit_limit_minor is not None
        else 0,
        credit_limit_policy=organisation.credit_limit_policy,
    )
    return examine(state, facts)

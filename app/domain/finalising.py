"""Making a Sale Final: every condition is checked and every violation returned together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.billing import group_differences
from app.domain.errors import ErrorCode, Violation
from app.domain.lifecycle import status_after
from app.domain.money import format_amount
from app.domain.organisations import CreditLimitPolicy
from app.domain.sales import SaleAction, SaleType

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.domain.accounts import Account
    from app.domain.sales import SaleState


@dataclass(frozen=True, slots=True)
class FinalFacts:
    """What a Sale's finalising depends on beside itself.

    `lost_count` counts live entitlements whose seat is not reserved any more; `exposure_minor` is
    what the account owes or will owe by its other Final Sales in the Sale's currency.
    """

    account: Account
    has_default_contact: bool
    today: date
    lost_count: int
    exposure_minor: int
    credit_limit_policy: CreditLimitPolicy


@dataclass(frozen=True, slots=True)
class FinalAnswer:
    """What stands against finalising, and what should only be known."""

    violations: tuple[Violation, ...]
    warnings: tuple[Violation, ...]


def examine(state: SaleState, facts: FinalFacts) -> FinalAnswer:
    """Check everything that a Final Sale needs; the status is checked by `finalise` alone."""
    violations = [
        *_line_violations(state),
        *_account_violations(facts),
        *_invoice_violations(state),
    ]
    if facts.lost_count:
        message = f"{facts.lost_count} seats are not reserved any more; revive the Sale"
        violations.append(Violation(ErrorCode.HOLD_LOST, message))
    warnings = [
        Violation(
            ErrorCode.INVOICE_DATE_BEFORE_TODAY,
            f"invoice {invoice.code} is planned on {invoice.planned_on}, in the past",
            ("invoices", str(index)),
        )
        for index, invoice in enumerate(state.invoices)
        if invoice.planned_on < facts.today
    ]
    excess = _excess(state, facts)
    if excess is not None:
        blocks = facts.credit_limit_policy is CreditLimitPolicy.BLOCK
        (violations if blocks else warnings).append(excess)
    return FinalAnswer(tuple(violations), tuple(warnings))


def finalise(state: SaleState, now: datetime) -> SaleState:
    """Return the Final Sale; the caller has examined it."""
    status = status_after(state.sale, SaleAction.FINALISE)
    return replace(
        state,
        sale=replace(state.sale, status=status, finalised_at=now, hold_expires_at=None),
    )


def _line_violations(state: SaleState) -> list[Violation]:
    """Check that there are lines, and that their amounts have the sign of the Sale's type."""
    if not state.lines:
        return [Violation(ErrorCode.NO_LINES, "add at least one line", ("lines",))]
    is_credit = state.sale.type is SaleType.CREDIT
    return [
        Violation(
            ErrorCode.CREDIT_LINE_SIGN,
            f"line {line.line_no} of a {state.sale.type} Sale is {line.amount_minor}",
            ("lines", str(index)),
        )
        for index, line in enumerate(state.lines)
        if (line.amount_minor > 0 if is_credit else line.amount_minor < 0)
    ]


def _account_violations(facts: FinalFacts) -> list[Violation]:
    """Check that the account has what documents and tickets need."""
    found = []
    missing = facts.account.missing_for_final(has_default_contact=facts.has_default_contact)
    if missing:
        message = f"account {facts.account.code} lacks {', '.join(missing)}"
        found.append(Violation(ErrorCode.ACCOUNT_INCOMPLETE, message, ("account",)))
    if not facts.account.is_active:
        message = f"account {facts.account.code} is not active"
        found.append(Violation(ErrorCode.ACCOUNT_INACTIVE, message, ("account",)))
    return found


def _invoice_violations(state: SaleState) -> list[Violation]:
    """Check that each schedule group adds up, and that no invoice has the wrong sign."""
    found = []
    seasons = {group.id: group.season_id for group in state.groups}
    for group_id, difference in group_differences(state):
        if difference == 0:
            continue
        shown = format_amount(abs(difference), state.sale.currency)
        amount = f"{shown} {state.sale.currency}"
        if group_id is None:
            message = f"lines of {amount} have no invoice schedule; set one"
        elif difference > 0:
            message = f"the invoices are {amount} less than the lines"
        else:
            message = f"the invoices are {amount} more than the lines"
        season = seasons.get(group_id) if group_id else None
        path = ("invoices",) if season is None else ("invoices", str(season))
        found.append(Violation(ErrorCode.INVOICE_SUM_MISMATCH, message, path))
    is_credit = state.sale.type is SaleType.CREDIT
    for index, invoice in enumerate(state.invoices):
        wrong = invoice.amount_minor > 0 if is_credit else invoice.amount_minor < 0
        if wrong:
            message = f"invoice {invoice.code} has the amount {invoice.amount_minor}"
            path = ("invoices", str(index))
            found.append(Violation(ErrorCode.INVOICE_AMOUNT_NEGATIVE, message, path))
    return found


def _excess(state: SaleState, facts: FinalFacts) -> Violation | None:
    """Say by how much the Sale exceeds the account's credit limit, if it does.

    A Sale that asks for no money never does, least of all one that gives some back.
    """
    limit = facts.account.credit_limit_minor
    if limit is None or facts.account.currency != state.sale.currency:
        return None
    if state.sale.gross_minor <= 0:
        return None
    excess = facts.exposure_minor + state.sale.gross_minor - limit
    if excess <= 0:
        return None
    shown = format_amount(excess, state.sale.currency)
    message = f"the account's credit limit is exceeded by {shown} {state.sale.currency}"
    return Violation(ErrorCode.CREDIT_LIMIT, message, ("account",))

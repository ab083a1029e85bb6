"""Invoice schedules: how a Draft is billed, and what may still move once it is Final."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from app.commands.drafts import finish_draft, open_sale
from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.domain.allocation import AllocationStrategy
from app.domain.calendar import Season
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.invoices import Invoice, InvoiceKind, ScheduleGroup, ScheduleMode
from app.domain.money import MAX_AMOUNT_MINOR
from app.domain.products import ProductGroup
from app.domain.sales import SaleAction, SaleStatus
from app.domain.schedule import REST, AmountRecipe, PastDates, Recipe, generate
from app.domain.schedule_json import to_json
from app.domain.splitting import split_billed
from app.domain.validation import Check
from app.storage.organisations import read_organisation
from app.storage.sales import save_sale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.domain.permissions import Actor
    from app.domain.sales import SaleState
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """A recipe for one season's lines, or for the whole Sale when `season_id` is None.

    A schedule of the whole Sale replaces those of its seasons, and the other way round.
    `group_instalments` has, for GROUP_TO_INSTALMENT, product group ids with the index of the
    instalment that bills them.
    """

    sale_id: UUID
    expected_version: int
    recipe: Recipe
    currency: str | None = None
    season_id: UUID | None = None
    past_dates: PastDates = PastDates.KEEP
    allocation: AllocationStrategy = AllocationStrategy.PROPORTIONAL
    group_instalments: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class EditInvoice:
    """A new date, amount or reference for one invoice; the amount only while it is a Draft."""

    sale_id: UUID
    expected_version: int
    invoice_id: UUID
    planned_on: date | None = None
    amount_minor: int | None = None
    currency: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class SplitInvoice:
    """Split an invoice in two: `amount_minor` of it goes to a new one on `planned_on`."""

    sale_id: UUID
    expected_version: int
    invoice_id: UUID
    amount_minor: int
    currency: str
    planned_on: date


def set_schedule(work: UnitOfWork, actor: Actor, request: SetSchedule) -> Outcome:
    """Set how a Draft is billed; recipes follow later changes of lines, fixed amounts do not.

    Raises:
        DomainError: SCHEDULE_INVALID and PERCENT_SUM_INVALID from the recipe, NOT_FOUND for the
            season or a product group, CURRENCY_MIXED, ALLOCATION_INVALID.
    """
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.SET_SCHEDULE
    )
    _check_schedule(work, before, request)
    group = replace(
        new_group(work, before.sale.id, request.season_id, request.recipe, request.past_dates),
        allocation=request.allocation,
        group_instalments=dict(request.group_instalments or {}),
    )
    same = [g for g in before.groups if g.season_id == request.season_id]
    if same:
        group = replace(group, id=same[0].id)
    kept = tuple(
        g
        for g in before.groups
        if g.season_id != request.season_id and (g.season_id is None) is (request.season_id is None)
    )
    invoices = tuple(
        i for i in before.invoices if i.schedule_group_id in {g.id for g in (*kept, group)}
    )
    after = replace(before, groups=kept, invoices=invoices)
    after = with_schedule(work, after, group, request.recipe)
    finish_draft(work, "sale.schedule_set", before, after)
    return Outcome({"sale": request.sale_id})


def new_group(
    work: UnitOfWork, sale_id: UUID, season_id: UUID | None, recipe: Recipe, past_dates: PastDates
) -> ScheduleGroup:
    """Build a schedule group that follows its recipe, unless all its amounts are fixed."""
    return ScheduleGroup(
        id=work.new_id(),
        sale_id=sale_id,
        season_id=season_id,
        mode=ScheduleMode.MANUAL if _is_fixed(recipe) else ScheduleMode.AUTO,
        recipe=to_json(recipe),
        past_dates=past_dates,
        allocation=AllocationStrategy.PROPORTIONAL,
        group_instalments={},
    )


def with_schedule(
    work: UnitOfWork, state: SaleState, group: ScheduleGroup, recipe: Recipe
) -> SaleState:
    """Return a Draft with one more schedule group, and with its invoices if these are fixed."""
    after = replace(state, groups=(*state.groups, group))
    if group.mode is ScheduleMode.AUTO or not isinstance(recipe, AmountRecipe):
        return after
    others = tuple(i for i in state.invoices if i.schedule_group_id != group.id)
    return replace(after, invoices=(*others, *_fixed(work, state, group, recipe)))


def edit_invoice(work: UnitOfWork, actor: Actor, request: EditInvoice) -> Outcome:
    """Change one invoice by hand.

    In a Draft, amount and date; its schedule group becomes MANUAL. In a Final Sale, only the date
    and reference of an invoice that is still open.
    """
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.CHANGE_INVOICES
    )
    invoice = find_invoice(before, request.invoice_id)
    check = Check()
    check.day("plannedOn", request.planned_on)
    check.optional_text("reference", request.reference)
    if request.amount_minor is not None:
        _check_currency(before, request.currency, "amount")
        if before.sale.status is not SaleStatus.DRAFT:
            message = "the amount of a Final Sale's invoice cannot change; split the invoice"
            check.add(ErrorCode.SALE_FINAL_IMMUTABLE, message, "amount")
        if abs(request.amount_minor) > MAX_AMOUNT_MINOR:
            check.add(ErrorCode.AMOUNT_TOO_LARGE, "the amount is too large", "amount")
    check.refuse_if_any()
    changed = replace(
        invoice,
        planned_on=request.planned_on or invoice.planned_on,
        amount_minor=invoice.amount_minor if request.amount_minor is None else request.amount_minor,
        reference=request.reference if request.reference is not None else invoice.reference,
    )
    invoices = tuple(changed if one.id == invoice.id else one for one in before.invoices)
    after = replace(before, invoices=invoices)
    if before.sale.status is SaleStatus.DRAFT:
        by_hand = (changed.planned_on, changed.amount_minor) != (
            invoice.planned_on,
            invoice.amount_minor,
        )
        if by_hand:
            after = _manual(after, invoice.schedule_group_id)
        finish_draft(work, "invoice.changed", before, after)
    else:
        save_sale(work, "invoice.rescheduled", before, after)
        planned = changed.planned_on
        sale_id = before.sale.id
        work.emit(
            Topic.INVOICE_RESCHEDULED, "invoice", invoice.id, sale_id=sale_id, planned_on=planned
        )
    return Outcome({"sale": request.sale_id, "invoice": invoice.id})


def split_invoice(work: UnitOfWork, actor: Actor, request: SplitInvoice) -> Outcome:
    """Split an open invoice into two with the same sum.

    In a Draft the lines are allocated to all invoices afresh; in a Final Sale the other invoices
    stay as they are.
    """
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.CHANGE_INVOICES
    )
    invoice = find_invoice(before, request.invoice_id)
    _check_currency(before, request.currency, "amount")
    check = Check()
    check.day("plannedOn", request.planned_on)
    part, whole = request.amount_minor, invoice.amount_minor
    if not (0 < part < whole or whole < part < 0):
        message = "the amount must be a part of the invoice, between 0 and its amount"
        check.add(ErrorCode.AMOUNT_INVALID, message, "amount")
    check.refuse_if_any()
    number = max(one.sequence_no for one in before.invoices) + 1
    added = Invoice(
        id=work.new_id(),
        code=f"{before.sale.code}-{number:02d}",
        sale_id=before.sale.id,
        schedule_group_id=invoice.schedule_group_id,
        account_id=before.sale.account_id,
        sequence_no=number,
        kind=InvoiceKind.INVOICE,
        planned_on=request.planned_on,
        amount_minor=part,
        net_minor=None,
        vat_minor=None,
        gross_minor=None,
        currency=before.sale.currency,
        reference=None,
        created_at=work.now,
    )
    if before.sale.status is SaleStatus.DRAFT:
        kept = replace(invoice, amount_minor=whole - part)
        invoices = tuple(kept if one.id == invoice.id else one for one in before.invoices)
        after = _manual(replace(before, invoices=(*invoices, added)), invoice.schedule_group_id)
        finish_draft(work, "invoice.split", before, after)
    else:
        save_sale(work, "invoice.split", before, split_billed(before, invoice, added))
        sale_id = before.sale.id
        work.emit(Topic.INVOICE_SPLIT, "invoice", invoice.id, sale_id=sale_id, added=added.id)
    return Outcome({"sale": request.sale_id, "invoice": added.id})


def find_invoice(state: SaleState, invoice_id: UUID) -> Invoice:
    """Return one of the Sale's invoices, or refuse with NOT_FOUND."""
    for invoice in state.invoices:
        if invoice.id == invoice_id:
            return invoice
    refuse(ErrorCode.NOT_FOUND, "no such invoice in this Sale", "invoiceId")


def _check_schedule(work: UnitOfWork, state: SaleState, request: SetSchedule) -> None:
    """Refuse references to nothing, another currency, and a plan that its strategy ignores."""
    check = Check()
    if request.season_id is not None and not work.find(Season, id=request.season_id):
        check.add(ErrorCode.NOT_FOUND, "no such season", "seasonId")
    if request.currency not in {None, state.sale.currency}:
        message = f"the Sale is in {state.sale.currency}, not in {request.currency}"
        check.add(ErrorCode.CURRENCY_MIXED, message, "recipe")
    by_group = request.allocation is AllocationStrategy.GROUP_TO_INSTALMENT
    if by_group is not bool(request.group_instalments):
        message = "groupInstalments belongs to the allocation GROUP_TO_INSTALMENT, and only to it"
        check.add(ErrorCode.ALLOCATION_INVALID, message, "groupInstalments")
    wanted = {UUID(one) for one in request.group_instalments or {}}
    for missing in wanted - work.by_id(ProductGroup, wanted).keys():
        message = f"no such product group: {missing}"
        check.add(ErrorCode.NOT_FOUND, message, "groupInstalments")
    check.refuse_if_any()


def _check_currency(state: SaleState, currency: str | None, field: str) -> None:
    """Refuse an amount in another currency than the Sale's."""
    if currency not in {None, state.sale.currency}:
        message = f"the Sale is in {state.sale.currency}, not in {currency}"
        refuse(ErrorCode.CURRENCY_MIXED, message, field, "currency")


def _is_fixed(recipe: Recipe) -> bool:
    """Tell whether a recipe has all its amounts, so that no total changes them."""
    return isinstance(recipe, AmountRecipe) and all(row.amount_minor != REST for row in recipe.rows)


def _fixed(
    work: UnitOfWork, state: SaleState, group: ScheduleGroup, recipe: AmountRecipe
) -> list[Invoice]:
    """Build invoices of fixed dates and amounts, keeping the ids of those that were there.

    They need not sum to the lines: amounts stay as typed, and finalising says what is missing.
    """
    known = sorted(
        (i for i in state.invoices if i.schedule_group_id == group.id),
        key=lambda one: one.sequence_no,
    )
    total = sum(row.amount_minor for row in recipe.rows if row.amount_minor != REST)
    today = today_of(work, read_organisation(work))
    rows = generate(recipe, total, {}, today, group.past_dates)
    return [
        Invoice(
            id=known[number].id if number < len(known) else work.new_id(),
            code="",
            sale_id=state.sale.id,
            schedule_group_id=group.id,
            account_id=state.sale.account_id,
            sequence_no=number + 1,
            kind=InvoiceKind.INVOICE,
            planned_on=row.on,
            amount_minor=row.amount_minor,
            net_minor=None,
            vat_minor=None,
            gross_minor=None,
            currency=state.sale.currency,
            reference=known[number].reference if number < len(known) else None,
            created_at=known[number].created_at if number < len(known) else work.now,
        )
        for number, row in enumerate(rows)
    ]


def _manual(state: SaleState, group_id: UUID) -> SaleState:
    """Return the state with one schedule group edited by hand from now on."""
    return replace(
        state,
        groups=tuple(
            replace(group, mode=ScheduleMode.MANUAL) if group.id == group_id else group
            for group in state.groups
        ),
    )

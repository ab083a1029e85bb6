"""Sale templates: keeping the shape of a Sale, and making Sales of that shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.drafts import finish_draft, plan_lines, take_inventory
from app.commands.execution import Outcome
from app.commands.invoice_schedules import new_group, with_schedule
from app.commands.register import check_version
from app.commands.sale_terms import NewSale
from app.commands.sales import begin_sale
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.lines import NewLine
from app.domain.permissions import Permission, require
from app.domain.products import Product
from app.domain.sales import SaleState, SaleType
from app.domain.schedule import PastDates, Recipe, RelativeRecipe
from app.domain.schedule_json import from_json, to_json
from app.domain.templates import SaleTemplate, SaleTemplateLine, check_template
from app.domain.validation import Check
from app.storage.sales import insert_sale

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

TEMPLATE_LINES_LIMIT = 50
"""Lines of one template."""


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A product and how many; without a price the price list of the Sale decides."""

    product_id: UUID
    quantity: int
    fixed_price_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class PutTemplate:
    """A template to create, or (with `template_id`) to replace as a whole."""

    code: str
    name: str
    sale_type: SaleType
    lines: tuple[TemplateLine, ...]
    recipe: Recipe | None = None
    past_dates: PastDates = PastDates.MOVE_TO_TODAY
    is_active: bool = True
    template_id: UUID | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """Where one line of a template is sold and on which seats; its quantity may differ."""

    line_no: int
    quantity: int | None = None
    season_id: UUID | None = None
    bundle_id: UUID | None = None
    calendar_item_id: UUID | None = None
    seat_ids: tuple[UUID, ...] = ()
    parking_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class UseTemplate:
    """Make a Sale of a template's shape; lines that are not chosen are sold for the season."""

    template_id: UUID
    account_id: UUID
    season_id: UUID | None
    choices: tuple[TemplateChoice, ...] = ()


def put_template(work: UnitOfWork, actor: Actor, request: PutTemplate) -> Outcome:
    """Create or replace a template; Sales that were made of it stay as they are."""
    require(actor, Permission.TEMPLATE_CHANGE)
    before = None
    if request.template_id is not None:
        before = work.get(SaleTemplate, request.template_id, "id", lock=True)
        check_version(before.version, request.expected_version or 0)
    template = SaleTemplate(
        id=before.id if before else work.new_id(),
        code=request.code,
        name=request.name,
        sale_type=request.sale_type,
        recipe=to_json(request.recipe) if request.recipe is not None else None,
        past_dates=request.past_dates,
        is_active=request.is_active,
        version=before.version + 1 if before else 1,
        created_at=before.created_at if before else work.now,
    )
    lines = _checked_lines(work, template, before, request)
    if before is None:
        work.insert([template])
    else:
        old = work.find(SaleTemplateLine, template_id=before.id)
        work.delete(SaleTemplateLine, [line.id for line in old])
        work.update([template])
    work.insert(lines)
    action = "sale_template.changed" if before else "sale_template.created"
    work.record("sale_template", template.id, action, before, template)
    return Outcome({"sale_template": template.id})


def use_template(work: UnitOfWork, actor: Actor, request: UseTemplate) -> Outcome:
    """Make a Draft of a template's shape for an account, with prices and dates of today.

    Raises:
        DomainError: every line that cannot be filled, with the reason.
        InventoryTaken: seats or places that are not free.
    """
    require(actor, Permission.SALE_FINALISE)
    template = work.get(SaleTemplate, request.template_id, "templateId")
    if not template.is_active:
        refuse(ErrorCode.IN_USE, f"template {template.code} is not active", "templateId")
    listed = sorted(
        work.find(SaleTemplateLine, template_id=template.id), key=lambda line: line.line_no
    )
    new = NewSale(template.sale_type, account_id=request.account_id, season_id=request.season_id)
    sale = replace(begin_sale(work, actor, new), template_id=template.id)
    empty = SaleState(sale)
    insert_sale(work, empty)
    wanted = _fill(listed, request)
    after, planned, facts = plan_lines(work, actor, empty, wanted, "lines")
    if template.recipe is not None:
        recipe = from_json(dict(template.recipe))
        group = new_group(work, sale.id, None, recipe, template.past_dates)
        after = with_schedule(work, after, group, recipe)
    stored = finish_draft(work, "sale.created_from_template", empty, after)
    take_inventory(work, stored, planned, facts)
    work.emit(Topic.SALE_CREATED, "sale", sale.id, code=sale.code, template=template.code)
    return Outcome({"sale": sale.id})


def _checked_lines(
    work: UnitOfWork, template: SaleTemplate, before: SaleTemplate | None, request: PutTemplate
) -> list[SaleTemplateLine]:
    """Build a template's lines, or refuse everything wrong with it."""
    check = Check()
    check_template(template, check)
    is_new_code = before is None or before.code != template.code
    if is_new_code and work.find(SaleTemplate, code=template.code):
        check.add(ErrorCode.CODE_TAKEN, f"a template with code {template.code} exists", "code")
    if request.recipe is not None and not isinstance(request.recipe, RelativeRecipe):
        message = "the dates of a template are relative, since the Sale is not made yet"
        check.add(ErrorCode.SCHEDULE_INVALID, message, "recipe")
    if not request.lines:
        check.add(ErrorCode.NO_LINES, "a template needs at least one line", "lines")
    check.size("lines", request.lines, TEMPLATE_LINES_LIMIT)
    known = work.by_id(Product, {line.product_id for line in request.lines})
    lines = []
    for index, line in enumerate(request.lines):
        at = check.below("lines", str(index))
        at.quantity("quantity", line.quantity)
        price = line.fixed_price_minor
        # The lines of a credit are negative; the amount itself is bounded all the same.
        is_credit = template.sale_type is SaleType.CREDIT
        at.amount("fixedPrice", -price if is_credit and price is not None else price)
        if line.product_id not in known:
            at.add(ErrorCode.NOT_FOUND, "no such product", "productId")
        lines.append(
            SaleTemplateLine(
                id=work.new_id(),
                template_id=template.id,
                line_no=index + 1,
                product_id=line.product_id,
                quantity=line.quantity,
                fixed_price_minor=line.fixed_price_minor,
                currency=line.currency or "",
            )
        )
    check.refuse_if_any()
    return lines


def _fill(listed: list[SaleTemplateLine], request: UseTemplate) -> list[NewLine]:
    """Turn template lines and the choices for them into lines of a Sale."""
    choices: dict[int, TemplateChoice] = {}
    known = {line.line_no for line in listed}
    check = Check()
    for index, one in enumerate(request.choices):
        at = check.below("choices", str(index))
        if one.line_no not in known:
            at.add(ErrorCode.NOT_FOUND, f"the template has no line {one.line_no}", "lineNo")
        if one.line_no in choices:
            at.add(ErrorCode.INPUT_INVALID, f"line {one.line_no} is chosen twice", "lineNo")
        choices[one.line_no] = one
    check.refuse_if_any()
    wanted = []
    for line in listed:
        choice = choices.get(line.line_no, TemplateChoice(line.line_no))
        placed = choice.bundle_id or choice.calendar_item_id
        wanted.append(
            NewLine(
                product_id=line.product_id,
                quantity=line.quantity if choice.quantity is None else choice.quantity,
                season_id=None if placed else choice.season_id or request.season_id,
                bundle_id=choice.bundle_id,
                calendar_item_id=choice.calendar_item_id,
                unit_price_minor=line.fixed_price_minor,
                price_currency=line.currency or None,
                seat_ids=choice.seat_ids,
                parking_ids=choice.parking_ids,
            )
        )
    return wanted

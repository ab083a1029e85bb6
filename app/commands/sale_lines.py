"""Adding, changing, replacing and removing lines of a Draft."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.drafts import finish_draft, open_sale, plan_lines, take_inventory, take_out
from app.commands.execution import Outcome
from app.domain.errors import ErrorCode, refuse
from app.domain.lines import NewLine, check_price
from app.domain.permissions import Permission, require
from app.domain.sales import SaleAction
from app.domain.validation import Check
from app.storage.inventory import lock_resources

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

LINES_AT_ONCE = 50
"""Lines that one request adds."""


@dataclass(frozen=True, slots=True)
class AddLines:
    """Add lines to a Draft; either all of them are added or none."""

    sale_id: UUID
    expected_version: int
    lines: tuple[NewLine, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Change price, discount or description of a line; None leaves a field as it is."""

    sale_id: UUID
    expected_version: int
    line_id: UUID
    unit_price_minor: int | None = None
    price_currency: str | None = None
    discount_minor: int | None = None
    discount_currency: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ReplaceLine:
    """Put a new line in the place of one, such as with another quantity or other seats."""

    sale_id: UUID
    expected_version: int
    line_id: UUID
    line: NewLine


@dataclass(frozen=True, slots=True)
class RemoveLines:
    """Take lines out of a Draft and free what they held."""

    sale_id: UUID
    expected_version: int
    line_ids: tuple[UUID, ...]


def add_lines(work: UnitOfWork, actor: Actor, request: AddLines) -> Outcome:
    """Add lines to a Draft and reserve all their inventory, or nothing at all.

    Raises:
        DomainError: what stands against any of the lines, all together.
        InventoryTaken: seats or places that are not free; the caller learns who holds them.
    """
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.CHANGE_LINES
    )
    check = Check()
    check.size("lines", request.lines, LINES_AT_ONCE)
    if not request.lines:
        check.add(ErrorCode.INPUT_INVALID, "give at least one line", "lines")
    check.refuse_if_any()
    after, planned, facts = plan_lines(work, actor, before, request.lines, "lines")
    stored = finish_draft(work, "sale.lines_added", before, after)
    take_inventory(work, stored, planned, facts)
    return Outcome({"sale": request.sale_id})


def change_line(work: UnitOfWork, actor: Actor, request: ChangeLine) -> Outcome:
    """Change the price, discount or description of a line; its inventory stays the same."""
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.CHANGE_LINES
    )
    if request.unit_price_minor is not None or request.discount_minor is not None:
        require(actor, Permission.SALE_PRICE_CHANGE)
    line = before.line(request.line_id)
    check = Check()
    changed = replace(
        line,
        unit_price_minor=_given(request.unit_price_minor, line.unit_price_minor),
        discount_minor=_given(request.discount_minor, line.discount_minor),
        description=request.description or line.description,
    )
    currencies = {"unitPrice": request.price_currency, "discount": request.discount_currency}
    price, discount = changed.unit_price_minor, changed.discount_minor
    check_price(before.sale, price, discount, line.quantity, currencies, check)
    check.optional_text("description", request.description)
    check.refuse_if_any()
    lines = tuple(changed if one.id == line.id else one for one in before.lines)
    finish_draft(work, "sale.line_changed", before, replace(before, lines=lines))
    return Outcome({"sale": request.sale_id})


def replace_line(work: UnitOfWork, actor: Actor, request: ReplaceLine) -> Outcome:
    """Replace a line; its old seats are free for the new line, and for nobody in between."""
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.CHANGE_LINES
    )
    line = before.line(request.line_id)
    lock_resources(work, (*request.line.seat_ids, *request.line.parking_ids), {line.id})
    without = take_out(work, before, {line.id}, "lineId")
    after, planned, facts = plan_lines(
        work, actor, without, (request.line,), "line", line_no=line.line_no
    )
    stored = finish_draft(work, "sale.line_replaced", before, after)
    take_inventory(work, stored, planned, facts)
    return Outcome({"sale": request.sale_id})


def remove_lines(work: UnitOfWork, actor: Actor, request: RemoveLines) -> Outcome:
    """Remove lines from a Draft and free their inventory."""
    before = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.CHANGE_LINES
    )
    if not request.line_ids:
        refuse(ErrorCode.INPUT_INVALID, "give at least one line", "lineIds")
    known = {line.id for line in before.lines}
    check = Check()
    for index, line_id in enumerate(request.line_ids):
        if line_id not in known:
            check.add(ErrorCode.NOT_FOUND, "no such line in this Sale", "lineIds", str(index))
    check.refuse_if_any()
    after = take_out(work, before, set(request.line_ids), "lineIds")
    finish_draft(work, "sale.lines_removed", before, after)
    return Outcome({"sale": request.sale_id})


def _given(value: int | None, otherwise: int) -> int:
    """Return a value, or what stands in for one that was not given."""
    return otherwise if value is None else value

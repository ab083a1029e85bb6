"""What becomes of each row of an order file: sold, cancelled, credited or left out.

Nothing here reads or writes; the same file and the same Sales give the same plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.commands.imported_orders import document_number
from app.domain.sales import LINE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from app.transfers.imports.orders_rows import Order, OrderRow


class Rule(StrEnum):
    """What became of a row; each row falls under exactly one."""

    SOLD = "sold"
    GIVEN = "sold at no price, beside others"
    CANCELLED = "cancels what an earlier order sold"
    CREDITED = "credited, without an earlier order"
    ADJUSTMENT = "left out: takes back something without a price"
    PRICELESS = "left out: of an order without any amount"
    KNOWN = "of an order that was imported before"
    WRONG = "of an order that cannot be imported"


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of a product that one document sold to an account at one price."""

    document: str
    sold_at: datetime
    account: str
    product: str
    unit_price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Return:
    """A row that takes units back of what a document sold."""

    row: OrderRow
    document: str


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """What is to be done for one order of an account; sold and credited rows by their Sales.

    `lots` are what later orders may take back of it, once it is written.
    """

    order: Order
    account: str
    sold: tuple[tuple[OrderRow, ...], ...]
    returned: tuple[Return, ...]
    credited: tuple[tuple[OrderRow, ...], ...]
    lots: tuple[Lot, ...]
    rules: Mapping[int, Rule]


@dataclass(slots=True)
class Stock:
    """The lots that credits may still take from, the newest last."""

    _by_kind: dict[tuple[str, str, int], list[Lot]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, lots: Iterable[Lot]) -> None:
        """Add lots; of two that were sold at the same moment the one added later is newer."""
        for lot in lots:
            found = self._by_kind[lot.account, lot.product, lot.unit_price_minor]
            found.append(lot)
            found.sort(key=lambda one: one.sold_at)

    def take(self, account: str, row: OrderRow, credited_at: datetime) -> str | None:
        """Take a row's units from the newest earlier document with enough of them; return it.

        A row whose price is finer than a minor unit has none: its units differ in value.
        """
        if row.discount_minor:
            return None
        found = self._by_kind[account, row.product, abs(row.unit_price_minor)]
        for position in reversed(range(len(found))):
            lot = found[position]
            if lot.quantity >= row.quantity and lot.sold_at <= credited_at:
                found[position] = replace(lot, quantity=lot.quantity - row.quantity)
                return lot.document
        return None


def plan_order(order: Order, account: str, stock: Stock) -> OrderPlan:
    """Decide what becomes of an order's rows, and take from the stock what they take back."""
    is_priced = any(row.amount_minor > 0 for row in order.rows)
    rules: dict[int, Rule] = {}
    returned = []
    for row in order.rows:
        rules[row.row_no] = _rule_of(row, is_priced=is_priced)
        if rules[row.row_no] is Rule.CREDITED and order.is_credit:
            document = stock.take(account, row, order.sold_at)
            if document is not None:
                rules[row.row_no] = Rule.CANCELLED
                returned.append(Return(row, document))
    sold = divide([row for row in order.rows if rules[row.row_no] in {Rule.SOLD, Rule.GIVEN}])
    credited = divide([row for row in order.rows if rules[row.row_no] is Rule.CREDITED])
    lots = tuple(
        lot
        for position, part in enumerate(sold)
        for lot in _lots_of(order, account, part, document_number(order.number, position))
    )
    return OrderPlan(order, account, sold, tuple(returned), credited, lots, rules)


def _rule_of(row: OrderRow, *, is_priced: bool) -> Rule:
    """Return what becomes of a row that takes nothing back of an earlier order."""
    if row.amount_minor:
        return Rule.SOLD if row.amount_minor > 0 else Rule.CREDITED
    if row.is_adjustment:
        return Rule.ADJUSTMENT
    return Rule.GIVEN if is_priced else Rule.PRICELESS


def divide(rows: Sequence[OrderRow]) -> tuple[tuple[OrderRow, ...], ...]:
    """Divide rows over as few Sales as can hold their lines, in order."""
    parts: list[list[OrderRow]] = []
    room = 0
    for row in rows:
        needed = len(row.line_quantities)
        if needed > room:
            parts.append([])
            room = LINE_LIMIT
        parts[-1].append(row)
        room -= needed
    return tuple(tuple(part) for part in parts)


def _lots_of(order: Order, account: str, rows: Sequence[OrderRow], document: str) -> list[Lot]:
    """Return what a document sold, one lot for each product and price."""
    counts: dict[tuple[str, int], int] = defaultdict(int)
    for row in rows:
        if row.amount_minor and not row.discount_minor:
            counts[row.product, row.unit_price_minor] += row.quantity
    return [
        Lot(document, order.sold_at, account, product, price, quantity)
        for (product, price), quantity in counts.items()
    ]

"""Orders of another system: each becomes Final Sales with documents, all of it or nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.commands.imported_orders import ImportOrder, OrderLine, OrderReturn, import_order
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.money import apportion, currency_digits, format_amount
from app.domain.organisations import PriceBasis
from app.domain.validation import Check
from app.storage.organisations import read_organisation
from app.transfers.imports.files import read_source
from app.transfers.imports.orders_ground import account_code, lay_ground
from app.transfers.imports.orders_plan import Rule, Stock, plan_order
from app.transfers.imports.orders_rows import COLUMNS, read_orders
from app.transfers.imports.records import records_of
from app.transfers.imports.reports import ImportReport, RowError, RuleTally, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.organisations import Organisation
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.imports.orders_ground import Ground
    from app.transfers.imports.orders_plan import OrderPlan
    from app.transfers.imports.orders_rows import Order, OrderRow
    from app.transfers.imports.records import Record
    from app.transfers.imports.reports import ImportOptions

OPERATION = "import.order"
"""What the idempotency keys of orders are about."""
_SAID_EVERY = 50


class _DryError(Exception):
    """Ends the transaction of a dry run."""

    def __init__(self, ground: Ground) -> None:
        super().__init__("nothing is written")
        self.ground = ground


@dataclass(slots=True)
class _Run:
    """One import of orders, as far as it has come; `counts` are new and known ones by noun."""

    runner: Runner
    actor: Actor
    organisation: Organisation
    options: ImportOptions
    currency: str
    say: Callable[[str], None]
    records: dict[int, Record] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    rules: dict[int, Rule] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def day_of(self, order: Order) -> date:
        """Return the day of an order at the club."""
        return order.sold_at.astimezone(ZoneInfo(self.organisation.time_zone)).date()

    def put(self, order: Order, rule: Rule) -> None:
        """Note that all rows of an order fall under one rule."""
        self.rules |= {row.row_no: rule for row in order.rows}

    def fail(self, order: Order, violations: Sequence[Violation]) -> None:
        """Note why an order cannot be imported, with its first row."""
        row_no = order.rows[0].row_no
        self.errors += [
            RowError(row_no, None, one.code, f"order {order.number}: {one.message}")
            for one in violations
        ]

    def count(self, noun: str, created: int, known: int = 0) -> None:
        """Count what was or would be created, and what was there."""
        counts = self.counts.setdefault(noun, [0, 0, 0])
        counts[0] += created
        counts[2] += known


def import_orders(
    runner: Runner,
    actor: Actor,
    path: Path,
    options: ImportOptions,
    say: Callable[[str], None] = lambda _step: None,
) -> ImportReport:
    """Import the orders of a file that were not imported before.

    Each order is written in one transaction under a key of its own, so a run that was interrupted
    is completed by the next. What is wrong with one order keeps no other out. Products and accounts
    that are missing are created first. A dry run writes nothing, and says what would be written.
    """
    report = ImportReport("orders", path.name, 0, options.dry_run)
    organisation = runner.transact(actor.organisation_id, actor.name, read_organisation)
    currency = options.currency or organisation.currency
    run = _Run(runner, actor, organisation, options, currency, say)
    try:
        _read(run, path)
        ground = _lay(run)
    except DomainError as error:
        return replace(report, errors=tuple(_errors(error.violations)))
    _import(run, ground)
    return replace(
        report,
        row_count=len(run.records),
        tallies=tuple(Tally(noun, *counts) for noun, counts in run.counts.items()),
        errors=tuple(sorted(run.errors, key=lambda one: one.row_no or 0)),
        notes=tuple(run.notes),
        rules=tuple(_tallies(run)),
    )


def _read(run: _Run, path: Path) -> None:
    """Read the file into orders."""
    currency_digits(run.currency)
    check = Check("")
    check.code("source", run.options.source)
    check.refuse_if_any()
    run.say(f"reading {path.name}")
    source = read_source(path)
    records, notes = records_of(source, COLUMNS, ignore_unknown=run.options.ignore_unknown_columns)
    run.records = {record.row_no: record for record in records}
    run.orders = read_orders(records, run.currency, ZoneInfo(run.organisation.time_zone))
    for record in records:
        run.errors += _errors(record.check.violations, record)
    strange = sorted({o.country for o in run.orders if o.country and not o.country_code})
    notes += [f"country {name!r} is not known: taken for the club's own" for name in strange]
    run.notes = [*source.notes, *notes]


def _lay(run: _Run) -> Ground:
    """Create what the orders refer to, or in a dry run only say what would be created."""

    def action(work: UnitOfWork) -> Ground:
        ground = lay_ground(work, run.actor, run.orders, run.options, run.currency, run.say)
        if run.options.dry_run:
            work.flush()
            raise _DryError(ground)
        return ground

    try:
        ground = run.runner.transact(run.actor.organisation_id, run.actor.name, action)
    except _DryError as dry:
        ground = dry.ground
    run.counts |= ground.counts
    run.errors += _errors(ground.violations)
    return ground


def _import(run: _Run, ground: Ground) -> None:
    """Plan and write one order after the other, as far as they are new."""
    stock = Stock()
    stock.add(ground.lots)
    early = 0
    for position, order in enumerate(run.orders, 1):
        if order.number in ground.known:
            _recognise(run, order, ground.known[order.number])
        elif ground.has_all(order):
            plan = plan_order(order, account_code(order), stock)
            if _write(run, ground, plan):
                stock.add(plan.lots)
                run.rules |= plan.rules
                _count(run, plan)
                is_early = ground.vat_day(run.day_of(order)) != run.day_of(order)
                early += is_early and not order.is_empty
        if position % _SAID_EVERY == 0 or position == len(run.orders):
            run.say(f"orders: {position} of {len(run.orders)}")
    if early:
        first = ground.rated_from
        run.notes.append(f"{early} orders are older than the VAT rules: rates of {first} are used")


def _recognise(run: _Run, order: Order, documented_minor: int) -> None:
    """Leave an order that was imported before, but say if the file has it otherwise now."""
    is_gross = run.options.price_basis is PriceBasis.GROSS
    if is_gross and documented_minor != order.amount_minor:
        had, has = (
            format_amount(amount, run.currency) for amount in (documented_minor, order.amount_minor)
        )
        message = f"was imported before with {had}, and has {has} now; nothing is changed"
        run.fail(order, [Violation(ErrorCode.DOCUMENT_CONFLICT, message)])
        return
    run.put(order, Rule.KNOWN)
    run.count("order", 0, 1)


def _write(run: _Run, ground: Ground, plan: OrderPlan) -> bool:
    """Write an order in a transaction of its own, if there is anything to; tell if it went well."""
    if plan.order.is_empty or run.options.dry_run:
        return True
    key = hashlib.sha256(f"{run.options.source}:{plan.order.number}".encode()).hexdigest()
    request = _request(run, ground, plan)
    try:
        run.runner.run(run.actor, OPERATION, key, request, import_order)
    except DomainError as error:
        run.fail(plan.order, error.violations)
        return False
    return True


def _request(run: _Run, ground: Ground, plan: OrderPlan) -> ImportOrder:
    """Say what is to be written for an order."""
    returned = tuple(
        OrderReturn(
            one.document,
            ground.product_ids[one.row.product],
            abs(one.row.unit_price_minor),
            one.row.quantity,
        )
        for one in plan.returned
    )
    return ImportOrder(
        source=run.options.source,
        number=plan.order.number,
        sold_at=plan.order.sold_at,
        vat_on=ground.vat_day(run.day_of(plan.order)),
        account_id=ground.account_ids[plan.account],
        currency=run.currency,
        price_basis=run.options.price_basis,
        sold=tuple(tuple(_lines(part, ground.product_ids)) for part in plan.sold),
        returned=returned,
        credited=tuple(tuple(_lines(part, ground.product_ids)) for part in plan.credited),
    )


def _lines(rows: Sequence[OrderRow], product_ids: dict[str, UUID]) -> Iterator[OrderLine]:
    """Turn rows into lines; the amount of one that needs several is divided by their units."""
    for row in rows:
        quantities = row.line_quantities
        amounts = apportion(row.amount_minor, quantities)
        for quantity, amount in zip(quantities, amounts, strict=True):
            yield OrderLine(
                product_id=product_ids[row.product],
                quantity=quantity,
                unit_price_minor=row.unit_price_minor,
                discount_minor=quantity * row.unit_price_minor - amount,
                description=row.description,
            )


def _count(run: _Run, plan: OrderPlan) -> None:
    """Count what an order's plan creates."""
    run.count("order", not plan.order.is_empty)
    run.count("sale", len(plan.sold) + len(plan.credited))
    run.count("cancellation", len({one.document for one in plan.returned}))


def _tallies(run: _Run) -> Iterator[RuleTally]:
    """Count rows and amounts by rule; every row of the file is in exactly one."""
    amounts = {row.row_no: row.amount_minor for order in run.orders for row in order.rows}
    gathered: dict[Rule, list[int]] = defaultdict(list)
    for row_no in run.records:
        gathered[run.rules.get(row_no, Rule.WRONG)].append(amounts.get(row_no, 0))
    for rule in Rule:
        if rule in gathered:
            yield RuleTally(rule, len(gathered[rule]), sum(gathered[rule]), run.currency)


def _errors(violations: Sequence[Violation], record: Record | None = None) -> list[RowError]:
    """Name the row and the column that violations are about."""
    found = []
    for one in violations:
        row, *names = one.path or ("",)
        column = COLUMNS.column_of(names)
        value = record.text(column) if record is not None and column is not None else None
        row_no = int(row) if row.isdecimal() else None
        found.append(RowError(row_no, column, one.code, one.message, value))
    return found

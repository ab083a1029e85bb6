"""A run: a report and maps become one file of sales orders, one order a customer and month.

Nothing of a report is lost: every line is in an order, or its customer is blocked with a reason,
left out by the settings, or was in a file of an earlier run. The sums are compared before a file
is given away.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.exact_globe.documents import Writer
from app.transfers.connectors.exact_globe.files import Contents, GlobeFile, write_file
from app.transfers.connectors.ingram.connector import kept_lines, order_code
from app.transfers.connectors.ingram.records import amount_of, minor_of
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.ingram_globe.maps import WorkList, work_list
from app.transfers.ingram_globe.pricing import price_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from app.transfers.connectors.exact_globe.administration import Administration
    from app.transfers.connectors.ingram.records import Line, Report
    from app.transfers.ingram_globe.maps import Item, Maps

Key = tuple[str, str]
"""The number of a source invoice and a customer of it: what is written once."""
_PRICE_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class OrderMade:
    """One order of the file."""

    code: str
    customer: str
    customer_name: str
    debtor: str
    line_count: int
    source_minor: int
    """What the source bills for it."""
    net_minor: int
    """What the customer pays."""
    difference_minor: int
    """How much of that is the line of cents differences."""
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A customer without an order, and why."""

    customer: str
    customer_name: str
    source_minor: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run made; `file` is None where there was nothing to write."""

    report: Report
    file: GlobeFile | None
    orders: tuple[OrderMade, ...]
    blocked: tuple[Blocked, ...]
    unmapped: WorkList
    excluded_minor: int = 0
    earlier: tuple[Key, ...] = ()
    """What an earlier run had written."""
    earlier_minor: int = 0


def run(
    report: Report,
    maps: Maps,
    house: Administration,
    *,
    excluded: frozenset[str] = frozenset(),
    written: Collection[Key] = (),
) -> Outcome:
    """Write the orders of a report.

    Args:
        excluded: customers to leave out, in small letters.
        written: what earlier runs have written; it is not written again.
    """
    kept = kept_lines(report, excluded)
    known = frozenset(written)
    fresh = [one for one in kept if (one.invoice_no, one.customer) not in known]
    earlier = [one for one in kept if (one.invoice_no, one.customer) in known]
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in fresh:
        grouped[line.customer].append(line)
    orders: list[OrderMade] = []
    records: list[dict[str, Any]] = []
    blocked: list[Blocked] = []
    title = f"Ingram Micro {report.month or report.source_id}"
    for lines in grouped.values():
        made = _try(report, title, lines, maps, house)
        if isinstance(made, Blocked):
            blocked.append(made)
        else:
            records.append(made[0])
            orders.append(made[1])
    outcome = Outcome(
        report,
        write_file(house, Contents(orders=records)) if records else None,
        tuple(orders),
        tuple(blocked),
        work_list(fresh, maps),
        report.net_minor - sum(one.amount_minor for one in kept),
        tuple(dict.fromkeys((one.invoice_no, one.customer) for one in earlier)),
        sum(one.amount_minor for one in earlier),
    )
    _compare(outcome)
    return outcome


def _try(
    report: Report, title: str, lines: Sequence[Line], maps: Maps, house: Administration
) -> tuple[dict[str, Any], OrderMade] | Blocked:
    """Return the order of one customer, or why there is none."""
    source_minor = sum(one.amount_minor for one in lines)
    customer, name = lines[0].customer, lines[0].customer_name
    reasons = [] if customer in maps.debtors else [f"{customer} has no debtor"]
    skus = dict.fromkeys(one.sku for one in lines if one.sku not in maps.items)
    reasons += [f"{sku} has no item" for sku in skus]
    if reasons:
        return Blocked(customer, name, source_minor, tuple(reasons))
    billed = [one for one in lines if one.quantity or one.amount_minor]
    if not billed:
        return Blocked(customer, name, source_minor, ("there is nothing to bill",))
    try:
        record = _record(report, title, billed, maps)
        written = Writer(house, {}).order(record, "")
    except TransferFaultError as error:
        if error.fault is not FaultClass.RECORD:
            raise
        return Blocked(customer, name, source_minor, (error.message,))
    made = OrderMade(
        record["code"],
        customer,
        name,
        maps.debtors[customer],
        len(lines),
        source_minor,
        written.total_minor,
        written.difference_minor,
        tuple(dict.fromkeys((one.invoice_no, one.customer) for one in lines)),
    )
    return record, made


def _record(report: Report, title: str, lines: Sequence[Line], maps: Maps) -> dict[str, Any]:
    """Return one customer's order as the neutral record of a Sale."""
    customer = lines[0].customer
    invoices = list(dict.fromkeys(one.invoice_no for one in lines))
    source = invoices[0] if len(invoices) == 1 else "+".join(sorted(invoices))
    code = order_code(source, customer)
    rows = [
        _line(number, line, maps.items[line.sku], report.currency)
        for number, line in enumerate(lines, 1)
    ]
    total_minor = sum(minor for _, minor in rows)
    record: dict[str, Any] = {
        "id": code,
        "code": code,
        "description": title,
        "stage": "INVOICED",
        "customer": {
            "id": customer,
            "code": customer,
            "external_code": maps.debtors[customer],
            "name": lines[0].customer_name,
            "kind": "COMPANY",
        },
        "currency": report.currency,
        "lines": [row for row, _ in rows],
        "totals": {"net": f"{amount_of(total_minor, report.currency):f}", "by_rate": []},
    }
    day = report.invoice_on or max((one.period_to for one in lines if one.period_to), default=None)
    if day is not None:
        record["ordered_at"] = day
    return record


def _line(number: int, line: Line, item: Item, currency: str) -> tuple[dict[str, Any], int]:
    """Return a line at the customer's price, and what it makes.

    Its VAT is left to item and debtor in Globe: the source's is that of another sale.
    """
    price, quantity = price_of(line, item.price), line.quantity
    if quantity == 0:
        # An amount without a quantity is a correction of the source, passed on as it is.
        quantity, unit, net_minor = (
            Decimal(1),
            amount_of(line.amount_minor, currency),
            line.amount_minor,
        )
    elif price is None:
        unit = line.unit_cost * line.duration
        net_minor = line.amount_minor
    else:
        unit = price * line.duration
        net_minor = minor_of(line.quantity * unit, currency, f"lines[{number - 1}].net")
    record = {
        "number": number,
        "product": {"id": line.sku, "code": item.code, "name": line.description},
        "description": _described(line),
        "quantity": f"{quantity:f}",
        "unit_price": f"{round(unit, _PRICE_DECIMALS):f}",
        "net": f"{amount_of(net_minor, currency):f}",
    }
    return record, net_minor


def _described(line: Line) -> str:
    """Return what a line says: the product, its period, and the part of it that is billed."""
    text = line.description
    if line.period_from and line.period_to:
        text = f"{text} {line.period_from} - {line.period_to}"
    if line.duration != Decimal(1):
        text = f"{text} × {line.duration:f}"
    return text


def _compare(outcome: Outcome) -> None:
    """Compare the source with what became of it, and the orders with the file."""
    parts = (
        sum(one.source_minor for one in outcome.orders)
        + sum(one.source_minor for one in outcome.blocked)
        + outcome.excluded_minor
        + outcome.earlier_minor
    )
    made = sum(one.net_minor for one in outcome.orders)
    total = outcome.file.made.total_minor if outcome.file is not None else 0
    if parts != outcome.report.net_minor or made != total:
        message = (
            f"the report has {outcome.report.net_minor} and {parts} were found again; the orders "
            f"make {made} and the file {total}"
        )
        raise TransferFaultError(FaultClass.DEFECT, message)

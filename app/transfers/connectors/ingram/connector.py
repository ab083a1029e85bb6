"""Ingram Micro as a system: files that a reseller downloads there, as orders of its customers."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.ingram import xvantage
from app.transfers.connectors.ingram.columns import Proposal, Template, propose, template_from
from app.transfers.connectors.ingram.records import amount_of, refused
from app.transfers.connectors.ingram.reports import read_report
from app.transfers.contract.connectors import Health, Incoming, Setting, SettingKind, Source
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.tables.reading import Form, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.transfers.connectors.ingram.records import Line, Report
    from app.transfers.contract.connectors import Action, Connected, Done, Polled, Task

_CODE_CHARACTERS = 30


class IngramMicro:
    """Reads reseller invoices and reports of the marketplace; nothing is written there."""

    kind = "ingram"
    title = "Ingram Micro"
    settings = (
        Setting(
            "templates",
            "Templates of reports",
            description="What the columns of each kind of report mean; a JSON list.",
        ),
        Setting(
            "excluded_customers",
            "Customers to leave out",
            description="Their ids or names at Ingram, with ; between.",
        ),
        Setting(
            "delimiter",
            "Delimiter of CSV",
            SettingKind.CHOICE,
            "Found out where it is empty.",
            choices=(",", ";", "\t", "|"),
        ),
        Setting("encoding", "Encoding of CSV", description="Found out where it is empty."),
    )
    actions: tuple[Action, ...] = ()
    sources = (
        Source(
            "invoice",
            "sale",
            "Reseller invoice",
            "The answer of Xvantage to one invoice, as JSON.",
            is_file=True,
        ),
        Source(
            "report",
            "sale",
            "Report of the marketplace",
            "JSON, CSV or XLSX with columns that a template explains; one order a customer.",
            is_file=True,
        ),
    )

    def check(self, connected: Connected) -> Health:
        """Check the settings."""
        try:
            templates = templates_of(connected.settings)
        except TransferFaultError as error:
            return Health(is_well=False, message=error.message)
        return Health(is_well=True, message=f"{len(templates)} templates are known.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Refuse: nothing is written to Ingram Micro."""
        del connected
        raise _refuse(f"nothing can be written there, so there is no {task.action}")

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Refuse: nothing is written to Ingram Micro."""
        del connected
        raise _refuse(f"nothing can be written there, so there is no {task.action}")

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Refuse: files are given, not fetched."""
        del connected, cursor
        raise _refuse(f"{source} is not asked for; its files are given")

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Refuse: Ingram Micro sends nothing by itself."""
        del connected, headers, body
        raise _refuse("nothing is sent by itself")

    def read(
        self, connected: Connected, source: str, name: str, content: bytes
    ) -> tuple[Incoming, ...]:
        """Read a file as one order for each customer and source invoice."""
        if source not in {one.name for one in self.sources}:
            raise _refuse(f"there is no source {source!r}")
        report = read_file(connected.settings, name, content)
        excluded = excluded_of(connected.settings)
        return tuple(incoming_of(source, report, excluded))


def read_file(settings: Mapping[str, Any], name: str, content: bytes) -> Report:
    """Read a reseller invoice or a report, whichever a file is.

    Raises:
        TransferFaultError: `RECORD`; its path is `columns` where a template is needed first.
    """
    if name.lower().endswith(".json"):
        try:
            document = xvantage.parse(name, content)
        except TransferFaultError as error:
            if "holds no object" not in error.message:
                raise
            document = {}
        if xvantage.is_invoice(document):
            return xvantage.read_invoice(document, content)
        if xvantage.is_search(document):
            hits = xvantage.read_search(document)
            told = ", ".join(one.invoice_no for one in hits[:5])
            message = f"is a list of {len(hits)} invoices without lines ({told}); give each one"
            raise refused(message, name)
    table = read_table(name, content, _form(settings))
    return read_report(table, content, _stem(name), templates_of(settings))


def propose_columns(settings: Mapping[str, Any], name: str, content: bytes) -> Proposal:
    """Propose a template for a report."""
    return propose(_table(settings, name, content))


def _table(settings: Mapping[str, Any], name: str, content: bytes) -> Table:
    """Read the rows of a report."""
    return read_table(name, content, _form(settings))


def _form(settings: Mapping[str, Any]) -> Form:
    """Return what the settings say of files."""
    return Form(
        delimiter=settings.get("delimiter") or None, encoding=settings.get("encoding") or None
    )


def _stem(name: str) -> str:
    """Return the id of a report: the name of its file without its ending."""
    return name.rpartition("/")[2].rpartition(".")[0] or name


def templates_of(settings: Mapping[str, Any]) -> list[Template]:
    """Return the templates that the settings hold, as a list or as JSON."""
    found = settings.get("templates") or []
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError as error:
            raise refused(f"is no JSON: {error}", "templates") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise refused("must be a list of objects", "templates")
    return [template_from(one) for one in found]


def excluded_of(settings: Mapping[str, Any]) -> frozenset[str]:
    """Return the customers that are left out, in small letters."""
    found = settings.get("excluded_customers") or ""
    parts = found if isinstance(found, list) else str(found).replace("\n", ";").split(";")
    return frozenset(str(one).strip().lower() for one in parts if str(one).strip())


def kept_lines(report: Report, excluded: frozenset[str]) -> list[Line]:
    """Return the lines of customers that are not left out."""
    return [
        one
        for one in report.lines
        if one.customer.lower() not in excluded and one.customer_name.lower() not in excluded
    ]


def incoming_of(source: str, report: Report, excluded: frozenset[str]) -> Iterable[Incoming]:
    """Return one order for each customer and source invoice, at what it costs the reseller."""
    grouped: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in kept_lines(report, excluded):
        grouped[line.invoice_no, line.customer].append(line)
    for (invoice_no, customer), lines in grouped.items():
        record = _order(report, invoice_no, customer, lines)
        text = json.dumps(record, sort_keys=True, ensure_ascii=False)
        version = hashlib.sha256(text.encode()).hexdigest()[:32]
        yield Incoming(source, record["id"], version, record)


def order_code(invoice_no: str, customer: str) -> str:
    """Return the key of an order: readable where it is short enough for a reference."""
    plain = f"IM-{invoice_no}-{customer}"
    if len(plain) <= _CODE_CHARACTERS and plain.isascii():
        return plain
    return f"IM-{hashlib.sha256(plain.encode()).hexdigest()[:24]}"


def _order(report: Report, invoice_no: str, customer: str, lines: Sequence[Line]) -> dict[str, Any]:
    """Return what one customer used as a neutral order."""
    net_minor = sum(one.amount_minor for one in lines)
    record: dict[str, Any] = {
        "id": f"{invoice_no}:{customer}",
        "code": order_code(invoice_no, customer),
        "stage": "INVOICED",
        "reference": invoice_no,
        "customer": {
            "id": customer,
            "code": customer,
            "name": lines[0].customer_name,
            "kind": "COMPANY",
        },
        "currency": report.currency,
        "lines": [_order_line(number, one, report) for number, one in enumerate(lines, 1)],
        "totals": {"net": f"{amount_of(net_minor, report.currency):f}", "by_rate": []},
    }
    if report.month:
        record["period"] = report.month
    if report.invoice_on:
        record["ordered_at"] = report.invoice_on
    return record


def _order_line(number: int, line: Line, report: Report) -> dict[str, Any]:
    """Return one line; a part of a period is a part of the quantity, at the cost of a whole one."""
    found: dict[str, Any] = {
        "number": number,
        "product": {
            "id": line.sku,
            "code": line.sku,
            "name": line.description,
            "kind": "ESERVICE",
            "unit": "pc",
        },
        "description": line.description,
        "quantity": f"{round(line.quantity * line.duration, 8):f}",
        "unit_price": f"{round(line.unit_cost, 8):f}",
        "net": f"{amount_of(line.amount_minor, report.currency):f}",
        "unit_cost": f"{round(line.unit_cost, 8):f}",
        "seats": f"{line.quantity:f}",
        "duration": f"{line.duration:f}",
    }
    price = line.sales_price
    optional = {
        "vat_rate": line.vat_rate,
        "subscription_id": line.subscription_id,
        "period_from": line.period_from,
        "period_to": line.period_to,
        "sales_price": None if price is None else f"{price:f}",
    }
    return found | {name: value for name, value in optional.items() if value is not None}


def _refuse(message: str) -> TransferFaultError:
    """Return the fault of what this connector does not do."""
    return TransferFaultError(FaultClass.DEFECT, f"Ingram Micro: {message}")


CONNECTOR = IngramMicro()

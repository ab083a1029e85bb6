"""Exact Globe as a system: it is written files, which a person imports, and read files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.connectors.exact_globe import incoming
from app.transfers.connectors.exact_globe.administration import SETTINGS, administration_of
from app.transfers.connectors.exact_globe.amounts import refused
from app.transfers.connectors.exact_globe.files import Contents, write_file
from app.transfers.connectors.exact_globe.reading import parse
from app.transfers.connectors.exact_globe.repricing import repriced
from app.transfers.contract.connectors import Action, Done, Health, Setting, SettingKind, Source
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.contract.connectors import Connected, Incoming, Polled, Task

_FILE = "A file for Globe; `records` instead of one record puts many into it."
PRICES_COUNT = Setting(
    "has_own_prices",
    "Prices are our own",
    SettingKind.FLAG,
    "A mapping has set unit prices: amounts of lines whose price is not `unit_cost` are computed.",
    default=False,
)
_WRITES = {
    "customer.write": "accounts",
    "product.write": "items",
    "order.write": "orders",
    "invoice.write": "invoices",
    "credit_note.write": "invoices",
}
_READS = {
    "accounts": incoming.customers,
    "items": incoming.products,
    "orders": incoming.orders,
    "invoices": incoming.documents,
}


class ExactGlobe:
    """Writes eExact XML strictly, reads it laxly; it has no line to Globe and asks it nothing."""

    kind = "exact_globe"
    title = "Exact Globe"
    settings = SETTINGS
    actions = (
        Action("customer.write", "customer", "Write an account", _FILE, makes="Account"),
        Action("product.write", "product", "Write an item", _FILE, makes="Item"),
        Action("order.write", "sale", "Write a sales order", _FILE, (PRICES_COUNT,), makes="Order"),
        Action("invoice.write", "invoice", "Write a concept invoice", _FILE, makes="Invoice"),
        Action("credit_note.write", "credit_note", "Write a credit note", _FILE, makes="Invoice"),
    )
    sources = (
        Source("accounts", "customer", "Accounts", "An export of debtors.", is_file=True),
        Source("items", "product", "Items", "An export of items with sales prices.", is_file=True),
        Source("orders", "sale", "Orders", "An export of sales orders.", is_file=True),
        Source(
            "invoices",
            "document",
            "Invoices",
            "An export of invoices or of the sales journal: numbers, due dates and amounts.",
            is_file=True,
        ),
    )

    def check(self, connected: Connected) -> Health:
        """Check the settings; there is nothing else that could be wrong before a file is made."""
        try:
            house = administration_of(connected.settings)
        except TransferFaultError as error:
            return Health(is_well=False, message=error.message)
        if not house.vat_codes:
            return Health(is_well=True, message="No VAT codes are set: Globe takes its items' own.")
        return Health(is_well=True, message="The settings can be used.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Find nothing: a file that was made is made again, with the same bytes."""
        del connected, task
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Write a file of one record, or of all `records` of it."""
        if task.action not in _WRITES:
            raise _not_known(task.action, "action")
        records = _records(task.record)
        contents = Contents(**{_WRITES[task.action]: records})
        house = administration_of(connected.settings)
        if task.options.get("has_own_prices") is True:
            records = [repriced(one, house.price_decimals) for one in records]
            contents = Contents(orders=records)
        file = write_file(house, contents, task.references)
        only = records[0] if len(records) == 1 else None
        name = str(only.get("external_code") or only.get("code")) if only else file.made.name
        told: dict[str, Any] = {"file": file.made.name, "sha256": file.sha256}
        if file.differences_minor:
            told["differences_minor"] = file.differences_minor
        return Done(name, record=told, files=(file.made,), sent=file.made.content.decode())

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Refuse: Globe is not asked."""
        del connected, cursor
        raise _not_known(source, "source that can be asked")

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Refuse: Globe sends nothing by itself."""
        del connected, headers, body
        raise TransferFaultError(FaultClass.DEFECT, "Exact Globe sends nothing by itself")

    def read(
        self, connected: Connected, source: str, name: str, content: bytes
    ) -> tuple[Incoming, ...]:
        """Read a file that was exported from Globe."""
        del connected
        if source not in _READS:
            raise _not_known(source, "source")
        found = tuple(_READS[source](parse(content)))
        if not found:
            raise TransferFaultError(FaultClass.RECORD, f"{name} has no {source} in it")
        return found


def _records(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a task: one, or a list of them."""
    if "records" not in record:
        return [dict(record)]
    records = record["records"]
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise refused("must be a list of records", "records")
    return records


def _not_known(name: str, what: str) -> TransferFaultError:
    """Return the fault of a name that this connector does not have."""
    return TransferFaultError(FaultClass.DEFECT, f"Exact Globe has no {what} {name!r}")


CONNECTOR = ExactGlobe()

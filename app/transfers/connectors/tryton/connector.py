"""The connector of Tryton: customers, products, invoices, credit notes and payments to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from app.transfers.connectors.tryton.customers import (
    change_party,
    compact,
    find_party,
    make_party,
    rules_of,
)
from app.transfers.connectors.tryton.documents import polled_documents
from app.transfers.connectors.tryton.forms import ACTIONS, SETTINGS, SOURCES
from app.transfers.connectors.tryton.invoices import (
    Order,
    differs,
    document_of,
    draft,
    found_invoice,
    is_posted,
    post,
)
from app.transfers.connectors.tryton.office import Office, opened
from app.transfers.connectors.tryton.payments import moves_of, register
from app.transfers.connectors.tryton.products import find_product, make_product
from app.transfers.connectors.tryton.values import written
from app.transfers.contract.connectors import (
    Action,
    Connected,
    Done,
    Health,
    Incoming,
    Polled,
    Setting,
    Source,
    Task,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping


class TrytonConnector:
    """Tryton 8 as the invoicing and accounting system of a club."""

    kind = "tryton"
    title = "Tryton"
    settings: tuple[Setting, ...] = SETTINGS
    actions: tuple[Action, ...] = ACTIONS
    sources: tuple[Source, ...] = SOURCES

    def check(self, connected: Connected) -> Health:
        """Sign in, and look whether invoices can be made."""
        try:
            with opened(connected) as office:
                company = office.only("company.company", office.company_id, ["rec_name"])
                modules = office.search(
                    "ir.module", [["name", "=", "account_invoice"]], ["state"], limit=1
                )
        except TransferFaultError as fault:
            return Health(is_well=False, message=fault.message)
        if not modules or modules[0]["state"] != "activated":
            return Health(is_well=False, message="The module account_invoice is not activated.")
        return Health(is_well=True, message=f"Signed in for {company['rec_name']}.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Look up what an earlier try may have made, by our code."""
        with opened(connected) as office:
            match task.action:
                case "customer.save" if task.known_id is not None:
                    return None
                case "customer.save":
                    rules = rules_of(str(task.options.get("match") or ""))
                    party = find_party(office, task.record, rules)
                    return None if party is None else _party_done(office, party, was_there=True)
                case "product.save":
                    found = find_product(office, str(task.record["code"]))
                    return None if found is None else _product_done(office, found, was_there=True)
                case "payment.register":
                    moves = moves_of(office, task.record)
                    made = [one for one in moves if one is not None]
                    is_whole = len(made) == len(moves)
                    return _payment_done(office, made, was_there=True) if is_whole else None
                case _:
                    return self._found_invoice(office, task)

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Do what a task says; what is there already is found first."""
        with opened(connected) as office:
            match task.action:
                case "customer.save":
                    return _save_customer(office, task)
                case "product.save":
                    found = find_product(office, str(task.record["code"]))
                    made = found or make_product(office, task.record, connected.settings)
                    return _product_done(office, made, was_there=found is not None)
                case "payment.register":
                    return _payment_done(office, register(office, task.record, task.options))
                case "invoice.draft" | "invoice.post" | "credit_note.draft" | "credit_note.post":
                    invoice, was_there = draft(office, Order.of(connected, task))
                    if task.action.endswith(".post") and not is_posted(invoice):
                        invoice = post(office, int(invoice["id"]), task.options)
                        was_there = False
                    return _invoice_done(office, invoice, was_there=was_there)
                case _:
                    pass
        _refuse(f"Tryton has no action {task.action!r}.")

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Return invoices that were posted, paid or changed in Tryton."""
        if source != "document":
            _refuse(f"Tryton has no source {source!r}.")
        with opened(connected) as office:
            return polled_documents(office, cursor)

    def receive(
        self,
        connected: Connected,  # noqa: ARG002 - the form of a connector
        headers: Mapping[str, str],  # noqa: ARG002
        body: bytes,  # noqa: ARG002
    ) -> tuple[Incoming, ...]:
        """Refuse: Tryton sends nothing by itself."""
        _refuse("Tryton sends nothing by itself; it is polled.")

    def read(
        self,
        connected: Connected,  # noqa: ARG002 - the form of a connector
        source: str,  # noqa: ARG002
        name: str,  # noqa: ARG002
        content: bytes,  # noqa: ARG002
    ) -> tuple[Incoming, ...]:
        """Refuse: nothing comes from Tryton as a file."""
        _refuse("Nothing comes from Tryton as a file; it is polled.")

    def _found_invoice(self, office: Office, task: Task) -> Done | None:
        """Return the invoice of a code, if it is as far as the action takes it."""
        found = found_invoice(office, str(task.record["code"]))
        if found is None or (task.action.endswith(".post") and not is_posted(found)):
            return None
        if differs(found, task.record):
            return None
        return _invoice_done(office, found, was_there=True)


def _save_customer(office: Office, task: Task) -> Done:
    """Find, make or change a party."""
    rules = rules_of(str(task.options.get("match") or ""))
    known = task.known_id or task.references.get(f"customer:{task.record['id']}")
    party = int(known) if known else find_party(office, task.record, rules)
    if party is None:
        return _party_done(office, make_party(office, task.record))
    if task.options.get("changes", True):
        change_party(office, party, task.record)
    return _party_done(office, party, was_there=True)


def _party_done(office: Office, party: int, *, was_there: bool = False) -> Done:
    """Return a party as an answer."""
    fields = ["name", "code", "identifiers.code"]
    found = office.only("party.party", party, fields)
    record: dict[str, Any] = {"external_code": found["code"], "name": found["name"]}
    numbers = [one["code"] for one in found.get("identifiers.") or () if one["code"]]
    if numbers:
        record["vat_id"] = compact(str(numbers[0]))
    return _done(office, party, found["code"], record, was_there=was_there)


def _product_done(office: Office, found: Mapping[str, Any], *, was_there: bool) -> Done:
    """Return a product as an answer."""
    record = {"code": found["code"]}
    return _done(office, int(found["id"]), found["code"], record, was_there=was_there)


def _invoice_done(office: Office, invoice: Mapping[str, Any], *, was_there: bool) -> Done:
    """Return an invoice as an answer, with what the record `document` says."""
    document = document_of(invoice)
    number = document["number"] or None
    return _done(office, int(invoice["id"]), number, document, was_there=was_there)


def _payment_done(office: Office, moves: list[dict[str, Any]], *, was_there: bool = False) -> Done:
    """Return the moves of a payment as an answer."""
    ids = ",".join(str(one["id"]) for one in moves)
    numbers = ", ".join(str(one["number"]) for one in moves)
    record = {"moves": [one["number"] for one in moves]}
    return Done(ids, numbers, record, was_there=was_there, sent=office.sent, answer=written(moves))


def _done(
    office: Office,
    ident: int,
    number: str | None,
    record: Mapping[str, Any],
    *,
    was_there: bool,
) -> Done:
    """Return an answer with what was sent for it."""
    return Done(
        str(ident),
        number,
        record,
        was_there=was_there,
        sent=office.sent,
        answer={"id": ident, **record},
    )


def _refuse(message: str) -> NoReturn:
    """Refuse what the connector cannot do."""
    raise TransferFaultError(FaultClass.DEFECT, message)


CONNECTOR = TrytonConnector()

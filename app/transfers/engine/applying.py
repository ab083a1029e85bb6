"""Taking over what another system said: through the same commands as everybody's, each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.commands.documents import RecordDocument, record_document
from app.commands.payments import RecordPayment, record_payment
from app.commands.scans import RecordScans, ReportedScan, record_scans
from app.domain.documents import Reported
from app.domain.invoices import Invoice
from app.domain.money import parse_amount
from app.domain.payments import PaymentMethod
from app.domain.scans import RefusalReason
from app.domain.transfers import key_of
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.engine.opening import SYSTEM, actor_of
from app.transfers.paymatch import applying as paymatch
from app.transfers.paymatch import providers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from app.domain.flows import TransferFlow
    from app.domain.permissions import Actor
    from app.domain.systems import ConnectedSystem
    from app.domain.transfers import Transfer
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.engine.opening import Workshop


@dataclass(frozen=True, slots=True)
class Takeover:
    """What is to be taken over: the record of a flow that comes in, or the answer to a call."""

    organisation_id: UUID
    transfer: Transfer
    flow: TransferFlow
    system: ConnectedSystem
    record: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Return the idempotency key of the command that takes it over."""
        return key_of(self.transfer)

    @property
    def source(self) -> str:
        """Return the code under which the system reports documents, payments and scans."""
        return self.system.document_source_code or self.system.code


def take_over(shop: Workshop, step: Takeover) -> None:
    """Take over a record that came in, or the document that a call was answered with.

    Raises:
        DomainError: what stands against it.
        TransferFaultError: Loge has no use for such a record, or a field of it is missing.
    """
    if step.flow.is_incoming:
        entity, record = step.flow.entity, step.record
    else:
        entity, record = "document", step.record.get("record") or {}
        if step.flow.entity not in {"invoice", "credit_note"} or not record.get("number"):
            return
    apply = APPLY.get(entity)
    if apply is None:
        message = f"Loge takes over {', '.join(sorted(APPLY))}, and no {entity}"
        raise TransferFaultError(FaultClass.RECORD, message)
    try:
        apply(shop, step, record)
    except KeyError as error:
        message = f"the {entity} has no {error.args[0]}"
        path = str(error.args[0])
        raise TransferFaultError(FaultClass.RECORD, message, path=path) from error
    except ValueError as error:
        raise TransferFaultError(
            FaultClass.RECORD, f"the {entity} is malformed: {error}"
        ) from error


def take_document(shop: Workshop, step: Takeover, record: Mapping[str, Any]) -> None:
    """Report a document: its number, due date and amounts become those of the invoice."""
    currency = record["currency"]
    reported = Reported(
        source=step.source,
        number=record["number"],
        issued_on=date.fromisoformat(record["issued_on"]),
        due_on=_day(record.get("due_on")),
        net_minor=_amount(record.get("net"), currency),
        vat_minor=_amount(record.get("vat"), currency),
        gross_minor=_amount(record.get("gross"), currency),
        currency=currency,
        reference=record.get("other_reference"),
    )
    request = RecordDocument(reported, code=record["invoice_code"])
    actor = actor_of(step.organisation_id)
    shop.runner.run(actor, "transferDocument", step.key, request, record_document)


def take_payment(shop: Workshop, step: Takeover, record: Mapping[str, Any]) -> None:
    """Record a payment with the invoices that it names, or by its reference.

    A payment with a status is a PSP's, and counts once it has succeeded.
    """
    if record.get("status") in providers.STATUSES:
        _take_from_provider(shop, step, record, providers.take_payment)
        return
    currency = record["currency"]
    named = {one["invoice_code"]: one["amount"] for one in record.get("invoices", ())}

    def find(work: UnitOfWork) -> list[Invoice]:
        return work.find(Invoice, code=list(named)) if named else []

    found = shop.runner.transact(step.organisation_id, SYSTEM, find)
    missing = sorted(set(named) - {one.code for one in found})
    if missing:
        message = f"no invoice has the code {missing[0]!r}"
        raise TransferFaultError(FaultClass.RECORD, message, path="invoices")
    request = RecordPayment(
        account_id=found[0].account_id if found else None,
        amount_minor=parse_amount(record["amount"], currency),
        currency=currency,
        received_on=date.fromisoformat(record["received_on"]),
        method=PaymentMethod(record["method"]),
        source=step.source,
        external_id=record.get("external_id") or step.transfer.source_id,
        reference=record.get("structured_reference") or record.get("text"),
        allocations=tuple((one.id, parse_amount(named[one.code], currency)) for one in found),
    )
    actor = actor_of(step.organisation_id)
    shop.runner.run(actor, "transferPayment", step.key, request, record_payment)


def take_refund(shop: Workshop, step: Takeover, record: Mapping[str, Any]) -> None:
    """Bring a refund at a PSP to its end."""
    _take_from_provider(shop, step, record, providers.take_refund)


def take_statement_entry(shop: Workshop, step: Takeover, record: Mapping[str, Any]) -> None:
    """Store a movement of a bank account or a PSP, and match what it pays."""
    _take_from_provider(shop, step, record, paymatch.take_entry)


def _take_from_provider(
    shop: Workshop,
    step: Takeover,
    record: Mapping[str, Any],
    take: Callable[[UnitOfWork, Actor, str, Mapping[str, Any]], object],
) -> None:
    """Take a record over in one transaction; its own key makes it once."""
    actor = actor_of(step.organisation_id)
    organisation_id = step.organisation_id
    shop.runner.transact(
        organisation_id, actor.name, lambda work: take(work, actor, step.source, record)
    )


def take_scan(shop: Workshop, step: Takeover, record: Mapping[str, Any]) -> None:
    """Record what a gate saw."""
    result = record.get("result") or "ACCEPTED"
    known = set(RefusalReason)
    refused = RefusalReason(result) if result in known else RefusalReason.OTHER
    scan = ReportedScan(
        external_id=step.transfer.source_id,
        ticket=record["barcode"],
        scanned_at=datetime.fromisoformat(record["scanned_at"]),
        gate=record.get("gate"),
        refused_for=None if result == "ACCEPTED" else refused,
    )
    request = RecordScans(step.source, (scan,))
    actor = actor_of(step.organisation_id)
    shop.runner.run(actor, "transferScan", step.key, request, record_scans)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _amount(text: str | None, currency: str) -> int | None:
    return None if text is None else parse_amount(text, currency)


APPLY: dict[str, Callable[[Workshop, Takeover, Mapping[str, Any]], None]] = {
    "document": take_document,
    "payment": take_payment,
    "refund": take_refund,
    "scan": take_scan,
    "statement_entry": take_statement_entry,
}
"""How a record of each entity is taken over into Loge; run again, each changes nothing more."""

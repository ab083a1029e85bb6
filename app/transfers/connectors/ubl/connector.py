"""The connector of UBL: documents to be sent, and documents that came."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from app.transfers.connectors.ubl.amounts import amounts_of, sign_of, step_of
from app.transfers.connectors.ubl.reading import document_of
from app.transfers.connectors.ubl.rules import require_valid
from app.transfers.connectors.ubl.writing import document, number_of
from app.transfers.contract.connectors import (
    Action,
    Connected,
    Done,
    Health,
    Incoming,
    MadeFile,
    Polled,
    Setting,
    SettingKind,
    Source,
    Task,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/xml"
_ROUNDING = Setting(
    "rounding_limit_minor",
    "Rounding up to",
    SettingKind.WHOLE,
    "By how many cents the VAT by EN 16931 may differ from ours.",
    default=0,
)


class UblConnector:
    """UBL 2.1 in the profile of Peppol BIS Billing 3; sending it over Peppol is another's work."""

    kind = "ubl"
    title = "UBL 2.1 (Peppol BIS Billing 3)"
    settings: tuple[Setting, ...] = (
        Setting("name", "Name of the club", description="As it is registered.", is_required=True),
        Setting("vat_id", "VAT number of the club", is_required=True),
        Setting("street", "Street and number", is_required=True),
        Setting("postal_code", "Postal code", is_required=True),
        Setting("city", "City", is_required=True),
        Setting("country", "Country", description="Two letters, such as BE.", is_required=True),
        Setting("email", "E-mail"),
        Setting("iban", "IBAN", description="To which invoices are paid."),
        Setting(
            "belgian_scheme",
            "Electronic address of Belgians",
            SettingKind.CHOICE,
            "0208 is the enterprise number, 9925 the VAT number.",
            default="0208",
            choices=("0208", "9925"),
        ),
        Setting(
            "exemption_reason",
            "Why category E is exempt",
            description="The words of the law, for what is exempt from VAT.",
        ),
        Setting(
            "code_from",
            "Where our code stands",
            SettingKind.CHOICE,
            "In documents that others made and that do not name the invoiced object.",
            default="ID",
            choices=("ID", "BUYER_REFERENCE", "ORDER_REFERENCE"),
        ),
    )
    actions: tuple[Action, ...] = (
        Action(
            "invoice.write",
            "invoice",
            "Write an invoice",
            "A file that is valid by the schema and by EN 16931, and has our amounts.",
            (_ROUNDING,),
            "Invoice",
        ),
        Action(
            "credit_note.write",
            "credit_note",
            "Write a credit note",
            "A file that names the invoice it corrects.",
            (_ROUNDING,),
            "CreditNote",
        ),
    )
    sources: tuple[Source, ...] = (
        Source(
            "document",
            "document",
            "Documents",
            "Invoices and credit notes that an invoicing system made of ours.",
            is_file=True,
        ),
    )

    def check(self, connected: Connected) -> Health:
        """Say whether the seller is complete; there is nothing to reach."""
        required = [one.name for one in self.settings if one.is_required]
        missing = [name for name in required if not connected.settings.get(name)]
        if missing:
            return Health(is_well=False, message=f"Say the club's {', '.join(missing)}.")
        return Health(is_well=True, message="Documents are files; there is nothing to reach.")

    def find(self, connected: Connected, task: Task) -> Done | None:  # noqa: ARG002 - its form
        """Leave it to `carry_out`: the same record gives the same file."""
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Write a document, check it by the rules and compare it with the record."""
        if task.action not in {one.name for one in self.actions}:
            _refuse(f"UBL has no action {task.action!r}.")
        invoice = task.record
        step = step_of(str(invoice["currency"]))
        most = step * int(task.options.get("rounding_limit_minor") or 0)
        amounts = amounts_of(invoice, most)
        content = document(invoice, connected.settings, amounts)
        require_valid(content)
        _require_same(content, invoice, connected.settings)
        number = number_of(invoice)
        total = sign_of(invoice) * (amounts.inclusive + amounts.rounding)
        name = "".join(one if one.isalnum() or one in "-_." else "_" for one in number)
        file = MadeFile(
            f"{name}.xml",
            MEDIA_TYPE,
            content,
            count=1,
            total_minor=int(total / step),
            currency=str(invoice["currency"]),
        )
        told = {"number": number, "sha256": hashlib.sha256(content).hexdigest()}
        return Done(number, number, files=(file,), sent=told, answer=told)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:  # noqa: ARG002 - its form
        """Refuse: documents come as files."""
        _refuse("UBL documents come as files.")

    def receive(
        self,
        connected: Connected,  # noqa: ARG002 - the form of a connector
        headers: Mapping[str, str],  # noqa: ARG002
        body: bytes,  # noqa: ARG002
    ) -> tuple[Incoming, ...]:
        """Refuse: documents come as files."""
        _refuse("UBL documents come as files.")

    def read(
        self,
        connected: Connected,
        source: str,
        name: str,
        content: bytes,
    ) -> tuple[Incoming, ...]:
        """Read one document."""
        if source != "document":
            _refuse(f"UBL has no source {source!r}.")
        record = document_of(content, connected.settings)
        version = hashlib.sha256(content).hexdigest()
        raw = {"file": name, "document": content.decode(errors="replace")}
        return (Incoming(source, record["number"], version, record, raw),)


def _require_same(content: bytes, invoice: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Read what was written, and refuse it where it says other amounts than the record."""
    written = document_of(content, settings)
    totals = invoice["totals"]
    compared = {
        "net": totals["net"],
        "gross": totals["gross"],
        "paid": invoice.get("paid") or "0",
    }
    for name, ours in compared.items():
        if Decimal(written[name]) != Decimal(ours):
            message = f"The document says {written[name]} as {name}, the record {ours}."
            raise TransferFaultError(FaultClass.RECORD, message, path=f"totals.{name}")


def _refuse(message: str) -> NoReturn:
    """Refuse what the connector cannot do."""
    raise TransferFaultError(FaultClass.DEFECT, message)


CONNECTOR = UblConnector()

"""Invoice documents: the legal invoices and credit notes that an invoicing system reports back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode
from app.domain.money import round_half_up_div
from app.domain.payment_references import reference_key

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.invoices import Invoice
    from app.domain.validation import Check

DRAFT_PREFIX = "D"
"""A number that begins so, in front of a digit, is that of a draft or sales order.

Source: sales.md 1, the integration contract.
"""


class DocumentType(StrEnum):
    """What a document is (EN 16931 BT-3, of UNTDID 1001)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"
    PREPAYMENT = "386"


class DocumentState(StrEnum):
    """Where a document stands; only an ACCEPTED one is payable.

    DRAFT has a number that is not final. MISMATCH differs from its invoice by more than its source
    may, and waits for an operator. REJECTED is kept for the record.
    """

    DRAFT = "DRAFT"
    ACCEPTED = "ACCEPTED"
    MISMATCH = "MISMATCH"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """A document as its source reported it; amounts have the sign of their invoice.

    Totals that were not reported are those of the invoice. `rounding_minor` is how far its gross
    differs from the invoice's. `reference_key` is the payment reference without its punctuation.
    """

    id: UUID
    invoice_id: UUID
    sale_id: UUID
    account_id: UUID
    source: str
    type: DocumentType
    state: DocumentState
    number: str
    issued_on: date
    due_on: date | None
    reference: str | None
    reference_key: str | None
    net_minor: int
    vat_minor: int
    gross_minor: int
    rounding_minor: int
    currency: str
    file_id: UUID | None
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_reason: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that came with a document; its content is read on its own."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """An invoicing system, and by how much its documents may differ from their invoices."""

    id: UUID
    code: str
    name: str
    tolerance_minor: int
    is_active: bool
    version: int
    created_at: datetime


class DocumentDecision(StrEnum):
    """What an operator does with a document that differs from its invoice.

    REJECT waits for a better one from the same source; REJECT_AND_OFFER lets any source claim the
    invoice again.
    """

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    REJECT_AND_OFFER = "REJECT_AND_OFFER"


@dataclass(frozen=True, slots=True)
class Reported:
    """What a source says about a document; totals and type may be missing.

    Totals of a credit note may come as positive numbers: its type says which way they go.
    """

    source: str
    number: str
    issued_on: date
    due_on: date | None = None
    type: DocumentType | None = None
    net_minor: int | None = None
    vat_minor: int | None = None
    gross_minor: int | None = None
    currency: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Net, VAT and gross of a document, with the sign of its invoice; they always add up."""

    net_minor: int
    vat_minor: int
    gross_minor: int


def is_draft_number(number: str) -> bool:
    """Tell whether a number is that of a draft: `D` in front of a digit."""
    return number[:1] == DRAFT_PREFIX and number[1:2].isdigit()


def judge(*, number: str, difference_minor: int, tolerance_minor: int) -> DocumentState:
    """Return the state in which a reported document begins."""
    if is_draft_number(number):
        return DocumentState.DRAFT
    if abs(difference_minor) > tolerance_minor:
        return DocumentState.MISMATCH
    return DocumentState.ACCEPTED


def check_source(source: DocumentSource, check: Check) -> None:
    """Collect what is wrong with a document source."""
    check.code("code", source.code)
    check.text("name", source.name)
    check.whole("toleranceMinor", source.tolerance_minor, 0, 10_000)


def check_reported(reported: Reported, invoice: Invoice, expected_minor: int, check: Check) -> None:
    """Collect what is wrong with a report before its totals are looked at.

    `expected_minor` is the gross that the document should have.
    """
    check.code("source", reported.source)
    check.text("number", reported.number)
    check.optional_text("reference", reported.reference)
    check.days("issuedOn", reported.issued_on, "dueOn", reported.due_on)
    if reported.currency not in {None, invoice.currency}:
        message = f"the invoice is in {invoice.currency}, not in {reported.currency}"
        check.add(ErrorCode.CURRENCY_MIXED, message, "currency")
    if reported.type is DocumentType.CREDIT_NOTE and expected_minor > 0:
        message = f"invoice {invoice.code} asks for money; its document is no credit note (381)"
        check.add(ErrorCode.INPUT_INVALID, message, "type")
    if reported.type is DocumentType.PREPAYMENT and expected_minor < 0:
        message = f"{invoice.code} gives money back; its document is a credit note (381)"
        check.add(ErrorCode.INPUT_INVALID, message, "type")


def type_of(reported: Reported, expected_minor: int) -> DocumentType:
    """Return a document's type: as reported, else by the way the money goes."""
    usual = DocumentType.CREDIT_NOTE if expected_minor < 0 else DocumentType.INVOICE
    return reported.type or usual


def complete_totals(
    reported: Reported, invoice: Invoice, expected_minor: int, tolerance_minor: int, check: Check
) -> Totals:
    """Fill in the totals that were not reported, or collect why they cannot be right.

    Without any they are the expected ones. A gross within the tolerance differs by its VAT, because
    rounding VAT is where such differences come from; one that differs more is divided as the
    invoice is.
    """
    net, vat, gross = (
        _signed(value, expected_minor)
        for value in (reported.net_minor, reported.vat_minor, reported.gross_minor)
    )
    invoice_net, invoice_gross = invoice.net_minor or 0, invoice.gross_minor or 0
    if gross is None:
        if net is None and vat is None:
            gross = expected_minor
        elif net is not None and vat is not None:
            gross = net + vat
        elif net is not None:
            own = net == invoice_net
            gross = invoice_gross if own else _share(net, invoice_gross, invoice_net)
        else:
            gross = invoice_net + (vat or 0)
    if net is None and vat is None:
        is_near = abs(gross - expected_minor) <= tolerance_minor
        net = invoice_net if is_near else _share(gross, invoice_net, invoice_gross)
    if net is None:
        net = gross - (vat or 0)
    if vat is None:
        vat = gross - net
    if net + vat != gross:
        message = f"net {net} and VAT {vat} make {net + vat}, not {gross} (minor units)"
        check.add(ErrorCode.AMOUNT_INVALID, message, "gross")
    if gross * expected_minor < 0:
        message = "the document's gross has the other sign than its invoice's"
        check.add(ErrorCode.INVOICE_AMOUNT_NEGATIVE, message, "gross")
    return Totals(net, gross - net, gross)


def _signed(value: int | None, expected_minor: int) -> int | None:
    """Give a total that came without its sign the sign of a credit note."""
    if value is None or expected_minor >= 0:
        return value
    return -abs(value)


def _share(whole: int, part: int, of: int) -> int:
    """Return the part of a whole that another whole has; of nothing it is the whole."""
    return round_half_up_div(whole * part, of) if of else whole


def is_same(document: InvoiceDocument, again: InvoiceDocument, reported: Reported) -> bool:
    """Tell whether a report repeats a document; what it leaves out does not differ."""
    names = ["invoice_id", "type", "issued_on", "net_minor", "vat_minor", "gross_minor"]
    if reported.due_on is not None:
        names.append("due_on")
    if reported.reference is not None:
        names.append("reference_key")
    return all(getattr(document, name) == getattr(again, name) for name in names)


def key_of(reported: Reported) -> str | None:
    """Return the key by which payments find the document, beside its number."""
    return reference_key(reported.reference)

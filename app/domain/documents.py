"""Invoice documents: the legal invoices and credit notes that an invoicing system reports back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

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

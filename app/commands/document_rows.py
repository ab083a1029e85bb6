"""Rows of a grid of instalments: a document, a payment of all that is open, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.document_posting import find_invoice
from app.commands.documents import RecordDocument, check_named
from app.commands.instalments import PayInstalment, ReportInstalment, report_instalment
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, require

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.commands.execution import Outcome
    from app.domain.documents import Reported
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RowReport:
    """What a row says of the invoice that it names by id or code."""

    source: str
    invoice_id: UUID | None = None
    code: str | None = None
    reported: Reported | None = None
    file_id: UUID | None = None
    payment_no: str | None = None
    paid_on: date | None = None


def report_row(work: UnitOfWork, actor: Actor, request: RowReport) -> Outcome:
    """Record what a row says, all of it or nothing.

    Raises:
        DomainError: TEXT_REQUIRED for a row without a number of either, NOT_FOUND, and what
            `report_instalment` refuses.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    check_named(work, request.invoice_id, request.code, request.file_id)
    invoice = find_invoice(work, request.invoice_id, request.code)
    document = payment = None
    if request.reported is not None:
        document = RecordDocument(request.reported, invoice.id, file_id=request.file_id)
    if request.payment_no is not None:
        payment = PayInstalment(request.source, invoice.code, request.payment_no, request.paid_on)
    if document is None and payment is None:
        message = "a row has the number of a document, of a payment, or both"
        refuse(ErrorCode.TEXT_REQUIRED, message, "number")
    return report_instalment(work, actor, ReportInstalment(document, payment))

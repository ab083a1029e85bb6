"""What became of instalments: documents and payments that invoicing systems report."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.commands.documents import RecordDocument
from app.commands.files import NewFile
from app.commands.instalments import (
    PayInstalment,
    ReportInstalment,
    pay_instalment,
    report_instalment,
)
from app.domain.documents import Reported
from app.domain.errors import DomainError, ErrorCode
from app.domain.money import parse_amount
from app.domain.permissions import Permission
from app.http.rest.instalments import read_instalments
from app.http.rest.models import (
    ROW_LIMIT,
    FieldError,
    InstalmentReport,
    PaymentReport,
    Results,
    RowResult,
    SourceQuery,
)
from app.http.rest.offering import CODE_PARAMETER, invoice_ids_of, not_found
from app.http.rest.operations import Call, Given, Operation, try_parse
from app.http.rest.problems import STATUSES, RefusedError, field_error
from app.resolvers.mutations import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.commands.execution import Outcome
    from app.domain.permissions import Actor
    from app.domain.validation import Check
    from app.http.rest.models import Instalment
    from app.storage.unit_of_work import UnitOfWork

_DOCUMENT = {
    "code": "instalmentCode",
    "invoiceId": "instalmentCode",
    "number": "invoiceNumber",
    "issuedOn": "invoiceDate",
    "dueOn": "dueDate",
    "net": "netAmount",
    "vat": "vatAmount",
    "gross": "grossAmount",
    "fileId": "pdf",
    "file": "pdf",
    "content": "",
    "externalId": "paymentNo",
    "receivedOn": "paymentDate",
    "method": "paymentMethod",
}
_PAYMENT = {"code": "instalmentCode", "receivedOn": "date"}
_DEPENDENT = (
    "invoice_date",
    "due_date",
    "net_amount",
    "vat_amount",
    "gross_amount",
    "currency",
    "reference",
    "pdf",
)
"""What says something about a document, and so needs its number."""


class _Row:
    """One row of a request: what it says, and what came of it."""

    def __init__(self, index: int, content: Any, code: str | None = None) -> None:  # noqa: ANN401 - any JSON
        """Begin with nothing found wrong."""
        self.index = index
        self.content = content
        self.code = code
        self.errors: list[FieldError] = []

    def found_among(self, known: Mapping[str, Instalment]) -> bool:
        """Tell whether its instalment is there, and note it when it is not."""
        if self.code in known:
            return True
        missing = not_found(self.code or "")
        self.errors.append(
            FieldError(code=missing.code, field="instalmentCode", message=missing.detail)
        )
        return False

    def result(self, known: Instalment | None) -> RowResult:
        """Say what came of the row, and how the instalment stands now."""
        return RowResult(
            row=self.index,
            instalment_code=self.code,
            result="REFUSED" if self.errors else "RECORDED",
            status=known.status if known else None,
            document_state=known.document_state if known else None,
            invoice_number=known.invoice_number if known else None,
            open_amount=known.open_amount if known else None,
            errors=self.errors,
        )

    def problem(self) -> RefusedError:
        """Answer the only row of a request as a problem."""
        first = self.errors[0]
        status = STATUSES.get(ErrorCode(first.code), 422)
        return RefusedError(status, first.code, first.message, self.errors)


async def report_instalments(call: Call) -> Given:
    """Record documents and payments, each row on its own."""
    rows = [_Row(index, content) for index, content in enumerate(call.body.items)]
    reports = [_parsed(row, InstalmentReport) for row in rows]
    for row, report in zip(rows, reports, strict=True):
        if report is not None:
            row.code = report.instalment_code
            row.errors += _incomplete(report)
    known = await _read(call, rows)
    for row, report in zip(rows, reports, strict=True):
        if report is not None and not row.errors and row.found_among(known):
            currency = known[report.instalment_code].currency
            request = partial(_request, call.query.source, report, currency)
            await _perform(call, row, request, report_instalment, _DOCUMENT)
    return await _answer(call, rows)


async def pay_instalments(call: Call) -> Given:
    """Record payments of one instalment, each row on its own."""
    code = call.path["code"]
    rows = [_Row(index, content, code) for index, content in enumerate(call.body.items)]
    known = await _read(call, rows)
    if code not in known:
        raise not_found(code)
    for row in rows:
        payment = _parsed(row, PaymentReport)
        if payment is not None:
            request = partial(_payment, call.query.source, code, payment, known[code].currency)
            await _perform(call, row, request, pay_instalment, _PAYMENT)
    return await _answer(call, rows)


def _parsed(row: _Row, model: type[Any]) -> Any:  # noqa: ANN401 - an instance of the model
    """Parse a row, or note what is wrong with it and return None."""
    if not isinstance(row.content, dict):
        message = "a row is an object with an instalmentCode"
        row.errors.append(FieldError(code=ErrorCode.INPUT_INVALID, field="", message=message))
        return None
    found, errors = try_parse(model, row.content)
    row.errors += errors
    return found


def _incomplete(report: InstalmentReport) -> list[FieldError]:
    """List what a report lacks."""
    if report.invoice_number is None:
        if report.payment_no is None:
            message = "nothing is reported; send invoiceNumber and invoiceDate, or paymentNo"
            return [_missing("invoiceNumber", message)]
        if any(getattr(report, name) is not None for name in _DEPENDENT):
            message = "missing; without it nothing else of a document can be recorded"
            return [_missing("invoiceNumber", message)]
    elif report.invoice_date is None:
        return [_missing("invoiceDate", "missing; a document has a date, such as 2026-08-01")]
    if report.payment_no is None and report.payment_date is not None:
        return [_missing("paymentNo", "missing; a payment has a number")]
    return []


def _missing(name: str, message: str) -> FieldError:
    return FieldError(code=ErrorCode.INPUT_INVALID, field=name, message=message)


def _request(
    source: str, report: InstalmentReport, currency: str, check: Check
) -> ReportInstalment:
    """Turn a report into what is recorded together."""
    document = _document(source, report, currency, check)
    name = f"{report.invoice_number or report.instalment_code}.pdf".replace("/", "-")
    return ReportInstalment(
        document=document,
        payment=_whole_payment(source, report),
        file=NewFile(name, report.pdf) if report.pdf is not None else None,
    )


def _document(
    source: str, report: InstalmentReport, currency: str, check: Check
) -> RecordDocument | None:
    """Turn the part of a report that is about a document into the command's request."""
    if report.invoice_number is None or report.invoice_date is None:
        return None
    reported = Reported(
        source=source,
        number=report.invoice_number,
        issued_on=report.invoice_date,
        due_on=report.due_date,
        net_minor=_minor(report.net_amount, currency, check, "netAmount"),
        vat_minor=_minor(report.vat_amount, currency, check, "vatAmount"),
        gross_minor=_minor(report.gross_amount, currency, check, "grossAmount"),
        currency=report.currency,
        reference=report.reference,
    )
    return RecordDocument(reported, code=report.instalment_code)


def _whole_payment(source: str, report: InstalmentReport) -> PayInstalment | None:
    """Turn a payment number into the payment of all that is open."""
    if report.payment_no is None:
        return None
    return PayInstalment(
        source=source,
        code=report.instalment_code,
        number=report.payment_no,
        paid_on=report.payment_date,
        method=report.payment_method,
    )


def _payment(
    source: str, code: str, payment: PaymentReport, currency: str, check: Check
) -> PayInstalment:
    """Turn a payment into the command's request."""
    return PayInstalment(
        source=source,
        code=code,
        number=payment.external_id,
        paid_on=payment.date,
        method=payment.method,
        amount_minor=_minor(payment.amount, currency, check, "amount"),
        reference=payment.reference,
    )


def _minor(text: str | None, currency: str, check: Check, name: str) -> int | None:
    """Read an amount, or collect what is wrong with it."""
    if text is None:
        return None
    try:
        return parse_amount(text, currency)
    except DomainError as error:
        check.add(error.violations[0].code, error.violations[0].message, name)
        return None


async def _perform(
    call: Call,
    row: _Row,
    request: Callable[[Check], Any],
    command: Callable[[UnitOfWork, Actor, Any], Outcome],
    names: Mapping[str, str],
) -> None:
    """Carry out a row, and note why it was refused."""
    operation = f"rest.{command.__name__}"
    done = await perform(call.context, operation, call.key(str(row.index)), request, command)
    row.errors += [field_error(one, names) for one in done.violations]


async def _read(call: Call, rows: Sequence[_Row]) -> dict[str, Instalment]:
    """Read the instalments that rows name, by code."""
    ids = await invoice_ids_of(call.reading, [row.code for row in rows if row.code])
    found = await read_instalments(call.reading, list(ids.values()))
    return {one.instalment_code: one for one in found}


async def _answer(call: Call, rows: Sequence[_Row]) -> Given:
    """Answer what came of all rows; a single one that was refused is a problem."""
    refused_count = sum(bool(row.errors) for row in rows)
    if refused_count and not call.body.is_list:
        raise rows[0].problem()
    known = await _read(call, rows)
    results = [row.result(known.get(row.code or "")) for row in rows]
    answer = Results(
        recorded_count=len(rows) - refused_count, refused_count=refused_count, results=results
    )
    return Given(answer, 207 if refused_count else 200)


_ANSWERS = {
    200: ("Every row is recorded.", Results),
    207: ("Some rows of a list were refused; the others are recorded.", Results),
}
_ROWS = (
    "Send one object, or a list of them: a row that is wrong does not stop the others. A single "
    "object that is refused is answered as a problem, a list with the result of each row."
)

OPERATIONS = (
    Operation(
        id="reportInstalments",
        takes_key=True,
        method="PUT",
        path="/instalments",
        tag="instalments",
        summary="Report documents and payments",
        description=(
            "Writes back the number, dates, reference and PDF of an instalment's document, and the "
            "number of its payment. A number such as D2026001 is that of a draft: the instalment "
            "stays PENDING and is not offered again. Reporting the same again changes nothing; "
            f"another content under a known number is refused. {_ROWS}"
        ),
        handler=report_instalments,
        query=SourceQuery,
        body=InstalmentReport,
        row_limit=ROW_LIMIT,
        answers=_ANSWERS,
        refusals=(404, 409),
    ),
    Operation(
        id="payInstalment",
        permission=Permission.PAYMENT_RECORD,
        takes_key=True,
        method="PUT",
        path="/instalments/{code}/payments",
        tag="instalments",
        summary="Report payments of an instalment",
        description=(
            "Records payments of any part of an instalment. What is more than open stays a credit "
            "of the customer. The same number of the same source counts once for the instalment, "
            f"with other content it is refused. {_ROWS}"
        ),
        handler=pay_instalments,
        parameters=(CODE_PARAMETER,),
        query=SourceQuery,
        body=PaymentReport,
        row_limit=ROW_LIMIT,
        answers=_ANSWERS,
        refusals=(404, 409),
    ),
)

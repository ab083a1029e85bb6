"""Payments, as a bank's or payment provider's export lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.payments import MANUAL, RecordPayment, record_payment
from app.domain.accounts import Account
from app.domain.errors import DomainError, ErrorCode
from app.domain.invoices import Invoice
from app.domain.payments import Payment, PaymentMethod
from app.storage.receivables import lock_accounts
from app.transfers.imports.records import Columns, Record, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.imports.intake import Intake

COLUMNS = Columns(
    (
        "account",
        "instalmentCode",
        "reference",
        "amount",
        "currency",
        "receivedOn",
        "method",
        "externalId",
        "source",
        "postedOn",
    ),
    ("amount", "receivedOn"),
    {"accountId": "account", "invoiceIds": "instalmentCode"},
)


def import_payments(intake: Intake, records: Sequence[Record]) -> None:
    """Record a payment for each row, in the order of the file.

    A row with an instalment code pays that invoice, as far as it is open; else its reference says
    what it pays, or the club's own matching. The rest stays a credit of the account.
    """
    intake.say(f"payment: {len(records)} rows")
    work = intake.work
    accounts = intake.by_code(Account, (one.text("account") for one in records))
    codes = {code for one in records if (code := one.text("instalmentCode")) is not None}
    invoices = {one.code: one for one in (work.find(Invoice, code=codes) if codes else ())}
    owners = {one.id for one in accounts.values()} | {one.account_id for one in invoices.values()}
    lock_accounts(work, owners)
    for record in records:
        request = _request_of(intake, record, accounts, invoices)
        if request is None or record.check.violations:
            continue
        try:
            outcome = record_payment(work, intake.actor, request)
        except DomainError as error:
            for one in error.violations:
                record.check.add(one.code, one.message, *one.path)
            continue
        (stored,) = work.find(Payment, id=outcome.ids["payment"])
        counts = intake.counts.setdefault("payment", [0, 0, 0])
        counts[0 if stored.created_at == work.now else 2] += 1


def _request_of(
    intake: Intake,
    record: Record,
    accounts: Mapping[str, Account],
    invoices: Mapping[str, Invoice],
) -> RecordPayment | None:
    """Read a row's payment, or collect what is wrong with it."""
    account = intake.refer(record, "account", Account, accounts)
    invoice = _invoice_of(record, invoices)
    known = (invoice and invoice.currency) or (account and account.currency)
    currency = (record.text("currency") or known or intake.organisation.currency).upper()
    received_on = record.day("receivedOn")
    if received_on is None and record.text("receivedOn") is None:
        record.check.add(ErrorCode.DATE_INVALID, "a payment needs its date", "receivedOn")
    amount = record.minor("amount", currency) if record.needed("amount") else None
    if amount is None or received_on is None:
        return None
    return RecordPayment(
        account_id=account.id if account else None,
        amount_minor=amount,
        currency=currency,
        received_on=received_on,
        method=record.member("method", PaymentMethod) or PaymentMethod.BANK_TRANSFER,
        source=record.text("source") or MANUAL,
        external_id=record.text("externalId"),
        reference=record.text("reference"),
        posted_on=record.day("postedOn"),
        invoice_ids=(invoice.id,) if invoice else (),
    )


def _invoice_of(record: Record, invoices: Mapping[str, Invoice]) -> Invoice | None:
    """Return the invoice of a row's instalment code, or collect that there is none."""
    code = record.text("instalmentCode")
    if code is None or code in invoices:
        return invoices[code] if code else None
    near = nearest(code, invoices)
    meant = f"; did you mean {near}?" if near else ""
    message = f"there is no instalment with code {code!r}{meant}"
    record.check.add(ErrorCode.NOT_FOUND, message, "instalmentCode")
    return None

"""Adyen's settlement detail report: a CSV file for each payout.

Source: Adyen, Settlement details report. Amounts are decimal texts; what a row moved is in the net
columns, what a payer paid in the gross ones.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, NoReturn

from app.domain.errors import DomainError
from app.domain.money import format_amount, parse_amount
from app.transfers.contract.connectors import Incoming
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

BALANCE = "balance"
LARGEST_BYTES = 50 * 1024 * 1024
_NEEDED = (
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Creation Date",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Batch Number",
)
_KINDS = {
    "Settled": "PAYMENT",
    "SettledBulk": "PAYMENT",
    "Refunded": "REFUND",
    "RefundedBulk": "REFUND",
    "Chargeback": "CHARGEBACK",
    "SecondChargeback": "CHARGEBACK",
    "MerchantPayout": "PAYOUT",
}
"""Types of rows; any other is a cost, or a correction, of Adyen's own."""
_ABOUT_PAYMENTS = frozenset({"PAYMENT", "REFUND", "CHARGEBACK"})


def read_settlement(code: str, content: bytes) -> tuple[Incoming, ...]:
    """Read a report, whose rows have to add up to nothing: what is left is carried over in it.

    Raises:
        TransferFaultError: RECORD with line and column.
    """
    if len(content) > LARGEST_BYTES:
        _wrong(1, "file", "is larger than 50 MiB")
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            _wrong(1, missing[0], "the report has no such column")
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        _wrong(1, "file", f"is no CSV in UTF-8: {error}")
    incoming, net_minor = [], 0
    for line, row in enumerate(rows, 2):
        one, minor = _row(code, line, row)
        incoming.append(one)
        net_minor += minor
    if net_minor:
        currency = rows[0]["Net Currency"]
        message = f"the rows add up to {format_amount(net_minor, currency)}, not to nothing"
        _wrong(len(rows) + 1, "Net Credit (NC)", message)
    return tuple(incoming)


def _row(code: str, line: int, row: Mapping[str, str]) -> tuple[Incoming, int]:
    """Return a row as a neutral record, and what it moved, in minor units."""
    currency = row["Net Currency"]
    net = _moved(row, line, "Net Credit (NC)", "Net Debit (NC)", currency)
    kind = _KINDS.get(row["Type"], "FEE")
    gross = net
    if kind in _ABOUT_PAYMENTS and row["Gross Currency"] == currency:
        gross = _moved(row, line, "Gross Credit (GC)", "Gross Debit (GC)", currency)
    batch = f"{row['Merchant Account']}/{row['Batch Number']}"
    named = row["Modification Reference"] or row["Psp Reference"]
    record: dict[str, Any] = {
        "account": f"adyen:{code}",
        "statement_id": batch,
        "entry_ref": named if kind == "REFUND" and named else f"{row['Type']}-{line}",
        "index": 0,
        "booked_on": row["Creation Date"][:10],
        "amount": format_amount(gross, currency),
        "fee": format_amount(gross - net, currency),
        "currency": currency,
        "kind": kind,
        "payout_id": batch,
    }
    if kind in _ABOUT_PAYMENTS:
        record |= {"payment_id": row["Psp Reference"], "text": row["Merchant Reference"]}
    return Incoming(BALANCE, f"{batch}/{line}", batch, record, dict(row)), net


def _moved(row: Mapping[str, str], line: int, credit: str, debit: str, currency: str) -> int:
    """Return a credit, or a debit as a negative amount, in minor units."""
    minor = 0
    for name, sign in ((credit, 1), (debit, -1)):
        if not row[name]:
            continue
        try:
            minor += sign * parse_amount(row[name], currency)
        except DomainError as error:
            _wrong(line, name, error.violations[0].message)
    return minor


def _wrong(line: int, name: str, message: str) -> NoReturn:
    """Refuse a file, naming line and column."""
    raise TransferFaultError(FaultClass.RECORD, f"line {line}, {name}: {message}", path=name)

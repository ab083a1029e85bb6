"""Neutral records of statements, payments and refunds as values that can be booked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from app.domain.errors import DomainError
from app.domain.money import parse_amount
from app.domain.statements import EntryKind, EntryStatus, StatementEntry
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.storage.unit_of_work import UnitOfWork

NEW = "it was not looked at yet"
_INDEX_LIMIT = 2**31
_NEEDED = ("account", "statement_id", "entry_ref", "index", "booked_on", "amount", "currency")


def entry_of(work: UnitOfWork, system: str, record: Mapping[str, Any]) -> StatementEntry:
    """Read a statement entry.

    Raises:
        TransferFaultError: RECORD, naming the field that is missing or wrong.
    """
    for name in _NEEDED:
        if record.get(name) in {None, ""}:
            wrong(name, "is missing")
    index = record["index"]
    if not isinstance(index, int) or not 0 <= index < _INDEX_LIMIT:
        wrong("index", f"{index!r} is no whole number from 0 up")
    kind = str(record.get("kind") or EntryKind.BANK)
    if kind not in set(EntryKind):
        wrong("kind", f"{kind!r} is none of {', '.join(EntryKind)}")
    named = (record["account"], record["statement_id"], record["entry_ref"], index)
    return StatementEntry(
        id=work.new_id(),
        key="/".join(map(str, named)),
        system=system,
        account=record["account"],
        statement_id=record["statement_id"],
        entry_ref=record["entry_ref"],
        entry_index=index,
        kind=EntryKind(kind),
        booked_on=day_of(record, "booked_on"),
        valued_on=day_of(record, "valued_on") if record.get("valued_on") else None,
        amount_minor=minor_of(record, "amount"),
        fee_minor=minor_of(record, "fee") if record.get("fee") else 0,
        currency=record["currency"],
        counterparty_name=record.get("counterparty_name"),
        counterparty_iban=record.get("counterparty_iban"),
        structured_reference=record.get("structured_reference"),
        text=record.get("text"),
        end_to_end_id=record.get("end_to_end_id"),
        payout_id=record.get("payout_id"),
        provider_payment_id=record.get("payment_id"),
        is_reversal=bool(record.get("is_reversal")),
        status=EntryStatus.OPEN,
        rule=None,
        reason=NEW,
        payment_id=None,
        refund_id=None,
        payout_entry_id=None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )


def minor_of(record: Mapping[str, Any], name: str) -> int:
    """Read an amount in the record's currency into minor units."""
    try:
        return parse_amount(str(record[name]), str(record["currency"]))
    except DomainError as error:
        wrong(name, error.violations[0].message)


def day_of(record: Mapping[str, Any], name: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(str(record[name]))
    except ValueError:
        wrong(name, f"{record[name]!r} is no day such as 2026-11-22")


def wrong(name: str, message: str) -> NoReturn:
    """Refuse a record, naming the field."""
    raise TransferFaultError(FaultClass.RECORD, f"{name}: {message}", path=name)

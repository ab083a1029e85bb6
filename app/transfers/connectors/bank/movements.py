"""What every form of bank statement says, before it becomes neutral records."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from stdnum import iban, iso11649
from stdnum.be import ogm_vcs

from app.domain.money import CURRENCY_DIGITS, MAX_AMOUNT_MINOR, format_amount
from app.domain.payment_references import reference_keys
from app.transfers.contract.connectors import Incoming
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from app.transfers.contract.records import StatementEntry

SOURCE = "statement"
LARGEST_BYTES = 20 * 1024 * 1024
"""The largest file that is read; a statement of 50,000 movements has about this."""
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement, or one detail of a batch; `line` is where the file has it, from 1."""

    line: int
    entry_ref: str
    index: int = 0
    booked_on: date
    valued_on: date | None = None
    amount_minor: int
    counterparty_name: str | None = None
    counterparty_iban: str | None = None
    structured_reference: str | None = None
    text: str | None = None
    end_to_end_id: str | None = None
    is_reversal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement of one account; `line` is where its closing balance stands."""

    line: int
    account: str
    statement_id: str
    currency: str
    opening_minor: int
    closing_minor: int
    movements: Sequence[Movement]


def refuse_at(line: int, field: str, message: str) -> NoReturn:
    """Refuse a file with RECORD, and say where and what is wrong with it."""
    raise TransferFaultError(FaultClass.RECORD, f"line {line}, {field}: {message}", path=field)


def minor_of(amount: Decimal, currency: str, line: int, field: str) -> int:
    """Return an amount in minor units, exactly; refuse what the currency cannot have."""
    digits = CURRENCY_DIGITS.get(currency)
    if digits is None:
        refuse_at(line, field, f"{currency!r} is no ISO 4217 currency such as EUR")
    scaled = amount.scaleb(digits) if amount.is_finite() else None
    if scaled is None or abs(scaled) > MAX_AMOUNT_MINOR:
        refuse_at(line, field, "the amount is larger than any account's")
    if scaled != scaled.to_integral_value():
        refuse_at(line, field, f"{amount} has more decimals than {currency}, which has {digits}")
    return int(scaled)


def account_of(written: str | None) -> str | None:
    """Return an account number without blanks, in capitals; None where there is none."""
    compact = _BLANKS.sub("", written or "").upper()
    return compact if compact.strip("0") else None


def iban_of(written: str | None) -> str | None:
    """Return an IBAN if its check digits are right, whatever its bank; None for anything else."""
    compact = account_of(written)
    return compact if compact and iban.is_valid(compact, check_country=False) else None


def structured_of(*texts: str | None) -> str | None:
    """Return the first structured reference with right check digits: OGM/VCS, or ISO 11649."""
    for text in texts:
        for key in reference_keys(text)[:1]:
            if ogm_vcs.is_valid(key) or iso11649.is_valid(key):
                return key
    return None


def text_of(*parts: str | None) -> str | None:
    """Put parts of a text together, each run of blanks as one."""
    return _BLANKS.sub(" ", " ".join(one for one in parts if one)).strip() or None


def incoming_of(statements: Iterable[Stated]) -> tuple[Incoming, ...]:
    """Return the records of statements whose movements add up; one that comes twice is once.

    Raises:
        TransferFaultError: RECORD where movements and balances differ, or where two movements
            that differ have the same key.
    """
    found: dict[str, Incoming] = {}
    for stated in statements:
        _require_sum(stated)
        for movement in stated.movements:
            one = _incoming(stated, movement)
            known = found.setdefault(one.external_id, one)
            if known.version != one.version:
                message = f"{one.external_id} stands in the file twice, with other content"
                refuse_at(movement.line, "entry_ref", message)
    return tuple(found.values())


def _require_sum(stated: Stated) -> None:
    """Refuse a statement whose movements are not the difference of its balances."""
    moved = sum(one.amount_minor for one in stated.movements)
    expected = stated.closing_minor - stated.opening_minor
    if moved != expected:
        shown = format_amount(moved, stated.currency)
        wanted = format_amount(expected, stated.currency)
        message = (
            f"the movements of statement {stated.statement_id} add up to {shown}, its balances "
            f"differ by {wanted}; a movement is missing, so ask the bank for the whole file"
        )
        refuse_at(stated.line, "closing balance", message)


def _incoming(stated: Stated, movement: Movement) -> Incoming:
    """Return the neutral record of a movement."""
    record: StatementEntry = {
        "account": stated.account,
        "statement_id": stated.statement_id,
        "entry_ref": movement.entry_ref,
        "index": movement.index,
        "booked_on": movement.booked_on.isoformat(),
        "amount": format_amount(movement.amount_minor, stated.currency),
        "currency": stated.currency,
    }
    if movement.valued_on is not None:
        record["valued_on"] = movement.valued_on.isoformat()
    if movement.counterparty_name is not None:
        record["counterparty_name"] = movement.counterparty_name
    if movement.counterparty_iban is not None:
        record["counterparty_iban"] = movement.counterparty_iban
    if movement.structured_reference is not None:
        record["structured_reference"] = movement.structured_reference
    if movement.text is not None:
        record["text"] = movement.text
    if movement.end_to_end_id is not None:
        record["end_to_end_id"] = movement.end_to_end_id
    if movement.is_reversal:
        record["is_reversal"] = True
    key = "/".join((stated.account, stated.statement_id, movement.entry_ref, str(movement.index)))
    content = json.dumps(record, sort_keys=True).encode()
    return Incoming(SOURCE, key, hashlib.sha256(content).hexdigest(), record, record)

"""MT940, the form of SWIFT; each bank writes field 86 in its own way.

Source: SWIFT Category 9, MT940 Customer Statement Message; field 86 as the Dutch banks and ING
write it (/IBAN/…/NAME/…), and as the German ones do (?20…?31…), which the library takes apart.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import mt940

from app.transfers.connectors.bank.movements import (
    Movement,
    Stated,
    account_of,
    iban_of,
    minor_of,
    refuse_at,
    structured_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAG = re.compile(r":(\d{2}[A-Z]?):")
_FORMS: dict[str, tuple[str, mt940.tags.Tag]] = {
    "28": ("statement number", mt940.tags.StatementNumber()),
    "60": ("opening balance", mt940.tags.FinalOpeningBalance()),
    "61": ("statement line", mt940.tags.Statement()),
    "62": ("closing balance", mt940.tags.FinalClosingBalance()),
}
_NEEDED = {"25": "account", "60": "opening balance", "62": "closing balance"}
_WORDS = "TRTP IBAN BIC NAME REMI EREF MARF CSID ORDP BENM CNTP USTD CD SUM RTRN ISDT PURP ID ADDR"
_PART = re.compile(rf"/({'|'.join(_WORDS.split())})/")
_NONE = frozenset({"NONREF", "NOTPROVIDED", "NOTPROVIDED."})
_DEBITS = frozenset({"D", "RC"})


def mt940_statements(text: str) -> list[Stated]:
    """Read every statement of a file; what stands around them is the envelope of the bank."""
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith(":20:")]
    if not starts:
        refuse_at(1, "20", "the file has no statement; each begins with :20:")
    ends = [*starts[1:], len(lines)]
    return [_statement(lines, first, end) for first, end in zip(starts, ends, strict=True)]


def _statement(lines: list[str], first: int, end: int) -> Stated:
    """Read the statement of the lines from `first`, before `end`, both from 0."""
    fields = _own(_fields(lines, first, end))
    tags = {tag[:2]: at for at, tag, _ in fields}
    for tag, name in _NEEDED.items():
        if tag not in tags:
            refuse_at(first + 1, name, f"the statement has no field :{tag}:")
    for at, tag, value in fields:
        _check(at, tag, value)
    try:
        read = mt940.parse(
            io.StringIO("\n".join(f":{tag}:{value}" for _, tag, value in fields)),
            options=mt940.Options.all(),
        )
    except (ValueError, RuntimeError, ArithmeticError) as error:
        refuse_at(first + 1, "statement", f"cannot be read: {str(error).partition(chr(10))[0]}")
    told: dict[str, Any] = read.data
    opening = _balance(told, ("final_opening_balance", "intermediate_opening_balance"))
    closing = _balance(told, ("final_closing_balance", "intermediate_closing_balance"))
    account = account_of(str(told["account_identification"]))
    if account is None:
        refuse_at(tags["25"], "account", "the account number is empty")
    currency = str(closing.amount.currency)
    numbers = (told.get("statement_number"), told.get("sequence_number"))
    number = "-".join(str(one) for one in numbers if one)
    places = [at for at, tag, _ in fields if tag == "61"]
    return Stated(
        line=tags["62"],
        account=iban_of(account) or account,
        statement_id=f"{closing.date.isoformat()}/{number}",
        currency=currency,
        opening_minor=minor_of(opening.amount.amount, currency, tags["60"], "opening balance"),
        closing_minor=minor_of(closing.amount.amount, currency, tags["62"], "closing balance"),
        movements=[
            _movement(one.data, currency, number, line)
            for number, (one, line) in enumerate(zip(read.transactions, places, strict=True), 1)
        ],
    )


def _own(fields: Iterable[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Leave out a field 86 behind the closing balance: it is about the statement as a whole."""
    kept: list[tuple[int, str, str]] = []
    is_closed = False
    for at, tag, value in fields:
        is_closed = is_closed or tag.startswith("62")
        if not (is_closed and tag == "86"):
            kept.append((at, tag, value))
    return kept


def _fields(lines: list[str], first: int, end: int) -> Iterator[tuple[int, str, str]]:
    """Give the fields of a statement: the line where each begins, its tag, its value."""
    at, tag, value = 0, "", [""]
    for number in range(first, end):
        line = lines[number].rstrip()
        found = _TAG.match(line)
        if found is None and not line.startswith(("-", "{", "}")):
            value.append(line)
            continue
        if tag:
            yield at, tag, "\n".join(value)
        tag = found[1] if found else ""
        at, value = number + 1, [line[found.end() :] if found else ""]
    if tag:
        yield at, tag, "\n".join(value)


def _check(at: int, tag: str, value: str) -> None:
    """Refuse a field that is not in the form of MT940."""
    name, form = _FORMS.get(tag[:2], (tag, None))
    if form is None:
        return
    found = form.re.match(value)
    if found is None:
        refuse_at(at, name, f":{tag}:{value.partition(chr(10))[0]!r} is not in the form of MT940")
    amount = found.groupdict().get("amount")
    if amount is None:
        return
    try:
        Decimal(amount.replace(",", "."))
    except InvalidOperation:
        refuse_at(at, name, f"the amount {amount!r} cannot be read; one is written 500,01")


def _balance(told: dict[str, Any], names: tuple[str, ...]) -> Any:  # noqa: ANN401 - of the library's model
    """Return the balance of a whole statement, or of one of its pages."""
    return next(told[name] for name in names if name in told)


def _movement(told: dict[str, Any], currency: str, number: int, line: int) -> Movement:
    """Read one movement; its place in the statement is its reference, for banks repeat theirs."""
    details = str(told.get("transaction_details") or "")
    parts = _parts(details)
    counterparty = parts.get("IBAN") or told.get("applicant_iban")
    name = parts.get("NAME") or _joined(told, "applicant_name", "recipient_name")
    remitted = parts.get("REMI") or parts.get("USTD") or told.get("purpose") or details
    remitted = re.sub(r"^(?:USTD|STRD/CUR)//", "", str(remitted))
    reference = told.get("end_to_end_reference") or parts.get("EREF")
    own = told.get("customer_reference")
    amount = abs(told["amount"].amount)
    status = str(told["status"]).upper()
    booked_on = told.get("entry_date") or told["date"]
    return Movement(
        line=line,
        entry_ref=str(number),
        booked_on=booked_on,
        valued_on=told["date"] if told["date"] != booked_on else None,
        amount_minor=minor_of(-amount if status in _DEBITS else amount, currency, line, "amount"),
        counterparty_name=text_of(name),
        counterparty_iban=iban_of(counterparty),
        structured_reference=structured_of(remitted, own),
        text=text_of(str(remitted)),
        end_to_end_id=_known(reference) or _known(own),
        is_reversal=status.startswith("R") or "RTRN" in parts,
    )


def _parts(details: str) -> dict[str, str]:
    """Take field 86 apart by its code words; a line may end within a word or a value."""
    pieces = _PART.split(details.replace("\n", ""))
    return dict(zip(pieces[1::2], (one.strip("/") for one in pieces[2::2]), strict=True))


def _joined(told: dict[str, Any], *names: str) -> str | None:
    """Return the first of several fields that says something."""
    return next((str(told[name]) for name in names if told.get(name)), None)


def _known(reference: object) -> str | None:
    """Return a reference, unless it says that there is none."""
    text = text_of(None if reference is None else str(reference))
    return None if text is None or text.replace(" ", "").upper() in _NONE else text

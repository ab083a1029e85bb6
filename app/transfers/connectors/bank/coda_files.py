"""CODA, the form of Belgian banks: records of 128 characters.

Source: Febelfin, Standard Coded Statement of Account (CODA) 2.6. The records are read by
febelfin-coda; its own checks are assertions, so everything that may be wrong with a file is found
before, with its line and field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import coda

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
    from collections.abc import Iterator, Mapping

_LENGTH = 128
_KINDS = "0123489"
_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "0": coda.HEADER,
    "1": coda.OLD_BALANCE,
    "21": coda.MOVE_COMMON | coda.MOVE["1"],
    "22": coda.MOVE_COMMON | coda.MOVE["2"],
    "23": coda.MOVE_COMMON | coda.MOVE["3"],
    "31": coda.INFORMATION_COMMON | coda.INFORMATION["1"],
    "32": coda.INFORMATION_COMMON | coda.INFORMATION["2"],
    "33": coda.INFORMATION_COMMON | coda.INFORMATION["3"],
    "4": {},
    "8": coda.NEW_BALANCE,
    "9": coda.TRAILER,
}
"""The fields of each kind of record, by its first character, or its first two."""
_WHOLE = frozenset("0123")
"""Kinds of movements that the balance counts; what follows them are their details."""
_BATCHES = frozenset("12")
"""Movements that put several of the customer's, or of the bank's, into one amount."""
_BELGIAN_REFERENCES = frozenset({"101", "102", "103", "105"})
_DIRECT_DEBIT = "127"
_RETURNED = frozenset("123456")
"""Codes of the R-transaction of a SEPA direct debit: reject, return, refund, reversal, …"""


def coda_statements(text: str) -> list[Stated]:
    """Read every statement of a file."""
    found: list[Stated] = []
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        lines.append((number, _checked(number, line)))
        if line[0] == "9":
            found.append(_statement(lines))
            lines = []
    if lines:
        number, _ = lines[-1]
        refuse_at(number, "record", "the file ends before the trailer record 9 of a statement")
    return found


def _checked(number: int, line: str) -> str:
    """Return a line as long as it has to be, if each of its fields can be read."""
    if len(line.rstrip()) > _LENGTH:
        refuse_at(number, "record", f"has {len(line.rstrip())} characters, CODA has {_LENGTH}")
    padded = line.ljust(_LENGTH)
    kind = padded[0] if padded[0] not in "23" else padded[:2]
    if kind not in _FIELDS:
        refuse_at(number, "record", f"{kind!r} is no record; one of {_KINDS} comes first")
    for field, (place, parse) in _FIELDS[kind].items():
        try:
            parse(padded[place])
        except (ValueError, ArithmeticError):
            where = f"characters {place.start + 1} to {place.stop}"
            refuse_at(number, field.strip("_"), f"{padded[place]!r} cannot be read ({where})")
    return padded


def _statement(lines: list[tuple[int, str]]) -> Stated:
    """Read one statement, from its header to its trailer."""
    first, last = lines[0][0], lines[-1][0]
    if [line[0] for _, line in lines[:2]] != ["0", "1"]:
        refuse_at(first, "record", "a statement begins with the records 0 and 1")
    _check_order(lines)
    if lines[0][1][127] != "2":
        refuse_at(first, "version", f"{lines[0][1][127]!r} is unknown; CODA has 2")
    _check_trailer(lines)
    try:
        (stated,) = coda.CODA([line for _, line in lines]).statements
    except (AssertionError, ValueError, LookupError, TypeError, AttributeError):
        message = "its records contradict each other: the account, the currency or the numbers"
        refuse_at(last, "statement", message)
    closing = next((number for number, line in lines if line[0] == "8"), last)
    account, currency = account_of(stated.account), stated.account_currency
    if account is None:
        refuse_at(lines[1][0], "account", "the account number is empty")
    sequence = stated.new_sequence.strip() or stated.old_sequence.strip()
    return Stated(
        line=closing,
        account=account,
        statement_id=f"{stated.new_balance_date.isoformat()}/{sequence}",
        currency=currency,
        opening_minor=minor_of(stated.old_balance, currency, lines[1][0], "old_balance"),
        closing_minor=minor_of(stated.new_balance, currency, closing, "new_balance"),
        movements=list(_movements(stated, lines)),
    )


def _check_order(lines: list[tuple[int, str]]) -> None:
    """Refuse a record that stands without the one it belongs to."""
    sequence = None
    for number, line in lines:
        if line[:2] == "21" and line[53] in _WHOLE:
            sequence = line[2:6]
        elif line[0] == "2" and line[2:6] != sequence:
            before = f"movement {sequence}" if sequence else "no movement"
            refuse_at(number, "sequence", f"{line[2:6]} follows {before}; a record 2.1 is missing")


def _check_trailer(lines: list[tuple[int, str]]) -> None:
    """Refuse a statement that has lost records, or whose totals are not those of its movements."""
    number, trailer = lines[-1]
    counted = sum(line[0] in "1238" for _, line in lines)
    told = _read(trailer, "9", "number_records")
    if counted != told:
        refuse_at(number, "number_records", f"{told} records were sent, {counted} are here")
    moved = [_read(line, "21", "amount") for _, line in lines if _is_whole(line)]
    totals = {
        "total_credit": sum(one for one in moved if one > 0),
        "total_debit": -sum(one for one in moved if one < 0),
    }
    for field, total in totals.items():
        if abs(_read(trailer, "9", field)) != total:
            message = f"is {_read(trailer, '9', field)}, but the movements add up to {total}"
            refuse_at(number, field, message)
    old = _read(lines[1][1], "1", "old_balance")
    closing = next(((n, one) for n, one in lines if one[0] == "8"), None)
    if closing is not None and _read(closing[1], "8", "new_balance") - old != sum(moved):
        difference = _read(closing[1], "8", "new_balance") - old
        message = f"the balances differ by {difference}, but the movements add up to {sum(moved)}"
        refuse_at(closing[0], "new_balance", message)


def _is_whole(line: str) -> bool:
    """Tell whether a record is a movement that the balance counts."""
    return line[:2] == "21" and line[53] in _WHOLE


def _read(line: str, kind: str, field: str) -> Any:  # noqa: ANN401 - as its field has it
    """Read one field of a record that was checked."""
    place, parse = _FIELDS[kind][field]
    return parse(line[place])


def _movements(stated: Any, lines: list[tuple[int, str]]) -> Iterator[Movement]:  # noqa: ANN401 - coda has no types
    """Give each movement, or the details that make up a batch, in order."""
    places = {(line[2:6], line[6:10]): number for number, line in lines if line[:2] == "21"}
    for move in stated.moves:
        details = move.moves if move.transaction_type in _BATCHES else []
        whole = [move]
        if details and sum(one.amount for one in details) == move.amount:
            whole = details
        for index, one in enumerate(whole, 1 if whole is details else 0):
            line = places[one.sequence, one.detail_sequence]
            yield _movement(stated, move, one, index, line)


def _movement(stated: Any, move: Any, one: Any, index: int, line: int) -> Movement:  # noqa: ANN401 - same
    """Read one movement, with what its batch says where it says nothing itself."""
    told = one.communication_type
    text = one.communication if told is None else one.communication or one._communication[4:]  # noqa: SLF001 - types it does not take apart
    reference = structured_of(text) if told in {None, "100", *_BELGIAN_REFERENCES} else None
    account = account_of((one.counterparty_account or "")[:34])
    return Movement(
        line=line,
        entry_ref=one.sequence,
        index=index,
        booked_on=move.entry_date,
        valued_on=one.value_date if one.value_date != move.entry_date else None,
        amount_minor=minor_of(one.amount, stated.account_currency, line, "amount"),
        counterparty_name=text_of(one.counterparty_name),
        counterparty_iban=iban_of(account),
        structured_reference=reference,
        text=text_of(text),
        end_to_end_id=text_of(one.customer_reference),
        is_reversal=told == _DIRECT_DEBIT and (one.r_transaction or "") in _RETURNED,
    )

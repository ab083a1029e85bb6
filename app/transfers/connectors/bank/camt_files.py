"""CAMT.053, the form of ISO 20022, in any of its versions.

Source: ISO 20022, BankToCustomerStatement camt.053.001.02 to .13. Read with lxml, which knows the
line of every element; the decision on payments says why not with pycamt.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

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
    from collections.abc import Iterator

_MESSAGE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}\}Document")
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,5})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_SIGNS = {"CRDT": 1, "DBIT": -1}
_BOOKED = "BOOK"


def camt_statements(content: bytes) -> list[Stated]:
    """Read every statement of a file; entities, document types and addresses are not followed."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        refuse_at(line, "XML", (error.msg or "cannot be read").partition("\n")[0])
    if root.getroottree().docinfo.doctype:
        refuse_at(1, "XML", "a statement has no document type; the file is refused for safety")
    if not _MESSAGE.fullmatch(root.tag):
        refuse_at(root.sourceline, "Document", f"{root.tag} is no camt.053 statement of ISO 20022")
    stated = [_statement(one) for one in _all(root, "BkToCstmrStmt/Stmt")]
    if not stated:
        refuse_at(root.sourceline, "Stmt", "the file has no statement")
    return stated


def _all(element: Any, path: str) -> list[Any]:  # noqa: ANN401 - lxml has no types
    """Find elements by a path without namespaces."""
    found: list[Any] = element.findall("/".join(f"{{*}}{step}" for step in path.split("/")))
    return found


def _one(element: Any, path: str) -> Any | None:  # noqa: ANN401 - same
    """Find the first element at a path."""
    return next(iter(_all(element, path)), None)


def _text(element: Any, *paths: str) -> str | None:  # noqa: ANN401 - same
    """Return the text at the first path that has one."""
    found = (one.text for path in paths for one in _all(element, path))
    return next((text.strip() for text in found if text and text.strip()), None)


def _needed(element: Any, *paths: str) -> str:  # noqa: ANN401 - same
    """Return the text at the first path that has one, or refuse the file."""
    text = _text(element, *paths)
    if text is None:
        name = etree.QName(element).localname
        refuse_at(element.sourceline, paths[0], f"{name} has no {' or '.join(paths)}")
    return text


def _statement(element: Any) -> Stated:  # noqa: ANN401 - same
    """Read one statement."""
    account = account_of(_needed(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id"))
    opening, closing = _balance(element, _OPENING), _balance(element, _CLOSING)
    currency = _currency(closing)
    seen: dict[str, int] = {}
    movements: list[Movement] = []
    for number, entry in enumerate(_all(element, "Ntry"), 1):
        if _needed(entry, "Sts/Cd", "Sts") != _BOOKED:
            continue
        if _currency(entry) != currency:
            message = f"{_currency(entry)} on an account in {currency}"
            refuse_at(entry.sourceline, "Ntry/Amt", message)
        reference = _text(entry, "NtryRef", "AcctSvcrRef") or str(number)
        seen[reference] = seen.get(reference, 0) + 1
        times = f"#{seen[reference]}" if seen[reference] > 1 else ""
        movements.extend(_movements(entry, f"{reference}{times}", currency))
    return Stated(
        line=closing.sourceline,
        account=account or "",
        statement_id=_needed(element, "Id"),
        currency=currency,
        opening_minor=_minor(opening, currency),
        closing_minor=_minor(closing, currency),
        movements=movements,
    )


def _balance(statement: Any, codes: tuple[str, ...]) -> Any:  # noqa: ANN401 - same
    """Return the balance of a kind, or refuse a statement that cannot be checked without it."""
    for code in codes:
        for one in _all(statement, "Bal"):
            if _text(one, "Tp/CdOrPrtry/Cd") == code:
                return one
    message = f"the statement has no balance {' or '.join(codes)}"
    refuse_at(statement.sourceline, "Bal", message)


def _currency(element: Any) -> str:  # noqa: ANN401 - same
    """Return the currency of an element's amount."""
    amount = _one(element, "Amt")
    if amount is None:
        refuse_at(element.sourceline, "Amt", f"{etree.QName(element).localname} has no Amt")
    return str(amount.get("Ccy", ""))


def _minor(element: Any, currency: str, path: str = "Amt", default: int | None = None) -> int:  # noqa: ANN401 - same
    """Return the amount of an element with its sign; `default` is the sign if it has none."""
    text = _needed(element, path)
    if not _AMOUNT.fullmatch(text):
        refuse_at(element.sourceline, path, f"{text!r} is no amount such as 1250.00")
    told = _text(element, "CdtDbtInd")
    sign = default if told is None else _SIGNS.get(told)
    if sign is None:
        refuse_at(element.sourceline, "CdtDbtInd", f"{told!r} is neither CRDT nor DBIT")
    return sign * minor_of(Decimal(text), currency, element.sourceline, path)


def _day(element: Any, path: str) -> date | None:  # noqa: ANN401 - same
    """Return a day that is given as such, or as an instant."""
    text = _text(element, f"{path}/Dt", f"{path}/DtTm")
    if text is None:
        return None
    try:
        return date.fromisoformat((_DAY.match(text) or [""])[0])
    except ValueError:
        refuse_at(element.sourceline, path, f"{text!r} is no day such as 2026-11-22")


def _movements(entry: Any, reference: str, currency: str) -> Iterator[Movement]:  # noqa: ANN401 - same
    """Give an entry, or the details that make it up.

    Details without amounts of their own, in another currency, or that do not add up are left
    together: each of them as the whole amount would be counted more than once.
    """
    whole_minor = _minor(entry, currency)
    sign = 1 if whole_minor >= 0 else -1
    details = _all(entry, "NtryDtls/TxDtls")
    amounts = [_detail_minor(one, currency, sign) for one in details]
    known = [one for one in amounts if one is not None]
    if len(known) == len(details) > 1 and sum(known) == whole_minor:
        for index, (one, amount) in enumerate(zip(details, known, strict=True), 1):
            yield _movement(entry, [one], reference, index, amount)
    else:
        yield _movement(entry, details, reference, 0, whole_minor)


def _detail_minor(detail: Any, currency: str, sign: int) -> int | None:  # noqa: ANN401 - same
    """Return the amount of a detail in the account's currency, if it has one."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = _one(detail, path)
        if amount is not None and amount.get("Ccy") == currency:
            return _minor(detail, currency, path, sign)
    return None


def _movement(
    entry: Any,  # noqa: ANN401 - same
    details: list[Any],
    reference: str,
    index: int,
    amount_minor: int,
) -> Movement:
    """Read what an entry or one detail of it says; several details give their texts alone."""
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if booked_on is None:
        refuse_at(entry.sourceline, "BookgDt", "the entry has neither BookgDt nor ValDt")
    one = details[0] if len(details) == 1 else entry
    party, account = ("Dbtr", "DbtrAcct") if amount_minor >= 0 else ("Cdtr", "CdtrAcct")
    texts = [each.text for detail in details for each in _all(detail, "RmtInf/Ustrd")]
    structured = [
        _text(strd, "CdtrRefInf/Ref") for detail in details for strd in _all(detail, "RmtInf/Strd")
    ]
    parties = f"RltdPties/{party}"
    text = text_of(*texts, *structured) or text_of(_text(entry, "AddtlNtryInf"))
    returned = _one(one, "RtrInf") is not None or _text(entry, "RvslInd") in {"true", "1"}
    valued_on = _day(entry, "ValDt")
    is_single = len(details) == 1
    return Movement(
        line=one.sourceline,
        entry_ref=reference,
        index=index,
        booked_on=booked_on,
        valued_on=valued_on if valued_on != booked_on else None,
        amount_minor=amount_minor,
        counterparty_name=text_of(_text(one, f"{parties}/Pty/Nm", f"{parties}/Nm")),
        counterparty_iban=iban_of(_text(one, f"RltdPties/{account}/Id/IBAN")),
        structured_reference=structured_of(*structured, *texts) if is_single else None,
        text=text,
        end_to_end_id=_end_to_end(one),
        is_reversal=returned,
    )


def _end_to_end(detail: Any) -> str | None:  # noqa: ANN401 - same
    """Return the reference that the payer gave, unless it says that there is none."""
    text = _text(detail, "Refs/EndToEndId")
    return None if text in {None, "NOTPROVIDED"} else text

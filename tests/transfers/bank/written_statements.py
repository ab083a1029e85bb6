"""Writers of bank statements, the counterpart of the readers; amounts in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from app.transfers.connectors.bank.connector import CONNECTOR
from app.transfers.contract.connectors import Connected, Incoming
from app.transfers.contract.faults import TransferFaultError

IBAN = "BE71096123456769"
DAY = date(2026, 11, 20)
BANK = Connected("bank", {})


@dataclass(frozen=True)
class Moved:
    """A movement to write; `details` are batches of (amount, text)."""

    amount_minor: int
    text: str = ""
    structured: str = ""
    name: str = ""
    iban: str = ""
    details: tuple[tuple[int, str], ...] = ()
    kind: str = "0"
    communication: str = ""


def read(content: bytes, connected: Connected = BANK) -> tuple[Incoming, ...]:
    return CONNECTOR.read(connected, "statement", "file", content)


def refusal(content: bytes, connected: Connected = BANK) -> str:
    """The message with which a file is refused."""
    with pytest.raises(TransferFaultError) as caught:
        read(content, connected)
    assert caught.value.fault == "RECORD"
    return str(caught.value)


def _coda_amount(minor: int) -> str:
    return f"{'1' if minor < 0 else '0'}{abs(minor) * 10:015d}"


def _coda_move(sequence: int, detail: int, amount: int, kind: str, words: str, more: str) -> str:
    return (
        f"21{sequence:04d}{detail:04d}{'BANKREF':<21}{_coda_amount(amount)}{DAY:%d%m%y}"
        f"{kind}0150000{words[:54]:<54}{DAY:%d%m%y}001{more}0 0"
    )[:128].ljust(128)


def coda(*moved: Moved, opening_minor: int = 0, new_balance: int | None = None) -> str:
    """Write a statement with right totals, unless another closing balance is wanted."""
    lines = []
    for number, one in enumerate(moved, 1):
        kind = "1" if one.details else one.kind
        words = one.communication or (f"1101{one.structured}" if one.structured else f"0{one.text}")
        lines.append(_coda_move(number, 0, one.amount_minor, kind, words, "1"))
        lines.append(f"22{number:04d}0000{words[54:107]:<53}{'E2E':<35}".ljust(128))
        lines.append(
            f"23{number:04d}0000{one.iban:<34}EUR{one.name[:35]:<35}{words[107:150]:<43}".ljust(128)
        )
        for detail, (amount, text) in enumerate(one.details, 1):
            lines.append(_coda_move(number, detail, amount, "5", f"0{text}", "0"))
    total = sum(one.amount_minor for one in moved)
    closing = opening_minor + total if new_balance is None else new_balance
    credit = sum(one.amount_minor for one in moved if one.amount_minor > 0)
    header = (
        f"00000{DAY:%d%m%y}00005{'':8}{'FILE':<10}{'CLUB':<26}{'KREDBEBB':<11}00630366277".ljust(
            127
        )
    )
    old = f"12001{IBAN:<34}EUR{_coda_amount(opening_minor)}{DAY:%d%m%y}{'CLUB':<26}{'':35}001"
    new = f"8001{IBAN:<34}EUR{_coda_amount(closing)}{DAY:%d%m%y}".ljust(128)
    trailer = f"9{'':15}{len(lines) + 2:06d}{(credit - total) * 10:015d}{credit * 10:015d}".ljust(
        128
    )
    return "\n".join([header + "2", old, *lines, new, trailer]) + "\n"


def mt940(*lines: str, opening: str = "C261119EUR100,00", closing: str = "C261120EUR100,00") -> str:
    """Write a statement of lines 61 and 86."""
    head = [":20:REF", f":25:{IBAN}EUR".replace("EUR", ""), ":28C:12/1", f":60F:{opening}"]
    return "\n".join([*head, *lines, f":62F:{closing}", "-"]) + "\n"


def _money(minor: int) -> str:
    return str(Decimal(abs(minor)).scaleb(-2))


def _signed(minor: int) -> str:
    return f"{'CRDT' if minor >= 0 else 'DBIT'}"


def camt_balance(code: str, minor: int) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{_money(minor)}</Amt>'
        f"<CdtDbtInd>{_signed(minor)}</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>"
    )


def camt_entry(minor: int, details: str = "", *, reference: str = "", more: str = "") -> str:
    ref = f"<NtryRef>{reference}</NtryRef>" if reference else ""
    return (
        f'<Ntry>{ref}<Amt Ccy="EUR">{_money(minor)}</Amt><CdtDbtInd>{_signed(minor)}</CdtDbtInd>'
        f"{more}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{DAY}</Dt></BookgDt>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>\n"
    )


def camt_detail(minor: int | None, text: str = "", *, more: str = "") -> str:
    amount = "" if minor is None else f'<Amt Ccy="EUR">{_money(minor)}</Amt>'
    return f"<TxDtls>{amount}{more}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"


def camt(entries: str, *, opening_minor: int = 0, closing_minor: int, before: str = "") -> bytes:
    """Write a statement around entries."""
    return (
        f"<?xml version='1.0'?>{before}\n"
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
        f"<Stmt><Id>S1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>\n"
        f"{camt_balance('OPBD', opening_minor)}{camt_balance('CLBD', closing_minor)}\n"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()

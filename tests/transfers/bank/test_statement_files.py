"""Bank statements become one record for each movement, and add up, or are refused."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transfers.connectors.bank.connector import CONNECTOR
from app.transfers.connectors.bank.movements import LARGEST_BYTES
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import TransferFaultError
from tests.transfers.bank.written_statements import (
    BANK,
    IBAN,
    Moved,
    camt,
    camt_balance,
    camt_detail,
    camt_entry,
    coda,
    mt940,
    read,
    refusal,
)

REAL = Path(__file__).parents[4] / "shared/data/bank"
OGM = "020260000178"
SIGN = "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>"
TEN = f">10.00{SIGN}"
BOOKED = "<BookgDt><Dt>2026-11-20</Dt></BookgDt>"


def records(content: bytes) -> list[dict[str, object]]:
    return [dict(one.record) for one in read(content)]


@pytest.mark.real_input
@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/bank is not beside the repository")
@pytest.mark.parametrize(
    ("name", "count", "total"),
    [
        ("CODA_febelfin_sample.txt", 67, "9405296.99"),
        ("MT940_sample.txt", 3, "500.01"),
        ("camt.053.001.02.xml", 1, "-100.00"),
        ("camt.053.001.08_own_ogm.xml", 2, "1815.00"),
    ],
)
def test_real_statements_add_up_and_read_twice_are_the_same(
    name: str, count: int, total: str
) -> None:
    content = (REAL / name).read_bytes()
    found = read(content)
    assert (len(found), sum(Decimal(one.record["amount"]) for one in found)) == (
        count,
        Decimal(total),
    )
    assert len({one.external_id for one in found}) == count
    assert read(content) == found


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=3), max_size=5),
    st.integers(-(10**9), 10**9),
)
def test_whatever_is_booked_comes_out_of_each_form_to_the_cent(
    batches: list[list[int]], opening: int
) -> None:
    moved = [
        Moved(sum(one), details=tuple((part, "x") for part in one) if len(one) > 1 else ())
        for one in batches
    ]
    closing = opening + sum(map(sum, batches))
    entries = "".join(
        camt_entry(sum(one), "".join(camt_detail(p, more=_sign(p)) for p in one)) for one in batches
    )
    expected = [Decimal(part).scaleb(-2) for one in batches for part in one]
    for content in (
        coda(*moved, opening_minor=opening).encode(),
        camt(entries, opening_minor=opening, closing_minor=closing),
    ):
        found = [Decimal(one.record["amount"]) for one in read(content)]
        assert found == expected


def _sign(minor: int) -> str:
    return f"<CdtDbtInd>{'CRDT' if minor >= 0 else 'DBIT'}</CdtDbtInd>"


def test_a_coda_movement_says_who_paid_and_what_for() -> None:
    one, other, rf = records(
        coda(
            Moved(121000, structured=OGM, name="Brouwerij Van Acker NV", iban="BE71096123456769"),
            Moved(-500, text="INV 2026-00003", iban="000000000000"),
            Moved(300, communication="1100RF18539007547034"),
        ).encode()
    )
    assert one == {
        "account": IBAN,
        "statement_id": "2026-11-20/001",
        "entry_ref": "0001",
        "index": 0,
        "booked_on": "2026-11-20",
        "amount": "1210.00",
        "currency": "EUR",
        "counterparty_name": "Brouwerij Van Acker NV",
        "counterparty_iban": "BE71096123456769",
        "structured_reference": OGM,
        "text": OGM,
        "end_to_end_id": "E2E",
    }
    assert (other["amount"], other["text"]) == ("-5.00", "INV 2026-00003")
    assert "counterparty_iban" not in other
    assert rf["structured_reference"] == "RF18539007547034"


def test_a_returned_direct_debit_is_a_reversal() -> None:
    returned = (
        "1127" + "201126" + "1" + "1" + "2" + f"{'CREDITOR':<35}{'MANDATE':<35}{'what for':<62}"
    )
    lines = coda(Moved(-5000, communication=returned)).splitlines()
    lines[3] = lines[3][:112] + "2MD06" + lines[3][117:]
    (one,) = records("\n".join(lines).encode())
    assert (one["is_reversal"], one["text"]) == (True, "what for")


@pytest.mark.parametrize(
    ("place", "wrong", "told"),
    [
        ((2, 34), "x", "line 3, amount"),
        ((2, 0), "7", "line 3, record: '7' is no record"),
        ((2, 2), "9999", "line 4, sequence: 0001 follows movement 9999"),
        ((0, 127), "1", "line 1, version: '1' is unknown"),
        ((1, 0), "4", "line 1, record: a statement begins with the records 0 and 1"),
        ((6, 21), "9", "line 7, number_records: 9 records were sent, 5 are here"),
        ((6, 36), "9", "line 7, total_debit: is"),
        ((5, 56), "9", "line 6, new_balance: the balances differ by 10.009"),
        ((3, 2), "0002", "line 4, sequence: 0002 follows movement 0001"),
        ((3, 6), "0007", "line 7, statement: its records contradict each other"),
    ],
)
def test_a_damaged_coda_file_names_line_and_field(
    place: tuple[int, int], wrong: str, told: str
) -> None:
    lines = coda(Moved(1000, text="x")).splitlines()
    line, at = place
    lines[line] = lines[line][:at] + wrong + lines[line][at + len(wrong) :]
    assert told in refusal("\n".join(lines).encode())


def test_coda_files_that_end_early_or_run_on_are_refused() -> None:
    lines = coda(Moved(1000)).splitlines()
    assert "before the trailer record 9" in refusal("\n".join(lines[:-1]).encode())
    lines[2] += "more"
    assert "line 3, record: has 132 characters" in refusal("\n".join(lines).encode())
    tenths = coda(Moved(1000)).replace("000000000010000", "000000000010005")
    assert "line 6, new_balance: 10.005 has more decimals" in refusal(tenths.encode())
    unknown = coda(Moved(1000)).replace("EUR", "XXX")
    assert "line 2, old_balance: 'XXX' is no ISO 4217 currency" in refusal(unknown.encode())
    nobody = coda(Moved(1000)).replace(IBAN, " " * len(IBAN))
    assert "line 2, account: the account number is empty" in refusal(nobody.encode())


def test_a_coda_statement_without_closing_balance_keeps_the_old_one() -> None:
    lines = [one for one in coda(opening_minor=700).splitlines() if one[0] != "8"]
    lines[-1] = lines[-1].replace("000002", "000001")
    assert read(("\n".join(lines) + "\n\n").encode()) == ()


def test_an_mt940_statement_of_dutch_and_german_banks_is_read() -> None:
    found = records(
        mt940(
            ":61:2611201120C500,01NTRFEREF//BANK1",
            ":86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J J",
            "ANSEN/REMI/Factuur 2026-0007 +++020/2600/00178+++/EREF/NOTPROVIDED",
            ":61:2611191120D20,NTRFNONREF",
            ":86:166?00GUTSCHRIFT?20SVWZ+Rechnung 77?21zwei?30COBADEFF?31DE79370400440123619900"
            "?32Max Muster",
            ":61:261120RC1,00NRTINONREF",
            ":86:free text",
            closing="C261120EUR579,01",
        ).encode()
    )
    assert [one["amount"] for one in found] == ["500.01", "-20.00", "-1.00"]
    first, second, third = found
    assert first["counterparty_name"] == "J JANSEN"
    assert first["counterparty_iban"] == "NL91ABNA0417164300"
    assert first["structured_reference"] == OGM
    assert (second["counterparty_iban"], second["valued_on"]) == (
        "DE79370400440123619900",
        "2026-11-19",
    )
    assert second["counterparty_name"] == "Max Muster"
    assert "Rechnung 77" in str(second["text"])
    assert (third["is_reversal"], third["text"]) == (True, "free text")
    assert first["statement_id"] == "2026-11-20/12-1"


def test_pages_of_an_mt940_statement_have_intermediate_balances() -> None:
    whole = mt940(":61:261120C5,00NTRFNONREF", closing="C261120EUR105,00")
    paged = whole.replace(":62F:", ":62M:").replace(":60F:", ":60M:")
    assert [one["amount"] for one in records(paged.encode())] == ["5.00"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("261120C5,00", "261120X5,00", "line 5, statement line: :61:'261120X5,00NTRFNONREF'"),
        ("C5,00", "C5,0,0", "line 5, statement line: the amount '5,0,0' cannot be read"),
        ("61:261120C", "61:269920C", "line 1, statement: cannot be read"),
        (":62F:C261120EUR105,00", "", "line 1, closing balance: the statement has no field :62:"),
        (f":25:{IBAN}", ":25:", "line 2, account: the account number is empty"),
        ("EUR105,00", "EUR106,00", "line 6, closing balance: the movements of statement"),
        ("EUR105,00", "EUR105,001", "line 6, closing balance: 105.001 has more decimals than EUR"),
        (":20:", ":21:", "line 1, file: is neither CODA"),
    ],
)
def test_a_damaged_mt940_file_names_line_and_field(old: str, new: str, told: str) -> None:
    whole = mt940(":61:261120C5,00NTRFNONREF", closing="C261120EUR105,00")
    assert old in whole
    assert told in refusal(whole.replace(old, new, 1).encode())


def test_text_that_only_mentions_a_statement_is_none() -> None:
    assert "line 1, 20: the file has no statement" in refusal(b"x :20: y")


def test_a_camt_batch_is_taken_apart_and_says_who_paid() -> None:
    payer = (
        "<Refs><EndToEndId>E2E-1</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Van  Acker</Nm></Pty>"
        "</Dbtr><DbtrAcct><Id><IBAN>BE71 0961 2345 6769</IBAN></Id></DbtrAcct></RltdPties>"
    )
    reference = (
        '<TxDtls><Amt Ccy="EUR">6.05</Amt><RmtInf><Strd><CdtrRefInf><Ref>020260000178</Ref>'
        "</CdtrRefInf></Strd></RmtInf></TxDtls>"
    )
    entry = camt_entry(1815, camt_detail(1210, "thanks", more=payer) + reference)
    one, other = records(camt(entry, closing_minor=1815))
    assert (one["amount"], one["counterparty_name"]) == ("12.10", "Van Acker")
    assert (one["counterparty_iban"], one["end_to_end_id"]) == (IBAN, "E2E-1")
    assert (one["entry_ref"], one["index"], other["index"]) == ("1", 1, 2)
    assert (other["amount"], other["structured_reference"]) == ("6.05", OGM)


@pytest.mark.parametrize(
    "details",
    [
        camt_detail(None, "INV 1") + camt_detail(None, "INV 2"),
        camt_detail(1000, "INV 1") + camt_detail(500, "INV 2"),
        camt_detail(1000, "INV 1") + camt_detail(815, "INV 2").replace("EUR", "USD"),
    ],
)
def test_a_camt_batch_whose_details_do_not_add_up_is_left_together(details: str) -> None:
    (one,) = records(camt(camt_entry(1815, details), closing_minor=1815))
    assert (one["amount"], one["text"], one["index"]) == ("18.15", "INV 1 INV 2", 0)


def test_camt_entries_that_are_not_booked_are_left_out_and_references_told_apart() -> None:
    pending = camt_entry(99).replace("BOOK", "PDNG")
    returned = camt_entry(-100, more="<RvslInd>true</RvslInd>", reference="A")
    timed = camt_entry(300, reference="A").replace(
        "<BookgDt><Dt>2026-11-20</Dt></BookgDt>",
        "<ValDt><DtTm>2026-11-20T10:00:00</DtTm></ValDt><AddtlNtryInf>interest</AddtlNtryInf>",
    )
    found = records(camt(pending + returned + timed, closing_minor=200))
    assert [(one["entry_ref"], one.get("is_reversal")) for one in found] == [
        ("A", True),
        ("A#2", None),
    ]
    assert (found[1]["text"], found[1]["booked_on"]) == ("interest", "2026-11-20")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('<Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>', "<Dt>", "line 4, Amt: Bal"),
        ("</Stmt>", "", "line 6, XML"),
        ("camt.053", "camt.054", "is no camt.053 statement"),
        ("OPBD", "ITBD", "line 3, Bal: the statement has no balance OPBD or PRCD"),
        ("<Id>S1</Id>", "", "line 3, Id: Stmt has no Id"),
        (TEN, f">1e1{SIGN}", "line 5, Amt: '1e1' is no amount"),
        (SIGN, "</Amt><CdtDbtInd>C</CdtDbtInd><Sts>", "line 5, CdtDbtInd: 'C'"),
        (SIGN, "</Amt><Sts>", "line 5, CdtDbtInd: None"),
        (BOOKED, BOOKED.replace("-11-", "-13-"), "line 5, BookgDt: '2026-13-20' is no day"),
        (BOOKED, "", "line 5, BookgDt: the entry has neither"),
        ('<Ntry><Amt Ccy="EUR">', '<Ntry><Amt Ccy="USD">', "line 5, Ntry/Amt: USD on an account"),
        (TEN, f">10.01{SIGN}", "line 4, closing balance: the movements of statement S1 add up to"),
        (TEN, f">999999999999999.00{SIGN}", "line 5, Amt: the amount is larger than any"),
    ],
)
def test_a_damaged_camt_file_names_line_and_field(old: str, new: str, told: str) -> None:
    whole = camt(camt_entry(1000), closing_minor=1000).decode()
    assert old in whole
    assert told in refusal(whole.replace(old, new, 1).encode())


def test_a_camt_file_without_a_statement_or_with_one_that_differs_is_refused() -> None:
    whole = camt(camt_entry(1000, reference="A"), closing_minor=1000).decode()
    start, end = whole.index("<Stmt>"), whole.index("</BkTo")
    assert "the file has no statement" in refusal((whole[:start] + whole[end:]).encode())
    other = whole[start:end].replace("<NtryDtls>", "<AddtlNtryInf>other</AddtlNtryInf><NtryDtls>")
    message = refusal((whole[:end] + other + whole[end:]).encode())
    assert "stands in the file twice, with other content" in message
    assert len(read((whole[:end] + whole[start:end] + whole[end:]).encode())) == 1


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE Document [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd">',
    ],
)
def test_entities_and_document_types_are_refused(before: str) -> None:
    entry = camt_entry(1000, camt_detail(1000, "&e;" if "ENTITY" in before else ""))
    message = refusal(camt(entry, closing_minor=1000, before=before))
    assert "no document type" in message
    assert "root:" not in message


def test_files_that_are_too_large_or_of_other_accounts_are_refused() -> None:
    assert "is larger than 20 MiB" in refusal(b"<" * (LARGEST_BYTES + 1))
    own = Connected("bank", {"accounts": "BE00 nl91abna0417164300"})
    message = refusal(camt(camt_entry(1000), closing_minor=1000), own)
    assert f"{IBAN} is none of the accounts BE00, NL91ABNA0417164300" in message
    assert camt_balance("OPBD", 1) != camt_balance("OPBD", -1)


def test_old_encodings_of_banks_are_read() -> None:
    (one,) = records(coda(Moved(100, name="Café Élysée")).encode("windows-1252"))
    assert one["counterparty_name"] == "Café Élysée"


def test_a_bank_is_only_read() -> None:
    assert CONNECTOR.check(BANK).is_well
    task = Task("invoice.post", "k", {})
    for call in (
        lambda: CONNECTOR.find(BANK, task),
        lambda: CONNECTOR.carry_out(BANK, task),
        lambda: CONNECTOR.poll(BANK, "statement", None),
        lambda: CONNECTOR.receive(BANK, {}, b""),
        lambda: CONNECTOR.read(BANK, "payouts", "x", b""),
    ):
        with pytest.raises(TransferFaultError, match="reader of statements") as caught:
            call()
        assert caught.value.fault == "DEFECT"

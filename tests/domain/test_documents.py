"""What is made of a reported document: its totals, type and state."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.domain.documents import (
    DocumentSource,
    DocumentState,
    DocumentType,
    InvoiceDocument,
    Reported,
    Totals,
    check_reported,
    check_source,
    complete_totals,
    is_draft_number,
    is_same,
    judge,
    key_of,
    type_of,
)
from app.domain.invoices import Invoice
from app.domain.validation import Check
from tests.domain.invoice_facts import INVOICE_ID, invoice_of
from tests.domain.sale_states import ACCOUNT_ID, NOW, SALE_ID

PLAIN = Reported("BOOKS", "F1", date(2026, 8, 1), date(2026, 8, 31))
NOTE = invoice_of(-15_000, -3_150)


def totals(invoice: Invoice, expected: int | None = None, **given: int) -> Totals:
    check = Check()
    reported = replace(PLAIN, **given)  # type: ignore[arg-type]
    wanted = invoice.gross_minor or 0 if expected is None else expected
    found = complete_totals(reported, invoice, wanted, 5, check)
    check.refuse_if_any()
    return found


def wrong(invoice: Invoice, **given: object) -> list[tuple[str, tuple[str, ...]]]:
    check = Check()
    reported = replace(PLAIN, **given)  # type: ignore[arg-type]
    expected = invoice.gross_minor or 0
    check_reported(reported, invoice, expected, check)
    complete_totals(reported, invoice, expected, 5, check)
    return [(one.code, one.path) for one in check.violations]


@pytest.mark.parametrize("number", ["D123", "D1", "D2026-7"])
def test_d_and_a_digit_is_the_number_of_a_draft(number: str) -> None:
    assert is_draft_number(number)


@pytest.mark.parametrize("number", ["DN2026", "D", "", "F1", "d1", "1D1", "D-1"])
def test_every_other_number_is_final(number: str) -> None:
    assert not is_draft_number(number)


def test_a_difference_within_the_tolerance_is_accepted() -> None:
    for difference in (-5, 0, 5):
        state = judge(number="F1", difference_minor=difference, tolerance_minor=5)
        assert state is DocumentState.ACCEPTED
    for difference in (-6, 6):
        state = judge(number="F1", difference_minor=difference, tolerance_minor=5)
        assert state is DocumentState.MISMATCH
    assert judge(number="D1", difference_minor=99, tolerance_minor=5) is DocumentState.DRAFT


def test_missing_totals_are_the_invoices() -> None:
    whole = Totals(125_000, 11_250, 136_250)
    assert totals(invoice_of()) == whole
    assert totals(invoice_of(), gross_minor=136_250) == whole
    assert totals(invoice_of(), net_minor=125_000) == whole
    assert totals(invoice_of(), vat_minor=11_250) == whole
    assert totals(invoice_of(), net_minor=125_000, vat_minor=11_250) == whole
    assert totals(invoice_of(), net_minor=125_000, gross_minor=136_250) == whole
    assert totals(invoice_of(), vat_minor=11_250, gross_minor=136_250) == whole
    assert totals(invoice_of(), net_minor=125_000, vat_minor=11_250, gross_minor=136_250) == whole


def test_cents_of_the_gross_belong_to_the_vat_and_more_is_divided() -> None:
    assert totals(invoice_of(), gross_minor=136_251) == Totals(125_000, 11_251, 136_251)
    assert totals(invoice_of(), gross_minor=272_500) == Totals(250_000, 22_500, 272_500)
    assert totals(invoice_of(), net_minor=250_000) == Totals(250_000, 22_500, 272_500)
    assert totals(invoice_of(0, 0), gross_minor=100) == Totals(100, 0, 100)


def test_a_credit_note_may_come_without_its_sign() -> None:
    whole = Totals(-15_000, -3_150, -18_150)
    assert totals(NOTE) == whole
    assert totals(NOTE, gross_minor=18_150) == whole
    assert totals(NOTE, gross_minor=-18_150) == whole
    assert totals(NOTE, net_minor=15_000, vat_minor=3_150, gross_minor=18_150) == whole


def test_a_credit_note_that_took_a_rounding_back_is_expected_with_it() -> None:
    assert totals(NOTE, -18_151) == Totals(-15_000, -3_151, -18_151)


def test_totals_must_add_up_and_go_the_way_of_their_invoice() -> None:
    given = {"net_minor": 125_000, "vat_minor": 11_250, "gross_minor": 136_251}
    assert wrong(invoice_of(), **given) == [("AMOUNT_INVALID", ("gross",))]
    assert wrong(invoice_of(), gross_minor=-136_250) == [("INVOICE_AMOUNT_NEGATIVE", ("gross",))]


def test_a_malformed_report_is_refused_with_everything_wrong() -> None:
    found = wrong(
        invoice_of(),
        source="a b",
        number=" ",
        due_on=date(2026, 7, 31),
        currency="USD",
        reference="x" * 201,
        type=DocumentType.CREDIT_NOTE,
    )
    assert found == [
        ("CODE_INVALID", ("source",)),
        ("TEXT_REQUIRED", ("number",)),
        ("TEXT_TOO_LONG", ("reference",)),
        ("DATE_RANGE_INVALID", ("dueOn",)),
        ("CURRENCY_MIXED", ("currency",)),
        ("INPUT_INVALID", ("type",)),
    ]
    assert wrong(NOTE, type=DocumentType.PREPAYMENT) == [("INPUT_INVALID", ("type",))]
    assert wrong(NOTE, type=DocumentType.INVOICE) == []
    assert wrong(invoice_of(), type=DocumentType.PREPAYMENT, currency="EUR") == []


def test_the_type_follows_the_sign_unless_it_is_reported() -> None:
    assert type_of(PLAIN, 136_250) is DocumentType.INVOICE
    assert type_of(PLAIN, -18_150) is DocumentType.CREDIT_NOTE
    prepaid = replace(PLAIN, type=DocumentType.PREPAYMENT)
    assert type_of(prepaid, 136_250) is DocumentType.PREPAYMENT


def document_of(**changes: object) -> InvoiceDocument:
    found = InvoiceDocument(
        id=UUID(int=601),
        invoice_id=INVOICE_ID,
        sale_id=SALE_ID,
        account_id=ACCOUNT_ID,
        source="BOOKS",
        type=DocumentType.INVOICE,
        state=DocumentState.ACCEPTED,
        number="F1",
        issued_on=date(2026, 8, 1),
        due_on=date(2026, 8, 31),
        reference="RF18 5390 0754 7034",
        reference_key="RF18539007547034",
        net_minor=125_000,
        vat_minor=11_250,
        gross_minor=136_250,
        rounding_minor=0,
        currency="EUR",
        file_id=None,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def test_a_report_repeats_a_document_when_nothing_that_it_says_differs() -> None:
    bare = replace(PLAIN, due_on=None)
    assert is_same(document_of(), document_of(id=UUID(int=602)), PLAIN)
    assert is_same(document_of(), document_of(due_on=None, reference_key=None), bare)
    assert not is_same(document_of(), document_of(gross_minor=136_251), bare)
    assert not is_same(document_of(), document_of(invoice_id=UUID(int=603)), bare)
    assert not is_same(document_of(), document_of(due_on=date(2026, 9, 1)), PLAIN)
    quoted = replace(bare, reference="other")
    assert not is_same(document_of(), document_of(reference_key=key_of(quoted)), quoted)
    assert key_of(bare) is None


def test_a_document_source_has_a_code_a_name_and_a_tolerance() -> None:
    check = Check()
    source = DocumentSource(
        UUID(int=1), "BOOKS", "Books", 5, is_active=True, version=1, created_at=NOW
    )
    check_source(source, check)
    assert not check.violations
    check_source(replace(source, code="", name="", tolerance_minor=-1), check)
    assert [one.path for one in check.violations] == [("code",), ("name",), ("toleranceMinor",)]

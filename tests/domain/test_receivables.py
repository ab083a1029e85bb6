"""The status of an invoice: every line of the table in sales.md 6.7."""

from datetime import date

import pytest

from app.domain.documents import DocumentState
from app.domain.receivables import InvoiceStatus, Receivable, invoice_status, no_facts
from tests.domain.invoice_facts import DOCUMENT_ID, documented, facts_of, invoice_of
from tests.domain.sale_states import NOW

DUE_ON, PLANNED_ON = date(2026, 8, 31), date(2026, 8, 1)
BEFORE, ON_THE_DAY, LATER = date(2026, 7, 31), PLANNED_ON, date(2026, 9, 1)


def status(facts: Receivable | None, today: date = ON_THE_DAY, amount: int = 125_000) -> str:
    return invoice_status(amount_minor=amount, planned_on=PLANNED_ON, facts=facts, today=today)


@pytest.mark.parametrize("facts", [None, facts_of(), facts_of(paid_minor=100)])
def test_without_a_document_only_date_and_amount_count(facts: Receivable | None) -> None:
    assert status(facts, BEFORE) is InvoiceStatus.FUTURE
    assert status(facts, ON_THE_DAY) is InvoiceStatus.TODO
    assert status(facts, LATER) is InvoiceStatus.TODO
    assert status(facts, amount=0) is InvoiceStatus.VOID


@pytest.mark.parametrize(
    "facts",
    [
        facts_of(claimed_by="BOOKS", claimed_at=NOW),
        facts_of(document_id=DOCUMENT_ID, document_state=DocumentState.DRAFT, document_no="D1"),
        facts_of(document_id=DOCUMENT_ID, document_state=DocumentState.MISMATCH),
        facts_of(is_waiting=True),
    ],
)
def test_an_invoice_is_pending_while_its_document_is_made(facts: Receivable) -> None:
    for today in (BEFORE, ON_THE_DAY, LATER):
        assert status(facts, today) is InvoiceStatus.PENDING


def test_a_document_is_open_until_it_is_due() -> None:
    assert status(documented()) is InvoiceStatus.OPEN
    assert status(documented(), DUE_ON) is InvoiceStatus.OPEN
    assert status(documented(), LATER) is InvoiceStatus.OVERDUE
    assert status(documented(due_on=None), LATER) is InvoiceStatus.OPEN


def test_a_part_is_partial_until_it_is_due() -> None:
    for part in (documented(paid_minor=1), documented(credited_minor=1)):
        assert status(part, DUE_ON) is InvoiceStatus.PARTIAL
        assert status(part, LATER) is InvoiceStatus.OVERDUE


@pytest.mark.parametrize(
    "facts",
    [
        documented(paid_minor=136_250),
        documented(paid_minor=136_248, rounded_minor=-2),
        documented(paid_minor=100_000, written_off_minor=36_250),
        documented(paid_minor=130_000, credited_minor=6_250, noted_minor=18_150),
        documented(0),
    ],
)
def test_nothing_open_is_received(facts: Receivable) -> None:
    assert status(facts, LATER) is InvoiceStatus.RECEIVED


def test_a_document_that_is_credited_whole_is_credited() -> None:
    assert status(documented(credited_minor=136_250, noted_minor=136_250)) is InvoiceStatus.CREDITED
    assert status(documented(paid_minor=136_250, noted_minor=136_250)) is InvoiceStatus.CREDITED


def test_a_credit_note_is_open_partial_and_credited_as_it_is_used() -> None:
    assert status(documented(-18_150), LATER) is InvoiceStatus.OPEN
    assert status(documented(-18_150, used_minor=6_250), LATER) is InvoiceStatus.PARTIAL
    assert status(documented(-18_150, used_minor=18_150), LATER) is InvoiceStatus.CREDITED


def test_what_is_open_adds_up() -> None:
    facts = documented(
        100, rounded_minor=1, written_off_minor=2, paid_minor=30, credited_minor=40, used_minor=5
    )
    assert facts.open_minor == 34
    assert no_facts(invoice_of()).open_minor == 0


def test_claims_and_documents_freeze_and_advances_do_not() -> None:
    assert facts_of(claimed_at=NOW).is_frozen
    assert documented().is_frozen
    assert not facts_of(paid_minor=100).is_frozen

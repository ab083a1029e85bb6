"""Which invoices a system may make documents of, and for how long alone."""

from datetime import timedelta

import pytest

from app.domain.claiming import claim, has_lease, hold, release, why_not_billable, why_taken
from app.domain.documents import DocumentState
from app.domain.receivables import Receivable
from app.domain.sales import SaleStatus
from tests.domain.invoice_facts import DOCUMENT_ID, documented, facts_of, invoice_of
from tests.domain.sale_states import NOW

CLAIMED = claim(invoice_of(), None, "BOOKS", NOW, 60)
LATER = NOW + timedelta(minutes=60)
DRAFT = facts_of(document_id=DOCUMENT_ID, document_state=DocumentState.DRAFT, document_no="D1")


@pytest.mark.parametrize("status", [SaleStatus.FINAL, SaleStatus.CANCELLED])
@pytest.mark.parametrize("facts", [None, facts_of(paid_minor=5), CLAIMED])
def test_invoices_of_agreed_sales_are_billed(status: SaleStatus, facts: Receivable | None) -> None:
    assert why_not_billable(invoice_of(), status, facts) is None


@pytest.mark.parametrize("status", [SaleStatus.DRAFT, SaleStatus.EXPIRED])
def test_a_draft_is_not_billed(status: SaleStatus) -> None:
    found = why_not_billable(invoice_of(), status, None)
    assert found is not None
    assert (found.code, str(status) in found.message) == ("INVOICE_NOT_BILLABLE", True)


@pytest.mark.parametrize("facts", [documented(), DRAFT, facts_of(is_waiting=True)])
def test_what_has_a_document_or_waits_for_another_is_not_claimed(facts: Receivable) -> None:
    assert why_not_billable(invoice_of(), SaleStatus.FINAL, facts) is not None


def test_a_document_may_be_reported_of_what_has_one() -> None:
    for facts in (DRAFT, documented()):
        assert why_not_billable(invoice_of(), SaleStatus.FINAL, facts, is_reported=True) is None
    waiting = facts_of(is_waiting=True)
    assert why_not_billable(invoice_of(), SaleStatus.FINAL, waiting, is_reported=True) is not None


def test_a_void_invoice_is_not_billed_unless_it_was_claimed() -> None:
    void = invoice_of(0, 0)
    assert why_not_billable(void, SaleStatus.FINAL, None) is not None
    assert why_not_billable(void, SaleStatus.FINAL, facts_of()) is not None
    assert why_not_billable(void, SaleStatus.FINAL, CLAIMED) is None


def test_a_claim_keeps_other_sources_away_until_its_lease_ends() -> None:
    found = why_taken(invoice_of(), CLAIMED, "OTHER", NOW)
    assert found is not None
    assert found.code == "CLAIM_TAKEN"
    assert why_taken(invoice_of(), CLAIMED, "BOOKS", NOW) is None
    assert why_taken(invoice_of(), CLAIMED, "OTHER", LATER) is None
    assert why_taken(invoice_of(), None, "OTHER", NOW) is None
    assert why_taken(invoice_of(), facts_of(), "OTHER", NOW) is None
    assert has_lease(CLAIMED, NOW)
    assert not has_lease(CLAIMED, LATER)
    assert not has_lease(facts_of(), NOW)


def test_who_must_report_another_document_keeps_the_invoice_without_end() -> None:
    held = hold(facts_of(), "BOOKS", NOW)
    assert (held.claimed_by, held.claimed_at, held.claim_expires_at) == ("BOOKS", NOW, None)
    assert hold(CLAIMED, "BOOKS", LATER).claimed_at == NOW
    found = why_taken(invoice_of(), held, "OTHER", LATER)
    assert found is not None
    assert "gives it back" in found.message


def test_a_released_invoice_thaws_unless_it_is_credited() -> None:
    assert release(CLAIMED, LATER, is_credited=False) == facts_of()
    credited = release(CLAIMED, LATER, is_credited=True)
    assert credited.is_frozen
    assert why_taken(invoice_of(), credited, "OTHER", LATER) is None

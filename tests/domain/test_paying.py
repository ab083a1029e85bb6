"""What a payment pays: named invoices, referenced ones, the oldest due; cents and what is left."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.domain.documents import DocumentState
from app.domain.errors import DomainError, ErrorCode
from app.domain.invoices import Invoice
from app.domain.paying import (
    Referenced,
    Wanted,
    offset_wanted,
    pay_matched,
    pay_named,
    pay_oldest,
    pay_wanted,
    referenced,
    require_reversible,
)
from app.domain.payments import RefundStatus, refund_after
from app.domain.receivables import no_facts, payable_minor
from app.domain.sales import SaleStatus
from app.domain.settling import Book
from tests.domain.books import (
    TODAY,
    TOLERANCE,
    balance,
    booked,
    enter,
    invoice,
    payables,
    posting_of,
    received,
    refund,
    settled,
)

FIRST, SECOND = invoice(1), invoice(2)


def book_of(*documented: Invoice) -> Book:
    book = Book(posting_of())
    for one in documented:
        enter(book, one)
    return book


def codes(error: pytest.ExceptionInfo[DomainError]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.code, one.path) for one in error.value.violations]


def wanted(one: Invoice, amount_minor: int, index: int = 0) -> Wanted:
    return Wanted(one.id, amount_minor, ("allocations", str(index)))


@pytest.mark.parametrize(
    ("paid", "open_minor", "left", "rounding"),
    [
        (136_250, 0, 0, 0),
        (136_248, 0, 0, -2),
        (136_245, 0, 0, -5),
        (136_244, 6, 0, 0),
        (136_252, 0, 0, 2),
        (136_255, 0, 0, 5),
        (136_256, 0, 6, 0),
        (136_200, 50, 0, 0),
        (140_000, 0, 3_750, 0),
    ],
)
def test_b12_small_differences(paid: int, open_minor: int, left: int, rounding: int) -> None:
    book = book_of(FIRST)
    payment_id = received(book, 1, paid)
    pay_matched(book, payment_id, payables(FIRST).values(), TOLERANCE)
    assert book.receivables[FIRST.id].open_minor == open_minor
    assert book.payments[payment_id].left_minor == left
    assert book.receivables[FIRST.id].rounded_minor == rounding
    assert balance(book) == settled(book) == open_minor - left


def test_an_advance_is_not_rounded() -> None:
    book = book_of()
    payment_id = received(book, 1, 136_252)
    pay_matched(book, payment_id, payables(FIRST).values(), TOLERANCE)
    assert book.payments[payment_id].left_minor == 2
    assert book.receivables[FIRST.id].paid_minor == 136_250
    assert booked(book) == [("PAYMENT", -136_252)]


def test_cents_beyond_two_documents_are_left() -> None:
    book = book_of(FIRST, SECOND)
    payment_id = received(book, 1, 272_503)
    pay_matched(book, payment_id, payables(FIRST, SECOND).values(), TOLERANCE)
    assert book.payments[payment_id].left_minor == 3


def test_what_a_reference_names_and_cannot_be_paid_is_passed_over() -> None:
    foreign = invoice(3, account_id=UUID(int=1))
    dollars = invoice(4, currency="USD")
    draft = invoice(5)
    paid = invoice(6)
    book = book_of(FIRST, paid)
    pay_matched(book, received(book, 1, 136_250), payables(paid).values(), TOLERANCE)
    payment_id = received(book, 2, 500)
    found = {
        **payables(foreign, dollars, paid, FIRST, SECOND),
        **payables(draft, status=SaleStatus.DRAFT),
    }
    pay_matched(book, payment_id, found.values(), TOLERANCE)
    assert book.payments_of(FIRST.id) == [(payment_id, 500)]
    assert SECOND.id not in book.receivables


def test_the_oldest_due_is_paid_first() -> None:
    book = Book(posting_of())
    enter(book, FIRST, date(2026, 9, 30))
    enter(book, SECOND, date(2026, 8, 31))
    undated, advance = invoice(3), invoice(4)
    enter(book, undated, None)
    book.put(no_facts(advance))
    payment_id = received(book, 1, 136_250 + 1_000)
    pay_oldest(book, payment_id, TOLERANCE)
    assert book.receivables[SECOND.id].open_minor == 0
    assert book.receivables[FIRST.id].open_minor == 135_250
    more = received(book, 2, 135_248 + 136_250)
    pay_oldest(book, more, TOLERANCE)
    assert book.receivables[undated.id].open_minor == 0
    assert book.receivables[FIRST.id].rounded_minor == 0
    assert book.payments[more].left_minor == 0
    assert book.receivables[undated.id].rounded_minor == -2


def test_named_invoices_are_paid_and_the_rest_is_left() -> None:
    book = book_of(FIRST)
    payment_id = received(book, 1, 300_000)
    pair = [wanted(FIRST, 136_248), wanted(SECOND, 36_250, 1)]
    pay_wanted(book, payment_id, pair, payables(FIRST, SECOND), TOLERANCE)
    assert book.payments[payment_id].left_minor == 300_000 - 136_248 - 36_250
    assert book.receivables[FIRST.id].open_minor == 0
    assert book.receivables[SECOND.id].paid_minor == 36_250
    assert balance(book) == settled(book)


def test_one_document_takes_cents_too_many_if_they_are_all_that_is_left() -> None:
    book = book_of(FIRST)
    payment_id = received(book, 1, 136_252)
    pay_wanted(book, payment_id, [wanted(FIRST, 136_252)], payables(FIRST), TOLERANCE)
    assert booked(book)[-1] == ("ROUNDING", 2)
    book = book_of(FIRST)
    payment_id = received(book, 1, 136_253)
    with pytest.raises(DomainError) as error:
        pay_wanted(book, payment_id, [wanted(FIRST, 136_252)], payables(FIRST), TOLERANCE)
    assert codes(error) == [("ALLOCATION_TOO_LARGE", ("allocations", "0", "amount"))]


def test_everything_wrong_with_allocations_is_told_at_once() -> None:
    foreign = invoice(3, account_id=UUID(int=1))
    dollars = invoice(4, currency="USD")
    draft = invoice(5)
    settled_one = invoice(6, 0)
    found = {
        **payables(FIRST, SECOND, foreign, dollars, settled_one),
        **payables(draft, status=SaleStatus.EXPIRED),
    }
    asked = [
        wanted(foreign, 1, 0),
        wanted(dollars, 1, 1),
        wanted(draft, 1, 2),
        wanted(invoice(9), 1, 3),
        wanted(settled_one, 1, 4),
        wanted(FIRST, 0, 5),
        wanted(SECOND, 136_251, 6),
        wanted(SECOND, 1, 7),
    ]
    book = book_of(FIRST)
    payment_id = received(book, 1, 100)
    with pytest.raises(DomainError) as error:
        pay_wanted(book, payment_id, asked, found, TOLERANCE)
    assert codes(error) == [
        (ErrorCode.NOT_FOUND, ("allocations", "0", "invoiceId")),
        (ErrorCode.CURRENCY_MIXED, ("allocations", "1", "invoiceId")),
        (ErrorCode.INVOICE_NOT_PAYABLE, ("allocations", "2", "invoiceId")),
        (ErrorCode.NOT_FOUND, ("allocations", "3", "invoiceId")),
        (ErrorCode.INVOICE_NOT_PAYABLE, ("allocations", "4", "invoiceId")),
        (ErrorCode.AMOUNT_INVALID, ("allocations", "5", "amount")),
        (ErrorCode.ALLOCATION_TOO_LARGE, ("allocations", "6", "amount")),
        (ErrorCode.INPUT_INVALID, ("allocations", "7", "invoiceId")),
        (ErrorCode.ALLOCATION_TOO_LARGE, ("allocations",)),
    ]
    assert booked(book) == [("DOCUMENT", 136_250), ("PAYMENT", -100)]


def test_a_credit_pays_another_document_and_is_rounded_off_there() -> None:
    note = invoice(3, -18_150)
    book = book_of(FIRST, note)
    some = Wanted(FIRST.id, 10_000)
    offset_wanted(book, note.id, some, payables(FIRST), TOLERANCE)
    assert book.receivables[FIRST.id].open_minor == 126_250
    assert book.credit_left(note.id) == 8_150
    small = invoice(4, 8_153)
    enter(book, small)
    offset_wanted(book, note.id, Wanted(small.id, 8_150), payables(small), TOLERANCE)
    assert book.receivables[small.id].open_minor == 0
    assert balance(book) == settled(book)


def test_a_credit_that_is_used_up_or_none_pays_nothing() -> None:
    note = invoice(3, -18_150)
    book = book_of(FIRST, note)
    with pytest.raises(DomainError) as error:
        offset_wanted(book, note.id, Wanted(FIRST.id, 18_151), payables(FIRST), TOLERANCE)
    assert codes(error) == [("ALLOCATION_TOO_LARGE", ("amount",))]
    for none in (FIRST.id, SECOND.id):
        with pytest.raises(DomainError) as error:
            offset_wanted(book, none, Wanted(FIRST.id, 1), payables(FIRST), TOLERANCE)
        assert codes(error) == [("INVOICE_NOT_PAYABLE", ("creditId",))]


def test_what_an_invoice_can_take() -> None:
    facts = no_facts(FIRST)
    assert payable_minor(136_250, None) == 136_250
    assert payable_minor(None, None) == 0
    assert payable_minor(-5, None) == 0
    assert payable_minor(None, facts) == 0
    assert payable_minor(136_250, replace(facts, paid_minor=36_250)) == 100_000
    assert payable_minor(100, replace(facts, credited_minor=200)) == 0
    mismatch = replace(facts, document_state=DocumentState.MISMATCH, paid_minor=250)
    assert payable_minor(136_250, mismatch) == 136_000
    book = book_of(FIRST)
    entered = replace(book.receivables[FIRST.id], paid_minor=136_300)
    assert payable_minor(136_250, entered) == 0


def named(text: str, *found: tuple[str, int]) -> list[int]:
    account = UUID(int=1)
    rows = [Referenced(key, UUID(int=number), account) for key, number in found]
    return [one.invoice_id.int for one in referenced(text, rows)]


def test_the_surest_reference_counts_alone() -> None:
    structured = ("090933755493", 1)
    assert named("+++090/9337/55493+++ 2026-0002", structured, ("2026-0002", 2)) == [1]
    assert named("2026-0002", ("2026-0002", 2), ("2026", 3)) == [2]
    assert named("2026 0002", ("20260002", 2), ("0002", 3)) == [2]


def test_numbers_in_a_text_count_together() -> None:
    found = ("2026-0001", 1), ("2026-0002", 2)
    assert named("for 2026-0001 and 2026-0002", *found) == [1, 2]
    assert named("for 2026-0001, again 2026-0001", *found) == [1]


def test_short_words_and_words_without_a_digit_name_nothing() -> None:
    assert named("pay 1 of 4", ("4", 1), ("1", 2)) == []
    assert named("for seats please", ("SEATS", 1)) == []
    assert named("4", ("4", 1)) == [1]
    assert referenced(None, []) == ()
    assert named("+++", ("X", 1)) == []


def test_a_chargeback_waits_for_refunds_under_way() -> None:
    one = refund(1, 500, UUID(int=801))
    require_reversible([])
    require_reversible([replace(one, status=RefundStatus.DONE)])
    require_reversible([replace(one, status=RefundStatus.FAILED)])
    for status in (RefundStatus.REQUESTED, RefundStatus.SENT):
        with pytest.raises(DomainError) as error:
            require_reversible([replace(one, status=status)])
        assert codes(error) == [("PAYMENT_REFUNDED", ("paymentId",))]


@pytest.mark.parametrize("before", list(RefundStatus))
@pytest.mark.parametrize("after", list(RefundStatus))
def test_a_refund_goes_only_where_it_can(before: RefundStatus, after: RefundStatus) -> None:
    one = replace(refund(1, 500, None), status=before)
    if (before, after) in {
        (RefundStatus.REQUESTED, RefundStatus.SENT),
        (RefundStatus.REQUESTED, RefundStatus.FAILED),
        (RefundStatus.SENT, RefundStatus.DONE),
        (RefundStatus.SENT, RefundStatus.FAILED),
    }:
        assert refund_after(one, after, " why ").status is after
    else:
        with pytest.raises(DomainError) as error:
            refund_after(one, after, "why")
        assert codes(error) == [("REFUND_STATUS_INVALID", ("status",))]


@pytest.mark.parametrize("failure", [None, " "])
def test_a_refund_fails_for_a_reason(failure: str | None) -> None:
    one = refund(1, 500, None)
    assert refund_after(one, RefundStatus.FAILED, " closed ").failure == "closed"
    with pytest.raises(DomainError) as error:
        refund_after(one, RefundStatus.FAILED, failure)
    assert codes(error) == [("REASON_REQUIRED", ("failure",))]


def test_days_are_those_of_the_posting() -> None:
    book = book_of(FIRST)
    assert {one.posted_on for one in book.entries} == {TODAY}


def test_invoices_are_named_without_amounts() -> None:
    book = book_of(FIRST)
    payment_id = received(book, 1, 200_000)
    found = payables(FIRST, SECOND)
    pay_named(book, payment_id, [FIRST.id, SECOND.id], found, TOLERANCE)
    assert book.receivables[FIRST.id].open_minor == 0
    assert book.receivables[SECOND.id].paid_minor == 63_750
    more = received(book, 2, 100)
    with pytest.raises(DomainError) as error:
        pay_named(book, more, [invoice(9).id], found, TOLERANCE)
    assert codes(error) == [("NOT_FOUND", ("invoiceIds", "0", "invoiceId"))]

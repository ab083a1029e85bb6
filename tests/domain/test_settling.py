"""The book of an account: whatever happens, its entries say what is open less what is left."""

from typing import Any
from uuid import UUID

import pytest

from app.domain.errors import DomainError
from app.domain.ledger import EntryType
from app.domain.receivables import no_facts
from app.domain.settling import Book
from tests.domain.books import (
    TODAY,
    TOLERANCE,
    balance,
    booked,
    enter,
    invoice,
    posting_of,
    received,
    refund,
    settled,
)

FIRST, SECOND = invoice(1), invoice(2)


def code_of(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.violations[0].code


def credited(paid_minor: int) -> tuple[Book, UUID, dict[str, int]]:
    """B1: the document of 1,362.50, paid so far, then credited 181.50; say how that settled."""
    book = Book(posting_of())
    enter(book, FIRST)
    payment_id = UUID(int=801)
    if paid_minor:
        received(book, 1, paid_minor)
        book.pay(payment_id, FIRST.id, paid_minor)
    note = invoice(3, -18_150)
    book.put(no_facts(note))
    book.enter(note.id, EntryType.CREDIT_NOTE, -18_150, TODAY)
    taken = book.note(note.id, FIRST.id, -18_150)
    return book, note.id, {"pre": taken, "post": 18_150 - taken}


@pytest.mark.parametrize(
    ("paid", "split", "open_minor", "left"),
    [
        (0, {"pre": 18_150, "post": 0}, 118_100, 0),
        (136_250, {"pre": 0, "post": 18_150}, 0, 18_150),
        (130_000, {"pre": 6_250, "post": 11_900}, 0, 11_900),
    ],
)
def test_b1_a_credit_note_settles_its_own_document_first(
    paid: int, split: dict[str, int], open_minor: int, left: int
) -> None:
    book, note_id, found = credited(paid)
    assert found == split
    assert book.receivables[FIRST.id].open_minor == open_minor
    assert book.credit_left(note_id) == left
    assert balance(book) == settled(book) == open_minor - left


def test_b1_the_rest_is_offset_on_the_next_invoice() -> None:
    book, note_id, _ = credited(136_250)
    enter(book, invoice(2, 118_100))
    book.offset(note_id, SECOND.id, 18_150)
    assert book.receivables[SECOND.id].open_minor == 99_950
    assert book.credit_left(note_id) == 0
    with pytest.raises(DomainError) as error:
        book.offset(note_id, SECOND.id, 1)
    assert code_of(error) == "ALLOCATION_TOO_LARGE"


def test_b4_what_was_paid_is_refunded() -> None:
    book = Book(posting_of())
    enter(book, FIRST)
    payment_id = received(book, 1, 136_250)
    book.pay(payment_id, FIRST.id, 136_250)
    note = invoice(3, -136_250)
    enter(book, note)
    assert book.note(note.id, FIRST.id, -136_250) == 0
    book.request_refund(refund(1, 136_250, payment_id), [(payment_id, None), (None, note.id)])
    assert balance(book) == settled(book) == 0
    assert book.payments[payment_id].refundable_minor == 0
    with pytest.raises(DomainError) as error:
        book.reverse(payment_id, "disputed")
    assert code_of(error) == "PAYMENT_REFUNDED"
    with pytest.raises(DomainError) as error:
        book.request_refund(refund(2, 1, payment_id), [(None, note.id)])
    assert code_of(error) == "REFUND_TOO_LARGE"


def test_what_was_refunded_out_of_credits_stays_allocated_after_a_chargeback() -> None:
    book = Book(posting_of())
    enter(book, FIRST)
    enter(book, SECOND)
    payment_id = received(book, 1, 272_500)
    book.pay(payment_id, FIRST.id, 136_250)
    book.pay(payment_id, SECOND.id, 136_250)
    note = invoice(3, -100_000)
    enter(book, note)
    book.note(note.id, FIRST.id, -100_000)
    book.request_refund(refund(1, 100_000, payment_id), [(None, note.id)])
    book.reverse(payment_id, "disputed")
    assert booked(book)[-1] == ("REOPEN", 172_500)
    assert book.receivables[SECOND.id].open_minor == 136_250
    assert book.receivables[FIRST.id].open_minor == 36_250
    assert balance(book) == settled(book) == 172_500


def test_what_credit_notes_took_stays_allocated_first() -> None:
    book = Book(posting_of())
    enter(book, FIRST)
    enter(book, SECOND)
    payment_id = received(book, 1, 272_500)
    book.pay(payment_id, FIRST.id, 136_250)
    book.pay(payment_id, SECOND.id, 136_250)
    note = invoice(3, -136_250)
    enter(book, note)
    book.note(note.id, FIRST.id, -136_250)
    book.request_refund(refund(1, 136_250, payment_id), [(None, note.id)])
    book.reverse(payment_id, "disputed")
    assert book.payments_of(FIRST.id) == [(payment_id, 136_250)]
    assert book.receivables[SECOND.id].open_minor == 136_250
    assert balance(book) == settled(book) == 136_250


def test_a_credit_that_came_free_after_a_refund_is_not_charged_back() -> None:
    book = Book(posting_of())
    enter(book, FIRST)
    payment_id = received(book, 1, 136_250)
    book.pay(payment_id, FIRST.id, 136_250)
    note = invoice(3, -50_000)
    enter(book, note)
    book.note(note.id, FIRST.id, -50_000)
    book.request_refund(refund(1, 50_000, payment_id), [(None, note.id)])
    book.move(payment_id, FIRST.id, 136_250)
    with pytest.raises(DomainError) as error:
        book.reverse(payment_id, "disputed")
    assert code_of(error) == "PAYMENT_REFUNDED"


def test_a_refund_takes_only_from_its_own_payment_and_credits() -> None:
    book = Book(posting_of())
    one, other = received(book, 1, 100), received(book, 2, 100)
    with pytest.raises(DomainError) as error:
        book.request_refund(refund(1, 50, None), [(one, None)])
    assert code_of(error) == "REFUND_TOO_LARGE"
    with pytest.raises(DomainError) as error:
        book.request_refund(refund(1, 101, one), [(one, None), (other, None)])
    assert code_of(error) == "REFUND_TOO_LARGE"


def test_a_reversed_payment_does_nothing_more() -> None:
    book = Book(posting_of())
    enter(book, FIRST)
    payment_id = received(book, 1, 100)
    book.reverse(payment_id, "bounced")
    acts: list[Any] = [
        lambda: book.reverse(payment_id, "again"),
        lambda: book.pay(payment_id, FIRST.id, 1),
        lambda: book.request_refund(refund(1, 1, payment_id), [(payment_id, None)]),
    ]
    for act in acts:
        with pytest.raises(DomainError) as error:
            act()
        assert code_of(error) == "PAYMENT_REVERSED"


def test_nothing_is_taken_back_that_is_not_there() -> None:
    book, note_id, _ = credited(130_000)
    payment_id = UUID(int=801)
    with pytest.raises(DomainError) as error:
        book.write_off(FIRST.id, 1, "why")
    assert code_of(error) == "WRITE_OFF_TOO_LARGE"
    acts: list[Any] = [
        lambda: book.move(payment_id, FIRST.id, 130_001),
        lambda: book.restore(note_id, FIRST.id, 6_251),
        lambda: book.pay(payment_id, FIRST.id, 1),
        lambda: book.take_back(FIRST.id, 136_251),
    ]
    for act in acts:
        with pytest.raises(DomainError) as error:
            act()
        assert code_of(error) == "ALLOCATION_TOO_LARGE"


def test_what_is_taken_back_comes_from_the_latest_first() -> None:
    book, note_id, _ = credited(130_000)
    book.take_back(FIRST.id, 6_251)
    assert book.credit_left(note_id) == 18_150
    assert book.payments[UUID(int=801)].left_minor == 1
    assert book.held_of(FIRST.id, credit_id=note_id) == 0
    assert balance(book) == settled(book)


def test_one_of_several_offsets_is_taken_back() -> None:
    book, note_id, _ = credited(136_250)
    enter(book, SECOND)
    enter(book, invoice(4, 5_003))
    fourth = UUID(int=604)
    book.offset(note_id, SECOND.id, 10_000)
    book.offset(note_id, fourth, 5_000)
    assert book.round_off(fourth, TOLERANCE) == -3
    assert book.round_off(SECOND.id, TOLERANCE) == 0
    book.restore(note_id, SECOND.id, 4_000)
    assert book.held_of(SECOND.id, credit_id=note_id) == 6_000
    book.take_back(SECOND.id, 6_000)
    book.recall(note_id)
    assert book.credit_left(note_id) == 18_150
    assert book.receivables[fourth].open_minor == 5_003
    assert balance(book) == settled(book)


def test_a_part_of_what_pays_an_invoice_is_taken_back() -> None:
    book, note_id, _ = credited(130_000)
    book.take_back(FIRST.id, 6_250)
    assert book.credit_left(note_id) == 18_150
    assert book.payments[UUID(int=801)].left_minor == 0


def test_a_refund_of_credits_alone_fails_too() -> None:
    book, note_id, _ = credited(136_250)
    book.request_refund(refund(1, 150, None), [(None, note_id)])
    assert book.credit_left(note_id) == 18_000
    book.fail_refund(UUID(int=901), "closed")
    assert book.credit_left(note_id) == 18_150
    assert balance(book) == settled(book)


def test_a_document_of_nothing_is_no_entry() -> None:
    book = Book(posting_of())
    enter(book, invoice(5, 0))
    assert booked(book) == []


def test_an_advance_beyond_the_document_is_free_again() -> None:
    book = Book(posting_of())
    book.put(no_facts(FIRST))
    payment_id = received(book, 1, 1_000)
    book.pay(payment_id, FIRST.id, 1_000)
    book.free_excess(FIRST.id, 1_000)
    assert book.payments[payment_id].left_minor == 0
    book.free_excess(FIRST.id, 400)
    assert book.payments[payment_id].left_minor == 600
    book.free_excess(FIRST.id, -400)
    assert book.payments[payment_id].left_minor == 1_000

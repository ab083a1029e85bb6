"""Credit notes in the books of accounts: settled, left over, and taken back to nothing."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cancelling import CancelTerms, CreditWhere, cancel
from app.domain.crediting import credit_parts, enter_credit_note, settle_left, void_credit_note
from app.domain.documents import DocumentState
from app.domain.errors import DomainError
from app.domain.invoices import Invoice
from app.domain.ledger import EntryType
from app.domain.organisations import CreditNotes
from app.domain.payments import CreditSettlement
from app.domain.receivables import no_facts
from app.domain.sales import SaleState
from app.domain.settling import Book
from tests.domain.billed_sales import base_sale, billed
from tests.domain.books import TODAY, balance, booked, posting_of, received, reopened, settled
from tests.domain.cancelled_sales import granted
from tests.domain.sale_states import NOW, equal, ids_from

GIFT = 3
"""The line that these tests cancel: 600.00 and 21 %, on four invoices of 1,362.50."""


def sold() -> SaleState:
    return billed(base_sale(equal(4)))


def cancelled(
    state: SaleState, *lines: int, documents: int, notes: CreditNotes = CreditNotes.PER_DOCUMENT
) -> tuple[SaleState, list[Invoice]]:
    """Cancel lines while the first invoices have documents; return the credit notes too."""
    frozen = {one.id for one in state.invoices if one.sequence_no <= documents}
    frozen |= {one.id for one in state.invoices if one.sequence_no > 4}
    number = 5_000 + 100 * len(state.invoices)
    terms = CancelTerms(
        UUID(int=number),
        CreditWhere.PROPORTIONAL,
        notes,
        frozen,
        TODAY,
        NOW,
        ids_from(number + 1),
    )
    worth = {part.line_id for part in state.components if part.amount_minor}
    picked = [
        one for one in granted(sold()) if one.line_id.int - 100 in lines and one.line_id in worth
    ]
    done = cancel(state, picked, terms)
    return done.state, list(done.credit_notes)


def documented(state: SaleState, *differences: int) -> Book:
    """Open a book with the documents of the first invoices, differing by so much from them."""
    book = Book(posting_of())
    for invoice, difference in zip(state.invoices, differences, strict=False):
        facts = replace(
            no_facts(invoice),
            document_id=UUID(int=invoice.id.int + 1_000),
            document_state=DocumentState.ACCEPTED,
            due_on=TODAY,
        )
        book.put(facts)
        gross = (invoice.gross_minor or 0) + difference
        book.enter(invoice.id, EntryType.DOCUMENT, gross, TODAY)
    return book


def entered(
    book: Book,
    state: SaleState,
    note: Invoice,
    policy: CreditSettlement = CreditSettlement.KEEP,
) -> list[tuple[int, int]]:
    """Book a credit note and settle it; return what of each part was settled and left."""
    book.put(no_facts(note))
    parts = enter_credit_note(book, state, note, TODAY)
    for part in parts:
        settle_left(book, part, policy, "a reason")
    assert balance(book) == settled(book)
    return [(part.settled_minor, part.left_minor) for part in parts]


def open_of(book: Book, state: SaleState) -> list[int]:
    """What is open of every invoice that is in the book, in order."""
    return [
        book.receivables[one.id].open_minor for one in state.invoices if one.id in book.receivables
    ]


def test_a_credit_note_closes_what_is_open_and_leaves_the_rest() -> None:
    state, (note,) = cancelled(sold(), GIFT, documents=1)
    book = documented(state, 0)
    book.pay(received(book, 1, 130_000), state.invoices[0].id, 130_000)
    assert entered(book, state, note) == [(6_250, 11_900)]
    assert open_of(book, state) == [0, -11_900]
    assert book.receivables[state.invoices[0].id].noted_minor == 18_150


def test_what_is_left_pays_the_oldest_documents() -> None:
    state, (note, other) = cancelled(sold(), GIFT, documents=2)
    book = documented(state, 0, 0)
    book.pay(received(book, 1, 136_250), state.invoices[0].id, 136_250)
    assert entered(book, state, note, CreditSettlement.OFFSET_OLDEST) == [(0, 18_150)]
    assert open_of(book, state) == [0, 118_100, 0]
    assert entered(book, state, other, CreditSettlement.OFFSET_OLDEST) == [(18_150, 0)]
    assert open_of(book, state) == [0, 99_950, 0, 0]


def test_what_is_left_is_refunded_as_far_as_payments_reach() -> None:
    state, (note,) = cancelled(sold(), 1, 2, GIFT, documents=1)
    book = documented(state, 0)
    for number, minor in enumerate((100_000, 36_250), start=1):
        book.pay(received(book, number, minor), state.invoices[0].id, minor)
    spent = book.payments[UUID(int=801)]
    book.payments[spent.id] = replace(spent, refunded_minor=spent.amount_minor)
    book.put(no_facts(note))
    (part,) = enter_credit_note(book, state, note, TODAY)
    settle_left(book, part, CreditSettlement.REFUND, "moved away")
    assert [(one.amount_minor, one.reason) for one in book.refunds.values()] == [
        (36_250, "moved away")
    ]
    assert book.credit_left(note.id) == 100_000


@pytest.mark.parametrize("difference", [-3, 0, 2])
@pytest.mark.parametrize("notes", list(CreditNotes))
def test_the_last_credit_note_takes_the_documents_difference_and_gives_it_back(
    difference: int, notes: CreditNotes
) -> None:
    state, first = cancelled(sold(), GIFT, documents=2, notes=notes)
    book = documented(state, difference, 0)
    for note in first:
        entered(book, state, note)
    before = open_of(book, state)
    state, last = cancelled(state, 1, 2, documents=2, notes=notes)
    for note in last:
        entered(book, state, note)
    assert open_of(book, state)[:2] == [0, 0]
    book = reopened(book)
    for note in reversed(last):
        void_credit_note(book, state, note, TODAY)
        assert balance(book) == settled(book)
    assert open_of(book, state) == [*before, *(0 for _ in last)]
    noted = [book.receivables[one.id].noted_minor for one in state.invoices[:2]]
    assert noted == [18_150, 18_150]


def test_a_credit_note_that_is_void_is_paid_to_nobody() -> None:
    state, (note, other) = cancelled(sold(), GIFT, documents=2)
    book = documented(state, 0, 0)
    book.pay(received(book, 1, 136_250), state.invoices[0].id, 136_250)
    entered(book, state, note, CreditSettlement.OFFSET_OLDEST)
    entered(book, state, other)
    book = reopened(book)
    void_credit_note(book, state, note, TODAY)
    assert open_of(book, state) == [0, 118_100, 0, 0]
    # Taken back twice it stays nothing, since nothing of it is allocated any more.
    book.recall(note.id)
    assert open_of(book, state) == [0, 118_100, 0, 0]
    assert booked(book)[-1] == ("CREDIT_NOTE", 18_150)
    assert balance(book) == settled(book)


def test_a_credit_that_was_refunded_cannot_be_void() -> None:
    state, (note,) = cancelled(sold(), GIFT, documents=1)
    book = documented(state, 0)
    book.pay(received(book, 1, 136_250), state.invoices[0].id, 136_250)
    entered(book, state, note, CreditSettlement.REFUND)
    with pytest.raises(DomainError, match=r"^UNDO_IMPOSSIBLE: .* was paid back"):
        void_credit_note(reopened(book), state, note, TODAY)


def test_a_waiting_credit_note_is_void_without_an_entry() -> None:
    state, (note,) = cancelled(sold(), GIFT, documents=1)
    book = Book(posting_of())
    book.put(replace(no_facts(note), is_waiting=True))
    void_credit_note(book, state, note, TODAY)
    assert not book.receivables[note.id].is_waiting
    assert book.entries == []


def test_what_corrects_a_credit_is_paid_from_it_and_returned() -> None:
    state = sold()
    state = replace(
        state,
        lines=tuple(replace(one, unit_price_minor=-one.unit_price_minor) for one in state.lines),
    )
    state = billed(state)
    frozen = {state.invoices[0].id}
    picked = [one for one in granted(state) if one.line_id.int == 100 + GIFT]
    terms = CancelTerms(
        UUID(int=5_000),
        CreditWhere.PROPORTIONAL,
        CreditNotes.PER_DOCUMENT,
        frozen,
        TODAY,
        NOW,
        ids_from(5_001),
    )
    done = cancel(state, picked, terms)
    (note,) = done.credit_notes
    assert note.gross_minor == 18_150
    book = documented(done.state, 0)
    assert entered(book, done.state, note) == [(18_150, 0)]
    assert open_of(book, done.state) == [-118_100, 0]
    book = reopened(book)
    void_credit_note(book, done.state, note, TODAY)
    assert open_of(book, done.state) == [-136_250, 0]
    assert balance(book) == settled(book)


@given(
    paid=st.integers(0, 136_250),
    difference=st.integers(-5, 5),
    policy=st.sampled_from([CreditSettlement.KEEP, CreditSettlement.OFFSET_OLDEST]),
    notes=st.sampled_from(CreditNotes),
    lines=st.sets(st.sampled_from([1, 2, 3]), min_size=1),
)
def test_void_is_as_if_it_had_never_been(
    paid: int, difference: int, policy: CreditSettlement, notes: CreditNotes, lines: set[int]
) -> None:
    state, made = cancelled(sold(), *lines, documents=2, notes=notes)
    book = documented(state, difference, 0)
    if paid:
        paid = min(paid, book.receivables[state.invoices[0].id].open_minor)
        book.pay(received(book, 1, paid), state.invoices[0].id, paid)
    before, owed = open_of(book, state), balance(book)
    for note in made:
        entered(book, state, note, policy)
        assert sum(credit_parts(book, state, note).values()) <= 0
    book = reopened(book)
    for note in reversed(made):
        void_credit_note(book, state, note, TODAY)
    assert open_of(book, state) == [*before, *(0 for _ in made)]
    assert (balance(book), settled(book)) == (owed, owed)
    assert [book.receivables[one.id].noted_minor for one in state.invoices[:2]] == [0, 0]

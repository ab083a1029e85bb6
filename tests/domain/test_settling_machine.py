"""Whatever is done to an account in any order: its entries say what is open less what is left."""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import date
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.errors import DomainError
from app.domain.invoices import Invoice
from app.domain.paying import Wanted, offset_wanted, pay_matched, pay_oldest, pay_wanted
from app.domain.payments import RefundStatus
from app.domain.receivables import no_facts
from app.domain.settling import Book
from tests.domain.books import (
    balance,
    enter,
    invoice,
    payables,
    posting_of,
    received,
    refund,
    reopened,
    settled,
)

WIDE = 20


class AnyBook(RuleBasedStateMachine):
    """Whatever is done to an account in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(posting_of())
        self.invoices = dict[UUID, Invoice]()
        self.count = 0

    def attempt(self, act: Callable[[], None]) -> None:
        """Do something; a refusal leaves nothing of it."""
        before = copy(self.book)
        for name in ("receivables", "payments", "refunds"):
            setattr(before, name, dict(getattr(self.book, name)))
        for name in ("entries", "allocations"):
            setattr(before, name, list(getattr(self.book, name)))
        try:
            act()
        except DomainError:
            self.book = before

    def next(self) -> int:
        self.count += 1
        return self.count

    def pick(self, data: st.DataObject, ids: Iterable[UUID]) -> UUID:
        return data.draw(st.sampled_from(sorted(ids)))

    @rule(
        gross=st.integers(1, 200),
        state=st.sampled_from(["PLANNED", "DOCUMENTED"]),
        day=st.integers(1, 28),
    )
    def bill(self, gross: int, state: str, day: int) -> None:
        one = invoice(self.next(), gross)
        self.invoices[one.id] = one
        if state == "DOCUMENTED":
            enter(self.book, one, date(2026, 9, day))

    @precondition(lambda self: self.invoices)
    @rule(data=st.data())
    def document_late(self, data: st.DataObject) -> None:
        one = self.invoices[self.pick(data, self.invoices)]
        facts = self.book.receivables.get(one.id, no_facts(one))
        if not facts.is_documented:
            enter(self.book, one)

    @precondition(lambda self: self.book.receivables)
    @rule(data=st.data(), share=st.integers(1, 100))
    def credit(self, data: st.DataObject, share: int) -> None:
        original = self.book.receivables[self.pick(data, self.book.receivables)]
        left = original.entered_minor - original.noted_minor
        amount = left * share // 100
        if amount > 0:
            note = invoice(self.next(), -amount)
            enter(self.book, note)
            self.book.note(note.id, original.invoice_id, -amount)

    @rule(amount=st.integers(1, 300), how=st.sampled_from(["all", "oldest", "none"]))
    def receive(self, amount: int, how: str) -> None:
        payment_id = received(self.book, self.next(), amount)
        if how == "all":
            pay_matched(self.book, payment_id, payables(*self.invoices.values()).values(), WIDE)
        elif how == "oldest":
            pay_oldest(self.book, payment_id, WIDE)

    @precondition(lambda self: self.invoices and self.book.payments)
    @rule(data=st.data(), amount=st.integers(1, 200))
    def allocate(self, data: st.DataObject, amount: int) -> None:
        payment_id = self.pick(data, self.book.payments)
        wanted = [Wanted(self.pick(data, self.invoices), amount)]
        found = payables(*self.invoices.values())
        self.attempt(lambda: pay_wanted(self.book, payment_id, wanted, found, WIDE))

    @precondition(lambda self: self.invoices and self.book.receivables)
    @rule(data=st.data(), amount=st.integers(1, 200))
    def offset(self, data: st.DataObject, amount: int) -> None:
        credit_id = self.pick(data, self.book.receivables)
        wanted = Wanted(self.pick(data, self.invoices), amount)
        found = payables(*self.invoices.values())
        self.attempt(lambda: offset_wanted(self.book, credit_id, wanted, found, WIDE))

    @precondition(lambda self: self.book.receivables and self.book.payments)
    @rule(data=st.data(), amount=st.integers(1, 200))
    def take_back(self, data: st.DataObject, amount: int) -> None:
        payment_id = self.pick(data, self.book.payments)
        invoice_id = self.pick(data, self.book.receivables)
        self.attempt(lambda: self.book.move(payment_id, invoice_id, amount))
        self.book.unround(invoice_id)

    @precondition(lambda self: self.book.receivables)
    @rule(data=st.data(), amount=st.integers(1, 200))
    def restore(self, data: st.DataObject, amount: int) -> None:
        credit_id = self.pick(data, self.book.receivables)
        invoice_id = self.pick(data, self.book.receivables)
        self.attempt(lambda: self.book.restore(credit_id, invoice_id, amount))
        self.book.unround(invoice_id)

    @precondition(lambda self: self.book.receivables)
    @rule(data=st.data())
    def recall(self, data: st.DataObject) -> None:
        self.book.recall(self.pick(data, self.book.receivables))

    @precondition(lambda self: self.book.receivables)
    @rule(data=st.data(), amount=st.integers(1, 200))
    def write_off(self, data: st.DataObject, amount: int) -> None:
        invoice_id = self.pick(data, self.book.receivables)
        self.attempt(lambda: self.book.write_off(invoice_id, amount, "bankrupt"))

    @precondition(lambda self: self.book.payments)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        payment_id = self.pick(data, self.book.payments)
        pending = [
            one
            for one in self.book.refunds.values()
            if one.payment_id == payment_id and one.status is RefundStatus.REQUESTED
        ]
        if not pending:
            self.attempt(lambda: self.book.reverse(payment_id, "bounced"))

    @precondition(lambda self: self.book.payments)
    @rule(data=st.data(), amount=st.integers(1, 200), way=st.sampled_from(["PAYMENT", "CREDIT"]))
    def refund(self, data: st.DataObject, amount: int, way: str) -> None:
        through = self.pick(data, self.book.payments) if way == "PAYMENT" else None
        sources = [(through, None)] if through else []
        credits_ = [(None, one) for one in sorted(self.book.receivables)]
        wanted = refund(self.next(), amount, through)
        self.attempt(lambda: self.book.request_refund(wanted, [*sources, *credits_]))

    @precondition(lambda self: self.book.refunds)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        one = self.book.refunds[self.pick(data, self.book.refunds)]
        if one.status is RefundStatus.REQUESTED:
            self.book.fail_refund(one.id, "closed")

    @rule()
    def reopen(self) -> None:
        self.book = reopened(self.book)

    @invariant()
    def entries_say_what_is_open_less_what_is_left(self) -> None:
        assert balance(self.book) == settled(self.book)

    @invariant()
    def nothing_is_used_twice(self) -> None:
        for one in self.book.payments.values():
            allocated = sum(
                a.amount_minor
                for a in (*self.book.earlier, *self.book.allocations)
                if a.payment_id == one.id
            )
            assert 0 <= allocated <= one.amount_minor
            assert 0 <= one.left_minor <= one.amount_minor
            assert 0 <= one.refunded_minor <= one.amount_minor
            if one.reversed_at is None:
                assert one.left_minor == one.amount_minor - allocated

    @invariant()
    def refunds_are_no_more_than_payments(self) -> None:
        for one in self.book.payments.values():
            through = [
                r.amount_minor
                for r in self.book.refunds.values()
                if r.payment_id == one.id and r.status is not RefundStatus.FAILED
            ]
            assert sum(through) == one.refunded_minor

    @invariant()
    def sums_are_what_was_allocated(self) -> None:
        for one in self.book.receivables.values():
            mine = [
                a
                for a in (*self.book.earlier, *self.book.allocations)
                if a.invoice_id == one.invoice_id
            ]
            assert one.paid_minor == sum(a.amount_minor for a in mine if a.payment_id)
            assert one.credited_minor == sum(a.amount_minor for a in mine if a.credit_id)
            assert min(one.paid_minor, one.credited_minor, one.used_minor) >= 0

    def teardown(self) -> None:
        """Everything can be taken back: then only documents, credit notes and write-offs count."""
        book = reopened(self.book)
        for one in list(book.refunds.values()):
            if one.status is RefundStatus.REQUESTED:
                book.fail_refund(one.id, "closed")
        for invoice_id in list(book.receivables):
            facts = book.receivables[invoice_id]
            book.take_back(invoice_id, facts.paid_minor + facts.credited_minor)
            book.unround(invoice_id)
        for facts in book.receivables.values():
            assert facts.paid_minor == facts.credited_minor == facts.rounded_minor == 0
            assert facts.open_minor == facts.entered_minor - facts.written_off_minor
        assert balance(book) == settled(book)


AnyBook.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestAnyBook = AnyBook.TestCase

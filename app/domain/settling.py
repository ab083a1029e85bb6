"""One account's money in one currency: what is booked, and what pays which document.

All changes of receivables, payments and credits go through a `Book`, so that every one of them is
an entry of the ledger or an allocation, and these together always say what the account owes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.ledger import EntryType, Journal, Posting
from app.domain.payments import RefundStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.ledger import Allocation
    from app.domain.payments import Payment, Refund
    from app.domain.receivables import Receivable

__all__ = ["Book", "Posting"]


class Book(Journal):
    """Receivables and payments of one account and currency, and what is booked on them now.

    `entries`, `allocations` and the changed receivables and payments are to be stored together.
    Balance: the sum of all entries is the sum of all open amounts less what is left of payments.
    """

    def __init__(
        self,
        posting: Posting,
        receivables: Iterable[Receivable] = (),
        payments: Iterable[Payment] = (),
        allocated: Iterable[Allocation] = (),
        refunds: Iterable[Refund] = (),
    ) -> None:
        """Open the book; `allocated` are the earlier allocations of what may be taken back.

        `opened` keeps the receivables and payments as they were.
        """
        super().__init__(posting, allocated)
        self.receivables = {one.invoice_id: one for one in receivables}
        self.payments = {one.id: one for one in payments}
        self.opened = (tuple(self.receivables.values()), tuple(self.payments.values()))
        self.refunds = {one.id: one for one in refunds}
        self.opened_refunds = tuple(self.refunds.values())

    def put(self, receivable: Receivable) -> None:
        """Take over facts of a receivable that are not amounts, or one that is new."""
        self.receivables[receivable.invoice_id] = receivable

    def enter(
        self, invoice_id: UUID, entry: EntryType, legal_minor: int, document_on: date
    ) -> None:
        """Book a document or credit note at its legal gross, or the difference to what was."""
        facts = self.receivables[invoice_id]
        self._book(
            entry,
            legal_minor - facts.entered_minor,
            document_on,
            sale_id=facts.sale_id,
            invoice_id=invoice_id,
        )
        self.put(replace(facts, entered_minor=legal_minor))

    def receive(self, payment: Payment) -> None:
        """Book a new payment; nothing of it is allocated yet."""
        self.payments[payment.id] = replace(payment, left_minor=payment.amount_minor)
        self._book(
            EntryType.PAYMENT, -payment.amount_minor, payment.received_on, payment_id=payment.id
        )

    def pay(self, payment_id: UUID, invoice_id: UUID, amount_minor: int) -> None:
        """Allocate a part of what is left of a payment to an invoice, else ALLOCATION_TOO_LARGE."""
        payment = self.payments[payment_id]
        if payment.reversed_at is not None:
            refuse(ErrorCode.PAYMENT_REVERSED, "it was charged back and pays nothing", "paymentId")
        if not 0 < amount_minor <= payment.left_minor:
            refuse(ErrorCode.ALLOCATION_TOO_LARGE, "more than is left of the payment", "amount")
        self.payments[payment_id] = replace(payment, left_minor=payment.left_minor - amount_minor)
        facts = self.receivables[invoice_id]
        self.put(replace(facts, paid_minor=facts.paid_minor + amount_minor))
        self._allocate(amount_minor, payment_id=payment_id, invoice_id=invoice_id)

    def credit_left(self, credit_id: UUID) -> int:
        """Return what is left of a credit note, or of an invoice that gives money back."""
        facts = self.receivables[credit_id]
        return max(0, -facts.open_minor) if facts.entered_minor < 0 else 0

    def offset(self, credit_id: UUID, invoice_id: UUID, amount_minor: int) -> None:
        """Allocate a part of what is left of a credit to an invoice, else ALLOCATION_TOO_LARGE."""
        if not 0 < amount_minor <= self.credit_left(credit_id):
            refuse(ErrorCode.ALLOCATION_TOO_LARGE, "more than is left of the credit", "amount")
        self._use(credit_id, amount_minor)
        facts = self.receivables[invoice_id]
        self.put(replace(facts, credited_minor=facts.credited_minor + amount_minor))
        self._allocate(amount_minor, credit_id=credit_id, invoice_id=invoice_id)

    def note(self, credit_id: UUID, original_id: UUID, gross_minor: int) -> int:
        """Settle a credit note's part against its own document; return how much of it that took.

        The rest stays a credit of the account. `gross_minor` has the credit note's sign: what
        corrects a document that gave money back is positive, and is paid from that credit.
        """
        original = self.receivables[original_id]
        self.put(replace(original, noted_minor=original.noted_minor + abs(gross_minor)))
        source, target = (credit_id, original_id) if gross_minor < 0 else (original_id, credit_id)
        wanted = max(0, self.receivables[target].open_minor)
        taken = min(abs(gross_minor), wanted, self.credit_left(source))
        if taken:
            self.offset(source, target, taken)
        return taken

    def take_back(self, invoice_id: UUID, amount_minor: int) -> None:
        """Take allocations of an invoice back, the latest first, to what they came from.

        The book must have been opened with the invoice's allocations.
        """
        rest = amount_minor
        for source, held in reversed(self._held(invoice_id=invoice_id)):
            if not rest:
                return
            back = min(rest, held)
            rest -= back
            self._give_back(source, invoice_id, back)
        if rest:
            refuse(ErrorCode.ALLOCATION_TOO_LARGE, "more than was allocated to it", "amount")

    def free_excess(self, invoice_id: UUID, due_minor: int) -> None:
        """Take back what was allocated to an invoice beyond what it comes to."""
        facts = self.receivables[invoice_id]
        excess = facts.paid_minor + facts.credited_minor - max(0, due_minor)
        if excess > 0:
            self.take_back(invoice_id, excess)

    def recall(self, credit_id: UUID) -> None:
        """Take back what a credit pays of invoices, which are open again.

        The book must have been opened with the credit's allocations.
        """
        held: dict[UUID, int] = {}
        for one in (*self.earlier, *self.allocations):
            if one.credit_id == credit_id and one.invoice_id is not None:
                held[one.invoice_id] = held.get(one.invoice_id, 0) + one.amount_minor
        for invoice_id, amount in held.items():
            if amount:
                self._give_back((None, credit_id), invoice_id, amount)
                self.unround(invoice_id)

    def held_of(
        self, invoice_id: UUID, *, payment_id: UUID | None = None, credit_id: UUID | None = None
    ) -> int:
        """Return what one payment or credit pays of an invoice."""
        return dict(self._held(invoice_id=invoice_id)).get((payment_id, credit_id), 0)

    def move(self, payment_id: UUID, invoice_id: UUID, amount_minor: int) -> None:
        """Take back what one payment pays of an invoice, without looking at others."""
        if not 0 < amount_minor <= self.held_of(invoice_id, payment_id=payment_id):
            refuse(ErrorCode.ALLOCATION_TOO_LARGE, "more than the payment pays of it", "amount")
        self._give_back((payment_id, None), invoice_id, amount_minor)

    def restore(self, credit_id: UUID, invoice_id: UUID, amount_minor: int) -> None:
        """Take back what one credit pays of an invoice, without looking at others."""
        if not 0 < amount_minor <= self.held_of(invoice_id, credit_id=credit_id):
            refuse(ErrorCode.ALLOCATION_TOO_LARGE, "more than the credit pays of it", "amount")
        self._give_back((None, credit_id), invoice_id, amount_minor)

    def round_off(self, invoice_id: UUID, tolerance_minor: int) -> int:
        """Close a documented invoice whose open amount is within the tolerance; return the entry.

        An earlier rounding is no open amount, so one invoice may be rounded again.
        """
        facts = self.receivables[invoice_id]
        amount = -facts.open_minor
        if not facts.entered_minor or not 0 < abs(amount) <= tolerance_minor:
            return 0
        self._round(facts, amount)
        return amount

    def unround(self, invoice_id: UUID) -> None:
        """Take the rounding of an invoice back, because what it completed is gone."""
        facts = self.receivables[invoice_id]
        if facts.rounded_minor:
            self._round(facts, -facts.rounded_minor)

    def write_off(self, invoice_id: UUID, amount_minor: int, note: str) -> None:
        """Give up a part of what is open, else WRITE_OFF_TOO_LARGE."""
        facts = self.receivables[invoice_id]
        if not 0 < amount_minor <= facts.open_minor:
            refuse(ErrorCode.WRITE_OFF_TOO_LARGE, "more than is open", "amount")
        self._book(
            EntryType.WRITE_OFF,
            -amount_minor,
            self.posting.posted_on,
            sale_id=facts.sale_id,
            invoice_id=invoice_id,
            note=note,
        )
        self.put(replace(facts, written_off_minor=facts.written_off_minor + amount_minor))

    def reverse(self, payment_id: UUID, reason: str) -> None:
        """Book that a payment was charged back: what it paid is open again.

        What was refunded of it cannot be charged back as well; as much as refunds gave out of
        credits instead of the payment stays allocated, where credit notes took it if possible.
        The book must have been opened with the payment's allocations.
        """
        payment = self.payments[payment_id]
        if payment.reversed_at is not None:
            refuse(ErrorCode.PAYMENT_REVERSED, "it was charged back already", "paymentId")
        rest = payment.refundable_minor - payment.left_minor
        if not payment.refundable_minor or rest < 0:
            message = "it was paid back, so that it cannot be charged back as well"
            refuse(ErrorCode.PAYMENT_REFUNDED, message, "paymentId")
        paid = sorted(self._paid_by(payment_id), key=lambda one: self._noted(one[0]))
        for invoice_id, held in paid:
            back = min(rest, held)
            if back:
                rest -= back
                self._give_back((payment_id, None), invoice_id, back)
                self.unround(invoice_id)
        payment = self.payments[payment_id]
        self._book(
            EntryType.REOPEN,
            payment.refundable_minor,
            self.posting.posted_on,
            payment_id=payment_id,
            note=reason,
        )
        self.payments[payment_id] = replace(
            payment, left_minor=0, reversed_at=self.posting.now, reversed_reason=reason
        )

    def request_refund(
        self, refund: Refund, sources: Sequence[tuple[UUID | None, UUID | None]]
    ) -> None:
        """Book a refund and take it from payments and credits, in the order given.

        A source is (payment, None) or (None, credit); what is left of a payment goes back only
        through itself. Refuses with REFUND_TOO_LARGE what they do not have left, or what was not
        received by the payment that it is paid back through.
        """
        through = self.payments[refund.payment_id] if refund.payment_id else None
        if through is not None:
            if through.reversed_at is not None:
                refuse(ErrorCode.PAYMENT_REVERSED, "it was charged back already", "paymentId")
            if refund.amount_minor > through.refundable_minor:
                message = f"{through.refundable_minor} minor units of it can still be paid back"
                refuse(ErrorCode.REFUND_TOO_LARGE, message, "amount")
            self._count_refunded(through.id, refund.amount_minor)
        rest = refund.amount_minor
        for payment_id, credit_id in sources:
            taken = min(rest, self._left_of(payment_id, credit_id, refund))
            if not taken:
                continue
            rest -= taken
            self._draw(payment_id, credit_id, taken)
            self._allocate(taken, payment_id=payment_id, credit_id=credit_id, refund_id=refund.id)
        if rest:
            refuse(ErrorCode.REFUND_TOO_LARGE, "the account has less credit than that", "amount")
        self.refunds[refund.id] = refund
        self._book(
            EntryType.REFUND,
            refund.amount_minor,
            self.posting.posted_on,
            refund_id=refund.id,
            payment_id=refund.payment_id,
        )

    def fail_refund(self, refund_id: UUID, failure: str) -> None:
        """Book that a refund did not arrive: its amount is a credit again.

        The book must have been opened with the refund's allocations.
        """
        refund = self.refunds[refund_id]
        if refund.payment_id is not None:
            self._count_refunded(refund.payment_id, -refund.amount_minor)
        for (payment_id, credit_id), held in self._held(refund_id=refund.id):
            self._draw(payment_id, credit_id, -held)
            self._allocate(-held, payment_id=payment_id, credit_id=credit_id, refund_id=refund.id)
        self.refunds[refund.id] = replace(refund, status=RefundStatus.FAILED, failure=failure)
        self._book(
            EntryType.REFUND,
            -refund.amount_minor,
            self.posting.posted_on,
            refund_id=refund.id,
            payment_id=refund.payment_id,
            note=failure,
        )

    def _left_of(self, payment_id: UUID | None, credit_id: UUID | None, refund: Refund) -> int:
        """Return how much of a payment or credit a refund may take."""
        if credit_id is not None:
            return self.credit_left(credit_id)
        is_through = payment_id is not None and payment_id == refund.payment_id
        return self.payments[payment_id].left_minor if payment_id and is_through else 0

    def _draw(self, payment_id: UUID | None, credit_id: UUID | None, amount_minor: int) -> None:
        """Take what a refund pays back from a payment or credit, or return it."""
        if payment_id is not None:
            payment = self.payments[payment_id]
            left = payment.left_minor - amount_minor
            self.payments[payment_id] = replace(payment, left_minor=left)
        if credit_id is not None:
            self._use(credit_id, amount_minor)

    def _count_refunded(self, payment_id: UUID, amount_minor: int) -> None:
        """Count what of a payment was paid back."""
        payment = self.payments[payment_id]
        refunded = payment.refunded_minor + amount_minor
        self.payments[payment_id] = replace(payment, refunded_minor=refunded)

    def _noted(self, invoice_id: UUID) -> int:
        """Return what credit notes took from an invoice's document."""
        return self.receivables[invoice_id].noted_minor

    def _use(self, credit_id: UUID, amount_minor: int) -> None:
        """Count what of a credit was used."""
        facts = self.receivables[credit_id]
        self.put(replace(facts, used_minor=facts.used_minor + amount_minor))

    def _give_back(
        self, source: tuple[UUID | None, UUID | None], invoice_id: UUID, amount_minor: int
    ) -> None:
        """Return an allocated amount to its payment or credit."""
        payment_id, credit_id = source
        facts = self.receivables[invoice_id]
        if payment_id is not None:
            payment = self.payments[payment_id]
            left = payment.left_minor + amount_minor
            self.payments[payment_id] = replace(payment, left_minor=left)
            self.put(replace(facts, paid_minor=facts.paid_minor - amount_minor))
        if credit_id is not None:
            self._use(credit_id, -amount_minor)
            self.put(replace(facts, credited_minor=facts.credited_minor - amount_minor))
        self._allocate(
            -amount_minor, payment_id=payment_id, credit_id=credit_id, invoice_id=invoice_id
        )

    def payments_of(self, invoice_id: UUID) -> list[tuple[UUID, int]]:
        """List the payments that pay an invoice, and how much of it each."""
        return [
            (payment_id, held)
            for (payment_id, _), held in self._held(invoice_id=invoice_id)
            if payment_id is not None
        ]

    def _paid_by(self, payment_id: UUID) -> list[tuple[UUID, int]]:
        """List the invoices that a payment pays, and how much of each."""
        held: dict[UUID, int] = {}
        for one in (*self.earlier, *self.allocations):
            if one.payment_id == payment_id and one.invoice_id is not None:
                held[one.invoice_id] = held.get(one.invoice_id, 0) + one.amount_minor
        return [(invoice_id, amount) for invoice_id, amount in held.items() if amount]

    def _round(self, facts: Receivable, amount_minor: int) -> None:
        """Book a rounding on an invoice."""
        self._book(
            EntryType.ROUNDING,
            amount_minor,
            self.posting.posted_on,
            sale_id=facts.sale_id,
            invoice_id=facts.invoice_id,
        )
        self.put(replace(facts, rounded_minor=facts.rounded_minor + amount_minor))

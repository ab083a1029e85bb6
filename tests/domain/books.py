"""Books in memory, for the tests of what is booked and what pays what."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.domain.documents import DocumentState
from app.domain.invoices import Invoice
from app.domain.ledger import EntryType, Posting
from app.domain.paying import Payable
from app.domain.payments import Payment, PaymentMethod, Refund, RefundStatus
from app.domain.receivables import no_facts
from app.domain.sales import SaleStatus
from app.domain.settling import Book
from tests.domain.invoice_facts import invoice_of
from tests.domain.sale_states import ACCOUNT_ID, NOW, ids_from

TODAY = date(2026, 9, 1)
TOLERANCE = 5


def posting_of(currency: str = "EUR", first_id: int = 10_000) -> Posting:
    """Say how entries of these tests are dated and signed."""
    return Posting(ACCOUNT_ID, currency, TODAY, NOW, "test", ids_from(first_id))


def invoice(number: int, gross_minor: int = 136_250, **changes: object) -> Invoice:
    """Return an invoice by its number; its id is 600 and the number."""
    return invoice_of(gross_minor, 0, id=UUID(int=600 + number), code=f"I-{number}", **changes)


def payables(*invoices: Invoice, status: SaleStatus = SaleStatus.FINAL) -> dict[UUID, Payable]:
    """Say that invoices are of Sales of a status."""
    return {one.id: Payable(one, status) for one in invoices}


def enter(book: Book, one: Invoice, due_on: date | None = TODAY) -> None:
    """Book an invoice's accepted document."""
    gross = one.gross_minor or 0
    facts = book.receivables.get(one.id, no_facts(one))
    number = f"F-{one.code}"
    state = DocumentState.ACCEPTED
    book.put(
        replace(
            facts,
            document_id=UUID(int=one.id.int + 1_000),
            document_state=state,
            document_no=number,
            due_on=due_on,
        )
    )
    entry = EntryType.DOCUMENT if gross > 0 else EntryType.CREDIT_NOTE
    book.enter(one.id, entry, gross, TODAY)


def payment(number: int, amount_minor: int, **changes: object) -> Payment:
    """Return a payment by its number; its id is 800 and the number."""
    made = Payment(
        id=UUID(int=800 + number),
        account_id=ACCOUNT_ID,
        method=PaymentMethod.BANK_TRANSFER,
        received_on=TODAY,
        amount_minor=amount_minor,
        currency="EUR",
        source="MANUAL",
        external_id=None,
        reference=None,
        left_minor=amount_minor,
        refunded_minor=0,
        created_by="test",
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def refund(number: int, amount_minor: int, payment_id: UUID | None) -> Refund:
    """Return a refund by its number; its id is 900 and the number."""
    return Refund(
        id=UUID(int=900 + number),
        account_id=ACCOUNT_ID,
        payment_id=payment_id,
        status=RefundStatus.REQUESTED,
        amount_minor=amount_minor,
        currency="EUR",
        reason="asked for",
        external_id=None,
        failure=None,
        version=1,
        created_by="test",
        created_at=NOW,
        updated_at=NOW,
    )


def received(book: Book, number: int, amount_minor: int) -> UUID:
    """Receive a payment; return its id."""
    one = payment(number, amount_minor)
    book.receive(one)
    return one.id


def balance(book: Book) -> int:
    """Sum the entries."""
    return sum(one.amount_minor for one in book.entries)


def settled(book: Book) -> int:
    """Sum what is open, less what is left of payments."""
    return sum(one.open_minor for one in book.receivables.values()) - sum(
        one.left_minor for one in book.payments.values()
    )


def booked(book: Book) -> list[tuple[str, int]]:
    """List the entries as type and amount."""
    return [(one.type, one.amount_minor) for one in book.entries]


def reopened(book: Book) -> Book:
    """Open the book again, as it was stored."""
    again = Book(
        posting_of(first_id=20_000 + 1_000 * len(book.allocations)),
        book.receivables.values(),
        book.payments.values(),
        [*book.earlier, *book.allocations],
        book.refunds.values(),
    )
    again.entries = list(book.entries)
    return again

"""A cancellation as people look at it beforehand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.commands.cancel_hash import hash_of, new_refunds
from app.domain.calendar import CalendarItem, CalendarItemStatus
from app.domain.cells import sum_classes
from app.domain.invoices import InvoiceKind
from app.domain.receivables import InvoiceStatus, invoice_status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.commands.cancel_effect import CancelEffect
    from app.domain.invoices import Invoice
    from app.domain.receivables import Receivable
    from app.domain.sales import SaleState
    from app.storage.unit_of_work import UnitOfWork


class CancelWarning(StrEnum):
    """What should be known before something is cancelled."""

    WHOLE_SALE = "WHOLE_SALE"
    CALENDAR_ITEM_PLAYED = "CALENDAR_ITEM_PLAYED"
    TICKET_HOLDER_ASSIGNED = "TICKET_HOLDER_ASSIGNED"
    DOCUMENT_OVERDUE = "DOCUMENT_OVERDUE"
    WAITING_FOR_NUMBER = "WAITING_FOR_NUMBER"


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning and its sentence."""

    warning: CancelWarning
    message: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net, VAT and gross in minor units; None while a schedule does not add up."""

    net_minor: int | None
    vat_minor: int | None
    gross_minor: int | None


@dataclass(frozen=True, slots=True)
class Released:
    """Pieces of one line that go at one calendar item: one seat, or places of a pool."""

    line_id: UUID
    calendar_item_id: UUID | None
    product_id: UUID
    resource_id: UUID | None
    pool_id: UUID | None
    quantity: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceChange:
    """An invoice before and after; `invoice_id` is None for an instalment that is new."""

    code: str
    invoice_id: UUID | None
    before: Amounts
    after: Amounts
    status_before: InvoiceStatus
    status_after: InvoiceStatus


@dataclass(frozen=True, slots=True)
class CreditVat:
    """What a credit note takes from one original in one VAT class."""

    original_id: UUID
    vat_category: str
    rate_bp: int
    net_minor: int
    vat_minor: int


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """A credit note that will be made; `is_waiting` until its document has a number."""

    code: str
    account_id: UUID
    amounts: Amounts
    is_waiting: bool
    vats: tuple[CreditVat, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a credit note settles of its document; the rest becomes a credit of the account."""

    credit_note_code: str
    invoice_id: UUID
    gross_minor: int
    open_before_minor: int
    settled_minor: int
    left_minor: int
    open_after_minor: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that pays another invoice, or that an invoice no longer needs."""

    invoice_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundDue:
    """Money that will be asked to be paid back, through the payment by which it came."""

    payment_id: UUID | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """Everything that a cancellation will do."""

    sale_id: UUID
    sale_version: int
    currency: str
    preview_hash: str
    is_whole: bool
    sale_before: Amounts
    sale_after: Amounts
    released: tuple[Released, ...]
    invoices: tuple[InvoiceChange, ...]
    credit_notes: tuple[NewCreditNote, ...]
    settlements: tuple[Settlement, ...]
    offsets: tuple[Moved, ...]
    freed: tuple[Moved, ...]
    refunds: tuple[RefundDue, ...]
    warnings: tuple[Caution, ...]


def preview_of(work: UnitOfWork, effect: CancelEffect) -> CancelPreview:
    """Show an effect."""
    offsets, freed = _moved(effect)
    sale = effect.before.sale
    return CancelPreview(
        sale_id=sale.id,
        sale_version=sale.version,
        currency=sale.currency,
        preview_hash=hash_of(effect),
        is_whole=effect.cancellation.is_whole,
        sale_before=Amounts(sale.net_minor, sale.vat_minor, sale.gross_minor),
        sale_after=_total(effect.after),
        released=_released(effect),
        invoices=_invoices(effect),
        credit_notes=tuple(_credit_note(effect, note) for note in effect.credit_notes),
        settlements=_settlements(effect),
        offsets=offsets,
        freed=freed,
        refunds=tuple(
            RefundDue(refund.payment_id, refund.amount_minor)
            for book in effect.books
            for refund in new_refunds(book)
        ),
        warnings=tuple(_warnings(work, effect)),
    )


def _amounts_of(invoice: Invoice) -> tuple[int | None, int | None, int | None]:
    """Return an invoice's net, VAT and gross."""
    return invoice.net_minor, invoice.vat_minor, invoice.gross_minor


def _total(state: SaleState) -> Amounts:
    """Return a Sale's net, VAT and gross."""
    return Amounts(state.sale.net_minor, state.sale.vat_minor, state.sale.gross_minor)


def _released(effect: CancelEffect) -> tuple[Released, ...]:
    """Gather what goes by line, calendar item and place."""
    gathered: dict[tuple[UUID | None, ...], Released] = {}
    for one in effect.picked:
        place = (one.line_id, one.calendar_item_id, one.product_id, one.resource_id, one.pool_id)
        known = gathered.get(place)
        gathered[place] = Released(
            line_id=one.line_id,
            calendar_item_id=one.calendar_item_id,
            product_id=one.product_id,
            resource_id=one.resource_id,
            pool_id=one.pool_id,
            quantity=1 + (known.quantity if known else 0),
            value_minor=one.value_minor + (known.value_minor if known else 0),
        )
    return tuple(gathered.values())


def _invoices(effect: CancelEffect) -> tuple[InvoiceChange, ...]:
    """Show every invoice of the Sale that is no credit note, before and after."""
    before = {one.id: one for one in effect.before.invoices}
    return tuple(
        InvoiceChange(
            code=one.code,
            invoice_id=one.id if one.id in before else None,
            before=Amounts(*_amounts_of(before.get(one.id, one))),
            after=Amounts(*_amounts_of(one)),
            status_before=_status(effect, before.get(one.id, one), effect.receivables.get(one.id)),
            status_after=_status(effect, one, effect.facts_after(one.id)),
        )
        for one in effect.after.invoices
        if one.kind is InvoiceKind.INVOICE
    )


def _status(effect: CancelEffect, invoice: Invoice, facts: Receivable | None) -> InvoiceStatus:
    """Derive the status of an invoice today."""
    return invoice_status(
        amount_minor=invoice.amount_minor,
        planned_on=invoice.planned_on,
        facts=facts,
        today=effect.today,
    )


def _credit_note(effect: CancelEffect, note: Invoice) -> NewCreditNote:
    """Show one new credit note with its VAT by original and class."""
    rows = [one for one in effect.after.vats if one.invoice_id == note.id]
    vats = [
        CreditVat(
            original_id,
            vat_class.category,
            vat_class.rate_bp,
            part.net_minor,
            part.vat_minor,
        )
        for original_id in dict.fromkeys(one.original_invoice_id for one in rows)
        for vat_class, part in sum_classes(
            one for one in rows if one.original_invoice_id == original_id
        ).items()
    ]
    facts = effect.facts_after(note.id)
    return NewCreditNote(
        code=note.code,
        account_id=note.account_id,
        amounts=Amounts(*_amounts_of(note)),
        is_waiting=facts is not None and facts.is_waiting,
        vats=tuple(vats),
    )


def _settlements(effect: CancelEffect) -> tuple[Settlement, ...]:
    """Show what each credit note does to its documents."""
    codes = {one.id: one.code for one in effect.credit_notes}
    found = []
    for one in effect.settled:
        original = effect.receivables[one.original_invoice_id]
        after = effect.facts_after(one.original_invoice_id) or original
        found.append(
            Settlement(
                credit_note_code=codes[one.credit_note_id],
                invoice_id=one.original_invoice_id,
                gross_minor=one.gross_minor,
                open_before_minor=original.open_minor,
                settled_minor=one.settled_minor,
                left_minor=one.left_minor,
                open_after_minor=after.open_minor,
            )
        )
    return tuple(found)


def _moved(effect: CancelEffect) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
    """Return what new credits pay of other invoices, and what advances are free again."""
    amounts: Counter[tuple[UUID | None, UUID | None]] = Counter()
    for book in effect.books:
        for one in book.allocations:
            amounts[one.payment_id or one.credit_id, one.invoice_id] += one.amount_minor
    for part in effect.settled:
        pair = (part.credit_note_id, part.original_invoice_id)
        # What corrects a credit is paid from it, the other way round.
        amounts[pair if part.gross_minor < 0 else pair[::-1]] -= part.settled_minor
    offsets: Counter[UUID] = Counter()
    freed: Counter[UUID] = Counter()
    for (_, invoice_id), amount in amounts.items():
        if invoice_id is not None and amount:
            (offsets if amount > 0 else freed)[invoice_id] += abs(amount)
    return (
        tuple(Moved(key, amount) for key, amount in offsets.items()),
        tuple(Moved(key, amount) for key, amount in freed.items()),
    )


def _warnings(work: UnitOfWork, effect: CancelEffect) -> list[Caution]:
    """Say what should be known beforehand."""
    found = []
    if effect.cancellation.is_whole:
        found.append(Caution(CancelWarning.WHOLE_SALE, "nothing of the Sale is left afterwards"))
    items = work.by_id(CalendarItem, {one.calendar_item_id for one in effect.picked})
    for item in sorted(items.values(), key=lambda one: (one.starts_at, one.id)):
        if item.status is CalendarItemStatus.PLAYED or item.starts_at <= work.now:
            message = f"{item.name} ({item.code}) has begun or was played"
            found.append(Caution(CancelWarning.CALENDAR_ITEM_PLAYED, message))
    guests = sum(one.ticket_holder_id is not None for one in effect.picked)
    if guests:
        message = f"{guests} of these tickets have a guest's name on them"
        found.append(Caution(CancelWarning.TICKET_HOLDER_ASSIGNED, message))
    return [*found, *_document_warnings(effect)]


def _document_warnings(effect: CancelEffect) -> Sequence[Caution]:
    """Say which documents are overdue, and which credit notes have to wait."""
    codes = {one.id: one.code for one in effect.after.invoices}
    found = []
    for one in sorted(effect.receivables.values(), key=lambda facts: codes[facts.invoice_id]):
        is_late = one.is_documented and one.due_on is not None and one.due_on < effect.today
        if is_late and one.open_minor > 0:
            message = f"document {one.document_no} of {codes[one.invoice_id]} is overdue"
            found.append(Caution(CancelWarning.DOCUMENT_OVERDUE, message))
    for note in effect.credit_notes:
        facts = effect.facts_after(note.id)
        if facts is not None and facts.is_waiting:
            message = f"{note.code} waits for the document of the invoice that it credits"
            found.append(Caution(CancelWarning.WAITING_FOR_NUMBER, message))
    return found

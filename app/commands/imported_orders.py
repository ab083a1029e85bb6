"""Orders of another system as Final Sales: sold, documented and credited in one transaction each.

What was sold elsewhere has happened. Its prices, its account's address and its credit limit are not
examined any more; its amounts, its VAT and its document are made as those of any other Sale.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.commands.cancelling import CancelSale, carry_out
from app.commands.documents import RecordDocument, record_document
from app.commands.drafts import plan_lines, take_inventory
from app.commands.execution import Outcome
from app.commands.invoice_schedules import new_group, with_schedule
from app.commands.line_facts import gather_billing_facts, today_of
from app.commands.sale_terms import NewSale
from app.commands.sales import begin_sale
from app.domain.accounts import Account
from app.domain.billing import revalue
from app.domain.cancel_selection import LineSelection, Selection
from app.domain.documents import DocumentState, InvoiceDocument, Reported
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.events import Topic
from app.domain.finalising import FinalFacts, examine, finalise
from app.domain.invoices import Invoice
from app.domain.lines import NewLine
from app.domain.organisations import CreditLimitPolicy, CreditNotes
from app.domain.permissions import Permission, require
from app.domain.sales import SaleChannel, SaleLine, SaleState, SaleType
from app.domain.schedule import DatesRecipe, PastDates
from app.storage.inventory import sell_reservations
from app.storage.organisations import read_organisation
from app.storage.receivables import lock_accounts
from app.storage.sales import insert_sale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.organisations import PriceBasis
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A product, how many, and for how much in the order's price basis; negative on credits."""

    product_id: UUID
    quantity: int
    unit_price_minor: int
    discount_minor: int = 0
    description: str | None = None


@dataclass(frozen=True, slots=True)
class OrderReturn:
    """Units of a product that come back, of what an earlier document sold at this price."""

    document: str
    product_id: UUID
    unit_price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """One order as its system has it; sold and credited lines by the Sales that hold them.

    `vat_on` is the day whose VAT rules hold.
    """

    source: str
    number: str
    sold_at: datetime
    vat_on: date
    account_id: UUID
    currency: str
    price_basis: PriceBasis
    sold: tuple[tuple[OrderLine, ...], ...] = ()
    returned: tuple[OrderReturn, ...] = ()
    credited: tuple[tuple[OrderLine, ...], ...] = ()


def document_number(number: str, position: int) -> str:
    """Name the documents of one order: the first has its number, the others `NUMBER-2` and so on.

    First come those of what it sold, then those of what it takes back of earlier orders, then those
    of what it credits.
    """
    return number if position == 0 else f"{number}-{position + 1}"


def import_order(work: UnitOfWork, actor: Actor, request: ImportOrder) -> Outcome:
    """Register an order that was made elsewhere, with its documents, or nothing of it.

    What was sold is a Final Sale with one invoice on the order's day; further parts are sub-sales
    of it. What comes back is cancelled in the Sales of earlier orders. What is credited otherwise
    is a CREDIT Sale.

    Raises:
        DomainError: what stands against a line, VAT_UNRESOLVED among it; NOT_FOUND and
            CANCEL_TOO_MUCH for what cannot come back; DOCUMENT_CONFLICT for a number that is taken.
    """
    for permission in (Permission.SALE_CREATE, Permission.SALE_BACKDATE, Permission.SALE_FINALISE):
        require(actor, permission)
    # Before any Sale, as whatever changes an account's money does.
    lock_accounts(work, [request.account_id])
    invoices = [
        *_register(work, actor, request, SaleType.CATALOG, request.sold),
        *_take_back(work, actor, request),
        *_register(work, actor, request, SaleType.CREDIT, request.credited),
    ]
    issued_on = _day(work, request)
    for position, invoice in enumerate(invoices):
        number = document_number(request.number, position)
        reported = Reported(request.source, number, issued_on)
        record_document(work, actor, RecordDocument(reported, invoice_id=invoice.id))
    return Outcome({"account": request.account_id})


def _day(work: UnitOfWork, request: ImportOrder) -> date:
    """Return the day of an order at the club."""
    return request.sold_at.astimezone(ZoneInfo(read_organisation(work).time_zone)).date()


def _take_back(work: UnitOfWork, actor: Actor, request: ImportOrder) -> list[Invoice]:
    """Cancel what comes back, document by document; return the credit notes in that order."""
    by_document: dict[str, list[OrderReturn]] = {}
    for one in request.returned:
        by_document.setdefault(one.document, []).append(one)
    sale_ids = {document: _sold_by(work, request, document) for document in by_document}
    notes: dict[str, list[Invoice]] = {}
    for document in sorted(by_document, key=lambda one: sale_ids[one]):
        selection = _selection(work, sale_ids[document], document, by_document[document])
        cancel = CancelSale(
            sale_ids[document],
            Selection(lines=selection),
            reason=f"{request.source} {request.number}",
            credit_notes=CreditNotes.PER_CANCELLATION,
        )
        done = carry_out(work, actor, cancel, moved_at=request.sold_at)
        notes[document] = work.find(Invoice, cancellation_id=done.ids["cancellation"])
    return [note for document in by_document for note in notes[document]]


def _sold_by(work: UnitOfWork, request: ImportOrder, document: str) -> UUID:
    """Return the Sale of an earlier document of the same source and account."""
    for one in work.find(InvoiceDocument, source=request.source, number=document):
        if one.state is DocumentState.ACCEPTED and one.account_id == request.account_id:
            return one.sale_id
    message = f"{request.source} has no document {document} for this account"
    refuse(ErrorCode.NOT_FOUND, message, "returned")


def _selection(
    work: UnitOfWork, sale_id: UUID, document: str, returned: Sequence[OrderReturn]
) -> tuple[LineSelection, ...]:
    """Choose the lines whose units come back: the last ones of the product at the price."""
    lines = sorted(work.find(SaleLine, sale_id=sale_id), key=lambda line: -line.line_no)
    live = {line.id: line.quantity - line.quantity_cancelled for line in lines}
    taken: dict[UUID, int] = defaultdict(int)
    for one in returned:
        left = one.quantity
        for line in lines:
            if (line.product_id, line.unit_price_minor) == (one.product_id, one.unit_price_minor):
                units = min(left, live[line.id] - taken[line.id]) if not line.discount_minor else 0
                taken[line.id] += units
                left -= units
        if left:
            message = f"{document} has {left} units too few of it left"
            refuse(ErrorCode.CANCEL_TOO_MUCH, message, "returned")
    return tuple(LineSelection(line_id, units) for line_id, units in taken.items() if units)


def _register(
    work: UnitOfWork,
    actor: Actor,
    request: ImportOrder,
    sale_type: SaleType,
    parts: Sequence[Sequence[OrderLine]],
) -> list[Invoice]:
    """Store parts of an order as Final Sales; return their invoices."""
    invoices: list[Invoice] = []
    for lines in parts:
        parent_id = invoices[0].sale_id if invoices else None
        state = _sell(work, actor, request, sale_type, lines, parent_id)
        invoices += state.invoices
    return invoices


def _sell(
    work: UnitOfWork,
    actor: Actor,
    request: ImportOrder,
    sale_type: SaleType,
    lines: Sequence[OrderLine],
    parent_id: UUID | None,
) -> SaleState:
    """Store one Final Sale with its invoice and what it entitles to."""
    organisation = read_organisation(work)
    new = NewSale(
        sale_type,
        account_id=request.account_id,
        parent_sale_id=parent_id,
        currency=request.currency,
        price_basis=request.price_basis,
        reference=request.number,
        channel=SaleChannel.IMPORT,
    )
    sale = replace(begin_sale(work, actor, new), created_at=request.sold_at, hold_expires_at=None)
    wanted = [_new_line(one, request.currency) for one in lines]
    state, planned, facts = plan_lines(
        work, actor, SaleState(sale), wanted, "lines", today=request.vat_on
    )
    recipe = DatesRecipe((_day(work, request),))
    group = new_group(work, sale.id, None, recipe, PastDates.KEEP)
    state = with_schedule(work, state, group, recipe)
    state = revalue(state, gather_billing_facts(work, organisation, state))
    _examine(state, work.get(Account, sale.account_id), today_of(work, organisation))
    state = finalise(state, request.sold_at)
    insert_sale(work, state)
    take_inventory(work, state, planned, facts)
    sell_reservations(work, sale.id)
    work.emit(
        Topic.SALE_FINALISED,
        "sale",
        sale.id,
        code=sale.code,
        version=sale.version,
        gross_minor=state.sale.gross_minor,
        currency=sale.currency,
        channel=SaleChannel.IMPORT,
    )
    return state


def _new_line(line: OrderLine, currency: str) -> NewLine:
    """Ask for a line at its own price."""
    return NewLine(
        product_id=line.product_id,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        price_currency=currency,
        discount_minor=line.discount_minor,
        discount_currency=currency,
        description=line.description,
    )


def _examine(state: SaleState, account: Account, today: date) -> None:
    """Refuse what no Final Sale may be; what guards only new Sales is not asked."""
    facts = FinalFacts(account, True, today, 0, 0, CreditLimitPolicy.WARN)  # noqa: FBT003 - is not asked
    against = [
        one
        for one in examine(state, facts).violations
        if one.code is not ErrorCode.ACCOUNT_INCOMPLETE
    ]
    if against:
        raise DomainError(*against)

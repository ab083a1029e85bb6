"""Complete data sets of Loge's own objects, as the neutral records that connectors are given.

What an event is about is told by the object and the entity that a flow wants: a Sale has a
customer, products, invoices, credit notes and tickets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.accounts import Account, AccountKind, Contact
from app.domain.claiming import BILLED
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.ledger import Allocation
from app.domain.money import format_amount
from app.domain.payments import Payment, Refund
from app.domain.products import Product
from app.domain.receivables import Receivable
from app.domain.sales import Entitlement, Sale, SaleLine
from app.storage.sales import load_sale
from app.transfers.engine.dataset_lines import (
    invoice_lines,
    invoice_totals,
    product_record,
    products_of,
    sale_lines,
    sale_totals,
)
from app.transfers.engine.dataset_tickets import ticket_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.domain.sales import SaleState
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Dataset:
    """A record with what the engine has to know of it.

    `needs` are ids of objects that have to be in the other system before.
    """

    entity: str
    source_id: str
    title: str
    account_id: UUID | None
    sale_id: UUID | None
    needs: tuple[str, ...]
    record: dict[str, Any]


def objects_about(work: UnitOfWork, entity: str, kind: str, object_id: UUID) -> list[UUID]:
    """List the objects of an entity that an event about an object is about."""
    if kind == "sale":
        return _of_sale(work, entity, object_id)
    if kind == "invoice":
        return _of_invoice(work, entity, object_id)
    if kind == entity:
        return [object_id]
    if entity == "customer" and kind in {"payment", "refund"}:
        found = work.find(Payment if kind == "payment" else Refund, id=object_id)
        return [one.account_id for one in found]  # type: ignore[attr-defined]  # both have one
    return []


def _of_sale(work: UnitOfWork, entity: str, sale_id: UUID) -> list[UUID]:
    sales = work.find(Sale, id=sale_id)
    if not sales or sales[0].status not in BILLED:
        return []
    if entity == "customer":
        return [sales[0].account_id]
    if entity == "sale":
        return [sale_id]
    if entity == "product":
        return sorted({one.product_id for one in work.find(SaleLine, sale_id=sale_id)})
    if entity == "ticket":
        return [one.id for one in work.find(Entitlement, sale_id=sale_id)]
    return [
        one.id
        for one in sorted(work.find(Invoice, sale_id=sale_id), key=lambda one: one.sequence_no)
        if _entity_of(one) == entity and one.gross_minor
    ]


def _of_invoice(work: UnitOfWork, entity: str, invoice_id: UUID) -> list[UUID]:
    found = work.find(Invoice, id=invoice_id)
    if not found:
        return []
    if entity in {"customer", "sale"}:
        return _of_sale(work, entity, found[0].sale_id)
    wanted = _of_sale(work, entity, found[0].sale_id)
    return [one for one in wanted if one == invoice_id]


def _entity_of(invoice: Invoice) -> str:
    return "credit_note" if invoice.kind is InvoiceKind.CREDIT_NOTE else "invoice"


def build_dataset(work: UnitOfWork, entity: str, object_id: UUID) -> Dataset:
    """Build the complete record of an object of an entity, as it is in this transaction.

    Raises:
        DomainError: NOT_FOUND for an object that is not here.
        TotalsDifferError: its parts do not add up; nothing of it may be sent.
    """
    return _BUILDERS[entity](work, object_id)


def customer_record(work: UnitOfWork, account: Account) -> dict[str, Any]:
    """Build the record of an Account with its address and contacts."""
    contacts = work.find(Contact, account_id=account.id)
    first = next((one for one in contacts if one.is_default), None)
    is_person = account.kind is AccountKind.PERSON
    address = {
        "line1": account.street or "",
        "postal_code": account.postal_code or "",
        "city": account.city or "",
        "country": account.country or "",
    }
    return {
        "id": str(account.id),
        "code": account.code,
        "name": account.name,
        "kind": "PERSON" if is_person else "COMPANY",
        **_given(
            external_code=account.external_code,
            vat_id=account.vat_id,
            email=account.email or (first.email if first else None),
            phone=account.phone or (first.phone if first else None),
            language=account.language,
            address=address if account.country else None,
            contacts=[
                {"name": f"{one.first_name} {one.last_name}", **_given(email=one.email)}
                for one in contacts
            ],
        ),
    }


def _customer(work: UnitOfWork, object_id: UUID) -> Dataset:
    account = work.get(Account, object_id)
    record = customer_record(work, account)
    return Dataset("customer", str(account.id), account.code, account.id, None, (), record)


def _product(work: UnitOfWork, object_id: UUID) -> Dataset:
    product = work.get(Product, object_id)
    record = product_record(product)
    return Dataset("product", str(product.id), product.code, None, None, (), record)


def _sale(work: UnitOfWork, object_id: UUID) -> Dataset:
    state = load_sale(work, object_id, lock=False)
    sale = state.sale
    lines = sale_lines(state, products_of(work, state))
    record = {
        **_head(sale),
        "stage": str(sale.status),
        "customer": customer_record(work, work.get(Account, sale.account_id)),
        "currency": sale.currency,
        "lines": lines,
        "totals": sale_totals(state, lines),
        "ordered_at": sale.created_at.isoformat().replace("+00:00", "Z"),
    }
    del record["status"]
    return Dataset("sale", str(sale.id), sale.code, sale.account_id, sale.id, (), record)


def _head(sale: Sale) -> dict[str, Any]:
    return {
        "id": str(sale.id),
        "code": sale.code,
        "status": str(sale.status),
        **_given(reference=sale.reference),
    }


def _invoice(work: UnitOfWork, object_id: UUID) -> Dataset:
    invoice = work.get(Invoice, object_id)
    state = load_sale(work, invoice.sale_id, lock=False)
    account = work.get(Account, invoice.account_id)
    lines = invoice_lines(invoice, state, products_of(work, state))
    originals = _originals(state, invoice)
    facts = {one.invoice_id: one for one in work.find(Receivable, sale_id=invoice.sale_id)}
    record = {
        "id": str(invoice.id),
        "code": invoice.code,
        "kind": str(invoice.kind),
        "sale": _head(state.sale),
        "customer": customer_record(work, account),
        "invoice_on": invoice.planned_on.isoformat(),
        "payment_term_days": account.payment_term_days,
        "currency": invoice.currency,
        "lines": lines,
        "totals": invoice_totals(invoice, state.vats, lines),
        **_given(structured_reference=invoice.reference),
        **_corrects(originals, facts),
    }
    needs = tuple(str(one.id) for one in originals)
    entity = _entity_of(invoice)
    ids = (invoice.account_id, invoice.sale_id)
    return Dataset(entity, str(invoice.id), invoice.code, *ids, needs, record)


def _originals(state: SaleState, invoice: Invoice) -> list[Invoice]:
    """Return the invoices that a credit note credits, in their order."""
    ids = {one.original_invoice_id for one in state.cells if one.invoice_id == invoice.id}
    return [one for one in state.invoices if one.id in ids and one.id != invoice.id]


def _corrects(originals: list[Invoice], facts: dict[UUID, Receivable]) -> dict[str, Any]:
    """Name the invoice that a credit note corrects, the first where there are several."""
    for one in originals:
        known = facts.get(one.id)
        number = (known.document_no if known else None) or ""
        return {"corrects": {"id": str(one.id), "code": one.code, "document_no": number}}
    return {}


def _payment(work: UnitOfWork, object_id: UUID) -> Dataset:
    payment = work.get(Payment, object_id)
    paid: dict[UUID, int] = {}
    for one in work.find(Allocation, payment_id=payment.id):
        if one.invoice_id is not None:
            paid[one.invoice_id] = paid.get(one.invoice_id, 0) + one.amount_minor
    invoices = work.by_id(Invoice, paid)
    facts = {one.invoice_id: one for one in work.find(Receivable, invoice_id=list(paid))}
    sign = -1 if payment.reversed_at else 1
    record = {
        "id": str(payment.id),
        "method": str(payment.method),
        "received_on": payment.received_on.isoformat(),
        "amount": format_amount(sign * payment.amount_minor, payment.currency),
        "currency": payment.currency,
        "status": "REVERSED" if payment.reversed_at else "RECEIVED",
        "customer": customer_record(work, work.get(Account, payment.account_id)),
        "invoices": [
            {
                "invoice_id": str(key),
                "invoice_code": invoices[key].code,
                "amount": format_amount(paid[key], payment.currency),
                **_given(document_no=facts[key].document_no if key in facts else None),
            }
            for key in sorted(paid)
            if paid[key]
        ],
        **_given(external_id=payment.external_id),
    }
    needs = tuple(str(one) for one in sorted(paid))
    title = payment.external_id or str(record["amount"])
    return Dataset("payment", str(payment.id), title, payment.account_id, None, needs, record)


def _refund(work: UnitOfWork, object_id: UUID) -> Dataset:
    refund = work.get(Refund, object_id)
    record = {
        "id": str(refund.id),
        "method": "OTHER",
        "received_on": refund.created_at.date().isoformat(),
        "amount": format_amount(-refund.amount_minor, refund.currency),
        "currency": refund.currency,
        "status": str(refund.status),
        "customer": customer_record(work, work.get(Account, refund.account_id)),
        **_given(external_id=refund.external_id),
    }
    title = str(record["amount"])
    return Dataset("refund", str(refund.id), title, refund.account_id, None, (), record)


def _ticket(work: UnitOfWork, object_id: UUID) -> Dataset:
    one = work.get(Entitlement, object_id)
    sale = work.get(Sale, one.sale_id)
    record = ticket_record(work, one, sale)
    return Dataset("ticket", str(one.id), record["barcode"], sale.account_id, sale.id, (), record)


def _given(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - values of a record
    """Return what is there."""
    return {name: value for name, value in values.items() if value}


_BUILDERS: dict[str, Callable[[UnitOfWork, UUID], Dataset]] = {
    "customer": _customer,
    "product": _product,
    "sale": _sale,
    "invoice": _invoice,
    "credit_note": _invoice,
    "payment": _payment,
    "refund": _refund,
    "ticket": _ticket,
}
"""How the record of each entity is built."""
BUILT = frozenset(_BUILDERS)
"""The entities that Loge has data sets of."""

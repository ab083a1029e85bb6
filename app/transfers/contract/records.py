"""The neutral records: what passes between Loge's own data and a connector, whatever the system.

Keys are in snake_case, amounts are decimal texts in the digits of `currency` ("125.00"), rates are
percentages as text ("21"), days are `YYYY-MM-DD`, instants end in Z. A record is complete: whoever
gets an invoice gets its customer, its lines with products and VAT, and its Sale (R4).
"""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Address(TypedDict):
    """Where a customer is."""

    line1: str
    line2: NotRequired[str]
    postal_code: str
    city: str
    country: str
    """ISO 3166, two letters."""


class Customer(TypedDict):
    """An Account, or whoever pays; `customer`."""

    id: str
    code: str
    external_code: NotRequired[str]
    name: str
    kind: str
    """COMPANY or PERSON."""
    vat_id: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    language: NotRequired[str]
    address: NotRequired[Address]
    contacts: NotRequired[list[Contact]]


class Contact(TypedDict):
    """A person at a customer."""

    name: str
    email: NotRequired[str]
    phone: NotRequired[str]


class Product(TypedDict):
    """What is sold; `product`."""

    id: str
    code: str
    name: str
    kind: str
    """SEAT, PARKING, FORMULA, PACKAGE, CATALOG; goods and e-services say GOODS or ESERVICE."""
    unit: str
    unit_price: NotRequired[str]
    currency: NotRequired[str]
    vat_rate: NotRequired[str]


class Line(TypedDict):
    """A line of an invoice, a Sale or an order; `quantity` times `unit_price` is about `net`."""

    number: int
    product: Product
    description: str
    quantity: str
    unit_price: str
    net: str
    vat: str
    gross: str
    vat_rate: str
    vat_category: str
    """UNCL 5305: S, Z, E, AE, K, G, O."""


class RateTotal(TypedDict):
    """What belongs to one VAT rate."""

    vat_category: str
    vat_rate: str
    net: str
    vat: str


class Totals(TypedDict):
    """Sums, as Loge has them: the other side's may differ by the cents threshold."""

    net: str
    vat: str
    gross: str
    by_rate: list[RateTotal]


class SaleHead(TypedDict):
    """Which Sale something belongs to."""

    id: str
    code: str
    reference: NotRequired[str]
    season: NotRequired[str]
    status: str
    stage: NotRequired[str]


class Invoice(TypedDict):
    """An invoice, or a credit note with negative amounts; `invoice` and `credit_note`."""

    id: str
    code: str
    """The InstalmentCode: what both sides know it by."""
    kind: str
    """INVOICE or CREDIT_NOTE."""
    sale: SaleHead
    customer: Customer
    invoice_on: str
    due_on: NotRequired[str]
    payment_term_days: NotRequired[int]
    currency: str
    lines: list[Line]
    totals: Totals
    structured_reference: NotRequired[str]
    corrects: NotRequired[Corrected]
    document_no: NotRequired[str]
    """Number of the legal document, where there is one already."""
    paid: NotRequired[str]
    """What of it is paid already."""


class Corrected(TypedDict):
    """The invoice that a credit note corrects."""

    id: str
    code: str
    document_no: str


class Document(TypedDict):
    """What an invoicing system says of the legal document that it made; `document`."""

    invoice_code: str
    number: str
    issued_on: str
    due_on: NotRequired[str]
    is_draft: bool
    net: NotRequired[str]
    vat: NotRequired[str]
    gross: NotRequired[str]
    currency: str
    other_reference: NotRequired[str]
    paid: NotRequired[str]


class Sale(TypedDict):
    """A whole Sale, or an order of a shop; `sale`."""

    id: str
    code: str
    stage: str
    """Of a Sale its status; of a shop's order the status there, such as PENDING, PAID."""
    customer: Customer
    currency: str
    lines: list[Line]
    totals: Totals
    reference: NotRequired[str]
    season: NotRequired[str]
    ordered_at: NotRequired[str]
    payments: NotRequired[list[Payment]]


class PaidInvoice(TypedDict):
    """What of a payment an invoice got."""

    invoice_id: NotRequired[str]
    invoice_code: str
    document_no: NotRequired[str]
    amount: str


class Payment(TypedDict):
    """Money that came in, or went back with a negative amount; `payment`, `refund`."""

    id: str
    method: str
    received_on: str
    amount: str
    currency: str
    external_id: NotRequired[str]
    fee: NotRequired[str]
    status: NotRequired[str]
    """PENDING, SUCCEEDED, FAILED, CANCELLED or EXPIRED, of a payment at a PSP."""
    payment_id: NotRequired[str]
    """Of a refund: the PSP's id of the payment, its `external_id`."""
    customer: NotRequired[Customer]
    invoices: NotRequired[list[PaidInvoice]]


class StatementEntry(TypedDict):
    """A movement on a bank account, or of a PSP's balance; `statement_entry`."""

    account: str
    """The IBAN, or the PSP's account."""
    statement_id: str
    entry_ref: str
    index: int
    booked_on: str
    valued_on: NotRequired[str]
    amount: str
    currency: str
    counterparty_name: NotRequired[str]
    counterparty_iban: NotRequired[str]
    structured_reference: NotRequired[str]
    text: NotRequired[str]
    end_to_end_id: NotRequired[str]
    payout_id: NotRequired[str]
    """Of a PSP's balance: the payout that it went out with."""
    kind: NotRequired[str]
    """Of a PSP's balance: PAYMENT, REFUND, CHARGEBACK, FEE or PAYOUT; a bank's has none."""
    fee: NotRequired[str]
    """What the PSP kept of `amount`, positive; what is paid out is `amount` less it."""
    payment_id: NotRequired[str]
    """The PSP's id of the payment that it is about: its `external_id`."""
    is_reversal: NotRequired[bool]
    """The bank took an earlier movement back: a returned direct debit, a booking undone."""


class Ticket(TypedDict):
    """One right to enter; `ticket`."""

    id: str
    barcode: str
    status: str
    """LIVE, or CANCELLED."""
    is_admitted: bool
    """Whether the club's policy lets it in now: it is live, and paid where that is asked."""
    season: str
    event: str
    product: str
    category: NotRequired[str]
    seat: NotRequired[str]
    holder: NotRequired[str]
    valid_until: NotRequired[str]
    reason: NotRequired[str]


class Scan(TypedDict):
    """What a gate saw; `scan`."""

    barcode: str
    scanned_at: str
    gate: NotRequired[str]
    result: NotRequired[str]


ENTITIES: dict[str, type] = {
    "customer": Customer,
    "product": Product,
    "sale": Sale,
    "invoice": Invoice,
    "credit_note": Invoice,
    "document": Document,
    "payment": Payment,
    "refund": Payment,
    "statement_entry": StatementEntry,
    "ticket": Ticket,
    "scan": Scan,
}
"""The neutral records by their names; within one Account they are sent in about this order."""

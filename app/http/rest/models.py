"""What the façade takes and answers, as typed models; its OpenAPI document is made from them.

What comes in is read strictly and refused when a field is unknown, so that a misspelt field is not
silently left out. Amounts are decimal texts, never JSON numbers, which readers round.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.documents import DocumentState
from app.domain.invoices import InvoiceKind
from app.domain.payments import PaymentMethod
from app.domain.products import ProductKind
from app.domain.receivables import InvoiceStatus
from app.domain.vat import VatCategory

DEFAULT_SOURCE = "invoicing"
"""The name under which an invoicing system claims and reports when it gives none."""
ROW_LIMIT = 100
"""Rows of one request."""
OFFERED_LIMIT = 200
"""Instalments of one answer."""
_CODE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"
_PLAIN_PATTERN = r"^[^\u0000-\u001F\u007F]*$"


def member(description: str, example: Any, **rules: Any) -> Any:  # noqa: ANN401 - of any type
    """Declare a field with its description, an example and its rules."""
    return Field(description=description, examples=[example], **rules)


def switch(description: str, *, example: bool, **rules: Any) -> Any:  # noqa: ANN401 - as Field itself
    """Declare a yes or no."""
    return Field(description=description, examples=[example], **rules)


def money(description: str, example: str = "1362.50") -> Any:  # noqa: ANN401 - as Field itself
    """Declare an amount that is answered."""
    return member(description, example)


Day = date
Amount = Annotated[str, Field(pattern=r"^-?[0-9]{1,16}([.][0-9]{1,4})?$")]
Code = Annotated[str, Field(pattern=_CODE_PATTERN)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN_PATTERN)]


class Answer(BaseModel):
    """What is answered."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Given(BaseModel):
    """What is asked: strictly typed, nothing unknown."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class FieldError(Answer):
    """What is wrong with one field."""

    code: str = member("For programs; its meaning never changes.", "DATE_INVALID")
    field: str = member("Where: names and positions, separated by dots; empty: all.", "invoiceDate")
    message: str = member("What is wrong, and what would be right.", "such as 2026-08-01")


class Problem(Answer):
    """Why a request was refused, as problem details (RFC 9457)."""

    type: str = member("Names the kind of problem.", "urn:loge:error:NOT_FOUND")
    title: str = member("The status in words.", "Not Found")
    status: int = member("The HTTP status.", 404)
    detail: str = member("What is wrong, for people.", "no such customer")
    code: str = member("For programs; its meaning never changes.", "NOT_FOUND")
    errors: list[FieldError] = member("Every field that is wrong.", [])
    correlation_id: str | None = member("What to quote when reporting it.", None, default=None)


class InstalmentCustomer(Answer):
    """Who is to be invoiced; the whole customer is at `/api/customers/{id}`."""

    id: str = member("The customer's id.", "account_0199…")
    code: str = member("The club's code.", "A1")
    customer_code: str | None = member("The invoicing system's own code, if it gave one.", "100234")
    name: str = member("The name.", "Bakkerij Peeters")


class InstalmentLine(Answer):
    """What an instalment bills of one product of a sale line."""

    line_no: int = member("The number of the sale line.", 1)
    product_id: str = member("The product.", "product_0199…")
    product_code: str = member("The product's code.", "SEAT")
    description: str = member("The text of the sale line.", "Business seat")
    quantity: int = member(
        "Units of the product on the whole sale line; the amounts are this instalment's part.", 4
    )
    net: str = money("Before VAT, in the instalment's currency.", "1000.00")
    vat: str = money("Its part of the instalment's VAT.", "60.00")
    gross: str = money("With VAT.", "1060.00")
    vat_category: VatCategory = member("The VAT category (EN 16931 BT-151).", "S")
    vat_rate: str = member("The VAT rate in percent.", "6.00")
    revenue_account: str | None = member("The account to which the revenue belongs.", "700100")
    original_code: str | None = member(
        "On a credit note: the instalment that this line credits.", None
    )


class InstalmentVat(Answer):
    """The VAT of an instalment in one category and rate (EN 16931 BG-23)."""

    vat_category: VatCategory = member("The VAT category (BT-118).", "S")
    vat_rate: str = member("The rate in percent (BT-119).", "6.00")
    net: str = money("The taxable amount (BT-116).", "1000.00")
    vat: str = money("The VAT (BT-117).", "60.00")
    original_code: str | None = member("On a credit note: the instalment that is credited.", None)


class Original(Answer):
    """A document that a credit note credits (EN 16931 BG-3)."""

    instalment_code: str = member("The instalment that is credited.", "S-2026-000123-01")
    invoice_number: str | None = member("The number of its invoice (BT-25).", "F2026/0815")
    invoice_date: Day | None = member("The date of its invoice (BT-26).", "2026-08-01")


class Instalment(Answer):
    """An instalment, or a credit note with negative amounts, and what became of it."""

    instalment_code: str = member("By which everything is matched.", "S-2026-000123-01")
    id: str = member("Its id in the GraphQL API.", "invoice_0199…")
    kind: InvoiceKind = member("What document is to be made.", "INVOICE")
    status: InvoiceStatus = member("What is to be done with it.", "PENDING")
    claimed_by: str | None = member("The source that is making its document.", "exact")
    claimed_until: datetime | None = member(
        "How long it is offered to nobody else.", "2026-08-01T09:00:00Z"
    )
    planned_on: Day = member("The day from which it is to be invoiced.", "2026-08-01")
    sale_id: str = member("The Sale's id in the GraphQL API.", "sale_0199…")
    sale_code: str = member("The Sale.", "S-2026-000123")
    sale_reference: str | None = member("The customer's reference of the Sale.", "PO 4711")
    reference: str | None = member("A reference for this document.", "Season 2026, part 1")
    customer: InstalmentCustomer = member("Who is to be invoiced.", {})
    payment_term_days: int = member("Days to pay that the customer has.", 30)
    currency: str = member("The currency of all amounts (ISO 4217).", "EUR")
    net: str = money("Before VAT.", "1250.00")
    vat: str = money("The VAT.", "112.50")
    gross: str = money("With VAT.", "1362.50")
    lines: list[InstalmentLine] = member("What it bills; the lines add up to the totals.", [])
    vat_summary: list[InstalmentVat] = member("Its VAT by category and rate.", [])
    originals: list[Original] = member("On a credit note: the documents that it credits.", [])
    document_state: DocumentState | None = member(
        "DRAFT: its final number is awaited. ACCEPTED: it is payable. MISMATCH: its totals differ "
        "too much from the instalment's; the club decides.",
        "ACCEPTED",
    )
    invoice_number: str | None = member("The number that was reported.", "F2026/0815")
    invoice_date: Day | None = member("The date that was reported.", "2026-08-01")
    due_date: Day | None = member("The due date that was reported.", "2026-08-31")
    open_amount: str | None = member(
        "What is still to be paid; negative: the customer's credit; null: no document yet.", "0.00"
    )


class Instalments(Answer):
    """What is to be invoiced now."""

    source: str = member("For which source it was claimed or read.", "exact")
    is_claimed: bool = switch("Whether it was claimed by this request.", example=True)
    instalments: list[Instalment] = member("The instalments, earliest first.", [])


class InstalmentReport(Given):
    """What became of one instalment: its document, its payment, or both."""

    instalment_code: Code = member("The instalment that is reported on.", "S-2026-000123-01")
    invoice_number: Text | None = member(
        "The number of the document. `D` in front of a digit says that it is a draft or sales "
        "order: the instalment stays PENDING until the final number comes.",
        "F2026/0815",
        default=None,
    )
    invoice_date: Day | None = member(
        "The date of the document; needed with a number.", "2026-08-01", default=None
    )
    due_date: Day | None = member(
        "When it is to be paid; by the customer's payment term when omitted.",
        "2026-08-31",
        default=None,
    )
    net_amount: Amount | None = member("The document's net.", "1250.00", default=None)
    vat_amount: Amount | None = member("The document's VAT.", "112.50", default=None)
    gross_amount: Amount | None = member(
        "The document's gross. Without totals the document is taken to be that of the instalment.",
        "1362.50",
        default=None,
    )
    currency: Text | None = member("The document's currency, to be compared.", "EUR", default=None)
    reference: Text | None = member(
        "What the customer is to quote when paying, such as a structured communication.",
        "+++123/4567/89002+++",
        default=None,
    )
    pdf: str | None = member(
        "The document as PDF (or as XML, where that is the original), in base64. The first one "
        "stays; it may come after the number.",
        "JVBERi0xLjcK",
        default=None,
    )
    payment_no: Text | None = member(
        "Number of the payment: the whole open amount was paid. The same number counts once.",
        "BK-2026-0042",
        default=None,
    )
    payment_date: Day | None = member(
        "When it was paid; today when omitted.", "2026-08-20", default=None
    )
    payment_method: PaymentMethod = member(
        "How it was paid.", "BANK_TRANSFER", default=PaymentMethod.BANK_TRANSFER, strict=False
    )


class PaymentReport(Given):
    """A payment of one instalment, of any part of it."""

    external_id: Text = member("Its number at the source; the same one counts once.", "BK-42")
    amount: Amount = member("What was paid, in the instalment's currency.", "500.00")
    date: Day = member("When it was paid.", "2026-08-20")
    method: PaymentMethod = member(
        "How it was paid.", "BANK_TRANSFER", default=PaymentMethod.BANK_TRANSFER, strict=False
    )
    reference: Text | None = member("What the payer wrote.", "invoice F2026/0815", default=None)


class RowResult(Answer):
    """What came of one row."""

    row: int = member("Its position in the request, from 0.", 0)
    instalment_code: str | None = member("The instalment.", "S-2026-000123-01")
    result: Literal["RECORDED", "REFUSED"] = member(
        "RECORDED also for a repetition of what is known. REFUSED: nothing of the row that has an "
        "error was written.",
        "RECORDED",
    )
    status: InvoiceStatus | None = member("What is to be done with the instalment now.", "OPEN")
    document_state: DocumentState | None = member("Where its document stands.", "ACCEPTED")
    invoice_number: str | None = member("The number that is known now.", "F2026/0815")
    open_amount: str | None = member("What is still to be paid now.", "1362.50")
    errors: list[FieldError] = member("Why it was refused.", [])


class Results(Answer):
    """What came of each row, in the order of the request."""

    recorded_count: int = member("Rows that are recorded.", 1)
    refused_count: int = member("Rows that were refused; the status is 207 if there are any.", 0)
    results: list[RowResult] = member("One for each row.", [])


class Customer(Answer):
    """A customer of the club."""

    id: str = member("Its id.", "account_0199…")
    code: str = member("The club's code, unique.", "A1")
    customer_code: str | None = member("The invoicing system's own code, if it gave one.", "100234")
    name: str = member("The name under which it is invoiced.", "Bakkerij Peeters")
    kind: str = member("BUSINESS or PERSON.", "BUSINESS")
    vat_id: str | None = member("The VAT id in its compact form.", "BE0403019261")
    street: str | None = member("Street and number.", "Walplein 26")
    postal_code: str | None = member("The postal code.", "8000")
    city: str | None = member("The city.", "Brugge")
    country: str | None = member("The country (ISO 3166-1 alpha-2).", "BE")
    language: str | None = member("The language of its documents (ISO 639-1).", "nl")
    email: str | None = member("The general e-mail address.", "info@example.com")
    phone: str | None = member("The general telephone number.", "+32 50 00 00 00")
    contact_name: str | None = member("The default contact.", "An Peeters")
    contact_email: str | None = member("The default contact's e-mail address.", "an@example.com")
    payment_term_days: int = member("Days from an invoice to its due date.", 30)
    currency: str = member("The currency it is kept in.", "EUR")
    is_active: bool = switch("Whether it can be sold to.", example=True)
    version: int = member("Rises with every change.", 3)


class CustomerChange(Given):
    """What an invoicing system may change of a customer."""

    customer_code: Text | None = member(
        "The invoicing system's own code of the customer; null takes it away.", "100234"
    )
    version: int | None = member(
        "The version that was read: refused if the customer changed since.", 3, default=None, ge=1
    )


class Product(Answer):
    """Something the club sells."""

    id: str = member("Its id.", "product_0199…")
    code: str = member("The code, unique.", "SEAT")
    name: str = member("The name.", "Business seat")
    kind: ProductKind = member("What it is.", "SEAT")
    group_code: str = member("The product group's code.", "GROUP")
    group_name: str = member("The product group's name.", "Seats")
    supply_type: str = member("By which its VAT is determined.", "ADMISSION")
    revenue_account: str | None = member("The account to which its revenue belongs.", "700100")
    is_active: bool = switch("Whether it can be sold.", example=True)
    version: int = member("Rises with every change.", 1)


class InstalmentsQuery(Given):
    """Which instalments."""

    source: Code = member(
        "Your system's name; the same one in every request.", "exact", default=DEFAULT_SOURCE
    )
    status: Literal["TODO", "PENDING"] = member(
        "What is to be invoiced; or, with PENDING, what this source has claimed and not reported "
        "yet: then nothing is claimed.",
        "TODO",
        default="TODO",
    )
    until: Day | None = member(
        "Also those planned up to this day; today when omitted.", "2026-08-31", default=None
    )
    limit: int = member("How many at most.", 50, default=50, ge=1, le=OFFERED_LIMIT)
    claim: bool = switch(
        "False only reads: the instalments stay TODO and are offered again.",
        example=True,
        default=True,
    )


class SourceQuery(Given):
    """Who reports."""

    source: Code = member(
        "Your system's name; the same one in every request.", "exact", default=DEFAULT_SOURCE
    )


class NoQuery(Given):
    """A request that takes no query parameters."""

"""The preview of a cancellation in the API."""

from __future__ import annotations

from typing import Any, Optional

import strawberry

from app.commands.cancel_preview import (
    Amounts,
    CancelPreview,
    CancelWarning,
    CreditVat,
    InvoiceChange,
    Moved,
    NewCreditNote,
    RefundDue,
    Released,
    Settlement,
)
from app.domain.receivables import InvoiceStatus
from app.domain.vat import VatCategory
from app.schema.errors import UserError
from app.schema.fields import Info, lazy, wrap
from app.schema.inputs import described
from app.schema.sale_lines import percent
from app.schema.scalars import DecimalText, Money

described(
    CancelWarning,
    "What should be known before something is cancelled.",
    {
        "WHOLE_SALE": "Nothing of the Sale is left afterwards.",
        "CALENDAR_ITEM_PLAYED": "A calendar item has begun or was played.",
        "TICKET_HOLDER_ASSIGNED": "Guests' names are on tickets that go.",
        "DOCUMENT_OVERDUE": "A document of the Sale is overdue.",
        "WAITING_FOR_NUMBER": "A credit note waits for the document that it credits.",
    },
)


def _one(name: str, kind: str, table: str, description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the object that an attribute of what is shown refers to."""

    async def resolve(root: Any, info: Info) -> Any:  # noqa: ANN401 - the object or None
        return wrap(table, await info.context.row(table, getattr(root.found, name)))

    return strawberry.field(
        resolver=resolve, graphql_type=Optional[lazy(kind)], description=description
    )


def _money(name: str, description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare an attribute of what is shown that is an amount."""

    def resolve(root: Any) -> Any:  # noqa: ANN401 - Money
        return Money(minor=getattr(root.found, name), currency=root.currency)

    return strawberry.field(resolver=resolve, graphql_type=Money, description=description)


@strawberry.type(description="Net, VAT and gross; null while a Draft's schedule does not add up.")
class CancelAmounts:
    """Amounts that belong together."""

    net: Money | None = strawberry.field(description="Before VAT.")
    vat: Money | None = strawberry.field(description="The VAT.")
    gross: Money | None = strawberry.field(description="With VAT.")


@strawberry.type(description="Something that is free again: a seat, or places of a pool.")
class CancelReleased:
    """Pieces of one line at one calendar item."""

    found: strawberry.Private[Released]
    currency: strawberry.Private[str]
    line = _one("line_id", "SaleLine", "sale_line", "Whose part it is.")
    calendar_item = _one(
        "calendar_item_id", "CalendarItem", "calendar_item", "Where; null: granted once."
    )
    product = _one("product_id", "Product", "product", "The product.")
    resource = _one("resource_id", "Resource", "resource", "The seat or parking place.")
    pool = _one("pool_id", "Pool", "pool", "The pool whose places are free again.")
    quantity: int = strawberry.field(description="How many pieces.")
    value = _money("value_minor", "What they are worth, in the Sale's price basis.")


@strawberry.type(description="An invoice before and after a cancellation.")
class CancelInvoice:
    """Amounts and status, before and after."""

    found: strawberry.Private[InvoiceChange]
    code: str = strawberry.field(description="Its code.")
    invoice = _one("invoice_id", "Invoice", "invoice", "The invoice; null: it is new.")
    before: CancelAmounts = strawberry.field(description="As it is.")
    after: CancelAmounts = strawberry.field(description="As it will be.")
    status_before: InvoiceStatus = strawberry.field(description="Its status now.")
    status_after: InvoiceStatus = strawberry.field(description="Its status afterwards.")


@strawberry.type(description="What a credit note takes from one document in one VAT class.")
class CancelCreditVat:
    """Original, class and amounts."""

    found: strawberry.Private[CreditVat]
    currency: strawberry.Private[str]
    original = _one("original_id", "Invoice", "invoice", "The invoice that it credits.")
    vat_category: VatCategory = strawberry.field(description="The category.")
    vat_rate: DecimalText = strawberry.field(description="The rate in percent, such as 21.00.")
    net = _money("net_minor", "The taxable amount, negative.")
    vat = _money("vat_minor", "The VAT, negative.")


@strawberry.type(description="A credit note that will be made.")
class CancelCreditNote:
    """Code, amounts and VAT."""

    found: strawberry.Private[NewCreditNote]
    code: str = strawberry.field(description="The code that it will have.")
    account = _one("account_id", "Account", "account", "Who gets it.")
    amounts: CancelAmounts = strawberry.field(description="Its amounts, negative.")
    is_waiting: bool = strawberry.field(
        description="Whether it waits until the document that it credits has a number."
    )
    vat_lines: list[CancelCreditVat] = strawberry.field(
        description="What it takes, by credited invoice and VAT class."
    )


@strawberry.type(description="How a credit note settles the document that it credits.")
class CancelSettlement:
    """What was open, what of it is settled, what is left as a credit."""

    found: strawberry.Private[Settlement]
    currency: strawberry.Private[str]
    credit_note_code: str = strawberry.field(description="The credit note.")
    invoice = _one("invoice_id", "Invoice", "invoice", "The document's invoice.")
    gross = _money("gross_minor", "What the credit note takes from it.")
    open_before = _money("open_before_minor", "What is still to be paid of it now.")
    settled = _money("settled_minor", "How much of that the credit note closes.")
    left = _money("left_minor", "What becomes a credit of the account.")
    open_after = _money("open_after_minor", "What is to be paid of it afterwards.")


@strawberry.type(description="Money that pays another invoice, or that one no longer needs.")
class CancelMoved:
    """An invoice and an amount."""

    found: strawberry.Private[Moved]
    currency: strawberry.Private[str]
    invoice = _one("invoice_id", "Invoice", "invoice", "The invoice.")
    amount = _money("amount_minor", "How much.")


@strawberry.type(description="A refund that will be requested.")
class CancelRefund:
    """A payment and an amount."""

    found: strawberry.Private[RefundDue]
    currency: strawberry.Private[str]
    payment = _one("payment_id", "Payment", "payment", "Through which payment.")
    amount = _money("amount_minor", "How much.")


@strawberry.type(description="Something to know beforehand.")
class CancelNotice:
    """A warning and its sentence."""

    warning: CancelWarning = strawberry.field(description="What it is about, for programs.")
    message: str = strawberry.field(description="The sentence.")


@strawberry.type(description="Everything that a cancellation will do.")
class CancellationPreview:
    """Inventory, invoices, credit notes, money, and the hash that `saleCancel` asks for."""

    found: strawberry.Private[CancelPreview]
    preview_hash: str = strawberry.field(description="Send it to `saleCancel`.")
    sale = _one("sale_id", "Sale", "sale", "The Sale as it is.")
    is_whole: bool = strawberry.field(description="Whether nothing of the Sale is left.")
    sale_before: CancelAmounts = strawberry.field(description="The Sale's totals as they are.")
    sale_after: CancelAmounts = strawberry.field(description="The Sale's totals afterwards.")
    released: list[CancelReleased] = strawberry.field(description="What is free again.")
    invoices: list[CancelInvoice] = strawberry.field(description="Invoices before and after.")
    credit_notes: list[CancelCreditNote] = strawberry.field(description="New credit notes.")
    settlements: list[CancelSettlement] = strawberry.field(
        description="What credit notes do to the documents that they credit."
    )
    offsets: list[CancelMoved] = strawberry.field(
        description="What credits pay of other documents, with OFFSET_OLDEST."
    )
    freed: list[CancelMoved] = strawberry.field(
        description="What was paid in advance and is no longer needed."
    )
    refunds: list[CancelRefund] = strawberry.field(
        description="What is to be paid back, with REFUND."
    )
    warnings: list[CancelNotice] = strawberry.field(description="What should be known.")


@strawberry.type(description="What saleCancelPreview answers.")
class SaleCancelPreviewPayload:
    """A preview, or why there is none."""

    preview: CancellationPreview | None = strawberry.field(
        description="What would happen; null when it cannot be cancelled so.", default=None
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it cannot be cancelled so; empty when it can.", default_factory=list
    )


def show(found: CancelPreview) -> CancellationPreview:
    """Show a preview."""
    currency = found.currency
    return CancellationPreview(
        found=found,
        preview_hash=found.preview_hash,
        is_whole=found.is_whole,
        sale_before=_amounts(found.sale_before, currency),
        sale_after=_amounts(found.sale_after, currency),
        released=[
            CancelReleased(found=one, currency=currency, quantity=one.quantity)
            for one in found.released
        ],
        invoices=[_invoice(one, currency) for one in found.invoices],
        credit_notes=[_credit_note(one, currency) for one in found.credit_notes],
        settlements=[
            CancelSettlement(found=one, currency=currency, credit_note_code=one.credit_note_code)
            for one in found.settlements
        ],
        offsets=[CancelMoved(found=one, currency=currency) for one in found.offsets],
        freed=[CancelMoved(found=one, currency=currency) for one in found.freed],
        refunds=[CancelRefund(found=one, currency=currency) for one in found.refunds],
        warnings=[CancelNotice(warning=one.warning, message=one.message) for one in found.warnings],
    )


def _amounts(amounts: Amounts, currency: str) -> CancelAmounts:
    """Show amounts."""
    net, vat, gross = (
        None if minor is None else Money(minor=minor, currency=currency)
        for minor in (amounts.net_minor, amounts.vat_minor, amounts.gross_minor)
    )
    return CancelAmounts(net=net, vat=vat, gross=gross)


def _invoice(one: InvoiceChange, currency: str) -> CancelInvoice:
    """Show an invoice before and after."""
    return CancelInvoice(
        found=one,
        code=one.code,
        before=_amounts(one.before, currency),
        after=_amounts(one.after, currency),
        status_before=one.status_before,
        status_after=one.status_after,
    )


def _credit_note(one: NewCreditNote, currency: str) -> CancelCreditNote:
    """Show a new credit note."""
    return CancelCreditNote(
        found=one,
        code=one.code,
        amounts=_amounts(one.amounts, currency),
        is_waiting=one.is_waiting,
        vat_lines=[
            CancelCreditVat(
                found=part,
                currency=currency,
                vat_category=VatCategory(part.vat_category),
                vat_rate=percent(part.rate_bp),
            )
            for part in one.vats
        ],
    )

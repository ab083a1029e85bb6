"""The receivables ledger in the API: entries, statements, and what is open since when."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Optional

import strawberry

from app.domain.ledger import EntryType
from app.resolvers import ledger as reads
from app.resolvers.ids import parse_id
from app.schema import payment_enums  # noqa: F401 - declares the enums with their descriptions
from app.schema.fields import (
    Info,
    Node,
    author,
    column,
    connected,
    created_column,
    lazy,
    money,
    node,
    to_one,
    wrap,
)
from app.schema.inputs import where
from app.schema.scalars import Money
from app.storage.conditions import Comparison
from app.storage.ledger import BUCKETS, Ageing, OpenInvoice

AsOf = Annotated[
    datetime | None,
    strawberry.argument(
        name="asOf", description="Only what was written until this instant; all when omitted."
    ),
]
On = Annotated[
    date | None,
    strawberry.argument(
        description="Only what is posted until this day, by which it is told what is due; "
        "otherwise all, and the day of asOf, or today."
    ),
]
AccountIds = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(name="accountIds", description="Only these accounts, at most 200."),
]
First = Annotated[int, strawberry.argument(description="How many, 1 to 1,000.")]


@node("ledger_entry", "What was booked on an account; never changed, debits positive.")
class LedgerEntry(Node):
    """A row of ledger_entry."""

    account = to_one("account_id", "account", "Account", "Whose account it is booked on.")
    type = column("type", EntryType, "What it books.")
    amount = money("amount_minor", "How much; positive raises what the account owes.")
    posted_on = column("posted_on", date, "When it is posted; never in a closed period.")
    document_on = column("document_on", date, "The date of the document or payment itself.")
    sale = to_one("sale_id", "sale", "Sale", "The Sale, if it is about one.")
    invoice = to_one("invoice_id", "invoice", "Invoice", "The invoice or credit note.")
    payment = to_one("payment_id", "payment", "Payment", "The payment.")
    refund = to_one("refund_id", "refund", "Refund", "The refund.")
    note = column("note", Optional[str], "Why it was booked, where somebody had to say so.")
    created_by = author("created_by", "Who booked it.")
    created_at = created_column()


@strawberry.type(description="An entry with what the account owed after it.")
class StatementLine:
    """An entry and a balance."""

    entry: Any = strawberry.field(graphql_type=lazy("LedgerEntry"), description="The entry.")
    balance: Money = strawberry.field(description="What the account owed after it.")


@strawberry.type(description="What was booked on an account in a period and one currency.")
class AccountStatement:
    """Balances and entries."""

    opening_balance: Money = strawberry.field(description="What the account owed before it.")
    closing_balance: Money = strawberry.field(description="What the account owed after it.")
    entry_count: int = strawberry.field(description="How many entries the period has.")
    lines: list[StatementLine] = strawberry.field(
        description="The entries in order, as many as were asked for."
    )
    has_more: bool = strawberry.field(
        description="Whether more follow; ask for what comes after the last entry."
    )


@strawberry.type(description="What was open in one currency, by how long it had been due.")
class AgeingRow:
    """Buckets, credit and what remains."""

    account: Any = strawberry.field(
        graphql_type=Optional[lazy("Account")], description="Whose; null: of all together."
    )
    currency: str = strawberry.field(description="The currency.")
    not_due: Money = strawberry.field(description="Not due yet.")
    days_1_to_30: Money = strawberry.field(description="Due for 1 to 30 days.")
    days_31_to_60: Money = strawberry.field(description="Due for 31 to 60 days.")
    days_61_to_90: Money = strawberry.field(description="Due for 61 to 90 days.")
    over_90_days: Money = strawberry.field(description="Due for more than 90 days.")
    open: Money = strawberry.field(description="All of these together.")
    credit: Money = strawberry.field(
        description="Credit beside it: payments, advances and credit notes not used up."
    )
    balance: Money = strawberry.field(description="What is open less the credit.")


@strawberry.type(description="What was open, by how long it had been due.")
class ReceivablesAgeing:
    """Rows and totals."""

    on: date = strawberry.field(description="The day by which it is told what was due.")
    rows: list[AgeingRow] = strawberry.field(description="By account and currency.")
    totals: list[AgeingRow] = strawberry.field(
        description="All accounts that were asked for together, by currency."
    )
    has_more: bool = strawberry.field(
        description="Whether more accounts follow; ask for what comes after the last one."
    )


@strawberry.type(description="An invoice of which something was open.")
class OpenReceivable:
    """An invoice and an amount."""

    invoice: Any = strawberry.field(
        graphql_type=Optional[lazy("Invoice")], description="The invoice."
    )
    account: Any = strawberry.field(
        graphql_type=Optional[lazy("Account")], description="Who owes it."
    )
    open: Money = strawberry.field(description="What was still to be paid.")
    due_on: date | None = strawberry.field(description="When it is to be paid.")
    days_overdue: int = strawberry.field(description="Days since it was due; 0: not due yet.")


@strawberry.type(description="What was open, invoice by invoice.")
class OpenReceivables:
    """Invoices."""

    on: date = strawberry.field(description="The day by which it is told what was due.")
    rows: list[OpenReceivable] = strawberry.field(description="The oldest due first.")
    has_more: bool = strawberry.field(
        description="Whether more follow; ask for what comes after the last invoice."
    )


@strawberry.type(description="What an account owes in one currency.")
class AccountBalance:
    """Balance, open amount and credit."""

    currency: str = strawberry.field(description="The currency.")
    balance: Money = strawberry.field(description="The sum of all entries: open less credit.")
    open: Money = strawberry.field(description="What is open of documents.")
    credit: Money = strawberry.field(
        description="Payments, advances and credit notes that are not used up."
    )


@strawberry.input(description="Which entries of the ledger.")
class LedgerEntryFilter:
    """Conditions on ledger entries."""

    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    type: list[EntryType] | None = where("Of any of these types.", "type")
    currency: list[str] | None = where("In any of these currencies.", "currency")
    posted_from: date | None = where("Posted on or after.", "posted_on", how=Comparison.AT_LEAST)
    posted_to: date | None = where("Posted on or before.", "posted_on", how=Comparison.AT_MOST)
    created_from: datetime | None = where(
        "Written at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Written before this instant.", "created_at", how=Comparison.BELOW
    )
    sale_id: list[strawberry.ID] | None = where(
        "About any of these Sales.", "sale_id", refers="sale"
    )
    invoice_id: list[strawberry.ID] | None = where(
        "About any of these invoices.", "invoice_id", refers="invoice"
    )
    payment_id: list[strawberry.ID] | None = where(
        "About any of these payments.", "payment_id", refers="payment"
    )
    refund_id: list[strawberry.ID] | None = where(
        "About any of these refunds.", "refund_id", refers="refund"
    )


@strawberry.enum(description="Orders of ledger entries.")
class LedgerEntrySort(Enum):
    """Column and direction."""

    POSTED_ON_DESC = strawberry.enum_value("posted_on desc", description="Posted last first.")
    POSTED_ON_ASC = strawberry.enum_value("posted_on asc", description="Posted first first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.type
class LedgerQuery:
    """Reads of the ledger."""

    ledger_entries = connected(
        "ledger_entry",
        "LedgerEntry",
        "What was booked.",
        filters=LedgerEntryFilter,
        sorts=LedgerEntrySort,
    )

    @strawberry.field(
        description="What was booked on an account from a day to a day, with the balance after "
        "each entry."
    )
    async def account_statement(
        self,
        info: Info,
        account_id: Annotated[strawberry.ID, strawberry.argument(description="The account.")],
        currency: Annotated[str, strawberry.argument(description="The currency.")],
        from_: Annotated[
            date, strawberry.argument(name="from", description="The first posting date.")
        ],
        to: Annotated[date, strawberry.argument(description="The last posting date.")],
        as_of: AsOf = None,
        first: First = 500,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only entries after this one.")
        ] = None,
    ) -> AccountStatement | None:
        """Read it."""
        account = parse_id("account", account_id, "accountId")
        found, has_more = await reads.read_statement(
            info.context, account, currency, (from_, to), as_of, (first, after)
        )
        return AccountStatement(
            opening_balance=Money(minor=found.opening_minor, currency=currency),
            closing_balance=Money(minor=found.closing_minor, currency=currency),
            entry_count=found.count,
            lines=[
                StatementLine(
                    entry=wrap("ledger_entry", row), balance=Money(minor=after_, currency=currency)
                )
                for row, after_ in found.lines[:first]
            ],
            has_more=has_more,
        )

    @strawberry.field(
        description="What is open, or was at any instant, by account and how long it had been due."
    )
    async def receivables_ageing(
        self,
        info: Info,
        as_of: AsOf = None,
        on: On = None,
        account_ids: AccountIds = None,
        first: First = 100,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only accounts after this one.")
        ] = None,
    ) -> ReceivablesAgeing | None:
        """Sum it up."""
        wanted = await reads.asked(info.context, as_of, on, account_ids)
        rows, has_more = await reads.read_ageing(info.context, wanted, first, after)
        totals = await reads.read_totals(info.context, wanted)
        return ReceivablesAgeing(
            on=wanted.moment.today,
            rows=[await _aged(info, one) for one in rows],
            totals=[await _aged(info, one) for one in totals],
            has_more=has_more,
        )

    @strawberry.field(description="The invoices of which something is open, or was at any instant.")
    async def open_invoices(
        self,
        info: Info,
        as_of: AsOf = None,
        on: On = None,
        account_ids: AccountIds = None,
        overdue: Annotated[  # noqa: FBT002 - an argument of the API, given by name
            bool, strawberry.argument(description="Only those that were due.")
        ] = False,
        first: First = 100,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only invoices after this one.")
        ] = None,
    ) -> OpenReceivables | None:
        """List them."""
        wanted = await reads.asked(info.context, as_of, on, account_ids)
        rows, has_more = await reads.read_open(info.context, wanted, first, after, overdue=overdue)
        today = wanted.moment.today
        return OpenReceivables(
            on=today,
            rows=[await _open(info, one, today) for one in rows],
            has_more=has_more,
        )


async def _aged(info: Info, one: Ageing) -> AgeingRow:
    """Show what was open of an account, or of all."""
    amounts = {name: Money(minor=one.buckets[name], currency=one.currency) for name in BUCKETS}
    whole = sum(one.buckets.values())
    return AgeingRow(
        account=wrap("account", await info.context.row("account", one.account_id)),
        currency=one.currency,
        open=Money(minor=whole, currency=one.currency),
        credit=Money(minor=one.credit_minor, currency=one.currency),
        balance=Money(minor=whole - one.credit_minor, currency=one.currency),
        **amounts,
    )


async def _open(info: Info, one: OpenInvoice, today: date) -> OpenReceivable:
    """Show what was open of an invoice."""
    late = (today - one.due_on).days if one.due_on is not None else 0
    return OpenReceivable(
        invoice=wrap("invoice", await info.context.row("invoice", one.invoice_id)),
        account=wrap("account", await info.context.row("account", one.account_id)),
        open=Money(minor=one.open_minor, currency=one.currency),
        due_on=one.due_on,
        days_overdue=max(0, late),
    )

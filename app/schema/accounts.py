"""Accounts, their contacts and their ticket holders in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Optional

import strawberry

from app.commands.accounts import ACCOUNT, CONTACT, TICKET_HOLDER
from app.domain.accounts import AccountKind
from app.resolvers.ledger import read_balances
from app.schema.fields import (
    Info,
    Node,
    column,
    connected,
    lazy,
    money,
    node,
    to_many,
    to_one,
    wrap,
)
from app.schema.inputs import described, expected_version, given, key, maybe, where
from app.schema.ledger import AccountBalance
from app.schema.payloads import create_mutation, update_mutation
from app.schema.sales import SaleFilter, SaleSort
from app.schema.scalars import Money, MoneyInput
from app.storage.conditions import Comparison

described(
    AccountKind,
    "What kind of customer an account is; VAT treats them differently.",
    {"BUSINESS": "A company or another legal entity.", "PERSON": "A private person."},
)

_VERSION = "Rises with every change; send it as `expectedVersion`."


@strawberry.input(description="Which ticket holders.")
class TicketHolderFilter:
    """Conditions on ticket holders."""

    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    search: str | None = where(
        "A part of the first name, last name or e-mail address.",
        "first_name",
        "last_name",
        "email",
        how=Comparison.CONTAINS,
    )


@strawberry.enum(description="Orders of ticket holders.")
class TicketHolderSort(Enum):
    """Column and direction."""

    LAST_NAME_ASC = strawberry.enum_value("last_name_key asc", description="By last name.")
    LAST_NAME_DESC = strawberry.enum_value("last_name_key desc", description="Backwards.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which contacts.")
class ContactFilter:
    """Conditions on contacts."""

    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    search: str | None = where(
        "A part of the first name, last name or e-mail address.",
        "first_name",
        "last_name",
        "email",
        how=Comparison.CONTAINS,
    )
    is_default: bool | None = where(
        "Default contacts only, or the others only.", "is_default", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of contacts.")
class ContactSort(Enum):
    """Column and direction."""

    LAST_NAME_ASC = strawberry.enum_value("last_name_key asc", description="By last name.")
    LAST_NAME_DESC = strawberry.enum_value("last_name_key desc", description="Backwards.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which accounts.")
class AccountFilter:
    """Conditions on accounts."""

    code: list[str] | None = where("Any of these codes.", "code")
    external_code: list[str] | None = where(
        "Any of these codes of the invoicing system.", "external_code"
    )
    search: str | None = where(
        "A part of the code, name, VAT id or city.",
        "code",
        "name",
        "vat_id",
        "city",
        how=Comparison.CONTAINS,
    )
    kind: list[AccountKind] | None = where("Any of these kinds.", "kind")
    country: list[str] | None = where("In any of these countries.", "country")
    segment: list[str] | None = where("In any of these segments.", "segment")
    rep_code: list[str] | None = where("Looked after by any of these sales reps.", "rep_code")
    is_active: bool | None = where(
        "Active accounts only, or the others only.", "is_active", how=Comparison.EQUAL
    )
    created_from: datetime | None = where(
        "Created at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Created before this instant.", "created_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of accounts.")
class AccountSort(Enum):
    """Column and direction."""

    NAME_ASC = strawberry.enum_value("name_key asc", description="By name.")
    NAME_DESC = strawberry.enum_value("name_key desc", description="By name, Z first.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CODE_DESC = strawberry.enum_value("code desc", description="By code, highest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@node("account", "A customer of the club: a company or a person.")
class Account(Node):
    """A row of account."""

    code = column("code", str, "The code, unique in the organisation.")
    external_code = column(
        "external_code",
        Optional[str],
        "What the invoicing system calls it: its debtor number.",
    )
    name = column("name", str, "The name under which it is invoiced.")
    kind = column("kind", AccountKind, "Whether it is a business or a person.")
    segment = column("segment", Optional[str], "The club's own classification.")
    rep_code = column("rep_code", Optional[str], "The sales rep who looks after it.")
    language = column("language", Optional[str], "The language of its documents, ISO 639-1.")
    vat_id = column("vat_id", Optional[str], "The VAT id in its compact form.")
    street = column("street", Optional[str], "Street and number.")
    postal_code = column("postal_code", Optional[str], "The postal code.")
    city = column("city", Optional[str], "The city.")
    country = column("country", Optional[str], "The country, ISO 3166-1 alpha-2.")
    email = column("email", Optional[str], "The general e-mail address.")
    phone = column("phone", Optional[str], "The general telephone number.")
    payment_term_days = column("payment_term_days", int, "Days from an invoice to its due date.")
    price_list = to_one("price_list_id", "price_list", "PriceList", "The price list it buys from.")
    credit_limit = money(
        "credit_limit_minor", "What it may owe; null: without limit.", optional=True
    )
    currency = column("currency", str, "The currency it is kept in; it does not change.")
    is_active = column("is_active", bool, "Whether it can be sold to.")
    version = column("version", int, _VERSION)
    created_at = column("created_at", datetime, "When it was created.")
    contacts = to_many(
        "contact", "account_id", "Contact", "The people who speak for it.", order=("created_at",)
    )
    ticket_holders = connected(
        "ticket_holder",
        "TicketHolder",
        "The people whose names stand on its tickets.",
        filters=TicketHolderFilter,
        sorts=TicketHolderSort,
        via="account_id",
    )
    sales = connected(
        "sale",
        "Sale",
        "What it bought, is about to buy, or was offered.",
        filters=SaleFilter,
        sorts=SaleSort,
        via="account_id",
    )

    @strawberry.field(description="What it owes by currency; empty while nothing was booked.")
    async def balances(self, info: Info) -> list[AccountBalance]:
        """Sum up its entries."""
        return [
            AccountBalance(
                currency=one.currency,
                balance=Money(minor=one.balance_minor, currency=one.currency),
                open=Money(minor=one.open_minor, currency=one.currency),
                credit=Money(minor=one.credit_minor, currency=one.currency),
            )
            for one in await read_balances(info.context, self.row["id"])
        ]

    @strawberry.field(
        graphql_type=Optional[lazy("Contact")],
        description="The contact that is written to; null while it has no contact.",
        metadata={"related": "account.default_contact"},
    )
    async def default_contact(self, info: Info) -> Any:  # noqa: ANN401 - a Contact or None
        """Pick it from the contacts, which are few and mostly read as well."""
        rows = await info.context.children("contact", "account_id", self.row["id"], ("created_at",))
        return wrap("contact", next((row for row in rows if row["is_default"]), None))


@node("contact", "A person who speaks for an account.")
class Contact(Node):
    """A row of contact."""

    account = to_one("account_id", "account", "Account", "The account.")
    first_name = column("first_name", str, "The first name.")
    last_name = column("last_name", str, "The last name.")
    position = column("position", Optional[str], "What the person does there.")
    language = column("language", Optional[str], "The person's language, ISO 639-1.")
    email = column("email", Optional[str], "The e-mail address.")
    phone = column("phone", Optional[str], "The telephone number.")
    is_default = column("is_default", bool, "Whether it is the account's one default contact.")
    version = column("version", int, _VERSION)
    created_at = column("created_at", datetime, "When it was created.")


@node("ticket_holder", "A person whose name stands on a ticket.")
class TicketHolder(Node):
    """A row of ticket_holder."""

    account = to_one("account_id", "account", "Account", "The account the tickets belong to.")
    first_name = column("first_name", str, "The first name.")
    last_name = column("last_name", str, "The last name.")
    email = column("email", Optional[str], "The e-mail address.")
    phone = column("phone", Optional[str], "The telephone number.")
    version = column("version", int, _VERSION)
    created_at = column("created_at", datetime, "When it was created.")


@strawberry.input(description="A new account.")
class AccountCreateInput:
    """Fields of a new account."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name under which it is invoiced.")
    kind: AccountKind | None = maybe("Business when omitted.")
    segment: str | None = maybe("The club's own classification.")
    rep_code: str | None = maybe("The sales rep who looks after it.")
    language: str | None = maybe("The language of its documents, ISO 639-1.")
    vat_id: str | None = maybe("The VAT id; the country's prefix may be left out.")
    street: str | None = maybe("Street and number.")
    postal_code: str | None = maybe("The postal code.")
    city: str | None = maybe("The city.")
    country: str | None = maybe("The country, ISO 3166-1 alpha-2.")
    email: str | None = maybe("The general e-mail address.")
    phone: str | None = maybe("The general telephone number.")
    payment_term_days: int | None = maybe("Days to pay, 0 to 365; 30 when omitted.")
    price_list_id: strawberry.ID | None = maybe("The price list it buys from.", refers="price_list")
    currency: str | None = maybe(
        "The currency it is kept in; that of the credit limit when omitted, or the organisation's."
    )
    credit_limit: MoneyInput | None = maybe(
        "What it may owe; without limit when omitted.", to="credit_limit_minor", is_money=True
    )
    is_active: bool | None = maybe("Active when omitted.")
    external_code: str | None = maybe("What the invoicing system calls it: its debtor number.")


@strawberry.input(description="Changes of an account; omitted fields stay as they are.")
class AccountUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The account.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name under which it is invoiced.")
    kind: AccountKind | None = maybe("Business or person.")
    segment: str | None = maybe("The club's own classification.")
    rep_code: str | None = maybe("The sales rep who looks after it.")
    language: str | None = maybe("The language of its documents, ISO 639-1.")
    vat_id: str | None = maybe("The VAT id; the country's prefix may be left out.")
    street: str | None = maybe("Street and number.")
    postal_code: str | None = maybe("The postal code.")
    city: str | None = maybe("The city.")
    country: str | None = maybe("The country, ISO 3166-1 alpha-2.")
    email: str | None = maybe("The general e-mail address.")
    phone: str | None = maybe("The general telephone number.")
    payment_term_days: int | None = maybe("Days to pay, 0 to 365.")
    price_list_id: strawberry.ID | None = maybe("The price list it buys from.", refers="price_list")
    credit_limit: MoneyInput | None = maybe(
        "What it may owe, in its own currency; null: without limit.",
        to="credit_limit_minor",
        is_money=True,
    )
    is_active: bool | None = maybe("False deactivates it: nothing can be sold to it any more.")
    external_code: str | None = maybe("What the invoicing system calls it; null: not known there.")


@strawberry.input(description="A new contact.")
class ContactCreateInput:
    """Fields of a new contact."""

    idempotency_key: str = key()
    account_id: strawberry.ID = given("The account.", refers="account")
    first_name: str = given("The first name.")
    last_name: str = given("The last name.")
    position: str | None = maybe("What the person does there.")
    language: str | None = maybe("The person's language, ISO 639-1.")
    email: str | None = maybe("The e-mail address.")
    phone: str | None = maybe("The telephone number.")
    is_default: bool | None = maybe(
        "True makes it the default contact in place of the present one; the first contact of an "
        "account is its default in any case."
    )


@strawberry.input(description="Changes of a contact; omitted fields stay as they are.")
class ContactUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The contact.")
    expected_version: int = expected_version()
    first_name: str | None = maybe("The first name.")
    last_name: str | None = maybe("The last name.")
    position: str | None = maybe("What the person does there.")
    language: str | None = maybe("The person's language, ISO 639-1.")
    email: str | None = maybe("The e-mail address.")
    phone: str | None = maybe("The telephone number.")
    is_default: bool | None = maybe(
        "True makes it the default contact in place of the present one, whose version rises too."
    )


@strawberry.input(description="A new ticket holder.")
class TicketHolderCreateInput:
    """Fields of a new ticket holder."""

    idempotency_key: str = key()
    account_id: strawberry.ID = given("The account the tickets belong to.", refers="account")
    first_name: str = given("The first name.")
    last_name: str = given("The last name.")
    email: str | None = maybe("The e-mail address.")
    phone: str | None = maybe("The telephone number.")


@strawberry.input(description="Changes of a ticket holder; omitted fields stay as they are.")
class TicketHolderUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The ticket holder.")
    expected_version: int = expected_version()
    first_name: str | None = maybe("The first name.")
    last_name: str | None = maybe("The last name.")
    email: str | None = maybe("The e-mail address.")
    phone: str | None = maybe("The telephone number.")


@strawberry.type
class AccountsQuery:
    """Reads of accounts."""

    accounts = connected(
        "account", "Account", "The accounts.", filters=AccountFilter, sorts=AccountSort
    )
    contacts = connected(
        "contact", "Contact", "The contacts.", filters=ContactFilter, sorts=ContactSort
    )
    ticket_holders = connected(
        "ticket_holder",
        "TicketHolder",
        "The ticket holders.",
        filters=TicketHolderFilter,
        sorts=TicketHolderSort,
    )


@strawberry.type
class AccountsMutation:
    """Changes of accounts."""

    account_create = create_mutation(ACCOUNT, "Account", AccountCreateInput, "Create an account.")
    account_update = update_mutation(ACCOUNT, "Account", AccountUpdateInput, "Change an account.")
    contact_create = create_mutation(CONTACT, "Contact", ContactCreateInput, "Create a contact.")
    contact_update = update_mutation(CONTACT, "Contact", ContactUpdateInput, "Change a contact.")
    ticket_holder_create = create_mutation(
        TICKET_HOLDER, "TicketHolder", TicketHolderCreateInput, "Create a ticket holder."
    )
    ticket_holder_update = update_mutation(
        TICKET_HOLDER, "TicketHolder", TicketHolderUpdateInput, "Change a ticket holder."
    )

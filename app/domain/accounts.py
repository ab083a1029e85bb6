"""Accounts: who buys, with contacts and ticket holders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode
from app.domain.names import camel

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.validation import Check

PAYMENT_TERM_LIMIT_DAYS = 365
"""The longest payment term."""


class AccountKind(StrEnum):
    """A business or a private person; VAT treats them differently."""

    BUSINESS = "BUSINESS"
    PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class Account:
    """A buyer. What only a Final Sale needs (address, language …) may still be missing.

    `external_code` is what the club's invoicing system calls it: its debtor number.
    """

    id: UUID
    code: str
    name: str
    kind: AccountKind
    segment: str | None
    rep_code: str | None
    language: str | None
    vat_id: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str | None
    email: str | None
    phone: str | None
    payment_term_days: int
    price_list_id: UUID | None
    credit_limit_minor: int | None
    currency: str
    is_active: bool
    version: int
    created_at: datetime
    external_code: str | None = None

    def missing_for_final(self, *, has_default_contact: bool) -> tuple[str, ...]:
        """Name what a Final Sale needs and this account lacks."""
        wanted = {
            "name": self.name,
            "street": self.street,
            "postalCode": self.postal_code,
            "city": self.city,
            "country": self.country,
            "language": self.language,
            "a default contact": has_default_contact,
        }
        return tuple(name for name, value in wanted.items() if not value)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person who speaks for an account; one of them is the default."""

    id: UUID
    account_id: UUID
    first_name: str
    last_name: str
    position: str | None
    language: str | None
    email: str | None
    phone: str | None
    is_default: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TicketHolder:
    """A person whose name stands on a ticket of an account."""

    id: UUID
    account_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    version: int
    created_at: datetime


def check_account(account: Account, check: Check) -> None:
    """Collect what is wrong with an account."""
    check.code("code", account.code)
    check.text("name", account.name)
    texts = ("segment", "street", "postal_code", "city", "phone", "rep_code", "external_code")
    for field in texts:
        check.optional_text(camel(field), getattr(account, field))
    if account.language is not None:
        check.language("language", account.language)
    if account.country is not None:
        check.country("country", account.country)
    check.vat_id("vatId", account.vat_id, account.country)
    check.email("email", account.email)
    check.whole("paymentTermDays", account.payment_term_days, 0, PAYMENT_TERM_LIMIT_DAYS)
    check.amount("creditLimit", account.credit_limit_minor)
    check.currency("currency", account.currency)


def check_account_change(before: Account, after: Account, check: Check) -> None:
    """Collect changes that an account does not allow: its currency stays what it was."""
    if after.currency != before.currency:
        message = f"the account is kept in {before.currency}, not in {after.currency}"
        check.add(ErrorCode.CURRENCY_MIXED, message, "creditLimit", "currency")


def check_contact(contact: Contact, check: Check) -> None:
    """Collect what is wrong with a contact."""
    check.text("firstName", contact.first_name)
    check.text("lastName", contact.last_name)
    check.optional_text("position", contact.position)
    check.optional_text("phone", contact.phone)
    check.email("email", contact.email)
    if contact.language is not None:
        check.language("language", contact.language)


def check_default_contact(before: Contact | None, after: Contact, check: Check) -> None:
    """Collect the attempt to leave an account without a default contact."""
    if before is not None and before.is_default and not after.is_default:
        message = "an account has one default contact; make another contact the default instead"
        check.add(ErrorCode.INPUT_INVALID, message, "isDefault")


def check_ticket_holder(holder: TicketHolder, check: Check) -> None:
    """Collect what is wrong with a ticket holder."""
    check.text("firstName", holder.first_name)
    check.text("lastName", holder.last_name)
    check.optional_text("phone", holder.phone)
    check.email("email", holder.email)

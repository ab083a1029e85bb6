"""Accounts with their contact persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.accounts import ACCOUNT, CONTACT
from app.domain.accounts import Account, AccountKind, Contact
from app.domain.products import PriceList
from app.transfers.imports.records import Columns, Field, Record, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.transfers.imports.intake import Intake

_ACCOUNT = {
    "code": Field("code"),
    "name": Field("name"),
    "kind": Field("kind", lambda r, c: r.member(c, AccountKind), kept=True),
    "segment": Field("segment"),
    "repCode": Field("rep_code"),
    "externalCode": Field("external_code"),
    "language": Field("language", lambda r, c: _lower(r.text(c))),
    "vatId": Field("vat_id"),
    "street": Field("street"),
    "postalCode": Field("postal_code"),
    "city": Field("city"),
    "country": Field("country", lambda r, c: _upper(r.text(c))),
    "email": Field("email"),
    "phone": Field("phone"),
    "paymentTermDays": Field("payment_term_days", Record.whole, kept=True),
    "currency": Field("currency", lambda r, c: _upper(r.text(c)), kept=True),
    "isActive": Field("is_active", Record.boolean, kept=True),
}
_CONTACT = {
    "contactFirstName": Field("first_name"),
    "contactLastName": Field("last_name"),
    "contactPosition": Field("position"),
    "contactLanguage": Field("language", lambda r, c: _lower(r.text(c))),
    "contactEmail": Field("email"),
    "contactPhone": Field("phone"),
}
COLUMNS = Columns(
    (*_ACCOUNT, "creditLimit", "priceList", *_CONTACT),
    ("code", "name"),
    {
        "priceListId": "priceList",
        "contact.firstName": "contactFirstName",
        "contact.lastName": "contactLastName",
        "contact.position": "contactPosition",
        "contact.language": "contactLanguage",
        "contact.email": "contactEmail",
        "contact.phone": "contactPhone",
    },
)


def import_accounts(intake: Intake, records: Sequence[Record]) -> None:
    """Create or change accounts by code, and the contact that a row names.

    The contact is the account's one with the same e-mail address, else with the same name; if
    there is none it is new.
    """
    lists = intake.by_code(PriceList, (r.text("priceList") for r in records))
    known = intake.by_code(Account, (r.text("code") for r in records))
    rows = []
    for record in records:
        values = values_of(record, _ACCOUNT)
        if record.has("creditLimit"):
            stored = known.get(record.text("code") or "")
            currency = values.get("currency") or (stored and stored.currency)
            limit = record.minor("creditLimit", currency or intake.organisation.currency)
            values["credit_limit_minor"] = limit
        if record.has("priceList"):
            price_list = intake.refer(record, "priceList", PriceList, lists)
            values["price_list_id"] = price_list.id if price_list else None
        rows.append((record.check, values))
    accounts = intake.store(ACCOUNT, rows)
    pairs = zip(records, accounts, strict=True)
    _import_contacts(intake, [(r, a) for r, a in pairs if a is not None and _names_contact(r)])


def _names_contact(record: Record) -> bool:
    """Tell whether a row has anything about a contact."""
    return any(record.text(column) is not None for column in _CONTACT)


def _import_contacts(intake: Intake, pairs: Sequence[tuple[Record, Account]]) -> None:
    """Create or change the contacts of accounts."""
    if not pairs:
        return
    known: dict[UUID, list[Contact]] = {}
    for contact in intake.work.find(Contact, account_id={account.id for _, account in pairs}):
        known.setdefault(contact.account_id, []).append(contact)
    rows = []
    for record, account in pairs:
        values: dict[str, Any] = values_of(record, _CONTACT)
        match = _matching(values, known.get(account.id, ()))
        values |= {"account_id": account.id, "id": match.id if match else None}
        if match is not None and _folded(values.get("email")) == _folded(match.email):
            # The same address in other capitals is no change.
            values["email"] = match.email
        rows.append((record.check.below("contact"), values))
    intake.store(CONTACT, rows, key=("id",))


def _matching(values: dict[str, Any], contacts: Sequence[Contact]) -> Contact | None:
    """Find the contact that a row means."""
    email = _folded(values.get("email"))
    for contact in contacts:
        if email and email == _folded(contact.email):
            return contact
    name = (values.get("first_name"), values.get("last_name"))
    return next((c for c in contacts if (c.first_name, c.last_name) == name), None)


def _folded(text: str | None) -> str:
    """Return a text for comparing without regard to capitals."""
    return (text or "").casefold()


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()

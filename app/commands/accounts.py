"""Accounts, their contacts and their ticket holders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.register import Change, Edit, Noun, edit
from app.domain.accounts import (
    Account,
    AccountKind,
    Contact,
    TicketHolder,
    check_account,
    check_account_change,
    check_contact,
    check_default_contact,
    check_ticket_holder,
)
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, require
from app.domain.products import PriceList
from app.domain.validation import compact_vat_id
from app.storage.organisations import read_organisation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.commands.execution import Outcome
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetExternalCode:
    """What an invoicing system calls an account; without a version at whichever it is."""

    account_id: UUID
    external_code: str | None
    expected_version: int | None = None


def _complete_accounts(work: UnitOfWork, changes: Sequence[Change]) -> Sequence[Change]:
    """Give accounts the organisation's currency by default, and VAT ids their compact form."""
    currency = read_organisation(work).currency
    return [
        replace(
            change,
            after=replace(
                change.after,
                currency=change.after.currency or currency,
                vat_id=compact_vat_id(change.after.vat_id, change.after.country),
            ),
        )
        for change in changes
    ]


def _check_accounts(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_account(change.after, change.check)
        if change.before is not None:
            check_account_change(change.before, change.after, change.check)


def _complete_contacts(work: UnitOfWork, changes: Sequence[Change]) -> Sequence[Change]:
    """Make the first contact of an account its default one.

    The accounts stay locked until the end, so that two first contacts do not both become default.
    """
    account_ids = {c.after.account_id for c in changes if c.before is None} - {None}
    if not account_ids:
        return changes
    work.find(Account, id=account_ids, lock=True)
    served = {one.account_id for one in work.find(Contact, account_id=account_ids)}
    served |= {c.after.account_id for c in changes if c.after.is_default}
    completed = []
    for change in changes:
        is_first = change.before is None and change.after.account_id not in served
        served.add(change.after.account_id)
        after = replace(change.after, is_default=True) if is_first else change.after
        completed.append(replace(change, after=after))
    return completed


def _check_contacts(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    chosen: set[UUID] = set()
    for change in changes:
        contact: Contact = change.after
        check_contact(contact, change.check)
        check_default_contact(change.before, contact, change.check)
        if contact.is_default and contact.account_id in chosen:
            message = "another contact of this account is made the default at the same time"
            change.check.add(ErrorCode.INPUT_INVALID, message, "isDefault")
        chosen |= {contact.account_id} if contact.is_default else set()


def _move_default(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Take the mark from the contact that was the default, because another one gets it."""
    chosen = {c.after.account_id: c.after.id for c in changes if c.after.is_default}
    if not chosen:
        return
    current = work.find(Contact, account_id=set(chosen), is_default=True, lock=True)
    before = [one for one in current if one.id != chosen[one.account_id]]
    after = [replace(one, is_default=False, version=one.version + 1) for one in before]
    work.update(after)
    for old, new in zip(before, after, strict=True):
        work.record("contact", old.id, "contact.changed", old, new)


def _check_ticket_holders(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_ticket_holder(change.after, change.check)


ACCOUNT = Noun(
    "account",
    Account,
    Permission.ACCOUNT_CHANGE,
    defaults={"kind": AccountKind.BUSINESS, "payment_term_days": 30, "is_active": True},
    references={"price_list_id": PriceList},
    complete=_complete_accounts,
    check=_check_accounts,
)
CONTACT = Noun(
    "contact",
    Contact,
    Permission.ACCOUNT_CHANGE,
    defaults={"is_default": False},
    references={"account_id": Account},
    complete=_complete_contacts,
    check=_check_contacts,
    saving=_move_default,
)
TICKET_HOLDER = Noun(
    "ticket_holder",
    TicketHolder,
    Permission.TICKET_HOLDER_CHANGE,
    references={"account_id": Account},
    check=_check_ticket_holders,
)


def set_external_code(work: UnitOfWork, actor: Actor, request: SetExternalCode) -> Outcome:
    """Note what the invoicing system calls an account; the same code again changes nothing.

    Raises:
        DomainError: NOT_FOUND, VERSION_STALE.
    """
    require(actor, Permission.ACCOUNT_CHANGE)
    account = work.get(Account, request.account_id, "id", lock=True)
    version = request.expected_version or account.version
    change = Edit(account.id, version, {"external_code": request.external_code})
    return edit(ACCOUNT)(work, actor, change)

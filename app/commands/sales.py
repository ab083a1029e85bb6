"""Sales: creating, editing the header, and removing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.commands.drafts import finish_draft, open_sale
from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.commands.sale_terms import NewSale, basis_of, currency_of, price_list_of
from app.domain.accounts import Account, Contact
from app.domain.calendar import Season
from app.domain.errors import ErrorCode, refuse
from app.domain.event_cancelling import EventCancellationSale
from app.domain.events import Topic
from app.domain.lifecycle import NEEDS, status_after
from app.domain.names import camel
from app.domain.permissions import Permission, Role, require
from app.domain.sales import (
    EntitlementStatus,
    Sale,
    SaleAction,
    SaleChannel,
    SaleState,
    SaleStatus,
    SaleTombstone,
)
from app.domain.validation import LONG_TEXT_LIMIT, Check, reason_of
from app.storage.inventory import delete_entitlements, end_entitlements
from app.storage.organisations import next_sale_no, read_organisation
from app.storage.sales import erase_sale, insert_sale, save_sale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.organisations import Organisation
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

CHANNELS = {Role.PORTAL: SaleChannel.PORTAL, Role.PARTNER: SaleChannel.PARTNER}
"""The channel of a Sale by the role that makes it; all others are the back office."""
ANNOTATIONS = frozenset({"contact_id", "name_on_tickets", "comments", "reference", "rep_code"})
"""Header fields that stay editable in every status."""
INTERNAL = frozenset({"discount_minor", "rep_code", "is_barter", "comments"})
"""Header fields that are the club's own business: only who may set prices changes them."""


@dataclass(frozen=True, slots=True)
class EditSale:
    """Header fields to change, by name."""

    sale_id: UUID
    expected_version: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EndSale:
    """A Sale to remove, and why."""

    sale_id: UUID
    expected_version: int
    reason: str


def create_sale(work: UnitOfWork, actor: Actor, request: NewSale) -> Outcome:
    """Begin a Draft without lines.

    Raises:
        DomainError: NOT_FOUND for anything it refers to, ACCOUNT_INACTIVE, CURRENCY_MIXED,
            PARENT_INVALID, PERMISSION_DENIED, and what is wrong with texts.
    """
    require(actor, Permission.SALE_CREATE)
    if request.parent_sale_id is not None:
        require(actor, NEEDS[SaleAction.ADD_SUB_SALE])
    sale = begin_sale(work, actor, request)
    insert_sale(work, SaleState(sale))
    work.emit(Topic.SALE_CREATED, "sale", sale.id, code=sale.code, type=sale.type)
    return Outcome({"sale": sale.id})


def begin_sale(work: UnitOfWork, actor: Actor, request: NewSale) -> Sale:
    """Build the header of a new Draft from a request, or refuse everything wrong with it."""
    organisation = read_organisation(work)
    parent = _parent_of(work, actor, request)
    check = Check()
    account = _account_of(work, actor, request, parent, check)
    if account is None:
        check.refuse_if_any()
        raise AssertionError
    _check_header(work, actor, request, account, check)
    price_list = price_list_of(work, organisation, request, account, parent, check)
    currency = currency_of(organisation, request, price_list, parent, check)
    basis = basis_of(organisation, request, price_list, parent, check)
    check.refuse_if_any()
    channel = request.channel or CHANNELS.get(actor.role, SaleChannel.BACK_OFFICE)
    number = next_sale_no(work)
    today = today_of(work, organisation)
    return Sale(
        id=work.new_id(),
        code=f"S-{today.year}-{number:06d}",
        type=request.type,
        status=SaleStatus.DRAFT,
        channel=channel,
        account_id=account.id,
        contact_id=request.contact_id or _default_contact(work, account),
        season_id=request.season_id or (parent.season_id if parent else None),
        price_list_id=price_list.id if price_list else None,
        parent_sale_id=parent.id if parent else None,
        renewed_from_sale_id=None,
        template_id=None,
        rep_code=request.rep_code or account.rep_code,
        currency=currency,
        price_basis=basis,
        vat_rounding=parent.vat_rounding if parent else organisation.vat_rounding,
        language=request.language or account.language or organisation.language,
        is_barter=request.is_barter,
        name_on_tickets=request.name_on_tickets,
        reference=request.reference,
        comments=request.comments,
        discount_minor=0,
        net_minor=0,
        vat_minor=0,
        gross_minor=0,
        hold_action=organisation.hold_action,
        hold_expires_at=hold_end(organisation, channel, work.now),
        hold_reminded_at=None,
        cancel_reason=None,
        version=1,
        created_by=work.actor_name,
        created_at=work.now,
        updated_at=work.now,
        finalised_at=None,
        cancelled_at=None,
        expired_at=None,
    )


def hold_end(organisation: Organisation, channel: SaleChannel, now: datetime) -> datetime | None:
    """Return when the hold of a new Draft ends by the club's policy; None holds without end."""
    if channel is SaleChannel.PORTAL:
        return now + timedelta(minutes=organisation.basket_hold_minutes)
    if organisation.draft_hold_days is None:
        return None
    return now + timedelta(days=organisation.draft_hold_days)


def edit_sale(work: UnitOfWork, actor: Actor, request: EditSale) -> Outcome:
    """Change header fields: notes and contacts always, everything else while it is a Draft."""
    notes_only = set(request.values) <= ANNOTATIONS
    action = SaleAction.ANNOTATE if notes_only else SaleAction.UPDATE
    before = open_sale(work, actor, request.sale_id, request.expected_version, action)
    if INTERNAL & request.values.keys():
        require(actor, Permission.SALE_PRICE_CHANGE)
    values = dict(request.values)
    currency = values.pop("currency", None)
    if currency not in {None, before.sale.currency}:
        message = f"the Sale is in {before.sale.currency}, not in {currency}"
        refuse(ErrorCode.CURRENCY_MIXED, message, "discount", "currency")
    after = replace(before, sale=replace(before.sale, **values))
    check = Check()
    _check_texts(after.sale, check)
    check.language("language", after.sale.language)
    if "contact_id" in values:
        _check_contact(work, after.sale.contact_id, after.sale.account_id, check)
    if "season_id" in values:
        _check_season(work, after.sale.season_id, check)
    check.refuse_if_any()
    if notes_only:
        save_sale(work, "sale.annotated", before, after)
    else:
        finish_draft(work, "sale.changed", before, after)
    return Outcome({"sale": request.sale_id})


def remove_sale(work: UnitOfWork, actor: Actor, request: EndSale) -> Outcome:
    """Remove a Draft for good; what is left is its tombstone and its audit."""
    reason = reason_of(request.reason)
    state = open_sale(work, actor, request.sale_id, request.expected_version, SaleAction.REMOVE)
    renewals = work.find(Sale, renewed_from_sale_id=state.sale.id)
    if renewals:
        message = f"{renewals[0].code} renews this Sale, so it stays; cancel it instead"
        refuse(ErrorCode.IN_USE, message, "saleId")
    if work.find(EventCancellationSale, sale_id=state.sale.id):
        message = "a calendar item was cancelled in this Sale, so it stays; cancel it instead"
        refuse(ErrorCode.IN_USE, message, "saleId")
    line_ids = [line.id for line in state.lines]
    end_entitlements(work, state.sale.id, EntitlementStatus.CANCELLED)
    if line_ids:
        delete_entitlements(work, state.sale.id, line_ids)
    erase_sale(work, state)
    sale = state.sale
    work.insert([SaleTombstone(sale.id, sale.code, reason, work.actor_name, work.now)])
    work.record("sale", sale.id, "sale.removed", sale, None)
    work.emit(Topic.SALE_REMOVED, "sale", sale.id, code=sale.code)
    return Outcome({"sale_tombstone": sale.id})


def _parent_of(work: UnitOfWork, actor: Actor, request: NewSale) -> Sale | None:
    """Lock the parent of a sub-sale, or refuse with PARENT_INVALID."""
    if request.parent_sale_id is None:
        return None
    found = work.find(Sale, lock=True, id=request.parent_sale_id)
    if not found or actor.account_id not in {None, found[0].account_id}:
        refuse(ErrorCode.NOT_FOUND, "no such sale", "parentSaleId")
    status_after(found[0], SaleAction.ADD_SUB_SALE)
    return found[0]


def _account_of(
    work: UnitOfWork, actor: Actor, request: NewSale, parent: Sale | None, check: Check
) -> Account | None:
    """Read who buys: as given, the portal user's own, or the parent's."""
    own = actor.account_id or (parent.account_id if parent else None)
    account_id = request.account_id or own
    if account_id is None:
        check.add(ErrorCode.INPUT_INVALID, "say which account buys", "accountId")
        return None
    if own not in {None, account_id}:
        if actor.account_id is not None:
            check.add(ErrorCode.NOT_FOUND, "no such account", "accountId")
        else:
            message = "a sub-sale belongs to the account of its parent"
            check.add(ErrorCode.PARENT_INVALID, message, "accountId")
        return None
    found = work.find(Account, id=account_id)
    if not found:
        check.add(ErrorCode.NOT_FOUND, "no such account", "accountId")
        return None
    if not found[0].is_active:
        message = f"account {found[0].code} is not active"
        check.add(ErrorCode.ACCOUNT_INACTIVE, message, "accountId")
    return found[0]


def _check_header(
    work: UnitOfWork, actor: Actor, request: NewSale, account: Account, check: Check
) -> None:
    """Collect what is wrong with the header's texts and references."""
    _check_texts(request, check)
    if request.language is not None:
        check.language("language", request.language)
    _check_contact(work, request.contact_id, account.id, check)
    _check_season(work, request.season_id, check)
    if actor.role is Role.PORTAL:
        for name in ("price_list_id", "price_basis", "currency", "rep_code", "comments"):
            if getattr(request, name) is not None:
                message = "a portal sells at the account's own terms; leave this out"
                check.add(ErrorCode.PERMISSION_DENIED, message, camel(name))
        if request.is_barter:
            message = "a portal sells for money; leave this out"
            check.add(ErrorCode.PERMISSION_DENIED, message, "isBarter")


def _check_texts(header: NewSale | Sale, check: Check) -> None:
    """Collect texts that are too long."""
    check.optional_text("nameOnTickets", header.name_on_tickets)
    check.optional_text("reference", header.reference)
    check.optional_text("repCode", header.rep_code)
    check.optional_text("comments", header.comments, LONG_TEXT_LIMIT)


def _check_contact(
    work: UnitOfWork, contact_id: UUID | None, account_id: UUID, check: Check
) -> None:
    """Collect a contact that is not the account's."""
    if contact_id is not None and not work.find(Contact, id=contact_id, account_id=account_id):
        check.add(ErrorCode.NOT_FOUND, "the account has no such contact", "contactId")


def _check_season(work: UnitOfWork, season_id: UUID | None, check: Check) -> None:
    """Collect a season that does not exist."""
    if season_id is not None and not work.find(Season, id=season_id):
        check.add(ErrorCode.NOT_FOUND, "no such season", "seasonId")


def _default_contact(work: UnitOfWork, account: Account) -> UUID | None:
    """Return the account's default contact, if it has one."""
    found = work.find(Contact, account_id=account.id, is_default=True)
    return found[0].id if found else None

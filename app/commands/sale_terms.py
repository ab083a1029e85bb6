"""The terms of a new Sale: price list, currency, and whether its prices have VAT in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.line_facts import today_of
from app.domain.errors import ErrorCode
from app.domain.products import PriceList
from app.domain.sales import SaleChannel

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.accounts import Account
    from app.domain.organisations import Organisation, PriceBasis
    from app.domain.sales import Sale, SaleType
    from app.domain.validation import Check
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewSale:
    """A Sale to begin. What is None takes the account's, the price list's or the club's default.

    A sub-sale (`parent_sale_id`) inherits account, currency and VAT context of its parent. The
    channel follows from who asks, unless it is IMPORT: what was sold elsewhere has its own prices,
    and no price list.
    """

    type: SaleType
    account_id: UUID | None = None
    contact_id: UUID | None = None
    season_id: UUID | None = None
    price_list_id: UUID | None = None
    parent_sale_id: UUID | None = None
    currency: str | None = None
    price_basis: PriceBasis | None = None
    language: str | None = None
    rep_code: str | None = None
    is_barter: bool = False
    name_on_tickets: str | None = None
    reference: str | None = None
    comments: str | None = None
    channel: SaleChannel | None = None


def price_list_of(
    work: UnitOfWork,
    organisation: Organisation,
    request: NewSale,
    account: Account,
    parent: Sale | None,
    check: Check,
) -> PriceList | None:
    """Choose the price list: as given, the parent's, the account's, or the only one that is valid.

    The account's list counts as long as it is valid. Several valid lists and no choice mean none:
    then every line needs a price.
    """
    if request.channel is SaleChannel.IMPORT:
        return None
    today = today_of(work, organisation)
    wanted = request.price_list_id or (parent.price_list_id if parent else account.price_list_id)
    found = work.find(PriceList, id=wanted) if wanted is not None else []
    if request.price_list_id is not None:
        if not found:
            check.add(ErrorCode.NOT_FOUND, "no such price list", "priceListId")
            return None
        if not found[0].is_valid(today):
            message = f"price list {found[0].code} is not valid on {today}"
            check.add(ErrorCode.DATE_INVALID, message, "priceListId")
        return found[0]
    if parent or (found and found[0].is_valid(today)):
        return found[0] if found else None
    asked = {"currency": request.currency, "price_basis": request.price_basis}
    valid = [
        one
        for one in work.find(PriceList)
        if one.is_valid(today)
        and all(value in {None, getattr(one, name)} for name, value in asked.items())
    ]
    return valid[0] if len(valid) == 1 else None


def basis_of(
    organisation: Organisation,
    request: NewSale,
    price_list: PriceList | None,
    parent: Sale | None,
    check: Check,
) -> PriceBasis:
    """Return whether the Sale's prices have VAT in them, collecting contradictions.

    Prices of a list are never read on another basis than the list's.
    """
    known = parent.price_basis if parent else price_list.price_basis if price_list else None
    basis = known or request.price_basis or organisation.price_basis
    if request.price_basis not in {None, basis}:
        source = "parent" if parent else "price list"
        message = f"the prices of the {source} are {basis}, not {request.price_basis}"
        check.add(ErrorCode.INPUT_INVALID, message, "priceBasis")
    if price_list is not None and price_list.price_basis is not basis:
        message = f"the prices of the list are {price_list.price_basis}, those of the Sale {basis}"
        check.add(ErrorCode.INPUT_INVALID, message, "priceListId")
    return basis


def currency_of(
    organisation: Organisation,
    request: NewSale,
    price_list: PriceList | None,
    parent: Sale | None,
    check: Check,
) -> str:
    """Return the Sale's one currency, collecting contradictions."""
    fixed = parent.currency if parent else price_list.currency if price_list else None
    default = fixed or organisation.currency
    currency = default if request.currency is None else request.currency
    check.currency("currency", currency)
    if fixed not in {None, currency}:
        source = "parent" if parent else "price list"
        message = f"the {source} is in {fixed}, not in {currency}"
        check.add(ErrorCode.CURRENCY_MIXED, message, "currency")
    return currency

"""The VAT classes of a Draft as the rules of today have them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.commands.line_facts import customer_of, today_of
from app.domain.accounts import Account
from app.domain.billing import bill
from app.domain.calendar import CalendarItem
from app.domain.cells import class_of
from app.domain.errors import DomainError, Violation
from app.domain.products import Product
from app.domain.vat_rules import VatRuleEntry, VatSeller, determine, place_of
from app.domain.venues import Venue
from app.storage.organisations import read_organisation

if TYPE_CHECKING:
    from app.domain.sales import SaleState
    from app.storage.unit_of_work import UnitOfWork


def with_current_vat(work: UnitOfWork, state: SaleState) -> tuple[SaleState, tuple[Violation, ...]]:
    """Return a Draft whose components have today's VAT classes, billed anew where these changed.

    Rates and the account's country or VAT id may have changed since a line was added. With it
    comes VAT_UNRESOLVED for each line that no rule answers for any more; it keeps its class.
    """
    organisation = read_organisation(work)
    account = work.get(Account, state.sale.account_id)
    items = work.by_id(
        CalendarItem, {line.calendar_item_ids[0] for line in state.lines if line.calendar_item_ids}
    )
    venues = work.by_id(Venue, {item.venue_id for item in items.values()})
    places = {
        line.id: venues[items[line.calendar_item_ids[0]].venue_id].country
        if line.calendar_item_ids
        else organisation.country
        for line in state.lines
    }
    countries = {organisation.country, account.country or organisation.country, *places.values()}
    rules = [entry.rule for entry in work.find(VatRuleEntry, country=countries)]
    seller, customer = VatSeller(organisation.country), customer_of(account, organisation)
    today = today_of(work, organisation)
    components = []
    index_of = {line.id: str(index) for index, line in enumerate(state.lines)}
    unresolved: dict[tuple[str, str], Violation] = {}
    for part in state.components:
        current = class_of(part)
        try:
            place = place_of(part.supply_type, places[part.line_id], customer)
            current = determine(part.supply_type, seller, customer, place, today, rules)
        except DomainError as error:
            for one in error.violations:
                path = ("lines", index_of[part.line_id])
                unresolved[path[1], one.message] = Violation(one.code, one.message, path)
        same = current == class_of(part)
        components.append(
            part if same else replace(part, vat_category=current.category, rate_bp=current.rate_bp)
        )
    missing = tuple(unresolved.values())
    if components == list(state.components):
        return state, missing
    products = work.by_id(Product, {part.product_id for part in components})
    groups = {product.id: product.product_group_id for product in products.values()}
    return bill(replace(state, components=tuple(components)), groups), missing

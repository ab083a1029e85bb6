"""Planning a new line of a Draft: its scope, price, VAT and components, from given facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.calendar import expand_bundle, is_sellable
from app.domain.choice import check_choice
from app.domain.errors import DomainError, ErrorCode
from app.domain.inventory import Choice
from app.domain.money import MAX_AMOUNT_MINOR
from app.domain.permissions import Permission, allows
from app.domain.products import ProductKind, ProductScope, explode, find_price
from app.domain.sales import SaleLine, SaleLineComponent, SaleType
from app.domain.validation import TEXT_LIMIT
from app.domain.vat_rules import VatCustomer, VatSeller, determine, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.calendar import BundleItem, CalendarBundle, CalendarItem
    from app.domain.choice import PlacedResource
    from app.domain.permissions import Actor
    from app.domain.products import Leaf, PackageComponent, Price, Product
    from app.domain.sales import Sale
    from app.domain.validation import Check
    from app.domain.vat import VatClass
    from app.domain.vat_rules import VatRule


ENTITLEMENT_LIMIT = 50_000
"""Entitlements of one line: units × calendar items × pieces."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """What a seller asks for; without a price the Sale's price list decides.

    At most one of season, bundle and calendar item. `includes_past` registers what was sold for
    calendar items that have begun, before Loge was used.
    """

    product_id: UUID
    quantity: int
    season_id: UUID | None = None
    bundle_id: UUID | None = None
    calendar_item_id: UUID | None = None
    unit_price_minor: int | None = None
    price_currency: str | None = None
    discount_minor: int = 0
    discount_currency: str | None = None
    description: str | None = None
    seat_ids: tuple[UUID, ...] = ()
    parking_ids: tuple[UUID, ...] = ()
    includes_past: bool = False


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What planning lines needs to know; mappings have at least everything the lines name."""

    now: datetime
    today: date
    products: Mapping[UUID, Product]
    packages: Mapping[UUID, Sequence[PackageComponent]]
    items: Mapping[UUID, CalendarItem]
    season_items: Mapping[UUID, Sequence[CalendarItem]]
    seasons: frozenset[UUID]
    bundles: Mapping[UUID, CalendarBundle]
    members: Mapping[UUID, Sequence[BundleItem]]
    prices: Mapping[UUID, Sequence[Price]]
    resources: Mapping[UUID, PlacedResource]
    venue_countries: Mapping[UUID, str]
    group_accounts: Mapping[UUID, str | None]
    seller: VatSeller
    customer: VatCustomer
    vat_rules: Sequence[VatRule]
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line with its components and the resources chosen for it, not yet valued."""

    line: SaleLine
    components: tuple[SaleLineComponent, ...]
    choice: Choice


def plan_line(
    sale: Sale, wanted: NewLine, line_no: int, facts: LineFacts, actor: Actor, check: Check
) -> PlannedLine | None:
    """Plan one line, or collect everything that stands against it and return None."""
    product = facts.products.get(wanted.product_id)
    if product is None or not product.is_active:
        message = "no such product" if product is None else f"{product.name} is not sold any more"
        check.add(ErrorCode.NOT_FOUND, message, "productId")
        return None
    check.quantity("quantity", wanted.quantity)
    check.optional_text("description", wanted.description, TEXT_LIMIT)
    _check_rights(wanted, actor, check)
    _check_type(sale, product, check)
    try:
        leaves = explode(product, facts.products, facts.packages)
    except DomainError as error:
        for violation in error.violations:
            check.add(violation.code, violation.message, "productId")
        return None
    _check_sold(leaves, check)
    items = _items_of(wanted, leaves, facts, check)
    _check_size(wanted, leaves, len(items), check)
    season_id = _season_of(sale, wanted, facts)
    if any(leaf.product.scope is ProductScope.SEASON for leaf in leaves) and season_id is None:
        check.add(ErrorCode.LINE_SCOPE_INVALID, "say for which season", "seasonId")
    list_price = _list_price(product, wanted, season_id, facts)
    unit_price = _unit_price(sale, wanted, list_price, check)
    venue_ids = {facts.items[item_id].venue_id for item_id, _ in items}
    choice = Choice(wanted.seat_ids, wanted.parking_ids)
    check_choice(choice, wanted.quantity, leaves, venue_ids, facts.resources, check)
    classes = _vat_classes(leaves, items, facts, check)
    if check.violations or unit_price is None:
        return None
    line = SaleLine(
        id=facts.new_id(),
        sale_id=sale.id,
        line_no=line_no,
        product_id=product.id,
        season_id=season_id,
        bundle_id=wanted.bundle_id,
        calendar_item_id=wanted.calendar_item_id,
        description=wanted.description or product.name,
        quantity=wanted.quantity,
        quantity_cancelled=0,
        cancelled_count=0,
        cancelled_minor=0,
        list_price_minor=list_price,
        unit_price_minor=unit_price,
        discount_minor=wanted.discount_minor,
        sale_discount_minor=0,
        amount_minor=0,
        net_minor=0,
        vat_minor=0,
        gross_minor=0,
        currency=sale.currency,
        calendar_item_ids=tuple(item_id for item_id, _ in items),
        calendar_item_weights=tuple(weight for _, weight in items),
    )
    return PlannedLine(line, _components(line, leaves, classes, facts), choice)


def _check_sold(leaves: Sequence[Leaf], check: Check) -> None:
    """Collect products inside a package that are not sold any more."""
    for leaf in leaves:
        if not leaf.product.is_active:
            message = f"{leaf.product.name} inside it is not sold any more"
            check.add(ErrorCode.NOT_FOUND, message, "productId")


def _check_size(wanted: NewLine, leaves: Sequence[Leaf], items: int, check: Check) -> None:
    """Collect a line that would grant more than one request can carry."""
    pieces = sum(leaf.quantity for leaf in leaves)
    if wanted.quantity * max(items, 1) * pieces > ENTITLEMENT_LIMIT:
        message = f"units × calendar items × pieces exceed {ENTITLEMENT_LIMIT}; use several lines"
        check.add(ErrorCode.TOO_MANY_ITEMS, message, "quantity")


def _check_rights(wanted: NewLine, actor: Actor, check: Check) -> None:
    """Collect what the caller's role may not ask for."""
    can_price = allows(actor, Permission.SALE_PRICE_CHANGE)
    if wanted.unit_price_minor is not None and not can_price:
        message = f"role {actor.role} sells at list price; leave unitPrice out"
        check.add(ErrorCode.PERMISSION_DENIED, message, "unitPrice")
    if wanted.discount_minor and not can_price:
        message = f"role {actor.role} grants no discounts"
        check.add(ErrorCode.PERMISSION_DENIED, message, "discount")
    if wanted.includes_past and not allows(actor, Permission.SALE_BACKDATE):
        message = f"role {actor.role} cannot sell what has begun"
        check.add(ErrorCode.PERMISSION_DENIED, message, "includesPast")


def _check_type(sale: Sale, product: Product, check: Check) -> None:
    """Collect products that a Sale of this type cannot carry."""
    only_catalog = sale.type in {SaleType.CATALOG, SaleType.CREDIT}
    if only_catalog and product.kind is not ProductKind.CATALOG:
        code = (
            ErrorCode.CREDIT_LINE_SIGN
            if sale.type is SaleType.CREDIT
            else ErrorCode.LINE_SCOPE_INVALID
        )
        message = f"a {sale.type} Sale carries CATALOG products only, not a {product.kind}"
        check.add(code, message, "productId")


def _items_of(
    wanted: NewLine, leaves: Sequence[Leaf], facts: LineFacts, check: Check
) -> tuple[tuple[UUID, int], ...]:
    """List the calendar items of a line with their weights, after checking its scope."""
    scopes = {
        "seasonId": wanted.season_id,
        "bundleId": wanted.bundle_id,
        "calendarItemId": wanted.calendar_item_id,
    }
    named = [name for name, value in scopes.items() if value is not None]
    if len(named) > 1:
        message = "give one of seasonId, bundleId and calendarItemId, the others follow from it"
        check.add(ErrorCode.LINE_SCOPE_INVALID, message, named[1])
        return ()
    if not _exists(wanted, facts, check):
        return ()
    needs_items = any(leaf.product.scope is ProductScope.CALENDAR_ITEM for leaf in leaves)
    if not needs_items:
        if wanted.bundle_id is not None or wanted.calendar_item_id is not None:
            message = "this product is not granted per calendar item; give at most a season"
            check.add(ErrorCode.LINE_SCOPE_INVALID, message, named[0])
        return ()
    if not named:
        message = "say for which season, bundle or calendar item"
        check.add(ErrorCode.LINE_SCOPE_INVALID, message, "calendarItemId")
        return ()
    return _expand(wanted, facts, check)


def _exists(wanted: NewLine, facts: LineFacts, check: Check) -> bool:
    """Collect a scope that does not exist."""
    if wanted.season_id is not None and wanted.season_id not in facts.seasons:
        check.add(ErrorCode.NOT_FOUND, "no such season", "seasonId")
        return False
    if wanted.bundle_id is not None and wanted.bundle_id not in facts.bundles:
        check.add(ErrorCode.NOT_FOUND, "no such bundle", "bundleId")
        return False
    if wanted.calendar_item_id is not None and wanted.calendar_item_id not in facts.items:
        check.add(ErrorCode.NOT_FOUND, "no such calendar item", "calendarItemId")
        return False
    return True


def _expand(wanted: NewLine, facts: LineFacts, check: Check) -> tuple[tuple[UUID, int], ...]:
    """Expand a scope to its calendar items that can still be sold."""
    sold_from = None if wanted.includes_past else facts.now
    if wanted.calendar_item_id is not None:
        item = facts.items[wanted.calendar_item_id]
        if not is_sellable(item, sold_from):
            message = f"{item.name} is {item.status} or has begun; it cannot be sold"
            check.add(ErrorCode.CALENDAR_ITEM_CLOSED, message, "calendarItemId")
        return ((item.id, 1),)
    if wanted.bundle_id is not None:
        members = facts.members[wanted.bundle_id]
        found = expand_bundle(members, facts.members, facts.items, sold_from)
        field = "bundleId"
    else:
        season = facts.season_items.get(wanted.season_id, ()) if wanted.season_id else ()
        found = tuple((item.id, 1) for item in season if is_sellable(item, sold_from))
        field = "seasonId"
    if not found:
        message = "none of its calendar items can be sold any more"
        check.add(ErrorCode.CALENDAR_ITEM_CLOSED, message, field)
    return found


def _season_of(sale: Sale, wanted: NewLine, facts: LineFacts) -> UUID | None:
    """Return the season of a line: that of its scope, else the Sale's."""
    if wanted.season_id is not None:
        return wanted.season_id
    if wanted.bundle_id is not None and wanted.bundle_id in facts.bundles:
        return facts.bundles[wanted.bundle_id].season_id
    if wanted.calendar_item_id is not None and wanted.calendar_item_id in facts.items:
        return facts.items[wanted.calendar_item_id].season_id
    return sale.season_id


def _list_price(
    product: Product, wanted: NewLine, season_id: UUID | None, facts: LineFacts
) -> int | None:
    """Return the price list's price for the line's scope, or None.

    A single calendar item never takes a season's price: that one pays for all of them.
    """
    price = find_price(
        facts.prices.get(product.id, ()),
        facts.today,
        season_id=None if wanted.calendar_item_id else season_id,
        bundle_id=wanted.bundle_id,
        calendar_item_id=wanted.calendar_item_id,
    )
    return None if price is None else price.amount_minor


def _unit_price(sale: Sale, wanted: NewLine, list_price: int | None, check: Check) -> int | None:
    """Return the price of one unit, or collect why there is none."""
    price = list_price if wanted.unit_price_minor is None else wanted.unit_price_minor
    if price is None:
        message = "the price list has no valid price for this; give a unitPrice"
        check.add(ErrorCode.PRICE_MISSING, message, "unitPrice")
        return None
    currencies = {"unitPrice": wanted.price_currency, "discount": wanted.discount_currency}
    check_price(sale, price, wanted.discount_minor, wanted.quantity, currencies, check)
    return price


def check_price(
    sale: Sale,
    price: int,
    discount: int,
    quantity: int,
    currencies: Mapping[str, str | None],
    check: Check,
) -> None:
    """Collect a price or discount of another currency, of the wrong sign, or too large.

    `currencies` has the currency given for each of the fields `unitPrice` and `discount`.
    """
    for field, currency in currencies.items():
        if currency not in {None, sale.currency}:
            message = f"the Sale is in {sale.currency}, not in {currency}"
            check.add(ErrorCode.CURRENCY_MIXED, message, field, "currency")
    wrong = price > 0 if sale.type is SaleType.CREDIT else price < 0
    if wrong:
        bound = "at most 0" if sale.type is SaleType.CREDIT else "at least 0"
        message = f"a price on a {sale.type} Sale is {bound}"
        check.add(ErrorCode.CREDIT_LINE_SIGN, message, "unitPrice")
    amount = price * quantity
    if abs(amount) > MAX_AMOUNT_MINOR:
        message = f"the line would exceed {MAX_AMOUNT_MINOR} minor units"
        check.add(ErrorCode.AMOUNT_TOO_LARGE, message, "quantity")
    elif not min(0, amount) <= discount <= max(0, amount):
        message = "the discount is larger than the line, or has another sign"
        check.add(ErrorCode.DISCOUNT_INVALID, message, "discount")


def _vat_classes(
    leaves: Sequence[Leaf],
    items: Sequence[tuple[UUID, int]],
    facts: LineFacts,
    check: Check,
) -> list[VatClass]:
    """Resolve the VAT class of each leaf, collecting those that no rule answers for."""
    event = facts.seller.country
    if items:
        event = facts.venue_countries[facts.items[items[0][0]].venue_id]
    found: list[VatClass] = []
    for leaf in leaves:
        try:
            vat_class = determine(
                leaf.product.supply_type,
                facts.seller,
                facts.customer,
                place_of(leaf.product.supply_type, event, facts.customer),
                facts.today,
                facts.vat_rules,
            )
            found.append(vat_class)
        except DomainError as error:
            for violation in error.violations:
                check.add(violation.code, violation.message, "productId")
    return found


def _components(
    line: SaleLine, leaves: Sequence[Leaf], classes: Sequence[VatClass], facts: LineFacts
) -> tuple[SaleLineComponent, ...]:
    """Build the components of a line, one for each leaf."""
    return tuple(
        SaleLineComponent(
            id=facts.new_id(),
            sale_id=line.sale_id,
            line_id=line.id,
            component_no=number,
            product_id=leaf.product.id,
            quantity=leaf.quantity,
            piece_weight=leaf.piece_weight,
            is_per_item=leaf.product.scope is ProductScope.CALENDAR_ITEM,
            supply_type=leaf.product.supply_type,
            vat_category=vat_class.category,
            rate_bp=vat_class.rate_bp,
            revenue_account=leaf.product.revenue_account
            or facts.group_accounts.get(leaf.product.product_group_id),
            amount_minor=0,
            net_minor=0,
            vat_minor=0,
            gross_minor=0,
            currency=line.currency,
        )
        for number, (leaf, vat_class) in enumerate(zip(leaves, classes, strict=True), start=1)
    )

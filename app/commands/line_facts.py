"""Reading what planning lines and billing a Draft need, in a bounded number of statements."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from app.domain.accounts import Account, AccountKind
from app.domain.billing import BillingFacts
from app.domain.calendar import BundleItem, CalendarBundle, CalendarItem, Season
from app.domain.choice import PlacedResource
from app.domain.lines import LineFacts
from app.domain.products import (
    PACKAGE_DEPTH_LIMIT,
    PackageComponent,
    Price,
    Product,
    ProductGroup,
    ProductKind,
)
from app.domain.sales import Entitlement, EntitlementStatus
from app.domain.vat_rules import VatCustomer, VatRuleEntry, VatSeller
from app.domain.venues import Location, Resource, Venue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.lines import NewLine
    from app.domain.organisations import Organisation
    from app.domain.sales import Place, Sale, SaleState
    from app.storage.unit_of_work import UnitOfWork

Row = TypeVar("Row")
Key = TypeVar("Key")


def today_of(work: UnitOfWork, organisation: Organisation) -> date:
    """Return the day it is at the club."""
    return work.now.astimezone(ZoneInfo(organisation.time_zone)).date()


def gather_line_facts(
    work: UnitOfWork, organisation: Organisation, sale: Sale, wanted: Sequence[NewLine]
) -> LineFacts:
    """Read everything that the planning of these lines may look at."""
    products, packages = _products_of(work, {line.product_id for line in wanted})
    bundles, members = _bundles_of(work, {line.bundle_id for line in wanted} - {None})
    # Shared until the Sale is stored: whoever cancels an item waits for it, or is seen by it.
    items = work.by_id(
        CalendarItem,
        {line.calendar_item_id for line in wanted}
        | {m.calendar_item_id for inner in members.values() for m in inner},
        share=True,
    )
    season_ids = {line.season_id for line in wanted} - {None}
    by_season = _grouped(
        work.find(CalendarItem, share=True, season_id=season_ids) if season_ids else [],
        lambda i: i.season_id,
    )
    for listed in by_season.values():
        listed.sort(key=lambda item: (item.starts_at, item.id))
        items |= {item.id: item for item in listed}
    resource_ids = {one for line in wanted for one in (*line.seat_ids, *line.parking_ids)}
    resources = _placed(work, resource_ids, products.values())
    venues = work.by_id(Venue, {item.venue_id for item in items.values()})
    account = work.get(Account, sale.account_id)
    countries = {organisation.country, account.country or organisation.country}
    countries |= {venue.country for venue in venues.values()}
    groups = work.by_id(ProductGroup, {p.product_group_id for p in products.values()})
    return LineFacts(
        now=work.now,
        today=today_of(work, organisation),
        products=products,
        packages=packages,
        items=items,
        season_items=by_season,
        seasons=frozenset(work.by_id(Season, season_ids)),
        bundles=bundles,
        members=members,
        prices=_prices_of(work, sale, products),
        resources=resources,
        venue_countries={venue.id: venue.country for venue in venues.values()},
        group_accounts={group.id: group.revenue_account for group in groups.values()},
        seller=VatSeller(organisation.country),
        customer=customer_of(account, organisation),
        vat_rules=[entry.rule for entry in work.find(VatRuleEntry, country=countries)],
        new_id=work.new_id,
    )


def customer_of(account: Account, organisation: Organisation) -> VatCustomer:
    """Say who buys, as far as VAT cares; an account without country counts as domestic."""
    return VatCustomer(
        country=account.country or organisation.country,
        is_business=account.kind is AccountKind.BUSINESS,
        vat_id_valid=account.vat_id is not None,
    )


def gather_billing_facts(
    work: UnitOfWork,
    organisation: Organisation,
    state: SaleState,
    ended: Sequence[Entitlement] = (),
    revived: Collection[UUID] = (),
) -> BillingFacts:
    """Read everything that billing a Draft may look at.

    `ended` are about to be cancelled, and `revived` will be live again.
    """
    needs_anchors = bool(state.groups)
    seasons = work.by_id(Season, {line.season_id for line in state.lines}) if needs_anchors else {}
    starts: dict[UUID | None, date] = {season.id: season.starts_on for season in seasons.values()}
    if starts:
        starts[None] = min(starts.values())
    zone = ZoneInfo(organisation.time_zone)
    first_items: dict[UUID | None, date] = {}
    if needs_anchors:
        wanted = {one for line in state.lines for one in line.calendar_item_ids}
        items = work.by_id(CalendarItem, wanted)
        for line in state.lines:
            days = [items[one].starts_at.astimezone(zone).date() for one in line.calendar_item_ids]
            for key in (line.season_id, None):
                known = [first_items[key]] if key in first_items else []
                if days:
                    first_items[key] = min([*days, *known])
    products = work.by_id(Product, {component.product_id for component in state.components})
    return BillingFacts(
        now=work.now,
        today=today_of(work, organisation),
        sold_on=state.sale.created_at.astimezone(zone).date(),
        season_starts_on=starts,
        first_items_on=first_items,
        product_groups={product.id: product.product_group_id for product in products.values()},
        cancelled=_cancelled_places(work, state, ended, revived),
        new_id=work.new_id,
    )


def _cancelled_places(
    work: UnitOfWork,
    state: SaleState,
    ended: Sequence[Entitlement],
    revived: Collection[UUID],
) -> dict[UUID, list[Place]]:
    """Read what was cancelled of lines that are still in the Draft."""
    line_ids = [line.id for line in state.lines if line.cancelled_count]
    if not line_ids:
        return {}
    gone = work.find(Entitlement, line_id=line_ids, status=EntitlementStatus.CANCELLED)
    places: dict[UUID, list[Place]] = {}
    for one in (*(one for one in gone if one.id not in revived), *ended):
        places.setdefault(one.line_id, []).append(one.place)
    return places


def _products_of(
    work: UnitOfWork, ids: Iterable[UUID]
) -> tuple[dict[UUID, Product], dict[UUID, list[PackageComponent]]]:
    """Read products and, level by level, everything inside packages."""
    products: dict[UUID, Product] = {}
    packages: dict[UUID, list[PackageComponent]] = {}
    wanted = set(ids)
    for _ in range(PACKAGE_DEPTH_LIMIT + 1):
        level = work.by_id(Product, wanted - products.keys())
        products |= level
        package_ids = [p.id for p in level.values() if p.kind is ProductKind.PACKAGE]
        if not package_ids:
            break
        parts = work.find(PackageComponent, package_id=package_ids)
        for part in sorted(parts, key=lambda one: one.position):
            packages.setdefault(part.package_id, []).append(part)
        wanted = {part.product_id for part in parts}
    return products, packages


def _bundles_of(
    work: UnitOfWork, ids: Iterable[UUID | None]
) -> tuple[dict[UUID, CalendarBundle], dict[UUID, list[BundleItem]]]:
    """Read bundles with their members, and the members of bundles inside packs."""
    bundles = work.by_id(CalendarBundle, ids)
    members = _members_of(work, bundles)
    inner = {m.member_bundle_id for listed in members.values() for m in listed} - {None}
    members |= _members_of(work, work.by_id(CalendarBundle, inner))
    return bundles, members


def _members_of(
    work: UnitOfWork, bundles: Mapping[UUID, CalendarBundle]
) -> dict[UUID, list[BundleItem]]:
    """Read the members of bundles in order."""
    if not bundles:
        return {}
    found = sorted(work.find(BundleItem, bundle_id=list(bundles)), key=lambda m: m.position)
    return {bundle_id: [m for m in found if m.bundle_id == bundle_id] for bundle_id in bundles}


def _prices_of(
    work: UnitOfWork, sale: Sale, products: Mapping[UUID, Product]
) -> dict[UUID, list[Price]]:
    """Read the prices of products in the Sale's price list."""
    if sale.price_list_id is None or not products:
        return {}
    found = work.find(Price, price_list_id=sale.price_list_id, product_id=list(products))
    return _grouped(found, lambda price: price.product_id)


def _placed(
    work: UnitOfWork, ids: Iterable[UUID], products: Iterable[Product]
) -> dict[UUID, PlacedResource]:
    """Read resources with their venue, and all locations above them if a product asks for one."""
    resources = work.by_id(Resource, ids)
    climbs = any(product.is_numbered and product.location_id for product in products)
    locations = work.by_id(Location, {one.location_id for one in resources.values()})
    wanted = {one.parent_id for one in locations.values()} - {None}
    while climbs and wanted:
        level = work.by_id(Location, wanted)
        locations |= level
        wanted = {one.parent_id for one in level.values()} - {None} - locations.keys()
    found = {}
    for resource in resources.values():
        above = {resource.location_id}
        parent = locations[resource.location_id].parent_id
        while parent is not None and parent in locations:
            above.add(parent)
            parent = locations[parent].parent_id
        venue_id = locations[resource.location_id].venue_id
        found[resource.id] = PlacedResource(resource, venue_id, frozenset(above))
    return found


def _grouped(found: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Gather rows by a key, in order."""
    gathered: dict[Key, list[Row]] = defaultdict(list)
    for row in found:
        gathered[key(row)].append(row)
    return dict(gathered)

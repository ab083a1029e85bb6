"""Writes the demo club's master data: venue, calendar, products, prices and accounts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.commands.accounts import ACCOUNT, CONTACT, TICKET_HOLDER
from app.commands.calendar import CALENDAR_ITEM, SEASON
from app.commands.calendar_bundles import CreateBundle, Member, create_bundle
from app.commands.products import (
    PRICE,
    PRICE_LIST,
    PRODUCT,
    PRODUCT_GROUP,
    Component,
    SetComponents,
    set_components,
)
from app.commands.register import Noun, Row, upsert
from app.commands.venues import LOCATION, RESOURCE, VENUE
from app.demo import catalogue, stadium
from app.demo.seasons import weights
from app.domain.calendar import BundleKind
from app.domain.organisations import PriceBasis
from app.domain.products import ProductKind
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.demo.customers import Customer
    from app.demo.seasons import Item, SeasonPlan
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

Values = dict[str, Any]


def put(
    work: UnitOfWork,
    actor: Actor,
    noun: Noun,
    rows: Iterable[Values],
    key: tuple[str, ...] = ("code",),
) -> dict[str, Any]:
    """Create or change entities, or refuse all of them; return them by the first of their key."""
    check = Check()
    done = upsert(work, actor, noun, [Row(row, check) for row in rows], key)
    check.refuse_if_any()
    return {str(getattr(entity, key[0])): entity for entity in done.entities}


def write_venue(work: UnitOfWork, actor: Actor) -> UUID:
    """Write the stadium with every seat and parking place; return its id."""
    (venue,) = put(work, actor, VENUE, [stadium.VENUE]).values()
    known: dict[str, Any] = {}
    for level in stadium.locations():
        rows = []
        for one in level:
            values = {**one, "venue_id": venue.id}
            parent = values.pop("parent", None)
            rows.append(values | {"parent_id": known[str(parent)].id} if parent else values)
        known |= put(work, actor, LOCATION, rows)
    put(
        work,
        actor,
        RESOURCE,
        [
            {
                "code": place.code,
                "location_id": known[place.location_code].id,
                "kind": place.kind,
                "label": place.label,
                "position": place.position,
                "category": place.category,
                "is_blocked": place.code in stadium.BLOCKED,
            }
            for place in stadium.places()
        ],
    )
    return venue.id  # type: ignore[no-any-return]


def write_products(work: UnitOfWork, actor: Actor) -> None:
    """Write product groups, products and the components of packages."""
    groups = put(
        work,
        actor,
        PRODUCT_GROUP,
        [
            {"code": code, "name": name, "revenue_account": account}
            for code, name, account in catalogue.GROUPS
        ],
    )
    locations = {one.code: one.id for one in work.find(LOCATION.entity)}
    rows = []
    for offer in catalogue.OFFERS:
        values = {
            "code": offer.code,
            "name": offer.name,
            "kind": offer.kind,
            "scope": offer.scope,
            "supply_type": offer.supply_type,
            "product_group_id": groups[offer.group].id,
            **offer.more,
        }
        location = values.pop("location", None)
        rows.append(values | {"location_id": locations[location]} if location else values)
    products = put(work, actor, PRODUCT, rows)
    for code, parts in catalogue.COMPONENTS.items():
        components = tuple(
            Component(products[part].id, quantity, weight) for part, quantity, weight in parts
        )
        package = products[code]
        set_components(work, actor, SetComponents(package.id, package.version, components))


def write_calendar(
    work: UnitOfWork, actor: Actor, venue_id: UUID, seasons: Sequence[SeasonPlan]
) -> None:
    """Write seasons, matches, events and the bundles in which they are sold."""
    for season in seasons:
        values = {
            "code": season.code,
            "name": f"Season {season.code}",
            "starts_on": season.starts_on,
            "ends_on": season.ends_on,
        }
        (stored,) = put(work, actor, SEASON, [values]).values()
        items = put(
            work,
            actor,
            CALENDAR_ITEM,
            [
                {
                    "code": item.code,
                    "name": item.name,
                    "season_id": stored.id,
                    "venue_id": venue_id,
                    "kind": item.kind,
                    "starts_at": item.starts_at,
                }
                for item in season.items
            ],
        )
        top = tuple(item for item in season.matches if item.is_top)
        offered: tuple[tuple[str, str, BundleKind, Sequence[Item]], ...] = (
            (season.subscription, "All home matches", BundleKind.SUBSCRIPTION, season.matches),
            (f"EVENTS-{season.code}", "All events", BundleKind.SERIES, season.events),
            (f"TOP5-{season.code}", "Five top matches", BundleKind.PACK, top),
        )
        for code, name, kind, members in offered:
            listed = [items[member.code].id for member in members]
            create_bundle(
                work,
                actor,
                CreateBundle(
                    {"code": code, "name": name, "kind": kind, "season_id": stored.id},
                    tuple(
                        Member(item_id, None, weight)
                        for item_id, weight in zip(listed, weights(members), strict=True)
                    ),
                ),
            )


def write_prices(work: UnitOfWork, actor: Actor, seasons: Sequence[SeasonPlan]) -> None:
    """Write both price lists: prices for whole seasons, for single items, and for top matches."""
    lists = put(
        work,
        actor,
        PRICE_LIST,
        [
            {"code": code, "name": name, "price_basis": PriceBasis(basis), "is_public": is_public}
            | {"currency": "EUR"}
            for code, name, basis, is_public in catalogue.PRICE_LISTS
        ],
    )
    products = {one.code: one.id for one in work.find(PRODUCT.entity)}
    stored = {one.code: one.id for one in work.find(SEASON.entity)}
    items = {one.code: one.id for one in work.find(CALENDAR_ITEM.entity)}
    rows: list[Values] = []
    for price_list in lists.values():
        for offer in catalogue.OFFERS:
            if price_list.is_public and offer.code not in catalogue.PUBLIC_OFFERS:
                continue
            place = {"price_list_id": price_list.id, "product_id": products[offer.code]}
            for year, season in enumerate(seasons):
                rows += [
                    {**place, **row}
                    for row in _prices(offer, year, season, stored, items, price_list.is_public)
                ]
    key = "product_id", "price_list_id", "season_id", "calendar_item_id", "valid_from"
    put(work, actor, PRICE, rows, key)


def _prices(
    offer: catalogue.Offer,
    year: int,
    season: SeasonPlan,
    seasons: dict[str, UUID],
    items: dict[str, UUID],
    is_public: bool,  # noqa: FBT001 - which of the two lists it is
) -> list[Values]:
    """List the prices of a product in one season.

    Those of a whole season hold long before it begins, those of single items replace each other
    when it does.
    """
    early = date(season.starts_on.year - 2, 1, 1)
    found: list[Values] = []
    if offer.season_minor is not None:
        amount = catalogue.price_minor(offer.season_minor, year, is_public=is_public)
        row = {"season_id": seasons[season.code], "amount_minor": amount, "valid_from": early}
        found.append(row)
    if offer.item_minor is not None:
        amount = catalogue.price_minor(offer.item_minor, year, is_public=is_public)
        since = season.starts_on if year else early
        found.append({"amount_minor": amount, "valid_from": since})
        if offer.kind in {ProductKind.SEAT, ProductKind.PACKAGE}:
            amount = catalogue.price_minor(offer.item_minor, year, is_public=is_public, is_top=True)
            found += [
                {"calendar_item_id": items[item.code], "amount_minor": amount}
                | {"valid_from": early}
                for item in season.matches
                if item.is_top
            ]
    return [{"currency": "EUR", **row} for row in found]


def write_accounts(work: UnitOfWork, actor: Actor, customers: Sequence[Customer]) -> None:
    """Write accounts with their contacts and ticket holders."""
    lists = {one.code: one.id for one in work.find(PRICE_LIST.entity)}
    rows = []
    for customer in customers:
        values = dict(customer.account)
        rows.append(values | {"price_list_id": lists[str(values.pop("price_list"))]})
    accounts = put(work, actor, ACCOUNT, rows)
    for noun, people in (
        (CONTACT, [(one.code, who) for one in customers for who in one.contacts]),
        (TICKET_HOLDER, [(one.code, who) for one in customers for who in one.holders]),
    ):
        listed = [{**who, "account_id": accounts[code].id} for code, who in people]
        put(work, actor, noun, listed, ("id",))

"""Product groups, products, packages, price lists and prices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.register import Change, Noun, check_version
from app.domain.calendar import CalendarBundle, CalendarItem, Season
from app.domain.errors import DomainError, ErrorCode
from app.domain.permissions import Permission, require
from app.domain.products import (
    PIECE_LIMIT,
    PackageComponent,
    Price,
    PriceList,
    Product,
    ProductGroup,
    ProductKind,
    check_components,
    check_price,
    check_price_list,
    check_product,
    check_product_change,
    check_product_group,
    explode,
)
from app.domain.validation import Check
from app.domain.venues import Location
from app.storage.calendar import sold_products
from app.storage.pools import insert_missing_pools

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Component:
    """A product inside a package, how many of it, and its weight in the package's price."""

    product_id: UUID
    quantity: int
    price_weight: int


@dataclass(frozen=True, slots=True)
class SetComponents:
    """All components of a package, in order, in place of those it has."""

    product_id: UUID
    expected_version: int
    components: tuple[Component, ...]


def set_components(work: UnitOfWork, actor: Actor, request: SetComponents) -> Outcome:
    """Replace a package's components; what was sold keeps the components it was sold with.

    All packages are locked first, so that no two changes can close a ring between them.
    """
    require(actor, Permission.PRODUCT_CHANGE)
    check = Check()
    check.size("components", request.components, PIECE_LIMIT)
    check.refuse_if_any()
    packages = work.find(Product, kind=ProductKind.PACKAGE, lock=True)
    before = work.get(Product, request.product_id, "productId", lock=True)
    check_version(before.version, request.expected_version)
    stored = work.find(PackageComponent)
    products = {product.id: product for product in packages}
    products |= work.by_id(Product, [part.product_id for part in stored])
    products |= work.by_id(Product, [part.product_id for part in request.components])
    parts = _rows(work, request, products, check)
    check.refuse_if_any()
    by_package = _by_package(stored)
    check_components(before, parts, products, by_package, check)
    check.refuse_if_any()
    _check_outer_packages(before, parts, products, by_package, check)
    check.refuse_if_any()
    own = by_package.get(before.id, [])
    if [_plain(part) for part in parts] != [_plain(part) for part in own]:
        work.delete(PackageComponent, [part.id for part in own])
        work.insert(parts)
        after = replace(before, version=before.version + 1)
        work.update([after])
        shown = [{"components": [_plain(part) for part in rows]} for rows in (own, parts)]
        work.record_values("product", before.id, "product.components_set", *shown)
    return Outcome({"product": before.id})


def _rows(
    work: UnitOfWork, request: SetComponents, products: Mapping[UUID, Product], check: Check
) -> list[PackageComponent]:
    """Return the rows of components in order, collecting products that do not exist."""
    for index, component in enumerate(request.components):
        if component.product_id not in products:
            path = "components", str(index), "productId"
            check.add(ErrorCode.NOT_FOUND, "no such product", *path)
    return [
        PackageComponent(
            id=work.new_id(),
            package_id=request.product_id,
            position=index,
            product_id=component.product_id,
            quantity=component.quantity,
            price_weight=component.price_weight,
        )
        for index, component in enumerate(request.components)
    ]


def _by_package(parts: Sequence[PackageComponent]) -> dict[UUID, list[PackageComponent]]:
    """Gather components by package, in order."""
    gathered: dict[UUID, list[PackageComponent]] = defaultdict(list)
    for part in sorted(parts, key=lambda one: one.position):
        gathered[part.package_id].append(part)
    return dict(gathered)


def _plain(part: PackageComponent) -> dict[str, object]:
    """Return a component as the audit keeps it, without the id of its row."""
    return {
        "product_id": part.product_id,
        "quantity": part.quantity,
        "price_weight": part.price_weight,
    }


def _check_outer_packages(
    package: Product,
    parts: Sequence[PackageComponent],
    products: Mapping[UUID, Product],
    components: Mapping[UUID, Sequence[PackageComponent]],
    check: Check,
) -> None:
    """Collect what the new components would make wrong in packages that contain this one."""
    wanted = {**components, package.id: parts}
    outer, reached = {package.id}, {package.id}
    while outer:
        outer = {
            owner
            for owner, listed in wanted.items()
            if any(part.product_id in outer for part in listed)
        } - reached
        reached |= outer
    for owner in sorted(reached - {package.id}):
        try:
            explode(products[owner], products, wanted)
        except DomainError as error:
            for violation in error.violations:
                message = f"it is a part of {products[owner].name}: {violation.message}"
                check.add(violation.code, message, "components")


def _check_product_groups(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_product_group(change.after, change.check)


def _check_products(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect what is wrong with products, and what sold ones and packages cannot become."""
    changed = [change.after.id for change in changes if change.before is not None]
    sold = sold_products(work, changed) if changed else ()
    parts = work.find(PackageComponent, package_id=changed) if changed else ()
    packages = {part.package_id for part in parts}
    for change in changes:
        check_product(change.after, change.check)
        if change.before is not None:
            check_product_change(
                change.before,
                change.after,
                change.check,
                is_sold=change.after.id in sold,
                has_components=change.after.id in packages,
            )


def _with_pools(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Create the pools of products that take places."""
    pooled = [change.after.id for change in changes if change.after.needs_pool]
    if pooled:
        insert_missing_pools(work, products=pooled)


def _check_price_lists(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect what is wrong with price lists, and another currency than that of their prices."""
    for change in changes:
        check_price_list(change.after, change.check)
        if change.before is None or change.before.currency == change.after.currency:
            continue
        if work.find(Price, price_list_id=change.after.id):
            message = f"its prices are in {change.before.currency}; make a list in the other one"
            change.check.add(ErrorCode.IN_USE, message, "currency")


def _check_prices(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect what is wrong with prices, and two of one scope that begin on the same day."""
    lists = work.by_id(PriceList, {change.after.price_list_id for change in changes})
    stored = work.find(Price, product_id={change.after.product_id for change in changes})
    changed = {change.after.id for change in changes}
    taken = {_scope(price) for price in stored if price.id not in changed}
    for change in changes:
        check_price(change.after, lists[change.after.price_list_id], change.check)
        scope = _scope(change.after)
        if scope in taken:
            message = f"there is a price for this from {change.after.valid_from}; change that one"
            change.check.add(ErrorCode.PRICE_OVERLAP, message, "validFrom")
        taken.add(scope)


def _scope(price: Price) -> tuple[object, ...]:
    """Return what may have one price only."""
    return (
        price.price_list_id,
        price.product_id,
        price.season_id,
        price.bundle_id,
        price.calendar_item_id,
        price.valid_from,
    )


PRODUCT_GROUP = Noun(
    "product_group", ProductGroup, Permission.PRODUCT_CHANGE, check=_check_product_groups
)
PRODUCT = Noun(
    "product",
    Product,
    Permission.PRODUCT_CHANGE,
    defaults={
        "is_numbered": False,
        "is_limited": False,
        "is_standalone": False,
        "is_active": True,
    },
    references={"product_group_id": ProductGroup, "location_id": Location},
    check=_check_products,
    saved=_with_pools,
)
PRICE_LIST = Noun(
    "price_list",
    PriceList,
    Permission.PRICE_CHANGE,
    defaults={"is_public": False},
    check=_check_price_lists,
)
PRICE = Noun(
    "price",
    Price,
    Permission.PRICE_CHANGE,
    references={
        "price_list_id": PriceList,
        "product_id": Product,
        "season_id": Season,
        "bundle_id": CalendarBundle,
        "calendar_item_id": CalendarItem,
    },
    check=_check_prices,
)

"""What a club sells: products, packages made of them, price lists and prices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from app.domain.calendar import WEIGHT_LIMIT
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.valuation import whole_weights
from app.domain.venues import CAPACITY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.organisations import PriceBasis
    from app.domain.validation import Check
    from app.domain.vat import SupplyType

PACKAGE_DEPTH_LIMIT = 5
"""Levels of packages within packages."""
PIECE_LIMIT = 100
"""Pieces that one unit of a package explodes into."""


class ProductKind(StrEnum):
    """What a product is, and so which inventory it takes."""

    SEAT = "SEAT"
    PARKING = "PARKING"
    FORMULA = "FORMULA"
    PACKAGE = "PACKAGE"
    CATALOG = "CATALOG"


class ProductScope(StrEnum):
    """Whether one unit is granted per calendar item, per season, or once."""

    CALENDAR_ITEM = "CALENDAR_ITEM"
    SEASON = "SEASON"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """Products that are reported and booked together."""

    id: UUID
    code: str
    name: str
    revenue_account: str | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Product:
    """Anything that can stand on a sale line.

    A numbered seat or parking product takes resources, of `category` when that is set and below
    `location_id` when that is set; any other limited product takes places of a pool.
    """

    id: UUID
    code: str
    name: str
    kind: ProductKind
    scope: ProductScope
    product_group_id: UUID
    supply_type: SupplyType
    is_numbered: bool
    is_limited: bool
    is_standalone: bool
    is_active: bool
    location_id: UUID | None
    location_type_code: str | None
    category: str | None
    capacity: int | None
    revenue_account: str | None
    version: int
    created_at: datetime

    @property
    def needs_pool(self) -> bool:
        """Tell whether selling it takes places of a pool."""
        return self.is_limited and not self.is_numbered and self.kind is not ProductKind.PACKAGE


@dataclass(frozen=True, slots=True)
class PackageComponent:
    """One product inside a package, with its quantity and its weight in the package's price."""

    id: UUID
    package_id: UUID
    position: int
    product_id: UUID
    quantity: int
    price_weight: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """A dated list of prices in one currency; portals see public lists only."""

    id: UUID
    code: str
    name: str
    currency: str
    price_basis: PriceBasis
    is_public: bool
    valid_from: date | None
    valid_to: date | None
    version: int
    created_at: datetime

    def is_valid(self, on: date) -> bool:
        """Tell whether the list can be sold from on a day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Price:
    """A product's price per unit from a date on, for a season, bundle, calendar item, or any."""

    id: UUID
    price_list_id: UUID
    product_id: UUID
    season_id: UUID | None
    bundle_id: UUID | None
    calendar_item_id: UUID | None
    amount_minor: int
    currency: str
    valid_from: date
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """One product of an exploded package.

    `quantity` pieces per unit, each with the integer `piece_weight` in the unit's value.
    """

    product: Product
    quantity: int
    piece_weight: int


def check_product_group(group: ProductGroup, check: Check) -> None:
    """Collect what is wrong with a product group."""
    check.code("code", group.code)
    check.text("name", group.name)
    check.optional_text("revenueAccount", group.revenue_account)


def check_product(product: Product, check: Check) -> None:
    """Collect what is wrong with a product's own fields."""
    check.code("code", product.code)
    check.text("name", product.name)
    check.whole("capacity", product.capacity, 0, CAPACITY_LIMIT)
    check.optional_text("revenueAccount", product.revenue_account)
    if product.category is not None:
        check.code("category", product.category)
    kind = product.kind
    if product.is_numbered and kind not in {ProductKind.SEAT, ProductKind.PARKING}:
        message = f"only SEAT and PARKING products are numbered, not {kind}"
        check.add(ErrorCode.INPUT_INVALID, message, "isNumbered")
    if product.is_numbered and product.scope is not ProductScope.CALENDAR_ITEM:
        message = "a numbered product is reserved per calendar item: its scope is CALENDAR_ITEM"
        check.add(ErrorCode.INPUT_INVALID, message, "scope")
    if kind is ProductKind.FORMULA and product.location_type_code is None:
        message = "a hospitality formula needs a locationTypeCode, such as COCKTAIL"
        check.add(ErrorCode.TEXT_REQUIRED, message, "locationTypeCode")
    if kind is ProductKind.FORMULA and product.scope is not ProductScope.CALENDAR_ITEM:
        message = "a hospitality formula is served per calendar item: its scope is CALENDAR_ITEM"
        check.add(ErrorCode.INPUT_INVALID, message, "scope")
    if product.location_type_code is not None:
        check.code("locationTypeCode", product.location_type_code)
        if kind is not ProductKind.FORMULA:
            message = f"only a FORMULA has a location type, not a {kind}"
            check.add(ErrorCode.INPUT_INVALID, message, "locationTypeCode")


def check_product_change(
    before: Product, after: Product, check: Check, *, is_sold: bool, has_components: bool
) -> None:
    """Collect what a product cannot become once it was sold or is a package of something."""
    fixed = {
        "kind": before.kind is not after.kind,
        "scope": before.scope is not after.scope,
        "isNumbered": before.is_numbered is not after.is_numbered,
    }
    for field, differs in fixed.items():
        if is_sold and differs:
            message = f"{before.name} was sold: its {field} stays; create another product"
            check.add(ErrorCode.IN_USE, message, field)
    if has_components and after.kind is not ProductKind.PACKAGE:
        message = f"{before.name} has components, so it must stay a PACKAGE"
        check.add(ErrorCode.IN_USE, message, "kind")


def check_price_list(price_list: PriceList, check: Check) -> None:
    """Collect what is wrong with a price list."""
    check.code("code", price_list.code)
    check.text("name", price_list.name)
    check.currency("currency", price_list.currency)
    check.days("validFrom", price_list.valid_from, "validTo", price_list.valid_to)


def check_price(price: Price, price_list: PriceList, check: Check) -> None:
    """Collect what is wrong with a price in its list."""
    check.amount("amount", price.amount_minor)
    check.day("validFrom", price.valid_from)
    if price.currency != price_list.currency:
        message = f"the price list is in {price_list.currency}, not in {price.currency}"
        check.add(ErrorCode.CURRENCY_MIXED, message, "amount", "currency")
    scopes = [price.season_id, price.bundle_id, price.calendar_item_id]
    if sum(scope is not None for scope in scopes) > 1:
        message = "a price is for one of a season, a bundle or a calendar item"
        check.add(ErrorCode.INPUT_INVALID, message, "seasonId")


def explode(
    product: Product,
    products: Mapping[UUID, Product],
    components: Mapping[UUID, Sequence[PackageComponent]],
) -> tuple[Leaf, ...]:
    """List the leaf products of one unit, a product that is no package being its own only leaf.

    The same product reached twice stays two leaves. Refuses a cycle with PACKAGE_CYCLE, more
    than `PACKAGE_DEPTH_LIMIT` levels with PACKAGE_TOO_DEEP, an empty package with PACKAGE_EMPTY.
    """
    if product.kind is not ProductKind.PACKAGE:
        return (Leaf(product, 1, 1),)
    found: list[tuple[Product, int, Fraction]] = []
    _descend(product, products, components, (), 1, Fraction(1), found)
    weights = whole_weights([share for _, _, share in found])
    leaves = tuple(
        Leaf(leaf, quantity, weight)
        for (leaf, quantity, _), weight in zip(found, weights, strict=True)
    )
    if sum(leaf.quantity for leaf in leaves) > PIECE_LIMIT:
        refuse(ErrorCode.PACKAGE_TOO_LARGE, f"{product.name} has more than {PIECE_LIMIT} pieces")
    return leaves


def _descend(
    package: Product,
    products: Mapping[UUID, Product],
    components: Mapping[UUID, Sequence[PackageComponent]],
    above: tuple[UUID, ...],
    quantity: int,
    share: Fraction,
    found: list[tuple[Product, int, Fraction]],
) -> None:
    """Append the leaves below a package; `share` is the package's part of the unit's value."""
    if package.id in above:
        refuse(ErrorCode.PACKAGE_CYCLE, f"{package.name} contains itself")
    if len(above) >= PACKAGE_DEPTH_LIMIT:
        message = f"packages nest at most {PACKAGE_DEPTH_LIMIT} levels deep"
        refuse(ErrorCode.PACKAGE_TOO_DEEP, message)
    parts = components.get(package.id, ())
    if not parts:
        refuse(ErrorCode.PACKAGE_EMPTY, f"{package.name} has no components")
    total = sum(part.price_weight for part in parts)
    if total == 0:
        message = f"the price weights of {package.name} are all zero"
        refuse(ErrorCode.WEIGHTS_INVALID, message)
    for part in parts:
        inner = products[part.product_id]
        inner_quantity = quantity * part.quantity
        inner_share = share * Fraction(part.price_weight, total)
        if inner.kind is ProductKind.PACKAGE:
            path = (*above, package.id)
            _descend(inner, products, components, path, inner_quantity, inner_share, found)
        else:
            found.append((inner, inner_quantity, Fraction(inner_share, inner_quantity)))


def check_components(
    package: Product,
    parts: Sequence[PackageComponent],
    products: Mapping[UUID, Product],
    components: Mapping[UUID, Sequence[PackageComponent]],
    check: Check,
) -> None:
    """Collect what is wrong with a package's components, exploding it as a sale would."""
    if package.kind is not ProductKind.PACKAGE:
        message = f"{package.name} is a {package.kind}; only a PACKAGE has components"
        check.add(ErrorCode.INPUT_INVALID, message, "productId")
        return
    check.size("components", parts, PIECE_LIMIT)
    for index, part in enumerate(parts):
        at = check.below("components", str(index))
        at.quantity("quantity", part.quantity)
        at.whole("priceWeight", part.price_weight, 0, WEIGHT_LIMIT)
    if not check.violations:
        try:
            explode(package, products, {**components, package.id: parts})
        except DomainError as error:
            for violation in error.violations:
                check.add(violation.code, violation.message, "components")


def find_price(
    prices: Sequence[Price],
    on: date,
    *,
    season_id: UUID | None,
    bundle_id: UUID | None,
    calendar_item_id: UUID | None,
) -> Price | None:
    """Return the price of a product that is valid on a day, the most specific scope first.

    Calendar item before bundle before season before any; within a scope the latest `valid_from`.
    """
    scopes = (
        ("calendar_item_id", calendar_item_id),
        ("bundle_id", bundle_id),
        ("season_id", season_id),
    )
    for name, wanted in scopes:
        if wanted is not None:
            matching = [p for p in prices if getattr(p, name) == wanted and p.valid_from <= on]
            if matching:
                return max(matching, key=lambda p: p.valid_from)
    anywhere = [
        p
        for p in prices
        if p.valid_from <= on
        and p.season_id is None
        and p.bundle_id is None
        and p.calendar_item_id is None
    ]
    return max(anywhere, key=lambda p: p.valid_from, default=None)

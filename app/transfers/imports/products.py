"""Products with their groups, prices and, for packages, components."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.commands.products import (
    PRICE,
    PRICE_LIST,
    PRODUCT,
    PRODUCT_GROUP,
    Component,
    SetComponents,
    set_components,
)
from app.domain.calendar import Season
from app.domain.errors import DomainError, ErrorCode
from app.domain.products import (
    PackageComponent,
    PriceList,
    Product,
    ProductGroup,
    ProductKind,
    ProductScope,
)
from app.domain.vat import SupplyType
from app.domain.venues import Location
from app.transfers.imports.records import Columns, Field, Record, nearest, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.imports.intake import Intake

_PRODUCT = {
    "code": Field("code"),
    "name": Field("name"),
    "kind": Field("kind", lambda r, c: r.member(c, ProductKind)),
    "scope": Field("scope", lambda r, c: r.member(c, ProductScope)),
    "supplyType": Field("supply_type", lambda r, c: r.member(c, SupplyType)),
    "isNumbered": Field("is_numbered", Record.boolean, kept=True),
    "isLimited": Field("is_limited", Record.boolean, kept=True),
    "isStandalone": Field("is_standalone", Record.boolean, kept=True),
    "isActive": Field("is_active", Record.boolean, kept=True),
    "locationType": Field("location_type_code"),
    "category": Field("category"),
    "capacity": Field("capacity", Record.whole),
    "revenueAccount": Field("revenue_account"),
}
_PRICE = ("price", "currency", "priceList", "validFrom", "season")
COLUMNS = Columns(
    (*_PRODUCT, "group", "groupName", "location", *_PRICE, "components"),
    ("code", "name", "kind", "group", "scope", "supplyType"),
    {
        "productGroupId": "group",
        "locationId": "location",
        "locationTypeCode": "locationType",
        "group.code": "group",
        "group.name": "groupName",
        "price.amount": "price",
        "price.amount.currency": "currency",
        "price.priceListId": "priceList",
        "price.currency": "currency",
        "price.code": "priceList",
        "price.validFrom": "validFrom",
        "price.seasonId": "season",
        "components": "components",
    },
)
_COMPONENT = re.compile(r"([^:|]+):([0-9]{1,9}):([0-9]{1,9})")


def import_products(intake: Intake, records: Sequence[Record]) -> None:
    """Create or change products by code, then their prices and components."""
    groups = _import_groups(intake, records)
    locations = intake.by_code(Location, (record.text("location") for record in records))
    rows = []
    for record in records:
        values = values_of(record, _PRODUCT)
        group = groups.get(record.text("group") or "")
        values["product_group_id"] = group.id if group is not None else None
        if record.has("location"):
            location = intake.refer(record, "location", Location, locations)
            values["location_id"] = location.id if location is not None else None
        rows.append((record.check, values))
    products = intake.store(PRODUCT, rows)
    pairs = [(r, p) for r, p in zip(records, products, strict=True) if p is not None]
    _import_prices(intake, [(r, p) for r, p in pairs if r.text("price") is not None])
    _import_components(intake, [(r, p) for r, p in pairs if r.text("components") is not None])


def _import_groups(intake: Intake, records: Sequence[Record]) -> dict[str, ProductGroup]:
    """Create the product groups that do not exist, and rename those that rows give a name."""
    first: dict[str, Record] = {}
    for record in records:
        code = record.text("group")
        if code is not None:
            first.setdefault(code, record)
    known = intake.by_code(ProductGroup, first)
    rows = []
    for code, record in first.items():
        stored = known.get(code)
        name = record.text("groupName") or (stored.name if stored is not None else code)
        rows.append((record.check.below("group"), {"code": code, "name": name}))
    return {group.code: group for group in intake.store(PRODUCT_GROUP, rows) if group is not None}


def _import_prices(intake: Intake, pairs: Sequence[tuple[Record, Product]]) -> None:
    """Create or change the price of each product in its list, for its season, from its day."""
    lists = _price_lists(intake, [record for record, _ in pairs])
    seasons = intake.by_code(Season, (record.text("season") for record, _ in pairs))
    rows = []
    for record, product in pairs:
        season = intake.refer(record, "season", Season, seasons)
        price_list = lists.get(record.text("priceList") or "")
        valid_from = record.day("validFrom") or (season.starts_on if season else None)
        if valid_from is None and not record.check.violations:
            message = "a price needs validFrom, or a season from whose start it holds"
            record.check.add(ErrorCode.DATE_INVALID, message, "validFrom")
        if price_list is None:
            record.needed("priceList")
            continue
        currency = record.text("currency") or price_list.currency
        values = {
            "product_id": product.id,
            "price_list_id": price_list.id,
            "season_id": season.id if season is not None else None,
            "bundle_id": None,
            "calendar_item_id": None,
            "valid_from": valid_from,
            "amount_minor": record.minor("price", currency),
            "currency": currency,
        }
        rows.append((record.check.below("price"), values))
    scope = ("season_id", "bundle_id", "calendar_item_id")
    intake.store(PRICE, rows, key=("product_id", "price_list_id", *scope, "valid_from"))


def _price_lists(intake: Intake, records: Sequence[Record]) -> Mapping[str, PriceList]:
    """Return the price lists that rows name, creating those that do not exist."""
    first: dict[str, Record] = {}
    for record in records:
        code = record.text("priceList")
        if code is not None:
            first.setdefault(code, record)
    known = intake.by_code(PriceList, first)
    rows = []
    for code, record in first.items():
        if code not in known:
            values = {
                "code": code,
                "name": code,
                "currency": record.text("currency") or intake.organisation.currency,
                "price_basis": intake.organisation.price_basis,
            }
            rows.append((record.check.below("price"), values))
            intake.notes.append(f"price list {code} is new: {values['currency']}, not public")
    created = intake.store(PRICE_LIST, rows)
    return known | {one.code: one for one in created if one is not None}


def _import_components(intake: Intake, pairs: Sequence[tuple[Record, Product]]) -> None:
    """Set the components of packages, those without packages inside first."""
    parsed = {record.row_no: _parse_components(record) for record, _ in pairs}
    codes = {code for parts in parsed.values() for code, _, _ in parts}
    products = intake.by_code(Product, codes)
    open_pairs = {product.code: (record, product) for record, product in pairs}
    while open_pairs:
        ready = [
            code
            for code, (record, _) in open_pairs.items()
            if not any(part in open_pairs for part, _, _ in parsed[record.row_no])
        ]
        # Packages that contain each other are never ready; setting them says what is wrong.
        for code in ready or list(open_pairs):
            record, product = open_pairs.pop(code)
            _set_components(intake, record, product, parsed[record.row_no], products)


def _parse_components(record: Record) -> list[tuple[str, int, int]]:
    """Read `code:quantity:weight|code:quantity:weight`."""
    parts = []
    for text in (record.text("components") or "").split("|"):
        match = _COMPONENT.fullmatch(text.strip())
        if match is None:
            message = f"components are written code:quantity:weight|…, not {text!r}"
            record.check.add(ErrorCode.INPUT_INVALID, message, "components")
        else:
            parts.append((match[1].strip(), int(match[2]), int(match[3])))
    return parts


def _set_components(
    intake: Intake,
    record: Record,
    product: Product,
    parts: Sequence[tuple[str, int, int]],
    products: Mapping[str, Product],
) -> None:
    """Set the components of one package, or collect why they cannot be."""
    for code, _, _ in parts:
        if code not in products:
            near = nearest(code, products)
            meant = f"; did you mean {near}?" if near else ""
            message = f"there is no product with code {code!r}{meant}"
            record.check.add(ErrorCode.NOT_FOUND, message, "components")
    if record.check.violations:
        return
    components = tuple(Component(products[code].id, count, w) for code, count, w in parts)
    before = _components_of(intake, product)
    try:
        request = SetComponents(product.id, product.version, components)
        set_components(intake.work, intake.actor, request)
    except DomainError as error:
        for violation in error.violations:
            record.check.add(violation.code, violation.message, "components")
        return
    counts = intake.counts.setdefault("package_component", [0, 0, 0])
    counts[2 if before == components else 1 if before else 0] += len(components)


def _components_of(intake: Intake, product: Product) -> tuple[Any, ...]:
    """Return the components that a package has, in order."""
    stored = intake.work.find(PackageComponent, package_id=product.id)
    stored.sort(key=lambda one: one.position)
    return tuple(Component(one.product_id, one.quantity, one.price_weight) for one in stored)

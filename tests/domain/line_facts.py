"""A small club in memory for the tests of planning lines: catalogue, calendar, seats and rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from app.domain.calendar import (
    BundleItem,
    BundleKind,
    CalendarBundle,
    CalendarItem,
    CalendarItemKind,
    CalendarItemStatus,
)
from app.domain.choice import PlacedResource
from app.domain.errors import Violation
from app.domain.lines import LineFacts, NewLine, PlannedLine, plan_line
from app.domain.permissions import Actor, Role
from app.domain.products import PackageComponent, Price, Product, ProductKind, ProductScope
from app.domain.sales import Sale
from app.domain.validation import Check
from app.domain.vat import SupplyType, VatCategory
from app.domain.vat_rules import VatCustomer, VatRule, VatSeller
from app.domain.venues import Resource, ResourceKind
from tests.domain.sale_states import AUTUMN, NOW, SPRING, TODAY, ids_from, sale_of

HOME, AWAY = UUID(int=21), UUID(int=22)
"""A venue in Belgium and one in the Netherlands."""
PLAYED, FIRST, SECOND, ABROAD = (UUID(int=number) for number in range(31, 35))
"""A match of last month, two to come, and one at the venue abroad; the last is in spring."""
BUNDLE = UUID(int=61)
"""All three matches of autumn, the first to come with three times the weight."""
WEST = UUID(int=71)
"""The stand that contains seats 1 to 4."""
GROUP = UUID(int=41)
ROOT, SELLER, PORTAL = (
    Actor(UUID(int=5), UUID(int=6), role) for role in (Role.ROOT, Role.PARTNER, Role.PORTAL)
)
RATES = {
    SupplyType.ADMISSION: 600,
    SupplyType.CATERING: 1_200,
    SupplyType.PARKING: 2_100,
    SupplyType.ADVERTISING: 2_100,
    SupplyType.SERVICE: 2_100,
}


def product_of(number: int, kind: ProductKind = ProductKind.CATALOG, **changes: object) -> Product:
    per_item = kind is not ProductKind.CATALOG
    found = Product(
        id=UUID(int=500 + number),
        code=f"p-{number}",
        name=f"Product {number}",
        kind=kind,
        scope=ProductScope.CALENDAR_ITEM if per_item else ProductScope.NONE,
        product_group_id=GROUP,
        supply_type=SupplyType.ADMISSION if per_item else SupplyType.SERVICE,
        is_numbered=False,
        is_limited=False,
        is_standalone=False,
        is_active=True,
        location_id=None,
        location_type_code="COCKTAIL" if kind is ProductKind.FORMULA else None,
        category=None,
        capacity=None,
        revenue_account=None,
        version=1,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def component_of(
    package: Product, position: int, inside: Product, quantity: int = 1, weight: int = 1
) -> PackageComponent:
    part_id = UUID(int=package.id.int * 100 + position)
    return PackageComponent(part_id, package.id, position, inside.id, quantity, weight)


def price_of(product: Product, amount_minor: int, **changes: object) -> Price:
    found = Price(
        id=UUID(int=800),
        price_list_id=UUID(int=801),
        product_id=product.id,
        season_id=None,
        bundle_id=None,
        calendar_item_id=None,
        amount_minor=amount_minor,
        currency="EUR",
        valid_from=date(2026, 1, 1),
        version=1,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def resource_of(number: int, kind: ResourceKind = ResourceKind.SEAT) -> Resource:
    """Build seat or parking place `number`, with the id 900 + number; seats 3 and 4 are gold."""
    category = "GOLD" if number in {3, 4} else None
    label = f"Seat {number}" if kind is ResourceKind.SEAT else f"Bay {number}"
    return Resource(
        id=UUID(int=900 + number),
        location_id=WEST,
        kind=kind,
        code=f"r-{number}",
        label=label,
        position=number,
        category=category,
        is_blocked=False,
        version=1,
        created_at=NOW,
    )


def item_of(item_id: UUID, season_id: UUID, venue_id: UUID, days: int) -> CalendarItem:
    starts_at = NOW + timedelta(days=days)
    played = days < 0
    return CalendarItem(
        id=item_id,
        code=f"match-{item_id.int}",
        name=f"Match {item_id.int}",
        season_id=season_id,
        venue_id=venue_id,
        kind=CalendarItemKind.MATCH,
        status=CalendarItemStatus.PLAYED if played else CalendarItemStatus.PLANNED,
        starts_at=starts_at,
        original_starts_at=starts_at,
        version=1,
        created_at=NOW,
    )


ITEMS = {
    PLAYED: item_of(PLAYED, AUTUMN, HOME, -30),
    FIRST: item_of(FIRST, AUTUMN, HOME, 30),
    SECOND: item_of(SECOND, AUTUMN, HOME, 60),
    ABROAD: item_of(ABROAD, SPRING, AWAY, 90),
}
SEATS = tuple(UUID(int=900 + number) for number in range(1, 6))
BAYS = tuple(UUID(int=900 + number) for number in range(11, 13))


@dataclass
class Planner:
    """Plans lines of one Sale with products and prices of its own."""

    products: Sequence[Product]
    packages: Sequence[PackageComponent] = ()
    prices: Sequence[Price] = ()
    sale: Sale = field(default_factory=sale_of)
    customer: VatCustomer = field(default_factory=lambda: VatCustomer("BE", is_business=True))
    changes: Mapping[str, object] = field(default_factory=dict)

    def facts(self) -> LineFacts:
        packages: dict[UUID, list[PackageComponent]] = {}
        for part in self.packages:
            packages.setdefault(part.package_id, []).append(part)
        prices: dict[UUID, list[Price]] = {}
        for price in self.prices:
            prices.setdefault(price.product_id, []).append(price)
        bundle = CalendarBundle(BUNDLE, "sub", "Sub", AUTUMN, BundleKind.SUBSCRIPTION, 1, NOW)
        members = [
            BundleItem(UUID(int=610 + index), BUNDLE, index, item_id, None, weight)
            for index, (item_id, weight) in enumerate([(PLAYED, 1), (FIRST, 3), (SECOND, 1)])
        ]
        seats = [resource_of(number) for number in range(1, 6)]
        bays = [resource_of(number, ResourceKind.PARKING) for number in (11, 12)]
        resources = {
            one.id: PlacedResource(one, HOME, frozenset({WEST} if index < 4 else ()))
            for index, one in enumerate((*seats, *bays))
        }
        found = LineFacts(
            now=NOW,
            today=TODAY,
            products={product.id: product for product in self.products},
            packages=packages,
            items=ITEMS,
            season_items={AUTUMN: [ITEMS[one] for one in (PLAYED, FIRST, SECOND)]},
            seasons=frozenset({AUTUMN, SPRING}),
            bundles={BUNDLE: bundle},
            members={BUNDLE: members},
            prices=prices,
            resources=resources,
            venue_countries={HOME: "BE", AWAY: "NL"},
            group_accounts={GROUP: "700000"},
            seller=VatSeller("BE"),
            customer=self.customer,
            vat_rules=[
                *(
                    VatRule(supply, "BE", VatCategory.STANDARD, rate_bp, date(2020, 1, 1))
                    for supply, rate_bp in RATES.items()
                ),
                VatRule(SupplyType.ADMISSION, "NL", VatCategory.STANDARD, 900, date(2020, 1, 1)),
            ],
            new_id=ids_from(7_000),
        )
        return replace(found, **self.changes)  # type: ignore[arg-type]

    def plan(self, wanted: NewLine, actor: Actor = ROOT) -> PlannedLine:
        """Plan a line against which nothing stands."""
        check = Check("lines", "0")
        found = plan_line(self.sale, wanted, 1, self.facts(), actor, check)
        assert check.violations == []
        assert found is not None
        return found

    def violations(self, wanted: NewLine, actor: Actor = ROOT) -> list[Violation]:
        """Return what stands against a line; whatever does, nothing is planned."""
        check = Check("lines", "0")
        found = plan_line(self.sale, wanted, 1, self.facts(), actor, check)
        assert found is None
        assert check.violations
        return check.violations

    def refusals(self, wanted: NewLine, actor: Actor = ROOT) -> list[tuple[str, str]]:
        """Return the code and the path below the line of everything that stands against it."""
        found = self.violations(wanted, actor)
        assert {violation.path[:2] for violation in found} == {("lines", "0")}
        return [(one.code.value, ".".join(one.path[2:])) for one in found]

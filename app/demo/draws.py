"""Draws the demo club's Sales by lot: season by season, then in the order in which they began."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from app.demo.plans import Billing, Fate, LinePlan, SalePlan
from app.demo.seating import SeatBook
from app.domain.sales import SaleType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.demo.customers import Customer
    from app.demo.seasons import Item, SeasonPlan

FIRST_SEASON_SALES = 96
RENEWALS = 66
NEW_SEASON_SALES = 26
EARLY_RENEWALS = 40
MATCH_SALES = 34
"""Single-match Sales in each of the first two seasons."""
CATALOG_SALES = 14
CREDITS = 5
SUB_SALES = 14
_HOLD = timedelta(days=30)
_SEASON_PRODUCTS = (
    ("BUSINESS-CLUB", 30),
    ("DINER-CLUB", 22),
    ("PREMIUM-SEAT", 16),
    ("DUO", 16),
    ("SKYBOX", 8),
    ("BUSINESS-SEAT", 8),
)
"""Products of season Sales with how often they are drawn."""
_MATCH_PRODUCTS = (("BUSINESS-CLUB", 4), ("PREMIUM-SEAT", 4), ("REGULAR-SEAT", 3), ("DUO", 2))
_PUBLIC_PRODUCTS = (("PREMIUM-SEAT", 2), ("REGULAR-SEAT", 2), ("DUO", 1))
_SEATS = {
    "BUSINESS-CLUB": ("BUSINESS", 1),
    "DINER-CLUB": ("BUSINESS", 1),
    "BUSINESS-SEAT": ("BUSINESS", 1),
    "PREMIUM-SEAT": ("PREMIUM", 1),
    "REGULAR-SEAT": ("REGULAR", 1),
    "DUO": ("PREMIUM", 2),
    "SKYBOX": ("BOX", 12),
}
"""Category and number of seats in one unit of a product."""
_PARKINGS = {"DUO": ("P1", 1), "SKYBOX": ("VIP", 4), "PARKING-P1": ("P1", 1)}
_LONG_BILLINGS = tuple(billing for billing in Billing if billing is not Billing.ONCE)


@dataclass(slots=True)
class Draw:
    """The lot, the seats that are left, and what was drawn so far."""

    seasons: Sequence[SeasonPlan]
    customers: Sequence[Customer]
    now: datetime
    lot: Random = field(default_factory=lambda: Random("sales of the demo club"))
    book: SeatBook = field(default_factory=SeatBook)
    plans: list[SalePlan] = field(default_factory=list)

    def chance(self, percent: int) -> bool:
        """Tell whether something happens that does so in `percent` of all cases."""
        return self.lot.randrange(100) < percent

    def pick(self, weighted: Sequence[tuple[str, int]]) -> str:
        """Draw a code by its weight."""
        return self.lot.choices([one for one, _ in weighted], [many for _, many in weighted])[0]

    def within(self, first: date, last: date) -> datetime:
        """Draw an instant of office hours between two days, none of them in the future."""
        latest = min(last, (self.now - timedelta(days=1)).date())
        days = max((latest - first).days, 0)
        day = min(first, latest) + timedelta(days=self.lot.randint(0, days))
        return datetime.combine(day, time(8 + self.lot.randrange(8), self.lot.randrange(60)), UTC)

    def add(self, plan: SalePlan) -> SalePlan:
        """Keep a plan, with the next order number."""
        kept = replace(plan, reference=f"PO-{plan.begun_at.year}-{len(self.plans) + 1:04d}")
        self.plans.append(kept)
        return kept

    def settled(self, begun_at: datetime, fate: Fate) -> datetime:
        """Draw when a Sale was settled: within days, or when its hold ended."""
        if fate is Fate.EXPIRED:
            return begun_at + _HOLD
        days = timedelta(days=self.lot.randint(1, 9), minutes=self.lot.randrange(60))
        return max(
            min(begun_at + days, self.now - timedelta(hours=1)), begun_at + timedelta(minutes=5)
        )


def draw_sales(
    seasons: Sequence[SeasonPlan], customers: Sequence[Customer], now: datetime
) -> list[SalePlan]:
    """Draw all Sales as seen from an instant, in the order in which they can be carried out."""
    draw = Draw(seasons, customers, now)
    last, this, following = seasons
    first = _season_sales(draw, last, FIRST_SEASON_SALES)
    renewed = _renewals(draw, first, this, RENEWALS)
    new = _season_sales(draw, this, NEW_SEASON_SALES)
    _early_renewals(draw, [*renewed, *new], following)
    for season in (last, this):
        _match_sales(draw, season)
        _catalog_sales(draw, season)
    _sub_sales(draw, [*first, *renewed, *new])
    _credits(draw, [*first, *renewed, *new])
    # A Sale comes after the one that it refers to, which always began before.
    return sorted(draw.plans, key=lambda plan: plan.begun_at)


def _season_sales(draw: Draw, season: SeasonPlan, count: int) -> list[SalePlan]:
    """Draw new season Sales from April to the middle of August."""
    found = []
    campaign = season.starts_on - timedelta(days=80)
    businesses = [one for one in draw.customers if one.is_business]
    offset = 0 if season is draw.seasons[0] else FIRST_SEASON_SALES
    for number in range(count):
        customer = businesses[(offset + number) % len(businesses)]
        begun_at = draw.within(campaign, season.starts_on + timedelta(days=40))
        fate = _fate(draw, begun_at, final=86)
        found.append(
            draw.add(
                SalePlan(
                    "",
                    SaleType.SEASON,
                    customer.code,
                    begun_at,
                    draw.settled(begun_at, fate),
                    fate,
                    draw.lot.choice(_LONG_BILLINGS),
                    _season_lines(draw, season),
                    season.code,
                    is_barter=draw.chance(6),
                    discount_percent=draw.lot.choice((0, 0, 0, 5, 10)),
                    has_names=draw.chance(25),
                )
            )
        )
    return found


def _season_lines(draw: Draw, season: SeasonPlan) -> tuple[LinePlan, ...]:
    """Draw what one company takes for a season."""
    product = draw.pick(_SEASON_PRODUCTS)
    quantity = 1 if product in {"SKYBOX", "DUO"} else draw.lot.choice((2, 2, 4, 4, 6, 8))
    discount = draw.lot.choice((0, 0, 0, 0, 5))
    lines = [_on_seats(draw, product, quantity, season, discount_percent=discount)]
    if product == "BUSINESS-SEAT" and draw.chance(50):
        lines.append(LinePlan("COCKTAIL", quantity, bundle=season.subscription))
    if product not in {"SKYBOX", "DUO"} and draw.chance(45):
        lines.append(_on_seats(draw, "PARKING-P1", quantity // 2, season))
    if draw.chance(12):
        lines.append(LinePlan("LED-BOARDING", 1, season=season.code))
    if draw.chance(8):
        lines.append(LinePlan("MAGAZINE-PAGE", 1, season=season.code))
    return tuple(lines)


def _on_seats(
    draw: Draw, product: str, quantity: int, season: SeasonPlan, discount_percent: int = 0
) -> LinePlan:
    """Plan a line for all matches of a season on places that stay its own."""
    seats: tuple[str, ...] = ()
    parkings: tuple[str, ...] = ()
    if product in _SEATS:
        category, count = _SEATS[product]
        seats = draw.book.for_season(category, count * quantity)
    if product in _PARKINGS:
        category, count = _PARKINGS[product]
        parkings = draw.book.for_season(category, count * quantity)
    return LinePlan(
        product,
        quantity,
        bundle=season.subscription,
        seats=seats,
        parkings=parkings,
        discount_percent=discount_percent,
    )


def _renewals(
    draw: Draw, earlier: Sequence[SalePlan], season: SeasonPlan, count: int
) -> list[SalePlan]:
    """Renew Final season Sales on their own seats."""
    final = [plan for plan in earlier if plan.fate is Fate.FINAL][:count]
    found = []
    for plan in final:
        start = max(season.starts_on - timedelta(days=75), plan.settled_at.date())
        begun_at = draw.within(start, season.starts_on + timedelta(days=20))
        begun_at = max(begun_at, plan.settled_at + timedelta(minutes=30))
        found.append(draw.add(_renewal(draw, plan, season, begun_at, final=90)))
    return found


def _early_renewals(draw: Draw, earlier: Sequence[SalePlan], season: SeasonPlan) -> None:
    """Offer renewals of this season's Sales for the next one, in the weeks before today."""
    candidates = [
        plan
        for plan in earlier
        if plan.fate is Fate.FINAL and plan.settled_at < draw.now - timedelta(days=2)
    ]
    for number, plan in enumerate(candidates[:EARLY_RENEWALS]):
        begun_at = draw.now - timedelta(days=1 + number % 24, hours=draw.lot.randrange(6))
        begun_at = max(begun_at, plan.settled_at + timedelta(hours=12))
        renewed = _renewal(draw, plan, season, begun_at, final=30)
        fate = renewed.fate
        if fate is not Fate.FINAL:
            fate = Fate.HELD if number % 2 else Fate.DRAFT
        draw.add(replace(renewed, fate=fate))


def _renewal(
    draw: Draw, plan: SalePlan, season: SeasonPlan, begun_at: datetime, final: int
) -> SalePlan:
    """Plan the renewal of one Sale."""
    fate = _fate(draw, begun_at, final=final)
    return SalePlan(
        "",
        plan.type,
        plan.account,
        begun_at,
        draw.settled(begun_at, fate),
        fate,
        draw.lot.choice(_LONG_BILLINGS),
        season=season.code,
        renews=plan.reference,
        is_barter=plan.is_barter,
        discount_percent=plan.discount_percent,
        has_names=plan.has_names,
    )


def _match_sales(draw: Draw, season: SeasonPlan) -> None:
    """Draw Sales for single matches and events, begun in the weeks before them."""
    for number in range(MATCH_SALES):
        customer = draw.lot.choice(draw.customers)
        item = draw.lot.choice(season.events if number % 6 == 0 else season.matches)
        day = item.starts_at.date()
        begun_at = draw.within(day - timedelta(days=45), day - timedelta(days=3))
        fate = _fate(draw, begun_at, final=78)
        kind, lines = _item_lines(draw, customer, item)
        draw.add(
            SalePlan(
                "",
                kind,
                customer.code,
                begun_at,
                draw.settled(begun_at, fate),
                fate,
                Billing.ONCE,
                lines,
                season.code,
                discount_percent=5 if customer.is_business and draw.chance(15) else 0,
            )
        )


def _item_lines(
    draw: Draw, customer: Customer, item: Item
) -> tuple[SaleType, tuple[LinePlan, ...]]:
    """Draw what somebody takes for one match or event."""
    if item.code.startswith(("BREAKFAST", "DINNER", "NEWYEAR", "GALA")):
        quantity = draw.lot.choice((2, 4, 8))
        return SaleType.HOSPITALITY, (LinePlan("EVENT-TABLE", quantity, item=item.code),)
    product = draw.pick(_MATCH_PRODUCTS if customer.is_business else _PUBLIC_PRODUCTS)
    quantity = 1 if product == "DUO" else draw.lot.choice((2, 2, 3, 4))
    category, count = _SEATS[product]
    seats = draw.book.for_item(category, item.code, count * quantity)
    parkings = draw.book.for_item("P1", item.code, quantity) if product in _PARKINGS else ()
    kind = SaleType.HOSPITALITY if product == "BUSINESS-CLUB" else SaleType.TICKET
    return kind, (LinePlan(product, quantity, item=item.code, seats=seats, parkings=parkings),)


def _catalog_sales(draw: Draw, season: SeasonPlan) -> None:
    """Draw Sales of advertisements, match balls and shirts."""
    matches = list(season.matches)
    draw.lot.shuffle(matches)
    businesses = [one for one in draw.customers if one.is_business]
    for number in range(CATALOG_SALES):
        lines = (LinePlan("SIGNED-SHIRT", draw.lot.randint(1, 12)),)
        last = season.ends_on
        if number % 3 == 0:
            lines = (LinePlan("MATCH-BALL", 1, item=matches[number].code),)
            last = matches[number].starts_at.date() - timedelta(days=2)
        elif number % 3 == 1:
            lines = (LinePlan("MAGAZINE-PAGE", 1, season=season.code),)
        begun_at = draw.within(season.starts_on - timedelta(days=20), last)
        fate = _fate(draw, begun_at, final=85)
        draw.add(
            SalePlan(
                "",
                SaleType.CATALOG,
                draw.lot.choice(businesses).code,
                begun_at,
                draw.settled(begun_at, fate),
                fate,
                Billing.ONCE if number % 2 else Billing.THIRDS,
                lines,
                season.code,
                is_barter=draw.chance(10),
            )
        )


def _sub_sales(draw: Draw, earlier: Sequence[SalePlan]) -> None:
    """Add parking to Final season Sales that have none yet."""
    parents = [
        plan
        for plan in earlier
        if plan.fate is Fate.FINAL and plan.lines and not any(one.parkings for one in plan.lines)
    ]
    seasons = {season.code: season for season in draw.seasons}
    for parent in parents[:SUB_SALES]:
        season = seasons[str(parent.season)]
        latest = season.matches[0].starts_at.date() - timedelta(days=1)
        begun_at = draw.within(parent.settled_at.date() + timedelta(days=1), latest)
        begun_at = max(begun_at, parent.settled_at + timedelta(minutes=30))
        draw.add(
            SalePlan(
                "",
                SaleType.SEASON,
                parent.account,
                begun_at,
                draw.settled(begun_at, Fate.FINAL),
                Fate.FINAL,
                Billing.ONCE,
                (_on_seats(draw, "PARKING-P1", 1, season),),
                season.code,
                parent=parent.reference,
            )
        )


def _credits(draw: Draw, earlier: Sequence[SalePlan]) -> None:
    """Give something back on Final Sales of the last two seasons."""
    parents = [
        plan
        for plan in earlier
        if plan.fate is Fate.FINAL and plan.settled_at < draw.now - timedelta(days=3)
    ]
    for parent in draw.lot.sample(parents, 2 * CREDITS):
        begun_at = draw.within(
            parent.settled_at.date() + timedelta(days=1),
            parent.settled_at.date() + timedelta(days=90),
        )
        begun_at = max(begun_at, parent.settled_at + timedelta(minutes=30))
        amount_minor = -25_00 * draw.lot.randint(2, 40)
        draw.add(
            SalePlan(
                "",
                SaleType.CREDIT,
                parent.account,
                begun_at,
                draw.settled(begun_at, Fate.FINAL),
                Fate.FINAL,
                Billing.ONCE,
                (LinePlan("GESTURE", 1, unit_price_minor=amount_minor),),
                season=parent.season,
                parent=parent.reference,
            )
        )


def _fate(draw: Draw, begun_at: datetime, final: int) -> Fate:
    """Draw what becomes of a Sale that began then; `final` percent become Final."""
    age = draw.now - begun_at
    if draw.chance(final):
        return Fate.FINAL
    if age < timedelta(days=25):
        return draw.lot.choice((Fate.DRAFT, Fate.DRAFT, Fate.HELD))
    return draw.lot.choice((Fate.CANCELLED, Fate.EXPIRED)) if age > _HOLD else Fate.HELD

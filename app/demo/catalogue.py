"""What the demo club sells and for how much, as tables."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.products import ProductKind, ProductScope
from app.domain.vat import SupplyType

GROUPS = (
    ("SEATS", "Seats", "700100"),
    ("HOSPITALITY", "Hospitality", "700200"),
    ("PARKING", "Parking", "700300"),
    ("PACKAGES", "Packages", "700400"),
    ("PARTNERSHIP", "Partnership", "700500"),
    ("SHOP", "Shop", "700600"),
)
"""Code, name and revenue account."""

_ITEM, _SEASON, _NONE = ProductScope.CALENDAR_ITEM, ProductScope.SEASON, ProductScope.NONE
_NUMBERED = {"is_numbered": True, "is_limited": True}
_POOLED = {"is_limited": True}


@dataclass(frozen=True, slots=True)
class Offer:
    """A product with its net prices in minor units in the first of the three seasons.

    `season_minor` is for a whole season, `item_minor` for a single match or event, or once.
    """

    code: str
    name: str
    group: str
    kind: ProductKind
    scope: ProductScope
    supply_type: SupplyType
    season_minor: int | None
    item_minor: int | None
    more: dict[str, object]


OFFERS = (
    Offer("BUSINESS-SEAT", "Business seat", "SEATS", ProductKind.SEAT, _ITEM,
          SupplyType.ADMISSION, 1_150_00, 85_00, {**_NUMBERED, "category": "BUSINESS"}),
    Offer("PREMIUM-SEAT", "Premium seat", "SEATS", ProductKind.SEAT, _ITEM,
          SupplyType.ADMISSION, 690_00, 52_00, {**_NUMBERED, "category": "PREMIUM"}),
    Offer("REGULAR-SEAT", "Regular seat", "SEATS", ProductKind.SEAT, _ITEM,
          SupplyType.ADMISSION, 320_00, 26_00, {**_NUMBERED, "category": "REGULAR"}),
    Offer("BOX-SEAT", "Box seat", "SEATS", ProductKind.SEAT, _ITEM,
          SupplyType.ADMISSION, 1_900_00, 140_00, {**_NUMBERED, "category": "BOX"}),
    Offer("COCKTAIL", "Cocktail reception", "HOSPITALITY", ProductKind.FORMULA, _ITEM,
          SupplyType.CATERING, 1_250_00, 95_00,
          {**_POOLED, "location": "MERIDIAAN", "location_type_code": "COCKTAIL"}),
    Offer("DINNER", "Three-course dinner", "HOSPITALITY", ProductKind.FORMULA, _ITEM,
          SupplyType.CATERING, 2_150_00, 165_00,
          {**_POOLED, "location": "HAVENZAAL", "location_type_code": "DINNER"}),
    Offer("AFTER", "After-match bar", "HOSPITALITY", ProductKind.FORMULA, _ITEM,
          SupplyType.CATERING, 420_00, 32_00,
          {**_POOLED, "location": "KAJUIT", "location_type_code": "AFTER"}),
    Offer("EVENT-TABLE", "Place at an event", "HOSPITALITY", ProductKind.FORMULA, _ITEM,
          SupplyType.CATERING, None, 145_00,
          {**_POOLED, "location": "BRUG", "location_type_code": "EVENT", "is_standalone": True}),
    Offer("PARKING-P1", "Parking P1", "PARKING", ProductKind.PARKING, _ITEM,
          SupplyType.PARKING, 340_00, 25_00, {**_NUMBERED, "category": "P1"}),
    Offer("PARKING-VIP", "VIP parking", "PARKING", ProductKind.PARKING, _ITEM,
          SupplyType.PARKING, 520_00, 40_00, {**_NUMBERED, "category": "VIP"}),
    Offer("LED-BOARDING", "LED boarding", "PARTNERSHIP", ProductKind.CATALOG, _SEASON,
          SupplyType.ADVERTISING, 18_500_00, None, {}),
    Offer("MAGAZINE-PAGE", "Page in the magazine", "PARTNERSHIP", ProductKind.CATALOG, _SEASON,
          SupplyType.ADVERTISING, 1_450_00, None, {"is_limited": True, "capacity": 24}),
    Offer("MATCH-BALL", "Match ball partner", "PARTNERSHIP", ProductKind.CATALOG, _ITEM,
          SupplyType.ADVERTISING, None, 1_250_00, {"is_limited": True, "capacity": 1}),
    Offer("SIGNED-SHIRT", "Signed shirt", "SHOP", ProductKind.CATALOG, _NONE,
          SupplyType.GOODS, None, 145_00, {}),
    Offer("GESTURE", "Commercial gesture", "PARTNERSHIP", ProductKind.CATALOG, _NONE,
          SupplyType.SERVICE, None, None, {}),
    Offer("BUSINESS-CLUB", "Business Club", "PACKAGES", ProductKind.PACKAGE, _ITEM,
          SupplyType.ADMISSION, 2_750_00, 205_00, {}),
    Offer("DINER-CLUB", "Diner Club", "PACKAGES", ProductKind.PACKAGE, _ITEM,
          SupplyType.ADMISSION, 3_450_00, 260_00, {}),
    Offer("SKYBOX", "Skybox for twelve", "PACKAGES", ProductKind.PACKAGE, _ITEM,
          SupplyType.ADMISSION, 49_500_00, 3_900_00, {}),
    Offer("DUO", "Premium duo with parking", "PACKAGES", ProductKind.PACKAGE, _ITEM,
          SupplyType.ADMISSION, 1_590_00, 119_00, {}),
)  # fmt: skip

COMPONENTS = {
    "BUSINESS-CLUB": (("BUSINESS-SEAT", 1, 1150), ("COCKTAIL", 1, 1250), ("AFTER", 1, 420)),
    "DINER-CLUB": (("BUSINESS-SEAT", 1, 1150), ("DINNER", 1, 2150), ("AFTER", 1, 420)),
    "SKYBOX": (("BOX-SEAT", 12, 22_800), ("DINNER", 12, 25_800), ("PARKING-VIP", 4, 2080)),
    "DUO": (("PREMIUM-SEAT", 2, 1380), ("PARKING-P1", 1, 340)),
}
"""For each package its products: code, quantity, weight in the package's price."""

PRICE_LISTS = (
    ("B2B", "Companies, before VAT", "NET", False),
    ("PUBLIC", "Everybody, VAT included", "GROSS", True),
)
"""Code, name, price basis, and whether portals show it."""
PUBLIC_OFFERS = ("PREMIUM-SEAT", "REGULAR-SEAT", "DUO", "PARKING-P1", "SIGNED-SHIRT", "EVENT-TABLE")
"""What private persons buy."""
_YEARLY_PERCENT = 4
_PUBLIC_PERCENT = 110
_TOP_PERCENT = 130
_STEP_MINOR = 50


def price_minor(offer_minor: int, year: int, *, is_public: bool, is_top: bool = False) -> int:
    """Return a price of the year 0, 1 or 2, in whole steps of half a euro."""
    percent = 100 + _YEARLY_PERCENT * year
    amount = offer_minor * percent * (_PUBLIC_PERCENT if is_public else 100)
    amount *= _TOP_PERCENT if is_top else 100
    return amount // (1_000_000 * _STEP_MINOR) * _STEP_MINOR

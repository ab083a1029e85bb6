"""The demo club's stadium: stands, blocks, rows, boxes, lounges and parking zones, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.venues import LocationKind, ResourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

Values = dict[str, object]

VENUE = {"code": "KAAI", "name": "Zilverkaai Stadium", "country": "BE"}


@dataclass(frozen=True, slots=True)
class Block:
    """Blocks of one stand that look alike: how many, with how many rows of how many seats."""

    stand: str
    blocks: int
    rows: int
    seats: int
    category: str


BLOCKS = (
    Block("W", 6, 10, 18, "BUSINESS"),
    Block("E", 6, 12, 20, "PREMIUM"),
    Block("N", 4, 10, 20, "REGULAR"),
    Block("S", 4, 10, 20, "REGULAR"),
)
STANDS = {"W": "West stand", "E": "East stand", "N": "North stand", "S": "South stand"}
BOXES = 20
BOX_SEATS = 12
LOUNGES = (
    ("MERIDIAAN", "Meridiaan Lounge", "COCKTAIL", 420),
    ("HAVENZAAL", "Havenzaal", "DINNER", 320),
    ("KAJUIT", "De Kajuit", "AFTER", 260),
    ("BRUG", "De Brug", "EVENT", 300),
)
"""Code, name, location type and places of the hospitality locations."""
PARKINGS = (("P1", "Car park West", "P1", 360), ("PVIP", "VIP car park", "VIP", 140))
BLOCKED = frozenset({"E1-12-19", "E1-12-20", "E6-12-1", "E6-12-2"})
"""Seats behind the cameras, never sold."""


@dataclass(frozen=True, slots=True)
class Place:
    """One numbered seat or parking place."""

    code: str
    location_code: str
    kind: ResourceKind
    label: str
    position: int
    category: str


def locations() -> list[list[Values]]:
    """List the locations, level by level; `parent` is the code of a location of an earlier one."""
    top = [_location(code, name, LocationKind.STAND) for code, name in STANDS.items()]
    top += [
        _location(code, name, LocationKind.HOSPITALITY, type_code=kind, capacity=capacity)
        for code, name, kind, capacity in LOUNGES
    ]
    top += [_location(code, name, LocationKind.PARKING_ZONE) for code, name, _, _ in PARKINGS]
    middle: list[Values] = []
    rows: list[Values] = []
    for one in BLOCKS:
        for number in range(1, one.blocks + 1):
            block = f"{one.stand}{number}"
            middle.append(_location(block, f"Block {block}", LocationKind.BLOCK, parent=one.stand))
            rows += [
                _location(f"{block}-{row}", f"Row {row}", LocationKind.ROW, parent=block)
                for row in range(1, one.rows + 1)
            ]
    middle += [
        _location(f"BOX{number}", f"Box {number}", LocationKind.BOX, parent="W")
        for number in range(1, BOXES + 1)
    ]
    levels = [top, middle, rows]
    for level in levels:
        for position, location in enumerate(level):
            location["position"] = position
    return levels


def _location(code: str, name: str, kind: LocationKind, **more: object) -> Values:
    return {"code": code, "name": name, "kind": kind, **more}


def places() -> Iterator[Place]:
    """List every numbered seat and parking place, neighbours beside each other."""
    for one in BLOCKS:
        for number in range(1, one.blocks + 1):
            for row in range(1, one.rows + 1):
                location = f"{one.stand}{number}-{row}"
                yield from _numbered(location, ResourceKind.SEAT, one.seats, one.category)
    for number in range(1, BOXES + 1):
        yield from _numbered(f"BOX{number}", ResourceKind.SEAT, BOX_SEATS, "BOX")
    for code, _, category, count in PARKINGS:
        yield from _numbered(code, ResourceKind.PARKING, count, category)


def _numbered(location: str, kind: ResourceKind, count: int, category: str) -> Iterator[Place]:
    """Number the places of one location."""
    for number in range(1, count + 1):
        yield Place(f"{location}-{number}", location, kind, str(number), number, category)

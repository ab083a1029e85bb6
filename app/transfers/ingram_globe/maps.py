"""Which customer is which debtor and which SKU is which item, and the list of what is not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.transfers.ingram_globe.pricing import ItemPrice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.transfers.connectors.ingram.records import Line


@dataclass(frozen=True, slots=True)
class Item:
    """What an SKU is in Globe, and what it is sold for."""

    code: str
    price: ItemPrice = field(default_factory=ItemPrice)


@dataclass(frozen=True, slots=True)
class Maps:
    """What was mapped once and is used again at every run."""

    debtors: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something that has to be mapped before its orders can be written."""

    key: str
    label: str
    line_count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class WorkList:
    """All that is unmapped, what costs most first."""

    customers: tuple[Unmapped, ...] = ()
    items: tuple[Unmapped, ...] = ()

    @property
    def is_done(self) -> bool:
        """Tell whether everything is mapped."""
        return not self.customers and not self.items


def work_list(lines: Iterable[Line], maps: Maps) -> WorkList:
    """Return what has no place in the maps yet."""
    kept = list(lines)
    customers = [one for one in kept if one.customer not in maps.debtors]
    items = [one for one in kept if one.sku not in maps.items]
    return WorkList(
        _unmapped((one.customer, one.customer_name, one.amount_minor) for one in customers),
        _unmapped((one.sku, one.description, one.amount_minor) for one in items),
    )


def _unmapped(found: Iterable[tuple[str, str, int]]) -> tuple[Unmapped, ...]:
    """Sum up by key."""
    labels: dict[str, str] = {}
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for key, label, minor in found:
        labels.setdefault(key, label)
        counts[key] += 1
        sums[key] += minor
    made = [Unmapped(key, labels[key], counts[key], sums[key]) for key in labels]
    return tuple(sorted(made, key=lambda one: (-one.amount_minor, one.key)))

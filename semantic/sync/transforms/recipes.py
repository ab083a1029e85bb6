"""For each table of the star: which extracts it is made from, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from semantic.sync import dimensions, facts
from semantic.sync.transforms import facts as of_facts
from semantic.sync.transforms import register
from semantic.sync.transforms.shaping import shape, unknown_members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from semantic.sync.source import Changed
    from semantic.sync.tables import StarTable
    from semantic.sync.transforms.clubs import Clubs

    Transform: TypeAlias = Callable[[Mapping[str, pl.DataFrame], Clubs], pl.DataFrame]

_CLUB, _SEASONS = "organisation", "season_days"


def _as_extracted(table: StarTable) -> Transform:
    """Take rows as they come, in the form of the table."""
    return lambda frames, _clubs: shape(frames[table.name], table)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the rows of a table are made.

    `extracts` are what has to be read. With `has_unknown`, each club has a member that stands for
    none; with `is_calendar`, rows are made for clubs, not from rows. `also` are kinds of change
    after which rows come that replace those with their key, while none goes. What `is_by_row` looks
    at no other row, so that it can be made in parts.
    """

    table: StarTable
    extracts: tuple[str, ...]
    transform: Transform
    has_unknown: bool = False
    is_calendar: bool = False
    also: tuple[str, ...] = ()
    is_by_row: bool = False

    def follows(self, changed: Changed | None) -> bool:
        """Tell whether rows may be other ones after these changes; None means everything."""
        kinds = {*(kind for kind, _ in self.table.follows), *self.also}
        kinds |= {_CLUB} if self.has_unknown else set()
        return changed is None or any(changed.get(kind) for kind in kinds)

    def replaces_rows(self, changed: Changed) -> bool:
        """Tell whether rows may come without one of the ids by which the old ones are deleted."""
        return bool(self.also or changed.get(_CLUB))

    def rows(
        self, frames: Mapping[str, pl.DataFrame], clubs: Clubs, changed: Changed | None
    ) -> pl.DataFrame:
        """Return the rows of what was extracted, and the unknown members of clubs that changed."""
        if self.is_calendar:
            return self.transform(frames, _of(clubs, changed, (_CLUB, _SEASONS)))
        rows = self.transform(frames, clubs)
        if not self.has_unknown or (changed is not None and not changed.get(_CLUB)):
            return rows
        return rows.vstack(unknown_members(self.table, _of(clubs, changed, (_CLUB,))))


def _of(clubs: Clubs, changed: Changed | None, kinds: tuple[str, ...]) -> Clubs:
    """Return the clubs of which something of these kinds changed."""
    ids = None if changed is None else {one for kind in kinds for one in changed.get(kind, ())}
    return clubs.only(ids)


def _plain(table: StarTable, *, has_unknown: bool = False) -> Recipe:
    """Describe a table whose rows are those of its extract."""
    is_fact = not has_unknown
    return Recipe(table, (table.name,), _as_extracted(table), has_unknown, is_by_row=is_fact)


def _member(table: StarTable, transform: Transform, *more: str) -> Recipe:
    """Describe a dimension that is made from its extract and others."""
    return Recipe(table, (table.name, *more), transform, has_unknown=True)


RECIPES = (
    _plain(dimensions.ORGANISATION),
    Recipe(dimensions.DATE, ("season_days",), register.date_rows, is_calendar=True),
    _plain(dimensions.SEASON, has_unknown=True),
    _plain(dimensions.CALENDAR_ITEM, has_unknown=True),
    _member(dimensions.LOCATION, register.location_rows),
    _member(dimensions.RESOURCE, register.resource_rows, "resource_history"),
    _member(dimensions.PRODUCT, register.product_rows, "product_history", "product_group"),
    _member(dimensions.ACCOUNT, register.account_rows, "account_history"),
    _plain(dimensions.PRODUCT_GROUP, has_unknown=True),
    _plain(dimensions.CONTACT, has_unknown=True),
    _plain(dimensions.TICKET_HOLDER, has_unknown=True),
    _plain(dimensions.FULFILMENT),
    _plain(dimensions.SALES_REP),
    _plain(dimensions.PRICE_LIST, has_unknown=True),
    _plain(dimensions.CONNECTION, has_unknown=True),
    _plain(dimensions.SALE, has_unknown=True),
    _plain(dimensions.INVOICE, has_unknown=True),
    Recipe(
        facts.SALE_MOVEMENT,
        (facts.SALE_MOVEMENT.name,),
        of_facts.movement_rows,
        is_by_row=True,
    ),
    _plain(facts.ENTITLEMENT),
    Recipe(
        facts.INVENTORY_DAILY,
        ("inventory_now", "inventory_kept"),
        of_facts.inventory_rows,
        also=("sale", "season"),
    ),
    _plain(facts.INVOICE_CELL),
    Recipe(facts.DOCUMENT, (facts.DOCUMENT.name,), of_facts.document_rows),
    _plain(facts.AR_ENTRY),
    _plain(facts.PAYMENT),
    _plain(facts.PAYMENT_ALLOCATION),
    Recipe(facts.PIPELINE_SNAPSHOT, ("pipeline_now", "pipeline_kept"), of_facts.pipeline_rows),
    _plain(facts.ATTENDANCE),
    _plain(facts.TARGET),
    _plain(facts.TRANSFER),
)
"""Dimensions stand first, because facts look up the keys of versions in them."""

PRESENT = (
    ("draft", facts.PIPELINE_SNAPSHOT, "sale_id"),
    ("inventory", facts.INVENTORY_DAILY, "live_id"),
)
"""What is counted for the present day: the kind of change, the table and its column of ids."""

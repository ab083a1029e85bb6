"""What can be followed: which changes concern it, and how its state is read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.claiming import BILLED
from app.domain.errors import ErrorCode, refuse
from app.domain.receivables import Receivable, invoice_status
from app.resolvers.availability import read_availability
from app.resolvers.ids import encode_id
from app.resolvers.live.events import LiveReason
from app.storage.conditions import Comparison, Condition
from app.storage.live import matching_ids
from app.storage.rows import names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.receivables import InvoiceStatus
    from app.resolvers.context import Context
    from app.storage.changes import Changes

Touched = dict["UUID", frozenset[str]]
"""Objects that changes may concern, each with the topics of what happened to it."""
State = Any
"""What is shown of an object: a row or what was counted; or why there is nothing to show."""


class Watch(Protocol):
    """One thing to follow."""

    @property
    def is_of_one(self) -> bool:
        """Tell whether it is about one object that the subscriber names."""

    def touched(self, changes: Changes, actor: Actor) -> Touched:
        """Return what changes may concern."""

    async def read(self, context: Context, key: UUID) -> State:
        """Return the state of an object, or a `LiveReason` why there is none."""

    async def found(self, context: Context, limit: int) -> list[UUID]:
        """Return up to `limit` objects that there are now, the newest first."""


@dataclass(frozen=True, slots=True)
class SaleWatch:
    """One Sale with all that belongs to it."""

    sale_id: UUID
    is_of_one: bool = True

    def touched(self, changes: Changes, actor: Actor) -> Touched:  # noqa: ARG002 - as for the others
        """Look whether the Sale is among them."""
        change = changes.sales.get(self.sale_id)
        return {} if change is None else {self.sale_id: frozenset(change.topics)}

    async def read(self, context: Context, key: UUID) -> State:
        """Read the row."""
        return await context.row("sale", key) or LiveReason.REMOVED

    async def found(self, context: Context, limit: int) -> list[UUID]:  # noqa: ARG002 - as for the others
        """Return the Sale, or refuse with NOT_FOUND."""
        if await context.row("sale", self.sale_id) is None:
            refuse(ErrorCode.NOT_FOUND, "no such sale", "id")
        return [self.sale_id]


@dataclass(frozen=True, slots=True)
class SalesWatch:
    """The Sales that meet conditions on their own columns."""

    conditions: tuple[Condition, ...]
    is_of_one: bool = False

    def touched(self, changes: Changes, actor: Actor) -> Touched:
        """Return the Sales that changed, for a portal user those of the own account."""
        return {
            sale_id: frozenset(change.topics)
            for sale_id, change in changes.sales.items()
            if actor.account_id in {None, change.account_id}
        }

    async def read(self, context: Context, key: UUID) -> State:
        """Read the row and look whether it meets the conditions."""
        row = await context.row("sale", key)
        if row is None:
            return LiveReason.REMOVED
        return row if meets(row, self.conditions) else LiveReason.NOT_MATCHING

    async def found(self, context: Context, limit: int) -> list[UUID]:
        """Ask the database by the same conditions."""
        query = matching_ids(context.caller, "sale", self.conditions, limit)
        return [row["id"] for row in await context.reader.run(query)]


@dataclass(frozen=True, slots=True)
class InvoicesWatch:
    """The invoices in some statuses, on the club's day, that meet conditions on their columns.

    Only those of Sales that are billed: invoices of a Draft may still change.
    """

    statuses: frozenset[InvoiceStatus]
    conditions: tuple[Condition, ...]
    is_of_one: bool = False

    def touched(self, changes: Changes, actor: Actor) -> Touched:
        """Return the invoices that changed; with a Sale's status, all that were written."""
        return {
            invoice_id: frozenset(topics)
            for change in changes.sales.values()
            if actor.account_id in {None, change.account_id}
            for invoice_id, topics in change.invoices.items()
        }

    async def read(self, context: Context, key: UUID) -> State:
        """Read the row, derive its status and look whether both are wanted."""
        row = await context.row("invoice", key)
        if row is None:
            return LiveReason.REMOVED
        sale, facts, today = await asyncio.gather(
            context.row("sale", row["sale_id"]),
            context.children("receivable", "invoice_id", key, ()),
            context.today(),
        )
        status = invoice_status(
            amount_minor=row["amount_minor"],
            planned_on=row["planned_on"],
            facts=_receivable(facts[0]) if facts else None,
            today=today,
        )
        is_billed = sale is not None and sale["status"] in BILLED
        is_wanted = is_billed and status in self.statuses and meets(row, self.conditions)
        return row if is_wanted else LiveReason.NOT_MATCHING

    async def found(self, context: Context, limit: int) -> list[UUID]:
        """Ask the database by the same conditions."""
        conditions = [
            *self.conditions,
            Condition(("id",), Comparison.HAS_STATUS, sorted(self.statuses)),
            Condition(("sale_id",), Comparison.OF_SALE_STATUS, sorted(BILLED)),
        ]
        query = matching_ids(context.caller, "invoice", conditions, limit)
        return [row["id"] for row in await context.reader.run(query)]


@dataclass(frozen=True, slots=True)
class AvailabilityWatch:
    """What is free at one calendar item."""

    item_id: UUID
    season_id: UUID
    is_of_one: bool = True

    def touched(self, changes: Changes, actor: Actor) -> Touched:  # noqa: ARG002 - as for the others
        """Look whether the item, its season or everything is among them."""
        is_touched = (
            changes.is_everywhere
            or self.item_id in changes.items
            or self.season_id in changes.seasons
        )
        return {self.item_id: frozenset()} if is_touched else {}

    async def read(self, context: Context, key: UUID) -> State:
        """Count what is free, once for all who ask."""

        async def count(ids: list[UUID]) -> list[Any]:
            return [await self._count(context, one) for one in ids]

        return await context.loaded("live availability", key, count)

    async def found(self, context: Context, limit: int) -> list[UUID]:  # noqa: ARG002 - as for the others
        """Return the item, which was found when the watch was made."""
        return [self.item_id]

    async def _count(self, context: Context, item_id: UUID) -> State:
        if await context.row("calendar_item", item_id) is None:
            return LiveReason.REMOVED
        return await read_availability(context, encode_id("calendar_item", item_id), None, None)


def meets(row: Mapping[str, Any], conditions: Sequence[Condition]) -> bool:
    """Tell whether a row meets conditions, exactly as the database would."""
    return all(
        any(_COMPARE[one.comparison](row[name], one.value) for name in one.columns)
        for one in conditions
    )


def _any_of(value: object, wanted: Collection[object]) -> bool:
    return value in wanted


_COMPARE: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQUAL: lambda value, wanted: value == wanted,
    Comparison.ANY_OF: _any_of,
    Comparison.AT_LEAST: lambda value, wanted: value is not None and value >= wanted,
    Comparison.AT_MOST: lambda value, wanted: value is not None and value <= wanted,
    Comparison.BELOW: lambda value, wanted: value is not None and value < wanted,
    Comparison.IS_SET: lambda value, wanted: (value is not None) is wanted,
}
"""The comparisons that need nothing but the row; live filters have no others."""


def _receivable(row: Mapping[str, Any]) -> Receivable:
    return Receivable(**{name: row[name] for name in names_of(Receivable)})

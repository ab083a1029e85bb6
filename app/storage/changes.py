"""What a transaction changed, as ids: for whoever shows Sales, invoices and places live.

The unit of work collects it from the rows that it writes, so that no command can forget it, and
stores it as one row in the same transaction. Statements that choose their rows themselves name
what they changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.calendar import CalendarItem
from app.domain.cancelling import Cancellation
from app.domain.documents import InvoiceDocument
from app.domain.inventory import Pool, Reservation
from app.domain.invoices import Invoice, InvoiceLine, InvoiceVat, ScheduleGroup
from app.domain.receivables import Receivable
from app.domain.sales import Entitlement, Sale, SaleLine, SaleLineComponent
from app.domain.venues import Location, Resource, ResourceBlock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from _typeshed import DataclassInstance

    from app.domain.events import Event

_OF_SALES = frozenset({SaleLine, SaleLineComponent, Entitlement, ScheduleGroup, Cancellation})
_OF_INVOICES = frozenset({InvoiceLine, InvoiceVat, Receivable, InvoiceDocument})
_OF_ITEMS = frozenset({Pool, Reservation, ResourceBlock})
_EVERYWHERE = frozenset({Location, Resource})


@dataclass(slots=True)
class SaleChange:
    """What changed of one Sale: topics of the events about it, and by invoice, of those about it.

    `account_id` is None where the rows that were written do not say it.
    """

    account_id: UUID | None = None
    topics: set[str] = field(default_factory=set)
    invoices: dict[UUID, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """What one or several transactions of one organisation changed.

    `pools` are those whose places were taken or given back. With `is_everywhere` the availability
    of every calendar item may have changed.
    """

    sales: dict[UUID, SaleChange] = field(default_factory=dict)
    items: set[UUID] = field(default_factory=set)
    seasons: set[UUID] = field(default_factory=set)
    pools: set[UUID] = field(default_factory=set)
    is_everywhere: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        is_place = bool(self.items or self.seasons or self.pools or self.is_everywhere)
        return bool(self.sales) or is_place

    def sale(self, sale_id: UUID) -> SaleChange:
        """Return the change of a Sale, noting it."""
        return self.sales.setdefault(sale_id, SaleChange())

    def note(self, rows: Sequence[DataclassInstance]) -> None:
        """Note rows of one type that were written or deleted."""
        kind = type(rows[0]) if rows else None
        if kind is Sale:
            for row in rows:
                self._note_sale(row)  # type: ignore[arg-type]
        elif kind is Invoice:
            self._note_invoices((row.sale_id, row.id) for row in rows)  # type: ignore[attr-defined]
        elif kind in _OF_INVOICES:
            self._note_invoices({(row.sale_id, row.invoice_id) for row in rows})  # type: ignore[attr-defined]
        elif kind is CalendarItem:
            self.items.update(row.id for row in rows)  # type: ignore[attr-defined]
        elif kind in _EVERYWHERE:
            self.is_everywhere = True
        elif kind in _OF_ITEMS:
            self._note_places(rows)
        if kind in _OF_SALES or kind is Reservation:
            for sale_id in {row.sale_id for row in rows}:  # type: ignore[attr-defined]
                self.sale(sale_id)

    def note_pools_at(self, times: Iterable[tuple[UUID | None, UUID | None]]) -> None:
        """Note pools by their (calendar item, season); with neither they count everywhere."""
        for item_id, season_id in times:
            if item_id is not None:
                self.items.add(item_id)
            elif season_id is not None:
                self.seasons.add(season_id)
            else:
                self.is_everywhere = True

    def note_events(self, events: Iterable[Event]) -> None:
        """Note what happened: to the Sale or invoice it was about, else to all Sales here."""
        for event in events:
            topic = str(event.topic)
            about = _sale_of(event)
            if event.entity == "sale" and about is None:
                about = event.entity_id
            if about is None:
                for change in self.sales.values():
                    change.topics.add(topic)
                continue
            change = self.sale(about)
            change.topics.add(topic)
            if event.entity == "invoice":
                change.invoices.setdefault(event.entity_id, set()).add(topic)

    def add(self, other: Changes) -> None:
        """Note what another transaction changed as well."""
        for sale_id, change in other.sales.items():
            own = self.sale(sale_id)
            own.account_id = change.account_id or own.account_id
            own.topics |= change.topics
            for invoice_id, topics in change.invoices.items():
                own.invoices.setdefault(invoice_id, set()).update(topics)
        self.items |= other.items
        self.seasons |= other.seasons
        self.pools |= other.pools
        self.is_everywhere = self.is_everywhere or other.is_everywhere

    def to_json(self) -> dict[str, Any]:
        """Return the form in which it is stored."""
        return {
            "sales": {
                sale_id.hex: {
                    "account": change.account_id.hex if change.account_id else None,
                    "topics": sorted(change.topics),
                    "invoices": {
                        invoice_id.hex: sorted(topics)
                        for invoice_id, topics in change.invoices.items()
                    },
                }
                for sale_id, change in self.sales.items()
            },
            "items": _texts(self.items),
            "seasons": _texts(self.seasons),
            "pools": _texts(self.pools),
            "is_everywhere": self.is_everywhere,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Changes:
        """Rebuild what was stored."""
        return cls(
            sales={
                UUID(sale_id): SaleChange(
                    UUID(one["account"]) if one["account"] else None,
                    set(one["topics"]),
                    {UUID(key): set(topics) for key, topics in one["invoices"].items()},
                )
                for sale_id, one in stored["sales"].items()
            },
            items=_ids(stored["items"]),
            seasons=_ids(stored["seasons"]),
            pools=_ids(stored["pools"]),
            is_everywhere=stored["is_everywhere"],
        )

    def _note_sale(self, row: Sale) -> None:
        """Note a Sale, and its parent, whose totals include it."""
        self.sale(row.id).account_id = row.account_id
        if row.parent_sale_id is not None:
            self.sale(row.parent_sale_id)

    def _note_invoices(self, pairs: Iterable[tuple[UUID, UUID]]) -> None:
        for sale_id, invoice_id in pairs:
            self.sale(sale_id).invoices.setdefault(invoice_id, set())

    def _note_places(self, rows: Sequence[DataclassInstance]) -> None:
        self.note_pools_at(
            {(row.calendar_item_id, getattr(row, "season_id", None)) for row in rows}  # type: ignore[attr-defined]
        )


def _sale_of(event: Event) -> UUID | None:
    """Return the Sale that an event's payload names."""
    found = event.payload.get("sale_id")
    return UUID(found) if isinstance(found, str) else None


def _texts(ids: Collection[UUID]) -> list[str]:
    return sorted(one.hex for one in ids)


def _ids(texts: Iterable[str]) -> set[UUID]:
    return {UUID(one) for one in texts}

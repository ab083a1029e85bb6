"""What cancelling a calendar item across all Sales would do, summed up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.commands.cancel_effect import CancelPolicies, work_out
from app.commands.event_cancelling import check_item, require_event
from app.commands.line_facts import today_of
from app.domain.calendar import CalendarItem
from app.domain.cancel_selection import Selection
from app.domain.cancelling import CancelTerms, cancel
from app.domain.errors import DomainError
from app.domain.invoices import Invoice, InvoiceLine, InvoiceVat, ScheduleGroup
from app.domain.receivables import Receivable
from app.domain.sales import (
    Entitlement,
    EntitlementStatus,
    Sale,
    SaleLine,
    SaleLineComponent,
    SaleState,
    SaleStatus,
)
from app.storage.event_cancellations import sales_at
from app.storage.organisations import read_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from app.commands.event_cancelling import CancelEvent
    from app.domain.cancelling import Cancelled
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

READ_AT_ONCE = 100
"""Sales that are read together."""


@dataclass(slots=True)
class EventTotal:
    """What all Sales of one currency lose; `credited_minor` is the part that credit notes carry."""

    currency: str
    net_minor: int = 0
    vat_minor: int = 0
    gross_minor: int = 0
    credited_minor: int = 0


@dataclass(slots=True)
class EventPreview:
    """How much a calendar item's cancellation is about.

    `seat_count` counts numbered places, `entitlement_count` all pieces, and `refused_count` the
    Sales that would refuse as they are now.
    """

    calendar_item_id: UUID
    sale_count: int = 0
    draft_count: int = 0
    sub_sale_count: int = 0
    line_count: int = 0
    seat_count: int = 0
    entitlement_count: int = 0
    credit_note_count: int = 0
    refused_count: int = 0
    totals: dict[str, EventTotal] = field(default_factory=dict)

    def add(
        self, before: Sale, after: Sale, picked: Sequence[Entitlement], notes: Sequence[Invoice]
    ) -> None:
        """Count what one Sale would lose."""
        self.line_count += len({one.line_id for one in picked})
        self.seat_count += sum(one.resource_id is not None for one in picked)
        self.entitlement_count += len(picked)
        self.credit_note_count += len(notes)
        total = self.totals.setdefault(before.currency, EventTotal(before.currency))
        total.net_minor += before.net_minor - after.net_minor
        total.vat_minor += before.vat_minor - after.vat_minor
        total.gross_minor += before.gross_minor - after.gross_minor
        total.credited_minor -= sum(one.gross_minor or 0 for one in notes)


def preview_event_cancellation(
    work: UnitOfWork, actor: Actor, request: CancelEvent
) -> EventPreview:
    """Sum up what starting the cancellation would do now; nothing is written or locked.

    Raises:
        DomainError: what starting it refuses, except for the reason and a job that runs already.
    """
    require_event(actor, request)
    item = work.get(CalendarItem, request.calendar_item_id, "calendarItemId")
    check_item(item)
    organisation = read_organisation(work)
    policies = CancelPolicies(
        request.credit_where,
        request.credit_notes or organisation.credit_notes,
        request.settlement or organisation.credit_settlement,
    )
    found = EventPreview(item.id)
    sale_ids = sales_at(work, item.id)
    for start in range(0, len(sale_ids), READ_AT_ONCE):
        for state, picked, frozen in _read(work, sale_ids[start : start + READ_AT_ONCE], item.id):
            found.sale_count += 1
            found.draft_count += state.sale.status is SaleStatus.DRAFT
            found.sub_sale_count += state.sale.parent_sale_id is not None
            try:
                if state.sale.status is SaleStatus.DRAFT:
                    selection = Selection(calendar_item_ids=(item.id,))
                    effect = work_out(work, state, selection, policies)
                    after, notes = effect.after, effect.credit_notes
                else:
                    done = _cancel(work, state, picked, policies, frozen)
                    after, notes = done.state, done.credit_notes
            except DomainError:
                found.refused_count += 1
                continue
            found.add(state.sale, after.sale, picked, notes)
    return found


def _cancel(
    work: UnitOfWork,
    state: SaleState,
    picked: Sequence[Entitlement],
    policies: CancelPolicies,
    frozen: set[UUID],
) -> Cancelled:
    """Cancel in memory; the ids of credit notes are those of nobody."""
    terms = CancelTerms(
        cancellation_id=work.new_id(),
        credit_where=policies.credit_where,
        credit_notes=policies.credit_notes,
        frozen=frozen,
        today=today_of(work, read_organisation(work)),
        now=work.now,
        new_id=work.new_id,
    )
    return cancel(state, picked, terms)


def _read(
    work: UnitOfWork, sale_ids: Sequence[UUID], calendar_item_id: UUID
) -> Iterator[tuple[SaleState, list[Entitlement], set[UUID]]]:
    """Read Sales together: each with what is live at the item, and its frozen invoices."""
    live = EntitlementStatus.LIVE.value
    entitlements = work.find(
        Entitlement, sale_id=sale_ids, calendar_item_id=calendar_item_id, status=live
    )
    picked = _by_sale(entitlements)
    frozen = _by_sale([one for one in work.find(Receivable, sale_id=sale_ids) if one.is_frozen])
    lines, components, groups, invoices, cells, vats = (
        _by_sale(work.find(entity, sale_id=sale_ids))
        for entity in (
            SaleLine,
            SaleLineComponent,
            ScheduleGroup,
            Invoice,
            InvoiceLine,
            InvoiceVat,
        )
    )
    sales = work.by_id(Sale, sale_ids)
    for sale_id in sale_ids:
        state = SaleState(
            sale=sales[sale_id],
            lines=tuple(sorted(lines[sale_id], key=lambda one: one.line_no)),
            components=tuple(components[sale_id]),
            groups=tuple(groups[sale_id]),
            invoices=tuple(sorted(invoices[sale_id], key=lambda one: one.sequence_no)),
            cells=tuple(cells[sale_id]),
            vats=tuple(vats[sale_id]),
        )
        yield state, picked[sale_id], {one.invoice_id for one in frozen[sale_id]}


def _by_sale(rows: Sequence[Any]) -> Mapping[UUID, list[Any]]:
    """Gather rows by their Sale."""
    gathered: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        gathered[row.sale_id].append(row)
    return gathered

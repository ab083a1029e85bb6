"""Cancelling in a Draft whose amounts were set by hand, and taking a cancellation back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.billing import group_differences, group_lines
from app.domain.cancelling import cancel, remaining
from app.domain.cells import fill, with_vat
from app.domain.invoices import InvoiceKind, ScheduleMode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.domain.cancelling import CancellationCell, CancelTerms
    from app.domain.sales import Entitlement, SaleState


def shrink_by_hand(
    state: SaleState, picked: Sequence[Entitlement], terms: CancelTerms
) -> tuple[SaleState, tuple[CancellationCell, ...]]:
    """Reduce a Draft's instalments that no recipe makes, as a cancellation of a Final Sale does.

    Schedules that do not add up stay as they are. Returns the Draft with these instalments, its
    lines as before, and what their cells lost.
    """
    even = {group_id for group_id, difference in group_differences(state) if not difference}
    by_hand = {
        group.id for group in state.groups if group.mode is ScheduleMode.MANUAL and group.id in even
    }
    gathered = group_lines(state)
    lines = {line.id for group_id in by_hand for line in gathered[group_id]}
    part = replace(
        state,
        lines=tuple(line for line in state.lines if line.id in lines),
        components=tuple(one for one in state.components if one.line_id in lines),
        invoices=tuple(one for one in state.invoices if one.schedule_group_id in by_hand),
        cells=tuple(one for one in state.cells if one.line_id in lines),
        vats=(),
    )
    done = cancel(part, [one for one in picked if one.line_id in lines], terms)
    amounts = {one.id: one.amount_minor for one in done.state.invoices}
    invoices = tuple(
        replace(one, amount_minor=amounts.get(one.id, one.amount_minor)) for one in state.invoices
    )
    return replace(state, invoices=invoices), done.reductions


def give_back(state: SaleState, revived: Sequence[Entitlement]) -> SaleState:
    """Return the Sale with what cancelled entitlements are worth back in its lines."""
    gained: dict[UUID, int] = defaultdict(int)
    by_line: dict[UUID, list[int]] = defaultdict(list)
    for one in revived:
        gained[one.component_id] += one.value_minor
        by_line[one.line_id].append(one.value_minor)
    return replace(
        state,
        lines=tuple(
            replace(
                line,
                amount_minor=line.amount_minor + sum(by_line[line.id]),
                cancelled_minor=line.cancelled_minor - sum(by_line[line.id]),
                cancelled_count=line.cancelled_count - len(by_line[line.id]),
            )
            for line in state.lines
        ),
        components=tuple(
            replace(part, amount_minor=part.amount_minor + gained[part.id])
            for part in state.components
        ),
    )


def regrow(state: SaleState, reductions: Sequence[CancellationCell]) -> SaleState:
    """Return the Sale with what a cancellation took from instalments back in their amounts."""
    gained: dict[UUID, int] = defaultdict(int)
    for one in reductions:
        gained[one.invoice_id] += one.amount_minor
    return replace(
        state,
        invoices=tuple(
            replace(one, amount_minor=one.amount_minor + gained[one.id]) for one in state.invoices
        ),
    )


def undo(
    state: SaleState,
    cancellation_id: UUID,
    revived: Sequence[Entitlement],
    reductions: Sequence[CancellationCell],
    frozen: Collection[UUID],
) -> SaleState:
    """Take the newest cancellation of a Final Sale back.

    Args:
        state: the Sale as it is now.
        cancellation_id: the cancellation; its credit notes become nothing.
        revived: the entitlements that it cancelled, which are live again.
        reductions: what it took from invoices that were open and still are.
        frozen: invoices with documents, whose cells and VAT stay.

    Invariants:
        Lines, cells and invoices have the amounts from before the cancellation; the Sale's VAT
        too, while single minor units of it may stand on another open invoice.
    """
    state = regrow(give_back(state, revived), reductions)
    void = {one.id for one in state.invoices if one.cancellation_id == cancellation_id}
    state = replace(
        state,
        invoices=tuple(
            with_vat(replace(one, amount_minor=0), ()) if one.id in void else one
            for one in state.invoices
        ),
        cells=tuple(one for one in state.cells if one.invoice_id not in void),
        vats=tuple(one for one in state.vats if one.invoice_id not in void),
    )
    amounts = _open_amounts(state, reductions, frozen)
    kept_cells = tuple(one for one in state.cells if one.invoice_id not in amounts)
    kept_vats = tuple(one for one in state.vats if one.invoice_id not in amounts)
    return fill(state, amounts, kept_cells, kept_vats)


def _open_amounts(
    state: SaleState, reductions: Sequence[CancellationCell], frozen: Collection[UUID]
) -> Mapping[UUID, Mapping[UUID, int]]:
    """Return by open invoice, then component, what it carries with the reductions given back."""
    left = remaining(state)
    for one in reductions:
        cells = left[one.invoice_id]
        cells[one.component_id] = cells.get(one.component_id, 0) + one.amount_minor
    return {
        one.id: left[one.id]
        for one in state.invoices
        if one.kind is InvoiceKind.INVOICE and one.id not in frozen
    }

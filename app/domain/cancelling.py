"""Cancelling a part of a Sale, or all of it: one algorithm, with and without documents.

Every line's cells shrink in proportion. What shrinks on an open invoice reduces that invoice; what
shrinks on one that is frozen, because a document exists or is being made, becomes a credit note.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.cells import cell, class_of, fill, in_basis, sum_classes, vat_row, with_vat
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.money import apportion, round_half_up_div
from app.domain.organisations import CreditNotes, PriceBasis
from app.domain.vat import VatAmount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.invoices import InvoiceLine, InvoiceVat
    from app.domain.sales import Entitlement, SaleLineComponent, SaleState


class CreditWhere(StrEnum):
    """Which invoices carry a cancellation: all alike, open ones first, or the last first."""

    PROPORTIONAL = "PROPORTIONAL"
    OPEN_FIRST = "OPEN_FIRST"
    LAST_FIRST = "LAST_FIRST"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What was cancelled of a Sale at one moment, and why. `undone_at` when it was taken back."""

    id: UUID
    sale_id: UUID
    sequence_no: int
    reason: str
    credit_where: CreditWhere
    credit_notes: CreditNotes
    is_whole: bool
    amount_minor: int
    currency: str
    preview_hash: str
    event_cancellation_id: UUID | None
    created_by: str
    created_at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CancellationItem:
    """One cancelled entitlement, and what it was worth."""

    cancellation_id: UUID
    entitlement_id: UUID
    line_id: UUID
    value_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class CancellationCell:
    """By how much a cancellation reduced a cell of an invoice that was open."""

    cancellation_id: UUID
    invoice_id: UUID
    component_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class CancelTerms:
    """How a cancellation is carried out; `frozen` are the invoices documented or being so."""

    cancellation_id: UUID
    credit_where: CreditWhere
    credit_notes: CreditNotes
    frozen: Collection[UUID]
    today: date
    now: datetime
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A Sale after a cancellation, its new credit notes, and what open invoices lost."""

    state: SaleState
    credit_notes: tuple[Invoice, ...]
    reductions: tuple[CancellationCell, ...]


def cancel(state: SaleState, picked: Sequence[Entitlement], terms: CancelTerms) -> Cancelled:
    """Cancel live entitlements of a Sale whose invoices add up to its lines.

    Args:
        state: the Sale, with the cells of all its invoices and credit notes.
        picked: entitlements that are live; their values leave their lines.
        terms: where the amounts go.

    Invariants:
        Lines and invoices sum to each other as before. Cells keep their sign and never grow;
        nothing is credited beyond what is left of a cell. With nothing frozen there is no credit
        note; crediting the whole of an invoice gives exactly its net and VAT.

    Source: sales.md 6.6.
    """
    left = remaining(state)
    state = without(state, picked)
    shrunk = _shrink(state, left, terms)
    reduced = {
        invoice.id: {c: left[invoice.id][c] - lost.get(c, 0) for c in left[invoice.id]}
        for invoice in state.invoices
        if invoice.kind is InvoiceKind.INVOICE and invoice.id not in terms.frozen
        for lost in [shrunk.get(invoice.id, {})]
    }
    credited = {i: lost for i, lost in shrunk.items() if i in terms.frozen}
    state = replace(
        state,
        invoices=tuple(
            replace(one, amount_minor=sum(reduced[one.id].values())) if one.id in reduced else one
            for one in state.invoices
        ),
    )
    notes, cells, vats = credit(state, credited, terms)
    state = replace(state, invoices=(*state.invoices, *notes))
    kept_cells = (*(one for one in state.cells if one.invoice_id not in reduced), *cells)
    kept_vats = (*(one for one in state.vats if one.invoice_id not in reduced), *vats)
    state = fill(state, reduced, kept_cells, kept_vats)
    reductions = tuple(
        CancellationCell(
            terms.cancellation_id, invoice_id, component_id, amount, state.sale.currency
        )
        for invoice_id, lost in shrunk.items()
        if invoice_id in reduced
        for component_id, amount in lost.items()
        if amount
    )
    return Cancelled(state, notes, reductions)


def without(state: SaleState, picked: Sequence[Entitlement]) -> SaleState:
    """Return the Sale with what the picked entitlements are worth taken from its lines.

    `quantity_cancelled` is left to the caller, who knows which units still have something live.
    """
    lost: dict[UUID, int] = defaultdict(int)
    by_line: dict[UUID, list[int]] = defaultdict(list)
    for one in picked:
        lost[one.component_id] += one.value_minor
        by_line[one.line_id].append(one.value_minor)
    return replace(
        state,
        lines=tuple(
            replace(
                line,
                amount_minor=line.amount_minor - sum(by_line[line.id]),
                cancelled_minor=line.cancelled_minor + sum(by_line[line.id]),
                cancelled_count=line.cancelled_count + len(by_line[line.id]),
            )
            if line.id in by_line
            else line
            for line in state.lines
        ),
        components=tuple(
            replace(part, amount_minor=part.amount_minor - lost[part.id])
            if part.id in lost
            else part
            for part in state.components
        ),
    )


def remaining(state: SaleState) -> dict[UUID, dict[UUID, int]]:
    """Return by invoice, then component, what is left of a cell after all credit notes on it."""
    left: dict[UUID, dict[UUID, int]] = {
        one.id: {} for one in state.invoices if one.kind is InvoiceKind.INVOICE
    }
    for one in state.cells:
        of_invoice = left[one.original_invoice_id]
        of_invoice[one.component_id] = of_invoice.get(one.component_id, 0) + one.amount_minor
    return left


def _shrink(
    state: SaleState, left: Mapping[UUID, Mapping[UUID, int]], terms: CancelTerms
) -> dict[UUID, dict[UUID, int]]:
    """Return by invoice, then component, what each cell loses."""
    order = sorted(
        (one for one in state.invoices if one.id in left),
        key=lambda one: (one.planned_on, one.sequence_no),
    )
    lost: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for part in state.components:
        carriers = [one.id for one in order if left[one.id].get(part.id)]
        before = [left[one][part.id] for one in carriers]
        if sum(before) == part.amount_minor:
            continue
        for group in _rounds(carriers, terms):
            positions = [carriers.index(one) for one in group]
            rest = [before[position] for position in positions]
            gone = sum(before) - part.amount_minor
            taken = min(abs(gone), abs(sum(rest))) * (1 if gone > 0 else -1)
            after = apportion(sum(rest) - taken, [abs(amount) for amount in rest])
            for position, amount in zip(positions, after, strict=True):
                if before[position] != amount:
                    lost[carriers[position]][part.id] = before[position] - amount
                before[position] = amount
    return lost


def _rounds(carriers: Sequence[UUID], terms: CancelTerms) -> list[list[UUID]]:
    """Return the invoices in the groups that give one after the other."""
    if terms.credit_where is CreditWhere.LAST_FIRST:
        return [[one] for one in reversed(carriers)]
    if terms.credit_where is CreditWhere.OPEN_FIRST:
        is_open = [one for one in carriers if one not in terms.frozen]
        return [is_open, [one for one in carriers if one in terms.frozen]]
    return [list(carriers)]


def credit(
    state: SaleState, credited: Mapping[UUID, Mapping[UUID, int]], terms: CancelTerms
) -> tuple[tuple[Invoice, ...], tuple[InvoiceLine, ...], tuple[InvoiceVat, ...]]:
    """Make the credit notes of what frozen invoices lose; return them, their cells and VAT.

    `credited` has by original invoice, then component, the amount that is credited. One credit
    note for the whole cancellation still means one for each schedule group and account.
    """
    originals = {one.id: one for one in state.invoices}
    gathered: dict[tuple[UUID, UUID, UUID | None], list[UUID]] = defaultdict(list)
    for invoice_id in credited:
        original = originals[invoice_id]
        alone = invoice_id if terms.credit_notes is CreditNotes.PER_DOCUMENT else None
        gathered[original.schedule_group_id, original.account_id, alone].append(invoice_id)
    number = max((one.sequence_no for one in state.invoices), default=0)
    notes, cells, vats = [], [], []
    for (group_id, account_id, _), invoice_ids in gathered.items():
        number += 1
        note_id = terms.new_id()
        parts: list[VatAmount] = []
        for invoice_id in invoice_ids:
            own_cells, own_vats = _credit_one(state, note_id, invoice_id, credited[invoice_id])
            cells += own_cells
            vats += own_vats
            parts += [VatAmount(one.net_minor, one.vat_minor) for one in own_vats]
        note = Invoice(
            id=note_id,
            code=f"{state.sale.code}-{number:02d}",
            sale_id=state.sale.id,
            schedule_group_id=group_id,
            account_id=account_id,
            sequence_no=number,
            kind=InvoiceKind.CREDIT_NOTE,
            planned_on=terms.today,
            amount_minor=-sum(sum(credited[one].values()) for one in invoice_ids),
            net_minor=None,
            vat_minor=None,
            gross_minor=None,
            currency=state.sale.currency,
            reference=None,
            created_at=terms.now,
            cancellation_id=terms.cancellation_id,
        )
        notes.append(with_vat(note, parts))
    return tuple(notes), tuple(cells), tuple(vats)


def _credit_one(
    state: SaleState, note_id: UUID, original_id: UUID, credited: Mapping[UUID, int]
) -> tuple[list[InvoiceLine], list[InvoiceVat]]:
    """Return the cells and VAT by which a credit note reduces one original.

    The VAT is cumulative: what is left afterwards is the rounded part of the document's own VAT,
    so that any number of credit notes ends at exactly nothing.
    """
    basis = state.sale.price_basis
    own = sum_classes(one for one in state.vats if one.invoice_id == original_id)
    rest = sum_classes(one for one in state.vats if one.original_invoice_id == original_id)
    cells: list[InvoiceLine] = []
    vats: list[InvoiceVat] = []
    for vat_class, whole in own.items():
        parts = [part for part in state.components if class_of(part) == vat_class]
        lost = sum(credited.get(part.id, 0) for part in parts)
        if not lost:
            continue
        left_minor = in_basis(rest[vat_class], basis) - lost
        vat_left = round_half_up_div(whole.vat_minor * left_minor, in_basis(whole, basis))
        vat = vat_left - rest[vat_class].vat_minor
        net = -lost - vat if basis is PriceBasis.GROSS else -lost
        vats.append(vat_row(state, note_id, original_id, vat_class, VatAmount(net, vat)))
        for part, cell_vat in _cell_vats(state, original_id, parts, credited, vat_left):
            amount = -credited.get(part.id, 0)
            if amount or cell_vat:
                cells.append(cell(state, note_id, original_id, part, amount, cell_vat))
    return cells, vats


def _cell_vats(
    state: SaleState,
    original_id: UUID,
    parts: Sequence[SaleLineComponent],
    credited: Mapping[UUID, int],
    vat_left: int,
) -> list[tuple[SaleLineComponent, int]]:
    """Divide the VAT of one class on a credit note over its cells.

    What is left of the class goes to what is left of the touched cells, so that a cell that is
    credited whole keeps no VAT either. Only where nothing at all is left of those do the others
    take the odd minor unit.
    """
    amounts: dict[UUID, int] = defaultdict(int)
    vats: dict[UUID, int] = defaultdict(int)
    for one in state.cells:
        if one.original_invoice_id == original_id:
            amounts[one.component_id] += one.amount_minor
            vats[one.component_id] += one.vat_minor
    after = {part.id: amounts[part.id] - credited.get(part.id, 0) for part in parts}
    touched = [part for part in parts if credited.get(part.id)]
    untouched_minor = sum(vats[part.id] for part in parts if not credited.get(part.id))
    target = vat_left - untouched_minor
    if target and not any(after[part.id] for part in touched):
        touched, target = list(parts), vat_left
    shares = apportion(target, [abs(after[part.id]) for part in touched])
    return [(part, share - vats[part.id]) for part, share in zip(touched, shares, strict=True)]

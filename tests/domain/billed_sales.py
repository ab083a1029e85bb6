"""Billed Drafts and what their tests ask of them."""

from dataclasses import replace

from app.domain.billing import revalue
from app.domain.invoices import ScheduleGroup
from app.domain.sales import SaleState
from tests.domain.sale_states import facts_of, line_of, sale_of, state_of


def billed(state: SaleState) -> SaleState:
    return revalue(state, facts_of(state))


def amounts(state: SaleState) -> list[int]:
    return [invoice.amount_minor for invoice in state.invoices]


def cells(state: SaleState, line_no: int) -> list[int]:
    line = next(line for line in state.lines if line.line_no == line_no)
    return [cell.amount_minor for cell in state.cells if cell.line_id == line.id]


def vat(state: SaleState, rate_bp: int) -> list[int]:
    return [part.vat_minor for part in state.vats if part.rate_bp == rate_bp]


def totals(state: SaleState) -> tuple[int, int, int]:
    return state.sale.net_minor, state.sale.vat_minor, state.sale.gross_minor


def base_sale(*groups: ScheduleGroup, **header: object) -> SaleState:
    """E0: four seats, two parking places and a catalog line, 5,000.00 in all."""
    lines = [line_of(1, 4, 100_000), line_of(2, 2, 20_000), line_of(3, 1, 60_000)]
    rates = [600, 2_100, 2_100]
    state = state_of(list(zip(lines, rates, strict=True)), sale=sale_of(**header))
    return replace(state, groups=groups)

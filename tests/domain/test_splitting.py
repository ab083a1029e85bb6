"""Splitting an invoice of a Final Sale: two where one was, and everything else the same."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.billing import group_differences, revalue
from app.domain.invoices import Invoice, InvoiceLine
from app.domain.organisations import PriceBasis
from app.domain.sales import SaleState
from app.domain.splitting import split_billed
from tests.domain.drawn_sales import billed, drafts
from tests.domain.sale_states import AUTUMN, SPRING, equal, facts_of, line_of, sale_of, state_of

ADDED_ID = UUID(int=5_000)
SCHEDULED = st.sampled_from([(None,), (AUTUMN, SPRING)])


def split(state: SaleState, invoice: Invoice, amount_minor: int) -> tuple[SaleState, Invoice]:
    """Split an amount off an invoice; return the Sale and the new invoice."""
    added = replace(
        invoice,
        id=ADDED_ID,
        sequence_no=len(state.invoices) + 1,
        amount_minor=amount_minor,
        net_minor=None,
        vat_minor=None,
        gross_minor=None,
    )
    found = split_billed(state, invoice, added)
    return found, found.invoices[-1]


def of_invoice(state: SaleState, invoice_id: UUID) -> list[InvoiceLine]:
    return [cell for cell in state.cells if cell.invoice_id == invoice_id]


def test_a_third_of_an_invoice_takes_a_third_of_every_cell_and_of_its_vat() -> None:
    lines = [(line_of(1, 1, 30_000), 600), (line_of(2, 1, 60_003), 2_100)]
    state = state_of(lines, equal(1))
    state = revalue(state, facts_of(state))
    after, added = split(state, state.invoices[0], 30_001)
    (kept, moved) = after.invoices
    assert (kept.net_minor, kept.vat_minor, kept.gross_minor) == (60_002, 9_601, 69_603)
    assert (added.net_minor, added.vat_minor, added.gross_minor) == (30_001, 4_800, 34_801)
    assert moved == added
    assert [cell.amount_minor for cell in of_invoice(after, ADDED_ID)] == [10_000, 20_001]
    assert [(part.rate_bp, part.net_minor, part.vat_minor) for part in after.vats] == [
        (600, 20_000, 1_200),
        (2_100, 40_002, 8_401),
        (600, 10_000, 600),
        (2_100, 20_001, 4_200),
    ]
    assert after.sale == state.sale


def test_a_cell_without_anything_left_is_on_neither_invoice() -> None:
    lines = [(line_of(1, 1, 1), 600), (line_of(2, 1, 100), 2_100)]
    state = state_of(lines, equal(1), sale=sale_of(price_basis=PriceBasis.GROSS))
    state = revalue(state, facts_of(state))
    half, added = split(state, state.invoices[0], 50)
    assert [cell.amount_minor for cell in of_invoice(half, ADDED_ID)] == [50]
    assert [cell.amount_minor for cell in of_invoice(half, state.invoices[0].id)] == [1, 50]
    assert (added.net_minor, added.vat_minor) == (41, 9)
    most, _ = split(state, state.invoices[0], 100)
    assert [cell.amount_minor for cell in of_invoice(most, ADDED_ID)] == [1, 99]
    assert [cell.amount_minor for cell in of_invoice(most, state.invoices[0].id)] == [1]
    assert [(vat.rate_bp, vat.net_minor) for vat in most.vats] == [
        (2_100, 1),
        (600, 1),
        (2_100, 82),
    ]


@given(drafts(SCHEDULED), st.data())
def test_what_two_invoices_carry_is_what_the_one_carried(
    drawn: SaleState, data: st.DataObject
) -> None:
    state = billed(drawn)
    divisible = [one for one in state.invoices if abs(one.amount_minor) > 1]
    assume(divisible)
    invoice = data.draw(st.sampled_from(divisible))
    whole = abs(invoice.amount_minor)
    sign = 1 if invoice.amount_minor > 0 else -1
    part = sign * data.draw(st.integers(1, whole - 1))
    after, added = split(state, invoice, part)
    assert (after.sale, after.lines, after.components) == (
        state.sale,
        state.lines,
        state.components,
    )
    assert added.amount_minor == part
    assert group_differences(after) == group_differences(state)
    changed = {invoice.id, ADDED_ID}
    for before, now in [
        (state.invoices, after.invoices),
        (state.cells, after.cells),
        (state.vats, after.vats),
    ]:
        untouched = [one for one in before if owner(one) not in changed]
        assert [one for one in now if owner(one) not in changed] == untouched
    for rows in (state, after):
        assert {owner(one) for one in rows.cells} <= {one.id for one in rows.invoices}
    assert sums_by_component(state, {invoice.id}) == sums_by_component(after, changed)
    for one in after.invoices:
        cells, vats = (
            of_invoice(after, one.id),
            [vat for vat in after.vats if vat.invoice_id == one.id],
        )
        assert one.amount_minor == sum(cell.amount_minor for cell in cells)
        assert one.net_minor == sum(cell.net_minor for cell in cells)
        assert one.vat_minor == sum(cell.vat_minor for cell in cells)
        assert one.vat_minor == sum(vat.vat_minor for vat in vats)
        assert one.net_minor == sum(vat.net_minor for vat in vats)
        assert one.gross_minor == sum(cell.gross_minor for cell in cells)
        for cell in cells:
            assert cell.gross_minor == cell.net_minor + cell.vat_minor
            assert sign * cell.amount_minor > 0
            assert sign * cell.vat_minor >= 0
            assert sign * cell.net_minor >= 0


def owner(one: object) -> UUID:
    """Return the invoice that something belongs to."""
    found = one.id if isinstance(one, Invoice) else getattr(one, "invoice_id", None)
    assert isinstance(found, UUID)
    return found


def sums_by_component(
    state: SaleState, invoice_ids: set[UUID]
) -> dict[UUID, tuple[int, int, int, int]]:
    """Sum the amount, net, VAT and gross of the cells of some invoices."""
    sums: dict[UUID, Counter[str]] = {}
    names = ("amount_minor", "net_minor", "vat_minor", "gross_minor")
    for cell in state.cells:
        if cell.invoice_id in invoice_ids:
            counted = sums.setdefault(cell.component_id, Counter())
            for name in names:
                counted[name] += getattr(cell, name)
    return {
        component: (found[names[0]], found[names[1]], found[names[2]], found[names[3]])
        for component, found in sums.items()
    }

"""What holds for the money of every Sale, however it is priced, taxed, scheduled and allocated."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.billing import (
    entitlement_amounts,
    group_differences,
    group_lines,
    revalue,
    value_grid,
)
from app.domain.cells import class_of
from app.domain.invoices import ScheduleMode
from app.domain.money import round_half_up_div
from app.domain.organisations import PriceBasis, VatRounding
from app.domain.sales import SaleLine, SaleLineComponent, SaleState, SaleType
from tests.domain.drawn_sales import billed, drafts, grouped
from tests.domain.sale_states import AUTUMN, SPRING, facts_of, ids_from

SCHEDULED = st.sampled_from([(None,), (AUTUMN, SPRING)])
FOLLOWING = ("EQUAL", "DATES", "PERCENT", "RELATIVE")


def rounded_vat(amount: int, rate_bp: int, basis: PriceBasis) -> int:
    inside = rate_bp if basis is PriceBasis.GROSS else 0
    return round_half_up_div(amount * rate_bp, 10_000 + inside)


@given(drafts())
def test_entitlements_are_worth_their_line_and_their_component_exactly(drawn: SaleState) -> None:
    state = billed(drawn)
    for line in state.lines:
        parts = state.components_of(line.id)
        grid = value_grid(line, parts)
        assert [sum(values) for values in grid] == [part.amount_minor for part in parts]
        worth = entitlement_amounts(line, parts)
        assert sum(worth.values()) == line.amount_minor
        assert sorted(worth.values()) == sorted(value for values in grid for value in values)
        assert all(value * line.amount_minor >= 0 for value in worth.values())
        items = len(line.calendar_item_ids) or 1
        for part, values in zip(parts, grid, strict=True):
            assert len(values) == line.quantity * part.quantity * (items if part.is_per_item else 1)
        units = Counter[int]()
        for (_, unit, _, _), value in worth.items():
            units[unit] += value
        assert max(units.values()) - min(units.values()) <= 1


@given(drafts())
def test_lines_sum_to_the_sale_and_components_to_their_line(drawn: SaleState) -> None:
    state = billed(drawn)
    sale = state.sale
    undiscounted = sum(
        line.quantity * line.unit_price_minor - line.discount_minor for line in state.lines
    )
    assert sum(line.sale_discount_minor for line in state.lines) == sale.discount_minor
    assert sum(line.amount_minor for line in state.lines) == undiscounted - sale.discount_minor
    for line in state.lines:
        parts = state.components_of(line.id)
        assert line.amount_minor == sum(part.amount_minor for part in parts)
        assert line.net_minor == sum(part.net_minor for part in parts)
        assert line.vat_minor == sum(part.vat_minor for part in parts)
    assert sale.net_minor == sum(line.net_minor for line in state.lines)
    assert sale.vat_minor == sum(line.vat_minor for line in state.lines)
    assert sale.gross_minor == sale.net_minor + sale.vat_minor
    sign = -1 if sale.type is SaleType.CREDIT else 1
    valued: list[SaleLine | SaleLineComponent] = [*state.lines, *state.components]
    for one in valued:
        assert one.gross_minor == one.net_minor + one.vat_minor
        is_gross = sale.price_basis is PriceBasis.GROSS
        assert one.amount_minor == (one.gross_minor if is_gross else one.net_minor)
        assert sign * one.amount_minor >= 0


@given(drafts(SCHEDULED))
def test_invoices_are_their_cells_and_cells_their_components(drawn: SaleState) -> None:
    state = billed(drawn)
    columns: dict[object, list[int]] = {one.id: [0, 0, 0, 0] for one in state.invoices}
    rows: dict[object, list[int]] = {one.id: [0, 0, 0, 0] for one in state.components}
    for cell in state.cells:
        assert cell.amount_minor
        assert cell.amount_minor * state.sale.gross_minor > 0
        assert cell.gross_minor == cell.net_minor + cell.vat_minor
        for sums in (columns[cell.invoice_id], rows[cell.component_id]):
            sums[0] += cell.amount_minor
            sums[1] += cell.net_minor
            sums[2] += cell.vat_minor
            sums[3] += cell.gross_minor
    for invoice in state.invoices:
        assert columns[invoice.id] == [
            invoice.amount_minor,
            invoice.net_minor,
            invoice.vat_minor,
            invoice.gross_minor,
        ]
    for part in state.components:
        assert rows[part.id] == [
            part.amount_minor,
            part.net_minor,
            part.vat_minor,
            part.gross_minor,
        ]


@given(drafts(SCHEDULED))
def test_invoices_sum_to_the_lines_of_their_group_in_net_vat_and_gross(drawn: SaleState) -> None:
    state = billed(drawn)
    assert group_differences(state) == [(group.id, 0) for group in state.groups]
    for group in state.groups:
        lines = group_lines(state)[group.id]
        invoices = [one for one in state.invoices if one.schedule_group_id == group.id]
        assert sum(one.net_minor or 0 for one in invoices) == sum(one.net_minor for one in lines)
        assert sum(one.vat_minor or 0 for one in invoices) == sum(one.vat_minor for one in lines)
        assert sum(one.gross_minor or 0 for one in invoices) == sum(
            one.gross_minor for one in lines
        )
    assert sum(one.gross_minor or 0 for one in state.invoices) == state.sale.gross_minor


@given(drafts(SCHEDULED))
def test_vat_is_that_of_the_whole_sale_or_of_each_document(drawn: SaleState) -> None:
    state = billed(drawn)
    basis = state.sale.price_basis
    is_exact = state.sale.vat_rounding is VatRounding.SALE_EXACT
    amounts = Counter[object]()
    for cell in state.cells:
        part = next(one for one in state.components if one.id == cell.component_id)
        amounts[cell.invoice_id, class_of(part)] += cell.amount_minor
    carried = {
        (vat.invoice_id, vat.vat_category, vat.rate_bp): (vat.net_minor, vat.vat_minor)
        for vat in state.vats
    }
    assert len(carried) == len(state.vats) == len(amounts)
    whole, taken = Counter[int](), Counter[int]()
    for vat in state.vats:
        inside = vat.vat_minor if basis is PriceBasis.GROSS else 0
        amount = vat.net_minor + inside
        error = vat.vat_minor - rounded_vat(amount, vat.rate_bp, basis)
        assert abs(error) <= (1 if is_exact else 0)
        assert vat.rate_bp or not vat.vat_minor
        whole[vat.rate_bp] += amount
        taken[vat.rate_bp] += vat.vat_minor
    if is_exact:
        for rate_bp, amount in whole.items():
            assert taken[rate_bp] == rounded_vat(amount, rate_bp, basis)
    assert sum(taken.values()) == state.sale.vat_minor


@given(drafts())
def test_billing_twice_changes_nothing(drawn: SaleState) -> None:
    once = billed(drawn)
    again = revalue(once, facts_of(once, grouped(once), new_id=ids_from(9_000)))
    assert again == once
    codes = [invoice.code for invoice in once.invoices]
    assert codes == [f"S-2026-000001-{number:02d}" for number in range(1, len(codes) + 1)]
    days = [invoice.planned_on for invoice in once.invoices]
    assert days == sorted(days)


@given(drafts(SCHEDULED, FOLLOWING), st.integers(1, 10**6))
def test_automatic_schedules_follow_a_dearer_line_and_keep_their_ids(
    drawn: SaleState, dearer: int
) -> None:
    drawn = replace(drawn, groups=tuple(replace(g, group_instalments={}) for g in drawn.groups))
    before = billed(drawn)
    dear = with_dearer_line(before, dearer)
    after = revalue(dear, facts_of(dear, grouped(dear), new_id=ids_from(9_000)))
    for group in before.groups:
        old, new = (
            [one.id for one in state.invoices if one.schedule_group_id == group.id]
            for state in (before, after)
        )
        assert new[: len(old)] == old[: len(new)]
        assert dict(group_differences(after))[group.id] == 0
    assert len({one.id for one in after.invoices}) == len(after.invoices)


@given(drafts(SCHEDULED), st.integers(1, 10**6))
def test_schedules_by_hand_keep_their_amounts_and_show_the_difference(
    drawn: SaleState, dearer: int
) -> None:
    before = billed(drawn)
    manual = tuple(replace(group, mode=ScheduleMode.MANUAL) for group in before.groups)
    by_hand = replace(before, groups=manual)
    assert billed(by_hand) == by_hand
    after = billed(with_dearer_line(by_hand, dearer))
    assert [(one.id, one.amount_minor, one.planned_on) for one in after.invoices] == [
        (one.id, one.amount_minor, one.planned_on) for one in before.invoices
    ]
    old, new = group_lines(before), group_lines(after)
    shown = group_differences(after)
    assert shown == [
        (group_id, sum(o.amount_minor for o in lines) - sum(o.amount_minor for o in old[group_id]))
        for group_id, lines in new.items()
    ]
    off = {group_id for group_id, difference in shown if difference}
    for invoice in after.invoices:
        assert (invoice.gross_minor is None) == (invoice.schedule_group_id in off)
    assert after.sale.gross_minor == sum(line.gross_minor for line in after.lines)


def with_dearer_line(state: SaleState, dearer: int) -> SaleState:
    """Raise the price of the first line, or lower that of a credit."""
    first = state.lines[0]
    sign = -1 if state.sale.type is SaleType.CREDIT else 1
    changed = replace(first, unit_price_minor=first.unit_price_minor + sign * dearer)
    return replace(state, lines=(changed, *state.lines[1:]))

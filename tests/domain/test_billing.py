"""The money of a Draft: the worked examples with their exact figures."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.domain.billing import (
    bill,
    entitlement_amounts,
    group_differences,
    value_grid,
    value_lines,
)
from app.domain.errors import DomainError
from app.domain.invoices import ScheduleMode
from app.domain.money import MAX_AMOUNT_MINOR
from app.domain.organisations import PriceBasis, VatRounding
from app.domain.sales import SaleState, SaleType
from app.domain.vat import VatCategory
from tests.domain.billed_sales import amounts, base_sale, billed, cells, totals, vat
from tests.domain.recipes import percent
from tests.domain.sale_states import (
    equal,
    facts_of,
    group_of,
    invoice_of,
    line_of,
    part_of,
    sale_of,
    state_of,
)

MATCHES = tuple(UUID(int=2_000 + number) for number in range(17))


def test_four_instalments_of_the_base_sale_carry_their_part_of_every_line() -> None:
    state = billed(base_sale(equal(4)))
    assert amounts(state) == [125_000] * 4
    assert [cells(state, number) for number in (1, 2, 3)] == [
        [100_000] * 4,
        [10_000] * 4,
        [15_000] * 4,
    ]
    assert vat(state, 600) == [6_000] * 4
    assert vat(state, 2_100) == [5_250] * 4
    assert [invoice.gross_minor for invoice in state.invoices] == [136_250] * 4
    assert totals(state) == (500_000, 45_000, 545_000)
    assert [line.vat_minor for line in state.lines] == [24_000, 8_400, 12_600]
    assert [invoice.code for invoice in state.invoices][::3] == [
        "S-2026-000001-01",
        "S-2026-000001-04",
    ]


def test_an_amount_that_does_not_divide_leaves_its_cents_on_the_first_invoices() -> None:
    lines = [line_of(1, 3, 19_999), line_of(2, 1, 15_001), line_of(3, 1, 25_002)]
    state = billed(state_of(list(zip(lines, [600, 2_100, 1_200], strict=True)), equal(3)))
    assert amounts(state) == [33_334, 33_333, 33_333]
    assert cells(state, 1) == [19_999, 19_999, 19_999]
    assert cells(state, 2) == [5_001, 5_000, 5_000]
    assert cells(state, 3) == [8_334, 8_334, 8_334]
    assert (vat(state, 600), vat(state, 2_100)) == ([1_200] * 3, [1_050] * 3)
    assert vat(state, 1_200) == [1_000] * 3
    assert [invoice.gross_minor for invoice in state.invoices] == [36_584, 36_583, 36_583]
    assert totals(state) == (100_000, 9_750, 109_750)


def test_a_season_of_seventeen_matches_is_worth_its_price_match_by_match() -> None:
    scope = {"calendar_item_ids": MATCHES, "calendar_item_weights": (1,) * 17}
    seat, parking = line_of(1, 1, 100_000, **scope), line_of(2, 1, 17_000, **scope)
    plan = group_of(1, percent(400_000, 300_000, 300_000))
    state = billed(state_of([(seat, 600), (parking, 2_100)], plan))
    assert value_grid(state.lines[0], state.components_of(seat.id)) == [[5_883] * 6 + [5_882] * 11]
    assert value_grid(state.lines[1], state.components_of(parking.id)) == [[1_000] * 17]
    assert amounts(state) == [46_800, 35_100, 35_100]
    assert cells(state, 1) == [40_000, 30_000, 30_000]
    assert cells(state, 2) == [6_800, 5_100, 5_100]
    assert vat(state, 600) == [2_400, 1_800, 1_800]
    assert vat(state, 2_100) == [1_428, 1_071, 1_071]
    worth = entitlement_amounts(state.lines[0], state.components_of(seat.id))
    assert list(worth) == [(UUID(int=1_101), 1, match, 1) for match in MATCHES]


def test_a_package_with_three_rates_is_divided_by_its_weights_and_taxed_by_its_parts() -> None:
    line = line_of(1, 1, 24_999)
    parts = [
        part_of(line, rate_bp, component_no=number, piece_weight=weight)
        for number, (rate_bp, weight) in enumerate([(600, 120), (1_200, 80), (2_100, 50)], start=1)
    ]
    state = billed(SaleState(sale_of(), (line,), tuple(parts), (equal(3),)))
    assert [part.amount_minor for part in state.components] == [11_999, 8_000, 5_000]
    assert [part.vat_minor for part in state.components] == [720, 960, 1_050]
    assert [part.gross_minor for part in state.components] == [12_719, 8_960, 6_050]
    assert amounts(state) == [8_333] * 3
    by_part = [
        [cell.amount_minor for cell in state.cells if cell.component_id == part.id]
        for part in parts
    ]
    assert by_part == [[4_000, 4_000, 3_999], [2_667, 2_666, 2_667], [1_666, 1_667, 1_667]]
    assert totals(state) == (24_999, 2_730, 27_729)


@pytest.mark.parametrize(
    ("rounding", "vats", "total"),
    [
        (VatRounding.SALE_EXACT, [2_160] + [2_161] * 5 + [2_160] * 6, 25_925),
        (VatRounding.PER_DOCUMENT, [2_160] * 12, 25_920),
    ],
)
def test_twelve_instalments_carry_the_vat_of_the_sale_or_of_each_document(
    rounding: VatRounding, vats: list[int], total: int
) -> None:
    header = sale_of(vat_rounding=rounding)
    state = billed(state_of([(line_of(1, 1, 123_450), 2_100)], equal(12), sale=header))
    assert amounts(state) == [10_288] * 6 + [10_287] * 6
    assert vat(state, 2_100) == vats
    assert totals(state) == (123_450, total, 123_450 + total)


def test_prices_with_vat_are_divided_with_vat_and_the_net_follows() -> None:
    header = sale_of(price_basis=PriceBasis.GROSS)
    state = billed(state_of([(line_of(1, 1, 50_000), 1_900)], equal(3), sale=header))
    assert [invoice.gross_minor for invoice in state.invoices] == [16_667, 16_667, 16_666]
    assert vat(state, 1_900) == [2_661] * 3
    assert [cell.net_minor for cell in state.cells] == [14_006, 14_006, 14_005]
    assert totals(state) == (42_017, 7_983, 50_000)


def test_a_discount_on_the_sale_is_taken_off_its_lines_by_their_value() -> None:
    lines = [line_of(1, 3, 10_000, discount_minor=5_000), line_of(2, 1, 25_000)]
    header = sale_of(discount_minor=5_001)
    state = billed(state_of([(lines[0], 600), (lines[1], 2_100)], equal(2), sale=header))
    assert [line.sale_discount_minor for line in state.lines] == [2_501, 2_500]
    assert [line.amount_minor for line in state.lines] == [22_499, 22_500]
    assert totals(state) == (44_999, 1_350 + 4_725, 51_074)


def test_a_credit_sale_mirrors_the_sale_that_it_gives_back() -> None:
    charged = billed(base_sale(equal(3), discount_minor=100))
    lines = tuple(replace(one, unit_price_minor=-one.unit_price_minor) for one in charged.lines)
    header = sale_of(type=SaleType.CREDIT, discount_minor=-100)
    credited = billed(replace(base_sale(equal(3)), sale=header, lines=lines))
    assert amounts(credited) == [-amount for amount in amounts(charged)]
    assert [part.vat_minor for part in credited.vats] == [-part.vat_minor for part in charged.vats]
    assert totals(credited) == (-499_900, -44_991, -544_891)


def test_a_free_sale_has_no_invoices_and_adds_up() -> None:
    state = billed(state_of([(line_of(1, 3, 0), 600)], equal(4)))
    assert (state.invoices, state.cells, state.vats) == ((), (), ())
    assert (group_differences(state), totals(state)) == ([(UUID(int=51), 0)], (0, 0, 0))
    manual = replace(equal(1), mode=ScheduleMode.MANUAL)
    void = billed(replace(state, groups=(manual,), invoices=(invoice_of(1, 0),)))
    assert [one.gross_minor for one in void.invoices] == [0]
    assert (void.cells, void.vats) == ((), ())


def test_what_is_granted_once_takes_its_part_before_the_matches_do() -> None:
    line = line_of(1, 2, 10_001, calendar_item_ids=MATCHES[:3], calendar_item_weights=(2, 1, 1))
    seats = part_of(line, 600, quantity=2, piece_weight=40)
    scarf = part_of(line, 2_100, component_no=2, piece_weight=20, is_per_item=False)
    state = value_lines(SaleState(sale_of(), (line,), (scarf, seats)), {})
    assert value_grid(state.lines[0], (seats, scarf)) == [
        [2_001, 2_000, 1_000, 1_000, 1_000, 1_000, 2_001, 2_000, 1_000, 1_000, 1_000, 1_000],
        [2_000, 2_000],
    ]
    assert [part.amount_minor for part in state.components_of(line.id)] == [16_002, 4_000]
    worth = entitlement_amounts(state.lines[0], (seats, scarf))
    assert worth[seats.id, 2, MATCHES[0], 1] == 2_001
    assert worth[scarf.id, 2, None, 1] == 2_000
    assert sum(worth.values()) == 20_002


def test_a_line_of_weightless_matches_is_divided_evenly() -> None:
    line = line_of(1, 1, 101, calendar_item_ids=MATCHES[:2], calendar_item_weights=(0, 0))
    state = value_lines(state_of([(line, 600)]), {})
    assert value_grid(state.lines[0], state.components) == [[51, 50]]


def test_a_sale_beyond_the_largest_amount_is_refused_before_and_with_vat() -> None:
    half = MAX_AMOUNT_MINOR // 2 + 1
    with pytest.raises(DomainError, match=r"^AMOUNT_TOO_LARGE: "):
        billed(state_of([(line_of(1, 1, half), 0), (line_of(2, 1, half), 0)], equal(1)))
    state = state_of([(line_of(1, 1, MAX_AMOUNT_MINOR), 0)], equal(1))
    assert totals(billed(state)) == (MAX_AMOUNT_MINOR, 0, MAX_AMOUNT_MINOR)
    with pytest.raises(DomainError, match=r"^AMOUNT_TOO_LARGE: "):
        billed(state_of([(line_of(1, 1, MAX_AMOUNT_MINOR), 1)], equal(1)))


def test_other_vat_classes_are_billed_on_the_same_invoices() -> None:
    before = billed(base_sale(equal(4)))
    parts = tuple(
        replace(part, vat_category=VatCategory.REVERSE_CHARGE, rate_bp=0)
        for part in before.components
    )
    after = bill(replace(before, components=parts), facts_of(before).product_groups)
    assert totals(after) == (500_000, 0, 500_000)
    assert [one.amount_minor for one in after.invoices] == [125_000] * 4
    assert [(part.vat_category, part.vat_minor) for part in after.vats] == [
        (VatCategory.REVERSE_CHARGE, 0)
    ] * 4

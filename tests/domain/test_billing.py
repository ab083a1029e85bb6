"""The money of a Draft: the worked examples with their exact figures, and whose lines are whose."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.allocation import AllocationStrategy
from app.domain.billing import (
    bill,
    entitlement_amounts,
    group_differences,
    group_lines,
    revalue,
    value_grid,
    value_lines,
)
from app.domain.errors import DomainError
from app.domain.invoices import ScheduleGroup, ScheduleMode
from app.domain.money import MAX_AMOUNT_MINOR
from app.domain.organisations import PriceBasis, VatRounding
from app.domain.sales import SaleState, SaleType
from app.domain.schedule import (
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    EqualRecipe,
    RelativeRecipe,
    RelativeRow,
)
from app.domain.vat import VatCategory
from tests.domain.recipes import percent
from tests.domain.sale_states import (
    AUTUMN,
    SPRING,
    TODAY,
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


def test_whole_lines_can_be_billed_one_after_the_other_or_by_product_group() -> None:
    filled = billed(base_sale(replace(equal(2), allocation=AllocationStrategy.LINE_BY_LINE)))
    assert [cells(filled, number) for number in (1, 2, 3)] == [
        [250_000, 150_000],
        [40_000],
        [60_000],
    ]
    parking = UUID(int=202)
    by_group = replace(
        equal(2),
        allocation=AllocationStrategy.GROUP_TO_INSTALMENT,
        group_instalments={str(parking): 1},
    )
    placed = billed(base_sale(by_group))
    assert [cells(placed, number) for number in (1, 2, 3)] == [
        [217_391, 182_609],
        [40_000],
        [32_609, 27_391],
    ]


def test_an_invoice_has_vat_only_of_what_it_carries() -> None:
    state = billed(base_sale(replace(equal(2), allocation=AllocationStrategy.LINE_BY_LINE)))
    first, second = state.invoices
    found = [(part.invoice_id, part.rate_bp, part.net_minor) for part in state.vats]
    assert found == [
        (first.id, 600, 250_000),
        (second.id, 600, 150_000),
        (second.id, 2_100, 100_000),
    ]


def test_an_automatic_schedule_follows_the_lines_and_keeps_its_invoices() -> None:
    before = billed(base_sale(equal(4)))
    named = replace(
        before.invoices[2], reference="PO 7", created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    before = replace(before, invoices=(*before.invoices[:2], named, before.invoices[3]))
    after = billed(replace(before, lines=before.lines[:2], components=before.components[:2]))
    assert amounts(after) == [110_000] * 4
    assert [one.id for one in after.invoices] == [one.id for one in before.invoices]
    assert [one.reference for one in after.invoices] == [None, None, "PO 7", None]
    assert after.invoices[2].created_at == named.created_at


def test_a_schedule_by_hand_keeps_its_amounts_and_shows_the_difference() -> None:
    manual = replace(equal(4), mode=ScheduleMode.MANUAL)
    before = replace(billed(base_sale(equal(4))), groups=(manual,))
    after = billed(replace(before, lines=before.lines[:2], components=before.components[:2]))
    assert amounts(after) == [125_000] * 4
    assert group_differences(after) == [(manual.id, -60_000)]
    assert (after.cells, after.vats) == ((), ())
    assert {(one.net_minor, one.vat_minor, one.gross_minor) for one in after.invoices} == {
        (None, None, None)
    }
    assert totals(after) == (440_000, 24_000 + 8_400, 472_400)
    assert billed(replace(after, lines=before.lines, components=before.components)) == before


def test_one_group_that_does_not_add_up_leaves_the_invoices_of_the_others_alone() -> None:
    seat, parking = line_of(1, 1, 10_001, season_id=AUTUMN), line_of(2, 1, 900, season_id=SPRING)
    autumn, spring = equal(2, 1, AUTUMN), equal(1, 2, SPRING)
    before = billed(state_of([(seat, 2_100), (parking, 2_100)], autumn, spring))
    assert (amounts(before), before.sale.vat_minor) == ([5_001, 900, 5_000], 2_289)
    spring = replace(spring, mode=ScheduleMode.MANUAL)
    dearer = replace(before.lines[1], unit_price_minor=1_000)
    after = billed(replace(before, lines=(before.lines[0], dearer), groups=(autumn, spring)))
    assert group_differences(after) == [(autumn.id, 0), (spring.id, 100)]
    assert [one.gross_minor for one in after.invoices] == [6_051, None, 6_050]
    assert totals(after) == (11_001, 2_310, 13_311)


def test_invoices_of_all_groups_are_numbered_by_date_then_by_group() -> None:
    lines = [line_of(1, 1, 200, season_id=AUTUMN), line_of(2, 1, 100, season_id=SPRING)]
    spring, autumn = equal(2, 1, SPRING), equal(2, 2, AUTUMN)
    state = billed(state_of([(lines[0], 600), (lines[1], 600)], spring, autumn))
    found = [
        (one.code[-2:], one.sequence_no, one.planned_on, one.amount_minor) for one in state.invoices
    ]
    july, august = TODAY, date(2026, 8, 1)
    assert found == [
        ("01", 1, july, 50),
        ("02", 2, july, 100),
        ("03", 3, august, 50),
        ("04", 4, august, 100),
    ]


def test_a_line_belongs_to_the_schedule_of_its_season() -> None:
    lines = [
        line_of(1, 1, 5, season_id=AUTUMN),
        line_of(2, 1, 7, season_id=SPRING),
        line_of(3, 1, 11),
    ]
    state = value_lines(state_of([(line, 600) for line in lines]))
    spring, autumn, whole = equal(1, 1, SPRING), equal(1, 2, AUTUMN), equal(1, 3)
    found = [
        (groups, season, {key: [line.line_no for line in of] for key, of in gathered.items()})
        for groups, season in [
            ((), None),
            ((whole,), SPRING),
            ((spring, autumn), AUTUMN),
            ((spring, autumn), None),
            ((spring,), AUTUMN),
        ]
        for gathered in [group_lines(replace(state, groups=groups, sale=sale_of(season_id=season)))]
    ]
    assert [lines for _, _, lines in found] == [
        {None: [1, 2, 3]},
        {whole.id: [1, 2, 3]},
        {spring.id: [2], autumn.id: [1, 3]},
        {spring.id: [2, 3], autumn.id: [1]},
        {spring.id: [2, 3], None: [1]},
    ]


def test_lines_without_a_schedule_are_the_difference_of_no_group() -> None:
    state = billed(state_of([(line_of(1, 2, 500, season_id=SPRING), 600)], equal(1, 1, AUTUMN)))
    assert group_differences(state) == [(UUID(int=51), 0), (None, 1_000)]
    assert totals(state) == (1_000, 60, 1_060)
    assert state.invoices == ()
    assert group_differences(billed(base_sale())) == [(None, 500_000)]


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
    state = value_lines(SaleState(sale_of(), (line,), (scarf, seats)))
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
    state = value_lines(state_of([(line, 600)]))
    assert value_grid(state.lines[0], state.components) == [[51, 50]]


def test_a_relative_schedule_counts_from_sale_season_and_first_match() -> None:
    recipe = RelativeRecipe(
        (
            RelativeRow(Anchor.SALE_DATE, 1, 200_000),
            RelativeRow(Anchor.SEASON_START, -3, 300_000),
            RelativeRow(Anchor.CALENDAR_ITEM, 0, REST),
        )
    )
    state = state_of([(line_of(1, 1, 1_000, season_id=AUTUMN), 600)], group_of(1, recipe, AUTUMN))
    first_match = {AUTUMN: date(2026, 8, 9)}
    planned = revalue(state, facts_of(state, first_items_on=first_match)).invoices
    assert [(one.planned_on, one.amount_minor) for one in planned] == [
        (date(2026, 7, 2), 200),
        (date(2026, 7, 29), 300),
        (date(2026, 8, 9), 500),
    ]
    with pytest.raises(DomainError, match=r"^INVOICE_DATE_MISSING: .* SEASON_START"):
        revalue(state, facts_of(state, season_starts_on={}, first_items_on=first_match))
    with pytest.raises(DomainError, match=r"^INVOICE_DATE_MISSING: .* CALENDAR_ITEM"):
        revalue(state, facts_of(state, first_items_on={}))


def test_a_schedule_with_a_rest_refuses_lines_that_leave_less_than_its_fixed_amounts() -> None:
    recipe = AmountRecipe((AmountRow(TODAY, 100_000), AmountRow(date(2026, 9, 1), REST)))
    assert amounts(billed(base_sale(group_of(1, recipe)))) == [100_000, 400_000]
    state = state_of([(line_of(1, 1, 99_999), 600)], group_of(1, recipe))
    with pytest.raises(DomainError, match=r"^INVOICE_SUM_MISMATCH: .* a rest of -1 "):
        billed(state)


def test_instalments_of_the_wrong_sign_are_refused_even_where_they_add_up() -> None:
    manual = replace(equal(2), mode=ScheduleMode.MANUAL)
    invoices = (invoice_of(1, -100), invoice_of(2, 500_100))
    with pytest.raises(DomainError, match=r"^ALLOCATION_INVALID: "):
        billed(replace(base_sale(manual), invoices=invoices))


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


def test_an_equal_schedule_of_a_tiny_sale_has_as_many_invoices_as_units() -> None:
    state = billed(state_of([(line_of(1, 1, 2), 2_100)], group_of(1, EqualRecipe(4, TODAY))))
    assert (amounts(state), vat(state, 2_100)) == ([1, 1], [0, 0])

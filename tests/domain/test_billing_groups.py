"""The schedules of a Draft: whose lines are whose, what follows a change and what does not."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.allocation import AllocationStrategy
from app.domain.billing import (
    group_differences,
    group_lines,
    revalue,
    value_lines,
)
from app.domain.errors import DomainError
from app.domain.invoices import ScheduleMode
from app.domain.schedule import (
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    EqualRecipe,
    RelativeRecipe,
    RelativeRow,
)
from tests.domain.billed_sales import amounts, base_sale, billed, cells, totals, vat
from tests.domain.sale_states import (
    AUTUMN,
    SPRING,
    TODAY,
    equal,
    facts_of,
    group_of,
    invoice_of,
    line_of,
    sale_of,
    state_of,
)


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
    state = value_lines(state_of([(line, 600) for line in lines]), {})
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


def test_an_equal_schedule_of_a_tiny_sale_has_as_many_invoices_as_units() -> None:
    state = billed(state_of([(line_of(1, 1, 2), 2_100)], group_of(1, EqualRecipe(4, TODAY))))
    assert (amounts(state), vat(state, 2_100)) == ([1, 1], [0, 0])

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.allocation import NO_PLAN, AllocationStrategy, GroupPlan, allocate
from app.domain.errors import DomainError
from app.domain.money import apportion

PROPORTIONAL = AllocationStrategy.PROPORTIONAL
LINE_BY_LINE = AllocationStrategy.LINE_BY_LINE
GROUP_TO_INSTALMENT = AllocationStrategy.GROUP_TO_INSTALMENT

Matrix = tuple[list[int], list[int]]


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """Draw line totals and invoice amounts with one sum, both of one sign, zeros included."""
    rows = draw(st.lists(st.integers(0, 10**7) | st.integers(0, 9), min_size=1, max_size=10))
    weights = draw(st.lists(st.integers(0, 1_000), min_size=1, max_size=10))
    columns = apportion(sum(rows), weights if any(weights) else [1] * len(weights))
    sign = draw(st.sampled_from([1, -1]))
    return [sign * total for total in rows], [sign * amount for amount in columns]


def check_matrix(cells: list[list[int]], rows: list[int], columns: list[int]) -> None:
    assert [sum(row) for row in cells] == rows
    assert [sum(column) for column in zip(*cells, strict=True)] == columns
    sign = -1 if sum(rows) < 0 else 1
    assert all(sign * cell >= 0 for row in cells for cell in row)


def test_four_equal_invoices_carry_a_quarter_of_every_line() -> None:
    cells = allocate([400_000, 40_000, 60_000], [125_000] * 4)
    assert cells == [[100_000] * 4, [10_000] * 4, [15_000] * 4]


def test_odd_cents_leave_rows_and_columns_exact() -> None:
    cells = allocate([59_997, 15_001, 25_002], [33_334, 33_333, 33_333])
    assert cells == [
        [19_999, 19_999, 19_999],
        [5_001, 5_000, 5_000],
        [8_334, 8_334, 8_334],
    ]


def test_a_season_seat_and_a_parking_follow_forty_thirty_thirty() -> None:
    cells = allocate([100_000, 17_000], [46_800, 35_100, 35_100])
    assert cells == [[40_000, 30_000, 30_000], [6_800, 5_100, 5_100]]


def test_tiny_invoices_before_a_large_one_still_leave_every_sum_exact() -> None:
    # each single cent goes to the largest line, which is as far from proportion as it can get
    rows, columns = [1_000, *[900] * 9], [*[1] * 9, 9_091]
    cells = allocate(rows, columns)
    check_matrix(cells, rows, columns)
    assert cells[0] == [*[1] * 9, 991]


@given(matrices())
def test_rows_and_columns_are_exact_and_a_cell_never_has_the_wrong_sign(matrix: Matrix) -> None:
    rows, columns = matrix
    check_matrix(allocate(rows, columns), rows, columns)
    check_matrix(allocate(rows, columns, LINE_BY_LINE), rows, columns)


@given(matrices())
def test_a_cell_stays_within_one_cent_per_invoice_of_its_exact_part(matrix: Matrix) -> None:
    rows, columns = matrix
    whole = sum(rows)
    for row, cells in zip(rows, allocate(rows, columns), strict=True):
        for column, cell in zip(columns, cells, strict=True):
            exact = Fraction(row * column, whole) if whole else Fraction(0)
            assert abs(cell - exact) < len(columns)


@pytest.mark.parametrize("strategy", [PROPORTIONAL, LINE_BY_LINE])
@given(matrix=matrices())
def test_a_credit_sale_mirrors_its_sale(strategy: AllocationStrategy, matrix: Matrix) -> None:
    rows, columns = matrix
    mirrored = allocate([-total for total in rows], [-amount for amount in columns], strategy)
    assert mirrored == [[-cell for cell in row] for row in allocate(rows, columns, strategy)]


def test_line_by_line_fills_the_first_invoices_first() -> None:
    cells = allocate([40_000, 400_000, 60_000], [125_000] * 4, LINE_BY_LINE)
    assert cells == [
        [40_000, 0, 0, 0],
        [85_000, 125_000, 125_000, 65_000],
        [0, 0, 0, 60_000],
    ]


@given(matrices())
def test_line_by_line_begins_no_line_before_the_earlier_ones_are_placed(matrix: Matrix) -> None:
    rows, columns = matrix
    cells = allocate(rows, columns, LINE_BY_LINE)
    used = [[i for i, cell in enumerate(row) if cell] for row in cells]
    reached = [indexes for indexes in used if indexes]
    for earlier, later in pairwise(reached):
        assert earlier[-1] <= later[0]


def test_a_product_group_stands_whole_on_its_instalment() -> None:
    plan = GroupPlan(("SEAT", "PARKING", "CATALOG"), {"PARKING": 0, "CATALOG": 2})
    cells = allocate([40_000, 4_000, 6_000], [20_000, 20_000, 10_000], GROUP_TO_INSTALMENT, plan)
    assert cells == [[16_000, 20_000, 4_000], [4_000, 0, 0], [0, 0, 6_000]]
    negated = allocate(
        [-40_000, -4_000, -6_000], [-20_000, -20_000, -10_000], GROUP_TO_INSTALMENT, plan
    )
    assert negated == [[-cell for cell in row] for row in cells]


@given(matrices(), st.data())
def test_planned_groups_keep_rows_and_columns_exact(matrix: Matrix, data: st.DataObject) -> None:
    rows, columns = matrix
    groups = data.draw(
        st.lists(st.sampled_from("ABC"), min_size=len(rows), max_size=len(rows)), label="groups"
    )
    column = st.integers(0, len(columns) - 1) | st.none()
    planned = {group: data.draw(column, label=group) for group in "ABC"}
    plan = GroupPlan(
        tuple(groups), {group: index for group, index in planned.items() if index is not None}
    )
    planned_sums = [0] * len(columns)
    for group, total in zip(groups, rows, strict=True):
        if group in plan.column_by_group:
            planned_sums[plan.column_by_group[group]] += total
    pairs = zip(planned_sums, columns, strict=True)
    if any(abs(planned_sum) > abs(amount) for planned_sum, amount in pairs):
        with pytest.raises(DomainError, match=r"^ALLOCATION_INVALID: .* exceed it by \d+$"):
            allocate(rows, columns, GROUP_TO_INSTALMENT, plan)
        return
    cells = allocate(rows, columns, GROUP_TO_INSTALMENT, plan)
    check_matrix(cells, rows, columns)
    for group, total, row in zip(groups, rows, cells, strict=True):
        if group in plan.column_by_group:
            assert row[plan.column_by_group[group]] == total


def test_without_a_plan_for_any_group_the_spread_is_proportional() -> None:
    rows, columns = [59_997, 15_001, 25_002], [33_334, 33_333, 33_333]
    plan = GroupPlan(("SEAT", "PARKING", "GIFT"), {"FORMULA": 1})
    assert allocate(rows, columns, GROUP_TO_INSTALMENT, plan) == allocate(rows, columns)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (NO_PLAN, r"the plan has 0 product groups for 2 lines"),
        (GroupPlan(("A", "B"), {"A": 2}), r"group A is planned on instalment 3 of 2"),
        (GroupPlan(("A", "B"), {"A": -1}), r"group A is planned on instalment 0 of 2"),
        (GroupPlan(("A", "B"), {"A": 0}), r"groups on instalment 1 exceed it by 10"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(plan: GroupPlan, message: str) -> None:
    with pytest.raises(DomainError, match=rf"^ALLOCATION_INVALID: .*{message}"):
        allocate([60, 40], [50, 50], GROUP_TO_INSTALMENT, plan)


@pytest.mark.parametrize(
    ("rows", "columns", "delta"),
    [
        ([100], [99], r"-1"),
        ([100], [60, 60], r"\+20"),
        ([5], [], r"-5"),
        ([], [7], r"\+7"),
        ([-10], [-7], r"\+3"),
        ([10], [-10], r"-20"),
    ],
)
def test_invoices_that_do_not_sum_to_the_lines_are_refused_with_the_difference(
    rows: list[int], columns: list[int], delta: str
) -> None:
    pattern = rf"^INVOICE_SUM_MISMATCH: the invoices sum to {delta} minor units"
    with pytest.raises(DomainError, match=pattern):
        allocate(rows, columns)


@pytest.mark.parametrize(
    ("rows", "columns"), [([10, -5], [5]), ([5], [10, -5]), ([5, -5], [0]), ([0], [5, -5])]
)
def test_positive_and_negative_amounts_together_are_refused(
    rows: list[int], columns: list[int]
) -> None:
    with pytest.raises(DomainError, match=r"^ALLOCATION_INVALID: .* one sign"):
        allocate(rows, columns)


@pytest.mark.parametrize("strategy", [PROPORTIONAL, LINE_BY_LINE])
def test_a_free_sale_has_empty_cells(strategy: AllocationStrategy) -> None:
    assert allocate([0, 0], [], strategy) == [[], []]
    assert allocate([], [0, 0], strategy) == []
    assert allocate([], [], strategy) == []
    assert allocate([0], [0, 0], strategy) == [[0, 0]]


def test_five_hundred_lines_over_two_years_of_months_take_less_than_50_ms() -> None:
    rows = [1_000 + 37 * i % 9_973 for i in range(500)]
    columns = apportion(sum(rows), [1] * 24)
    best_ms = float("inf")
    for _ in range(5):
        begun = time.process_time()
        cells = allocate(rows, columns)
        best_ms = min(best_ms, (time.process_time() - begun) * 1_000)
    check_matrix(cells, rows, columns)
    assert best_ms < 50

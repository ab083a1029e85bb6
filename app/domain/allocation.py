"""Which part of each sale line stands on which invoice: a matrix with exact rows and columns.

The matrix is stored, never recomputed: whoever changes it later (a cancellation) starts from its
cells. Nothing here knows of VAT, dates or documents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.money import apportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class AllocationStrategy(StrEnum):
    """How lines spread over invoices; every strategy keeps rows and columns exact.

    PROPORTIONAL puts a like part of every line on every invoice. LINE_BY_LINE fills the invoices
    with the lines in their order. GROUP_TO_INSTALMENT puts whole product groups on the
    instalments that are chosen for them, and spreads the rest in proportion.
    """

    PROPORTIONAL = "PROPORTIONAL"
    LINE_BY_LINE = "LINE_BY_LINE"
    GROUP_TO_INSTALMENT = "GROUP_TO_INSTALMENT"


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """Which instalment takes each product group, for GROUP_TO_INSTALMENT.

    `row_groups` has the product group of every row; `column_by_group` the index of the column, and
    groups that it does not name are spread in proportion over what is left.
    """

    row_groups: tuple[str, ...] = ()
    column_by_group: Mapping[str, int] = field(default_factory=dict)


NO_PLAN = GroupPlan()
"""No product group is tied to an instalment."""


def allocate(
    row_totals: Sequence[int],
    column_amounts: Sequence[int],
    strategy: AllocationStrategy = AllocationStrategy.PROPORTIONAL,
    plan: GroupPlan = NO_PLAN,
) -> list[list[int]]:
    """Allocate lines (rows) to invoices (columns) so that both sums are exact.

    Args:
        row_totals: the value of each line, minor units; its order matters to LINE_BY_LINE.
        column_amounts: the amount of each invoice, minor units, by planned date, then sequence.
        strategy: how to spread.
        plan: for GROUP_TO_INSTALMENT, and for no other strategy.

    Returns:
        [one row per line × one cell per invoice] minor units. Rows sum to `row_totals`, columns to
        `column_amounts`, and no cell has a sign other than that of the Sale.

    Raises:
        DomainError: INVOICE_SUM_MISMATCH with the difference; ALLOCATION_INVALID for mixed signs,
            or for a plan that does not fit.
    """
    delta = sum(column_amounts) - sum(row_totals)
    if delta:
        message = f"the invoices sum to {delta:+d} minor units compared with the lines"
        refuse(ErrorCode.INVOICE_SUM_MISMATCH, message)
    smallest = min((*row_totals, *column_amounts), default=0)
    largest = max((*row_totals, *column_amounts), default=0)
    if smallest < 0 < largest:
        message = "lines and invoices of one Sale have one sign; positive and negative ones meet"
        refuse(ErrorCode.ALLOCATION_INVALID, message)
    if smallest < 0:
        negated = allocate([-t for t in row_totals], [-a for a in column_amounts], strategy, plan)
        return [[-cell for cell in row] for row in negated]
    if strategy is AllocationStrategy.LINE_BY_LINE:
        return _fill(row_totals, column_amounts)
    if strategy is AllocationStrategy.GROUP_TO_INSTALMENT:
        return _place_groups(row_totals, column_amounts, plan)
    return _spread(row_totals, column_amounts)


def _spread(row_totals: Sequence[int], column_amounts: Sequence[int]) -> list[list[int]]:
    """Let each invoice in turn take its amount from what remains of every line, in proportion.

    What remains of the lines always sums to what remains of the invoices, so the last invoice
    takes exactly the rest and no cell can exceed its line.
    """
    remaining = list(row_totals)
    cells: list[list[int]] = [[] for _ in row_totals]
    for amount in column_amounts:
        taken = apportion(amount, remaining)
        remaining = [left - part for left, part in zip(remaining, taken, strict=True)]
        for row, part in zip(cells, taken, strict=True):
            row.append(part)
    return cells


def _fill(row_totals: Sequence[int], column_amounts: Sequence[int]) -> list[list[int]]:
    """Put each line on the first invoices that have room: the north-west corner rule."""
    room = list(column_amounts)
    rows: list[list[int]] = []
    first = 0
    for total in row_totals:
        row = [0] * len(room)
        left = total
        while left:
            taken = min(left, room[first])
            row[first] = taken
            room[first] -= taken
            left -= taken
            if left:
                first += 1
        rows.append(row)
    return rows


def _place_groups(
    row_totals: Sequence[int], column_amounts: Sequence[int], plan: GroupPlan
) -> list[list[int]]:
    """Put the planned groups whole on their invoices, and spread the other lines over the rest."""
    if len(plan.row_groups) != len(row_totals):
        message = f"the plan has {len(plan.row_groups)} product groups for {len(row_totals)} lines"
        refuse(ErrorCode.ALLOCATION_INVALID, message)
    room = list(column_amounts)
    loose = list(row_totals)
    placed: list[tuple[int, int, int]] = []
    for index, group in enumerate(plan.row_groups):
        column = plan.column_by_group.get(group)
        if column is None:
            continue
        if not 0 <= column < len(room):
            message = f"product group {group} is planned on instalment {column + 1} of {len(room)}"
            refuse(ErrorCode.ALLOCATION_INVALID, message)
        room[column] -= row_totals[index]
        loose[index] = 0
        placed.append((index, column, row_totals[index]))
    for column, left in enumerate(room):
        if left < 0:
            message = f"the product groups on instalment {column + 1} exceed it by {-left}"
            refuse(ErrorCode.ALLOCATION_INVALID, message)
    cells = _spread(loose, room)
    for index, column, total in placed:
        cells[index][column] = total
    return cells

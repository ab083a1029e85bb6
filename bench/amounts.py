"""CPU of the amounts of one large Sale: 500 lines on 24 invoices, allocated and cancelled.

The limit is a bare loop that divides and rounds once for each of its 12,000 cells.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.allocation import AllocationStrategy, allocate
from app.domain.cancelling import CancelTerms, CreditWhere, cancel
from app.domain.organisations import CreditNotes
from app.domain.schedule import EqualRecipe
from tests.domain.cancelled_sales import granted
from tests.domain.drawn_sales import billed
from tests.domain.sale_states import NOW, TODAY, group_of, ids_from, line_of, state_of

if TYPE_CHECKING:
    from collections.abc import Callable

LINES, INVOICES, ROUNDS = 500, 24, 7
ALLOCATION_LIMIT_MS = 50
_RATES = (600, 1_200, 2_100)


def run_amounts() -> None:
    """Measure and print; the allocation must stay below its limit."""
    rows = [10_000 + 37 * number % 9_973 for number in range(LINES)]
    columns = [sum(rows) // INVOICES] * INVOICES
    columns[0] += sum(rows) - sum(columns)
    lines = [
        (line_of(number, 2, amount), _RATES[number % 3])
        for number, amount in enumerate(rows, start=1)
    ]
    state = billed(state_of(lines, group_of(1, EqualRecipe(INVOICES, TODAY))))
    entitlements = granted(state)
    frozen = frozenset(one.id for one in state.invoices[: INVOICES // 2])
    terms = CancelTerms(
        UUID(int=5_000),
        CreditWhere.PROPORTIONAL,
        CreditNotes.PER_DOCUMENT,
        frozen,
        TODAY,
        NOW,
        ids_from(5_001),
    )
    bare_ms = _cpu_ms(lambda: _divide(rows, columns))
    measured = {
        "allocation": _cpu_ms(lambda: allocate(rows, columns, AllocationStrategy.PROPORTIONAL)),
        "cancel one of two units of a line": _cpu_ms(
            lambda: cancel(state, entitlements[:1], terms)
        ),
        "cancel one of two units of all lines": _cpu_ms(
            lambda: cancel(state, entitlements[::2], terms)
        ),
        "cancel everything": _cpu_ms(lambda: cancel(state, entitlements, terms)),
    }
    print(f"\n{LINES} lines on {INVOICES} invoices, {INVOICES // 2} documented: CPU")
    print(f"{'':<40}{'ms':>8}{'of a bare loop':>16}")
    print(f"{'a bare loop over the cells':<40}{bare_ms:>8.1f}{1:>16.1f}")
    for name, spent_ms in measured.items():
        print(f"{name:<40}{spent_ms:>8.1f}{spent_ms / bare_ms:>16.1f}")
    if measured["allocation"] >= ALLOCATION_LIMIT_MS:
        print(f"the allocation takes {ALLOCATION_LIMIT_MS} ms or more")


def _divide(rows: list[int], columns: list[int]) -> int:
    """Divide every row by every column's share and keep the remainder, and nothing else."""
    whole, kept = sum(rows), 0
    for column in columns:
        for row in rows:
            quotient, remainder = divmod(row * column, whole)
            kept += quotient + (remainder > 0)
    return kept


def _cpu_ms(work: Callable[[], object]) -> float:
    """Return the least CPU of several rounds, in milliseconds."""
    spent = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent) * 1_000

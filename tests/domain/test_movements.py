"""Movements: whatever is sold, cancelled and taken back, they sum to what is left of each line."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given

from app.domain.cancel_undoing import undo
from app.domain.movements import MovementKind, SaleMovement, left_of, move
from app.domain.sales import SaleState, SaleStatus
from tests.domain.cancelled_sales import Story, stories
from tests.domain.sale_states import NOW, SALE_ID, ids_from, line_of, sale_of

LATER = NOW + timedelta(days=40)
CANCELLATION = UUID(int=77)


def final(state: SaleState) -> SaleState:
    return replace(state, sale=replace(state.sale, status=SaleStatus.FINAL, finalised_at=NOW))


def moved(
    before: SaleState | None, after: SaleState, cancellation_id: UUID | None = None
) -> tuple[SaleMovement, ...]:
    return move(before, after, now=LATER, new_id=ids_from(1), cancellation_id=cancellation_id)


def amounts(one: SaleMovement) -> tuple[int, int, int, int, int, int]:
    return (
        one.quantity,
        one.list_minor,
        one.discount_minor,
        one.net_minor,
        one.vat_minor,
        one.gross_minor,
    )


def sums(movements: list[SaleMovement], line_id: UUID) -> tuple[int, ...]:
    own = [amounts(one) for one in movements if one.line_id == line_id]
    return tuple(map(sum, zip(*own, strict=True)))


@given(stories(whole=True))
def test_movements_of_a_line_sum_to_what_is_left_and_end_at_nothing(story: Story) -> None:
    states = [story.steps[0].before, *(step.done.state for step in story.steps)]
    # The units of which nothing is left are counted by the command.
    none_left = tuple(replace(one, quantity_cancelled=one.quantity) for one in states[-1].lines)
    states[-1] = replace(states[-1], lines=none_left)
    found = list(moved(states[0], final(states[0])))
    assert {one.line_id for one in found} == {line.id for line in states[0].lines}
    for before, after in pairwise(states):
        found += moved(final(before), final(after), CANCELLATION)
        for line in after.lines:
            assert sums(found, line.id) == left_of(line)
    for line in states[-1].lines:
        assert sums(found, line.id) == (0, 0, 0, 0, 0, 0)


@given(stories())
def test_what_is_taken_back_moves_by_the_opposite_amount_before_vat(story: Story) -> None:
    step = story.steps[-1]
    before, after = final(step.before), final(step.done.state)
    back = undo(
        after,
        step.terms.cancellation_id,
        step.picked,
        step.done.reductions,
        set(step.terms.frozen),
    )
    gone, restored = moved(before, after), moved(after, back)
    assert {one.kind for one in gone} <= {MovementKind.CANCELLED}
    assert {one.kind for one in restored} <= {MovementKind.RESTORED}
    for line in before.lines:
        was, became = (
            [one.list_minor - one.discount_minor for one in found if one.line_id == line.id]
            for found in (gone, restored)
        )
        assert sum(was) + sum(became) == 0


def test_a_draft_moves_nothing_however_it_ends() -> None:
    draft = SaleState(sale_of(), lines=(line_of(1, 2, 500, amount_minor=1000, net_minor=1000),))
    ended = replace(draft, sale=replace(draft.sale, status=SaleStatus.CANCELLED))
    assert moved(None, draft) == ()
    assert moved(draft, ended) == ()


def test_finalising_moves_every_line_at_the_instant_of_the_sale() -> None:
    sold = line_of(
        1,
        3,
        900,
        list_price_minor=1000,
        discount_minor=200,
        sale_discount_minor=100,
        amount_minor=2400,
        net_minor=2400,
        vat_minor=504,
        gross_minor=2904,
    )
    given_away = line_of(2, 1, 0)
    state = final(SaleState(sale_of(), lines=(sold, given_away)))
    first, second = moved(None, state)
    assert first == SaleMovement(
        id=UUID(int=1),
        sale_id=SALE_ID,
        line_id=sold.id,
        kind=MovementKind.FINALISED,
        cancellation_id=None,
        quantity=3,
        list_minor=3000,
        discount_minor=600,
        net_minor=2400,
        vat_minor=504,
        gross_minor=2904,
        currency="EUR",
        moved_at=NOW,
    )
    assert (second.line_id, amounts(second)) == (given_away.id, (1, 0, 0, 0, 0, 0))


def test_a_cancelled_part_takes_its_share_of_list_value_and_discount_at_its_own_instant() -> None:
    whole = line_of(
        1, 3, 900, list_price_minor=1000, amount_minor=2700, net_minor=2700, gross_minor=2700
    )
    rest = replace(
        whole,
        quantity_cancelled=1,
        cancelled_count=1,
        cancelled_minor=900,
        amount_minor=1800,
        net_minor=1800,
        gross_minor=1800,
    )
    other = line_of(2, 1, 100, amount_minor=100, net_minor=100, gross_minor=100)
    before = final(SaleState(sale_of(), lines=(whole, other)))
    (only,) = moved(before, replace(before, lines=(rest, other)), CANCELLATION)
    assert amounts(only) == (-1, -1000, -100, -900, 0, -900)
    assert (only.kind, only.moved_at) == (MovementKind.CANCELLED, LATER)
    assert only.cancellation_id == CANCELLATION


def test_a_line_that_was_given_away_shrinks_by_its_units() -> None:
    line = line_of(1, 4, 0, list_price_minor=500, quantity_cancelled=1)
    assert left_of(line) == (3, 1500, 1500, 0, 0, 0)


def test_without_a_list_price_what_was_asked_for_stands_for_it() -> None:
    line = line_of(1, 2, 700, discount_minor=400, amount_minor=1000, net_minor=1000)
    assert left_of(line)[:3] == (2, 1400, 400)


def test_vat_that_moves_with_its_invoices_is_neither_sold_nor_cancelled() -> None:
    line = line_of(1, 1, 100, amount_minor=100, net_minor=100, vat_minor=21, gross_minor=121)
    before = final(SaleState(sale_of(), lines=(line,)))
    after = replace(before, lines=(replace(line, vat_minor=22, gross_minor=122),))
    (only,) = moved(before, after)
    assert only.kind is MovementKind.ADJUSTED
    assert amounts(only) == (0, 0, 0, 0, 1, 1)
    assert moved(before, before) == ()

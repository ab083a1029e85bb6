"""Selecting what is cancelled: lines, units, seats, calendar items, and what hangs together."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cancel_selection import (
    SELECTION_LIMIT,
    LineSelection,
    Selection,
    SelectionFacts,
    count_gone,
    pick,
)
from app.domain.errors import ErrorCode
from app.domain.sales import Entitlement, EntitlementStatus, SaleState
from app.domain.validation import Check
from tests.domain.sale_states import SALE_ID, line_of, state_of

ITEMS = tuple(UUID(int=7_000 + number) for number in range(3))
SEATS, LOUNGE = UUID(int=101), UUID(int=102)
"""The lines: 3 units of a seat and a bottle that is granted once; 4 lounge places."""


def seat(number: int) -> UUID:
    return UUID(int=6_000 + number)


def entitled(number: int, line: UUID, unit: int, item: UUID | None, **more: object) -> Entitlement:
    found = Entitlement(
        id=UUID(int=number),
        sale_id=SALE_ID,
        line_id=line,
        component_id=UUID(int=line.int + 1_000),
        unit_no=unit,
        piece_no=1,
        calendar_item_id=item,
        product_id=UUID(int=200),
        resource_id=None,
        pool_id=None,
        seat_entitlement_id=None,
        location_type_code=None,
        ticket_holder_id=None,
        value_minor=100,
        currency="EUR",
        status=EntitlementStatus.LIVE,
    )
    return replace(found, **more)  # type: ignore[arg-type]


def granted() -> list[Entitlement]:
    found = [
        entitled(10 * unit + place, SEATS, unit, item, resource_id=seat(unit))
        for unit in (1, 2, 3)
        for place, item in enumerate(ITEMS)
    ]
    found += [entitled(10 * unit + 9, SEATS, unit, None) for unit in (1, 2, 3)]
    found += [
        entitled(100 + 10 * unit + place, LOUNGE, unit, item)
        for unit in (1, 2, 3, 4)
        for place, item in enumerate(ITEMS)
    ]
    return found


def the_sale() -> SaleState:
    return state_of([(line_of(1, 3, 1_000), 600), (line_of(2, 4, 1_000), 1200)])


def ended(entitlements: Sequence[Entitlement], *numbers: int) -> list[Entitlement]:
    return [
        replace(one, status=EntitlementStatus.CANCELLED) if one.id.int in numbers else one
        for one in entitlements
    ]


def picked(
    selection: Selection, entitlements: Sequence[Entitlement] | None = None, **facts: object
) -> tuple[list[int], list[tuple[ErrorCode, tuple[str, ...]]]]:
    """Pick, and return the numbers of what was picked and the refusals."""
    check = Check()
    given_facts = SelectionFacts(granted() if entitlements is None else entitlements, **facts)  # type: ignore[arg-type]
    found = pick(the_sale(), selection, given_facts, check)
    return sorted(one.id.int for one in found), [(one.code, one.path) for one in check.violations]


def of_line(
    line: UUID, *items: UUID, quantity: int | None = None, seats: Sequence[int] = ()
) -> Selection:
    part = LineSelection(line, quantity, tuple(seat(number) for number in seats), items)
    return Selection(lines=(part,))


def test_everything_is_all_that_is_live() -> None:
    assert picked(Selection(everything=True)) == (sorted(one.id.int for one in granted()), [])
    rest, refusals = picked(Selection(everything=True), ended(granted(), 10, 11, 12, 19))
    assert (len(rest), refusals) == (len(granted()) - 4, [])
    assert picked(Selection(everything=True), []) == ([], [])


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(everything=True, calendar_item_ids=ITEMS[:1]),
        Selection(entitlement_ids=(UUID(int=10),), calendar_item_ids=ITEMS[:1]),
    ],
)
def test_a_selection_says_one_thing(selection: Selection) -> None:
    assert picked(selection) == ([], [(ErrorCode.INPUT_INVALID, ("everything",))])


def test_long_lists_are_refused() -> None:
    many = tuple(UUID(int=1_000_000 + number) for number in range(SELECTION_LIMIT + 1))
    too_many = ErrorCode.TOO_MANY_ITEMS
    assert (too_many, ("entitlementIds",)) in picked(Selection(entitlement_ids=many))[1]
    line = LineSelection(SEATS, resource_ids=many, calendar_item_ids=many)
    refusals = picked(Selection(lines=(line,)))[1]
    assert (too_many, ("lines", "0", "resourceIds")) in refusals
    assert (too_many, ("lines", "0", "calendarItemIds")) in refusals


def test_a_calendar_item_goes_of_every_line_and_what_is_granted_once_stays() -> None:
    chosen = Selection(calendar_item_ids=ITEMS[1:2])
    assert picked(chosen) == ([11, 21, 31, 111, 121, 131, 141], [])
    strange = Selection(calendar_item_ids=(UUID(int=1), ITEMS[0]))
    assert picked(strange)[1] == [(ErrorCode.NOT_FOUND, ("calendarItemIds", "0"))]
    gone = ended(granted(), 11, 21, 31, 111, 121, 131, 141)
    assert picked(chosen, gone)[1] == [(ErrorCode.CANCEL_NOTHING, ("calendarItemIds", "0"))]


def test_single_entitlements_are_named() -> None:
    assert picked(Selection(entitlement_ids=(UUID(int=11), UUID(int=19)))) == ([11, 19], [])
    wrong = Selection(entitlement_ids=tuple(UUID(int=one) for one in (11, 11, 12, 99_999)))
    assert picked(wrong, ended(granted(), 12))[1] == [
        (ErrorCode.SEAT_DUPLICATE, ("entitlementIds", "1")),
        (ErrorCode.CANCEL_TOO_MUCH, ("entitlementIds", "2")),
        (ErrorCode.NOT_FOUND, ("entitlementIds", "3")),
    ]


def test_a_whole_line_or_a_line_at_some_items() -> None:
    assert picked(of_line(SEATS))[0] == [10, 11, 12, 19, 20, 21, 22, 29, 30, 31, 32, 39]
    assert picked(of_line(SEATS, ITEMS[0], ITEMS[2])) == ([10, 12, 20, 22, 30, 32], [])
    refused = picked(of_line(SEATS, UUID(int=1)))
    assert refused == ([], [(ErrorCode.NOT_FOUND, ("lines", "0", "calendarItemIds", "0"))])
    gone = ended(granted(), 10, 20, 30)
    nothing = (ErrorCode.CANCEL_NOTHING, ("lines", "0", "lineId"))
    assert picked(of_line(SEATS, ITEMS[0]), gone) == ([], [nothing])
    unknown = picked(of_line(UUID(int=1)))[1]
    assert unknown == [(ErrorCode.NOT_FOUND, ("lines", "0", "lineId"))]


def test_the_highest_units_go_first() -> None:
    assert picked(of_line(LOUNGE, quantity=2)) == ([130, 131, 132, 140, 141, 142], [])
    gone = ended(granted(), 140, 141, 142, 130)
    assert picked(of_line(LOUNGE, quantity=1), gone) == ([131, 132], [])
    assert picked(of_line(LOUNGE, ITEMS[0], quantity=1), gone) == ([120], [])
    too_much = [(ErrorCode.CANCEL_TOO_MUCH, ("lines", "0", "quantity"))]
    assert picked(of_line(LOUNGE, quantity=4), gone)[1] == too_much
    assert picked(of_line(LOUNGE, ITEMS[0], quantity=3), gone)[1] == too_much
    for quantity in (0, -1):
        wrong = picked(of_line(LOUNGE, quantity=quantity))
        assert wrong == ([], [(ErrorCode.QUANTITY_INVALID, ("lines", "0", "quantity"))])
    numbered = picked(of_line(SEATS, quantity=1))
    assert numbered == ([], [(ErrorCode.SEATS_MISMATCH, ("lines", "0", "quantity"))])


def test_a_seat_takes_its_unit_along() -> None:
    assert picked(of_line(SEATS, seats=[2])) == ([20, 21, 22, 29], [])
    assert picked(of_line(SEATS, ITEMS[1], seats=[2, 3])) == ([21, 31], [])
    # The bottle goes with the last match of its unit.
    assert picked(of_line(SEATS, seats=[2]), ended(granted(), 20)) == ([21, 22, 29], [])
    both = picked(Selection(lines=(LineSelection(SEATS, 1, (seat(1),)),)))
    assert both[1] == [(ErrorCode.INPUT_INVALID, ("lines", "0", "quantity"))]


def test_guests_who_changed_seats_are_found_where_they_sit() -> None:
    swapped = [
        replace(one, resource_id=seat(3 - one.unit_no)) if one.id.int in {11, 21} else one
        for one in granted()
    ]
    assert picked(of_line(SEATS, seats=[1]), swapped) == ([10, 12, 21], [])
    assert picked(of_line(SEATS, seats=[1, 2]), swapped)[0] == [10, 11, 12, 19, 20, 21, 22, 29]


def test_seats_that_cannot_be_cancelled_are_listed() -> None:
    gone = ended(granted(), 10, 11, 12, 19)
    labels = {seat(1): "12A"}
    found = picked(of_line(SEATS, seats=[1, 2, 2, 8]), gone, labels=labels)
    path = ("lines", "0", "resourceIds")
    assert found[1] == [
        (ErrorCode.CANCEL_TOO_MUCH, (*path, "0")),
        (ErrorCode.SEAT_DUPLICATE, (*path, "2")),
        (ErrorCode.NOT_FOUND, (*path, "3")),
    ]
    at_item = picked(of_line(SEATS, ITEMS[0], seats=[1]), gone)[1]
    assert at_item == [(ErrorCode.CANCEL_TOO_MUCH, (*path, "0"))]


def test_a_line_is_selected_twice_only_by_different_seats() -> None:
    first = LineSelection(SEATS, resource_ids=(seat(1),), calendar_item_ids=ITEMS[:1])
    second = LineSelection(SEATS, resource_ids=(seat(2),), calendar_item_ids=ITEMS[1:])
    assert picked(Selection(lines=(first, second))) == ([10, 21, 22], [])
    again = picked(Selection(lines=(first, first)))[1]
    assert again == [(ErrorCode.SEAT_DUPLICATE, ("lines", "1", "resourceIds", "0"))]
    for lines in ((LineSelection(SEATS), second), (second, LineSelection(SEATS))):
        twice = (ErrorCode.INPUT_INVALID, ("lines", "1", "lineId"))
        assert twice in picked(Selection(lines=lines))[1]


def test_hospitality_goes_before_its_seat() -> None:
    formulas = [
        replace(one, seat_entitlement_id=UUID(int=10)) if one.id.int == 110 else one
        for one in granted()
    ]
    needs_seat = ErrorCode.FORMULA_NEEDS_SEAT
    assert picked(of_line(SEATS, seats=[1]), formulas)[1] == [(needs_seat, ("lines",))]
    assert picked(of_line(SEATS, seats=[2]), formulas)[1] == []
    assert picked(Selection(calendar_item_ids=ITEMS[:1]), formulas)[1] == []
    assert picked(of_line(SEATS, seats=[1]), ended(formulas, 110))[1] == []
    below = {UUID(int=20): ["S-2", "S-3"], UUID(int=21): ["S-3"]}
    found = picked(of_line(SEATS, seats=[2]), below=below)[1]
    assert found == [(needs_seat, ("saleId",)), (needs_seat, ("saleId",))]
    assert picked(of_line(SEATS, seats=[1]), below=below)[1] == []


def test_a_unit_is_gone_when_nothing_of_it_is_live() -> None:
    live = [one for one in granted() if one.id.int not in {10, 11, 12, 19, 20}]
    assert count_gone(live, the_sale().lines) == {SEATS: 1, LOUNGE: 0}


@given(
    st.sets(st.sampled_from([one.id.int for one in granted()])),
    st.integers(1, 4),
    st.sets(st.sampled_from(ITEMS)),
)
def test_a_quantity_never_takes_more_nor_what_is_not_live(
    gone: set[int], quantity: int, items: set[UUID]
) -> None:
    entitlements = ended(granted(), *gone)
    found, refusals = picked(of_line(LOUNGE, *sorted(items), quantity=quantity), entitlements)
    chosen = [one for one in entitlements if one.id.int in found]
    assert all(one.status is EntitlementStatus.LIVE for one in chosen)
    assert not items or {one.calendar_item_id for one in chosen} <= items
    units = {one.unit_no for one in chosen}
    assert len(units) == quantity or refusals
    left = {
        one.unit_no
        for one in entitlements
        if one.line_id == LOUNGE
        and one.status is EntitlementStatus.LIVE
        and (not items or one.calendar_item_id in items)
        and one.id.int not in found
    }
    assert not units or not left or max(left) < min(units)

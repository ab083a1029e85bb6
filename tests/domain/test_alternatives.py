"""Which free seats are offered instead of taken ones."""

from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.alternatives import ROW_DISTANCE, SeatPlace, nearest_free, together


def seat(row: int, position: int) -> SeatPlace:
    """Build a seat of a row, whose number is also the order of rows in the venue."""
    return SeatPlace(seat_id(row, position), UUID(int=row), row, position)


def seat_id(row: int, position: int) -> UUID:
    return UUID(int=1_000 * row + position)


PLACE = st.tuples(st.integers(1, 3), st.integers(1, 7))
PLACES = st.sets(PLACE, max_size=14)
WANTED = st.sets(PLACE, min_size=1, max_size=3)
SHUFFLED = PLACES.flatmap(lambda places: st.permutations(sorted(places)))


def test_seats_beside_come_before_those_of_the_next_row() -> None:
    free = [seat(5, 12), seat(6, 10), seat(5, 9), seat(5, 14), seat(4, 10), seat(5, 11)]
    assert nearest_free(seat(5, 10), free, limit=5) == (
        seat_id(5, 9),
        seat_id(5, 11),
        seat_id(5, 12),
        seat_id(5, 14),
        seat_id(6, 10),
    )
    assert nearest_free(seat(5, 10), free) == (seat_id(5, 9), seat_id(5, 11), seat_id(5, 12))
    assert nearest_free(seat(5, 10), []) == ()


def test_a_row_of_the_same_order_in_another_block_is_one_seat_further() -> None:
    beside = SeatPlace(UUID(int=1), UUID(int=77), 5, 12)
    free = [beside, seat(5, 14), seat(5, 12)]
    assert nearest_free(seat(5, 10), free) == (seat_id(5, 12), beside.resource_id, seat_id(5, 14))


@given(SHUFFLED, st.integers(1, 4), st.integers(1, 9), st.integers(1, 5))
def test_no_free_seat_is_nearer_than_those_that_are_offered(
    places: list[tuple[int, int]], row: int, position: int, limit: int
) -> None:
    offered = nearest_free(seat(row, position), [seat(*place) for place in places], limit=limit)
    assert len(offered) == len(set(offered)) == min(limit, len(places))

    def distance(place: tuple[int, int]) -> int:
        rows = abs(place[0] - row)
        return rows * ROW_DISTANCE + min(rows, 1) + abs(place[1] - position)

    away = {seat_id(*place): distance(place) for place in places}
    assert [away[one] for one in offered] == sorted(away.values())[:limit]


def test_as_many_seats_together_are_offered_in_the_nearest_row() -> None:
    wanted = [seat(2, 5), seat(2, 6)]
    free = [seat(1, 5), seat(1, 7), seat(2, 1), seat(2, 2), seat(3, 6), seat(3, 5), seat(3, 9)]
    assert together(wanted, free) == (seat_id(3, 5), seat_id(3, 6))
    assert together(wanted, free[:4]) == (seat_id(2, 1), seat_id(2, 2))
    assert together(wanted, free[:3]) == ()
    assert together([], free) == ()
    assert together(wanted, []) == ()


def test_seats_together_on_either_side_are_equally_near() -> None:
    wanted = [seat(2, 5), seat(2, 6)]
    left, right = [seat(2, 3), seat(2, 4)], [seat(2, 7), seat(2, 8)]
    further = [seat(2, 8), seat(2, 9)]
    assert together(wanted, [*left, *right]) == (seat_id(2, 3), seat_id(2, 4))
    assert together(wanted, [seat(2, 2), seat(2, 3), *right]) == (seat_id(2, 7), seat_id(2, 8))
    assert together(wanted, [*left, *further]) == (seat_id(2, 3), seat_id(2, 4))


def test_seats_of_one_position_are_not_taken_for_neighbours() -> None:
    twin = SeatPlace(UUID(int=1), UUID(int=2), 2, 4)
    wanted = [seat(2, 5), seat(2, 6), seat(2, 7)]
    assert together(wanted, [seat(2, 4), twin, seat(2, 6)]) == ()


@given(SHUFFLED, WANTED)
def test_seats_together_are_the_nearest_run_there_is(
    places: list[tuple[int, int]], wanted: set[tuple[int, int]]
) -> None:
    count = len(wanted)
    level = sum(row for row, _ in wanted) // count
    centre = sum(position for _, position in wanted) // count
    runs = {
        tuple(seat_id(*place) for place in run): abs(run[0][0] - level) * ROW_DISTANCE
        + abs(run[(count - 1) // 2][1] - centre)
        for row in range(1, 4)
        for first in range(1, 8)
        for run in [[(row, first + index) for index in range(count)]]
        if set(run) <= set(places)
    }
    offered = together([seat(*place) for place in wanted], [seat(*place) for place in places])
    if runs:
        assert runs[offered] == min(runs.values())
    else:
        assert offered == ()


def test_every_run_of_three_of_five_seats_is_found() -> None:
    free = [seat(1, position) for position in range(1, 6)]
    for kept in combinations(free, 3):
        positions = [place.position for place in kept]
        is_run = positions[2] - positions[0] == 2
        offered = together(free[:3], kept)
        assert offered == (tuple(place.resource_id for place in kept) if is_run else ())

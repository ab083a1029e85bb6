"""A hundred buyers at once: nobody gets half a season, nobody gets another's seat."""

import random
from typing import Any

import pytest
from sqlalchemy import text

from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.invariants import broken_rules
from tests.scenarios.rivals import (
    BRIEF,
    act,
    begin,
    build_arena,
    codes_of,
    current,
    race,
    seat_and_cocktail_lines,
    vip_line,
    watching_deadlocks,
)
from tests.stadium import Stadium

BUYERS = 100
MATCHES = 17
SEATS = 60
PLACES = 20


def buy(stadium: Stadium, number: int) -> dict[str, Any]:
    """Buy 2 to 4 neighbouring seats with cocktails for the season, as one line or as two."""
    dice = random.Random(number)
    count = dice.randint(2, 4)
    first = dice.randrange(SEATS - count)
    seats = stadium.seats[first : first + count]
    lines = [vip_line(stadium, seats)] if number % 2 else seat_and_cocktail_lines(stadium, seats)
    return act(stadium, "saleLineAdd", begin(stadium), lines=lines)


def season_items(engine: Engine, club: Club) -> dict[str, tuple[int, int]]:
    """For every Sale: its units, and its live entitlements."""
    statement = """
        SELECT s.code, coalesce(max(l.quantity), 0), (
            SELECT count(*) FROM entitlement e WHERE e.organisation_id = s.organisation_id
             AND e.sale_id = s.id AND e.status = 'LIVE')
        FROM sale s LEFT JOIN sale_line l
          ON l.organisation_id = s.organisation_id AND l.sale_id = s.id
        WHERE s.organisation_id = :club GROUP BY s.organisation_id, s.id, s.code"""
    with engine.connect() as connection:
        rows = connection.execute(text(statement), {"club": club.organisation.id}).all()
    return {code: (units, entitled) for code, units, entitled in rows}


@pytest.mark.slow
@pytest.mark.postgres
def test_a_hundred_buyers_of_sixty_seats_get_whole_seasons_or_nothing(
    club: Club, engine: Engine
) -> None:
    stadium = build_arena(club, matches=MATCHES, seats=SEATS, places=PLACES)
    with watching_deadlocks() as deadlocks:
        answers = race([lambda number=number: buy(stadium, number) for number in range(BUYERS)])  # type: ignore[misc]
    won = [one for one in answers if not one["userErrors"]]
    lost = [one for one in answers if one["userErrors"]]
    assert won
    assert {tuple(codes_of(one)) for one in lost} == {("INVENTORY_CONFLICT",)}
    winners = {one["sale"]["code"] for one in won}
    for one in lost:
        assert one["conflicts"]
        for conflict in one["conflicts"]:
            if conflict["resource"] is not None:
                assert conflict["holder"]["saleCode"] in winners
                assert conflict["holder"]["saleStatus"] == "DRAFT"
            else:
                assert conflict["pool"] is not None
                assert conflict["free"] < conflict["wanted"]
    items = season_items(engine, club)
    assert len(items) == BUYERS
    for code, (units, entitled) in items.items():
        # A seat and a cocktail for each unit at each of the matches.
        assert entitled == units * 2 * MATCHES
        assert (units > 0) is (code in winners)
    assert broken_rules(engine, club.organisation.id) == {}
    assert deadlocks == []
    pools = club.query("{ pools(first: 100) { nodes { taken capacity } } }")["pools"]["nodes"]
    assert len(pools) == MATCHES
    assert {pool["taken"] for pool in pools} == {sum(units for units, _ in items.values())}


@pytest.mark.postgres
def test_buyers_of_one_seat_leave_exactly_one_of_them_with_it(club: Club, engine: Engine) -> None:
    stadium = build_arena(club, matches=2, seats=1, places=20)
    sales = [begin(stadium) for _ in range(12)]
    line = vip_line(stadium, stadium.seats)
    answers = race(
        [lambda sale=sale: act(stadium, "saleLineAdd", sale, lines=[line]) for sale in sales]  # type: ignore[misc]
    )
    refusals = [codes_of(one) for one in answers if one["userErrors"]]
    assert refusals == [["INVENTORY_CONFLICT"]] * 11
    assert broken_rules(engine, club.organisation.id) == {}


@pytest.mark.postgres
def test_two_sales_that_each_want_the_others_seats_are_both_answered(
    club: Club, engine: Engine
) -> None:
    stadium = build_arena(club, matches=3, seats=2, places=20)
    left, right = stadium.seats
    first = act(stadium, "saleLineAdd", begin(stadium), lines=[vip_line(stadium, [left])])["sale"]
    other = act(stadium, "saleLineAdd", begin(stadium), lines=[vip_line(stadium, [right])])["sale"]
    for _ in range(10):
        first, other = current(stadium, first), current(stadium, other)
        wanted = ((first, left, right), (other, right, left))
        replaced = race(
            [
                lambda sale=sale, to=to: act(  # type: ignore[misc]
                    stadium,
                    "saleLineReplace",
                    sale,
                    lineId=sale["lines"][0]["id"],
                    line=vip_line(stadium, [to]),
                )
                for sale, _, to in wanted
            ]
        )
        assert [codes_of(one) for one in replaced] == [["INVENTORY_CONFLICT"]] * 2
        swapped = race(
            [
                lambda sale=sale, old=old, to=to: act(  # type: ignore[misc]
                    stadium, "seatSwap", sale, moves=[{"fromId": old, "toId": to}]
                )
                for sale, old, to in wanted
            ]
        )
        assert [codes_of(one) for one in swapped] == [["INVENTORY_CONFLICT"]] * 2
    assert broken_rules(engine, club.organisation.id) == {}


@pytest.mark.postgres
def test_requests_with_one_key_at_one_moment_are_carried_out_once(
    club: Club, engine: Engine
) -> None:
    stadium = build_arena(club, matches=2, seats=4, places=20)
    wanted = {"type": "SEASON", "accountId": stadium.ids["A1"], "idempotencyKey": "one-key-for-all"}
    created = race([lambda: club.make("saleCreate", BRIEF, wanted)["sale"]] * 12)
    assert len({sale["id"] for sale in created}) == 1
    line = vip_line(stadium, stadium.seats[:2])
    given = stadium.about(created[0], lines=[line], idempotencyKey="one-key-for-lines")
    added = race([lambda: club.make("saleLineAdd", BRIEF, given)["sale"]] * 12)
    assert {sale["version"] for sale in added} == {2}
    assert list(season_items(engine, club).values()) == [(2, 2 * 2 * 2)]
    assert broken_rules(engine, club.organisation.id) == {}

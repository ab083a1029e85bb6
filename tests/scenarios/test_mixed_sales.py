"""Everything that can be done to inventory, by many at once, and afterwards the books are right."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenarios.invariants import broken_rules
from tests.scenarios.rivals import (
    act,
    begin,
    bill_and_finalise,
    build_arena,
    codes_of,
    current,
    let_hold_lapse,
    race,
    seat_and_cocktail_lines,
    vip_line,
    watching_deadlocks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.storage.engine import Engine
    from tests.club import Club
    from tests.stadium import Stadium

CLERKS = 8
STEPS = 40
SALES = 12
EXPECTED = {
    "CALENDAR_ITEM_CLOSED",
    "CANCEL_NOTHING",
    "CAPACITY_BELOW_TAKEN",
    "FORMULA_NEEDS_SEAT",
    "FORMULA_TYPE_CONFLICT",
    "HOLD_LOST",
    "INVENTORY_CONFLICT",
    "NOT_FOUND",
    "NO_LINES",
    "PREVIEW_STALE",
    "RESOURCE_RESERVED",
    "SALE_FINAL_IMMUTABLE",
    "SALE_STATUS_INVALID",
    "VERSION_STALE",
}
"""What a clerk may be told when somebody else was faster; anything else is a fault."""


class Clerk:
    """Does one thing after the other to Sales that others work on too; `told` is what it heard."""

    def __init__(
        self, stadium: Stadium, engine: Engine, sales: list[dict[str, Any]], seed: int
    ) -> None:
        self.stadium = stadium
        self.engine = engine
        self.sales = sales
        self.dice = random.Random(seed)
        self.told: Counter[str] = Counter()
        self.actions: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
            "add": self.add,
            "add two": self.add_two,
            "replace": self.replace,
            "remove": self.remove,
            "finalise": self.finalise,
            "expire": self.expire,
            "lapse": self.lapse,
            "revive": self.revive,
            "swap": self.swap,
            "cancel": self.cancel,
            "cancel part": self.cancel_part,
            "block": self.block,
            "unblock": self.unblock,
            "capacity": self.capacity,
        }
        self.weights = [6, 3, 4, 2, 1, 2, 2, 4, 4, 1, 2, 1, 2, 1]

    def work(self) -> Counter[str]:
        for _ in range(STEPS):
            (name,) = self.dice.choices(list(self.actions), self.weights)
            place = self.dice.randrange(SALES)
            sale = current(self.stadium, self.sales[place])
            if sale["status"] in {"FINAL", "CANCELLED"} and self.dice.random() < 0.5:
                self.sales[place] = begin(self.stadium)
            payload = self.actions[name](sale)
            codes = codes_of(payload) if payload is not None else []
            self.told.update(f"{name}: {code}" for code in codes or ["done"])
            assert set(codes) <= EXPECTED, (name, payload)
        return self.told

    def some_seats(self) -> list[str]:
        return self.dice.sample(self.stadium.seats, self.dice.randint(1, 3))

    def add(self, sale: dict[str, Any]) -> dict[str, Any]:
        return act(
            self.stadium, "saleLineAdd", sale, lines=[vip_line(self.stadium, self.some_seats())]
        )

    def add_two(self, sale: dict[str, Any]) -> dict[str, Any]:
        lines = seat_and_cocktail_lines(self.stadium, self.some_seats())
        return act(self.stadium, "saleLineAdd", sale, lines=lines)

    def replace(self, sale: dict[str, Any]) -> dict[str, Any] | None:
        if not sale["lines"]:
            return None
        line = vip_line(self.stadium, self.some_seats())
        line_id = self.dice.choice(sale["lines"])["id"]
        return act(self.stadium, "saleLineReplace", sale, lineId=line_id, line=line)

    def remove(self, sale: dict[str, Any]) -> dict[str, Any] | None:
        if not sale["lines"]:
            return None
        line_id = self.dice.choice(sale["lines"])["id"]
        return act(self.stadium, "saleLineRemove", sale, lineIds=[line_id])

    def finalise(self, sale: dict[str, Any]) -> dict[str, Any]:
        return bill_and_finalise(self.stadium, sale)

    def expire(self, sale: dict[str, Any]) -> dict[str, Any]:
        return act(self.stadium, "saleExpire", sale)

    def lapse(self, sale: dict[str, Any]) -> None:
        let_hold_lapse(self.engine, self.stadium, sale)

    def revive(self, sale: dict[str, Any]) -> dict[str, Any]:
        return act(self.stadium, "saleRevive", sale)

    def swap(self, sale: dict[str, Any]) -> dict[str, Any] | None:
        document = """query($id: [ID!]) { entitlements(filter: {saleId: $id, status: LIVE}) {
          nodes { resource { id } calendarItem { id } } } }"""
        found = self.stadium.club.query(document, {"id": [sale["id"]]})["entitlements"]["nodes"]
        held = sorted({one["resource"]["id"] for one in found if one["resource"]})
        if not held:
            return None
        leaving = self.dice.sample(held, min(len(held), 2))
        going = self.dice.sample(self.stadium.seats, len(leaving))
        moves = [{"fromId": old, "toId": new} for old, new in zip(leaving, going, strict=True)]
        more = {"calendarItemIds": [self.dice.choice(self.stadium.matches)]}
        return act(
            self.stadium, "seatSwap", sale, moves=moves, **more if self.dice.random() < 0.5 else {}
        )

    def cancel(self, sale: dict[str, Any]) -> dict[str, Any]:
        return self.cancelled({"saleId": sale["id"], "everything": True})

    def cancel_part(self, sale: dict[str, Any]) -> dict[str, Any]:
        item = self.dice.choice(self.stadium.matches)
        return self.cancelled({"saleId": sale["id"], "calendarItemIds": [item]})

    def cancelled(self, given: dict[str, Any]) -> dict[str, Any]:
        document = """query($input: SaleCancelPreviewInput!) { saleCancelPreview(input: $input) {
          preview { previewHash } userErrors { code } } }"""
        answer = self.stadium.club.query(document, {"input": given})["saleCancelPreview"]
        if answer["preview"] is None:
            return dict(answer)
        wanted = {**given, **answer["preview"], "reason": "another plan"}
        return self.stadium.club.mutate("saleCancel", "", wanted)

    def block(self, _sale: dict[str, Any]) -> dict[str, Any]:
        given = {"resourceIds": self.some_seats(), "calendarItemIds": self.stadium.matches}
        return self.stadium.club.mutate("resourceBlock", "", {**given, "reason": "works"})

    def unblock(self, _sale: dict[str, Any]) -> dict[str, Any]:
        given = {"resourceIds": self.stadium.seats, "calendarItemIds": self.stadium.matches}
        return self.stadium.club.mutate("resourceUnblock", "", given)

    def capacity(self, _sale: dict[str, Any]) -> dict[str, Any]:
        document = "{ pools(first: 100) { nodes { id version } } }"
        pool = self.dice.choice(self.stadium.club.query(document)["pools"]["nodes"])
        given = {"id": pool["id"], "expectedVersion": pool["version"]}
        return self.stadium.club.mutate(
            "poolCapacitySet", "", {**given, "capacity": self.dice.randint(6, 12)}
        )


@pytest.mark.slow
@pytest.mark.postgres
def test_after_everything_at_random_every_seat_place_and_amount_adds_up(
    club: Club, engine: Engine
) -> None:
    stadium = build_arena(club, matches=3, seats=12, places=9)
    sales = [begin(stadium) for _ in range(SALES)]
    clerks = [Clerk(stadium, engine, sales, number) for number in range(CLERKS)]
    with watching_deadlocks() as deadlocks:
        told = sum(race([clerk.work for clerk in clerks]), Counter())
    assert broken_rules(engine, club.organisation.id) == {}
    assert deadlocks == []
    done = {name for name in clerks[0].actions if told[f"{name}: done"]}
    assert done >= {"add", "replace", "remove", "expire", "swap"}, told
    assert told["add: INVENTORY_CONFLICT"]


@pytest.mark.postgres
def test_a_seat_is_either_blocked_or_sold_whoever_comes_first(club: Club, engine: Engine) -> None:
    stadium = build_arena(club, matches=2, seats=24, places=40)
    sales = [begin(stadium) for _ in stadium.seats]

    def sell(number: int) -> list[str]:
        line = stadium.line("SEAT", 1, "100.00", seatIds=[stadium.seats[number]])
        return codes_of(act(stadium, "saleLineAdd", sales[number], lines=[line]))

    def block(number: int) -> list[str]:
        seats = [stadium.seats[number], stadium.seats[(number + 1) % len(stadium.seats)]]
        given = {"resourceIds": seats, "calendarItemIds": stadium.matches, "reason": "works"}
        return codes_of(club.mutate("resourceBlock", "", given))

    numbers = range(len(stadium.seats))
    answers = race(
        [lambda number=number: sell(number) for number in numbers]
        + [lambda number=number: block(number) for number in numbers if number % 2]
    )
    assert {code for codes in answers for code in codes} <= {
        "INVENTORY_CONFLICT",
        "RESOURCE_RESERVED",
    }
    assert broken_rules(engine, club.organisation.id) == {}


@pytest.mark.postgres
def test_a_capacity_that_falls_while_places_are_sold_is_never_oversold(
    club: Club, engine: Engine
) -> None:
    stadium = build_arena(club, matches=2, seats=20, places=20)
    sales = [begin(stadium) for _ in stadium.seats]
    pools = club.query("{ pools(first: 10) { nodes { id version } } }")["pools"]["nodes"]

    def sell(number: int) -> list[str]:
        line = vip_line(stadium, [stadium.seats[number]])
        return codes_of(act(stadium, "saleLineAdd", sales[number], lines=[line]))

    def shrink() -> list[str]:
        heard: list[str] = []
        versions = {pool["id"]: pool["version"] for pool in pools}
        for capacity in range(19, 5, -1):
            for pool_id, version in versions.items():
                given = {"id": pool_id, "expectedVersion": version, "capacity": capacity}
                payload = club.mutate("poolCapacitySet", "pool { version }", given)
                heard += codes_of(payload)
                if payload["pool"] is not None:
                    versions[pool_id] = payload["pool"]["version"]
        return heard

    answers = race([shrink, *(lambda number=number: sell(number) for number in range(20))])
    assert set(answers[0]) <= {"CAPACITY_BELOW_TAKEN"}
    assert {code for codes in answers[1:] for code in codes} <= {"INVENTORY_CONFLICT"}
    assert broken_rules(engine, club.organisation.id) == {}
    after = club.query("{ pools(first: 10) { nodes { taken capacity } } }")["pools"]["nodes"]
    sold = answers[1:].count([])
    assert [pool["taken"] for pool in after] == [sold, sold]

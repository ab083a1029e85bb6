"""Resuming by cursor: nothing is missed after a lost connection, nothing goes back."""

import base64
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from app.domain.permissions import Role
from app.resolvers.live import following
from app.storage.engine import Engine
from app.storage.feed import position_now
from tests.club import Club
from tests.live.followers import Follower, follow_sale, follow_sales
from tests.stadium import Stadium, build_stadium


def burst(stadium: Stadium, sales: list[dict[str, Any]], rounds: int) -> None:
    """Change every Sale again and again, several at once."""

    def change(sale: dict[str, Any]) -> None:
        for _ in range(rounds):
            sale.update(stadium.act("saleHoldSet", sale))

    threads = [threading.Thread(target=change, args=(sale,)) for sale in sales]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_connection_lost_in_a_burst_of_changes_misses_nothing(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sales = [stadium.begin() for _ in range(4)]
    club.token()
    working = threading.Thread(target=burst, args=(stadium, sales, 12))
    working.start()
    seen: dict[str, list[int]] = {sale["id"]: [] for sale in sales}
    cursor: str | None = None
    for events in itertools.chain(itertools.repeat(3, 8), [None]):
        is_last = events is None
        if is_last:
            working.join()
        with Follower.of(club) as follower:
            name = follower.begin(follow_sales(), after=cursor)
            received = 0
            while is_last or received < events:  # type: ignore[operator] # None only at the last
                event = follower.event(name)
                cursor = event["cursor"]
                assert event["kind"] != "RESYNC"
                if event["kind"] == "CAUGHT_UP":
                    break
                received += 1
                seen[event["saleId"]].append(event["sale"]["version"])
            if not is_last:
                follower.cut()
    for sale in sales:
        assert seen[sale["id"]] == sorted(seen[sale["id"]])
        assert seen[sale["id"]][-1] == sale["version"]


def test_only_what_was_missed_is_sent_to_one_who_resumes(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    kept, changed, finished = (stadium.begin() for _ in range(3))
    with Follower.of(club) as follower:
        name = follower.begin(follow_sales(), filter={"status": ["DRAFT"]})
        cursor = follower.until(name, "CAUGHT_UP")[-1]["cursor"]
    stadium.act("saleHoldSet", changed)
    changed = stadium.act("saleHoldSet", {**changed, "version": changed["version"] + 1})
    given = stadium.about(finished, reason="a mistake")
    club.make("saleRemove", "saleTombstone { id }", given)
    with Follower.of(club) as follower:
        again = follower.begin(follow_sales(), filter={"status": ["DRAFT"]}, after=cursor)
        events = follower.until(again, "CAUGHT_UP")
    told = [(one["saleId"], one["kind"], one["sale"] and one["sale"]["version"]) for one in events]
    assert sorted(told[:-1]) == sorted(
        [(changed["id"], "CHANGED", changed["version"]), (finished["id"], "GONE", None)]
    )
    assert kept["id"] not in {one["saleId"] for one in events}
    with Follower.of(club) as follower:
        last = follower.begin(
            follow_sales(), filter={"status": ["DRAFT"]}, after=events[-1]["cursor"]
        )
        assert [one["kind"] for one in follower.until(last, "CAUGHT_UP")] == ["CAUGHT_UP"]


def test_the_cursor_within_a_batch_goes_on_with_the_next_object(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sales = [stadium.begin() for _ in range(3)]
    with Follower.of(club) as follower:
        name = follower.begin(follow_sales())
        start = follower.until(name, "CAUGHT_UP")[-1]["cursor"]
    burst(stadium, sales, 1)
    wanted = sorted(sale["id"] for sale in sales)
    received: list[str] = []
    cursor = start
    while len(received) < len(wanted):
        with Follower.of(club) as follower:
            event = follower.event(follower.begin(follow_sales(), after=cursor))
            received.append(event["saleId"])
            cursor = event["cursor"]
    assert received == wanted


def position(engine: Engine) -> str:
    with engine.connect() as connection:
        found: str = connection.execute(position_now()).scalar_one()
        return found


def cursor_of(at: datetime, position: str) -> str:
    """Write a cursor as the server does."""
    packed = orjson.dumps([position, position, "", int(at.timestamp() * 1000)])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


@pytest.mark.parametrize("case", ["too old", "of the future", "undone by a restore"])
def test_a_cursor_that_cannot_be_resumed_from_says_so_and_starts_afresh(
    club: Club, engine: Engine, case: str
) -> None:
    stadium = build_stadium(club, matches=1)
    now, here = datetime.now(UTC), position(engine)
    cursor, reason = {
        "too old": (cursor_of(now - timedelta(hours=25), here), "CURSOR_TOO_OLD"),
        "of the future": (cursor_of(now, "4000000000:4000000000:"), "CURSOR_UNKNOWN"),
        # What changes from now on has numbers that this cursor claims to have seen an hour ago.
        "undone by a restore": ("", "CURSOR_UNKNOWN"),
    }[case]
    sale = stadium.begin()
    if case == "undone by a restore":
        cursor = cursor_of(now - timedelta(hours=1), position(engine))
    with Follower.of(club) as follower:
        name = follower.begin(follow_sale(), id=sale["id"], after=cursor)
        resync, present, caught_up = (follower.event(name) for _ in range(3))
    assert (resync["kind"], resync["reason"]) == ("RESYNC", reason)
    assert (present["kind"], present["saleId"]) == ("PRESENT", sale["id"])
    assert caught_up["kind"] == "CAUGHT_UP"


def test_too_much_missed_starts_afresh(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    stadium = build_stadium(club, matches=1)
    with Follower.of(club) as follower:
        name = follower.begin(follow_sales())
        cursor = follower.until(name, "CAUGHT_UP")[-1]["cursor"]
    sales = [stadium.begin() for _ in range(2)]
    monkeypatch.setattr(following, "RESUME_LIMIT", 1)
    with Follower.of(club) as follower:
        events = follower.until(follower.begin(follow_sales(), after=cursor), "CAUGHT_UP")
    assert [one["reason"] for one in events] == ["TOO_MANY_CHANGES", None, None, None]
    assert {one["saleId"] for one in events[1:3]} == {sale["id"] for sale in sales}


def test_a_portal_resumes_within_its_account(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.account("A2")
    own = stadium.uuid(stadium.ids["A1"])
    with Follower.of(club, Role.PORTAL, own) as follower:
        cursor = follower.until(follower.begin(follow_sales()), "CAUGHT_UP")[-1]["cursor"]
    foreign, seen = stadium.begin("A2"), stadium.begin("A1")
    for sale in (foreign, seen):
        given = stadium.about(sale, reason="a mistake")
        club.make("saleRemove", "saleTombstone { id }", given)
    with Follower.of(club, Role.PORTAL, own) as follower:
        name = follower.begin(follow_sales(), after=cursor)
        events = follower.until(name, "CAUGHT_UP")
        refused = follower.begin(follow_sale(), id=foreign["id"])
        assert follower.message(refused)["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    assert [one["saleId"] for one in events] == [seen["id"], None]

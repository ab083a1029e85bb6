"""The end of a club's day: inventory and Drafts as they stood, kept once and never changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.commands.snapshots import close_days
from app.storage.engine import Engine
from app.storage.snapshots import count_inventory, count_pipeline, keep_day, missing_days
from tests.club import Club
from tests.stadium import Stadium, build_stadium

pytestmark = pytest.mark.postgres

ZONE = ZoneInfo("Europe/Brussels")


def after_midnight(minutes: int = 1) -> datetime:
    """The first minutes of tomorrow at the club."""
    tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
    begins = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZONE)
    return begins.astimezone(UTC) + timedelta(minutes=minutes)


def today() -> date:
    return datetime.now(ZONE).date()


def rows(club: Club, query: str) -> list[dict[str, Any]]:
    with club.runner.engine.connect() as connection:
        found = connection.execute(text(query), {"club": club.organisation.id}).mappings()
        return [dict(row) for row in found]


def kept(club: Club, table: str) -> list[dict[str, Any]]:
    return rows(club, f"SELECT * FROM {table} WHERE organisation_id = :club ORDER BY day")


@pytest.fixture
def stadium(club: Club) -> Stadium:
    """Two matches: two seats held with cocktails, one sold, one blocked at the first match."""
    found = build_stadium(club, matches=2)
    found.package("VIP", ("SEAT", 1, 3), ("COCKTAIL", 1, 1))
    sold = found.add(found.begin(), found.line("SEAT", 1, "50.00", seatIds=found.seats[:1]))
    found.act("saleFinalise", found.equal(sold, 1))
    found.add(found.begin(), found.line("VIP", 2, "90.00", seatIds=found.seats[1:3]))
    given = {"calendarItemIds": found.matches[:1], "resourceIds": [found.seats[5]]}
    club.make("resourceBlock", "", {**given, "reason": "camera"})
    return found


def test_a_day_is_closed_once_after_midnight_at_the_club(stadium: Stadium, engine: Engine) -> None:
    club = stadium.club
    before_midnight = after_midnight(-1)
    own = club.organisation.id
    assert own not in dict(missing_days(engine, before_midnight))
    assert dict(missing_days(engine, after_midnight()))[own] == today()
    close_days(club.runner, after_midnight())
    first = kept(club, "inventory_snapshot")
    assert first
    close_days(club.runner, after_midnight(90))
    assert kept(club, "inventory_snapshot") == first
    assert [row["day"] for row in kept(club, "daily_snapshot")] == [today()]
    assert not club.runner.transact(own, "worker", lambda work: keep_day(work, today()))
    assert kept(club, "inventory_snapshot") == first


def test_what_was_free_held_and_sold_is_kept_by_place_and_pool(stadium: Stadium) -> None:
    close_days(stadium.club.runner, after_midnight())
    found = kept(stadium.club, "inventory_snapshot")
    counts = sorted(
        (
            row["kind"],
            row["calendar_item_id"] == stadium.uuid(stadium.matches[0]),
            *(row[name] for name in ("capacity", "blocked", "held", "sold")),
        )
        for row in found
    )
    assert counts == [
        ("PARKING", False, 6, 0, 0, 0),
        ("PARKING", True, 6, 0, 0, 0),
        ("POOL", False, 20, 0, 2, 0),
        ("POOL", True, 20, 0, 2, 0),
        ("SEAT", False, 12, 0, 2, 1),
        ("SEAT", True, 12, 1, 2, 1),
    ]
    season = stadium.uuid(stadium.ids["S1"])
    assert {row["season_id"] for row in found} == {season}
    assert all((row["pool_id"] is None) is (row["kind"] != "POOL") for row in found)


def test_drafts_are_kept_with_their_value_age_and_seats(stadium: Stadium) -> None:
    close_days(stadium.club.runner, after_midnight())
    (draft,) = kept(stadium.club, "pipeline_snapshot")
    assert draft["account_id"] == stadium.uuid(stadium.ids["A1"])
    assert (draft["day"], draft["days_in_draft"], draft["seats_held"]) == (today(), 0, 2)
    assert (draft["net_minor"], draft["currency"]) == (18_000, "EUR")
    assert draft["gross_minor"] > draft["net_minor"]


def test_today_is_counted_as_the_end_of_the_day_will_be(stadium: Stadium) -> None:
    club = stadium.club
    mine = "organisation_id = :club"
    items = rows(club, count_inventory(items=f"item.{mine}", pools=f"pool.{mine}"))
    drafts = rows(club, count_pipeline(drafts=f"draft.{mine}"))
    close_days(club.runner, after_midnight())
    ended = [
        {name: value for name, value in row.items() if name != "id"}
        for row in kept(club, "inventory_snapshot")
    ]
    assert sorted(map(str, (sorted(one.items()) for one in ended))) == sorted(
        map(str, (sorted(one.items()) for one in items))
    )
    assert kept(club, "pipeline_snapshot") == drafts


def test_what_is_over_or_cancelled_is_counted_no_more(stadium: Stadium) -> None:
    club = stadium.club
    mine = "organisation_id = :club"
    statement = count_inventory("DATE '2999-01-01'", items=f"item.{mine}", pools=f"pool.{mine}")
    assert rows(club, statement) == []
    with club.runner.engine.begin() as connection:
        connection.execute(
            text("UPDATE calendar_item SET status = 'CANCELLED' WHERE id = :item"),
            {"item": stadium.uuid(stadium.matches[1])},
        )
    found = rows(club, count_inventory(items=f"item.{mine}", pools=f"pool.{mine}"))
    assert {row["calendar_item_id"] for row in found} == {stadium.uuid(stadium.matches[0])}


def test_a_draft_that_was_begun_after_the_day_is_not_of_that_day(stadium: Stadium) -> None:
    statement = count_pipeline("DATE '2001-01-01'", "draft.organisation_id = :club")
    assert rows(stadium.club, statement) == []


def test_a_club_has_no_day_from_before_it_was_founded(club: Club, engine: Engine) -> None:
    assert club.organisation.id not in dict(missing_days(engine, datetime.now(UTC)))


def test_a_kept_day_is_never_changed(stadium: Stadium, engine: Engine) -> None:
    club = stadium.club
    close_days(club.runner, after_midnight())
    before = kept(club, "inventory_snapshot")
    with pytest.raises(IntegrityError, match="never changed"), engine.begin() as connection:
        connection.execute(
            text("UPDATE inventory_snapshot SET sold = 0 WHERE organisation_id = :club"),
            {"club": club.organisation.id},
        )
    assert kept(club, "inventory_snapshot") == before


def test_closing_a_day_lets_reports_read_its_rows_and_begin_a_new_day(stadium: Stadium) -> None:
    club = stadium.club
    close_days(club.runner, after_midnight())
    found = rows(
        club,
        """SELECT entity, count(*) AS count, count(DISTINCT entity_id) AS different
        FROM change_log WHERE organisation_id = :club AND txid = (
            SELECT max(txid) FROM change_log WHERE organisation_id = :club)
        GROUP BY entity ORDER BY entity""",
    )
    assert [tuple(row.values()) for row in found] == [
        ("inventory", 2, 2),
        ("inventory_snapshot", 6, 6),
        ("sale", 1, 1),
    ]

"""Holds of Drafts: reminded of, released by the sweep or for another seller, revived or lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.commands.holds import sweep_holds
from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.invariants import broken_rules
from tests.scenarios.rivals import let_hold_lapse
from tests.stadium import Stadium, build_stadium

NOW = datetime.now(UTC)


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def sweep(club: Club, at: datetime) -> None:
    """Sweep until nothing is left to do; other tests' clubs are on the same server."""
    while sweep_holds(club.runner, at):
        pass


def events(club: Club, topic: str) -> int:
    query = "SELECT count(*) FROM outbox WHERE organisation_id = :club AND topic = :topic"
    with club.runner.engine.connect() as connection:
        given = {"club": club.organisation.id, "topic": topic}
        return int(connection.execute(text(query), given).scalar_one())


def held(stadium: Stadium, seats: list[str], cocktails: int = 0) -> dict[str, Any]:
    """A billed Draft with seats for the season, and cocktails."""
    lines = [stadium.line("SEAT", len(seats), "100.00", seatIds=seats)]
    if cocktails:
        lines.append(stadium.line("COCKTAIL", cocktails, "20.00"))
    return stadium.equal(stadium.add(stadium.begin(), *lines), 2)


def test_a_draft_is_held_for_thirty_days_and_a_basket_for_minutes(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    ends = datetime.fromisoformat(stadium.begin()["holdExpiresAt"])
    assert timedelta(days=29, hours=23) < ends - datetime.now(UTC) < timedelta(days=30)
    portal = {"role": Role.PORTAL, "account_id": stadium.uuid(stadium.ids["A1"])}
    given = {"type": "TICKET"}
    basket = club.make("saleCreate", "sale { holdExpiresAt channel }", given, **portal)["sale"]
    ends = datetime.fromisoformat(basket["holdExpiresAt"])
    assert timedelta(minutes=14) < ends - datetime.now(UTC) < timedelta(minutes=15)
    assert basket["channel"] == "PORTAL"


def test_the_sweep_releases_what_has_ended_and_nothing_else(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    ended = stadium.act("saleHoldSet", held(stadium, stadium.seats[:2], 2), expiresAt=in_hours(1))
    kept = held(stadium, stadium.seats[2:4], 1)
    kept = stadium.act("saleHoldSet", kept, expiresAt=in_hours(1), action="KEEP")
    later = stadium.act("saleHoldSet", held(stadium, stadium.seats[4:5]), expiresAt=in_hours(9))
    sweep(club, NOW + timedelta(hours=3))
    assert [stadium.read(sale)["status"] for sale in (ended, kept, later)] == [
        "EXPIRED",
        "DRAFT",
        "DRAFT",
    ]
    assert len(stadium.held()) == 9
    assert stadium.taken() == {"LOUNGE M1": 1, "LOUNGE M2": 1, "LOUNGE M3": 1}
    assert events(club, "sale.expired") == 1
    after = stadium.read(ended, "expiredAt holdExpiresAt version lines { id } gross { amount }")
    assert after["expiredAt"] is not None
    assert after["holdExpiresAt"] is None
    assert len(after["lines"]) == 2
    assert after["gross"] == {"amount": ended["gross"]["amount"]}
    assert not broken_rules(engine, club.organisation.id)


def test_an_ending_hold_is_announced_once_and_again_after_it_was_extended(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.act("saleHoldSet", stadium.begin(), expiresAt=in_hours(24 * 10))
    sweep(club, NOW + timedelta(days=6))
    assert events(club, "sale.hold_expiring") == 0
    for _ in range(2):
        sweep(club, NOW + timedelta(days=8))
        assert events(club, "sale.hold_expiring") == 1
    after = stadium.read(sale, "holdRemindedAt version status")
    assert after["holdRemindedAt"] is not None
    assert after["status"] == "DRAFT"
    sale = stadium.act("saleHoldSet", {**sale, **after}, expiresAt=in_hours(24 * 20))
    sweep(club, NOW + timedelta(days=12))
    assert events(club, "sale.hold_expiring") == 1
    sweep(club, NOW + timedelta(days=18))
    assert events(club, "sale.hold_expiring") == 2


def test_a_hold_ends_in_the_future_and_not_too_far_away(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    for wrong in (in_hours(-1), in_hours(24 * 731), "2201-01-01T00:00:00Z"):
        given = stadium.about(sale, expiresAt=wrong)
        assert stadium.refused("saleHoldSet", given) == [("DATE_INVALID", ["expiresAt"])]
    ends = datetime.fromisoformat(stadium.act("saleHoldSet", sale)["holdExpiresAt"])
    assert timedelta(days=13, hours=23) < ends - datetime.now(UTC) < timedelta(days=14)


def test_seats_and_places_of_an_ended_hold_go_to_the_next_seller(
    club: Club, engine: Engine
) -> None:
    stadium = build_stadium(club, places=3)
    seats = held(stadium, stadium.seats[:1])
    places = held(stadium, stadium.seats[5:8], 3)
    for sale in (seats, places):
        let_hold_lapse(engine, stadium, sale)
    # The seat of one ended hold and the places of another, in one request.
    sale = held(stadium, stadium.seats[:2], 2)
    assert [stadium.read(one)["status"] for one in (seats, places, sale)] == [
        "EXPIRED",
        "EXPIRED",
        "DRAFT",
    ]
    assert stadium.taken() == {"LOUNGE M1": 2, "LOUNGE M2": 2, "LOUNGE M3": 2}
    assert not broken_rules(engine, club.organisation.id)


def test_an_ended_hold_that_is_kept_gives_way_to_nobody(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    sale = stadium.act("saleHoldSet", held(stadium, stadium.seats[:1]), action="KEEP")
    statement = "UPDATE sale SET hold_expires_at = now() - interval '1 day' WHERE id = :id"
    with engine.begin() as connection:
        connection.execute(text(statement), {"id": stadium.uuid(sale["id"])})
    line = stadium.line("SEAT", 1, "1.00", seatIds=stadium.seats[:1])
    stadium.conflict("saleLineAdd", stadium.about(stadium.begin(), lines=[line]))
    assert stadium.read(sale)["status"] == "DRAFT"


def test_an_expired_sale_is_revived_with_everything(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    sale = held(stadium, stadium.seats[:2], 2)
    expired = stadium.act("saleExpire", sale)
    assert (expired["status"], stadium.held()) == ("EXPIRED", [])
    assert set(stadium.taken().values()) == {0}
    codes = [code for code, _ in stadium.refused("saleFinalise", stadium.about(expired))]
    assert codes == ["HOLD_LOST"]
    line = stadium.line("SCARF", 1, "1.00", bundleId=None)
    codes = [
        code for code, _ in stadium.refused("saleLineAdd", stadium.about(expired, lines=[line]))
    ]
    assert codes == ["SALE_STATUS_INVALID"]
    revived = stadium.act("saleRevive", expired)
    assert (revived["status"], len(stadium.held())) == ("DRAFT", 6)
    assert set(stadium.taken().values()) == {2}
    assert revived["holdExpiresAt"] is not None
    assert [one["amount"] for one in revived["invoices"]] == [
        one["amount"] for one in sale["invoices"]
    ]
    assert stadium.act("saleFinalise", revived)["status"] == "FINAL"
    assert not broken_rules(engine, club.organisation.id)


def test_nothing_is_half_revived(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, places=2)
    expired = stadium.act("saleExpire", held(stadium, stadium.seats[:2], 2))
    rival = held(stadium, stadium.seats[1:2], 1)
    payload = stadium.conflict("saleRevive", stadium.about(expired))
    seats = [one for one in payload["conflicts"] if one["resource"]]
    pools = [one for one in payload["conflicts"] if one["pool"]]
    assert {one["holder"]["saleCode"] for one in seats} == {rival["code"]}
    assert [one["resource"]["label"] for one in seats] == ["2"] * 3
    assert [(one["wanted"], one["free"]) for one in pools] == [(2, 1)] * 3
    stadium.act("saleLineReplace", rival, lineId=rival["lines"][1]["id"], line=lounge(stadium))
    assert stadium.read(expired)["status"] == "EXPIRED"
    assert not broken_rules(engine, club.organisation.id)


def lounge(stadium: Stadium) -> dict[str, Any]:
    """A line that takes the place of the cocktails."""
    return stadium.line("SCARF", 1, "20.00", bundleId=None)


def test_a_sale_is_not_revived_for_what_has_begun(club: Club) -> None:
    stadium = build_stadium(club, matches=2)
    expired = stadium.act("saleExpire", held(stadium, stadium.seats[:1]))
    item = {"id": stadium.matches[0], "expectedVersion": 1, "startsAt": "2025-08-01T18:30:00Z"}
    club.make("calendarItemUpdate", "calendarItem { id }", item)
    payload = stadium.refusals("saleRevive", stadium.about(expired))
    error = payload["userErrors"][0]
    assert (error["code"], error["path"]) == ("CALENDAR_ITEM_CLOSED", ["saleId"])
    assert "Match 1" in error["message"]

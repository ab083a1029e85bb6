"""Seasons over GraphQL."""

from app.domain.permissions import Role
from tests.club import Club

FIELDS = "season { id code name startsOn endsOn version }"
SEASON = {
    "code": "2026-27",
    "name": "Season 2026-27",
    "startsOn": "2026-07-01",
    "endsOn": "2027-06-30",
}


def test_a_season_is_created_and_found_again(club: Club) -> None:
    made = club.make("seasonCreate", FIELDS, SEASON)["season"]
    assert made == {"id": made["id"], **SEASON, "version": 1}
    found = club.query("query($id: ID!) { node(id: $id) { id ... on Season { code } } }", made)
    assert found["node"] == {"id": made["id"], "code": "2026-27"}


def test_every_fault_of_a_season_is_named_and_nothing_is_written(club: Club) -> None:
    errors = club.refused(
        "seasonCreate",
        {"code": "a b", "name": " ", "startsOn": "2026-07-01", "endsOn": "2026-06-30"},
    )
    assert [(e["code"], e["path"]) for e in errors] == [
        ("CODE_INVALID", ["code"]),
        ("TEXT_REQUIRED", ["name"]),
        ("DATE_RANGE_INVALID", ["endsOn"]),
    ]
    assert club.query("{ seasons { nodes { id } } }")["seasons"]["nodes"] == []


def test_another_club_sees_no_season_of_this_one(club: Club, other_club: Club) -> None:
    made = club.make("seasonCreate", FIELDS, SEASON)["season"]
    assert other_club.query("query($id: ID!) { node(id: $id) { id } }", made)["node"] is None
    assert other_club.query("{ seasons { nodes { id } } }")["seasons"]["nodes"] == []


def test_an_analyst_cannot_create_a_season(club: Club) -> None:
    errors = club.refused("seasonCreate", SEASON, role=Role.ANALYST)
    assert [e["code"] for e in errors] == ["PERMISSION_DENIED"]
    assert club.query("{ seasons { nodes { id } } }")["seasons"]["nodes"] == []

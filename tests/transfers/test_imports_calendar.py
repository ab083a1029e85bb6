"""Importing calendar items: Loge's own columns, and fixture lists of openfootball."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.club import Club
from tests.transfers.import_files import (
    imported,
    refused,
    run,
    snapshot,
    write_csv,
    write_json,
    write_xlsx,
)

REAL = Path(__file__).parents[3] / "shared" / "data" / "football" / "2025-26_be.1.json"
SEASON = {
    "season": "2025-26",
    "seasonName": "Season 2025-26",
    "seasonStartsOn": "2025-07-01",
    "seasonEndsOn": "2026-06-30",
}
ROWS: list[dict[str, Any]] = [
    {"code": "M1", "name": "First", "startsAt": "2025-08-02T18:45:00Z", **SEASON},
    {"code": "M2", "name": "Second", "date": "2025-12-13", "time": "20:45", **SEASON},
    {"code": "E1", "name": "Gala", "kind": "event", "date": "2026-03-01", **SEASON},
]
MATCHES = {
    "name": "Some League 2025/26",
    "matches": [
        {"round": "1. Round", "date": "2025-08-02", "time": "18:15", "team1": "A", "team2": "B"},
        {"round": "1. Round", "date": "2025-08-03", "team1": "C", "team2": "A"},
        {
            "round": "2. Round",
            "date": "2025-08-10",
            "team1": "A",
            "team2": "C d'Été",
            "score": {"ft": [1, 0]},
        },
    ],
}


@pytest.fixture
def home(club: Club) -> Club:
    """A club with its one venue."""
    club.make("venueCreate", "venue { id }", {"code": "JBS", "name": "Home", "country": "BE"})
    return club


def items(club: Club) -> list[tuple[Any, ...]]:
    found = club.query(
        "{ calendarItems(sort: STARTS_AT_ASC) "
        "{ nodes { code name kind status startsAt version season { code } venue { code } } } }"
    )["calendarItems"]["nodes"]
    assert all(node["venue"] == {"code": "JBS"} for node in found)
    names = ("code", "name", "kind", "status", "startsAt", "version")
    return [tuple(node[name] for name in names) for node in found]


def seasons(club: Club) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = club.query("{ seasons { nodes { code name startsOn endsOn } } }")[
        "seasons"
    ]["nodes"]
    return found


def test_items_come_with_their_season_in_the_time_of_the_club(home: Club, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    assert imported(home, "calendar", path) == {"season": (1, 0, 0), "calendar_item": (3, 0, 0)}
    assert items(home) == [
        ("M1", "First", "MATCH", "PLANNED", "2025-08-02T18:45:00Z", 1),
        ("M2", "Second", "MATCH", "PLANNED", "2025-12-13T19:45:00Z", 1),
        ("E1", "Gala", "EVENT", "PLANNED", "2026-03-01T19:00:00Z", 1),
    ]
    assert seasons(home) == [
        {
            "code": "2025-26",
            "name": "Season 2025-26",
            "startsOn": "2025-07-01",
            "endsOn": "2026-06-30",
        }
    ]
    report = run(home, "calendar", path)
    assert report.notes == ("1 items without a time begin at 20:00 (Europe/Brussels)",)


def test_the_same_calendar_again_changes_nothing(home: Club, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    imported(home, "calendar", path)
    before = snapshot(home)
    assert imported(home, "calendar", path) == {"calendar_item": (0, 0, 3)}
    assert snapshot(home) == before


def test_a_dry_run_of_a_calendar_writes_nothing(home: Club, tmp_path: Path) -> None:
    before = snapshot(home)
    done = imported(home, "calendar", write_csv(tmp_path / "a.csv", ROWS), dry_run=True)
    assert done == {"season": (1, 0, 0), "calendar_item": (3, 0, 0)}
    assert snapshot(home) == before


def test_a_moved_match_is_changed_and_the_rest_left(home: Club, tmp_path: Path) -> None:
    imported(home, "calendar", write_csv(tmp_path / "a.csv", ROWS))
    rows = [{"code": "M2", "name": "Second", "date": "2025-12-14", "time": "18:00"}]
    done = imported(home, "calendar", write_csv(tmp_path / "b.csv", rows))
    assert done == {"calendar_item": (0, 1, 0)}
    assert items(home)[1] == ("M2", "Second", "MATCH", "PLANNED", "2025-12-14T17:00:00Z", 2)


def test_dates_and_times_of_a_workbook_are_read(home: Club, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "code": "M1",
            "name": "First",
            "date": dt.date(2025, 8, 2),
            "time": dt.time(20, 45),
            "startsAt": None,
            **SEASON,
            "seasonStartsOn": dt.date(2025, 7, 1),
        },
        {
            "code": "M2",
            "name": "Second",
            "startsAt": dt.datetime(2025, 12, 2, 20, 45),  # noqa: DTZ001 - the time of the club
            **SEASON,
            "seasonStartsOn": dt.date(2025, 7, 1),
        },
    ]
    imported(home, "calendar", write_xlsx(tmp_path / "a.xlsx", rows))
    assert [item[4] for item in items(home)] == ["2025-08-02T18:45:00Z", "2025-12-02T19:45:00Z"]


def test_what_is_wrong_with_a_calendar_is_named_by_row(home: Club, tmp_path: Path) -> None:
    rows = [
        {"code": "M1", "name": "x", "date": "02/08/2025", "season": "S1"},
        {"code": "M2", "name": "x", "date": "2025-08-02", "time": "25:00"},
        {"code": "M3", "name": "x", "date": "2026-03-29", "time": "02:30"},
        {"code": "M4", "name": "x", "startsAt": "tomorrow", "kind": "match"},
        {"code": "M5", "name": "x", "date": "2025-08-02", "venue": "Elsewhere"},
        {"code": "M6", "name": "x"},
        {"code": "M7", "name": "x", "date": "1066-10-14", "status": "won"},
    ]
    rows = [{"season": "S1", "seasonName": "S", **row} for row in rows]
    rows[1] |= {"season": "S2", "seasonName": ""}
    for row in rows:
        row |= {"seasonStartsOn": "2025-07-01", "seasonEndsOn": "2026-06-30"}
    assert refused(home, "calendar", write_csv(tmp_path / "a.csv", rows)) == [
        (2, "date", "DATE_INVALID"),
        (3, "season", "NOT_FOUND"),
        (3, "time", "DATE_INVALID"),
        (4, "time", "DATE_INVALID"),
        (5, "startsAt", "DATE_INVALID"),
        (6, "venue", "NOT_FOUND"),
        (7, "startsAt", "DATE_INVALID"),
        (8, "status", "INPUT_INVALID"),
    ]


def test_a_season_that_is_described_wrongly_is_not_made(home: Club, tmp_path: Path) -> None:
    rows = [{**ROWS[0], "seasonEndsOn": "2024-01-01"}]
    errors = refused(home, "calendar", write_csv(tmp_path / "a.csv", rows))
    assert errors[0] == (2, "seasonEndsOn", "DATE_RANGE_INVALID")


def test_without_a_venue_nothing_can_be_played(club: Club, tmp_path: Path) -> None:
    errors = refused(club, "calendar", write_csv(tmp_path / "a.csv", ROWS))
    assert errors == [(row, "venue", "INPUT_INVALID") for row in (2, 3, 4)]


def test_the_home_matches_of_one_team_come_from_a_fixture_list(home: Club, tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.json", MATCHES)
    done = imported(home, "calendar", path, team="A")
    assert done == {"season": (1, 0, 0), "calendar_item": (2, 0, 0)}
    assert items(home) == [
        ("2025-26-1-Round-B", "A – B", "MATCH", "PLANNED", "2025-08-02T16:15:00Z", 1),
        (
            "2025-26-2-Round-C-d-Ete",
            "A – C d'Été",
            "MATCH",
            "PLANNED",
            "2025-08-10T18:00:00Z",
            1,
        ),
    ]
    assert seasons(home) == [
        {
            "code": "2025-26",
            "name": "Some League 2025/26",
            "startsOn": "2025-08-02",
            "endsOn": "2025-08-10",
        }
    ]
    report = run(home, "calendar", path, team="A")
    assert report.notes == (
        "2 home matches of A out of 3 matches",
        "1 items without a time begin at 20:00 (Europe/Brussels)",
    )
    before = snapshot(home)
    assert imported(home, "calendar", path, team="A") == {"calendar_item": (0, 0, 2)}
    assert snapshot(home) == before


def test_scores_make_matches_played_only_when_asked(home: Club, tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.json", MATCHES)
    imported(home, "calendar", path, team="A", played_from_score=True, season="S", venue="JBS")
    assert [item[3] for item in items(home)] == ["PLANNED", "PLAYED"]
    assert seasons(home)[0]["code"] == "S"


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [
        ({}, {}, (None, "team", "INPUT_INVALID")),
        ({}, {"team": "Z"}, (None, "team", "NOT_FOUND")),
        ({"name": "League"}, {"team": "A"}, (None, "season", "INPUT_INVALID")),
        ({"matches": []}, {"team": "A"}, (None, None, "FILE_EMPTY")),
        ({"matches": {}}, {"team": "A"}, (None, None, "FILE_MALFORMED")),
        ({"matches": [1]}, {"team": "A"}, (None, None, "FILE_MALFORMED")),
        ({"matches": [{"team1": "A"}]}, {"team": "A"}, (None, None, "FILE_MALFORMED")),
        (
            {"matches": [{"date": "x", "team1": "A", "team2": "B"}]},
            {"team": "A"},
            (1, "seasonStartsOn", "DATE_INVALID"),
        ),
        (
            {"matches": [{"date": "x", "team1": "A", "team2": "B", "time": ["19:00"]}]},
            {"team": "A"},
            (None, None, "FILE_MALFORMED"),
        ),
    ],
)
def test_a_fixture_list_that_says_too_little_is_refused(
    home: Club,
    tmp_path: Path,
    change: dict[str, Any],
    options: dict[str, Any],
    code: tuple[Any, ...],
) -> None:
    path = write_json(tmp_path / "a.json", MATCHES | change)
    assert refused(home, "calendar", path, **options)[0] == code


def test_a_team_that_is_written_wrongly_is_guessed(home: Club, tmp_path: Path) -> None:
    matches = json.loads(json.dumps(MATCHES).replace('"A"', '"Club Brugge KV"'))
    report = run(home, "calendar", write_json(tmp_path / "a.json", matches), team="Club Bruges")
    assert "did you mean Club Brugge KV?" in report.errors[0].message


@pytest.mark.real_input
@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL.name} is not beside the repository")
def test_a_real_season_is_imported_and_repeated(home: Club) -> None:
    done = imported(home, "calendar", REAL, team="Club Brugge KV")
    assert done["season"] == (1, 0, 0)
    assert done["calendar_item"][0] >= 15
    before = snapshot(home)
    again = imported(home, "calendar", REAL, team="Club Brugge KV")
    assert again == {"calendar_item": (0, 0, done["calendar_item"][0])}
    assert snapshot(home) == before

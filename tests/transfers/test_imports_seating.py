"""Importing venues: stands to seats, parking, hospitality, and seating plans of pretix."""

from pathlib import Path
from typing import Any

import pytest

from tests.club import Club
from tests.transfers.import_files import imported, refused, run, snapshot, write_csv, write_json

HOME = {"venue": "JBS", "venueName": "Jan Breydel", "venueCountry": "BE"}
ROWS: list[dict[str, Any]] = [
    {**HOME, "stand": "North", "block": "N1", "row": "1", "seat": "1", "category": "GOLD"},
    {**HOME, "stand": "North", "block": "N1", "row": "1", "seat": "2", "category": "GOLD"},
    {**HOME, "stand": "North", "block": "N1", "row": "2", "seat": "1", "isBlocked": "yes"},
    {**HOME, "stand": "Süd", "box": "Box 7", "seat": "A", "code": "BOX7-A"},
    {**HOME, "parkingZone": "P1", "place": "12"},
    {**HOME, "parkingZone": "P2", "capacity": "300"},
    {
        **HOME,
        "stand": "Süd",
        "hospitality": "Lounge",
        "hospitalityType": "COCKTAIL",
        "capacity": "120",
    },
]
PLAN = {
    "name": "Town Hall",
    "categories": [{"name": "Stalls A"}],
    "size": {"width": 1, "height": 1},
    "zones": [
        {
            "name": "Main area",
            "position": {"x": 0, "y": 0},
            "areas": [{"shape": "text"}],
            "rows": [
                {
                    "row_number": "A",
                    "seats": [
                        {
                            "seat_guid": f"main-{n} A",
                            "seat_number": str(n),
                            "position": {"x": n, "y": 0},
                            "category": "Stalls A",
                        }
                        for n in (1, 2)
                    ],
                }
            ],
        }
    ],
}


def tree(club: Club) -> dict[str, tuple[Any, ...]]:
    found = club.query(
        "{ locations(first: 100) { nodes "
        "{ code name kind typeCode capacity position parent { code } } } }"
    )["locations"]["nodes"]
    return {
        n["code"]: (
            n["kind"],
            n["name"],
            n["parent"] and n["parent"]["code"],
            n["typeCode"],
            n["capacity"],
        )
        for n in found
    }


def places(club: Club) -> dict[str, tuple[Any, ...]]:
    found = club.query(
        "{ resources(first: 100) { nodes { code label kind category isBlocked position } } }"
    )["resources"]["nodes"]
    return {
        n["code"]: (n["kind"], n["label"], n["category"], n["isBlocked"], n["position"])
        for n in found
    }


def test_a_venue_comes_with_everything_in_it(club: Club, tmp_path: Path) -> None:
    done = imported(club, "seating", write_csv(tmp_path / "a.csv", ROWS))
    assert done == {"venue": (1, 0, 0), "location": (9, 0, 0), "resource": (5, 0, 0)}
    assert tree(club) == {
        "JBS-North": ("STAND", "North", None, None, None),
        "JBS-North-N1": ("BLOCK", "N1", "JBS-North", None, None),
        "JBS-North-N1-1": ("ROW", "1", "JBS-North-N1", None, None),
        "JBS-North-N1-2": ("ROW", "2", "JBS-North-N1", None, None),
        "JBS-Sud": ("STAND", "Süd", None, None, None),
        "JBS-Sud-Box-7": ("BOX", "Box 7", "JBS-Sud", None, None),
        "JBS-Sud-Lounge": ("HOSPITALITY", "Lounge", "JBS-Sud", "COCKTAIL", 120),
        "JBS-P1": ("PARKING_ZONE", "P1", None, None, None),
        "JBS-P2": ("PARKING_ZONE", "P2", None, None, 300),
    }
    assert places(club) == {
        "JBS-North-N1-1-1": ("SEAT", "1", "GOLD", False, 1),
        "JBS-North-N1-1-2": ("SEAT", "2", "GOLD", False, 2),
        "JBS-North-N1-2-1": ("SEAT", "1", None, True, 1),
        "BOX7-A": ("SEAT", "A", None, False, 1),
        "JBS-P1-12": ("PARKING", "12", None, False, 12),
    }


def test_the_same_seating_again_changes_nothing(club: Club, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    imported(club, "seating", path)
    before = snapshot(club)
    done = imported(club, "seating", path)
    assert done == {"venue": (0, 0, 1), "location": (0, 0, 9), "resource": (0, 0, 5)}
    assert snapshot(club) == before


def test_a_dry_run_of_a_seating_writes_nothing(club: Club, tmp_path: Path) -> None:
    before = snapshot(club)
    imported(club, "seating", write_csv(tmp_path / "a.csv", ROWS), dry_run=True)
    assert snapshot(club) == before


def test_a_few_rows_change_what_they_name(club: Club, tmp_path: Path) -> None:
    imported(club, "seating", write_csv(tmp_path / "a.csv", ROWS))
    rows = [
        {"venue": "JBS", "stand": "North", "block": "N1", "row": "1", "seat": "2", "category": "S"},
        {"venue": "JBS", "stand": "North", "block": "N1", "row": "1", "seat": "3", "category": "S"},
        {"venue": "JBS", "parkingZone": "P2", "capacity": "250"},
    ]
    done = imported(club, "seating", write_csv(tmp_path / "b.csv", rows))
    assert done == {"venue": (0, 0, 1), "location": (0, 1, 3), "resource": (1, 1, 0)}
    assert tree(club)["JBS-P2"] == ("PARKING_ZONE", "P2", None, None, 250)
    assert places(club)["JBS-North-N1-1-2"] == ("SEAT", "2", "S", False, 2)


def test_locations_with_other_codes_are_found_by_their_place(club: Club, tmp_path: Path) -> None:
    venue = club.make("venueCreate", "venue { id }", {"code": "JBS", "name": "H", "country": "BE"})
    given = {"venueId": venue["venue"]["id"], "code": "N", "name": "North", "kind": "STAND"}
    club.make("locationCreate", "location { id }", given)
    rows = [{"venue": "JBS", "stand": "North", "block": "N1", "row": "1", "seat": "1"}]
    done = imported(club, "seating", write_csv(tmp_path / "a.csv", rows))
    assert done == {"venue": (0, 0, 1), "location": (2, 0, 1), "resource": (1, 0, 0)}
    assert set(tree(club)) == {"N", "N-N1", "N-N1-1"}


def test_what_is_wrong_with_a_seating_is_named_by_row(club: Club, tmp_path: Path) -> None:
    rows = [
        {"venue": "", "block": "N1"},
        {"venue": "JBS"},
        {"venue": "JBS", "stand": "North", "seat": "1", "place": "1"},
        {"venue": "JBS", "row": "1", "seat": "1"},
        {"venue": "JBS", "hospitality": "Lounge", "capacity": "many"},
        {"venue": "JBS", "hospitality": "Bar"},
        {"venue": "JBS", "parkingZone": "P1", "seat": "1"},
        {"venue": "JBS", "block": "B1", "seat": "1", "category": "a b"},
        {"venue": "JBS", "block": "B1", "seat": "1"},
        {"venue": "JBS", "block": "B 1"},
        {"venue": "JBS", "block": "B-1"},
        {"venue": "JBS", "stand": "S", "capacity": "10"},
        {"venue": "JBS", "stand": "S", "capacity": "20"},
    ]
    errors = refused(club, "seating", write_csv(tmp_path / "a.csv", rows))
    assert sorted(errors) == [
        (2, "venue", "TEXT_REQUIRED"),
        (3, "block", "TEXT_REQUIRED"),
        (4, "place", "INPUT_INVALID"),
        (5, "row", "INPUT_INVALID"),
        (6, "capacity", "INPUT_INVALID"),
        (7, "hospitalityType", "TEXT_REQUIRED"),
        (8, "seat", "INPUT_INVALID"),
        (9, "category", "CODE_INVALID"),
        (10, "code", "CODE_TAKEN"),
        (12, "block", "CODE_TAKEN"),
        (14, "capacity", "INPUT_INVALID"),
    ]


def test_names_of_other_scripts_get_codes_that_differ_and_stay(club: Club, tmp_path: Path) -> None:
    rows = [{"venue": "JBS", "stand": name} for name in ("Θύρα 1", "Πύλη 1", "日本")]
    path = write_csv(tmp_path / "a.csv", rows)
    assert imported(club, "seating", path)["location"] == (3, 0, 0)
    assert imported(club, "seating", path)["location"] == (0, 0, 3)


def test_a_seating_plan_of_pretix_becomes_blocks_rows_and_seats(club: Club, tmp_path: Path) -> None:
    path = write_json(tmp_path / "plan.json", PLAN)
    done = imported(club, "seating", path)
    assert done == {"venue": (1, 0, 0), "location": (2, 0, 0), "resource": (2, 0, 0)}
    assert tree(club) == {
        "Town-Hall-Main-area": ("BLOCK", "Main area", None, None, None),
        "Town-Hall-Main-area-A": ("ROW", "A", "Town-Hall-Main-area", None, None),
    }
    assert places(club) == {
        "main-1-A": ("SEAT", "1", "Stalls-A", False, 1),
        "main-2-A": ("SEAT", "2", "Stalls-A", False, 2),
    }
    assert imported(club, "seating", path)["resource"] == (0, 0, 2)
    note = "1 areas of the plan are left out: they have no seats"
    assert run(club, "seating", path, venue="OTHER", dry_run=True).notes == (note,)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"zones": None}, "FILE_MALFORMED"),
        ({"zones": [1]}, "FILE_MALFORMED"),
        ({"zones": []}, "FILE_EMPTY"),
        ({"name": None}, "FILE_MALFORMED"),
        ({"zones": [{"rows": [{"row_number": "A"}]}]}, "FILE_MALFORMED"),
        ({"zones": [{"rows": [{"seats": []}]}]}, "FILE_MALFORMED"),
        ({"zones": [{"rows": [{"row_number": "A", "seats": [{}]}]}]}, "FILE_MALFORMED"),
    ],
)
def test_a_seating_plan_that_is_none_is_refused(
    club: Club, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    path = write_json(tmp_path / "plan.json", PLAN | change)
    assert refused(club, "seating", path) == [(None, None, code)]


@pytest.mark.slow
def test_twenty_thousand_seats_are_imported_and_changed(club: Club, tmp_path: Path) -> None:
    rows = [
        {"venue": "BIG", "stand": s, "block": f"{s}{b}", "row": r, "seat": n, "category": "STD"}
        for s in "NESW"
        for b in range(1, 11)
        for r in range(1, 21)
        for n in range(1, 26)
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    done = imported(club, "seating", path)
    assert done == {"venue": (1, 0, 0), "location": (844, 0, 0), "resource": (20_000, 0, 0)}
    again = imported(club, "seating", path)
    assert again == {"venue": (0, 0, 1), "location": (0, 0, 844), "resource": (0, 0, 20_000)}
    changed = write_csv(tmp_path / "b.csv", [{**row, "category": "GOLD"} for row in rows])
    assert imported(club, "seating", changed)["resource"] == (0, 20_000, 0)

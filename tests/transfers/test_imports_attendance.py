"""Importing what gates, kitchens and sales managers list: scans, fulfilment, reps, targets."""

from pathlib import Path
from typing import Any

import pytest

from tests.club import Club
from tests.stadium import Stadium, build_stadium
from tests.transfers.import_files import imported, refused, write_csv


@pytest.fixture
def tickets(club: Club) -> list[str]:
    """The entitlements of two seats for a season."""
    stadium: Stadium = build_stadium(club)
    line = stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2])
    draft = stadium.equal(stadium.add(stadium.begin(), line), 1)
    stadium.act("saleFinalise", draft)
    found = club.query("{ entitlements { nodes { id } } }")["entitlements"]["nodes"]
    return [one["id"] for one in found]


def scans(club: Club) -> list[tuple[Any, ...]]:
    fields = "externalId source result reason isLetThrough direction scannedAt"
    nodes = club.query(f"{{ scans {{ nodes {{ {fields} }} }} }}")["scans"]["nodes"]
    return sorted(tuple(one.values()) for one in nodes)


def test_scans_come_from_a_list_once(club: Club, tickets: list[str], tmp_path: Path) -> None:
    document = "query($i: ID!) { node(id: $i) { ... on Entitlement { calendarItem { code } } } }"
    code = club.query(document, {"i": tickets[0]})["node"]["calendarItem"]["code"]
    row = {"ticket": tickets[0], "scannedAt": "2026-02-01T19:30", "source": "GATES"}
    rows = [
        {**row, "externalId": "1", "calendarItem": code},
        {**row, "externalId": "2", "result": "refused", "reason": "already used"},
        {**row, "externalId": "3", "result": "REFUSED", "direction": "out", "source": ""},
        {**row, "externalId": "4", "ticket": "4711", "isLetThrough": "yes", "result": "accepted"},
    ]
    path = write_csv(tmp_path / "scans.csv", rows)
    assert imported(club, "scans", path) == {"scan": (4, 0, 0)}
    at = "2026-02-01T18:30:00Z"
    assert scans(club) == [
        ("1", "GATES", "ACCEPTED", None, True, "IN", at),
        ("2", "GATES", "REFUSED", "ALREADY_USED", False, "IN", at),
        ("3", "IMPORT", "REFUSED", "OTHER", False, "OUT", at),
        ("4", "GATES", "REFUSED", "UNKNOWN_TICKET", True, "IN", at),
    ]
    assert imported(club, "scans", path) == {"scan": (0, 0, 4)}


def test_what_is_wrong_with_scans_is_said_row_by_row(
    club: Club, tickets: list[str], tmp_path: Path
) -> None:
    row = {"ticket": tickets[0], "scannedAt": "2026-02-01T19:30", "externalId": "1"}
    rows = [
        {**row, "scannedAt": "", "reason": ""},
        {**row, "externalId": ""},
        {**row, "result": "ACCEPTED", "reason": "BLOCKED"},
        {**row, "calendarItem": "NOPE"},
        {**row, "scannedAt": "2098-01-01T19:30"},
    ]
    path = write_csv(tmp_path / "scans.csv", rows)
    assert refused(club, "scans", path) == [
        (2, "scannedAt", "DATE_INVALID"),
        (3, "externalId", "TEXT_REQUIRED"),
        (4, "reason", "INPUT_INVALID"),
        (5, "calendarItem", "NOT_FOUND"),
        (6, "scannedAt", "DATE_INVALID"),
    ]


def test_fulfilment_comes_from_a_list(club: Club, tickets: list[str], tmp_path: Path) -> None:
    rows = [
        {"entitlement": tickets[0], "menu": "Fish", "confirmation": "autoconfirmed"},
        {"entitlement": tickets[1], "menu": "", "confirmation": ""},
    ]
    path = write_csv(tmp_path / "menus.csv", rows)
    assert imported(club, "fulfilment", path) == {"fulfilment": (2, 0, 0)}
    rows = [{"entitlement": tickets[0], "deliveredAt": "2026-02-01 20:00", "plate": "1-ABC-123"}]
    path = write_csv(tmp_path / "delivered.csv", rows)
    assert imported(club, "fulfilment", path) == {"fulfilment": (0, 1, 0)}
    assert imported(club, "fulfilment", path) == {"fulfilment": (0, 0, 1)}
    found = club.query(
        "query($i: ID!) { node(id: $i) { ... on Entitlement "
        "{ fulfilment { menu plate deliveredAt confirmation } } } }",
        {"i": tickets[0]},
    )["node"]["fulfilment"]
    assert [tuple(one.values()) for one in found] == [
        ("Fish", "1-ABC-123", "2026-02-01T19:00:00Z", "AUTOCONFIRMED")
    ]
    rows = [{"entitlement": "sale_1", "menu": "Fish"}, {"entitlement": "", "menu": "Fish"}]
    assert refused(club, "fulfilment", write_csv(tmp_path / "wrong.csv", rows)) == [
        (2, "entitlement", "ID_INVALID"),
        (3, "entitlement", "TEXT_REQUIRED"),
    ]


def test_reps_and_targets_come_from_lists(club: Club, tmp_path: Path) -> None:
    given = {"code": "SEATS", "name": "Seats"}
    club.make("productGroupCreate", "", given)
    reps = [{"code": "HV", "name": "Hanne", "team": "Business"}, {"code": "SD", "name": "Stijn"}]
    path = write_csv(tmp_path / "reps.csv", reps)
    assert imported(club, "reps", path) == {"sales_rep": (2, 0, 0)}
    assert imported(club, "reps", path) == {"sales_rep": (0, 0, 2)}
    row = {"rep": "HV", "month": "2026-02", "amount": "1500,50"}
    rows = [
        {**row, "productGroup": "SEATS"},
        row,
        {**row, "month": "2026-03-12", "currency": "eur"},
    ]
    path = write_csv(tmp_path / "targets.csv", rows)
    assert imported(club, "targets", path) == {"sales_target": (3, 0, 0)}
    rows[0]["amount"] = "1600"
    path = write_csv(tmp_path / "targets.csv", rows)
    assert imported(club, "targets", path) == {"sales_target": (0, 1, 2)}
    wrong = [
        {**row, "productGroup": "SEATZ"},
        {**row, "month": "13-2026"},
        {**row, "month": "", "rep": ""},
        {**row, "month": "2026-04", "amount": "0"},
    ]
    assert refused(club, "targets", write_csv(tmp_path / "wrong.csv", wrong)) == [
        (2, "productGroup", "NOT_FOUND"),
        (3, "month", "DATE_INVALID"),
        (4, "rep", "TEXT_REQUIRED"),
        (4, "month", "TEXT_REQUIRED"),
        (5, "amount", "AMOUNT_INVALID"),
    ]

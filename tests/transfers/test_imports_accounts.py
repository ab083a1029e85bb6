"""Importing accounts with their contacts."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.permissions import Role
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

ROWS: list[dict[str, Any]] = [
    {
        "code": "0012",
        "name": "Bakkerij Peeters",
        "country": "be",
        "vatId": "BE 0403.019.261",
        "city": "Brugge",
        "creditLimit": "199.99",
        "contactFirstName": "An",
        "contactLastName": "Peeters",
        "contactEmail": "an@peeters.example",
    },
    {"code": "0013", "name": "Jo Maes", "kind": "person", "language": "NL", "isActive": "no"},
]


def accounts(club: Club) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = club.query(
        "{ accounts(sort: CODE_ASC) { nodes { code name kind vatId country language isActive city "
        "creditLimit { amount currency } version contacts { firstName email isDefault } } } }"
    )["accounts"]["nodes"]
    return found


def write(folder: Path, form: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / f"accounts.{form}"
    return {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}[form](path, rows)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_accounts_and_contacts_come_from_every_kind_of_file(
    club: Club, tmp_path: Path, form: str
) -> None:
    done = imported(club, "accounts", write(tmp_path, form, ROWS))
    assert done == {"account": (2, 0, 0), "contact": (1, 0, 0)}
    assert accounts(club) == [
        {
            "code": "0012",
            "name": "Bakkerij Peeters",
            "kind": "BUSINESS",
            "vatId": "BE0403019261",
            "country": "BE",
            "language": None,
            "isActive": True,
            "city": "Brugge",
            "creditLimit": {"amount": "199.99", "currency": "EUR"},
            "version": 1,
            "contacts": [{"firstName": "An", "email": "an@peeters.example", "isDefault": True}],
        },
        {
            "code": "0013",
            "name": "Jo Maes",
            "kind": "PERSON",
            "vatId": None,
            "country": None,
            "language": "nl",
            "isActive": False,
            "city": None,
            "creditLimit": None,
            "version": 1,
            "contacts": [],
        },
    ]


def test_the_same_file_again_changes_nothing(club: Club, tmp_path: Path) -> None:
    path = write(tmp_path, "csv", ROWS)
    imported(club, "accounts", path)
    read = accounts(club)
    before = snapshot(club)
    assert imported(club, "accounts", path) == {"account": (0, 0, 2), "contact": (0, 0, 1)}
    assert snapshot(club) == before
    assert accounts(club) == read


def test_a_dry_run_reports_and_writes_nothing(club: Club, tmp_path: Path) -> None:
    before = snapshot(club)
    done = imported(club, "accounts", write(tmp_path, "csv", ROWS), dry_run=True)
    assert done == {"account": (2, 0, 0), "contact": (1, 0, 0)}
    assert snapshot(club) == before


def test_rows_change_what_they_name_and_leave_the_rest(club: Club, tmp_path: Path) -> None:
    imported(club, "accounts", write(tmp_path, "csv", ROWS))
    rows = [
        {"code": "0012", "name": "Bakkerij P.", "city": "", "contactEmail": "AN@peeters.example"},
        {"code": "0014", "name": "New", "city": "Gent"},
    ]
    rows[0] |= {"contactFirstName": "Anna", "contactLastName": "Peeters"}
    done = imported(club, "accounts", write(tmp_path, "csv", rows))
    assert done == {"account": (1, 1, 0), "contact": (0, 1, 0)}
    changed = accounts(club)[0]
    assert (changed["name"], changed["city"], changed["version"]) == ("Bakkerij P.", None, 2)
    assert changed["creditLimit"] == {"amount": "199.99", "currency": "EUR"}
    assert changed["contacts"] == [
        {"firstName": "Anna", "email": "an@peeters.example", "isDefault": True}
    ]


def test_every_wrong_row_is_reported_and_none_is_written(club: Club, tmp_path: Path) -> None:
    rows = [
        {"code": "A1", "name": "Fine"},
        {"code": "a b", "name": "", "kind": "firm", "paymentTermDays": "3.5"},
        {"code": "A1", "name": "Twice"},
        {"code": "A4", "name": "x", "country": "BE", "vatId": "BE0403019262"},
        {"code": "A5", "name": "x", "creditLimit": "1,234.50", "isActive": "perhaps"},
        {"code": "A6", "name": "x", "priceList": "VIP", "country": "XX"},
        {"code": "A7", "name": "x", "contactFirstName": "Only", "contactEmail": "nobody"},
        {"code": "", "name": "no code"},
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    assert refused(club, "accounts", path) == [
        (3, "kind", "INPUT_INVALID"),
        (3, "paymentTermDays", "INPUT_INVALID"),
        (4, "code", "CODE_TAKEN"),
        (5, "vatId", "VAT_ID_INVALID"),
        (6, "isActive", "INPUT_INVALID"),
        (6, "creditLimit", "AMOUNT_INVALID"),
        (7, "priceList", "NOT_FOUND"),
        (8, "contactLastName", "INPUT_INVALID"),
        (9, "code", "INPUT_INVALID"),
    ]
    report = run(club, "accounts", path)
    assert report.errors[0].value == "firm"
    assert report.errors[5].value == "1,234.50"
    assert report.row_count == 8


def test_a_decimal_comma_is_a_point(club: Club, tmp_path: Path) -> None:
    rows = [{"code": "A1", "name": "x", "creditLimit": "199,99"}]
    imported(club, "accounts", write_csv(tmp_path / "a.csv", rows, delimiter=";"))
    assert accounts(club)[0]["creditLimit"]["amount"] == "199.99"


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.PORTAL, Role.ANALYST])
def test_who_may_not_change_accounts_may_not_import_them(
    club: Club, tmp_path: Path, role: Role
) -> None:
    path = write(tmp_path, "csv", ROWS)
    assert refused(club, "accounts", path, role=role) == [(None, None, "PERMISSION_DENIED")]


def test_an_import_stays_within_its_club(club: Club, other_club: Club, tmp_path: Path) -> None:
    path = write(tmp_path, "csv", ROWS)
    imported(other_club, "accounts", path)
    assert accounts(club) == []
    assert imported(club, "accounts", path)["account"] == (2, 0, 0)


def test_columns_are_matched_loosely_and_unknown_ones_named(club: Club, tmp_path: Path) -> None:
    rows = [{"CODE": "A1", "Name": "x", "postal code": "8000", "payment-term_days": "10"}]
    assert imported(club, "accounts", write_csv(tmp_path / "a.csv", rows))["account"] == (1, 0, 0)
    rows = [{"code": "A2", "vat": "", "ctiy": "Gent"}]
    path = write_csv(tmp_path / "b.csv", rows)
    assert refused(club, "accounts", path) == [
        (None, "name", "COLUMN_MISSING"),
        (None, "vat", "COLUMN_UNKNOWN"),
        (None, "ctiy", "COLUMN_UNKNOWN"),
    ]
    assert "did you mean city?" in run(club, "accounts", path).errors[2].message
    rows = [{"code": "A2", "name": "x", "remarks": "vip"}]
    report = run(club, "accounts", write_csv(path, rows), ignore_unknown_columns=True)
    assert report.is_written
    assert report.notes == ("column remarks is ignored",)

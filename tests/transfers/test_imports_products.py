"""Importing products with groups, prices and components."""

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

SEAT = {"kind": "SEAT", "group": "TICKETS", "scope": "CALENDAR_ITEM", "supplyType": "ADMISSION"}
FOOD = {"kind": "FORMULA", "group": "FOOD", "scope": "CALENDAR_ITEM", "supplyType": "CATERING"}
PACK = {"kind": "PACKAGE", "group": "VIP", "scope": "CALENDAR_ITEM", "supplyType": "ADMISSION"}
PRICED = {"priceList": "2026", "validFrom": "2026-07-01"}
ROWS: list[dict[str, Any]] = [
    {
        "code": "VIP",
        "name": "VIP package",
        **PACK,
        "groupName": "VIP packages",
        "components": "BOX:1:3|GOLD:2:1",
        "price": "450.00",
        **PRICED,
    },
    {"code": "BOX", "name": "Box", **PACK, "components": "GOLD:1:120 | LUNCH:1:80"},
    {"code": "GOLD", "name": "Gold seat", **SEAT, "isNumbered": "yes", "category": "GOLD"}
    | {"isLimited": "true", "price": "199.99", **PRICED},
    {"code": "LUNCH", "name": "Lunch", **FOOD, "isLimited": "yes", "capacity": "100"}
    | {"locationType": "LOUNGE", "price": "80", **PRICED},
]


def products(club: Club) -> dict[str, dict[str, Any]]:
    found = club.query(
        "{ products(first: 20, sort: CODE_ASC) { nodes { code name kind isNumbered isLimited "
        "category capacity version group { code name } "
        "components { quantity priceWeight product { code } } "
        "prices { nodes { amount { amount currency } validFrom priceList { code } "
        "season { code } } } } } }"
    )["products"]["nodes"]
    return {node["code"]: node for node in found}


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_products_come_with_groups_prices_and_components(
    club: Club, tmp_path: Path, form: str
) -> None:
    writers = {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}
    path = writers[form](tmp_path / f"a.{form}", ROWS)
    assert imported(club, "products", path) == {
        "product_group": (3, 0, 0),
        "product": (4, 0, 0),
        "price_list": (1, 0, 0),
        "price": (3, 0, 0),
        "package_component": (4, 0, 0),
    }
    found = products(club)
    assert found["GOLD"]["isNumbered"] is True
    assert found["GOLD"]["category"] == "GOLD"
    assert found["GOLD"]["group"] == {"code": "TICKETS", "name": "TICKETS"}
    assert found["GOLD"]["prices"]["nodes"] == [
        {
            "amount": {"amount": "199.99", "currency": "EUR"},
            "validFrom": "2026-07-01",
            "priceList": {"code": "2026"},
            "season": None,
        }
    ]
    assert found["LUNCH"]["capacity"] == 100
    assert found["VIP"]["group"]["name"] == "VIP packages"
    assert found["VIP"]["components"] == [
        {"quantity": 1, "priceWeight": "3", "product": {"code": "BOX"}},
        {"quantity": 2, "priceWeight": "1", "product": {"code": "GOLD"}},
    ]
    assert [part["product"]["code"] for part in found["BOX"]["components"]] == ["GOLD", "LUNCH"]


def test_the_same_products_again_change_nothing(club: Club, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    imported(club, "products", path)
    read = products(club)
    before = snapshot(club)
    assert imported(club, "products", path) == {
        "product_group": (0, 0, 3),
        "product": (0, 0, 4),
        "price": (0, 0, 3),
        "package_component": (0, 0, 4),
    }
    assert snapshot(club) == before
    assert products(club) == read


def test_a_dry_run_of_products_writes_nothing(club: Club, tmp_path: Path) -> None:
    before = snapshot(club)
    path = write_csv(tmp_path / "a.csv", ROWS)
    done = imported(club, "products", path, dry_run=True)
    assert done["package_component"] == (4, 0, 0)
    assert snapshot(club) == before
    assert run(club, "products", path, dry_run=True).notes == (
        "price list 2026 is new: EUR, not public",
    )


def test_a_price_and_components_change(club: Club, tmp_path: Path) -> None:
    imported(club, "products", write_csv(tmp_path / "a.csv", ROWS))
    rows = [ROWS[2] | {"price": "210.00"}, ROWS[1] | {"components": "GOLD:1:1"}]
    done = imported(club, "products", write_csv(tmp_path / "b.csv", rows))
    assert done["price"] == (0, 1, 0)
    assert done["package_component"] == (0, 1, 0)
    found = products(club)
    assert found["GOLD"]["prices"]["nodes"][0]["amount"]["amount"] == "210.00"
    assert len(found["BOX"]["components"]) == 1


def test_a_price_of_a_season_holds_from_its_start(club: Club, tmp_path: Path) -> None:
    season = {"code": "S1", "name": "S1", "startsOn": "2026-07-01", "endsOn": "2027-06-30"}
    club.make("seasonCreate", "season { id }", season)
    row = {"code": "G", "name": "Gold", **SEAT, "price": "5000", "currency": "JPY"}
    rows = [{**row, "priceList": "YEN", "season": "S1"}]
    imported(club, "products", write_csv(tmp_path / "a.csv", rows))
    assert products(club)["G"]["prices"]["nodes"] == [
        {
            "amount": {"amount": "5000", "currency": "JPY"},
            "validFrom": "2026-07-01",
            "priceList": {"code": "YEN"},
            "season": {"code": "S1"},
        }
    ]


def test_what_is_wrong_with_products_is_named_by_row(club: Club, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"code": "P2", "name": "x", **SEAT, "kind": "CHAIR"},
        {"code": "P3", "name": "x", **SEAT, "group": ""},
        {"code": "P4", "name": "x", **SEAT, "group": "a b"},
        {"code": "P5", "name": "x", **SEAT, "location": "NOWHERE"},
        {"code": "P6", "name": "x", **SEAT, "price": "10.001", **PRICED},
        {"code": "P7", "name": "x", **SEAT, "price": "10", "validFrom": "2026-07-01"},
        {"code": "P8", "name": "x", **SEAT, "price": "10", "priceList": "2026"},
        {"code": "P9", "name": "x", **SEAT, "price": "10", **PRICED, "currency": "USD"},
        {"code": "P10", "name": "x", **SEAT, "price": "-1", **PRICED},
        {"code": "P11", "name": "x", **SEAT, "price": "10", **PRICED, "season": "S9"},
        {"code": "P12", "name": "x", **SEAT, "components": "P12:1:1"},
        {"code": "P13", "name": "x", **PACK, "components": "P13:1:1"},
        {"code": "P14", "name": "x", **PACK, "components": "P15:1:1"},
        {"code": "P15", "name": "x", **PACK, "components": "P14:1:1"},
        {"code": "P16", "name": "x", **PACK, "components": "GONE:1:1"},
        {"code": "P17", "name": "x", **PACK, "components": "P12*2"},
        {"code": "P18", "name": "x", **PACK, "components": "P19:0:1"},
        {"code": "P19", "name": "x", **SEAT, "isNumbered": "yes", "scope": "NONE"},
        {"code": "P20", "name": "x", **FOOD},
        {"code": "P21", "name": "x", **SEAT, "capacity": "-1"},
    ]
    errors = refused(club, "products", write_csv(tmp_path / "a.csv", rows))
    assert sorted(errors, key=lambda error: error[0] or 0) == [
        (2, "kind", "INPUT_INVALID"),
        (3, "group", "INPUT_INVALID"),
        (4, "group", "CODE_INVALID"),
        (5, "location", "NOT_FOUND"),
        (6, "price", "AMOUNT_INVALID"),
        (7, "priceList", "TEXT_REQUIRED"),
        (8, "validFrom", "DATE_INVALID"),
        (9, "currency", "CURRENCY_MIXED"),
        (10, "price", "AMOUNT_NEGATIVE"),
        (11, "season", "NOT_FOUND"),
        (12, "components", "INPUT_INVALID"),
        (13, "components", "PACKAGE_CYCLE"),
        (14, "components", "PACKAGE_EMPTY"),
        (15, "components", "PACKAGE_EMPTY"),
        (16, "components", "NOT_FOUND"),
        (17, "components", "INPUT_INVALID"),
        (18, "components", "NOT_FOUND"),
        (19, "scope", "INPUT_INVALID"),
        (20, "locationType", "TEXT_REQUIRED"),
        (21, "capacity", "INPUT_INVALID"),
    ]


def test_a_package_of_packages_that_exist_already_is_set(club: Club, tmp_path: Path) -> None:
    imported(club, "products", write_csv(tmp_path / "a.csv", ROWS))
    rows = [{"code": "ALL", "name": "All", **PACK, "components": "VIP:1:1|LUNCH:1:1"}]
    assert imported(club, "products", write_csv(tmp_path / "b.csv", rows)) == {
        "product_group": (0, 0, 1),
        "product": (1, 0, 0),
        "package_component": (2, 0, 0),
    }


def test_a_wrong_code_is_answered_with_the_nearest(club: Club, tmp_path: Path) -> None:
    rows = [*ROWS, {"code": "X", "name": "X", **PACK, "components": "LUNCHES:1:1"}]
    report = run(club, "products", write_csv(tmp_path / "a.csv", rows))
    assert "did you mean LUNCH?" in report.errors[0].message

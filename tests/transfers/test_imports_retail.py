"""Real orders of a shop stand in the ledger to the penny."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from app.transfers.imports import ImportReport
from tests.club import Club
from tests.transfers.imported_orders import BALANCES, everything, orders, rules

SHARED = Path(__file__).parents[2].parent / "shared/data/online_retail"
REAL = SHARED / "OnlineRetail_first10000.csv"


def file_sums(path: Path, limit: int) -> tuple[int, dict[str, int]]:
    """Sum a file's amounts by country without the code under test, in pence."""
    by_country: dict[str, int] = defaultdict(int)
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number < limit:
                pounds, _, pence = row["UnitPrice"].partition(".")
                price = int(pounds) * 100 + int(pence.ljust(2, "0"))
                by_country[row["Country"]] += int(row["Quantity"]) * price
    return sum(by_country.values()), by_country


def country_balances(club: Club) -> dict[str, int]:
    """Return what the accounts of each country owe, in pence."""
    found: dict[str, int] = defaultdict(int)
    for one in everything(club, BALANCES, "accounts"):
        for balance in one["balances"]:
            assert balance["balance"]["currency"] == "GBP"
            found[one["country"]] += int(balance["balance"]["amount"].replace(".", ""))
    return dict(found)


CODES = {
    "United Kingdom": "GB",
    "Germany": "DE",
    "EIRE": "IE",
    "France": "FR",
    "Norway": "NO",
    "Lithuania": "LT",
    "Italy": "IT",
    "Japan": "JP",
    "Australia": "AU",
    "Belgium": "BE",
    "Poland": "PL",
    "Portugal": "PT",
    "Switzerland": "CH",
    "Spain": "ES",
    "Netherlands": "NL",
}


def check_real(club: Club, tmp_path: Path, limit: int) -> ImportReport:
    """Import the first rows of the real file twice; the ledger has its sums to the penny."""
    if not REAL.is_file():
        pytest.skip(f"the data set is not beside the repository: {SHARED.name}/{REAL.name}")
    lines = REAL.read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "retail.csv"
    path.write_text("".join(lines[: limit + 1]), encoding="utf-8")
    report = orders(club, path, currency="GBP")
    assert report.errors == ()
    total, by_country = file_sums(path, limit)
    assert sum(one.row_count for one in report.rules) == report.row_count == limit
    assert sum(one.amount_minor for one in report.rules) == total
    assert country_balances(club) == {CODES[name]: sum_ for name, sum_ in by_country.items()}
    again = orders(club, path, currency="GBP")
    assert again.errors == ()
    assert {one.created for one in again.tallies} == {0}
    assert country_balances(club) == {CODES[name]: sum_ for name, sum_ in by_country.items()}
    return report


@pytest.mark.real_input
def test_a_thousand_real_rows_stand_in_the_ledger_to_the_penny(club: Club, tmp_path: Path) -> None:
    report = check_real(club, tmp_path, 1_000)
    assert rules(report) == {
        "SOLD": (989, 2_470_538),
        "CANCELLED": (1, -2_550),
        "CREDITED": (9, -17_363),
        "PRICELESS": (1, 0),
    }


@pytest.mark.real_input
@pytest.mark.slow
def test_ten_thousand_real_rows_stand_in_the_ledger_to_the_penny(
    club: Club, tmp_path: Path
) -> None:
    report = check_real(club, tmp_path, 10_000)
    assert rules(report) == {
        "SOLD": (9_854, 18_424_833),
        "GIVEN": (1, 0),
        "CANCELLED": (10, -18_400),
        "CREDITED": (90, -339_658),
        "ADJUSTMENT": (30, 0),
        "PRICELESS": (15, 0),
    }
    found = country_balances(club)
    assert sum(found.values()) == 18_066_775
    assert [found[code] for code in ("GB", "DE", "IE", "FR", "NO")] == [
        16_493_722,
        330_975,
        314_723,
        280_816,
        191_914,
    ]

"""Real orders of a shop stand in the ledger to the penny."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.transfers.imports import ImportReport
from semantic.query.query import Query, TimeDimension
from semantic.query.query import Test as Comparison
from tests.club import Club
from tests.reported import Asked, reported
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


OUTSIDE = {"GB", "NO", "JP", "AU", "CH"}
"""Countries to which goods leave the EU, without VAT; to the others they have Belgium's 21 %."""


@dataclass
class OfMonth:
    """What a country's orders of a month come to, in pence; cancelled with VAT, below zero."""

    net_minor: int = 0
    vat_minor: int = 0
    cancelled_minor: int = 0


@dataclass
class Sums:
    """What comes to how much, by country and month."""

    by_month: dict[tuple[str, str], OfMonth] = field(default_factory=lambda: defaultdict(OfMonth))

    def add(self, country: str, month: str, gross_minor: int, *, number: str) -> None:
        """Add an order, whose VAT is in its amount and rounded once."""
        rate = 0 if country in OUTSIDE else 21
        sign = -1 if gross_minor < 0 else 1
        vat_minor = sign * ((2 * abs(gross_minor) * rate + 100 + rate) // (2 * (100 + rate)))
        of_month = self.by_month[country, month]
        of_month.net_minor += gross_minor - vat_minor
        of_month.vat_minor += vat_minor
        of_month.cancelled_minor += gross_minor if number.startswith("C") else 0

    def differing(self, other: "Sums") -> dict[tuple[str, str], tuple[OfMonth, OfMonth]]:
        """Name the months that other sums have otherwise."""
        keys = self.by_month.keys() | other.by_month.keys()
        pairs = {key: (self.by_month[key], other.by_month[key]) for key in keys}
        return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def sums_of_file() -> Sums:
    """Add the file's orders up without the code under test."""
    of_order: dict[tuple[str, str, str], int] = defaultdict(int)
    with REAL.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            pounds, _, pence = row["UnitPrice"].partition(".")
            price_minor = int(pounds) * 100 + int(pence.ljust(2, "0"))
            key = row["InvoiceNo"], CODES[row["Country"]], row["InvoiceDate"][:7]
            of_order[key] += int(row["Quantity"]) * price_minor
    sums = Sums()
    for (number, country, month), gross_minor in of_order.items():
        if gross_minor:
            sums.add(country, month, gross_minor, number=number)
    return sums


def sums_of_store(club: Club) -> Sums:
    """Add the same up in PostgreSQL: documents, and the movements of what comes back."""
    documented = """
        SELECT account.country, to_char(paper.issued_on, 'YYYY-MM'), sum(paper.net_minor),
            sum(paper.vat_minor), 0 FROM invoice_document AS paper
        JOIN account ON account.id = paper.account_id
        WHERE paper.organisation_id = :club GROUP BY 1, 2"""
    returned = """
        SELECT account.country, to_char(moved.moved_at AT TIME ZONE 'Europe/Brussels', 'YYYY-MM'),
            0, 0, sum(moved.gross_minor) FROM sale_movement AS moved
        JOIN sale ON sale.id = moved.sale_id JOIN account ON account.id = sale.account_id
        WHERE moved.organisation_id = :club AND (moved.kind = 'CANCELLED' OR sale.type = 'CREDIT')
        GROUP BY 1, 2"""
    sums = Sums()
    with club.runner.engine.connect() as connection:
        for statement in (documented, returned):
            rows = connection.execute(text(statement), {"club": club.organisation.id})
            for country, month, net_minor, vat_minor, cancelled_minor in rows:
                of_month = sums.by_month[country, month]
                of_month.net_minor += int(net_minor)
                of_month.vat_minor += int(vat_minor)
                of_month.cancelled_minor += int(cancelled_minor)
    return sums


def sums_of_reports(asked: Asked) -> Sums:
    """Ask the semantic layer for the same."""
    sums = Sums()

    def by_month(view: str, time: str, *measures: str, **more: Any) -> list[tuple[Any, ...]]:
        query = Query(
            measures=tuple(f"{view}.{one}" for one in measures),
            dimensions=(f"{view}.account_country",),
            time_dimensions=(TimeDimension(f"{view}.{time}", "month"),),
            timezone="Europe/Brussels",
            **more,
        )
        return asked(query)

    for country, month, net, vat in by_month("documents", "issued_on", "net", "vat"):
        of_month = sums.by_month[country, f"{month:%Y-%m}"]
        of_month.net_minor += _minor(net)
        of_month.vat_minor += _minor(vat)
    for member, value in (("kind", "CANCELLED"), ("sale_type", "CREDIT")):
        only = (Comparison(f"sales.{member}", "equals", (value,)),)
        for country, month, gross in by_month(
            "sales", "moved_on", "net_bookings_with_vat", filters=only
        ):
            sums.by_month[country, f"{month:%Y-%m}"].cancelled_minor += _minor(gross)
    return sums


def _minor(amount: Decimal | None) -> int:
    return int((amount or 0) * 100)


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
def test_ten_thousand_real_rows_stand_in_the_ledger_and_the_reports_to_the_penny(
    club: Club, tmp_path: Path, database_url: str
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
    of_file = sums_of_file()
    assert len(of_file.by_month) == len(CODES)
    assert of_file.differing(sums_of_store(club)) == {}
    with reported(database_url, tmp_path / "facts", club.organisation, "GBP") as asked:
        assert of_file.differing(sums_of_reports(asked)) == {}

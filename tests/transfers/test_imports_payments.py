"""Importing what a bank lists: payments by instalment code, by reference, by account."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.documented import document, invoices, sell_example
from tests.api.paid import entries, owes, today
from tests.club import Club
from tests.stadium import Stadium
from tests.transfers.import_files import imported, refused, run, write_csv, write_xlsx

Row = dict[str, Any]


def row(**more: Any) -> Row:
    return {"amount": "1362.50", "receivedOn": "2026-02-01", **more}


@pytest.fixture
def sale(club: Club) -> dict[str, Any]:
    """The example, with documents of its first two invoices."""
    sold = sell_example(club)
    first, second, *_ = invoices(club, sold)
    document(club, first)
    document(club, second, reference="+++090/9337/55493+++")
    return sold


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_payments_come_from_a_list(
    club: Club, sale: dict[str, Any], tmp_path: Path, write: Any
) -> None:
    first = invoices(club, sale)[0]
    rows = [
        row(instalmentCode=first["code"], externalId="1", source="KBC", amount="1362,48"),
        row(reference="+++090/9337/55493+++ thanks", externalId="2", source="KBC"),
        row(account="A1", amount="500.00", method="card", externalId="3", source="KBC"),
    ]
    path = write(tmp_path / f"payments.{'csv' if write is write_csv else 'xlsx'}", rows)
    before = entries(club)
    assert not run(club, "payments", path, dry_run=True).is_written
    assert entries(club) == before
    assert imported(club, "payments", path) == {"payment": (3, 0, 0)}
    assert [one["status"] for one in invoices(club, sale)[:2]] == ["RECEIVED", "RECEIVED"]
    account = Stadium(club).read(sale, "account { id }")["account"]["id"]
    assert owes(club, account) == ("-500.00", "0.00", "500.00")
    assert imported(club, "payments", path) == {"payment": (0, 0, 3)}
    assert owes(club, account) == ("-500.00", "0.00", "500.00")


def test_an_instalment_code_takes_what_is_open_and_leaves_the_rest(
    club: Club, sale: dict[str, Any], tmp_path: Path
) -> None:
    third = invoices(club, sale)[2]
    rows = [row(instalmentCode=third["code"], reference="an advance", amount="1400.00")]
    imported(club, "payments", write_csv(tmp_path / "a.csv", rows))
    assert invoices(club, sale)[2]["paid"]["amount"] == "1362.50"
    account = Stadium(club).read(sale, "account { id }")["account"]["id"]
    assert owes(club, account) == ("1325.00", "2725.00", "1400.00")


def test_every_row_that_is_wrong_is_reported_and_nothing_is_written(
    club: Club, sale: dict[str, Any], tmp_path: Path
) -> None:
    first = invoices(club, sale)[0]
    draft = Stadium(club)
    draft.ids = {"A1": draft.read(sale, "account { id }")["account"]["id"]}
    rows = [
        row(instalmentCode=first["code"]),
        row(instalmentCode=first["code"] + "9"),
        row(account="NOBODY"),
        row(reference="nothing known"),
        row(instalmentCode=first["code"], amount="0.00"),
        row(instalmentCode=first["code"], amount=""),
        row(instalmentCode=first["code"], amount="12.345"),
        row(instalmentCode=first["code"], receivedOn=""),
        row(instalmentCode=first["code"], receivedOn="2100-01-01"),
        row(instalmentCode=first["code"], method="gold"),
        row(instalmentCode=first["code"], currency="USD"),
    ]
    before = entries(club)
    found = refused(club, "payments", write_csv(tmp_path / "a.csv", rows))
    assert found == [
        (3, "instalmentCode", "NOT_FOUND"),
        (4, "account", "NOT_FOUND"),
        (5, "account", "INPUT_INVALID"),
        (6, "amount", "AMOUNT_INVALID"),
        (7, "amount", "TEXT_REQUIRED"),
        (8, "amount", "AMOUNT_INVALID"),
        (9, "receivedOn", "DATE_INVALID"),
        (10, "receivedOn", "DATE_INVALID"),
        (11, "method", "INPUT_INVALID"),
        (12, "instalmentCode", "CURRENCY_MIXED"),
    ]
    assert entries(club) == before


def test_a_closed_period_needs_a_posting_date(
    club: Club, sale: dict[str, Any], tmp_path: Path
) -> None:
    first = invoices(club, sale)[0]
    club.make("accountingPeriodClose", "organisation { id }", {"throughOn": "2026-02-28"})
    rows = [row(instalmentCode=first["code"])]
    path = write_csv(tmp_path / "a.csv", rows)
    assert refused(club, "payments", path) == [(2, "receivedOn", "PERIOD_CLOSED")]
    rows[0]["postedOn"] = today().isoformat()
    imported(club, "payments", write_csv(tmp_path / "b.csv", rows))
    assert entries(club)[-1] == ("PAYMENT", "-1362.50")

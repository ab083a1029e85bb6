"""Importing the grid of instalments: documents and payments that people keep by hand."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.documented import balance, cancel, document, invoices, sell_example
from tests.club import Club
from tests.transfers.import_files import imported, refused, run, write_csv, write_xlsx

Row = dict[str, Any]


def rows_of(found: list[Row], **more: Any) -> list[Row]:
    return [
        {
            "instalmentCode": one["code"],
            "invoiceNo": f"F{number}",
            "invoiceDate": "2026-01-15",
            "dueDate": "2026-02-14",
            **more,
        }
        for number, one in enumerate(found, start=1)
    ]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_documents_and_payments_come_from_a_grid(club: Club, tmp_path: Path, write: Any) -> None:
    sale = sell_example(club)
    rows = rows_of(invoices(club, sale)[:3], gross="1362,51", reference="+++090/9337/55493+++")
    rows[0] |= {"paymentNo": "P1", "paymentDate": "2026-02-01"}
    rows[1] |= {"gross": None, "source": "BOOKS"}
    path = write(tmp_path / f"documents.{'csv' if write is write_csv else 'xlsx'}", rows)
    report = run(club, "documents", path, dry_run=True)
    assert not report.is_written
    assert balance(club) == 0
    assert imported(club, "documents", path) == {
        "invoice_document": (3, 0, 0),
        "payment": (1, 0, 0),
    }
    found = invoices(club, sale)
    assert [one["status"] for one in found] == ["RECEIVED", "OVERDUE", "OVERDUE", "TODO"]
    assert [one["documentNumber"] for one in found] == ["F1", "F2", "F3", None]
    assert [one["open"]["amount"] for one in found] == ["0.00", "1362.50", "1362.51", "0.00"]
    assert balance(club) == 136_250 + 136_251
    assert imported(club, "documents", path) == {
        "invoice_document": (0, 0, 3),
        "payment": (0, 0, 1),
    }
    assert balance(club) == 136_250 + 136_251


def test_due_dates_and_references_are_corrected_by_the_next_import(
    club: Club, tmp_path: Path
) -> None:
    sale = sell_example(club)
    rows = rows_of(invoices(club, sale)[:2])
    imported(club, "documents", write_csv(tmp_path / "a.csv", rows))
    rows[0] |= {"dueDate": "2099-12-31", "reference": "A 1"}
    done = imported(club, "documents", write_csv(tmp_path / "b.csv", rows))
    assert done == {"invoice_document": (0, 1, 1)}
    found = invoices(club, sale)
    assert [one["dueOn"] for one in found[:2]] == ["2099-12-31", "2026-02-14"]
    assert [one["status"] for one in found[:2]] == ["OPEN", "OVERDUE"]


def test_rows_without_numbers_are_left_alone_and_credit_notes_come_last(
    club: Club, tmp_path: Path
) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    document(club, first, number="D1", source="MANUAL")
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    note = invoices(club, sale)[-1]
    rows = rows_of([note, first])
    rows.append({"instalmentCode": second["code"]})
    done = imported(club, "documents", write_csv(tmp_path / "a.csv", rows))
    assert done == {"invoice_document": (2, 0, 0)}
    found = invoices(club, sale)
    assert (found[0]["open"]["amount"], found[-1]["status"]) == ("1181.00", "CREDITED")
    assert found[1]["status"] == "TODO"


def test_a_payment_of_an_invoice_without_a_document_is_an_advance(
    club: Club, tmp_path: Path
) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    row = {"instalmentCode": first["code"], "paymentNo": "P1", "paymentDate": "2026-01-10"}
    imported(club, "documents", write_csv(tmp_path / "a.csv", [row]))
    found = invoices(club, sale)[0]
    assert (found["status"], found["paid"]["amount"]) == ("TODO", "1362.50")
    imported(club, "documents", write_csv(tmp_path / "b.csv", rows_of([first], gross="1362.48")))
    found = invoices(club, sale)[0]
    assert (found["status"], found["open"]["amount"]) == ("RECEIVED", "0.00")


def test_a_wrong_row_leaves_the_whole_file_out(club: Club, tmp_path: Path) -> None:
    found = invoices(club, sell_example(club))
    rows = rows_of(found)
    rows[1]["instalmentCode"] = found[1]["code"] + "9"
    rows[2] |= {"dueDate": "2026-01-14"}
    rows[3] |= {"invoiceDate": None, "gross": "x"}
    rows.append({"instalmentCode": None, "invoiceNo": "F9"})
    errors = refused(club, "documents", write_csv(tmp_path / "a.csv", rows))
    assert sorted(errors) == [
        (3, "instalmentCode", "NOT_FOUND"),
        (4, "dueDate", "DATE_RANGE_INVALID"),
        (5, "gross", "AMOUNT_INVALID"),
        (5, "invoiceDate", "DATE_INVALID"),
        (6, "instalmentCode", "TEXT_REQUIRED"),
    ]
    assert balance(club) == 0


def test_a_number_means_one_document(club: Club, tmp_path: Path) -> None:
    rows = rows_of(invoices(club, sell_example(club))[:2])
    rows[1]["invoiceNo"] = "F1"
    errors = refused(club, "documents", write_csv(tmp_path / "a.csv", rows))
    assert errors == [(3, "invoiceNo", "DOCUMENT_CONFLICT")]


def test_only_who_reports_documents_imports_them(club: Club, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(invoices(club, sell_example(club))[:1]))
    report = run(club, "documents", path, role=Role.SALES)
    assert [one.code for one in report.errors] == ["PERMISSION_DENIED"]


def test_another_clubs_instalments_are_unknown(
    club: Club, other_club: Club, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "a.csv", rows_of(invoices(other_club, sell_example(other_club))[:1])
    )
    errors = refused(club, "documents", path)
    assert errors == [(2, "instalmentCode", "NOT_FOUND")]

"""The grid of instalments: documents and payments of many, each row on its own."""

from typing import Any

from tests.api.documented import balance, invoices, sell_example
from tests.club import Club, fresh_key
from tests.fingerprint import fingerprint
from tests.stadium import amount

ROWS = "rows { index invoice { code status open { amount } } userErrors { code path } }"


def record(club: Club, *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    given = {"source": "MANUAL", "rows": list(rows), **more}
    answer = club.mutate("invoiceDocumentsRecord", ROWS, given)
    found: list[dict[str, Any]] = answer["rows"]
    errors = [error for one in found for error in one["userErrors"]]
    assert [(one["code"], one["path"]) for one in answer["userErrors"]] == [
        (one["code"], one["path"]) for one in errors
    ]
    return found


def row(invoice: dict[str, Any], number: str | None, **more: Any) -> dict[str, Any]:
    given = {"code": invoice["code"], "number": number, "issuedOn": "2030-01-15", **more}
    return {name: value for name, value in given.items() if value is not None}


def test_a_payment_number_pays_all_that_is_open(club: Club) -> None:
    first, second, third, fourth = invoices(club, sell_example(club))
    found = record(
        club,
        row(first, "F1", paymentNo="P1", paidOn="2026-01-10"),
        row(second, "F2", gross=amount("1362.51")),
        row(third, None, paymentNo="P2", paidOn="2026-01-10"),
        row(fourth, "F4", gross=amount("1400.00")),
    )
    assert [one["userErrors"] for one in found] == [[]] * 4
    assert [one["index"] for one in found] == [0, 1, 2, 3]
    statuses = [one["invoice"]["status"] for one in found]
    assert statuses == ["RECEIVED", "OPEN", "TODO", "PENDING"]
    assert balance(club) == 136_251 - 136_250


def test_a_wrong_row_is_refused_whole_and_no_other(club: Club) -> None:
    first, second, third, fourth = invoices(club, sell_example(club))
    found = record(
        club,
        row(first, "F1", paymentNo=" ", paidOn="2026-01-10"),
        row(second, "F2"),
        row(third, "F2"),
        row({"code": "S-1"}, "F5"),
        {"invoiceId": fourth["id"]},
        {"code": fourth["code"], "number": "F6"},
        {"number": "F7", "issuedOn": "2030-01-15"},
    )
    assert [[(e["code"], e["path"]) for e in one["userErrors"]] for one in found] == [
        [("TEXT_REQUIRED", ["rows", "0", "paymentNo"])],
        [],
        [("DOCUMENT_CONFLICT", ["rows", "2", "number"])],
        [("NOT_FOUND", ["rows", "3", "code"])],
        [("TEXT_REQUIRED", ["rows", "4", "number"])],
        [("DATE_INVALID", ["rows", "5", "issuedOn"])],
        [("INPUT_INVALID", ["rows", "6", "invoiceId"])],
    ]
    assert [one["invoice"] is None for one in found] == [True, False] + [True] * 5
    assert balance(club) == 136_250


def test_the_same_key_records_each_row_once(club: Club) -> None:
    first, second, *_ = invoices(club, sell_example(club))
    rows = [row(first, "F1", paymentNo="P1", paidOn="2026-01-10"), row(second, "F2")]
    key = fresh_key()
    once = record(club, *rows, idempotencyKey=key)
    before = fingerprint(club)
    assert record(club, *rows, idempotencyKey=key) == once
    assert fingerprint(club) == before


def test_a_grid_has_one_to_five_hundred_rows(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    for rows in ([], [row(first, "F1")] * 501):
        errors = club.refused("invoiceDocumentsRecord", {"source": "MANUAL", "rows": rows})
        assert [(one["code"], one["path"]) for one in errors] == [("TOO_MANY_ITEMS", ["rows"])]
    assert balance(club) == 0

"""Importing the orders of another system: what becomes of each row, and that nothing is lost."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.organisations import PriceBasis
from app.domain.permissions import Role
from app.domain.vat import SupplyType
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.transfers.import_files import run
from tests.transfers.imported_orders import balances, documents, orders, rules, sales, write

FIRST = (
    "536365|LANTERN|White lantern|6|2026-03-02 08:26:00|2.55|17850.0|Belgium",
    "536365|HEART|Heart|8|2026-03-02 08:26:00|3.39|17850.0|Belgium",
    "536366|HEART|Heart|2|2026-03-02 09:00:00|3.39||EIRE",
)


def test_an_order_is_a_final_sale_on_its_day_with_its_document(club: Club, tmp_path: Path) -> None:
    report = orders(club, write(tmp_path, *FIRST))
    assert report.errors == ()
    assert rules(report) == {"SOLD": (3, 4_920)}
    tallies = {one.noun: (one.created, one.unchanged) for one in report.tallies}
    assert tallies["order"] == tallies["sale"] == tallies["product"] == tallies["account"] == (2, 0)
    first, second = sales(club)
    assert {name: first[name] for name in ("type", "status", "channel", "priceBasis")} == {
        "type": "CATALOG",
        "status": "FINAL",
        "channel": "IMPORT",
        "priceBasis": "GROSS",
    }
    # 15.30 + 27.12 = 42.42 with 21 % in it.
    assert [first[name]["amount"] for name in ("net", "vat", "gross")] == ["35.06", "7.36", "42.42"]
    assert first["createdAt"] == first["finalisedAt"] == "2026-03-02T07:26:00Z"
    assert first["invoices"] == [{"plannedOn": "2026-03-02"}]
    assert first["account"] == {"code": "17850", "name": "Customer 17850", "country": "BE"}
    assert second["account"]["code"] == "NO-NUMBER-IE"
    lantern = first["lines"][0]
    assert (lantern["description"], lantern["quantity"]) == ("White lantern", 6)
    assert lantern["product"] == {"code": "LANTERN", "kind": "CATALOG", "group": {"code": "orders"}}
    assert documents(club) == {"536365": ("42.42", "536365"), "536366": ("6.78", "536366")}
    assert balances(club) == {"17850": "42.42", "NO-NUMBER-IE": "6.78"}


def test_net_prices_another_source_and_another_currency(club: Club, tmp_path: Path) -> None:
    report = orders(
        club,
        write(tmp_path, *FIRST[:1]),
        price_basis=PriceBasis.NET,
        supply_type=SupplyType.CATERING,
        source="web",
        currency="GBP",
        group="kitchen",
    )
    assert report.errors == ()
    (sale,) = sales(club)
    assert sale["currency"] == "GBP"
    assert [sale[name]["amount"] for name in ("net", "vat", "gross")] == ["15.30", "1.84", "17.14"]
    assert sale["lines"][0]["product"]["group"]["code"] == "kitchen"
    assert documents(club)["536365"][0] == "17.14"


def test_what_comes_back_has_moved_on_the_day_of_its_own_order(club: Club, tmp_path: Path) -> None:
    rows = (
        "1|MUG|Mug|5|2026-03-01 10:00|2.00|77|Belgium",
        "C2|MUG|Mug|-5|2026-04-02 10:00|2.00|77|Belgium",
    )
    assert orders(club, write(tmp_path, *rows)).errors == ()
    moved = text(
        "SELECT moved.kind, moved.moved_at::date::text, sale.cancelled_at::date::text "
        "FROM sale_movement AS moved JOIN sale ON sale.id = moved.sale_id "
        "WHERE moved.organisation_id = :club ORDER BY moved.moved_at"
    )
    with club.runner.engine.connect() as connection:
        found = connection.execute(moved, {"club": club.organisation.id}).all()
    assert list(map(tuple, found)) == [
        ("FINALISED", "2026-03-01", "2026-04-02"),
        ("CANCELLED", "2026-04-02", "2026-04-02"),
    ]


def test_a_credit_cancels_the_newest_order_that_has_enough_left(club: Club, tmp_path: Path) -> None:
    day = "2026-03-0{} 10:00|2.00|77|Belgium"
    report = orders(
        club,
        write(
            tmp_path,
            f"1|MUG|Mug|5|{day.format(1)}",
            f"2|MUG|Mug|3|{day.format(2)}",
            f"3|MUG|Mug|9|{day.format(3).replace('2.00', '1.99')}",
            f"4|MUG|Mug|9|{day.format(3).replace('77', '78')}",
            f"C5|MUG|Mug|-2|{day.format(4)}",
            f"C5|MUG|Mug|-2|{day.format(4)}",
            f"C6|MUG|Mug|-4|{day.format(5)}",
            f"C6|HAT|Hat|-1|{day.format(5)}",
            f"7|MUG|Mug|9|{day.format(6)}",
        ),
    )
    assert report.errors == ()
    assert rules(report) == {
        "SOLD": (5, 1_000 + 600 + 1_791 + 1_800 + 1_800),
        "CANCELLED": (2, -800),
        "CREDITED": (2, -1_000),
    }
    assert documents(club) == {
        "1": ("10.00", "1"),
        "2": ("6.00", "2"),
        "3": ("17.91", "3"),
        "4": ("18.00", "4"),
        # Two of order 2, which is newer; the third and fourth find only one left there.
        "C5": ("-4.00", "2"),
        "C5-2": ("-4.00", "1"),
        # Four mugs are left nowhere, nor was a hat sold.
        "C6": ("-10.00", "C6"),
        "7": ("18.00", "7"),
    }
    left = {one["reference"]: one["lines"][0]["quantityCancelled"] for one in sales(club)}
    assert left == {"1": 2, "2": 2, "3": 0, "4": 0, "C6": 0, "7": 0}
    credit = next(one for one in sales(club) if one["reference"] == "C6")
    assert (credit["type"], credit["gross"]["amount"]) == ("CREDIT", "-10.00")
    assert credit["lines"][0]["unitPrice"] == {"amount": "-2.00"}
    assert balances(club) == {"77": "33.91", "78": "18.00"}


def test_a_credit_finds_what_an_earlier_file_sold(club: Club, tmp_path: Path) -> None:
    orders(club, write(tmp_path, "1|MUG|Mug|5|2026-03-01|2.00|77|Belgium"))
    later = (
        "C2|MUG|Mug|-5|2026-03-02|2.00|77|Belgium",
        "C3|MUG|Mug|-1|2026-03-03|2.00|77|Belgium",
        "C0|MUG|Mug|-1|2026-02-01|2.00|77|Belgium",
    )
    report = orders(club, write(tmp_path, *later, name="later.csv"))
    assert rules(report) == {"CANCELLED": (1, -1_000), "CREDITED": (2, -400)}
    assert {one["reference"]: one["status"] for one in sales(club)} == {
        "1": "CANCELLED",
        "C3": "FINAL",
        "C0": "FINAL",
    }
    assert balances(club) == {"77": "-4.00"}


def test_rows_without_a_price_or_that_correct_a_stock(club: Club, tmp_path: Path) -> None:
    report = orders(
        club,
        write(
            tmp_path,
            "1|MUG|Mug|5|2026-03-01|2.00|77|Belgium",
            "1|GIFT||1|2026-03-01|0|77|Belgium",
            "1|MUG|broken|-1|2026-03-01|0.0|77|Belgium",
            "2|HAT|found|56|2026-03-01|0||Belgium",
            "3|HAT|lost|-9360|2026-03-01|0||Belgium",
            "4|DEBT|Bad debt|1|2026-03-01|-3.00|77|Belgium",
            "4|MUG|Mug|-1|2026-03-01|2.00|77|Belgium",
            "4|MUG|Mug|1|2026-03-01|2.50|77|Belgium",
        ),
    )
    assert report.errors == ()
    assert rules(report) == {
        "SOLD": (2, 1_250),
        "GIVEN": (1, 0),
        "CREDITED": (2, -500),
        "ADJUSTMENT": (2, 0),
        "PRICELESS": (1, 0),
    }
    assert documents(club) == {"1": ("10.00", "1"), "4": ("2.50", "4"), "4-2": ("-5.00", "4")}
    products = club.query("{ products(sort: CODE_ASC) { nodes { code name } } }")["products"]
    assert [(one["code"], one["name"]) for one in products["nodes"]] == [
        ("DEBT", "Bad debt"),
        ("GIFT", "GIFT"),
        ("MUG", "Mug"),
    ]


def test_prices_that_are_finer_than_the_currency_are_rounded_once_a_row(
    club: Club, tmp_path: Path
) -> None:
    day = "2026-03-01"
    report = orders(
        club,
        write(
            tmp_path,
            f"1|PIN|Pin|10|{day}|0.575|77|Belgium",
            f"1|CLIP|Clip|3|{day}|0.001|77|Belgium",
            f"1|NAIL|Nail|5|{day}|0.001|77|Belgium",
            f"C2|PIN|Pin|-10|{day}|0.575|77|Belgium",
        ),
    )
    # 5.75; 0.003 is nothing; 0.005 is a cent.
    assert rules(report) == {"SOLD": (2, 576), "GIVEN": (1, 0), "CREDITED": (1, -575)}
    assert documents(club) == {"1": ("5.76", "1"), "C2": ("-5.75", "C2")}


def test_an_order_that_is_too_long_or_a_row_that_is_too_large_is_divided(
    club: Club, tmp_path: Path
) -> None:
    rows = [f"1|P-{number}|P|1|2026-03-01|0.01|77|Belgium" for number in range(499)]
    rows += ["1|BIG|Big|20001|2026-03-01|0.01|77|Belgium"]
    rows += ["C2|P-498|P|-1|2026-03-02|0.01|77|Belgium"]
    rows += ["C3|BIG|Big|-10002|2026-03-03|0.01|77|Belgium"]
    report = orders(club, write(tmp_path, *rows))
    assert report.errors == ()
    assert rules(report) == {"SOLD": (500, 20_500), "CANCELLED": (2, -10_003)}
    assert documents(club) == {
        "1": ("4.99", "1"),
        "1-2": ("200.01", "1"),
        "C2": ("-0.01", "1"),
        "C3": ("-100.02", "1"),
    }
    first, second = sales(club)
    assert (first["parentSale"], second["parentSale"]) == (None, {"reference": "1"})
    assert [line["quantity"] for line in second["lines"]] == [10_000, 10_000, 1]
    assert [line["quantityCancelled"] for line in second["lines"]] == [1, 10_000, 1]


def test_a_wrong_row_leaves_its_order_out_and_no_other(club: Club, tmp_path: Path) -> None:
    report = orders(
        club,
        write(
            tmp_path,
            *FIRST,
            "1|MUG|Mug|5|2026-03-01|2.00|77|Belgium",
            "1|MUG|Mug|five|2026-03-01|2.00|77|Belgium",
            "2|MUG|Mug|5|2026-03-01|free|77|Belgium",
            "3|MUG|Mug|5|soon|2.00|77|Belgium",
            "4|MUG|Mug|5|2026-03-01|2.00|77|Belgium",
            "4|MUG|Mug|5|2026-03-01|2.00|78|Belgium",
            "5|MUG|Mug|-5|2026-03-01|-2.00|77|Belgium",
            "6|MUG|Mug|0|2026-03-01|2.00|77|Belgium",
            "7||Mug|1|2026-03-01|2.00|77|Belgium",
            "|MUG|Mug|1|2026-03-01|2.00|77|Belgium",
            "8|MUG|Mug|1||2.00|77|Belgium",
            "9|MUG|Mug|1|1066-10-14|2.00|77|Belgium",
            "10|MUG|Mug|5000001|2026-03-01|2.00|77|Belgium",
            "11|MUG|Mug|5000000|2026-03-01|999999999999|77|Belgium",
            "12|MUG|Mug|1|2026-03-01|2.00|a\x07b|Belgium",
        ),
    )
    assert [(one.row_no, one.field, one.code.value) for one in report.errors] == [
        (6, "quantity", "INPUT_INVALID"),
        (7, "unitPrice", "AMOUNT_INVALID"),
        (8, "invoiceDate", "DATE_INVALID"),
        (10, "customerId", "INPUT_INVALID"),
        (11, "unitPrice", "INPUT_INVALID"),
        (12, "quantity", "QUANTITY_INVALID"),
        (13, "stockCode", "TEXT_REQUIRED"),
        (14, "invoiceNo", "TEXT_REQUIRED"),
        (15, "invoiceDate", "TEXT_REQUIRED"),
        (16, "invoiceDate", "DATE_INVALID"),
        (17, "quantity", "QUANTITY_INVALID"),
        (18, "quantity", "AMOUNT_TOO_LARGE"),
        (19, "name", "INPUT_INVALID"),
    ]
    assert rules(report)["SOLD"] == (3, 4_920)
    assert rules(report)["WRONG"][0] == 15
    assert documents(club).keys() == {"536365", "536366"}


def test_an_order_that_the_club_cannot_sell_is_told_with_its_first_row(
    club: Club, tmp_path: Path
) -> None:
    group = club.make(
        "productGroupCreate", "productGroup { id }", {"code": "SEATS", "name": "Seats"}
    )["productGroup"]["id"]
    seat = {"code": "MUG", "name": "Seat", "kind": "SEAT", "scope": "CALENDAR_ITEM"}
    club.make(
        "productCreate",
        "product { id }",
        {**seat, "productGroupId": group, "supplyType": "ADMISSION", "capacity": 10},
    )
    rows = ("1|MUG|Mug|1|2026-03-01|2.00|77|Belgium", "C2|MUG|Mug|-1|2026-03-02|2.00|77|Belgium")
    before = len(sales(club))
    report = orders(club, write(tmp_path, *rows, *FIRST))
    assert {(one.row_no, one.code.value) for one in report.errors} == {
        (2, "LINE_SCOPE_INVALID"),
        (3, "LINE_SCOPE_INVALID"),
        (3, "CREDIT_LINE_SIGN"),
    }
    assert rules(report) == {"SOLD": (3, 4_920), "WRONG": (2, 0)}
    assert len(sales(club)) == before + 2


def test_a_file_or_option_that_means_nothing_is_refused_whole(club: Club, tmp_path: Path) -> None:
    path = write(tmp_path, *FIRST)
    (missing := tmp_path / "missing.csv").write_text("InvoiceNo,Quantity\n1,2\n")
    before = fingerprint(club)
    for given, options, code in [
        (path, {"currency": "XXX"}, "CURRENCY_UNKNOWN"),
        (path, {"source": "a b"}, "CODE_INVALID"),
        (path, {"group": "a b"}, "CODE_INVALID"),
        (missing, {}, "COLUMN_MISSING"),
    ]:
        report = orders(club, given, **options)
        assert {one.code.value for one in report.errors} == {code}
        assert report.rules == ()
    report = orders(club, path, role=Role.PORTAL)
    assert {one.code.value for one in report.errors} == {"PERMISSION_DENIED"}
    assert fingerprint(club) == before


def test_a_dry_run_says_the_same_and_writes_nothing(club: Club, tmp_path: Path) -> None:
    rows = (*FIRST, "C1|HEART|Heart|-3|2026-03-03|3.39|17850|Belgium")
    path = write(tmp_path, *rows)
    before = fingerprint(club)
    dry = orders(club, path, dry_run=True)
    assert fingerprint(club) == before
    done = orders(club, path)
    assert (dry.rules, dry.tallies, dry.notes) == (done.rules, done.tallies, done.notes)
    assert not dry.is_written


def test_a_second_run_changes_nothing(club: Club, tmp_path: Path) -> None:
    rows = (
        *FIRST,
        "C1|HEART|Heart|-3|2026-03-03|3.39|17850|Belgium",
        "C1|HAT|Hat|-3|2026-03-03|3.39|17850|Belgium",
        "2|HAT|Hat|1|2026-03-03|0|17850|Belgium",
    )
    path = write(tmp_path, *rows)
    orders(club, path)
    before = fingerprint(club)
    again = orders(club, path)
    assert again.errors == ()
    assert rules(again) == {"KNOWN": (5, 4_920 - 2_034), "PRICELESS": (1, 0)}
    assert {one.created for one in again.tallies} == {0}
    assert fingerprint(club) == before


def test_an_order_that_has_another_amount_now_is_an_error(club: Club, tmp_path: Path) -> None:
    orders(club, write(tmp_path, *FIRST))
    before = fingerprint(club)
    changed = (FIRST[0].replace("|6|", "|7|"), *FIRST[1:])
    report = orders(club, write(tmp_path, *changed))
    assert [(one.row_no, one.code.value) for one in report.errors] == [(2, "DOCUMENT_CONFLICT")]
    assert rules(report) == {"KNOWN": (1, 678), "WRONG": (2, 1_785 + 2_712)}
    assert fingerprint(club) == before


def test_an_import_that_crashed_is_completed_by_the_next(club: Club, tmp_path: Path) -> None:
    rows = [f"{n}|P-{n}|P|{n}|2026-03-01|1.00|77|Belgium" for n in range(1, 61)]
    rows += [f"C{n}|P-{n}|P|-{n}|2026-03-02|1.00|77|Belgium" for n in range(41, 61)]
    path = write(tmp_path, *rows)

    def die(step: str) -> None:
        if step.startswith("orders: 50"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(club, "orders", path, say=die)
    assert len(documents(club)) == 50
    report = orders(club, path)
    assert rules(report)["KNOWN"] == (50, 127_500)
    assert len(documents(club)) == 80
    # 1 to 40 are left: 820; each of the others is cancelled by its own credit.
    assert balances(club) == {"77": "820.00"}
    assert Counter(one["status"] for one in sales(club)) == {"FINAL": 40, "CANCELLED": 20}


def test_orders_from_before_the_first_vat_rule_take_its_rates(club: Club, tmp_path: Path) -> None:
    report = orders(club, write(tmp_path, "1|MUG|Mug|1|2010-12-01|12.10|77|Atlantis"))
    assert report.errors == ()
    assert report.notes == (
        "country 'Atlantis' is not known: taken for the club's own",
        "1 orders are older than the VAT rules: rates of 2020-01-01 are used",
    )
    (sale,) = sales(club)
    assert [sale[name]["amount"] for name in ("net", "vat")] == ["10.00", "2.10"]

"""Reports as XLSX, read again as Excel would: typed cells, formats, totals, one sheet a table."""

import io
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from reports.build.planned import Format, PlannedColumn
from reports.render import UnwritableError, workbook
from reports.render.texts import write_cell
from reports.spec.problems import Problem
from reports.spec.queries import Query
from tests.reports.written import (
    CHART,
    GROUP,
    MAIN,
    MONTH,
    NET,
    NUMBERS,
    ROWS,
    SHARE,
    TABLE,
    TOTALS,
    Known,
    month,
    plan,
    query,
    row,
    write,
)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def values(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(cell.value for cell in line) for line in sheet.iter_rows()]


def test_cells_have_types_and_formats_and_texts_are_never_formulas() -> None:
    sheet = opened(write("xlsx", plan(TABLE)))["By month"]
    assert values(sheet) == [
        ("Group", "Month", "Net", "Share"),
        ("Seats", datetime(2026, 8, 1), 1000.5, 0.1),  # noqa: DTZ001 - a wall clock
        ("Seats", datetime(2026, 9, 1), -20.25, None),  # noqa: DTZ001
        ("=HYPERLINK(1)", datetime(2026, 8, 1), 3, 0.25),  # noqa: DTZ001
        ("Total", None, 983.25, 0.125),
    ]
    assert sheet["A4"].data_type == "s"
    assert (sheet["B2"].number_format, sheet["D2"].number_format) == ("mmm yyyy", "0.0%")
    assert sheet["C2"].number_format.startswith('#,##0.00\\ "€"')
    assert sheet["C5"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D4")


def test_codes_are_words_in_every_file_that_people_read() -> None:
    words = {"Seats": "Zitplaatsen"}
    columns = tuple(replace(one, words=words if one.key == GROUP else {}) for one in MAIN.columns)
    by_group = query("main.by_1", (GROUP, NET, SHARE), totals_of="main", by=(GROUP,))
    answers = Known()
    answers.rows["main.by_1"] = [row("Seats", None, "980.25", None)]
    made = plan(
        {**TABLE, "subtotals": [GROUP]},
        queries=(replace(MAIN, columns=columns), TOTALS, by_group),
        language="nl",
    )
    shown = [line[0] for line in values(opened(write("xlsx", made, answers))["By month"])]
    assert shown[1:4] == ["Zitplaatsen", "Zitplaatsen", "Totaal Zitplaatsen"]
    lines = write("csv", made).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Zitplaatsen,")
    across = plan(
        {**TABLE, "pivot": [MONTH], "totals": False},
        queries=(replace(MAIN, columns=columns),),
    )
    assert values(opened(write("xlsx", across))["By month"])[1][0] == "Zitplaatsen"


def test_a_rate_has_no_zeros_that_say_nothing() -> None:
    rate = replace(MAIN.columns[0], type="number", format=Format("percent", 2, is_trimmed=True))
    made = plan({**TABLE, "totals": False}, queries=(replace(MAIN, columns=(rate,)),))
    shown = [write_cell(Decimal(one), rate.format, made) for one in ("0.06", "0.055", "0")]
    assert shown == ["6%", "5.5%", "0%"]


def test_the_first_sheet_tells_what_the_report_is_and_what_was_chosen() -> None:
    chosen = (
        {"title": "Season", "kind": "member", "value": ["2026"], "choices": ()},
        {"title": "Compare", "kind": "comparison", "value": None},
        {
            "title": "Period",
            "kind": "date_range",
            "value": "this year",
            "resolved": ["2026-01-01", "2026-12-31"],
        },
        {
            "title": "By",
            "kind": "choice",
            "value": "paid",
            "choices": [{"value": "paid", "title": "Day of payment"}],
        },
        {"title": "As of", "kind": "as_of", "value": "today", "resolved": "2026-11-22"},
        {"title": "Until", "kind": "as_of", "value": "x", "resolved": "the end of it"},
    )
    made = plan(
        NUMBERS, CHART, parameters=chosen, notices=(Problem("blocks[0]", "a part is gone"),)
    )
    content = write("xlsx", made)
    (sheet,) = opened(content).worksheets
    told = [line for line in values(sheet) if any(line)]
    assert [line[0] for line in told[:3]] == [
        "Net by month",
        "FC Voorbeeld",
        "Made on 11/22/26, 9:30\u202fPM",
    ]
    assert [line[:2] for line in told[3:]] == [
        ("Season", "2026"),
        ("Period", "Jan 1, 2026 – Dec 31, 2026"),
        ("By", "Day of payment"),
        ("As of", "Nov 22, 2026"),
        ("Until", "the end of it"),
        ("a part is gone", None),
        ("Net", 983.25),
        ("Share", 0.125),
    ]
    assert [one for one in ZipFile(io.BytesIO(content)).namelist() if "media/" in one] == [
        "xl/media/image1.png"
    ]


def test_another_period_stands_beside_with_the_change() -> None:
    before = query(
        "main.compare",
        (GROUP, MONTH, NET, SHARE),
        compare_of="main",
        on=(GROUP, MONTH),
        shift={"months": 12},
    )
    total = query(
        "main.totals.compare", (NET, SHARE), compare_of="main.totals", totals_of="main.compare"
    )
    answers = Known()
    answers.rows["main.compare"] = [
        row("Seats", month(8, 2025), "500.25", "0.2"),
        row("Parking", month(8, 2025), "10.00", None),
    ]
    answers.rows["main.totals.compare"] = [{NET: Decimal("510.25"), SHARE: Decimal("0.2")}]
    tiles = {**NUMBERS, "members": [NET]}
    made = plan(tiles, TABLE, queries=(MAIN, TOTALS, before, total))
    front, sheet = opened(write("xlsx", made, answers)).worksheets
    assert ("Net", 983.25, "Net, compared", 510.25) in values(front)
    found = values(sheet)
    assert found[0][2:5] == ("Net", "Net, compared", "Net, change")
    assert [(line[0], *line[2:5]) for line in found[1:]] == [
        ("Seats", 1000.5, 500.25, 1),
        ("Seats", -20.25, None, None),
        ("=HYPERLINK(1)", 3, None, None),
        ("Parking", None, 10, -1),
        ("Total", 983.25, 510.25, 0.927),
    ]


def test_groups_have_totals_that_were_asked_for_and_not_added_up() -> None:
    by_group = query("main.by_group", (GROUP, NET, SHARE), totals_of="main", by=(GROUP,))
    answers = Known()
    answers.rows["main.by_group"] = [
        {GROUP: "Seats", NET: Decimal("980.25"), SHARE: Decimal("0.4")},
        {GROUP: "=HYPERLINK(1)", NET: Decimal("3.00"), SHARE: Decimal("0.25")},
    ]
    made = plan({**TABLE, "subtotals": [GROUP]}, queries=(MAIN, TOTALS, by_group))
    found = values(opened(write("xlsx", made, answers))["By month"])
    assert [(line[0], *line[2:]) for line in found[1:]] == [
        ("Seats", 1000.5, 0.1),
        ("Seats", -20.25, None),
        ("Total Seats", 980.25, 0.4),
        ("=HYPERLINK(1)", 3, 0.25),
        ("Total =HYPERLINK(1)", 3, 0.25),
        ("Total", 983.25, 0.125),
    ]


def test_columns_across_have_totals_of_rows_and_of_headings() -> None:
    by_group = query("main.by_group", (GROUP, NET), totals_of="main", by=(GROUP,))
    by_month = query("main.by_month", (MONTH, NET), totals_of="main", by=(MONTH,))
    columns = [one for one in TABLE["columns"] if one["key"] != SHARE]
    answers = Known()
    answers.rows["main"] = [*ROWS, row(None, None, "5.00", None)]
    answers.rows["main.by_group"] = [
        {GROUP: "Seats", NET: Decimal("980.25")},
        {GROUP: None, NET: Decimal("5.00")},
    ]
    answers.rows["main.by_month"] = [{MONTH: month(8), NET: Decimal("1003.50")}]
    block = {**TABLE, "pivot": [MONTH], "columns": columns}
    made = plan(block, queries=(MAIN, TOTALS, by_group, by_month))
    assert values(opened(write("xlsx", made, answers))["By month"]) == [
        ("Group", "Aug 2026 · Net", "Sep 2026 · Net", "(none) · Net", "Total · Net"),
        ("Seats", 1000.5, -20.25, None, 980.25),
        ("=HYPERLINK(1)", 3, None, None, None),
        (None, None, None, 5, 5),
        ("Total", 1003.5, None, None, 983.25),
    ]
    plain = plan({**block, "totals": False}, queries=(MAIN,))
    assert values(opened(write("xlsx", plain, answers))["By month"])[-1] == (None, None, None, 5)


def test_rows_that_were_chosen_by_their_numbers_are_added_up_where_that_is_right() -> None:
    made = plan({**TABLE, "subtotals": [GROUP]}, queries=(MAIN,))
    found = values(opened(write("xlsx", made))["By month"])
    assert [(line[0], *line[2:]) for line in found[1:]] == [
        ("Seats", 1000.5, 0.1),
        ("Seats", -20.25, None),
        ("Total Seats", 980.25, None),
        ("=HYPERLINK(1)", 3, 0.25),
        ("Total =HYPERLINK(1)", 3, None),
        ("Total", 983.25, None),
    ]
    across = {
        **TABLE,
        "pivot": [MONTH],
        "columns": [{"key": one, "title": one} for one in (GROUP, MONTH, NET)],
    }
    found = values(opened(write("xlsx", plan(across, queries=(MAIN,))))["By month"])
    assert [line[1:] for line in found[1:]] == [
        (1000.5, -20.25, 980.25),
        (3, None, 3),
        (1003.5, -20.25, 983.25),
    ]
    cut = replace(MAIN, query=Query(limit=3))
    for block in (TABLE, across):
        found = values(opened(write("xlsx", plan(block, queries=(cut,))))["By month"])
        assert "Total" not in [line[0] for line in found], "there may be rows that are not here"


def test_headings_across_come_in_the_order_of_their_rows() -> None:
    hidden = PlannedColumn("age", "age", "Age", "dimension", "number", Format("id"))
    main = replace(
        query("main", (GROUP, MONTH, NET)),
        columns=(MAIN.columns[0], hidden, MAIN.columns[2]),
        query=Query(order=(("order", False),)),
    )
    answers = Known()
    answers.rows["main"] = [{GROUP: "Seats", "age": age, NET: Decimal(age)} for age in (2, 10, 1)]
    columns = [{"key": key, "title": key} for key in (GROUP, "age", NET)]
    block = {**TABLE, "pivot": ["age"], "columns": columns, "totals": False}
    (heading, _) = values(opened(write("xlsx", plan(block, queries=(main,)), answers))["By month"])
    assert [one.partition(" ")[0] for one in heading[1:]] == ["2", "10", "1"]


def test_a_table_without_rows_says_so() -> None:
    answers = Known({"main": [], "main.totals": [], "main.by": []})
    front, sheet = opened(write("xlsx", plan(CHART, TABLE), answers)).worksheets
    assert values(sheet)[1][0] == "Nothing was sold."
    assert ("Nothing was sold.",) in [line[:1] for line in values(front)]


def test_sheets_have_names_that_excel_takes() -> None:
    long = {**TABLE, "title": "Sales: by [month] / group, and a lot more of it"}
    names = opened(write("xlsx", plan(long, long, {**TABLE, "title": None}))).sheetnames
    assert names == [
        "Report",
        "Sales by month group, and a lot",
        "Sales by month group, and a l 2",
        "Table",
    ]
    assert all(len(name) <= 31 for name in names)


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_LIMIT", 2)
    with pytest.raises(UnwritableError, match="ask for csv or parquet"):
        write("xlsx", plan(TABLE))


def test_values_of_every_kind_are_written() -> None:
    flags = [
        {GROUP: True, MONTH: month(1, 1850), NET: 3, SHARE: b"raw"},
    ]
    columns = list(MAIN.columns)
    columns[1] = replace(columns[1], format=replace(columns[1].format, granularity="quarter"))
    made = plan({**TABLE, "totals": False}, queries=(replace(MAIN, columns=tuple(columns)),))
    found = values(opened(write("xlsx", made, Known({"main": flags})))["By month"])
    assert found[1] == ("Yes", "Q1 1850", 3, "b'raw'")

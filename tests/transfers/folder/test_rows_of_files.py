"""Rows of files as data sets, and records as rows: no cell is guessed, none is a formula."""

import io
import json
from typing import Any

import openpyxl
import pytest

from app.transfers.connectors.folder.rows import read_rows, write_rows
from app.transfers.contract.connectors import Incoming
from app.transfers.contract.faults import TransferFaultError
from app.transfers.tables.cells import day_of, decimal_mark_of, number_of
from app.transfers.tables.reading import Form, read_table
from app.transfers.tables.writing import as_written, write_csv, write_workbook

SALES: list[dict[str, Any]] = [
    {
        "code": "S-1",
        "customer": {"name": "=1+1", "code": "007"},
        "is_paid": True,
        "lines": [{"net": "1.50", "text": "a\x07"}, {"net": "-2.00", "text": None}],
    },
    {"code": "S-2", "customer": {"name": "Slager", "code": "008"}, "tags": ["x"], "lines": []},
]


def read(name: str, content: str | bytes, **settings: Any) -> tuple[Incoming, ...]:
    raw = content.encode() if isinstance(content, str) else content
    return read_rows(settings, "sale.files", name, raw)


def records(name: str, content: str | bytes, **settings: Any) -> list[dict[str, Any]]:
    return [dict(one.record) for one in read(name, content, **settings)]


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        ("code;amount\nA-1;1.250,50\n", {}),
        ("code,amount\nA-1,1250.50\n", {}),
        ("code\tamount\r\nA-1\t1'250.50\r\n", {}),
        ("code|amount\nA-1|€ 1250,50\n", {}),
        ('code,amount\nA-1,"1,250.50"\n', {"delimiter": ","}),
        ("code;amount\nA-1;1.2505e3\n", {"decimal_mark": "."}),
    ],
)  # fmt: skip
def test_delimiters_and_decimal_marks_are_found(content: str, settings: dict[str, str]) -> None:
    (found,) = records("a.csv", content, numbers="amount", **settings)
    assert found["code"] == "A-1"
    assert number_of(found["amount"], ".") == number_of("1250.5", ".")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found_or_set(encoding: str) -> None:
    content = "code;name\nA;Café Ghéys\n".encode(encoding)
    assert records("a.csv", content)[0]["name"] == "Café Ghéys"
    with pytest.raises(TransferFaultError, match="is no text in ascii"):
        records("a.csv", "code;name\nA;é\n", encoding="ascii")
    with pytest.raises(TransferFaultError, match="is no text in any encoding"):
        records("a.csv", b"a;b\n\x00;1\n")


def test_rows_with_the_same_key_are_one_data_set() -> None:
    content = "order.no;customer.name;line.sku\n1;Bakker;A\n1;Bakker;B\n2;Slager;A\n"
    first, second = read("o.csv", content, key="order.no")
    assert (first.external_id, second.external_id) == ("1", "2")
    assert first.record["order"] == {"no": "1"}
    assert [row["line"]["sku"] for row in first.record["rows"]] == ["A", "B"]
    assert second.record["customer"] == {"name": "Slager"}
    assert read("o.csv", content, key="order.no")[0].version == first.version
    assert read("o.csv", content.replace("B\n", "C\n"), key="order.no")[0].version != first.version


def test_json_and_xml_are_flattened_and_named_lists_are_followed() -> None:
    document = {"result": {"orders": [{"no": 1, "lines": [{"sku": "A"}, {"sku": "B"}]}, {"no": 2}]}}
    found = records("o.json", json.dumps(document), record="result.orders")
    assert found == [
        {"no": "1", "lines": {"sku": "A"}},
        {"no": "1", "lines": {"sku": "B"}},
        {"no": "2"},
    ]
    assert len(records("o.json", json.dumps(document))) == 3
    flags = '[{"yes": true, "no": null, "tags": ["a", "b"], "n": 1.50, "o": {"p": ""}}]'
    assert records("o.json", flags) == [{"yes": "true", "tags": "a, b", "n": "1.50"}]
    xml = """<orders><!-- none --><order no="1"><customer vip="1">Bakker</customer><sku>A</sku>
    </order><order no="2"><sku>B</sku></order></orders>"""
    assert records("o.xml", xml) == [
        {"no": "1", "customer": {"vip": "1", "text": "Bakker"}, "sku": "A"},
        {"no": "2", "sku": "B"},
    ]
    assert records("o.xml", xml, record="order") == records("o.xml", xml)
    assert records("o.xml", xml.replace("<!-- none -->", "<at>1</at>"))[1] == {
        "at": "1",
        "order": {"no": "2", "sku": "B"},
    }
    assert records("o.xml", "<a><b>1</b><b>2</b><b>3</b><c/></a>") == [{"b": "1, 2, 3"}]
    assert records("o.xml", "<a><b><c>1</c></b></a>") == [{"c": "1"}]


@pytest.mark.parametrize(
    ("name", "content", "settings", "told"),
    [
        ("a.csv", "", {}, "is empty"),
        ("a.csv", "code\n", {}, "needs a header and at least one row"),
        ("a.csv", "a;a\n1;2\n", {}, "in its header twice: a"),
        ("a.csv", "a;;b\n1;2;3\n", {}, "no name for column 2"),
        ("a.csv", "a;;;b\n1;2;3;4\n", {}, "without a name: number 2"),
        ("a.csv", "a;b\n1;2;3\n", {}, "line 2 more cells"),
        ("a.csv", 'a;b\n1;"2\n', {}, "is no CSV"),
        ("a.csv", "a;b\n1;2\n", {"delimiter": ";;"}, "is no CSV"),
        ("a.csv", "a;b\n1;2\n", {"key": "c"}, "no column 'c'; it has a, b"),
        ("a.csv", "a;b\n;2\n", {"key": "a"}, "is empty in row 2"),
        ("a.csv", "a;b\n1;1.234\n", {"numbers": "b"}, "decimal_mark: cannot be told"),
        ("a.csv", "a;a.b\n1;2\n", {}, "beginning of a.b"),
        ("a.csv", "a.b;a\n1;2\n", {}, "beginning of another column"),
        ("a.bin", "a;b\n1;2\n", {}, "no ending of"),
        ("a.xlsx", "a;b\n", {}, "is no XLSX workbook"),
        ("a.json", "{", {}, "is no JSON"),
        ("a.json", "1", {}, "neither a list nor an object"),
        ("a.json", "[]", {}, "has no rows"),
        ("a.json", "[1]", {}, "where an object is wanted"),
        ("a.json", '{"a": 1}', {"record": "b"}, "has no 'b'; it has a"),
        ("a.json", '{"a": [{"b": 1}], "c": [{"d": 1}]}', {}, "lists in one record, a and c"),
        ("a.json", '{"a":' * 9 + "1" + "}" * 9 , {"record": "a"}, "nested more than 6 deep"),
        ("a.xml", "<a>", {}, "is no XML"),
        ("a.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", {}, "document type"),
        ("a.csv", b"a\n" + b"1" * (50 * 1024 * 1024), {}, "more than 50 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(
    name: str, content: str | bytes, settings: dict[str, str], told: str
) -> None:
    with pytest.raises(TransferFaultError) as caught:
        read(name, content, **settings)
    assert told in caught.value.message


def test_workbooks_keep_zeros_and_digits_and_hold_no_formula() -> None:
    content = write_workbook(["code", "amount"], [{"code": "007", "amount": "=1"}, {"code": 1}])
    assert content == write_workbook(
        ["code", "amount"], [{"code": "007", "amount": "=1"}, {"code": 1}]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert [[cell.data_type for cell in row] for row in sheet.iter_rows(min_row=2, max_row=2)] == [
        ["s", "s"]
    ]
    assert records("a.xlsx", content)[0] == {"code": "007", "amount": "=1"}


def test_no_cell_of_csv_is_a_formula_and_each_can_be_read_back() -> None:
    dangerous = ["=1+1", "+32 9 000", "-cmd", "@SUM(A1)", "\tx", "'quoted"]
    content = write_csv(["a"], [{"a": one} for one in dangerous])
    cells = [line.strip('"') for line in content.decode("utf-8-sig").split("\r\n")[1:-1]]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert [as_written(cell) for cell in cells] == dangerous
    assert b"-3.50" in write_csv(["a"], [{"a": "-3.50"}])


def test_records_are_written_in_every_format() -> None:
    content, count = write_rows(SALES, {"columns": "code; customer.name=Name; is_paid"})
    assert count == 2
    assert content.decode("utf-8-sig").splitlines() == [
        *("code;Name;is_paid", "S-1;'=1+1;true", "S-2;Slager;"),
    ]
    lined, count = write_rows(
        SALES,
        {
            "rows": "LINE",
            "columns": "code;line.net",
            "delimiter": ",",
            "decimal_mark": ",",
            "encoding": "utf-8",
        },
    )
    assert count == 2
    assert lined.decode().splitlines() == ["code,line.net", 'S-1,"1,50"', 'S-1,"-2,00"']
    whole, _ = write_rows(SALES, {"format": "JSON"})
    assert json.loads(whole) == SALES
    some, _ = write_rows(SALES, {"format": "JSON", "columns": "code"})
    assert json.loads(some) == [{"code": "S-1"}, {"code": "S-2"}]
    xml, _ = write_rows(SALES, {"format": "XML"})
    assert b"<net>-2.00</net>" in xml
    assert records("s.xml", xml, record="record")[0]["customer"]["code"] == "007"
    titled, _ = write_rows(SALES, {"format": "XML", "columns": "code=1 code"})
    assert b"<_1_code>S-1</_1_code>" in titled
    sheet, _ = write_rows(SALES, {"format": "XLSX"})
    assert records("s.xlsx", sheet)[1]["tags"] == '["x"]'
    for options, told in (({"format": "PDF"}, "'PDF'"), ({"columns": "a;b=a"}, "a title twice")):
        with pytest.raises(TransferFaultError, match=told):
            write_rows(SALES, options)


def test_numbers_and_days_are_read_as_they_are_meant() -> None:
    assert str(number_of("(12.50)", ".")) == "-12.50"
    assert number_of("- 1 250,5", ",") == number_of("-1250.5", ".")
    for text in ("", "1,2,3", "12a", "-", "1" * 50, "1" * 16, "1e15", "\u0661"):
        assert number_of(text, ".") is None
    assert number_of("1.2.3", ",") is None
    assert decimal_mark_of(["1.234", "5,50"]) == ","
    assert decimal_mark_of(["1,234"]) is None
    assert decimal_mark_of(["1.5", "1,5"]) is None
    assert decimal_mark_of(["12"]) == "."
    assert str(day_of("20261031")) == "2026-10-31"
    assert str(day_of("3/4/2026")) == "2026-04-03"
    assert str(day_of("3/4/2026", is_month_first=True)) == "2026-03-04"
    assert day_of("31/31/2026") is None
    assert read_table("x.txt", b"a,b\n1,2\n", Form("CSV")).form.delimiter == ","

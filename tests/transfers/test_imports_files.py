"""Files that are damaged, too large or not what their name says; and how cells are read."""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import DomainError
from app.transfers.imports import files
from app.transfers.imports.files import read_source
from tests.club import Club
from tests.transfers.import_files import imported, refused, write_csv, write_json, write_xlsx

ROW = {"code": "A1", "name": "Café Zürich"}


def text(content: bytes, name: str = "a.csv") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return write


def cut_workbook(folder: Path) -> Path:
    path = write_xlsx(folder / "a.xlsx", [ROW])
    path.write_bytes(path.read_bytes()[:2000])
    return path


def folder_named_csv(folder: Path) -> Path:
    (folder / "a.csv").mkdir()
    return folder / "a.csv"


def other_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return folder / "a.xlsx"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: folder / "missing.csv", "FILE_UNREADABLE"),
        (lambda folder: folder / "missing\x00.csv", "FILE_UNREADABLE"),
        (folder_named_csv, "FILE_UNREADABLE"),
        (text(b""), "FILE_EMPTY"),
        (text(b" \n \n"), "FILE_EMPTY"),
        (text(b"\xef\xbb\xbf"), "FILE_EMPTY"),
        (text(b"code,name\n"), "FILE_EMPTY"),
        (text(b"code,name\n,\n\n"), "FILE_EMPTY"),
        (text(b"code,name\nA1,x", "a.pdf"), "FILE_MALFORMED"),
        (text(b"code,name\nA1,x", "a"), "FILE_MALFORMED"),
        (text(b"code,name\nA1,x,y"), "FILE_MALFORMED"),
        (text(b"code,code\nA1,x"), "FILE_MALFORMED"),
        (text(b"code,Code,name\nA1,x,y"), "FILE_MALFORMED"),
        (text(b"code,,name\nA1,x,y"), "FILE_MALFORMED"),
        (text(b'code,name\nA1,"x'), "FILE_MALFORMED"),
        (text(b'code,name\nA1,"x"y'), "FILE_MALFORMED"),
        (text(b"code,name\nA1,\x00"), "FILE_MALFORMED"),
        (text("code,name".encode("utf-16")), "FILE_EMPTY"),
        (text(b"\xff\xfec"), "FILE_MALFORMED"),
        (text(b"code,name\nA1," + b"x" * 200_000), "FILE_MALFORMED"),
        (cut_workbook, "FILE_MALFORMED"),
        (other_zip, "FILE_MALFORMED"),
        (text(b"code,name\nA1,x", "a.xlsx"), "FILE_MALFORMED"),
        (text(b"{", "a.json"), "FILE_MALFORMED"),
        (text(b"[" * 100_000, "a.json"), "FILE_MALFORMED"),
        (text(b"\xff\xfe", "a.json"), "FILE_MALFORMED"),
        (text(b'"text"', "a.json"), "FILE_MALFORMED"),
        (text(b"[]", "a.json"), "FILE_EMPTY"),
        (text(b"[1]", "a.json"), "FILE_MALFORMED"),
        (text(b'[{"code": {}}]', "a.json"), "FILE_MALFORMED"),
        (text(b'[{"code": NaN}]', "a.json"), "FILE_MALFORMED"),
        (text(b'{"code": "A1"}', "a.json"), "FILE_MALFORMED"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_code(
    club: Club, tmp_path: Path, make: Callable[[Path], Path], code: str
) -> None:
    errors = refused(club, "accounts", make(tmp_path))
    assert [(row, found) for row, _, found in errors] == [(None, code)]


def test_files_beyond_the_limits_are_refused(
    club: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ROW_LIMIT", 2)
    rows = [{"code": f"A{n}", "name": "x"} for n in range(3)]
    for path in (
        write_csv(tmp_path / "a.csv", rows),
        write_xlsx(tmp_path / "a.xlsx", rows),
        write_json(tmp_path / "a.json", rows),
    ):
        assert refused(club, "accounts", path) == [(None, None, "FILE_TOO_LARGE")]
    monkeypatch.setattr(files, "UNPACKED_LIMIT_BYTES", 1000)
    assert refused(club, "accounts", tmp_path / "a.xlsx") == [(None, None, "FILE_TOO_LARGE")]
    monkeypatch.setattr(files, "FILE_LIMIT_BYTES", 10)
    assert refused(club, "accounts", tmp_path / "a.csv") == [(None, None, "FILE_TOO_LARGE")]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ()),
        ("cp1252", ("the file is not UTF-8: read as cp1252",)),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_encoding_are_found(
    club: Club, tmp_path: Path, encoding: str, note: tuple[str, ...], delimiter: str
) -> None:
    path = write_csv(tmp_path / "a.csv", [ROW], delimiter=delimiter, encoding=encoding)
    source = read_source(path)
    assert [row.cells for row in source.rows] == [ROW]
    assert source.notes == note
    assert imported(club, "accounts", path)["account"] == (1, 0, 0)


def test_bytes_that_no_windows_text_has_are_latin_1(tmp_path: Path) -> None:
    path = text(b"code,name\nA1,\xe9\x81")(tmp_path)
    assert read_source(path).notes == ("the file is not UTF-8: read as latin-1",)


def test_rows_keep_the_numbers_of_the_file(tmp_path: Path) -> None:
    path = text(b'\ncode,name\n\nA1,"two\nlines"\n,\nA2,y\n')(tmp_path)
    rows = read_source(path).rows
    assert [(row.row_no, row.cells["code"]) for row in rows] == [(4, "A1"), (6, "A2")]


def test_a_workbook_gives_text_as_it_was_typed(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [
            {
                "text": "0012",
                "amount": 199.99,
                "whole": 12,
                "large": 2**53,
                "day": dt.date(2025, 7, 25),
                "instant": dt.datetime(2025, 7, 25, 19, 45),  # noqa: DTZ001 - a spreadsheet has no zones
                "clock": dt.time(19, 45),
                "truth": True,
                "blank": "  ",
                "empty": None,
            }
        ],
    )
    assert read_source(path).rows[0].cells == {
        "text": "0012",
        "amount": "199.99",
        "whole": "12",
        "large": "9007199254740992",
        "day": "2025-07-25 00:00:00",
        "instant": "2025-07-25 19:45:00",
        "clock": "1899-12-31 19:45:00",
        "truth": "true",
        "blank": None,
        "empty": None,
    }


def test_numbers_of_json_stay_as_written(tmp_path: Path) -> None:
    path = text(b'[{"a": 199.990, "b": 0012e0, "c": 1}]', "a.json")(tmp_path)
    with pytest.raises(DomainError, match="no JSON"):
        read_source(path)
    path = text(b'{"rows": [{"a": 199.990, "b": 1e2, "c": true, "d": null}]}', "a.json")(tmp_path)
    assert read_source(path).rows[0].cells == {"a": "199.990", "b": "1e2", "c": "true", "d": None}


def test_only_the_first_sheet_is_read_and_said_so(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415 - one test needs two sheets

    path = write_xlsx(tmp_path / "a.xlsx", [ROW])
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("Notes")
    workbook.save(path)
    assert read_source(path).notes == ("only the first of 2 sheets is read: Sheet",)

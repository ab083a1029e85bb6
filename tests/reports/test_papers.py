"""Reports as PDF, PNG and Parquet, read again by other people's readers."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pypdf
import pytest

from reports.render import Letterhead, UnwritableError, paper
from tests.reports.written import (
    CHART,
    GROUP,
    LETTERHEAD,
    LOGO,
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


def pages(content: bytes) -> list[str]:
    """The text of each page, spaces as they come."""
    found = pypdf.PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().replace("\u202f", " ").split()) for page in found]


def test_a_report_on_paper_has_the_club_its_numbers_its_table_and_its_totals() -> None:
    note = {"kind": "text", "title": None, "text": "Without VAT."}
    content = write("pdf", plan(NUMBERS, CHART, TABLE, note))
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.metadata is not None
    assert reader.metadata.title == "Net by month"
    assert "'/Marked': True" in str(reader.root_object["/MarkInfo"])
    (text,) = pages(content)
    for shown in ("FC VOORBEELD", "Net by month", "€983.25", "12.5%", "Net by group", "Aug 2026"):
        assert shown in text
    assert "Total €983.25" in text
    assert "Without VAT." in text
    assert "Page 1 of 1" in text


def test_a_report_on_paper_speaks_the_language_of_its_reader() -> None:
    (text,) = pages(write("pdf", plan(TABLE, language="nl")))
    assert "Totaal € 983,25" in text
    assert "Pagina 1 van 1" in text
    (text,) = pages(write("pdf", plan(TABLE, language="fr-BE")))
    assert "Page 1 sur 1" in text


def test_the_change_since_another_period_stands_below_the_number() -> None:
    before = query(
        "main.compare",
        (GROUP, MONTH, NET, SHARE),
        compare_of="main",
        on=(GROUP, MONTH),
        shift={"days": 31},
    )
    answers = Known()
    answers.rows["main.compare"] = [row("Seats", month(7), "500.25", None)]
    (text,) = pages(write("pdf", plan(TABLE, queries=(MAIN, TOTALS, before)), answers))
    assert "€1,000.50 +100.0%" in text
    assert "compared" not in text


def test_a_club_with_a_logo_has_it_on_paper() -> None:
    plain = write("pdf", plan(TABLE))
    headed = Letterhead(LETTERHEAD.club, LETTERHEAD.made_at, LOGO)
    assert len(write("pdf", plan(TABLE), letterhead=headed)) > len(plain)


def test_long_tables_are_printed_in_part_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "PRINTED_ROWS", 2)
    (text,) = pages(write("pdf", plan(TABLE)))
    assert "HYPERLINK" not in text
    assert "Only the first 2 rows are printed." in text


def test_many_columns_are_printed_across() -> None:
    columns = [{"key": NET, "title": f"Net {number}"} for number in range(12)]
    made = plan({**TABLE, "columns": columns, "totals": False}, {**NUMBERS, "members": ["gone"]})
    box = pypdf.PdfReader(io.BytesIO(write("pdf", made))).pages[0].mediabox
    assert box.width > box.height


def test_nothing_found_is_said_on_paper() -> None:
    nothing = Known({"main": [], "main.totals": []})
    (text,) = pages(write("pdf", plan(NUMBERS, CHART, TABLE), nothing))
    assert text.count("Nothing was sold.") == 2
    assert "–" in text


def test_a_chart_is_drawn_as_a_picture() -> None:
    drawn = write("png", plan(TABLE, CHART))
    assert drawn.startswith(b"\x89PNG")
    width, height = (int.from_bytes(drawn[start : start + 4], "big") for start in (16, 20))
    assert width > 1400
    assert height > 240
    small = {**CHART, "spec": {**CHART["spec"], "width": 100}}
    assert int.from_bytes(write("png", plan(small))[16:20], "big") < 500


@pytest.mark.parametrize(
    ("made", "told"),
    [(plan(TABLE), "has no chart"), (plan(CHART), "Nothing was sold")],
)
def test_what_cannot_be_drawn_is_refused(made: Any, told: str) -> None:
    with pytest.raises(UnwritableError, match=told):
        write("png", made, Known({"main": []}))


def test_parquet_has_the_rows_typed_and_the_titles_beside() -> None:
    found = pq.read_table(io.BytesIO(write("parquet", plan(TABLE))))
    assert found.to_pylist() == ROWS
    assert found.schema.field(NET).metadata == {b"title": b"Net"}
    with pytest.raises(UnwritableError, match="Nothing was sold"):
        write("parquet", plan(queries=()))


def test_values_of_charts_are_those_of_the_rest_api() -> None:
    answers = Known()
    answers.rows["main"] = [
        {GROUP: True, MONTH: datetime(2026, 8, 1).date(), NET: Decimal("1E+3"), SHARE: None}  # noqa: DTZ001 - a wall clock
    ]
    assert write("png", plan(CHART), answers).startswith(b"\x89PNG")


def test_months_apart_end_on_the_last_day_there_is() -> None:
    before = query(
        "main.compare",
        (GROUP, MONTH, NET, SHARE),
        compare_of="main",
        on=(GROUP, MONTH),
        shift={"months": 1},
    )
    answers = Known()
    answers.rows["main"] = [row("Seats", datetime(2026, 2, 28), "2.00", None)]  # noqa: DTZ001
    answers.rows["main.compare"] = [row("Seats", datetime(2026, 1, 31), "1.00", None)]  # noqa: DTZ001
    made = plan({**TABLE, "totals": False}, queries=(MAIN, before))
    (text,) = pages(write("pdf", made, answers))
    assert "€2.00 +100.0%" in text

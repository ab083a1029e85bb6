"""What a report can be written as."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from reports.render.answers import UnwritableError
from reports.render.csv_file import write_csv
from reports.render.paper import write_pdf
from reports.render.parquet_file import write_parquet
from reports.render.pictures import write_png
from reports.render.workbook import write_xlsx
from reports.spec.problems import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from reports.build.planned import ReportPlan
    from reports.render.answers import Answers
    from reports.render.letterhead import Letterhead


_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its name, which is its suffix too, and what writes it."""

    name: str
    media_type: str
    write: Callable[[ReportPlan, Answers, Letterhead], Generator[bytes, None, None]]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("csv", "text/csv; charset=utf-8; header=present", write_csv),
            Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", write_xlsx),
            Format("pdf", "application/pdf", write_pdf),
            Format("png", "image/png", write_png),
            Format("parquet", "application/vnd.apache.parquet", write_parquet),
        )
    }
)
"""Every kind of file, by its name."""


def format_of(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UnwritableError: there is none of this name.
    """
    found = FORMATS.get(name)
    if found is None:
        message = f"a report cannot be written as '{name}'; {suggest(name, FORMATS)}"
        raise UnwritableError(message)
    return found

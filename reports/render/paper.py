"""A report as PDF: paged, with the club's name and logo, its charts as drawings, and tagged."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from reports.build.planned import Format
from reports.render.chosen import list_chosen
from reports.render.grids import open_grid
from reports.render.phrases import MADE_AT, MORE_ROWS, OF_PAGES, PAGE, say
from reports.render.pictures import FONTS, draw_svg, filled_spec
from reports.render.shapes import Beside
from reports.render.texts import locale_of, write_cell
from reports.render.tiles import read_tiles

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from reports.build.planned import ReportPlan
    from reports.render.answers import Answers
    from reports.render.letterhead import Letterhead
    from reports.render.shapes import GridColumn, GridRow

TEMPLATE = Path(__file__).parent / "paper.typ"
PRINTED_ROWS = 2_000
"""Rows of a table that are printed; forty pages are enough to read."""
_WIDE_COLUMNS = 6
_SMALL_COLUMNS = 9
_TABLE_SIZES = (9, 7)
_PAGE_CM = 17.8
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_MADE = Format("instant")
_COUNT = Format("number", 0)
_ACCESSIBLE = "ua-1"
_OWN_COLOUR = "#1f5fa8"


def write_pdf(
    plan: ReportPlan, answers: Answers, letterhead: Letterhead
) -> Generator[bytes, None, None]:
    """Write a report as PDF/UA-1, which screen readers can read."""
    yield typst.compile(  # type: ignore[call-overload] # its stubs know fonts and standards otherwise
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"report": json.dumps(_content(plan, answers, letterhead))},
        pdf_standards=[_ACCESSIBLE],
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _content(plan: ReportPlan, answers: Answers, letterhead: Letterhead) -> dict[str, Any]:
    """Put together what the template shows, all of it as texts."""
    blocks = [shown for block in plan.blocks for shown in _block(plan, block, answers)]
    widest = max((len(one["columns"]) for one in blocks if one["kind"] == "table"), default=0)
    made = write_cell(letterhead.made_at, _MADE, plan)
    return {
        "club": letterhead.club,
        # As numbers: Typst takes files beside the template only where they are texts.
        "logo": None if letterhead.logo is None else list(letterhead.logo),
        "logo_format": letterhead.logo_name.rpartition(".")[2],
        "colour": letterhead.colour or _OWN_COLOUR,
        "language": locale_of(plan.language).language,
        "title": plan.report["title"],
        "description": plan.report["description"] or "",
        "made": say(MADE_AT, plan.language, made),
        "chosen": list_chosen(plan),
        "notices": [one.message for one in plan.notices],
        "is_wide": widest > _WIDE_COLUMNS,
        "table_size": _TABLE_SIZES[widest > _SMALL_COLUMNS],
        "words": {"page": say(PAGE, plan.language), "of": say(OF_PAGES, plan.language)},
        "blocks": blocks,
    }


def _block(
    plan: ReportPlan, block: Mapping[str, Any], answers: Answers
) -> Iterator[dict[str, Any]]:
    title = block["title"] or None
    if block["kind"] == "text":
        yield {"kind": "text", "title": title, "text": block["text"]}
    elif block["kind"] == "numbers":
        yield {"kind": "tiles", "title": title, "tiles": _tiles(plan, block, answers)}
    elif block["kind"] == "chart":
        yield _chart(plan, block, answers, title)
    else:
        yield _table(plan, block, answers, title)


def _tiles(
    plan: ReportPlan, block: Mapping[str, Any], answers: Answers
) -> list[dict[str, str | None]]:
    tiles, is_compared = read_tiles(plan, block, answers)
    return [
        {
            "title": one.column.title,
            "value": write_cell(one.value, one.column.format, plan) or "–",
            "before": (write_cell(one.before, one.column.format, plan) or "–")
            if is_compared
            else None,
        }
        for one in tiles
    ]


def _chart(
    plan: ReportPlan, block: Mapping[str, Any], answers: Answers, title: str | None
) -> dict[str, Any]:
    spec = filled_spec(plan, block, answers)
    if spec is None:
        return _empty(plan, title)
    drawn = draw_svg(plan, spec)
    return {
        "kind": "chart",
        "title": title,
        "svg": drawn,
        "height_cm": _PAGE_CM * _ratio(drawn),
        "description": block["description"] or title or plan.report["title"],
    }


def _table(
    plan: ReportPlan, block: Mapping[str, Any], answers: Answers, title: str | None
) -> dict[str, Any]:
    """Write a table as texts, as far as it is printed."""
    with open_grid(plan, block, answers) as grid:
        found = list(islice(grid.rows, PRINTED_ROWS + 1))
        columns = grid.columns
    if not found:
        return _empty(plan, title)
    note = say(MORE_ROWS, plan.language, write_cell(PRINTED_ROWS, _COUNT, plan))
    return {
        "kind": "table",
        "title": title,
        "columns": [
            {"title": one.heading, "is_measure": one.is_measure}
            for one in columns
            if one.beside is None
        ],
        "rows": [
            {"kind": row.kind.value, "cells": _cells(row, columns, plan)}
            for row in found[:PRINTED_ROWS]
        ],
        "note": note if len(found) > PRINTED_ROWS else None,
    }


def _cells(row: GridRow, columns: tuple[GridColumn, ...], plan: ReportPlan) -> list[dict[str, str]]:
    """Write a row; the change since the other period stands below its number."""
    cells: list[dict[str, str]] = []
    for value, column in zip(row.cells, columns, strict=True):
        if column.beside is None:
            cells.append({"text": write_cell(value, column.format, plan), "small": ""})
        elif column.beside is Beside.CHANGE and value is not None:
            sign = "+" if value > 0 else ""
            cells[-1]["small"] = sign + write_cell(value, column.format, plan)
    return cells


def _empty(plan: ReportPlan, title: str | None) -> dict[str, Any]:
    return {"kind": "empty", "title": title, "text": str(plan.report["empty"])}


def _ratio(svg: str) -> float:
    """Return how high a drawing is for its width."""
    found = _VIEW_BOX.search(svg)
    return 0.5 if found is None else float(found[2]) / float(found[1])

"""Charts as pictures: the specs that a page shows, drawn here."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import font_source_sans_pro
import vl_convert

from reports.render.answers import UnwritableError
from reports.render.rows import read_all

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from reports.build.planned import ReportPlan
    from reports.render.answers import Answers
    from reports.render.letterhead import Letterhead
    from reports.render.rows import Row

SCALE = 2
"""Pixels for each of the spec's, so that a picture is sharp on paper and on fine screens."""
FONT = "Source Sans Pro"
FONTS = Path(font_source_sans_pro.__file__).parent / "files"
"""The one family of files: what a machine has would differ from another's."""
WIDTH_PIXELS = 720
"""How wide a chart is drawn that is as wide as its page."""
vl_convert.register_font_directory(str(FONTS))


def write_png(
    plan: ReportPlan, answers: Answers, _letterhead: Letterhead
) -> Generator[bytes, None, None]:
    """Draw the first chart of a report.

    Raises:
        UnwritableError: it has no chart, or nothing to draw.
    """
    chart = next((one for one in plan.blocks if one["kind"] == "chart"), None)
    if chart is None:
        message = f"'{plan.report['title']}' has no chart to draw; ask for csv, xlsx or pdf"
        raise UnwritableError(message)
    spec = filled_spec(plan, chart, answers)
    if spec is None:
        raise UnwritableError(str(plan.report["empty"]))
    yield draw_png(plan, spec)


def filled_spec(
    plan: ReportPlan, block: Mapping[str, Any], answers: Answers
) -> dict[str, Any] | None:
    """Return the spec of a chart with its rows; None where there are none."""
    rows = {name: cube_rows(read_all(answers, name)) for name in block["queries"]}
    if not rows[block["queries"][0]]:
        return None
    # Pictures have their own ground, which is that of paper.
    config = {**plan.vega["light"], "font": FONT}
    spec = {**block["spec"], "datasets": rows, "config": config}
    if spec.get("width") == "container":
        spec["width"] = WIDTH_PIXELS
    return spec


def draw_png(plan: ReportPlan, spec: Mapping[str, Any]) -> bytes:
    """Draw a chart as PNG."""
    drawn: bytes = vl_convert.vegalite_to_png(
        dict(spec), scale=SCALE, allowed_base_urls=[], **_locale(plan)
    )
    return drawn


def draw_svg(plan: ReportPlan, spec: Mapping[str, Any]) -> str:
    """Draw a chart as SVG, with its texts as texts."""
    drawn: str = vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[], **_locale(plan))
    return drawn


def _locale(plan: ReportPlan) -> dict[str, Any]:
    """Return how numbers and times are written; the configuration has it, drawing does not ask."""
    locale = plan.vega["light"]["locale"]
    return {"format_locale": locale["number"], "time_format_locale": locale["time"]}


def cube_rows(rows: list[Row]) -> list[Row]:
    """Write rows as the REST API has them, which specs are made for."""
    return [{key: _as_cube(value) for key, value in row.items()} for row in rows]


def _as_cube(value: Any) -> Any:  # noqa: ANN401 - any value of an answer
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, date):
        instant = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])  # noqa: DTZ001 - a wall clock
        return instant.isoformat(timespec="milliseconds")
    return str(value)

"""Charts as Vega-Lite: the same specification in the browser, in PNG and in PDF."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from reports.build.canvas import Canvas
from reports.build.charts_along import draw_bars, draw_columns_beside, draw_lines
from reports.build.charts_of_parts import (
    draw_bullet,
    draw_funnel,
    draw_gauge,
    draw_heat_map,
    draw_pie,
    draw_scatter,
    draw_waterfall,
)
from reports.spec.blocks import ChartType
from reports.spec.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reports.build.canvas import Json
    from reports.build.planned import PlannedQuery
    from reports.spec.blocks import Chart

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_BY = Text("{y} by {x}", "{y} per {x}", "{y} par {x}")
_AND = Text(" and ", " en ", " et ")
_LINES = (ChartType.LINE, ChartType.AREA)


def draw(
    chart: Chart, query: PlannedQuery, other: PlannedQuery | None, language: str
) -> Mapping[str, Any]:
    """Draw a chart: its specification, the queries whose rows it needs, and what it says in words.

    Rows are handed to it as Cube's REST API answers with them, under the names of the queries.
    """
    canvas = Canvas(chart, query, language)
    drawn = _draw(canvas, other)
    description = describe(canvas)
    names = [query.name, *(one["data"]["name"] for one in drawn.get("layer", ()) if "data" in one)]
    spec = {
        "$schema": SCHEMA,
        "description": description,
        "data": {"name": query.name},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        **drawn,
    }
    return {"queries": names, "description": description, "spec": spec}


def _draw(canvas: Canvas, other: PlannedQuery | None) -> Json:
    """Draw by type."""
    chart = canvas.chart
    if chart.type is ChartType.WATERFALL:
        return draw_waterfall(canvas)
    if chart.type is ChartType.GAUGE:
        return draw_gauge(canvas)
    x = str(chart.x)
    alone: dict[ChartType, Callable[[Canvas, str], Json]] = {
        ChartType.PIE: draw_pie,
        ChartType.FUNNEL: draw_funnel,
        ChartType.SCATTER: draw_scatter,
        ChartType.HEAT_MAP: partial(draw_heat_map, series=str(chart.series)),
        ChartType.BULLET: partial(draw_bullet, target=str(chart.target)),
    }
    found = alone.get(chart.type)
    return _draw_along(canvas, x, other) if found is None else found(canvas, x)


def _draw_along(canvas: Canvas, x: str, other: PlannedQuery | None) -> Json:
    """Draw what has an axis of categories or times."""
    chart = canvas.chart
    if chart.type in _LINES:
        return draw_lines(canvas, x, other)
    is_one = len(chart.y) == 1 and chart.series is None
    if other is not None and is_one and canvas.is_time(x) and chart.type is ChartType.COLUMN:
        return draw_columns_beside(canvas, x, other)
    return draw_bars(canvas, x)


def describe(canvas: Canvas) -> str:
    """Say what a chart shows, for whoever does not see it."""
    chart, language = canvas.chart, canvas.language
    joined = _AND.in_language(language)
    measures = joined.join(canvas.title(one) for one in chart.y)
    groups = joined.join(canvas.title(one) for one in (chart.x, chart.series) if one is not None)
    text = _BY.in_language(language).format(y=measures, x=groups) if groups else measures
    return text if chart.title is None else f"{chart.title.in_language(language)}: {text}"

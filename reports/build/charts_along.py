"""Charts with an axis of categories or times: bars, columns, lines and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.build.canvas import SERIES_LIMIT, name_of
from reports.spec.blocks import ChartType

if TYPE_CHECKING:
    from reports.build.canvas import Canvas, Json
    from reports.build.planned import PlannedQuery

HEIGHT = 320
_BAND = 28
_COLUMN_LIMIT = 24
_BAR_LIMIT = 15
_HORIZONTAL = (ChartType.BAR, ChartType.STACKED_BAR)
_STACKED = (ChartType.STACKED_BAR, ChartType.STACKED_COLUMN)
_RANK, _SERIES_RANK = "rank", "series_rank"


def draw_bars(canvas: Canvas, x: str) -> Json:
    """Draw bars or columns: one measure, a measure by series, or several measures."""
    chart = canvas.chart
    is_horizontal = chart.type in _HORIZONTAL
    has_many = len(chart.y) > 1
    measure = "value" if has_many else name_of(chart.y[0])
    limit = chart.limit or (_BAR_LIMIT if is_horizontal else _COLUMN_LIMIT)
    steps = [*canvas.fields(), *(canvas.folded() if has_many else [])]
    is_short = not canvas.is_time(x) and canvas.is_ranked()
    if is_short:
        steps += canvas.shorten(x, measure, limit, _RANK)
    series = _series(canvas, measure, steps)
    is_stacked = chart.type in _STACKED
    value = canvas.value(chart.y[0], stack="zero" if is_stacked else None)
    value |= {"field": measure, "aggregate": "sum"}
    if has_many:
        value["title"] = None
    sort = {"field": _RANK, "op": "min", "order": "ascending"} if is_short else None
    category = canvas.category(x, sort=sort)
    if not is_horizontal:
        category = canvas.slanted(category)
    names = ("y", "x") if is_horizontal else ("x", "y")
    encoding: Json = {names[0]: category, names[1]: value}
    tips = [*canvas.tooltip(x, chart.series)]
    amount = {**canvas.tooltip(chart.y[0])[0], "field": measure, "aggregate": "sum"}
    if has_many:
        tips.append({"field": "measure_title", "type": "nominal", "title": ""})
        amount["title"] = ""
    encoding["tooltip"] = [*tips, amount]
    if series is not None:
        encoding["color"] = series
        if not is_stacked:
            offset = {"field": series["field"], "sort": series["sort"]}
            encoding[f"{names[0]}Offset"] = offset
    height: Json = {"height": {"step": _BAND}} if is_horizontal else {"height": HEIGHT}
    mark: Json = {"type": "bar", "cornerRadiusEnd": 2}
    return {**height, "transform": steps, "mark": mark, "encoding": encoding}


def _series(canvas: Canvas, measure: str, steps: list[Json]) -> Json | None:
    """Encode what the colours are: the measures, or the values of a dimension."""
    chart = canvas.chart
    if len(chart.y) > 1:
        titles = [canvas.title(one) for one in chart.y]
        return canvas.colour(None, "measure_title", sort=titles)
    if chart.series is None:
        return None
    if canvas.is_time(chart.series) or not canvas.is_ranked():
        return canvas.colour(chart.series, name_of(chart.series))
    steps += canvas.shorten(chart.series, measure, SERIES_LIMIT, _SERIES_RANK)
    sort = {"field": _SERIES_RANK, "op": "min", "order": "ascending"}
    return canvas.colour(chart.series, name_of(chart.series), sort=sort)


def draw_lines(canvas: Canvas, x: str, other: PlannedQuery | None) -> Json:
    """Draw lines or areas; one line over times stands beside that of the other period."""
    chart = canvas.chart
    has_many = len(chart.y) > 1
    measure = "value" if has_many else name_of(chart.y[0])
    steps = [*canvas.fields(), *(canvas.folded() if has_many else [])]
    if canvas.is_time(x):
        steps.append({"filter": f"isValid(datum.{name_of(x)})"})
    series = _series(canvas, measure, steps)
    is_area = chart.type is ChartType.AREA
    stack = "zero" if is_area and canvas.adds_up() else None
    value = {**canvas.value(chart.y[0], stack=stack), "field": measure}
    if has_many:
        value["title"] = None
    tip = {**canvas.tooltip(chart.y[0])[0], "field": measure}
    if has_many:
        tip["title"] = ""
    named = [{"field": "measure_title", "type": "nominal", "title": ""}] if has_many else []
    along = canvas.along(x)
    encoding: Json = {
        "x": along,
        "y": value,
        "tooltip": [*canvas.tooltip(x, chart.series), *named, tip],
    }
    if series is not None:
        encoding["color"] = series
    mark: Json = {"type": "line", "strokeWidth": 2, "point": {"size": 28}}
    if is_area:
        mark = {"type": "area", "line": True, "opacity": 0.55 if stack is None else 0.85}
    own: Json = {"transform": steps, "mark": mark, "encoding": encoding}
    if other is None or series is not None or not canvas.is_time(x):
        return {"height": HEIGHT, **own}
    return {"height": HEIGHT, "layer": [own, _beside(x, other, own)]}


def draw_columns_beside(canvas: Canvas, x: str, other: PlannedQuery) -> Json:
    """Draw columns over time with a tick each for the other period."""
    own = draw_bars(canvas, x)
    return {
        "height": own.pop("height"),
        "layer": [own, _beside(x, other, own)],
    }


def _beside(x: str, other: PlannedQuery, own: Json) -> Json:
    """Draw the other period over the same times."""
    field = name_of(x)
    moved = [
        {
            "calculate": f"timeOffset('{unit.removesuffix('s')}', datum.{field}, {count})",
            "as": field,
        }
        for unit, count in (other.shift or {}).items()
    ]
    is_bars = own["mark"]["type"] == "bar"
    mark: Json = {"type": "line", "strokeDash": [5, 4], "style": "beside"}
    if is_bars:
        mark = {"type": "tick", "thickness": 3, "style": "beside"}
    return {
        "data": {"name": other.name},
        "transform": [*own["transform"], *moved],
        "mark": mark,
        "encoding": own["encoding"],
    }

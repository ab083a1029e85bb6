"""Charts of parts and single values: pie, funnel, waterfall, heat map, gauge, bullet, scatter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.build.canvas import axis_format, full_format, name_of, quoted
from reports.build.charts_along import HEIGHT

if TYPE_CHECKING:
    from reports.build.canvas import Canvas, Json

_BAND = 30
_HEAT_BAND = 24
_PARTS_LIMIT = 8
_LIMIT = 20
_RANK = "rank"
_RING = "min(width, height) / 4"
_SORT = {"field": _RANK, "op": "min", "order": "ascending"}


def draw_pie(canvas: Canvas, x: str) -> Json:
    """Draw the parts of a whole as a ring."""
    (y,) = canvas.chart.y
    measure = name_of(y)
    limit = canvas.chart.limit or _PARTS_LIMIT
    steps = [*canvas.fields(), *canvas.shorten(x, measure, limit, _RANK)]
    amount = {**canvas.tooltip(y)[0], "aggregate": "sum"}
    return {
        "height": HEIGHT,
        "transform": steps,
        "mark": {"type": "arc", "innerRadius": {"expr": _RING}, "padAngle": 0.01},
        "encoding": {
            "theta": {"field": measure, "type": "quantitative", "aggregate": "sum", "stack": True},
            "color": canvas.colour(x, name_of(x), sort=_SORT),
            "order": {"field": _RANK, "type": "quantitative", "aggregate": "min"},
            "tooltip": [*canvas.tooltip(x), amount],
        },
    }


def draw_funnel(canvas: Canvas, x: str) -> Json:
    """Draw stages as bars around the middle, each with its number."""
    (y,) = canvas.chart.y
    measure = name_of(y)
    steps = [*canvas.fields(), *canvas.sum_up([name_of(x)])]
    is_short = canvas.is_ranked() and not canvas.is_time(x)
    if is_short:
        steps += canvas.shorten(x, measure, canvas.chart.limit or _LIMIT, _RANK)
    steps += canvas.labelled(x, y)
    sort = _SORT if is_short else None
    return {
        "height": {"step": 44},
        "transform": steps,
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "y": {"field": "label", "type": "ordinal", "title": None, "sort": sort},
            "x": {"field": measure, "type": "quantitative", "stack": "center", "axis": None},
            "tooltip": canvas.tooltip(x, y),
        },
    }


def draw_waterfall(canvas: Canvas) -> Json:
    """Draw steps from one level to another; the first is where it begins."""
    chart = canvas.chart
    levels = ", ".join(quoted(name_of(one)) for one in chart.levels)
    falls = ", ".join(quoted(name_of(one)) for one in chart.falls)
    form = canvas.column(chart.y[0]).format
    is_level = f"indexof([{levels}], datum.measure) >= 0"
    is_fall = f"indexof([{falls}], datum.measure) >= 0"
    moved = f"{is_fall} ? -datum.value : datum.value"
    step = f"{is_level} ? (datum.place == 0 ? datum.value : 0) : {moved}"
    steps = [
        *canvas.fields(),
        *canvas.sum_up([]),
        *canvas.folded(),
        {"calculate": "isValid(datum.value) ? datum.value : 0", "as": "value"},
        {"calculate": step, "as": "step"},
        {"window": [{"op": "sum", "field": "step", "as": "end"}], "sort": [{"field": "place"}]},
        {"calculate": f"{is_level} ? 0 : datum.end - datum.step", "as": "from"},
        {"calculate": f"{is_level} ? datum.value : datum.end", "as": "to"},
        {"calculate": "max(datum.from, datum.to)", "as": "top"},
        {"calculate": f"format(datum.value, {quoted(axis_format(form))})", "as": "label"},
        {"calculate": f"{is_level} ? 'level' : {is_fall} ? 'down' : 'up'", "as": "way"},
    ]
    category: Json = {
        "field": "measure_title",
        "type": "ordinal",
        "title": None,
        "sort": [canvas.title(one) for one in chart.y],
        "axis": {"labelAngle": 0},
    }
    amount = {"field": "value", "type": "quantitative", "title": "", "format": full_format(form)}
    tips: list[Json] = [{"field": "measure_title", "type": "nominal", "title": ""}, amount]
    bars: list[Json] = [
        {
            "transform": [{"filter": f"datum.way === '{way}'"}],
            "mark": {"type": "bar", "style": way, "width": {"band": 0.7}},
            "encoding": {
                "y": {
                    "field": "from",
                    "type": "quantitative",
                    "title": None,
                    "axis": {"format": axis_format(form)},
                },
                "y2": {"field": "to"},
                "tooltip": tips,
            },
        }
        for way in ("level", "down", "up")
    ]
    label: Json = {
        "mark": {"type": "text", "baseline": "bottom", "dy": -3},
        "encoding": {"y": {"field": "top", "type": "quantitative"}, "text": {"field": "label"}},
    }
    return {
        "height": HEIGHT,
        "transform": steps,
        "encoding": {"x": category},
        "layer": [*bars, label],
    }


def draw_heat_map(canvas: Canvas, x: str, series: str) -> Json:
    """Draw a measure as the colour of each pair of two dimensions."""
    (y,) = canvas.chart.y
    form = canvas.column(y).format
    colour: Json = {
        "field": name_of(y),
        "type": "quantitative",
        "title": canvas.title(y),
        "legend": {"format": axis_format(form), "orient": "top", "gradientLength": 180},
    }
    if form.kind == "percent":
        colour["scale"] = {"domain": [0, 1], "clamp": True}
    return {
        "height": {"step": _HEAT_BAND},
        "transform": canvas.fields(),
        "mark": {"type": "rect", "cornerRadius": 2},
        "encoding": {
            "x": canvas.slanted(canvas.category(x)),
            "y": canvas.category(series, sort="ascending"),
            "color": colour,
            "tooltip": canvas.tooltip(x, series, y),
        },
    }


def draw_gauge(canvas: Canvas) -> Json:
    """Draw how full something is, one bar for each category on a track."""
    chart = canvas.chart
    (y,) = chart.y
    measure = name_of(y)
    form = canvas.column(y).format
    steps = canvas.fields()
    if chart.x is not None and canvas.is_ranked():
        limit = chart.limit or _LIMIT
        steps += canvas.shorten(chart.x, measure, limit, _RANK)
        if canvas.adds_up():
            steps.append({"filter": f"datum.{_RANK} <= {limit}"})
    whole = "1" if chart.target is None else f"datum.{name_of(chart.target)}"
    if chart.target is None and form.kind != "percent":
        whole = f"datum.{measure}"
    steps.append({"calculate": whole, "as": "whole"})
    across: Json = {}
    if chart.x is not None:
        steps += canvas.labelled(chart.x, y)
        sort = _SORT if canvas.is_ranked() else None
        across = {"y": {"field": "label", "type": "ordinal", "title": None, "sort": sort}}
    axis: Json = {"format": axis_format(form), "grid": False}
    bar: Json = {"type": "bar", "cornerRadius": 6, "height": {"band": 0.6}}
    tips = canvas.tooltip(chart.x, y, chart.target)

    def length(field: str) -> Json:
        return {"field": field, "type": "quantitative", "title": canvas.title(y), "axis": axis}

    return {
        "height": {"step": _BAND} if across else 60,
        "transform": steps,
        "encoding": across,
        "layer": [
            {
                "mark": {**bar, "style": "track"},
                "encoding": {"x": length("whole"), "tooltip": tips},
            },
            {"mark": bar, "encoding": {"x": length(measure), "tooltip": tips}},
        ],
    }


def draw_bullet(canvas: Canvas, x: str, target: str) -> Json:
    """Draw what was reached as a bar, and what was to be reached as a tick."""
    (y,) = canvas.chart.y
    measure = name_of(y)
    steps = canvas.fields()
    sort = None
    if canvas.is_ranked():
        limit = canvas.chart.limit or _LIMIT
        steps += canvas.shorten(x, measure, limit, _RANK)
        # What was reached adds up, the target of the rest would have to as well.
        steps.append({"filter": f"datum.{_RANK} <= {limit}"})
        sort = _SORT
    tips = canvas.tooltip(x, y, target)
    return {
        "height": {"step": _BAND},
        "transform": steps,
        "encoding": {"y": {**canvas.category(x, sort=sort), "title": None}},
        "layer": [
            {
                "mark": {"type": "bar", "height": {"band": 0.55}, "cornerRadiusEnd": 2},
                "encoding": {"x": canvas.value(y), "tooltip": tips},
            },
            {
                "mark": {
                    "type": "tick",
                    "thickness": 3,
                    "style": "target",
                    "height": {"band": 0.9},
                },
                "encoding": {
                    "x": {**canvas.value(target), "title": canvas.title(y)},
                    "tooltip": tips,
                },
            },
        ],
    }


def draw_scatter(canvas: Canvas, x: str) -> Json:
    """Draw a point for each value of a dimension by two measures."""
    along, up = canvas.chart.y
    encoding: Json = {
        "x": {**canvas.value(along), "scale": {"zero": False, "nice": True}},
        "y": {**canvas.value(up), "scale": {"zero": False, "nice": True}},
        "tooltip": canvas.tooltip(x, canvas.chart.series, along, up),
    }
    if canvas.chart.series is not None:
        encoding["color"] = canvas.colour(canvas.chart.series, name_of(canvas.chart.series))
    return {
        "height": HEIGHT,
        "transform": canvas.fields(),
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.75},
        "encoding": encoding,
    }

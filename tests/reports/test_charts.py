"""Charts of every type are drawn by Vega itself, from rows as the REST API has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import vl_convert

from reports.build import THEMES, vega_config
from reports.spec import ChartType, read_definition
from tests.reports.conftest import simple
from tests.reports.test_planning import made

if TYPE_CHECKING:
    from reports.spec import Definition

Meta = list[dict[str, Any]]
GROUP, NAME, MONTH = "sales.product_group_name", "sales.season_name", "sales.moved_on.month"
NET, COUNT, SHARE = "sales.net_bookings", "sales.sale_count", "sales.discount_share"
TIMES = [{"dimension": "sales.moved_on", "granularity": "month"}]
QUARTER = [{"dimension": "sales.moved_on", "granularity": "quarter"}]


def charted(
    chart: dict[str, Any], dimensions: list[str], times: list[dict[str, str]] | None = None
) -> Definition:
    """A definition with one chart."""
    main: dict[str, Any] = {"measures": [NET, COUNT, SHARE], "dimensions": dimensions}
    main["timeDimensions"] = times or []
    blocks = [{"kind": "chart", "query": "main", "title": "Drawn", **chart}]
    return read_definition(simple(queries={"main": main}, blocks=blocks), where="")


def rows(dimensions: list[str], keys: list[str]) -> list[dict[str, Any]]:
    """Some rows, among them one without a group and one without a number."""
    names = ["Seats", "Boxes", None, "Food & drinks", "O'Neill"]
    return [
        {
            **{one: names[(place + shift) % 5] for shift, one in enumerate(dimensions)},
            **dict.fromkeys(keys, f"2026-{place % 12 + 1:02}-01T00:00:00.000"),
            NET: None if place == 4 else f"{1000 * place}.25",
            COUNT: str(place),
            SHARE: f"0.{place:02}",
        }
        for place in range(15)
    ]


CASES: dict[str, tuple[dict[str, Any], list[str], list[dict[str, str]] | None]] = {
    "column": ({"type": "column", "x": GROUP, "y": [NET]}, [GROUP], None),
    "columns of two measures": ({"type": "column", "x": MONTH, "y": [NET, COUNT]}, [], TIMES),
    "stacked_column": (
        {"type": "stacked_column", "x": MONTH, "y": [NET], "series": GROUP},
        [GROUP],
        TIMES,
    ),
    "bar": (
        {"type": "bar", "x": GROUP, "y": [NET], "series": NAME, "limit": 3},
        [GROUP, NAME],
        None,
    ),
    "stacked_bar": ({"type": "stacked_bar", "x": GROUP, "y": [NET, COUNT]}, [GROUP], None),
    "line": ({"type": "line", "x": MONTH, "y": [NET], "series": GROUP}, [GROUP], TIMES),
    "lines of two measures": ({"type": "line", "x": MONTH, "y": [NET, SHARE]}, [], TIMES),
    "line over names": ({"type": "line", "x": GROUP, "y": [NET]}, [GROUP], None),
    "area": ({"type": "area", "x": MONTH, "y": [NET, COUNT]}, [], TIMES),
    "scatter": (
        {"type": "scatter", "x": GROUP, "y": [NET, SHARE], "series": NAME},
        [GROUP, NAME],
        None,
    ),
    "bullet": ({"type": "bullet", "x": GROUP, "y": [NET], "target": COUNT}, [GROUP], None),
    "funnel": ({"type": "funnel", "x": GROUP, "y": [NET]}, [GROUP], None),
    "funnel of months": ({"type": "funnel", "x": MONTH, "y": [NET]}, [], TIMES),
    "waterfall": (
        {"type": "waterfall", "y": [NET, COUNT, SHARE], "falls": [COUNT], "levels": [NET]},
        [],
        None,
    ),
    "heat_map": ({"type": "heat_map", "x": MONTH, "series": GROUP, "y": [SHARE]}, [GROUP], TIMES),
    "heat map of amounts": (
        {"type": "heat_map", "x": NAME, "series": GROUP, "y": [NET]},
        [GROUP, NAME],
        None,
    ),
    "pie": ({"type": "pie", "x": GROUP, "y": [NET]}, [GROUP], None),
    "pie of months": ({"type": "pie", "x": MONTH, "y": [NET]}, [], TIMES),
    "gauge": ({"type": "gauge", "x": GROUP, "y": [SHARE]}, [GROUP], None),
    "gauge beside a target": (
        {"type": "gauge", "x": GROUP, "y": [COUNT], "target": NET},
        [GROUP],
        None,
    ),
    "gauge alone": ({"type": "gauge", "y": [NET]}, [], None),
}


def drawn(planned: Any, found: list[dict[str, Any]], theme: str = "light") -> str:
    """Draw the only chart of a plan as SVG."""
    (chart,) = planned["blocks"]
    spec = {**chart["spec"], "datasets": dict.fromkeys(chart["queries"], found), "width": 600}
    svg: str = vl_convert.vegalite_to_svg(
        json.dumps(spec), vl_version="6.4", config=planned["vega"][theme]
    )
    return svg


@pytest.mark.parametrize("case", CASES)
def test_a_chart_is_drawn(meta: Meta, case: str) -> None:
    chart, dimensions, times = CASES[case]
    planned = made(meta, charted(chart, dimensions, times))
    keys = [MONTH] if times else []
    svg = drawn(planned, rows(dimensions, keys))
    assert svg.count("<path") > 1
    assert "NaN" not in svg
    assert "undefined" not in svg
    assert planned["blocks"][0]["description"].startswith("Drawn: ")


def test_every_type_is_among_those_that_are_drawn() -> None:
    assert {chart["type"] for chart, _, _ in CASES.values()} == set(ChartType)


def test_what_does_not_fit_is_put_together_where_it_adds_up(meta: Meta) -> None:
    chart = {"type": "bar", "x": GROUP, "limit": 2}
    svg = drawn(made(meta, charted({**chart, "y": [NET]}, [GROUP])), rows([GROUP], []))
    assert "Others" in svg
    svg = drawn(made(meta, charted({**chart, "y": [SHARE]}, [GROUP])), rows([GROUP], []))
    assert "Others" not in svg


def test_numbers_and_dates_are_written_in_the_readers_language(meta: Meta) -> None:
    chart = {"type": "column", "x": MONTH, "y": [NET]}
    found = rows([], [MONTH])
    assert "€\u00a014k" in drawn(made(meta, charted(chart, [], TIMES), "nl"), found)
    assert "14k\u00a0€" in drawn(made(meta, charted(chart, [], TIMES), "fr"), found)
    assert "€14k" in drawn(made(meta, charted(chart, [], TIMES)), found)
    assert ">mrt 2026<" in drawn(made(meta, charted(chart, [], TIMES), "nl"), found)
    quartered = {"type": "column", "x": "sales.moved_on.quarter", "y": [NET]}
    assert ">T1 2026<" in drawn(
        made(meta, charted(quartered, [], QUARTER), "fr"), rows([], ["sales.moved_on.quarter"])
    )


def test_codes_are_shown_as_words_and_truth_as_yes_or_no(meta: Meta) -> None:
    status, barter = "sales.sale_status", "sales.is_barter"
    chart = {"type": "stacked_bar", "x": status, "series": barter, "y": [NET]}
    found = [
        {status: "FINAL", barter: True, NET: "3.00"},
        {status: "CANCELLED", barter: False, NET: "2.00"},
        {status: "ELSE", barter: False, NET: "1.00"},
    ]
    svg = drawn(made(meta, charted(chart, [status, barter]), "nl"), found)
    for word in ("Definitief", "Geannuleerd", "ELSE", "Ja", "Nee"):
        assert f">{word}<" in svg


def test_rates_of_vat_are_percents(meta: Meta) -> None:
    rate, vat = "documents.vat_rate", "documents.vat"
    chart = {"type": "pie", "x": rate, "y": [vat]}
    found = [{rate: "0.0600", vat: "3.00"}, {rate: "0.0550", vat: "2.00"}]
    query = {"measures": [vat], "dimensions": [rate]}
    blocks = [{"kind": "chart", "query": "main", "title": "Rates", **chart}]
    definition = read_definition(simple(queries={"main": query}, blocks=blocks), where="")
    svg = drawn(made(meta, definition), found)
    assert ">6%<" in svg
    assert ">5.5%<" in svg


def test_instants_are_put_into_periods(meta: Meta) -> None:
    planned = made(meta, "draft_hold_expiry")
    chart = next(one for one in planned["blocks"] if one["kind"] == "chart")
    keys = ("pipeline.hold_expires_at", "pipeline.value_at_risk")
    found = [
        dict(zip(keys, one, strict=True))
        for one in (("2026-12-08T16:27:00.000", "5.00"), ("2026-12-13T23:00:00.000", "6.00"))
    ]
    svg = drawn({**planned, "blocks": [chart]}, found)
    assert "7 Dec 2026" in svg.replace("  ", " ")
    assert svg.count('aria-roledescription="bar"') == 1


@pytest.mark.parametrize("theme", THEMES)
def test_light_and_dark_look_different(meta: Meta, theme: str) -> None:
    svg = drawn(made(meta, charted(CASES["pie"][0], [GROUP])), rows([GROUP], []), theme)
    paper = {"light": "#ffffff", "dark": "#161b22"}[theme]
    assert vega_config(theme, "en", None)["background"] == paper
    assert paper in svg

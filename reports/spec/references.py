"""Whether the parts of a definition fit together, before any model is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.spec.blocks import Chart, ChartType, Note, Numbers, Table
from reports.spec.parameters import Kind
from reports.spec.problems import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.spec.blocks import Block
    from reports.spec.definition import Definition
    from reports.spec.fields import Problems
    from reports.spec.queries import Query

_ONE_MEASURE = (
    *(ChartType.BULLET, ChartType.FUNNEL, ChartType.PIE, ChartType.HEAT_MAP, ChartType.GAUGE),
)
_WITHOUT_X = (ChartType.WATERFALL, ChartType.GAUGE)
_BOTH = 2


def check_references(definition: Definition, problems: Problems) -> None:
    """Take down names that lead nowhere, and charts that lack what they draw."""
    _check_parameters(definition, problems)
    for name, own in definition.queries.items():
        known = [one.name for one in definition.parameters]
        for index, one in enumerate(own.ignores):
            _expect(f"queries.{name}.ignores[{index}]", one, known, "parameter", problems)
    for index, block in enumerate(definition.blocks):
        if not isinstance(block, Note):
            path = f"blocks[{index}]"
            query = definition.queries.get(block.query)
            if query is None:
                _expect(f"{path}.query", block.query, definition.queries, "query", problems)
            else:
                _check_block(path, block, query, problems)


def _check_parameters(definition: Definition, problems: Problems) -> None:
    seen: set[str] = set()
    choices = [one.name for one in definition.parameters if one.kind is Kind.CHOICE]
    for index, one in enumerate(definition.parameters):
        path = f"parameters[{index}]"
        if one.name in seen:
            problems.add(f"{path}.name", f"'{one.name}' is the name of another one", "rename it")
        seen.add(one.name)
        if one.by is not None:
            _expect(f"{path}.by", one.by, choices, "choice", problems)
        for place, name in enumerate(one.limits):
            _expect(f"{path}.limits[{place}]", name, definition.queries, "query", problems)


def _check_block(path: str, block: Block, query: Query, problems: Problems) -> None:
    """Require that a block shows what its query asks for."""
    for part, key, known in _named(block, query):
        _expect(f"{path}.{part}", key, known, "column of the query", problems)
    if isinstance(block, Chart):
        _check_chart(path, block, problems)


def _named(block: Block, query: Query) -> Iterable[tuple[str, str, Iterable[str]]]:
    """Name the columns that a block shows: where they stand, and what they may be."""
    groups = [one for one in query.columns if one not in query.measures]
    if isinstance(block, Numbers):
        yield from ((f"members[{at}]", one, query.measures) for at, one in enumerate(block.members))
    elif isinstance(block, Chart):
        yield from ((f"y[{at}]", one, query.measures) for at, one in enumerate(block.y))
        alone = (("x", block.x), ("series", block.series))
        yield from ((part, one, groups) for part, one in alone if one is not None)
        if block.target is not None:
            yield "target", block.target, query.measures
        for part, names in (("falls", block.falls), ("levels", block.levels)):
            yield from ((f"{part}[{at}]", one, block.y) for at, one in enumerate(names))
    elif isinstance(block, Table):
        shown = (one.member for one in block.columns)
        yield from ((f"columns[{at}]", one, query.columns) for at, one in enumerate(shown))
        for part, names in (("subtotals", block.subtotals), ("pivot.columns", block.pivot)):
            yield from ((f"{part}[{at}]", one, groups) for at, one in enumerate(names))


def _check_chart(path: str, chart: Chart, problems: Problems) -> None:
    """Require what a type of chart draws."""
    kind = chart.type.replace("_", " ")
    if chart.type not in _WITHOUT_X and chart.x is None:
        problems.add(f"{path}.x", f"a {kind} needs it", "name a dimension of the query")
    if chart.type in _ONE_MEASURE and len(chart.y) != 1:
        problems.add(f"{path}.y", f"a {kind} draws one measure", "name one")
    if chart.type is ChartType.SCATTER and len(chart.y) != _BOTH:
        problems.add(f"{path}.y", "a scatter draws two measures", "name one along and one up")
    if chart.type is ChartType.BULLET and chart.target is None:
        problems.add(f"{path}.target", "a bullet needs it", "name the measure that is to be met")
    if chart.type is ChartType.HEAT_MAP and chart.series is None:
        problems.add(f"{path}.series", "a heat map needs it", "name the dimension of its rows")
    if len(chart.y) > 1 and chart.series is not None and chart.type is not ChartType.SCATTER:
        hint = "leave the series out, or name one measure"
        problems.add(f"{path}.series", "several measures are a series themselves", hint)
    if not chart.y:
        problems.add(f"{path}.y", "names no measure")


def _expect(path: str, name: str, known: Iterable[str], what: str, problems: Problems) -> None:
    names = list(known)
    if name not in names:
        problems.add(path, f"there is no {what} '{name}'", suggest(name, names))

"""Writes docs/models.md: `make docs` prints this module's page into it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from semantic.catalogue import read_models
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import CALCULATED, Measure, MeasureType
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS
from tests.architecture.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.spec.cubes import View
    from semantic.spec.filters import DefaultFilter
    from semantic.spec.model import Found, Model

FOLDER = ROOT / "semantic" / "models"

HEAD = """\
# Models

What reports and BI tools can ask for: one section for each view, with everything that it shows. The
[guide for report builders](guides/report-builders.md) says how to ask, and how a club adds views of
its own. A member's full name has the view before it, such as `sales.net_bookings`. This page is
written by `make docs` from `semantic/models`.

In the column *kind*, a **sum** and a **count** add up over everything; **different** counts each
thing once, so its parts add up to more than the whole; what is **calculated** is made of other
measures after adding up; **as of** is the state at the end of each period and is never added up
over time; **window** looks at a stretch of time before the end of each period; **shift** looks at
another period; **average**, **largest** and **smallest** are what they say.
"""

_KINDS = {
    MeasureType.SUM: "sum",
    MeasureType.COUNT: "count",
    MeasureType.COUNT_DISTINCT: "different",
    MeasureType.AVG: "average",
    MeasureType.MIN: "smallest",
    MeasureType.MAX: "largest",
}
_TYPES = {
    DimensionType.STRING: "text",
    DimensionType.NUMBER: "number",
    DimensionType.BOOLEAN: "yes or no",
    DimensionType.TIME: "time",
}
_OPERATORS = {"equals": "is", "beforeOrOnDate": "is at most"}


def render_page() -> str:
    """The page, complete, views in the order of their groups."""
    tables = [table.name for table in (*DIMENSIONS, *FACTS)]
    model = read_models([FOLDER], tables)
    names = [name for group in model.groups for name in group.includes if isinstance(name, str)]
    assert set(names) == set(model.views), "every view stands in one group"
    links = "\n".join(f"- [{model.views[one].title}](#{one}): `{one}`" for one in names)
    sections = (_section(model, model.views[one]) for one in names)
    return f"{HEAD}\n{links}\n{''.join(sections)}"


def _section(model: Model, view: View) -> str:
    """One view."""
    shown = [found for name in view.members if (found := model.find(f"{view.name}.{name}"))]
    lines = ["", f"## {view.name}", "", f"**{view.title}.** {view.description}", ""]
    lines += [f"- {one}" for one in (*_defaults(view.default_filters), *_grants(view))]
    measures = [one for one in shown if isinstance(one.member, Measure)]
    dimensions = [one for one in shown if isinstance(one.member, Dimension)]
    rest = [one for one in shown if one not in (*measures, *dimensions)]
    lines += ["", "| measure | title | kind | meaning |", "|---|---|---|---|"]
    lines += [_row(one, _kind(one.member)) for one in measures if isinstance(one.member, Measure)]
    lines += ["", "| dimension | title | type | meaning |", "|---|---|---|---|"]
    lines += [
        _row(one, _type(one.member)) for one in dimensions if isinstance(one.member, Dimension)
    ]
    if rest:
        lines += ["", "| segment | title | meaning |", "|---|---|---|"]
        lines += [f"| `{_own(one)}` | {one.member.title} | {_meaning(one)} |" for one in rest]
    return "\n".join(lines) + "\n"


def _defaults(filters: Iterable[DefaultFilter]) -> Iterable[str]:
    """What a view filters by itself."""
    for one in filters:
        (value,) = one.filter.values
        wanted = f"`{value}`" if isinstance(value, str) else "the caller's"
        text = f"`{one.filter.member.path[-1]}` {_OPERATORS[one.filter.operator]} {wanted}"
        names = ", ".join(f"`{name.path[-1]}`" for name in one.unless)
        yield f"{text}, unless the query names {names}" if names else f"{text}, always"


def _grants(view: View) -> Iterable[str]:
    """Who sees a view, and which members of it not."""
    for policy in view.access_policies or ():
        groups = ", ".join(sorted(policy.groups))
        hidden = sorted(policy.members.excludes or ()) if policy.members else []
        without = f", without {', '.join(f'`{one}`' for one in hidden)}" if hidden else ""
        yield f"for {groups}{without}"


def _row(found: Found, kind: str) -> str:
    """One row of a table."""
    title = (found.shown.title if found.shown else None) or found.member.title
    return f"| `{_own(found)}` | {title} | {kind} | {_meaning(found)} |"


def _own(found: Found) -> str:
    """A member's name in its view."""
    return found.name.partition(".")[2]


def _meaning(found: Found) -> str:
    """What a member means, on one line."""
    text = (found.shown.description if found.shown else None) or found.member.description
    return " ".join((text or "").split())


def _kind(measure: Measure) -> str:
    """How a measure comes about, in a word."""
    window = measure.rolling_window
    if measure.stage is not None:
        return "shift"
    if window is not None:
        return "as of" if window.trailing == "unbounded" else "window"
    return "calculated" if measure.type in CALCULATED else _KINDS[measure.type]


def _type(dimension: Dimension) -> str:
    """What the values of a dimension are."""
    own = "".join(f", `{one.name}`" for one in dimension.granularities)
    return _TYPES[dimension.type] + own


if __name__ == "__main__":
    sys.stdout.write(render_page())

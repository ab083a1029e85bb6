"""Writes docs/reports.md: `make docs` prints this module's page into it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from reports.library import STANDARD
from reports.spec import Chart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.spec import Definition

HEAD = """\
# Reports

The standard library: what each report answers, what a reader may choose, and for which roles it is.
The [guide for report builders](guides/report-builders.md) says how a definition is written, and
[models.md](models.md) what the measures mean. This page is written by `make docs` from
`reports/definitions`.
"""
_TITLES = {"sales": "Sales", "operations": "Operations", "finance": "Finance"}


def render_page() -> str:
    """The page, complete, in the order of the library."""
    sections = (_section(category, title) for category, title in _TITLES.items())
    return f"{HEAD}\n{''.join(sections)}".rstrip() + "\n"


def _section(category: str, title: str) -> str:
    found = [one for one in STANDARD.values() if one.category == category]
    return f"## {title}\n\n{''.join(_report(one) for one in found)}"


def _report(one: Definition) -> str:
    """One report."""
    assert one.description is not None, "a standard report says what it answers"
    charts = [block.type.replace("_", " ") for block in one.blocks if isinstance(block, Chart)]
    views = dict.fromkeys(view for query in one.queries.values() for view in query.views)
    lines = [
        f"### {one.code} {one.title.en}",
        "",
        one.description.en,
        "",
        f"- `{one.key}`, for {', '.join(sorted(one.groups))}",
        f"- asks {_named(views)}" + (f"; draws {', '.join(charts)}" if charts else ""),
        f"- choose: {', '.join(parameter.title.en.lower() for parameter in one.parameters)}",
        f"- measures: {_named(_measures(one))}",
    ]
    return "\n".join(lines) + "\n\n"


def _measures(one: Definition) -> Iterable[str]:
    return dict.fromkeys(name for query in one.queries.values() for name in query.measures)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.stdout.write(render_page())

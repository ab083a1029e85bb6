"""What a reader chose, as a file tells it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from reports.render.texts import locale_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.build.planned import ReportPlan


def list_chosen(plan: ReportPlan) -> list[tuple[str, str]]:
    """List what was chosen: the title of each parameter, and its values as texts."""
    return [
        (one["title"], _chosen(one, plan))
        for one in plan.parameters
        if one["value"] not in (None, "", [])
    ]


def _chosen(parameter: Mapping[str, Any], plan: ReportPlan) -> str:
    value, resolved = parameter["value"], parameter.get("resolved")
    if resolved:
        days = [resolved] if isinstance(resolved, str) else resolved
        return " – ".join(_day(one, plan) for one in days)
    titles = {one["value"]: one["title"] for one in parameter.get("choices") or ()}
    values = value if isinstance(value, list) else [value]
    return ", ".join(titles.get(one, str(one)) for one in values)


def _day(text: str, plan: ReportPlan) -> str:
    """Write a day in the reader's language; other words stay."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return str(format_date(day, "medium", locale=locale_of(plan.language)))

"""Questions as the API takes them, in Cube's form, and answers as the API gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode, Violation, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

_KINDS = (("dimensions", "DIMENSION"), ("timeDimensions", "TIME"), ("measures", "MEASURE"))


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a question, or why there is none.

    `columns` are Cube's annotations with `member`, `kind` and `granularity`, in the order of the
    values in `rows`.
    """

    columns: tuple[Mapping[str, Any], ...] = ()
    rows: tuple[Sequence[Any], ...] = ()
    total_count: int | None = None
    refreshed_at: str | None = None
    rollups: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()


def query_of(given: Any) -> dict[str, Any]:  # noqa: ANN401 - an input object
    """Write a question as Cube's JSON; the limits of what it may ask are checked there."""
    query: dict[str, Any] = {
        "measures": given.measures or [],
        "dimensions": given.dimensions or [],
        "segments": given.segments or [],
        "timeDimensions": [_time_dimension(one) for one in given.time_dimensions or ()],
        "filters": [_filter(one, "filters") for one in given.filters or ()],
        "responseFormat": "compact",
    }
    if given.order is not None:
        query["order"] = [[one.member, one.direction.value.lower()] for one in given.order]
    choices = {
        "limit": given.limit,
        "offset": given.offset,
        "timezone": given.timezone,
        "total": given.wants_total or None,
    }
    return query | {name: value for name, value in choices.items() if value is not None}


def as_of_filters(
    query: Mapping[str, Any], day: date, subjects: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the filters that make a question one as of the end of a day.

    A view says by `meta.as_of` which of its days that is about.

    Raises:
        DomainError: SEMANTIC_QUERY_INVALID, where a view says nothing of the kind.
    """
    asked = (*query["measures"], *query["dimensions"], *query["segments"])
    times = (one["dimension"] for one in query["timeDimensions"])
    named = dict.fromkeys(one.partition(".")[0] for one in (*asked, *times))
    members = {one["name"]: (one.get("meta") or {}).get("as_of") for one in subjects}
    for name in named:
        if members.get(name) is None:
            able = ", ".join(sorted(one for one, member in members.items() if member is not None))
            message = f"'{name}' cannot be asked as of a day; these can: {able}"
            refuse(ErrorCode.SEMANTIC_QUERY_INVALID, message, "query", "asOf")
    return [
        {"member": f"{name}.{members[name]}", "operator": "beforeOrOnDate", "values": [str(day)]}
        for name in named
    ]


def _time_dimension(given: Any) -> dict[str, Any]:  # noqa: ANN401 - an input object
    """Write a time dimension; one text is a relative range, two are its ends."""
    written: dict[str, Any] = {"dimension": given.dimension}
    if given.granularity is not None:
        written["granularity"] = given.granularity
    if given.date_range is not None:
        alone = len(given.date_range) == 1
        written["dateRange"] = given.date_range[0] if alone else given.date_range
    return written


def _filter(given: Any, *path: str) -> dict[str, Any]:  # noqa: ANN401 - an input object
    """Write a comparison or a group of them."""
    groups = [name for name, inner in (("and", given.all_of), ("or", given.any_of)) if inner]
    is_comparison = given.member is not None and given.operator is not None
    if is_comparison + len(groups) != 1:
        message = "each filter is a member with an operator, or allOf, or anyOf: one of the three"
        refuse(ErrorCode.SEMANTIC_QUERY_INVALID, message, "query", *path)
    if groups:
        inner = given.all_of or given.any_of
        return {groups[0]: [_filter(one, *path, groups[0]) for one in inner]}
    written: dict[str, Any] = {"member": given.member, "operator": given.operator.value}
    if given.values is not None:
        written["values"] = given.values
    return written


def answered(found: Mapping[str, Any]) -> Answered:
    """Read Cube's answer in its compact form."""
    annotation = found["annotation"]
    about = {
        key: {**one, "kind": kind}
        for part, kind in _KINDS
        for key, one in annotation.get(part, {}).items()
    }
    keys = found["data"]["members"]
    # Cube shows a time by its granularity once more under the name of the dimension alone.
    grouped = {key.rpartition(".")[0] for key in keys if key.count(".") > 1}
    shown = [place for place, key in enumerate(keys) if key not in grouped]
    return Answered(
        columns=tuple({"member": keys[place], **about.get(keys[place], {})} for place in shown),
        rows=tuple([row[place] for place in shown] for row in found["data"]["dataset"]),
        total_count=found.get("total"),
        refreshed_at=found.get("lastRefreshTime"),
        rollups=tuple(found.get("usedPreAggregations", ())),
    )

"""What clients are told about members of cubes and views, in the words of Cube's /meta.

What a view shows is visible there, whatever its cube says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic.rest.display import describe_format, dimension_format, measure_format
from semantic.rest.titles import title_of
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import CALCULATED, Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.spec.cubes import ViewMember
    from semantic.spec.dimensions import Granularity
    from semantic.spec.fragments import Reference
    from semantic.spec.model import Found, Model


def without_nothing(given: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what has no value, as JSON of Cube does."""
    return {key: value for key, value in given.items() if value is not None}


def member_type(member: Measure | Dimension) -> str:
    """Return the type that clients see: of an aggregate it is number, of a switch string."""
    if isinstance(member, Measure):
        return member.type.value if member.type in CALCULATED else "number"
    return "string" if member.type is DimensionType.SWITCH else member.type.value


def write_measure(found: Found, cube_title: str, model: Model, *, is_open: bool) -> dict[str, Any]:
    """Write a measure."""
    measure, shown = found.member, found.shown
    assert isinstance(measure, Measure)  # noqa: S101 - callers look it up among measures
    own = _own_name(found)
    kind = member_type(measure)
    form = measure_format(_said(shown, "format") or measure.format)
    currency = measure.currency.upper() if measure.currency else None
    is_cumulative = measure.is_cumulative or measure.rolling_window is not None
    grouped = drill_members(found, measure, model)
    is_visible = is_open and (shown is not None or measure.is_public)
    return without_nothing(
        {
            "name": found.name,
            **_titles(cube_title, _said(shown, "title") or measure.title, own),
            "description": _said(shown, "description") or measure.description,
            "format": form,
            "formatDescription": describe_format(form, kind, is_measure=True, currency=currency),
            "currency": currency,
            "cumulativeTotal": is_cumulative,
            "cumulative": is_cumulative,
            "type": kind,
            "aggType": measure.type.value,
            "drillMembers": [*(one for one, _ in grouped)],
            "drillMembersGrouped": {
                "measures": [one for one, is_measure in grouped if is_measure],
                "dimensions": [one for one, is_measure in grouped if not is_measure],
            },
            "aliasMember": _alias(found),
            "meta": _said(shown, "meta") or measure.meta,
            "isVisible": is_visible,
            "public": is_visible,
        }
    )


def drill_members(found: Found, measure: Measure, model: Model) -> list[tuple[str, bool]]:
    """Name the members that a measure drills to, each with whether it is a measure.

    A measure of a view drills to those that the view has, by the names that it gives them.
    """
    named = []
    view = model.views.get(found.place_name)
    for reference in measure.drill_members:
        cube, own = _target(found.cube, reference)
        if view is not None:
            shown = next(
                (one for one in view.members.values() if (one.cube, one.member) == (cube, own)),
                None,
            )
            if shown is None:
                continue
            name = f"{view.name}.{shown.name}"
        else:
            name = f"{cube}.{own}"
        named.append((name, isinstance(getattr(model.find(name), "member", None), Measure)))
    return named


def _target(cube: str, reference: Reference) -> tuple[str, str]:
    """Resolve a reference of a cube to a member, over any path, to its cube and name."""
    *path, own = reference.path
    place = path[-1] if path else cube
    return (cube if place == "CUBE" else place), own


def write_dimension(found: Found, cube_title: str, *, is_open: bool) -> dict[str, Any]:
    """Write a dimension."""
    dimension, shown = found.member, found.shown
    assert isinstance(dimension, Dimension)  # noqa: S101 - callers look it up among dimensions
    own = _own_name(found)
    kind = member_type(dimension)
    form = dimension_format(_said(shown, "format") or dimension.format, kind)
    currency = dimension.currency.upper() if dimension.currency else None
    is_visible = is_open and (shown is not None or dimension.is_public)
    return without_nothing(
        {
            "name": found.name,
            **_titles(cube_title, _said(shown, "title") or dimension.title, own),
            "type": kind,
            "description": _said(shown, "description") or dimension.description,
            "suggestFilterValues": dimension.suggests_values,
            "format": form,
            "formatDescription": describe_format(form, kind, is_measure=False, currency=currency),
            "currency": currency,
            "meta": _said(shown, "meta") or dimension.meta,
            "isVisible": is_visible,
            "public": is_visible,
            "primaryKey": dimension.is_primary_key and shown is None,
            "aliasMember": _alias(found),
            "granularities": [write_granularity(one) for one in dimension.granularities] or None,
            "order": dimension.order,
            "key": _key(found, dimension),
            "links": [dict(one) for one in dimension.links] or None,
        }
    )


def _key(found: Found, dimension: Dimension) -> str | None:
    """Name the dimension that stands for this one in filters."""
    if dimension.key is None or found.shown is not None:
        return None
    return ".".join(_target(found.cube, dimension.key.references[0]))


def write_granularity(one: Granularity) -> dict[str, Any]:
    """Write a granularity that a dimension defines itself."""
    return without_nothing(
        {
            "name": one.name,
            "title": one.title or title_of(one.name),
            "interval": one.interval,
            "offset": one.offset,
            "origin": one.origin,
        }
    )


def write_segment(found: Found, cube_title: str, *, is_open: bool) -> dict[str, Any]:
    """Write a segment."""
    segment, shown = found.member, found.shown
    assert isinstance(segment, Segment)  # noqa: S101 - callers look it up among segments
    is_visible = is_open and (shown is not None or segment.is_public)
    return without_nothing(
        {
            "name": found.name,
            **_titles(cube_title, _said(shown, "title") or segment.title, _own_name(found)),
            "description": _said(shown, "description") or segment.description,
            "meta": _said(shown, "meta") or segment.meta,
            "isVisible": is_visible,
            "public": is_visible,
        }
    )


def _titles(cube_title: str, given: str | None, own: str) -> dict[str, str]:
    short = given or title_of(own)
    return {"title": f"{cube_title} {short}", "shortTitle": short}


def _own_name(found: Found) -> str:
    return found.name.partition(".")[2]


def _alias(found: Found) -> str | None:
    """Name the member of a cube that a member of a view shows."""
    return None if found.shown is None else f"{found.cube}.{found.shown.member}"


def _said(shown: ViewMember | None, what: str) -> Any:  # noqa: ANN401 - texts, formats and meta
    """Return what a view says differently about a member."""
    return None if shown is None else getattr(shown, what)

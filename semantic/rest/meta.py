"""The description of a model that clients choose members from: Cube's /meta, for one caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic.rest.members import (
    without_nothing,
    write_dimension,
    write_measure,
    write_segment,
)
from semantic.rest.titles import title_of
from semantic.spec.cubes import Cube, Folder, Segment, View
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from semantic.spec.cubes import ViewGroup
    from semantic.spec.fragments import Reference
    from semantic.spec.model import Found, Model

MEMBERS = ("measures", "dimensions", "segments")


def describe_model(model: Model) -> dict[str, dict[str, Any]]:
    """Describe every cube and view with all of their members, by name; cubes first."""
    components = number_components(model)
    described = {cube.name: _describe_cube(cube, model, components) for cube in _cubes(model)}
    return described | {view.name: _describe_view(view, model) for view in _views(model)}


def _cubes(model: Model) -> Iterable[Cube]:
    return model.cubes.values()


def _views(model: Model) -> Iterable[View]:
    return model.views.values()


def show_to(
    described: Mapping[str, dict[str, Any]], is_visible: Callable[[str], bool]
) -> list[dict[str, Any]]:
    """Leave out what a caller may not see, and cubes of which nothing is left."""
    shown = []
    for place in described.values():
        left = {
            kind: [one for one in place[kind] if one["isVisible"] and is_visible(one["name"])]
            for kind in MEMBERS
        }
        if any(left.values()):
            names = {one["name"] for members in left.values() for one in members}
            shown.append(place | left | _grouped(place, names))
    return shown


def _grouped(place: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Leave out of hierarchies and folders what is not visible."""
    hierarchies = [
        one | {"levels": [level for level in one["levels"] if level in names]}
        for one in place["hierarchies"]
        if one["public"]
    ]
    folders = [
        one | {"members": [member for member in one["members"] if member in names]}
        for one in place["folders"]
    ]
    return {
        "hierarchies": [one for one in hierarchies if one["levels"]],
        "folders": folders,
        "nestedFolders": [_nested(one, names) for one in place["nestedFolders"]],
    }


def _nested(folder: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    members = [
        _nested(one, names) if isinstance(one, dict) else one
        for one in folder["members"]
        if isinstance(one, dict) or one in names
    ]
    return {"name": folder["name"], "members": members}


def number_components(model: Model) -> dict[str, int]:
    """Number the groups of cubes that joins connect; cubes without joins have no number."""
    near: dict[str, list[str]] = {}
    for cube in model.cubes.values():
        for join in cube.joins:
            near.setdefault(cube.name, []).append(join.target)
            near.setdefault(join.target, []).append(cube.name)
    numbers: dict[str, int] = {}
    starts = [cube.name for cube in model.cubes.values() if cube.joins]
    for number, start in enumerate(starts, 1):
        waiting = [start]
        while waiting:
            name = waiting.pop()
            if name not in numbers:
                numbers[name] = number
                waiting += near[name]
    return numbers


def _describe_cube(cube: Cube, model: Model, components: Mapping[str, int]) -> dict[str, Any]:
    names = [*cube.measures, *cube.dimensions, *cube.segments]
    return without_nothing(
        {
            **_head(cube, "cube"),
            "connectedComponent": components.get(cube.name),
            "meta": cube.meta,
            **_members(cube, names, model),
            "hierarchies": [
                without_nothing(
                    {
                        "name": f"{cube.name}.{one.name}",
                        "title": one.title,
                        "levels": [_level(cube.name, level) for level in one.levels],
                        "public": one.is_public,
                    }
                )
                for one in cube.hierarchies.values()
            ],
            "folders": [],
            "nestedFolders": [],
        }
    )


def _describe_view(view: View, model: Model) -> dict[str, Any]:
    groups = list(dict.fromkeys((*view.groups, *_groups_of(view.name, model.groups))))
    return without_nothing(
        {
            **_head(view, "view"),
            "viewGroups": groups or None,
            "meta": view.meta,
            **_members(view, list(view.members), model),
            "hierarchies": [
                without_nothing(
                    {
                        "name": f"{view.name}.{one.name}",
                        "title": one.title,
                        "levels": [f"{view.name}.{level.path[-1]}" for level in one.levels],
                        "public": one.is_public,
                    }
                )
                for one in view.hierarchies.values()
            ],
            "folders": [
                {"name": one.name, "members": list(dict.fromkeys(_flat(view.name, one)))}
                for one in view.folders
            ],
            "nestedFolders": [_folder(view.name, one) for one in view.folders],
        }
    )


def _head(place: Cube | View, kind: str) -> dict[str, Any]:
    return {
        "name": place.name,
        "type": kind,
        "title": place.title or title_of(place.name),
        "isVisible": place.is_public,
        "public": place.is_public,
        "description": place.description,
    }


def _members(place: Cube | View, names: Iterable[str], model: Model) -> dict[str, Any]:
    """Describe the members of a cube or view, by their kind."""
    title = place.title or title_of(place.name)
    found = [model.find(f"{place.name}.{name}") for name in names]
    present = [one for one in found if one is not None]
    is_open = place.is_public
    return {
        "measures": [
            write_measure(one, title, model, is_open=is_open) for one in _of(Measure, present)
        ],
        "dimensions": [
            write_dimension(one, title, is_open=is_open) for one in _of(Dimension, present)
        ],
        "segments": [write_segment(one, title, is_open=is_open) for one in _of(Segment, present)],
    }


def _of(kind: type, found: Iterable[Found]) -> list[Found]:
    return [one for one in found if isinstance(one.member, kind)]


def _level(cube: str, level: Reference) -> str:
    *path, own = level.path
    place = path[-1] if path else cube
    return f"{cube if place == 'CUBE' else place}.{own}"


def _flat(view: str, folder: Folder) -> Iterable[str]:
    for one in folder.includes:
        if isinstance(one, Folder):
            yield from _flat(view, one)
        else:
            yield f"{view}.{one}"


def _folder(view: str, folder: Folder) -> dict[str, Any]:
    members = [
        _folder(view, one) if isinstance(one, Folder) else f"{view}.{one}"
        for one in folder.includes
    ]
    return {"name": folder.name, "members": members}


def _groups_of(view: str, groups: Iterable[ViewGroup]) -> Iterable[str]:
    """Name the groups that show a view, at any depth."""
    for group in groups:
        if view in group.includes:
            yield group.name
        yield from _groups_of(view, [one for one in group.includes if not isinstance(one, str)])


def describe_groups(groups: Iterable[ViewGroup], views: set[str]) -> list[dict[str, Any]]:
    """Describe the groups of views of which something is visible."""
    described = [_describe_group(one, views) for one in groups]
    return [one for one in described if one is not None]


def _describe_group(group: ViewGroup, views: set[str]) -> dict[str, Any] | None:
    includes: list[Any] = []
    for one in group.includes:
        if isinstance(one, str):
            includes += [one] if one in views else []
        else:
            inner = _describe_group(one, views)
            includes += [] if inner is None else [inner]
    if not includes:
        return None
    return without_nothing(
        {
            "name": group.name,
            "title": group.title,
            "description": group.description,
            "views": [one for one in includes if isinstance(one, str)],
            "includes": includes,
        }
    )

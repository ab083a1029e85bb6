"""View groups as files declare them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.load.entries import Entry, Faults, suggest
from semantic.load.nodes import MapNode, ScalarNode
from semantic.spec.cubes import ViewGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.spec.cubes import View


def read_groups(
    nodes: Mapping[str, MapNode], views: Mapping[str, View], faults: Faults
) -> tuple[ViewGroup, ...]:
    """Read the view groups, with the views that put themselves into one."""
    names = set(nodes)
    groups = {
        name: _group(Entry(node, f"view_groups.{name}", faults), views, names, is_nested=False)
        for name, node in nodes.items()
    }
    for view in views.values():
        for name in view.groups:
            if name not in groups:
                hint = suggest(name, list(groups))
                message = f"there is no view group '{name}'"
                faults.add(view.place, f"views.{view.name}.view_groups", message, hint)
            elif view.name not in groups[name].includes:
                includes = (*groups[name].includes, view.name)
                groups[name] = replace(groups[name], includes=includes)
    return tuple(groups.values())


def _group(
    entry: Entry, views: Mapping[str, View], names: set[str], *, is_nested: bool
) -> ViewGroup:
    """Read a group; those within it have names of their own among all groups."""
    name = entry.text("name", is_required=True) or ""
    if is_nested:
        if name in names:
            entry.fault(f"there is a view group '{name}' already", "rename one of them")
        names.add(name)
    key = "views" if entry.has("views") and not is_nested else "includes"
    if not is_nested and entry.has("views") and entry.has("includes"):
        entry.fault("'views' and 'includes' are one thing, given twice", "keep 'includes'")
        entry.node_of("includes")
    includes: list[str | ViewGroup] = []
    for item in entry.items(key):
        if isinstance(item, MapNode):
            inner = Entry(item, f"{entry.about}.{key}", entry.faults)
            includes.append(_group(inner, views, names, is_nested=True))
        elif isinstance(item, ScalarNode) and item.text in views:
            includes.append(item.text)
        else:
            text = item.text if isinstance(item, ScalarNode) else "this"
            hint = suggest(text, list(views))
            message = f"there is no view '{text}'"
            entry.faults.add(item.place, f"{entry.about}.{key}", message, hint)
    group = ViewGroup(
        name, tuple(includes), entry.place, entry.text("title"), entry.text("description")
    )
    entry.finish()
    return group

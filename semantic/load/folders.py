"""Folders of views: members that are shown together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.load.entries import Entry, suggest
from semantic.load.nodes import MapNode, ScalarNode
from semantic.spec.cubes import Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.load.nodes import Node
    from semantic.spec.cubes import ViewMember


def read_folders(owner: Entry, members: Mapping[str, ViewMember]) -> tuple[Folder, ...]:
    """Read the folders of a view; `join_path` and `*` become the names that they stand for."""
    folders: dict[str, Folder] = {}
    for entry in owner.entries("folders"):
        folder = _folder(entry, members)
        if folder.name in folders:
            entry.fault(f"there is a folder '{folder.name}' already", "rename one of them")
        folders[folder.name] = folder
    return tuple(folders.values())


def _folder(entry: Entry, members: Mapping[str, ViewMember]) -> Folder:
    name = entry.text("name", is_required=True) or ""
    includes: list[str | Folder] = []
    if entry.is_scalar("includes"):
        if entry.text("includes") != "*":
            entry.fault("has to be '*' or a list", "put it in brackets", "includes")
        includes = list(members)
    else:
        for item in entry.items("includes"):
            includes.extend(_included(entry, item, members))
    if not includes and not entry.has("includes"):
        entry.fault("'includes' is missing", "name members of the view")
    entry.finish()
    return Folder(name, tuple(includes))


def _included(entry: Entry, item: Node, members: Mapping[str, ViewMember]) -> list[str | Folder]:
    """Read a member, all members of a cube, or a folder in a folder."""
    if isinstance(item, MapNode):
        inner = Entry(item, f"{entry.about}.includes", entry.faults)
        if not inner.has("join_path"):
            return [_folder(inner, members)]
        path = inner.reference("join_path")
        inner.finish()
        found = [one.name for one in members.values() if path is not None and one.path == path.path]
        if not found and path is not None:
            message = f"the view shows nothing over '{'.'.join(path.path)}'"
            paths = list(dict.fromkeys(".".join(one.path) for one in members.values()))
            inner.fault(message, suggest(".".join(path.path), paths), "join_path")
        return [*found]
    if isinstance(item, ScalarNode) and item.text in members:
        return [item.text]
    name = item.text if isinstance(item, ScalarNode) else "this"
    message = f"'{name}' is not a member of the view"
    hint = suggest(name, list(members))
    entry.faults.add(item.place, f"{entry.about}.includes", message, hint)
    return []

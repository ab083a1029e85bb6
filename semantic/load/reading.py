"""Files of models read together: what they declare, and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from semantic.load.cubes import read_cube
from semantic.load.entries import Faults, suggest
from semantic.load.extending import name_of, resolve_extends
from semantic.load.groups import read_groups
from semantic.load.nodes import ListNode, MapNode, Node, ScalarNode, parse_document
from semantic.load.views import read_views
from semantic.spec.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.load.files import ModelFile
    from semantic.spec.cubes import View

_KINDS = ("cubes", "views", "view_groups")


@dataclass(frozen=True, slots=True)
class _Declared:
    """Declarations by kind and name."""

    cubes: dict[str, MapNode]
    views: dict[str, MapNode]
    view_groups: dict[str, MapNode]


def read_files(files: Iterable[ModelFile], faults: Faults) -> Model:
    """Read models; with faults the result holds what could be read, and is not to be used."""
    declared = _Declared({}, {}, {})
    digest = sha256()
    for file in files:
        digest.update(f"{file.name}\n{len(file.text)}\n{file.text}".encode())
        root, found = parse_document(file.name, file.text)
        faults.extend(found)
        if root is not None:
            _declare(root, declared, faults)
    cubes = {
        name: read_cube(node, name, faults)
        for name, node in resolve_extends(declared.cubes, "cubes", faults).items()
    }
    views: dict[str, View] = {}
    for name, node in resolve_extends(declared.views, "views", faults).items():
        for view in read_views(node, name, cubes, faults):
            if view.name != name and view.name in {*cubes, *views, *declared.views}:
                hint = "give the entry that is split off an alias"
                message = f"'{view.name}' is the name of another cube or view"
                faults.add(view.place, f"views.{name}.cubes", message, hint)
            views[view.name] = view
    groups = read_groups(declared.view_groups, views, faults)
    return Model(cubes, views, groups, digest.hexdigest()[:16])


def _declare(root: Node, declared: _Declared, faults: Faults) -> None:
    """Take down what a file declares; only three keys stand at its top."""
    if not isinstance(root, MapNode):
        hint = "begin it with 'cubes:' or 'views:'"
        faults.add(root.place, "file", "has to be a mapping of keys and values", hint)
        return
    for key, (place, value) in root.pairs.items():
        if key not in _KINDS:
            hint = suggest(key, list(_KINDS))
            faults.add(place, "file", f"'{key}' is not a key of a file of models", hint)
        elif isinstance(value, ListNode):
            for item in value.items:
                _declare_one(key, item, declared, faults)
        elif not isinstance(value, ScalarNode) or value.value is not None:
            faults.add(place, key, "has to be a list", "begin each with '- name: …'")


def _declare_one(kind: str, item: Node, declared: _Declared, faults: Faults) -> None:
    """Take down a declaration; cubes and views share their names."""
    name = name_of(item) if isinstance(item, MapNode) else ""
    if not isinstance(item, MapNode) or not name:
        faults.add(item.place, kind, "has no name", "begin it with '- name: …'")
        return
    others = (declared.view_groups,) if kind == "view_groups" else (declared.cubes, declared.views)
    for other in others:
        if name in other:
            message = f"'{name}' is declared already, in {other[name].place}"
            hint = "rename one of them, or extend the other under a name of its own"
            faults.add(item.place, f"{kind}.{name}", message, hint)
            return
    getattr(declared, kind)[name] = item

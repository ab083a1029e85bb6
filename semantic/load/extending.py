"""`extends`: a cube or view that has what another has, and more, or differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.load.entries import snake, suggest
from semantic.load.nodes import ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.load.entries import Faults

_BY_NAME = frozenset(
    {"measures", "dimensions", "segments", "hierarchies", "pre_aggregations", "joins"}
)
_ADDED = frozenset({"access_policy", "folders", "cubes"})
_INSTEAD = {"sql": "sql_table", "sql_table": "sql"}


def name_of(node: MapNode) -> str:
    """Return what a mapping calls itself, empty where it does not."""
    _, value = node.pairs.get("name", (node.place, None))
    return value.text if isinstance(value, ScalarNode) else ""


def resolve_extends(
    definitions: Mapping[str, MapNode], kind: str, faults: Faults
) -> dict[str, MapNode]:
    """Complete each definition by what it extends, over as many steps as it takes."""
    resolved: dict[str, MapNode] = {}

    def resolve(name: str, chain: tuple[str, ...]) -> MapNode:
        if name not in resolved:
            own = _snake_keys(definitions[name])
            parent = _parent(own, name, chain)
            resolved[name] = own if parent is None else _merge(resolve(parent, (*chain, name)), own)
        return resolved[name]

    def _parent(own: MapNode, name: str, chain: tuple[str, ...]) -> str | None:
        place, value = own.pairs.get("extends", (own.place, None))
        if not isinstance(value, ScalarNode) or value.value is None:
            return None
        parent = value.text.strip().removeprefix("{").removesuffix("}").strip()
        about = f"{kind}.{name}.extends"
        if parent not in definitions:
            hint = suggest(parent, list(definitions))
            faults.add(place, about, f"'{parent}' is not declared", hint)
            return None
        if parent == name or parent in chain:
            faults.add(place, about, f"'{name}' extends itself, over '{parent}'", "remove one step")
            return None
        return parent

    for name in definitions:
        resolve(name, ())
    return resolved


def _snake_keys(node: MapNode) -> MapNode:
    """Write the keys of a definition in snake case; one given twice is found when it is read."""
    if all(snake(key) == key or snake(key) in node.pairs for key in node.pairs):
        return node
    return MapNode(
        node.place,
        {
            (key if snake(key) in node.pairs else snake(key)): pair
            for key, pair in node.pairs.items()
        },
    )


def _merge(parent: MapNode, own: MapNode) -> MapNode:
    """Put a definition over the one that it extends."""
    pairs = dict(parent.pairs)
    for key, (place, value) in own.pairs.items():
        _, inherited = parent.pairs.get(key, (place, None))
        merged = value
        if isinstance(inherited, ListNode) and isinstance(value, ListNode):
            if key in _BY_NAME:
                merged = _merge_by_name(inherited, value)
            elif key in _ADDED:
                merged = ListNode(value.place, (*inherited.items, *value.items))
        pairs[key] = (place, merged)
    for key, other in _INSTEAD.items():
        if key in own.pairs and other not in own.pairs:
            pairs.pop(other, None)
    return MapNode(own.place, pairs)


def _merge_by_name(inherited: ListNode, own: ListNode) -> ListNode:
    """Replace inherited members by own ones of the same name, and add the others."""
    mine = {name_of(item): item for item in own.items if isinstance(item, MapNode)}
    kept: list[Node] = [
        item
        for item in inherited.items
        if not isinstance(item, MapNode) or name_of(item) not in mine
    ]
    return ListNode(own.place, (*kept, *own.items))

"""Cubes as files declare them, after `extends` was resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from semantic.load.dimensions import read_dimension
from semantic.load.entries import Entry, Faults
from semantic.load.measures import read_measure
from semantic.load.policies import read_policies
from semantic.load.rollups import read_refresh_key, read_rollup
from semantic.spec.cubes import Cube, Hierarchy, Join, Relationship, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from semantic.load.nodes import MapNode
    from semantic.spec.places import Place

Part = TypeVar("Part")


class _Placed(Protocol):
    """What says where it stands."""

    @property
    def place(self) -> Place: ...


_RELATIONSHIPS = {
    **{kind.value: kind.value for kind in Relationship},
    "has_one": "one_to_one",
    "has_many": "one_to_many",
    "belongs_to": "many_to_one",
}


def read_cube(node: MapNode, name: str, faults: Faults) -> Cube:
    """Read a cube."""
    entry = Entry(node, f"cubes.{name}", faults)
    entry.name()
    entry.text("extends")
    source = entry.text("data_source")
    if source not in (None, "default"):
        message = f"'data_source' other than default is not executed: '{source}'"
        entry.fault(message, "remove it; the store of facts is the only source", "data_source")
    cube = Cube(
        name=name,
        place=entry.place,
        sql=entry.sql("sql"),
        sql_table=entry.sql("sql_table"),
        title=entry.text("title"),
        description=entry.text("description"),
        is_public=entry.is_shown(),
        is_calendar=entry.flag("calendar"),
        meta=entry.meta(),
        refresh_key=read_refresh_key(entry),
        joins=tuple(_joins(entry)),
        measures=_parts(entry, "measures", read_measure),
        dimensions=_parts(entry, "dimensions", read_dimension),
        segments=_parts(entry, "segments", _segment),
        hierarchies=_parts(entry, "hierarchies", read_hierarchy),
        pre_aggregations=_parts(entry, "pre_aggregations", read_rollup),
        access_policies=read_policies(entry, name),
    )
    if (cube.sql is None) == (cube.sql_table is None):
        entry.fault("has to have either 'sql' or 'sql_table'", "give one of them")
    entry.refuse("sql_alias", "names within SQL are the engine's")
    entry.refuse_true("rewrite_queries", "queries are answered as they are asked")
    entry.finish()
    _refuse_shared_names(cube, faults)
    return cube


def _parts(owner: Entry, key: str, read: Callable[[Entry, str], Part]) -> dict[str, Part]:
    """Read named parts of a cube; a name given twice is refused."""
    found: dict[str, Part] = {}
    for entry in owner.entries(key):
        name = entry.name()
        if name is None:
            continue
        if name in found:
            entry.fault(f"'{name}' is declared twice in {key}", "rename one of them")
        found[name] = read(entry, name)
    return found


def _refuse_shared_names(cube: Cube, faults: Faults) -> None:
    """Refuse a name that two members of different kinds have."""
    seen: dict[str, str] = {}
    kinds: dict[str, Mapping[str, _Placed]] = {
        "dimension": cube.dimensions,
        "measure": cube.measures,
        "segment": cube.segments,
        "hierarchy": cube.hierarchies,
        "pre-aggregation": cube.pre_aggregations,
    }
    for kind, parts in kinds.items():
        for name, part in parts.items():
            if name in seen:
                about = f"cubes.{cube.name}.{name}"
                message = f"'{name}' is a {seen[name]} of this cube already"
                faults.add(part.place, about, message, "rename one of them")
            seen.setdefault(name, kind)


def _joins(owner: Entry) -> list[Join]:
    """Read the joins; two to one cube are refused."""
    found: dict[str, Join] = {}
    for entry in owner.entries("joins"):
        target = entry.name()
        kind = entry.choice("relationship", _RELATIONSHIPS, default="many_to_one", is_required=True)
        sql = entry.sql("sql", is_required=True)
        entry.finish()
        if target is None:
            continue
        if target in found:
            hint = f"keep one, or join a cube that extends '{target}'"
            entry.fault(f"there is a join to '{target}' already", hint)
        found[target] = Join(target, Relationship(kind), sql or entry.no_sql(), entry.place)
    return list(found.values())


def _segment(entry: Entry, name: str) -> Segment:
    """Read a segment."""
    segment = Segment(
        name=name,
        sql=entry.column_sql("sql", is_required=True) or entry.no_sql(),
        place=entry.place,
        title=entry.text("title"),
        description=entry.text("description"),
        is_public=entry.is_shown(),
        meta=entry.meta(),
    )
    entry.refuse("aliases", "a member has one name")
    entry.finish()
    return segment


def read_hierarchy(entry: Entry, name: str) -> Hierarchy:
    """Read a hierarchy."""
    levels = entry.references("levels")
    if not levels:
        entry.fault("has no 'levels'", "name dimensions from the coarsest to the finest")
    hierarchy = Hierarchy(
        name, levels, entry.place, entry.text("title"), entry.flag("public", default=True)
    )
    entry.finish()
    return hierarchy

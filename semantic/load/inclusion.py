"""What a view shows of cubes: over which joins, which members, and by which names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.load.entries import Entry, suggest
from semantic.load.formats import dimension_format
from semantic.load.nodes import MapNode, ScalarNode
from semantic.spec.cubes import Hierarchy, ViewMember
from semantic.spec.fragments import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from semantic.spec.cubes import Cube
    from semantic.spec.places import Place

Path = tuple[str, ...]


@dataclass(slots=True)
class Inclusion:
    """What a view shows so far; `split` are views of their own, by the ends of their names."""

    members: dict[str, ViewMember] = field(default_factory=dict)
    hierarchies: dict[str, Hierarchy] = field(default_factory=dict)
    join_paths: list[Path] = field(default_factory=list)
    split: dict[str, Inclusion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Share:
    """One entry of a view's `cubes`: a cube, the way to it, and what is shown of it.

    `split` ends the name of the view of its own in which that is shown, if it is.
    """

    entry: Entry
    path: Path
    cube: Cube
    prefix: str
    shown: tuple[ViewMember, ...]
    excluded: frozenset[str]
    is_everything: bool
    split: str

    def name(self, own: str) -> str:
        """Name a member as the view does."""
        return f"{self.prefix}{own}"


def read_inclusion(owner: Entry, cubes: Mapping[str, Cube]) -> Inclusion:
    """Read the `cubes` of a view."""
    shares = [
        share for entry in owner.entries("cubes") if (share := _share(entry, cubes)) is not None
    ]
    inclusion = Inclusion()
    _check_paths(shares)
    levels = {
        level
        for share in shares
        for hierarchy in _hierarchies(share)
        for level in _levels(share.cube, hierarchy)
    }
    for share in shares:
        place = _place(share, inclusion)
        if share.path not in place.join_paths:
            place.join_paths.append(share.path)
        for member in _members(share, levels):
            _show(share, member, place)
    for share in shares:
        for one in _hierarchies(share):
            _show_hierarchy(share, one, _place(share, inclusion))
    return inclusion


def _place(share: _Share, inclusion: Inclusion) -> Inclusion:
    """Return where an entry is shown: in the view, or in one that is split off."""
    return inclusion.split.setdefault(share.split, Inclusion()) if share.split else inclusion


def _share(entry: Entry, cubes: Mapping[str, Cube]) -> _Share | None:
    """Read one entry; None for a path that leads nowhere."""
    path = entry.reference("join_path", is_required=True)
    alias = entry.text("alias")
    has_prefix = entry.flag("prefix")
    is_split = entry.flag("split")
    is_everything = entry.is_scalar("includes")
    if is_everything and entry.text("includes") != "*":
        entry.fault("has to be '*' or a list", "put it in brackets", "includes")
    if not entry.has("includes"):
        entry.fault("'includes' is missing", 'name members, or write "*" for all')
    excluded = frozenset(entry.texts("excludes"))
    items = () if is_everything else entry.items("includes")
    cube = None if path is None else _follow(entry, path.path, cubes)
    if path is None or cube is None:
        entry.finish()
        return None
    shown = tuple(
        found for item in items if (found := _item(entry, item, path.path, cube)) is not None
    )
    known = [*cube.dimensions, *cube.measures, *cube.segments, *cube.hierarchies]
    for name in sorted(excluded - set(known)):
        message = f"'{name}' is not a member of '{cube.name}'"
        entry.fault(message, suggest(name, known), "excludes")
    entry.finish()
    prefix = f"{alias or cube.name}_" if has_prefix else ""
    split = (alias or cube.name) if is_split else ""
    return _Share(entry, path.path, cube, prefix, shown, excluded, is_everything, split)


def _follow(entry: Entry, path: Path, cubes: Mapping[str, Cube]) -> Cube | None:
    """Go along a path of joins to its last cube."""
    for number, name in enumerate(path):
        if name not in cubes:
            hint = suggest(name, list(cubes))
            entry.fault(f"there is no cube '{name}'", hint, "join_path")
            return None
        targets = [join.target for join in cubes[path[number - 1]].joins] if number else [name]
        if name not in targets:
            message = f"'{path[number - 1]}' declares no join to '{name}'"
            entry.fault(message, suggest(name, targets) or "declare it there", "join_path")
            return None
        if name in path[:number]:
            hint = "join a cube that extends it"
            entry.fault(f"the path comes to '{name}' twice", hint, "join_path")
            return None
    return cubes[path[-1]]


def _item(entry: Entry, item: object, path: Path, cube: Cube) -> ViewMember | None:
    """Read one of the members that are included."""
    about = f"{entry.about}.includes"
    if isinstance(item, MapNode):
        own = Entry(item, about, entry.faults)
        name = own.name() or ""
        shown = ViewMember(
            name=own.text("alias") or name,
            path=path,
            member=name,
            place=own.place,
            title=own.text("title"),
            description=own.text("description"),
            format=dimension_format(own, ""),
            meta=own.meta(),
        )
        if own.has("alias"):
            own.name("alias")
        own.finish()
    elif isinstance(item, ScalarNode):
        shown = ViewMember(item.text, path, item.text, item.place)
    else:
        entry.fault("has to be a list of members", "name each on a line of its own", "includes")
        return None
    known = [*cube.dimensions, *cube.measures, *cube.segments, *cube.hierarchies]
    if shown.member not in known:
        message = f"'{shown.member}' is not a member of '{cube.name}'"
        entry.faults.add(shown.place, about, message, suggest(shown.member, known))
        return None
    return shown


def _check_paths(shares: list[_Share]) -> None:
    """Refuse two ways from one root to one cube."""
    ways: dict[tuple[str, str], Path] = {}
    for share in shares:
        for length in range(1, len(share.path) + 1):
            way = share.path[:length]
            first = ways.setdefault((way[0], way[-1]), way)
            if first != way:
                share.entry.fault(
                    f"'{way[-1]}' is reached over '{'.'.join(first)}' already",
                    f"join a cube that extends '{way[-1]}' instead",
                    "join_path",
                )


def _members(share: _Share, levels: set[tuple[str, str]]) -> Iterable[ViewMember]:
    """List the members that an entry shows, with the levels of hierarchies that are shown."""
    cube = share.cube
    own = (*cube.dimensions, *cube.measures, *cube.segments)
    place = share.entry.place_of("includes")
    if share.is_everything:
        listed = [ViewMember(name, share.path, name, place) for name in own]
    else:
        listed = [one for one in share.shown if one.member in own]
        given = {one.member for one in listed}
        listed += [
            ViewMember(name, share.path, name, place)
            for name in cube.dimensions
            if (cube.name, name) in levels and name not in given
        ]
    return [one for one in listed if one.member not in share.excluded]


def _show(share: _Share, member: ViewMember, inclusion: Inclusion) -> None:
    """Show a member by its name in the view; two by one name are refused."""
    shown = ViewMember(
        share.name(member.name),
        member.path,
        member.member,
        member.place,
        member.title,
        member.description,
        member.format,
        member.meta,
    )
    other = inclusion.members.get(shown.name)
    if other is not None and (other.path, other.member) != (shown.path, shown.member):
        _refuse_name(share, shown.name, f"{'.'.join(other.path)}.{other.member}", member.place)
    inclusion.members.setdefault(shown.name, shown)


def _refuse_name(share: _Share, name: str, other: str, place: Place) -> None:
    share.entry.faults.add(
        place,
        f"{share.entry.about}.includes",
        f"'{name}' is the name of '{other}' in this view already",
        "give one of them an alias, exclude it, or add 'prefix: true'",
    )


def _hierarchies(share: _Share) -> list[ViewMember]:
    """List the hierarchies that an entry shows."""
    named = share.cube.hierarchies
    if share.is_everything:
        place = share.entry.place_of("includes")
        listed = [ViewMember(name, share.path, name, place) for name in named]
    else:
        listed = [one for one in share.shown if one.member in named]
    return [one for one in listed if one.member not in share.excluded]


def _levels(cube: Cube, hierarchy: ViewMember) -> list[tuple[str, str]]:
    """List the levels of a hierarchy as cubes and dimensions."""
    return [
        level_of(cube.name, reference) for reference in cube.hierarchies[hierarchy.member].levels
    ]


def level_of(cube: str, reference: Reference) -> tuple[str, str]:
    """Return the cube and the name of a dimension that is a level."""
    *before, name = reference.path
    return (cube if not before or before[-1] == "CUBE" else before[-1], name)


def _show_hierarchy(share: _Share, hierarchy: ViewMember, inclusion: Inclusion) -> None:
    """Show a hierarchy with those of its levels that the view shows, if there are any."""
    declared = share.cube.hierarchies[hierarchy.member]
    names = {(one.cube, one.member): one.name for one in inclusion.members.values()}
    levels = tuple(
        Reference((names[level],)) for level in _levels(share.cube, hierarchy) if level in names
    )
    name = share.name(hierarchy.name)
    if name in inclusion.members or name in inclusion.hierarchies:
        _refuse_name(share, name, "another member", hierarchy.place)
    elif levels:
        title = hierarchy.title or declared.title
        inclusion.hierarchies[name] = Hierarchy(
            name, levels, hierarchy.place, title, declared.is_public
        )

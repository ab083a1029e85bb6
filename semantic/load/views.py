"""Views as files declare them, with what they show of cubes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.load.entries import Entry, Faults, suggest
from semantic.load.filters import read_default_filters
from semantic.load.folders import read_folders
from semantic.load.inclusion import read_inclusion
from semantic.load.policies import read_policies
from semantic.spec.cubes import View
from semantic.spec.filters import DefaultFilter, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.policies import MemberSelection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from semantic.load.nodes import MapNode
    from semantic.spec.cubes import Cube, ViewMember
    from semantic.spec.places import Place
    from semantic.spec.policies import AccessPolicy

_OF_CUBES = (
    *("sql", "sql_table", "sql_alias", "joins", "measures", "dimensions", "segments"),
    *("hierarchies", "pre_aggregations", "refresh_key", "data_source", "rewrite_queries"),
)


def read_views(
    node: MapNode, name: str, cubes: Mapping[str, Cube], faults: Faults
) -> Iterable[View]:
    """Read a view, and those that are split off it, which have its policies."""
    entry = Entry(node, f"views.{name}", faults)
    entry.name()
    entry.text("extends")
    inclusion = read_inclusion(entry, cubes)
    if not entry.has("cubes"):
        entry.fault("'cubes' is missing", "add 'cubes:' with a join_path and what it includes")
    for key in _OF_CUBES:
        hint = "declare it in a cube, and include that"
        entry.refuse(key, "a view only shows what cubes declare", hint)
    view = View(
        name=name,
        place=entry.place,
        members=inclusion.members,
        join_paths=tuple(inclusion.join_paths),
        title=entry.text("title"),
        description=entry.text("description"),
        is_public=entry.is_shown(),
        meta=entry.meta(),
        folders=read_folders(entry, inclusion.members),
        default_filters=tuple(_default_filters(entry, name, inclusion.members)),
        hierarchies=inclusion.hierarchies,
        access_policies=read_policies(entry, name),
        groups=_groups(entry),
    )
    entry.finish()
    yield view
    for ending, part in inclusion.split.items():
        shown = {(one.cube, one.member): one.name for one in part.members.values()}
        yield replace(
            view,
            name=f"{name}_{ending}",
            members=part.members,
            join_paths=tuple(part.join_paths),
            title=None,
            description=None,
            folders=(),
            default_filters=tuple(_shared(view, shown)),
            hierarchies=part.hierarchies,
            access_policies=_narrowed(view.access_policies, frozenset(part.members)),
        )


def _shared(view: View, shown: Mapping[tuple[str, str], str]) -> Iterable[DefaultFilter]:
    """List the default filters of a view that hold in another, which shows some of its members."""
    for one in view.default_filters:
        member = _named(view, one.filter.member, shown)
        if member is not None:
            unless = (_named(view, reference, shown) for reference in one.unless)
            kept = tuple(reference for reference in unless if reference is not None)
            yield DefaultFilter(replace(one.filter, member=member), kept)


def _named(
    view: View, reference: Reference, shown: Mapping[tuple[str, str], str]
) -> Reference | None:
    own = view.members.get(reference.path[0])
    name = None if own is None else shown.get((own.cube, own.member))
    return None if name is None else Reference((name,))


def _narrowed(
    policies: tuple[AccessPolicy, ...] | None, names: frozenset[str]
) -> tuple[AccessPolicy, ...] | None:
    """Say of policies what concerns some members; what lists none of them grants nothing."""
    if policies is None:
        return None
    return tuple(
        replace(one, members=_selected(one.members, names), masked=_selected(one.masked, names))
        for one in policies
    )


def _selected(selection: MemberSelection | None, names: frozenset[str]) -> MemberSelection | None:
    if selection is None:
        return None
    return MemberSelection(
        None if selection.includes is None else selection.includes & names,
        None if selection.excludes is None else selection.excludes & names,
    )


def _groups(entry: Entry) -> tuple[str, ...]:
    """Read the view groups that a view puts itself into."""
    one = entry.text("view_group")
    return tuple(dict.fromkeys((*([one] if one else []), *entry.texts("view_groups"))))


def _default_filters(
    entry: Entry, name: str, members: Mapping[str, ViewMember]
) -> Iterable[DefaultFilter]:
    """Read the default filters; members are named as the view does, without the view."""
    for one in read_default_filters(entry):
        place = one.filter.place
        own = one.filter
        member = _find(entry, name, own.member, members, place)
        unless = [_find(entry, name, reference, members, place) for reference in one.unless]
        yield DefaultFilter(MemberFilter(member, own.operator, own.values, place), tuple(unless))


def _find(
    entry: Entry, view: str, reference: Reference, members: Mapping[str, ViewMember], place: Place
) -> Reference:
    """Find a member by its name in the view, or by its name in its cube."""
    first, *others = reference.path
    own = others[0] if first in (view, "CUBE") and len(others) == 1 else first
    if own in members and len(others) == (first != own):
        return Reference((own,))
    shown = [one.name for one in members.values() if (one.cube, one.member) == reference.path]
    if shown:
        return Reference((shown[0],))
    text = ".".join(reference.path)
    if text:
        message = f"'{text}' is not a member of the view"
        hint = suggest(text, list(members))
        entry.faults.add(place, f"{entry.about}.default_filters", message, hint)
    return reference

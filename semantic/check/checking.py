"""All checks of a model, beyond the form of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.cycles import check_cycles
from semantic.check.dimensions import check_dimension, check_segment
from semantic.check.fragments import Checking
from semantic.check.joins import check_joins
from semantic.check.measures import check_measure
from semantic.check.policies import check_default_filters, check_policies
from semantic.check.references import Resolver
from semantic.check.rollups import check_hierarchy, check_refresh_key, check_rollup, check_source
from semantic.check.unexecuted import check_executed
from semantic.spec.dimensions import Dimension
from semantic.spec.model import member_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from semantic.load.entries import Faults
    from semantic.spec.cubes import Cube, View
    from semantic.spec.model import Member, Model


def check_model(model: Model, tables: Collection[str], faults: Faults) -> None:
    """Note everything that is wrong with models whose files were read."""
    checking = Checking(Resolver(model.cubes), frozenset(tables), faults)
    for cube in model.cubes.values():
        _check_cube(checking, cube)
    check_cycles(checking)
    for view in model.views.values():
        _check_view(checking, view)


def _check_cube(checking: Checking, cube: Cube) -> None:
    check_executed(checking, cube)
    check_source(checking, cube)
    check_refresh_key(checking, cube.refresh_key, f"cubes.{cube.name}")
    check_joins(checking, cube)
    for dimension in cube.dimensions.values():
        check_dimension(checking, cube, dimension)
    for measure in cube.measures.values():
        check_measure(checking, cube, measure)
    for segment in cube.segments.values():
        check_segment(checking, cube, segment)
    for hierarchy in cube.hierarchies.values():
        check_hierarchy(checking, cube, hierarchy)
    for rollup in cube.pre_aggregations.values():
        check_rollup(checking, cube, rollup)
    members: dict[str, Member] = {**cube.dimensions, **cube.measures, **cube.segments}
    check_policies(checking, cube.access_policies, members, f"cubes.{cube.name}.access_policy")


def _check_view(checking: Checking, view: View) -> None:
    cubes = checking.resolver.cubes
    members = {
        name: member
        for name, shown in view.members.items()
        if (member := member_of(cubes[shown.cube], shown.member)) is not None
    }
    about = f"views.{view.name}"
    check_policies(checking, view.access_policies, members, f"{about}.access_policy")
    check_default_filters(checking, view.default_filters, members, f"{about}.default_filters")
    shown = {(one.cube, one.member) for one in view.members.values()}
    for name, member in members.items():
        if isinstance(member, Dimension) and member.key is not None:
            key = member.key.references[0].path[-1]
            if (view.members[name].cube, key) not in shown:
                message = f"'{name}' has the key '{key}', which the view does not show"
                place = view.members[name].place
                checking.faults.add(place, f"{about}.{name}", message, f"include '{key}' as well")

"""Joins: they lead to cubes, say how, and do not lose what makes a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.fragments import Checking, check_fragment
from semantic.load.entries import suggest
from semantic.spec.measures import Measure, MeasureType

if TYPE_CHECKING:
    from semantic.spec.cubes import Cube, Join

_MULTIPLIED = frozenset({MeasureType.COUNT, MeasureType.SUM, MeasureType.AVG, MeasureType.NUMBER})


def check_joins(checking: Checking, cube: Cube) -> None:
    """Check the joins that a cube declares."""
    for join in cube.joins:
        about = f"cubes.{cube.name}.joins.{join.target}"
        target = checking.resolver.cubes.get(join.target)
        if target is None:
            hint = suggest(join.target, list(checking.resolver.cubes))
            checking.faults.add(join.place, about, f"there is no cube '{join.target}'", hint)
        elif target is cube:
            hint = f"join a cube that extends '{cube.name}'"
            checking.faults.add(join.place, about, "a cube cannot join itself", hint)
        else:
            _check_condition(checking, cube, join, about)
            for one in (cube, target):
                _check_key(checking, one, join, about)


def _check_condition(checking: Checking, cube: Cube, join: Join, about: str) -> None:
    """Refuse a condition that does not connect the two cubes, and them alone."""
    checked = check_fragment(checking, cube, join.sql, about)
    if checked is None:
        return
    if any(isinstance(one.member, Measure) for one in checked.resolved) or checked.has_aggregate():
        checking.faults.add(join.sql.place, about, "a join compares rows, not measures")
    sides = {one.cube for one in checked.resolved}
    if sides != {cube.name, join.target}:
        message = f"has to compare '{cube.name}' with '{join.target}'"
        hint = f"write it as {{CUBE}}.column = {{{join.target}}}.column"
        checking.faults.add(join.sql.place, about, message, hint)


def _check_key(checking: Checking, cube: Cube, join: Join, about: str) -> None:
    """Refuse a cube whose rows a join may multiply when nothing tells them apart."""
    counted = [one.name for one in cube.measures.values() if one.type in _MULTIPLIED]
    if counted and not cube.primary_keys:
        checking.faults.add(
            join.place,
            about,
            f"'{cube.name}' needs a primary key, because joins may multiply its rows",
            f"give one of the dimensions of '{cube.name}' 'primary_key: true'",
        )

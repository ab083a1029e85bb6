"""Dimensions and segments: what they are made of, and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.fragments import Checked, Checking, check_fragment, resolve
from semantic.spec.dimensions import Dimension
from semantic.spec.fragments import Fragment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.spec.cubes import Cube, Segment
    from semantic.spec.dimensions import Case


def check_dimension(checking: Checking, cube: Cube, dimension: Dimension) -> None:
    """Check the SQL of a dimension, in whatever way it is given."""
    about = f"cubes.{cube.name}.dimensions.{dimension.name}"
    for fragment in fragments_of(dimension):
        checked = check_fragment(checking, cube, fragment, about)
        if checked is not None:
            _check_rows(checking, dimension, checked, fragment, about)
    own = [(one.sql, f"{about}.granularities.{one.name}") for one in dimension.granularities]
    own += [(one.sql, f"{about}.time_shift") for one in dimension.time_shifts]
    for sql, place in own:
        if sql is not None and (checked := check_fragment(checking, cube, sql, place)) is not None:
            check_row_sql(checking, checked, sql, place)
    if dimension.is_sub_query and not cube.primary_keys:
        hint = "give a dimension 'primary_key: true'"
        checking.faults.add(dimension.place, about, "a sub-query needs a primary key", hint)
    if dimension.key is not None:
        _check_key(checking, cube, dimension, dimension.key, about)


def check_segment(checking: Checking, cube: Cube, segment: Segment) -> None:
    """Check the condition of a segment."""
    about = f"cubes.{cube.name}.segments.{segment.name}"
    checked = check_fragment(checking, cube, segment.sql, about)
    if checked is not None:
        check_row_sql(checking, checked, segment.sql, about)


def check_row_sql(checking: Checking, checked: Checked, fragment: Fragment, about: str) -> None:
    """Refuse aggregates and measures where single rows are looked at."""
    if checked.measures or checked.has_aggregate():
        checking.faults.add(
            fragment.place,
            about,
            "aggregates, where single rows are looked at",
            "use columns and dimensions; a measure of another cube needs 'sub_query: true'",
        )


def fragments_of(dimension: Dimension) -> Iterator[Fragment]:
    """List the SQL that gives a dimension its values."""
    if dimension.sql is not None:
        yield dimension.sql
    yield from dimension.coordinates or ()
    if dimension.case is not None:
        yield from fragments_of_case(dimension.case)


def fragments_of_case(case: Case) -> Iterator[Fragment]:
    """List the SQL of a case, among its labels and values."""
    if case.switch is not None:
        yield case.switch
    yield from branches_of_case(case)


def branches_of_case(case: Case) -> Iterator[Fragment]:
    """List the SQL of a case without that by which it switches."""
    parts = [case.otherwise, *(part for pair in case.when for part in pair)]
    yield from (part for part in parts if isinstance(part, Fragment))


def _check_rows(
    checking: Checking, dimension: Dimension, checked: Checked, fragment: Fragment, about: str
) -> None:
    """Refuse aggregates, but for sub-queries, which are made of a measure of another cube."""
    if not dimension.is_sub_query:
        if dimension.stage is None:
            check_row_sql(checking, checked, fragment, about)
    elif not checked.measures or len(fragment.parts) > 1:
        hint = "write the measure alone: {lines.net}"
        checking.faults.add(fragment.place, about, "a sub-query shows a measure", hint)


def _check_key(
    checking: Checking, cube: Cube, dimension: Dimension, key: Fragment, about: str
) -> None:
    """Refuse a key that is not a dimension of the same cube, or has a key itself."""
    found = resolve(checking, cube, key.references[0], key, f"{about}.key")
    if found is None:
        return
    hint = "name another dimension of this cube"
    if found.cube != cube.name or not isinstance(found.member, Dimension):
        checking.faults.add(key.place, f"{about}.key", "is not a dimension of this cube", hint)
    elif found.member.key is not None or found.member.name == dimension.name:
        message = f"'{found.member.name}' has a key itself"
        checking.faults.add(key.place, f"{about}.key", message, hint)

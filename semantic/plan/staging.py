"""Questions that stages ask: other groups, other conditions, of the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from semantic.plan.asking import MEASURE_FILTER, Grouping, column_of, find, kind_of
from semantic.plan.bound import Part
from semantic.plan.expressions import Column, Value
from semantic.plan.intervals import unsupported
from semantic.query.dates import Calendar
from semantic.query.filters import read_conditions
from semantic.query.query import Group, QueryError, Test, members_of
from semantic.query.zones import zone_of
from semantic.spec.dimensions import Dimension
from semantic.spec.filters import FilterGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from semantic.plan.asking import Asked
    from semantic.plan.bound import Read, Sifting, Staged
    from semantic.plan.expressions import Expression
    from semantic.plan.members import Members
    from semantic.plan.nodes import Named
    from semantic.query.query import Condition
    from semantic.spec.filters import ModelFilter

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""What counts as now in the filters of stages, which are checked to say absolute dates."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The question of a stage, and the groups that it has in common with the one above.

    With `is_spread` its value stands beside every group of the question above that it belongs to;
    else the stage has the groups of the question above by itself.
    """

    asked: Asked
    shared: tuple[Grouping, ...]
    is_spread: bool


def inside(
    members: Members, asked: Asked, root: Asked, staged: Staged, groups: tuple[Grouping, ...]
) -> Inside:
    """Work out the question of a stage of one that has some groups; `root` is the query's own."""
    masked = dict(asked.restrictions.masked)
    shared = tuple(one for one in groups if staged.keeps(one.owned, one.granularity))
    known = [one for one in shared if one.found.name not in masked]
    added = [
        _grouping(members, part)
        for part in dict.fromkeys(staged.added)
        if not any(part.is_of(one.owned, one.granularity) for one in known)
    ]
    sifted = asked
    is_widened = False
    if staged.sifting is not None:
        sifted = _sift(members, root if staged.sifting.is_fixed else asked, staged.sifting)
        is_widened = _is_widened(root, asked, sifted)
    question = replace(
        sifted,
        groups=(*shared, *added),
        measures=(),
        results=(),
        leaves=staged.inner.leaves,
        stages=staged.inner.stages,
        reads=staged.inner.reads,
        query=replace(sifted.query, subtotals=()),
    )
    is_spread = bool(groups) and (len(shared) < len(groups) or is_widened)
    return Inside(question, shared, is_spread)


def _grouping(members: Members, part: Part) -> Grouping:
    """Group by a dimension of which nothing is shown, so that no mask applies to it."""
    name = f"{part.cube}.{part.name}"
    key = name if part.granularity is None else f"{name}.{part.granularity}"
    found = find(members, name)
    return Grouping(key, f"{column_of(key)}__inside", found, part.granularity, is_inside=True)


def _sift(members: Members, base: Asked, sifting: Sifting) -> Asked:
    """Leave out conditions of a question, and add those of a stage; what policies ask stays."""
    everywhere = base.restrictions.everywhere

    def passes(name: str) -> bool:
        found = find(members, name)
        owned = found.cube, found.member.name
        return owned not in sifting.dropped and (sifting.kept is None or owned in sifting.kept)

    own = [_passing(one, passes) for one in base.rows[: len(base.rows) - len(everywhere)]]
    query = replace(
        base.query,
        time_dimensions=tuple(
            one
            for one in base.query.time_dimensions
            if one.date_range is None or passes(one.member)
        ),
        segments=tuple(one for one in base.query.segments if passes(one)),
    )
    raws = [_raw(members, one, sifting.cube) for one in sifting.added]
    added = read_conditions(raws, Calendar(zone_of(query.timezone), _LONG_AGO))
    rows = (*(one for one in own if one is not None), *added, *everywhere)
    return replace(base, query=query, rows=rows)


def filtered_by(members: Members, staged: Staged) -> tuple[Part, ...]:
    """Name the dimensions by which a stage has conditions of its own."""
    if staged.sifting is None:
        return ()
    raws = [_raw(members, one, staged.sifting.cube) for one in staged.sifting.added]
    found = read_conditions(raws, Calendar(zone_of("UTC"), _LONG_AGO))
    names = [name.split(".") for one in found for name in members_of(one)]
    return tuple(Part(cube, name) for cube, name in names)


def _passing(condition: Condition, passes: Callable[[str], bool]) -> Condition | None:
    """Return what of a condition is about members that pass, None for nothing."""
    if isinstance(condition, Test) and condition.operator == MEASURE_FILTER:
        return condition
    verdicts = {passes(name) for name in members_of(condition)}
    if len(verdicts) < len(("passes", "does not")):
        return condition if True in verdicts else None
    if isinstance(condition, Group) and condition.kind == "and":
        parts = [_passing(one, passes) for one in condition.conditions]
        return Group("and", tuple(one for one in parts if one is not None))
    names = ", ".join(f"'{one}'" for one in dict.fromkeys(members_of(condition)))
    message = f"A measure leaves out conditions on some of {names}, which stand in one 'or'"
    raise QueryError(f"{message}; ask for them in conditions of their own", code="FILTER_INVALID")


def _raw(members: Members, one: ModelFilter, cube: str) -> dict[str, Any]:
    """Write a filter of a model as a query would."""
    if isinstance(one, FilterGroup):
        return {one.kind: [_raw(members, part, cube) for part in one.filters]}
    path, member, _ = members.resolve(one.member, members.model.cubes[cube])
    if not isinstance(member, Dimension):
        message = f"{one.place}: the filter of a stage needs a dimension"
        raise unsupported(f"{message}, not '{'.'.join(one.member.path)}'")
    name = f"{path[-1]}.{member.name}"
    return {"member": name, "operator": one.operator, "values": list(one.values)}


def _is_widened(root: Asked, above: Asked, sifted: Asked) -> bool:
    """Tell whether a stage leaves out what the query itself asks of the question above."""
    asked, left = _conditions(root), _conditions(sifted)
    return any(one in asked and one not in left for one in _conditions(above))


def _conditions(asked: Asked) -> tuple[object, ...]:
    return (*asked.rows, *asked.spans, *asked.query.segments)


def read_columns(members: Members, asked: Asked) -> tuple[Named, ...]:
    """Find the groups that SQL over aggregates reads.

    Raises:
        QueryError: the question does not have them, `MEMBER_MISSING`.
    """
    return tuple((one.part.column, _read(members, asked, one)) for one in asked.reads)


def _read(members: Members, asked: Asked, read: Read) -> Expression:
    part = read.part
    masked = dict(asked.restrictions.masked)
    hidden = ""
    for one in asked.groups:
        if one.owned == (part.cube, part.name) and one.granularity == part.granularity:
            if one.is_inside or one.found.name not in masked:
                return Column(one.column)
            hidden = one.found.name
    if hidden:
        message = f"{read.place} reads '{hidden}', which is masked for you"
        raise QueryError(message, code="MEMBER_MASKED", status=403)
    fixed = _fixed(members, asked, part)
    if fixed is not None:
        return Value(fixed, "VARCHAR")
    name = ".".join(one for one in (part.cube, part.name, part.granularity) if one)
    message = f"{read.place} depends on '{name}': add it to the dimensions, or ask for one value"
    raise QueryError(f"{message} of it by a filter with equals", code="MEMBER_MISSING")


def _fixed(members: Members, asked: Asked, part: Part) -> str | None:
    """Return the only text that the conditions leave a dimension."""
    for one in asked.rows:
        if isinstance(one, Test) and one.operator in ("equals", "in") and len(one.values) == 1:
            found = find(members, one.member)
            is_meant = (found.cube, found.member.name) == (part.cube, part.name)
            if is_meant and kind_of(found) == "string":
                return one.values[0]
    return None

"""What a query names, bound to the rows of one fact: groups, conditions, ranges and formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.plan.asking import MEASURE_FILTER, Grouping, combine, find, kind_of, mask
from semantic.plan.bound import Bound
from semantic.plan.calendars import declared_shift, is_about
from semantic.plan.comparisons import compare, within
from semantic.plan.expressions import NOTHING, Composed, Moved, Subselect, Value
from semantic.plan.intervals import local, read_interval, truncate, unsupported
from semantic.plan.members import refuse_switch
from semantic.query.query import Formula, Group, Nested, Operand, Query, QueryError
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.joins.graph import Path
    from semantic.plan.bound import Owned
    from semantic.plan.members import Members
    from semantic.query.query import Condition, Test, TimeDimension
    from semantic.query.query import Constant as Given
    from semantic.spec.measures import TimeShift
    from semantic.spec.model import Found


class Binder:
    """Binds what a query names to the rows of one fact, moved in time as its measures are."""

    def __init__(
        self,
        members: Members,
        query: Query,
        shifts: tuple[TimeShift, ...],
        switches: Mapping[Owned, str | None] | None = None,
    ) -> None:
        """Bind for one fact of a query.

        `switches` are those whose values are joined, with None, or of which one value is meant.
        """
        self._members = members
        self._zone = query.timezone
        self._shifts = shifts
        self._switches = switches or {}

    def group(self, grouping: Grouping, masked: Mapping[str, object]) -> Bound:
        """Bind a dimension that is grouped by, as answers show it."""
        found = grouping.found
        if grouping.formula is not None:
            return self.formula(grouping.formula)
        if found.name in masked:
            shown = masked[found.name]
            return Bound(mask(shown))  # type: ignore[arg-type]  # masks are constants
        months, seconds = self._shift_of(found)
        if not months and not seconds:
            bound = self._members.shown(
                found.cube, found.member.name, self._zone, grouping.granularity
            )
        else:
            bound = self.clock(found)
            if grouping.granularity is not None:
                declared = self._members.granularity(
                    found.cube, found.member.name, grouping.granularity
                )
                if not isinstance(declared, str) and declared.sql is not None:
                    message = f"'{grouping.key}' is written in SQL and cannot be moved in time"
                    raise unsupported(message)
                bound = replace(bound, expression=truncate(bound.expression, declared))
        return _along(bound, found.path)

    def clock(self, found: Found) -> Bound:
        """Bind a time dimension to the wall clock it shows, moved as the measures are."""
        bound = self._members.dimension(found.cube, found.member.name)
        shown = local(bound.expression, bound.type, self._zone)
        months, seconds = self._shift_of(found)
        if months or seconds:
            shown = Moved(shown, months, seconds)
        return replace(_along(bound, found.path), expression=shown)

    def condition(self, condition: Condition) -> Bound:
        """Bind a condition on rows."""
        if isinstance(condition, Formula):
            return self.formula(condition)
        if isinstance(condition, Group):
            return combine(condition, [self.condition(one) for one in condition.conditions])
        return self._test(condition)

    def formula(self, formula: Formula) -> Bound:
        """Bind a formula, whose operands are dimensions as answers show them."""
        bound = {one: self._operand(one) for one in formula.operands}
        parts = tuple(
            bound[one].expression if isinstance(one, Operand) else _part(one)
            for one in formula.parts
        )
        return Bound(Composed(parts)).over(*bound.values())

    def _operand(self, operand: Operand) -> Bound:
        found = find(self._members, operand.member)
        if not isinstance(found.member, Dimension):
            message = f"'{operand.member}' is no dimension"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        if found.member.type is DimensionType.SWITCH:
            raise unsupported(refuse_switch(found.cube, found.member.name))
        return self.group(Grouping(found.name, found.name, found, operand.granularity), {})

    def span(self, one: TimeDimension) -> Bound:
        """Bind the range of a time dimension."""
        found = find(self._members, one.member)
        if one.date_range is None or kind_of(found) != "time":
            message = f"'{one.member}' is no time dimension with a range"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        if any(self._shift_of(found)):
            bound, zone = self.clock(found), "UTC"
            bound = replace(bound, type="TIMESTAMP")
        else:
            bound = _along(self._members.dimension(found.cube, found.member.name), found.path)
            zone = self._zone
        whole = within(bound.expression, *one.date_range, bound.type, zone)
        return replace(bound, expression=whole)

    def segment(self, name: str) -> Bound:
        """Bind a segment."""
        found = find(self._members, name)
        if not isinstance(found.member, Segment):
            message = f"'{name}' is no segment"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        return _along(self._members.segment(found.cube, found.member), found.path)

    def measure_filter(self, found: Found) -> Bound:
        """Bind the filters of a measure to rows, so that a drill-down shows what it counts."""
        if not isinstance(found.member, Measure):
            message = f"'{MEASURE_FILTER}' needs a measure, not '{found.name}'"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        cube = self._members.model.cubes[found.cube]
        written = [
            _along(self._members.written(one, cube), found.path)
            for one in (*found.member.filters, *found.member.drill_filters)
        ]
        return combine(Group("and", ()), written)

    def _test(self, test: Test) -> Bound:
        found = find(self._members, test.member)
        if test.operator == MEASURE_FILTER:
            return self.measure_filter(found)
        if not isinstance(found.member, Dimension):
            message = f"'{test.member}' is no dimension"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        if found.member.type is DimensionType.SWITCH:
            return self._test_switch(test, found)
        kind = kind_of(found)
        if kind == "time" and any(self._shift_of(found)):
            bound, zone = replace(self.clock(found), type="TIMESTAMP"), "UTC"
        else:
            bound, zone = self._members.dimension(found.cube, found.member.name), self._zone
        whole = compare(test, bound.expression, kind, bound.type, zone)
        return replace(_along(bound, found.path), expression=whole)

    def _test_switch(self, test: Test, found: Found) -> Bound:
        """Bind a condition on the value of a switch: of the rows of its values, or of one."""
        owned = found.cube, found.member.name
        if owned not in self._switches:
            raise unsupported(f"'{found.name}' is a switch, which policies cannot ask for")
        chosen = self._switches[owned]
        bound = self._members.dimension(*owned) if chosen is None else Bound(mask(chosen))
        whole = compare(test, bound.expression, "string", "VARCHAR", self._zone)
        return replace(bound, expression=whole)

    def _shift_of(self, found: Found) -> tuple[int, int]:
        """Return by how much a time dimension is moved: `prior` shows the past later."""
        months = seconds = 0
        if kind_of(found) != "time" or declared_shift(found, self._shifts):
            return months, seconds
        for one in self._shifts:
            if one.interval is not None and is_about(one, found):
                sign = -1 if one.direction == "next" else 1
                by_months, by_seconds = read_interval(one.interval)
                months, seconds = months + sign * by_months, seconds + sign * by_seconds
        return months, seconds


def _part(part: str | Given | Nested | Query) -> str | Value | Subselect:
    """Take over the text of a formula; its constants become parameters."""
    if isinstance(part, Nested):
        return Subselect(part.sql, part.parameters)
    assert not isinstance(part, Query)  # noqa: S101 - it was compiled, and is nested by now
    return part if isinstance(part, str) else Value(part.value, part.type)


def _along(bound: Bound, path: Path) -> Bound:
    """Reach a member over the path on which a view shows it."""
    return bound.over(Bound(NOTHING, (path,))) if len(path) > 1 else bound

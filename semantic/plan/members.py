"""Members as expressions: what each reads, over which cubes, and which aggregates it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.plan.bound import Bound
from semantic.plan.calculating import Calculating
from semantic.plan.expressions import (
    NOTHING,
    Call,
    Cast,
    Column,
    Constant,
    Table,
    Value,
    Written,
    both,
)
from semantic.plan.intervals import local, truncate, unsupported
from semantic.query.query import QueryError
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES, Dimension, DimensionType
from semantic.spec.measures import CALCULATED, Measure, MeasureType
from semantic.spec.model import member_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.joins.graph import Path
    from semantic.plan.bound import Owned, Staged
    from semantic.plan.expressions import Expression
    from semantic.spec.cubes import Cube, Segment
    from semantic.spec.dimensions import Case, Granularity
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.model import Model


class Members:
    """The members of a model as expressions, each bound once and kept.

    `types` are the SQL types of members by full name, as the database describes them.
    """

    def __init__(self, model: Model, types: Mapping[str, str]) -> None:
        """Bind nothing yet."""
        self.model = model
        self._types = types
        self._dimensions: dict[tuple[str, str], Bound] = {}
        self._measures: dict[tuple[str, str], Bound] = {}
        self._calculating = Calculating(self)

    def type_of(self, cube: str, name: str) -> str:
        """Return the SQL type of a member, or nothing where it was not described."""
        return self._types.get(f"{cube}.{name}", "")

    def dimension(self, cube: str, name: str) -> Bound:
        """Bind a dimension to the rows of its cube, as the database has it."""
        key = (cube, name)
        if key not in self._dimensions:
            found = self.model.cubes[cube].dimensions[name]
            bound = self._bind_dimension(self.model.cubes[cube], found)
            self._dimensions[key] = _in_utc(bound, self.type_of(cube, name))
        return self._dimensions[key]

    def shown(self, cube: str, name: str, timezone: str, granularity: str | None) -> Bound:
        """Bind a dimension as answers show it: instants by the wall clock of a time zone."""
        bound = self.dimension(cube, name)
        dimension = self.model.cubes[cube].dimensions[name]
        if dimension.type is not DimensionType.TIME:
            return bound
        clock = local(bound.expression, bound.type, timezone)
        if granularity is None:
            return replace(bound, expression=clock)
        declared = self.granularity(cube, name, granularity)
        if not isinstance(declared, str) and declared.sql is not None:
            written = self.written(declared.sql, self.model.cubes[cube])
            return replace(written.over(bound), expression=Cast(written.expression, "TIMESTAMP"))
        return replace(bound, expression=truncate(clock, declared))

    def granularity(self, cube: str, name: str, granularity: str) -> Granularity | str:
        """Find a granularity of a time dimension; what a model declares goes first.

        Raises:
            QueryError: the dimension has none of that name, `GRANULARITY_UNKNOWN`.
        """
        for one in self.model.cubes[cube].dimensions[name].granularities:
            if one.name == granularity:
                return one
        if granularity in PREDEFINED_GRANULARITIES:
            return granularity
        message = f"Granularity '{granularity}' does not exist in dimension {cube}.{name}"
        raise QueryError(message, code="GRANULARITY_UNKNOWN")

    def segment(self, cube: str, segment: Segment) -> Bound:
        """Bind a segment to the rows of its cube."""
        return self.written(segment.sql, self.model.cubes[cube])

    def count(self, cube: str) -> Expression:
        """Return what is never NULL in a row of a cube, and always where there is none."""
        keys = self.model.cubes[cube].primary_keys
        return self.dimension(cube, keys[0].name).expression if keys else Constant("1")

    def aggregate(self, cube: str, name: str) -> Bound:
        """Bind a measure that aggregates rows by itself, to those rows."""
        key = (cube, name)
        if key not in self._measures:
            measure = self.model.cubes[cube].measures[name]
            bound = self._bind_aggregate(self.model.cubes[cube], measure)
            self._measures[key] = replace(bound, type=self.type_of(cube, name))
        return self._measures[key]

    def calculated(self, cube: str, name: str) -> Bound:
        """Bind a measure to aggregates: `leaves` names them, columns are called as they are."""
        return self._calculating.calculated(cube, name)

    def is_aggregate(self, cube: str, name: str) -> bool:
        """Tell whether a measure aggregates rows by itself, instead of calculating with others."""
        return self._calculating.is_aggregate(cube, name)

    def is_together(self, staged: Staged) -> bool:
        """Tell whether values of finer groups put together are the value of a coarser one."""
        return self._calculating.is_together(staged)

    def written(
        self, fragment: Fragment, cube: Cube, instead: Mapping[Owned, Bound] | None = None
    ) -> Bound:
        """Bind SQL of a cube over rows, with measures in it as aggregates.

        `instead` are dimensions for which something else stands.
        """
        bound = [self._bind_reference(one, cube, instead or {}) for one in fragment.references]
        whole = Bound(Written(fragment, tuple(one.expression for one in bound)))
        return whole.over(*bound)

    def _bind_reference(
        self, reference: Reference, cube: Cube, instead: Mapping[Owned, Bound]
    ) -> Bound:
        path, member, granularity = self.resolve(reference, cube)
        if member is None:
            return Bound(Table(path[-1]), (path,))
        if (path[-1], member.name) in instead:
            return instead[path[-1], member.name]
        if isinstance(member, Measure):
            if path[-1] != cube.name:
                message = f"{cube.name}: '{path[-1]}.{member.name}' is a measure of another cube"
                raise unsupported(f"{message}, which cannot be mixed with columns")
            return self.aggregate(cube.name, member.name)
        if not isinstance(member, Dimension):
            bound = self.segment(path[-1], member)
        elif member.type is DimensionType.SWITCH:
            raise unsupported(f"{cube.name}: {refuse_switch(path[-1], member.name)}")
        elif granularity is None:
            bound = self.dimension(path[-1], member.name)
        else:
            bound = self.shown(path[-1], member.name, "UTC", granularity)
        if len(path) == 1:
            return bound
        return bound.over(Bound(NOTHING, (path,)))

    def resolve(
        self, reference: Reference, cube: Cube
    ) -> tuple[Path, Measure | Dimension | Segment | None, str | None]:
        """Take a reference apart: cubes, the member or None for a table, the granularity."""
        path = tuple(cube.name if one in ("CUBE", "TABLE") else one for one in reference.path)
        if len(path) == 1:
            member = member_of(cube, path[0])
            return ((cube.name,), member, None) if member is not None else (path, None, None)
        cubes = [path[0]] if path[0] in self.model.cubes else [cube.name]
        rest = list(path[1:] if path[0] in self.model.cubes else path)
        while (
            rest
            and rest[0] in self.model.cubes
            and member_of(self.model.cubes[cubes[-1]], rest[0]) is None
        ):
            cubes.append(rest.pop(0))
        if not rest:
            return tuple(cubes), None, None
        member = member_of(self.model.cubes[cubes[-1]], rest[0])
        if member is None:
            raise unsupported(f"{cube.name}: '{'.'.join(reference.path)}' names no member")
        return tuple(cubes), member, rest[1] if len(rest) > 1 else None

    def _bind_dimension(self, cube: Cube, dimension: Dimension) -> Bound:
        if dimension.is_sub_query:
            key = (cube.name, dimension.name)
            return Bound(Column("value", lookup_name(*key)), ((cube.name,),), lookups=(key,))
        if dimension.case is not None:
            return self._bind_case(dimension.case, cube)
        if dimension.coordinates is not None:
            both_ = [self.written(one, cube) for one in dimension.coordinates]
            texts = [Cast(one.expression, "VARCHAR") for one in both_]
            joined = Call("concat", (texts[0], Constant("','"), texts[1]))
            return Bound(joined).over(*both_)
        if dimension.type is DimensionType.SWITCH:
            key = (cube.name, dimension.name)
            return Bound(Column("value", lookup_name(*key)), ((cube.name,),), lookups=(key,))
        if dimension.sql is None or dimension.stage is not None:
            message = f"dimension '{cube.name}.{dimension.name}' of several stages"
            raise unsupported(f"{message} is not executed; write its sql")
        return self.written(dimension.sql, cube).over(Bound(NOTHING, ((cube.name,),)))

    def _bind_case(self, case: Case, cube: Cube) -> Bound:
        bound = []
        switch = None if case.switch is None else self.written(case.switch, cube)
        for condition, label in case.when:
            found = self._bind_text(condition, cube)
            if switch is not None:
                text = Cast(switch.expression, "VARCHAR")
                found = replace(switch, expression=Call("eq", (text, found.expression)))
            bound += [found, self._bind_text(label, cube)]
        if case.otherwise is not None:
            bound.append(self._bind_text(case.otherwise, cube))
        whole = Bound(Call("case", tuple(one.expression for one in bound)), ((cube.name,),))
        return whole.over(*bound)

    def _bind_text(self, text: Fragment | str, cube: Cube) -> Bound:
        if isinstance(text, str):
            return Bound(Value(text, "VARCHAR"))
        return self.written(text, cube)

    def _bind_aggregate(self, cube: Cube, measure: Measure) -> Bound:
        place = f"measure '{cube.name}.{measure.name}'"
        own = Bound(NOTHING, ((cube.name,),))
        filters = [self.written(one, cube) for one in measure.filters]
        is_own = measure.type in CALCULATED or measure.type is MeasureType.NUMBER_AGG
        if is_own and measure.sql is not None:
            if filters:
                message = f"{place}: filters need a type that aggregates, such as sum"
                raise unsupported(message)
            written = self.written(measure.sql, cube)
            return replace(own.over(written), expression=written.expression)
        if measure.sql is not None:
            argument = self.written(measure.sql, cube)
        elif measure.type is MeasureType.COUNT:
            argument = Bound(self.count(cube.name))
        else:
            raise unsupported(f"{place}: sql is missing, which only count can do without")
        expression = argument.expression
        if filters:
            condition = both(tuple(one.expression for one in filters))
            expression = Call("case", (condition, expression))
        return replace(
            own.over(argument, *filters), expression=Call(measure.type.value, (expression,))
        )


def _in_utc(bound: Bound, type_: str) -> Bound:
    """Take instants with a time zone as what all others are: UTC without one."""
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return replace(bound, expression=Call("utc", (bound.expression,)), type="TIMESTAMP")
    return replace(bound, type=type_)


def refuse_switch(cube: str, name: str) -> str:
    """Say what a switch is good for."""
    return (
        f"'{cube}.{name}' is a switch, which no SQL of rows can read; group by it, filter by it, "
        "or switch the case of a measure by it"
    )


def lookup_name(cube: str, name: str) -> str:
    """Name the rows that a dimension adds: a sub-query, or the values of a switch."""
    return f"{cube}__{name}__lookup"

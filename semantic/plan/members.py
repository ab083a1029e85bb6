"""Members as expressions: what each reads, over which cubes, and which aggregates it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

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
from semantic.plan.stages import Staged, dimensions_of, is_staged, refuse_stages
from semantic.query.query import QueryError
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES, Dimension, DimensionType
from semantic.spec.measures import CALCULATED, Measure, MeasureType
from semantic.spec.model import member_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.joins.graph import Path
    from semantic.plan.expressions import Expression
    from semantic.spec.cubes import Cube, Segment
    from semantic.spec.dimensions import Case, Granularity
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.measures import RollingWindow, TimeShift
    from semantic.spec.model import Model


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure of one cube that aggregates rows, in a window of time or moved in time.

    `suffix` parts its name from that of the same measure without window and moves.
    """

    cube: str
    name: str
    window: RollingWindow | None = None
    shifts: tuple[TimeShift, ...] = ()
    suffix: str = ""

    @property
    def column(self) -> str:
        """The name of its column."""
        return f"{self.cube}__{self.name}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression over the rows of cubes.

    `needs` are the cubes that have to be joined, `lookups` the dimensions that are sub-queries, and
    `leaves` the aggregates that are read, `stages` what is computed from groups of the answer.
    """

    expression: Expression
    needs: tuple[Path, ...] = ()
    type: str = ""
    lookups: tuple[tuple[str, str], ...] = ()
    leaves: tuple[Leaf, ...] = ()
    stages: tuple[Staged, ...] = ()

    def over(self, *others: Bound) -> Bound:
        """Need what others need as well."""
        return replace(
            self,
            needs=_once(self.needs, *(one.needs for one in others)),
            lookups=_once(self.lookups, *(one.lookups for one in others)),
            leaves=_once(self.leaves, *(one.leaves for one in others)),
            stages=_once(self.stages, *(one.stages for one in others)),
        )


def _once(*lists: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one for values in lists for one in values))


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
        self._calculated: dict[tuple[str, str], Bound] = {}

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
        key = (cube, name)
        if key not in self._calculated:
            self._calculated[key] = self._bind_calculated(cube, name, ())
        return self._calculated[key]

    def is_aggregate(self, cube: str, name: str) -> bool:
        """Tell whether a measure aggregates rows by itself, instead of calculating with others."""
        measure = self.model.cubes[cube].measures[name]
        if measure.sql is None or (measure.type not in CALCULATED and measure.stage is None):
            return not is_staged(measure)
        return not is_staged(measure) and not self._operands(self.model.cubes[cube], measure.sql)

    def _operands(self, cube: Cube, sql: Fragment) -> tuple[tuple[str, str], ...]:
        """Name the measures that SQL calculates with, if it has nothing but them."""
        named = [self._resolve(one, cube) for one in sql.references]
        operands = [(path[-1], one.name) for path, one, _ in named if isinstance(one, Measure)]
        return tuple(operands) if len(operands) == len(named) else ()

    def written(self, fragment: Fragment, cube: Cube) -> Bound:
        """Bind SQL of a cube over rows, with measures in it as aggregates."""
        bound = [self._bind_reference(one, cube) for one in fragment.references]
        whole = Bound(Written(fragment, tuple(one.expression for one in bound)))
        return whole.over(*bound)

    def _bind_reference(self, reference: Reference, cube: Cube) -> Bound:
        path, member, granularity = self._resolve(reference, cube)
        if member is None:
            return Bound(Table(path[-1]), (path,))
        if isinstance(member, Measure):
            if path[-1] != cube.name:
                message = f"{cube.name}: '{path[-1]}.{member.name}' is a measure of another cube"
                raise unsupported(f"{message}, which cannot be mixed with columns")
            return self.aggregate(cube.name, member.name)
        if not isinstance(member, Dimension):
            bound = self.segment(path[-1], member)
        elif granularity is None:
            bound = self.dimension(path[-1], member.name)
        else:
            bound = self.shown(path[-1], member.name, "UTC", granularity)
        if len(path) == 1:
            return bound
        return bound.over(Bound(NOTHING, (path,)))

    def _resolve(
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
        if dimension.sql is None or dimension.stage is not None:
            message = f"dimension '{cube.name}.{dimension.name}' of several stages, or a switch"
            raise unsupported(f"{message}, is not executed; write its sql")
        return self.written(dimension.sql, cube).over(Bound(NOTHING, ((cube.name,),)))

    def _bind_case(self, case: Case, cube: Cube) -> Bound:
        if case.switch is not None:
            raise unsupported(f"{cube.name}: a case over a switch is not executed")
        bound = []
        for condition, label in case.when:
            bound.append(self._bind_text(condition, cube))
            bound.append(self._bind_text(label, cube))
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
        if measure.case is not None:
            raise unsupported(f"{place}: case is not executed; write it in sql")
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

    def _bind_calculated(
        self, cube: str, name: str, outer: tuple[tuple[str, Measure], ...]
    ) -> Bound:
        """Bind a measure below others, whose windows and moves in time it takes part in."""
        measure = self.model.cubes[cube].measures[name]
        place = f"measure '{cube}.{name}'"
        if (cube, measure) in outer:
            raise unsupported(f"{place} is calculated with itself")
        chain = (*outer, (cube, measure))
        if self.is_aggregate(cube, name):
            leaf = _leaf(chain)
            return Bound(Column(leaf.column), leaves=(leaf,))
        if measure.filters:
            raise unsupported(f"{place}: filters need a type that aggregates, such as sum")
        if is_staged(measure):
            return self._bind_staged(place, chain)
        refuse_stages(place, measure)
        return self._calculate(place, measure.sql, chain)

    def _calculate(
        self, place: str, sql: Fragment | None, chain: tuple[tuple[str, Measure], ...]
    ) -> Bound:
        """Bind SQL over other measures."""
        operands = () if sql is None else self._operands(self.model.cubes[chain[-1][0]], sql)
        if sql is None or not operands:
            raise unsupported(f"{place}: it has to name measures, and nothing else")
        bound = [self._bind_calculated(of, operand, chain) for of, operand in operands]
        return Bound(Written(sql, tuple(one.expression for one in bound))).over(*bound)

    def _bind_staged(self, place: str, chain: tuple[tuple[str, Measure], ...]) -> Bound:
        """Bind a measure over groups of the answer."""
        cube, measure = chain[-1]
        kept, dropped = dimensions_of(place, measure)
        is_rank = measure.type is MeasureType.RANK
        argument = Bound(NOTHING) if is_rank else self._calculate(place, measure.sql, chain)
        orders = measure.stage.order_by if measure.stage is not None else ()
        if is_rank and not orders:
            raise unsupported(f"{place}: a rank needs order_by")
        ordered = [(self._calculate(place, one, chain), way) for one, way in orders]
        inner = argument.over(*(one for one, _ in ordered))
        if inner.stages:
            raise unsupported(f"{place}: stages over stages are not executed")
        staged = Staged(
            f"{cube}__{measure.name}",
            measure.type.value,
            None if is_rank else argument.expression,
            tuple((one.expression, way == "desc") for one, way in ordered),
            None if kept is None else self._owned(kept, cube),
            self._owned(dropped, cube),
        )
        return replace(inner, expression=Column(staged.column), stages=(staged,))

    def _owned(self, references: tuple[Reference, ...], cube: str) -> frozenset[tuple[str, str]]:
        named = [self._resolve(one, self.model.cubes[cube]) for one in references]
        return frozenset((path[-1], one.name) for path, one, _ in named if one is not None)


def _leaf(chain: tuple[tuple[str, Measure], ...]) -> Leaf:
    """Describe the aggregate at the end of a chain of measures, each calculated with the next."""
    cube, measure = chain[-1]
    windows = [one for one in chain if one[1].rolling_window is not None]
    moved = [one for one in chain if one[1].stage is not None and one[1].stage.time_shift]
    if len(windows) > 1:
        message = f"measure '{windows[0][0]}.{windows[0][1].name}' rolls over one that rolls itself"
        raise unsupported(message)
    givers = [one for one in (*windows, *moved) if one[1] is not measure]
    suffix = "".join(f"__of_{name}__{giver.name}" for name, giver in givers)
    return Leaf(
        cube,
        measure.name,
        windows[0][1].rolling_window if windows else None,
        tuple(shift for _, giver in moved if giver.stage for shift in giver.stage.time_shift),
        suffix,
    )


def _in_utc(bound: Bound, type_: str) -> Bound:
    """Take instants with a time zone as what all others are: UTC without one."""
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return replace(bound, expression=Call("utc", (bound.expression,)), type="TIMESTAMP")
    return replace(bound, type=type_)


def lookup_name(cube: str, name: str) -> str:
    """Name the sub-query of a dimension that is one."""
    return f"{cube}__{name}__lookup"

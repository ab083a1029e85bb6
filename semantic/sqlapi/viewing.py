"""What views are to SQL: their columns, and the kinds of values that these have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.access.authorizing import visible
from semantic.plan.asking import kind_of, kind_of_measure
from semantic.query.query import Operand
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import Measure, MeasureType
from semantic.sqlapi.relations import MeasureColumn, ViewRelation
from semantic.sqlapi.statements import NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import Typed, ValueKind

if TYPE_CHECKING:
    from semantic.access.principal import Principal
    from semantic.compiling import Compiler
    from semantic.spec.model import Found

_KINDS = {
    "string": ValueKind.TEXT,
    "boolean": ValueKind.BOOL,
    "time": ValueKind.TIMESTAMP,
}
_NUMBERS = {
    **dict.fromkeys(("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER"), ValueKind.INT4),
    **dict.fromkeys(("UINTEGER", "BIGINT"), ValueKind.INT),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "DECIMAL"), ValueKind.NUMERIC),
    **dict.fromkeys(("FLOAT", "DOUBLE"), ValueKind.FLOAT),
}
_KINDS_OF_EXTREMES = {
    "VARCHAR": ValueKind.TEXT,
    "BOOLEAN": ValueKind.BOOL,
    "DATE": ValueKind.DATE,
    "TIMESTAMP": ValueKind.TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": ValueKind.TIMESTAMPTZ,
}
"""Of MIN and MAX that are no numbers, by the type of DuckDB."""


@dataclass(frozen=True, slots=True)
class Views:
    """The views and cubes of a model, as one caller sees them."""

    compiler: Compiler
    principal: Principal

    def __contains__(self, place: object) -> bool:
        """Tell whether there is a view or cube of a name."""
        return place in self.compiler.model.views or place in self.compiler.model.cubes

    def relation(self, place: str) -> ViewRelation:
        """Return a view as it stands in FROM; what the caller may not see is no column of it."""
        model = self.compiler.model
        thing = model.views.get(place) or model.cubes[place]
        own = thing.members if place in model.views else (*thing.dimensions, *thing.measures)  # type: ignore[union-attr]  # one of both
        found = [one for name in own if (one := model.find(f"{place}.{name}")) is not None]
        shown = [
            one
            for one in found
            if not isinstance(one.member, Segment) and visible(model, one.name, self.principal)
        ]
        shown.sort(key=lambda one: isinstance(one.member, Measure))
        columns = {one.name.partition(".")[2]: self._column(one) for one in shown}
        return ViewRelation(place, columns, is_bare=True)

    def _column(self, found: Found) -> Typed | MeasureColumn:
        if isinstance(found.member, Measure):
            return MeasureColumn(found.name)
        return Typed((Operand(found.name),), self.dimension_kind(found))

    def dimension_kind(self, found: Found) -> ValueKind:
        """Return which values a dimension has."""
        type_ = self.compiler.planner.members.type_of(found.cube, found.member.name)
        return _KINDS.get(kind_of(found)) or number_kind(type_)

    def measure(self, name: str) -> tuple[Found, Measure]:
        """Look up a measure by its full name."""
        found = self.compiler.model.find(name)
        assert found is not None  # noqa: S101 - it is a column of a view
        assert isinstance(found.member, Measure)  # noqa: S101 - same
        return found, found.member

    def measure_type(self, name: str) -> str:
        """Return DuckDB's type of a measure."""
        found, measure = self.measure(name)
        return self.compiler.planner.members.type_of(found.cube, measure.name)

    def measure_kind(self, name: str) -> ValueKind:
        """Return which values a measure has."""
        _, measure = self.measure(name)
        type_ = self.measure_type(name)
        kind = _KINDS.get(kind_of_measure(measure)) or _KINDS_OF_EXTREMES.get(type_)
        return kind or number_kind(type_)

    def count_measure(self, place: str) -> str:
        """Name the measure that counts the rows of a view: those of the cube that it starts from.

        Raises:
            SqlError: it has none.
        """
        view = self.compiler.model.views.get(place)
        root = place if view is None else view.join_paths[0][0]
        counts = []
        for name, column in self.relation(place).columns.items():
            if isinstance(column, MeasureColumn):
                found, measure = self.measure(column.name)
                if found.cube == root and is_plain(measure, MeasureType.COUNT):
                    return column.name
                counts += [name] if measure.type is MeasureType.COUNT else []
        hint = "write MEASURE(x) with a measure that counts"
        if counts:
            hint = f"{hint}: {', '.join(counts)}"
        raise SqlError(f"'{place}' has no measure that counts its rows", NOT_SUPPORTED, hint)

    def is_root_key(self, place: str, operand: object) -> bool:
        """Tell whether a dimension names the rows that a view starts from."""
        if not isinstance(operand, Operand):
            return False
        view = self.compiler.model.views.get(place)
        root = place if view is None else view.join_paths[0][0]
        found = self.compiler.model.find(operand.member)
        keys = self.compiler.model.cubes[root].primary_keys
        return (
            found is not None
            and len(keys) == 1
            and (found.cube, found.member.name) == (root, keys[0].name)
        )

    def is_count(self, name: str) -> bool:
        """Tell whether a measure counts, so that it is 0 where there is nothing."""
        _, measure = self.measure(name)
        return measure.type.value.startswith("count")

    def is_aggregate(self, name: str) -> bool:
        """Tell whether a measure aggregates rows by itself, so that it is NULL or 0 without any."""
        found, measure = self.measure(name)
        return self.compiler.planner.members.is_aggregate(found.cube, measure.name)

    def is_rolling(self, name: str) -> bool:
        """Tell whether a measure looks at a window of time."""
        found, measure = self.measure(name)
        leaves = self.compiler.planner.members.calculated(found.cube, measure.name).leaves
        return any(one.window is not None for one in leaves)

    def is_of_periods(self, name: str) -> bool:
        """Tell whether a measure looks at other times than those it is grouped by."""
        found, measure = self.measure(name)
        leaves = self.compiler.planner.members.calculated(found.cube, measure.name).leaves
        return any(one.window is not None or one.shifts for one in leaves)

    def is_time(self, operand: Operand) -> bool:
        """Tell whether a dimension is one of time."""
        found = self.compiler.model.find(operand.member)
        return (
            found is not None and isinstance(found.member, Dimension) and kind_of(found) == "time"
        )


def is_plain(measure: Measure, type_: MeasureType) -> bool:
    """Tell whether a measure aggregates all rows in a way, and does nothing else."""
    is_whole = measure.sql is None or type_ is not MeasureType.COUNT
    has_extras = measure.filters or measure.rolling_window or measure.stage or measure.case
    return measure.type is type_ and is_whole and not has_extras


def number_kind(type_: str) -> ValueKind:
    """Return which numbers a type of DuckDB has."""
    return _NUMBERS.get(type_.partition("(")[0], ValueKind.NUMBER)

"""What one SELECT over a view asks for: groups, measures, and aggregates of dimensions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.query.query import Constant
from semantic.spec.measures import Measure, MeasureType
from semantic.sqlapi.aggregates import MEASURE, Aggregate, of_values
from semantic.sqlapi.arguments import Argument, argument_of, as_cast
from semantic.sqlapi.blocks import Blocks, MeasureAsked, ValuesAsked, argument_name
from semantic.sqlapi.conditions import conditions_of
from semantic.sqlapi.grouping_sets import LEVEL, Groups
from semantic.sqlapi.relations import MeasureColumn, ViewRelation, folded
from semantic.sqlapi.statements import GROUPING_ERROR, NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import WHOLE, Parts, Typed, ValueKind, duckdb_type, write

if TYPE_CHECKING:
    from semantic.query.query import Condition
    from semantic.sqlapi.scalars import Scalars
    from semantic.sqlapi.viewing import Views

_FITTING = {
    ("sum", False): (MeasureType.SUM, MeasureType.COUNT),
    ("count", False): (MeasureType.COUNT,),
    ("avg", False): (MeasureType.AVG,),
    ("min", False): (MeasureType.MIN,),
    ("max", False): (MeasureType.MAX,),
    ("count", True): (MeasureType.COUNT_DISTINCT, MeasureType.COUNT_DISTINCT_APPROX),
}
"""The aggregates that are what a measure of a type is anyway; the flag is DISTINCT."""
_OF_VALUES = ("min", "max", "bool_and", "bool_or")
"""Aggregates for which it does not matter how often a value is there."""


@dataclass(slots=True)
class Gatherer:
    """Collects what one SELECT asks of a view.

    `rows` rebuilds expressions over the dimensions of a row. Where nothing is asked, there are no
    rows, and nothing that rows would be needed for is refused. `lists_all` where a tool shows every
    column there is: what means nothing in such rows is empty there.
    """

    views: Views
    relation: ViewRelation
    rows: Scalars
    groups: Groups
    name: str
    is_asked: bool = True
    lists_all: bool = False
    numbers: dict[MeasureAsked | ValuesAsked, int] = field(default_factory=dict)
    _kinds: list[ValueKind] = field(default_factory=list)

    @property
    def keys(self) -> tuple[Typed, ...]:
        """What is grouped by."""
        return self.groups.keys

    def key(self, typed: Typed) -> Typed | None:
        """Return the column of what is grouped by, None for anything else."""
        for number, one in enumerate(self.keys):
            if one.parts == typed.parts:
                return replace(one, parts=(f'"{self.name}"."k{number}"',), text=None, moment=None)
        return None

    def measure(self, name: str, conditions: tuple[Condition, ...] = ()) -> Typed:
        """Return the column of a measure.

        Raises:
            SqlError: it cannot be asked for by these groups, or with conditions of its own.
        """
        own = name.partition(".")[2]
        is_loose = self.is_asked and any(map(self._is_raw_time, self.keys))
        if is_loose and self.lists_all and self.views.is_of_periods(name):
            return Typed(("NULL",), self.views.measure_kind(name))
        if is_loose and self.views.is_rolling(name):
            message = f"'{own}' rolls over time and is shown by periods"
            raise SqlError(message, NOT_SUPPORTED, "GROUP BY DATE_TRUNC('day', …)")
        if conditions and self.keys and not self.views.is_aggregate(name):
            hint = "ask for it in a query of its own, with the condition in WHERE"
            raise SqlError(f"'{own}' is calculated and takes no FILTER", NOT_SUPPORTED, hint)
        kind = self.views.measure_kind(name)
        parts = self._asked(MeasureAsked(name, conditions), kind)
        if self.views.is_count(name):
            parts = write("coalesce({0}, 0)", parts)
        if kind is ValueKind.TIMESTAMP:
            parts = self._clock(name, parts)
        return Typed(parts, kind)

    def _clock(self, name: str, parts: Parts) -> Parts:
        """Show an instant on the clock of the session, as time dimensions are; a date is one."""
        type_, zone = self.views.measure_type(name), Constant(self.rows.zone, "VARCHAR")
        if type_ == "TIMESTAMP WITH TIME ZONE":
            return write("({0} AT TIME ZONE {1})", parts, (zone,))
        if type_ == "TIMESTAMP":
            return write("(({0} AT TIME ZONE 'UTC') AT TIME ZONE {1})", parts, (zone,))
        return write("CAST({0} AS TIMESTAMP)", parts)

    def aggregate(self, one: Aggregate) -> Typed:
        """Return the column of an aggregate.

        Raises:
            SqlError: the aggregate would not be what the measure is, or rows would count twice.
        """
        if one.argument is None:
            return self._counted(self._conditions(one.condition))
        taken = argument_of(one, one.argument)
        conditions = self._conditions(one.condition, taken.condition)
        column = self._column(taken.node)
        if column is not None:
            found = self._of_measure(one, column.name, conditions)
            type_, own = self.views.measure_type(column.name), column.name.partition(".")[2]
            found = as_cast(found, taken.casts, type_, own, self.rows.zone)
            is_zero = taken.is_zero
            return replace(found, parts=write("coalesce({0}, 0)", found)) if is_zero else found
        if isinstance(taken.node, exp.Literal) and not taken.node.is_string and not one.is_distinct:
            return self._of_number(one, str(taken.node.this), conditions, is_zero=taken.is_zero)
        if taken.is_zero:
            raise _refuse_rows(one)
        return self._of_dimension(one, self._argument(taken), conditions)

    def _column(self, node: exp.Expr) -> MeasureColumn | None:
        if not isinstance(node, exp.Column):
            return None
        found = self.relation.columns.get(folded(node.this))
        return found if isinstance(found, MeasureColumn) else None

    def _argument(self, taken: Argument) -> Typed:
        """Read an expression over dimensions.

        Raises:
            SqlError: there is a measure in it.
        """
        node: exp.Expr = taken.node if not taken.casts else taken.casts[-1]
        measures = [one for one in node.find_all(exp.Column) if self._column(one) is not None]
        if measures:
            own = folded(measures[0].this)
            message = f"'{own}' is a measure, and no row has it"
            hint = f"calculate with MEASURE({own}) outside of the aggregate, or in a query around"
            raise SqlError(message, GROUPING_ERROR, hint)
        return self.rows.read(node)

    def source(self, filters: tuple[Condition, ...]) -> Parts:
        """Write everything that was asked for as one thing in FROM.

        Raises:
            SqlError: nothing was asked for.
        """
        if not self.keys and not self.numbers:
            message = f"nothing of '{self.relation.place}' is selected"
            raise SqlError(message, NOT_SUPPORTED, "select a dimension or a measure of it")
        if not self.is_asked:
            return write(f'({{0}}) AS "{self.name}"', self._nothing())
        blocks = Blocks(self.views, self.rows.zone, self.keys, filters, self.numbers)
        blocks = replace(blocks, beside=blocks.mentioned())
        written = blocks.written()
        if self.groups.sets:
            measures = list(self.numbers.values())
            written = self.groups.written(
                lambda keys: replace(blocks, keys=keys).written(), measures
            )
        return write(f'({{0}}) AS "{self.name}"', written)

    def _nothing(self) -> Parts:
        """Write the columns without a row."""
        kinds = [(f"k{number}", one.kind) for number, one in enumerate(self.keys)]
        kinds += [(f"m{number}", kind) for number, kind in enumerate(self._kinds)]
        shown = [f'CAST(NULL AS {duckdb_type(kind)}) AS "{name}"' for name, kind in kinds]
        levels = [f'0 AS "{LEVEL}"'] if self.groups.sets else []
        return (f"SELECT {', '.join([*shown, *levels])} WHERE FALSE",)

    def _asked(self, asked: MeasureAsked | ValuesAsked, kind: ValueKind) -> Parts:
        if asked not in self.numbers:
            self._kinds.append(kind)
        number = self.numbers.setdefault(asked, len(self.numbers))
        return (f'"{self.name}"."m{number}"',)

    def _is_raw_time(self, key: Typed) -> bool:
        return any(self.views.is_time(one) and one.granularity is None for one in key.operands)

    def _conditions(self, *nodes: exp.Expr | None) -> tuple[Condition, ...]:
        return tuple(
            one for node in nodes if node is not None for one in conditions_of(node, self.rows)
        )

    def _counted(self, conditions: tuple[Condition, ...]) -> Typed:
        return self.measure(self.views.count_measure(self.relation.place), conditions)

    def _of_measure(self, one: Aggregate, name: str, conditions: tuple[Condition, ...]) -> Typed:
        _, measure = self.views.measure(name)
        types = _FITTING.get((one.name, one.is_distinct), ())
        if one.name != MEASURE and not (measure.type in types and is_by_itself(measure)):
            own = name.partition(".")[2]
            message = f"'{own}' is a measure ({measure.type.value}), of which {one.shown} would not"
            raise SqlError(f"{message} be the right number", NOT_SUPPORTED, f"write MEASURE({own})")
        found = self.measure(name, conditions)
        # What PostgreSQL makes of a sum of bigint has decimals to divide into.
        is_whole = one.name == "sum" and found.kind in WHOLE
        return replace(found, kind=ValueKind.NUMERIC) if is_whole else found

    def _of_number(
        self, one: Aggregate, written: str, conditions: tuple[Condition, ...], *, is_zero: bool
    ) -> Typed:
        """Count rows by COUNT(1), or by SUM(CASE WHEN … THEN 1 ELSE 0 END)."""
        is_one = one.name == "sum" and written in ("1", "1.0")
        if one.name != "count" and not is_one:
            raise _refuse_rows(one)
        found = self._counted(conditions)
        if is_one and not is_zero:
            return replace(found, parts=write("nullif({0}, 0)", found))
        return found

    def _of_dimension(
        self, one: Aggregate, argument: Typed, conditions: tuple[Condition, ...]
    ) -> Typed:
        operand = argument.parts[0] if len(argument.parts) == 1 else None
        is_rows = one.name == "count" and not one.is_distinct
        if is_rows and self.views.is_root_key(self.relation.place, operand):
            return self._counted(conditions)
        if one.name == MEASURE or not (one.is_distinct or one.name in _OF_VALUES):
            raise _refuse_rows(one)
        named = replace(argument, parts=argument_name(), text=None, moment=None)
        if one.name == "count":
            written = Typed(write("count(DISTINCT {0})", named), ValueKind.INT)
        else:
            written = of_values(one, named, (), self.rows.zone)
        parts = self._asked(ValuesAsked(argument, written.parts, conditions), written.kind)
        if one.name == "count":
            parts = write("coalesce({0}, 0)", parts)
        return replace(written, parts=parts)


def is_by_itself(measure: Measure) -> bool:
    """Tell whether a measure aggregates rows, with filters or without, and does nothing else."""
    return not (measure.rolling_window or measure.stage or measure.case)


def _refuse_rows(one: Aggregate) -> SqlError:
    message = f"{one.shown} of a dimension depends on how often its values stand in the rows"
    hint = "use a measure, COUNT(DISTINCT x), MIN(x) or MAX(x), or have the measure declared"
    return SqlError(message, GROUPING_ERROR, hint)

"""What one SELECT over a view asks for: groups, measures, and aggregates of dimensions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.spec.measures import Measure, MeasureType
from semantic.sqlapi.aggregates import MEASURE, Aggregate, of_values
from semantic.sqlapi.blocks import Blocks, MeasureAsked, ValuesAsked, argument_name
from semantic.sqlapi.conditions import conditions_of
from semantic.sqlapi.relations import MeasureColumn, ViewRelation, folded
from semantic.sqlapi.statements import GROUPING_ERROR, NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import WHOLE, Parts, Typed, ValueKind, write

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

    `keys` are what is grouped by. `rows` rebuilds expressions over the dimensions of a row.
    """

    views: Views
    relation: ViewRelation
    rows: Scalars
    keys: tuple[Typed, ...]
    name: str
    numbers: dict[MeasureAsked | ValuesAsked, int] = field(default_factory=dict)

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
        if self.views.is_rolling(name) and any(map(self._is_raw_time, self.keys)):
            message = f"'{own}' rolls over time and is shown by periods"
            raise SqlError(message, NOT_SUPPORTED, "GROUP BY DATE_TRUNC('day', …)")
        if conditions and self.keys and not self.views.is_aggregate(name):
            hint = "ask for it in a query of its own, with the condition in WHERE"
            raise SqlError(f"'{own}' is calculated and takes no FILTER", NOT_SUPPORTED, hint)
        parts = self._asked(MeasureAsked(name, conditions))
        if self.views.is_count(name):
            parts = write("coalesce({0}, 0)", parts)
        kind = self.views.measure_kind(name)
        if kind is ValueKind.TIMESTAMP:
            parts = write("CAST({0} AS TIMESTAMP)", parts)
        return Typed(parts, kind)

    def aggregate(self, one: Aggregate) -> Typed:
        """Return the column of an aggregate.

        Raises:
            SqlError: the aggregate would not be what the measure is, or rows would count twice.
        """
        if one.argument is None:
            return self._counted(self._conditions(one.condition))
        argument, condition, is_zero = _take_case(one, one.argument)
        conditions = self._conditions(one.condition, condition)
        column = self.relation.columns.get(folded(argument.this)) if _is_column(argument) else None
        if isinstance(column, MeasureColumn):
            found = self._of_measure(one, column.name, conditions)
            return replace(found, parts=write("coalesce({0}, 0)", found)) if is_zero else found
        if isinstance(argument, exp.Literal) and not argument.is_string and not one.is_distinct:
            return self._of_number(one, str(argument.this), conditions, is_zero=is_zero)
        if is_zero:
            raise _refuse_rows(one)
        return self._of_dimension(one, self.rows.read(argument), conditions)

    def source(self, filters: tuple[Condition, ...]) -> Parts:
        """Write everything that was asked for as one thing in FROM.

        Raises:
            SqlError: nothing was asked for.
        """
        if not self.keys and not self.numbers:
            message = f"nothing of '{self.relation.place}' is selected"
            raise SqlError(message, NOT_SUPPORTED, "select a dimension or a measure of it")
        blocks = Blocks(self.views, self.rows.zone, self.keys, filters, self.numbers)
        return write(f'({{0}}) AS "{self.name}"', blocks.written())

    def _asked(self, asked: MeasureAsked | ValuesAsked) -> Parts:
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
        parts = self._asked(ValuesAsked(argument, written.parts, conditions))
        if one.name == "count":
            parts = write("coalesce({0}, 0)", parts)
        return replace(written, parts=parts)


def is_by_itself(measure: Measure) -> bool:
    """Tell whether a measure aggregates rows, with filters or without, and does nothing else."""
    return not (measure.rolling_window or measure.stage or measure.case)


def _is_column(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column)


def _take_case(one: Aggregate, argument: exp.Expr) -> tuple[exp.Expr, exp.Expr | None, bool]:
    """Take `CASE WHEN condition THEN x [ELSE 0] END` for x where the condition holds."""
    node = _bare(argument)
    if not isinstance(node, exp.Case) or node.this is not None or len(node.args["ifs"]) != 1:
        return node, None, False
    default = node.args.get("default")
    is_zero = isinstance(default, exp.Literal) and str(default.this) in ("0", "0.0")
    is_nothing = default is None or isinstance(default, exp.Null)
    if not is_nothing and not (is_zero and one.name == "sum"):
        return node, None, False
    (branch,) = node.args["ifs"]
    return _bare(branch.args["true"]), branch.this, is_zero


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _refuse_rows(one: Aggregate) -> SqlError:
    message = f"{one.shown} of a dimension depends on how often its values stand in the rows"
    hint = "use a measure, COUNT(DISTINCT x), MIN(x) or MAX(x), or have the measure declared"
    return SqlError(message, GROUPING_ERROR, hint)

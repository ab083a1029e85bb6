"""The queries that one SELECT over a view becomes, put together by their groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.query.query import Computed, Operand, Query, TimeDimension, members_of
from semantic.sqlapi.conditions import formula_of, spans_of
from semantic.sqlapi.statements import NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import Parts, Typed, ValueKind, as_kind, listed, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.query.query import Condition
    from semantic.sqlapi.viewing import Views

_KINDS = {
    ValueKind.TEXT: "string",
    ValueKind.BOOL: "boolean",
    ValueKind.DATE: "time",
    ValueKind.TIMESTAMP: "time",
}
_ARGUMENT = '"?"'


@dataclass(frozen=True, slots=True)
class MeasureAsked:
    """A measure, of rows for which conditions hold."""

    name: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ValuesAsked:
    """An aggregate of the different values of an expression over dimensions.

    `written` is the aggregate with `argument_name` in the place of the expression.
    """

    argument: Typed
    written: Parts
    conditions: tuple[Condition, ...]


def argument_name() -> Parts:
    """Return what stands for the expression in an aggregate of its values."""
    return (_ARGUMENT,)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Queries by the same groups. Columns are `k0` for groups and `m0` for what is asked for.

    `numbers` says which column everything is. `beside` are members that other queries of the same
    SELECT name.
    """

    views: Views
    zone: str
    keys: tuple[Typed, ...]
    filters: tuple[Condition, ...]
    numbers: Mapping[MeasureAsked | ValuesAsked, int]
    beside: tuple[str, ...] = ()

    def written(self) -> Parts:
        """Write all of them as one statement."""
        measures = [one for one in self.numbers if isinstance(one, MeasureAsked)]
        values = [one for one in self.numbers if isinstance(one, ValuesAsked)]
        blocks = [
            self._measuring(conditions, [one for one in measures if one.conditions == conditions])
            for conditions in dict.fromkeys(one.conditions for one in measures)
        ]
        blocks += [
            self._valuing(conditions, [one for one in values if one.conditions == conditions])
            for conditions in dict.fromkeys(one.conditions for one in values)
        ]
        if self.keys and all(one.conditions for one in self.numbers):
            blocks.append(self._grouping(measures))
        return blocks[0] if len(blocks) == 1 else self._together(blocks)

    def _measuring(self, conditions: tuple[Condition, ...], asked: list[MeasureAsked]) -> Parts:
        """Ask for measures by the groups."""
        filters = (*self.filters, *conditions)
        for one in asked:
            if self.views.is_rolling(one.name):
                self._refuse_loose_times(one.name, filters)
        query, order = self._query(self.keys, tuple(one.name for one in asked), filters)
        columns = [f'"k{number}"' for number in order]
        columns += [f'"m{self.numbers[one]}"' for one in asked]
        source = write(f"({{0}}) AS q({', '.join(columns)})", (query,))
        return _shown(source, self.keys, columns)

    def _grouping(self, measures: list[MeasureAsked]) -> Parts:
        """Ask for all groups, where every measure has conditions of its own, or there is none."""
        names = tuple(dict.fromkeys(one.name for one in measures))
        query, order = self._query(self.keys, names, self.filters)
        columns = [f'"k{number}"' for number in order]
        hidden = [f'"h{number}"' for number in range(len(names))]
        source = write(f"({{0}}) AS q({', '.join([*columns, *hidden])})", (query,))
        return _shown(source, self.keys, columns)

    def _valuing(self, conditions: tuple[Condition, ...], asked: list[ValuesAsked]) -> Parts:
        """Aggregate the different values of dimensions by the groups."""
        keys = once((*self.keys, *(one.argument for one in asked)))
        query, order = self._query(keys, (), (*self.filters, *conditions))
        columns = [f'"k{number}"' for number in order]
        inner = _shown(write(f"({{0}}) AS q({', '.join(columns)})", (query,)), keys, columns)
        place = {one.parts: f'"k{number}"' for number, one in enumerate(keys)}
        groups = [f'"k{number}"' for number in range(len(self.keys))]
        shown = [
            *groups,
            *(_filled(one, place[one.argument.parts], self.numbers[one]) for one in asked),
        ]
        grouped = f" GROUP BY {', '.join(groups)}" if groups else ""
        named = ", ".join(shown)
        return write(f"SELECT {named} FROM ({{0}}) AS v{grouped}", inner)  # noqa: S608 - names of ours

    def _together(self, blocks: list[Parts]) -> Parts:
        """Put blocks together by the groups; each has some of the columns."""
        groups = [f'"k{number}"' for number in range(len(self.keys))]
        found = [f'any_value("m{one}") AS "m{one}"' for one in self.numbers.values()]
        united = listed(
            (write("SELECT * FROM ({0})", one) for one in blocks), " UNION ALL BY NAME "
        )
        grouped = f" GROUP BY {', '.join(groups)}" if groups else ""
        columns = ", ".join([*groups, *found])
        return write(f"SELECT {columns} FROM ({{0}}){grouped}", united)  # noqa: S608 - names of ours

    def _query(
        self, keys: tuple[Typed, ...], names: tuple[str, ...], filters: tuple[Condition, ...]
    ) -> tuple[Query, list[int]]:
        """Write a query, and say which of its columns shows which key."""
        plain, times, computed = [], [], []
        for number, one in enumerate(keys):
            operand = one.parts[0] if len(one.parts) == 1 else None
            if not isinstance(operand, Operand):
                typed = as_kind(one, ValueKind.TEXT, "") if one.kind is ValueKind.UNKNOWN else one
                formula = formula_of(typed, _KINDS.get(typed.kind, "number"))
                computed.append((number, Computed(f"k{number}", formula)))
            elif operand.granularity is None:
                plain.append((number, operand.member))
            else:
                times.append((number, TimeDimension(operand.member, operand.granularity)))
        spans, others = spans_of(filters)
        query = Query(
            measures=names,
            dimensions=tuple(one for _, one in plain),
            time_dimensions=(*(one for _, one in times), *spans),
            computed=tuple(one for _, one in computed),
            filters=others,
            order=(),
            limit=None,
            timezone=self.zone,
            beside=self.beside,
        )
        return query, [number for number, _ in (*plain, *times, *computed)]

    def mentioned(self) -> tuple[str, ...]:
        """Name every member that any of the queries names."""
        conditions = [*self.filters, *(one for asked in self.numbers for one in asked.conditions)]
        names = [name for one in conditions for name in members_of(one)]
        names += [one.member for key in self.keys for one in key.operands]
        for asked in self.numbers:
            if isinstance(asked, MeasureAsked):
                names.append(asked.name)
            else:
                names += [one.member for one in asked.argument.operands]
        return tuple(dict.fromkeys(names))

    def _refuse_loose_times(self, name: str, filters: tuple[Condition, ...]) -> None:
        """Refuse conditions on time that would take rows away from a window."""
        spans, others = spans_of(filters)
        loose = [name for one in others for name in members_of(one)]
        if len(spans) > 1 or any(self.views.is_time(Operand(one)) for one in loose):
            message = f"'{name.partition('.')[2]}' rolls over time and needs a range of time"
            hint = "write WHERE x >= '2024-01-01' AND x < '2025-01-01'"
            raise SqlError(message, NOT_SUPPORTED, hint)


def once(keys: tuple[Typed, ...]) -> tuple[Typed, ...]:
    """Return expressions without those that stand there already."""
    found: dict[Parts, Typed] = {}
    for one in keys:
        found.setdefault(one.parts, one)
    return tuple(found.values())


def _shown(source: Parts, keys: tuple[Typed, ...], columns: list[str]) -> Parts:
    """Show what a query answers, texts as such whatever the facts have."""
    texts = {f'"k{number}"' for number, one in enumerate(keys) if one.kind is ValueKind.TEXT}
    shown = [f"CAST({one} AS VARCHAR) AS {one}" if one in texts else one for one in columns]
    return ("SELECT ", ", ".join(shown), " FROM ", *source)


def _filled(asked: ValuesAsked, column: str, number: int) -> str:
    written = "".join(one for one in asked.written if isinstance(one, str))
    return f'{written.replace(_ARGUMENT, column)} AS "m{number}"'

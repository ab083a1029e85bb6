"""Plans as SQL, in one dialect: sub-queries by name, parameters in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from semantic.access.authorizing import AuthorizedPlan
from semantic.plan.expressions import Constant, Subselect
from semantic.plan.nodes import GRID, LEVEL, Answer, CubeTable, Rows, Values, Windowed
from semantic.sqlgen.expressions import Writer, joined, quote
from semantic.sqlgen.templates import Templates

if TYPE_CHECKING:
    from semantic.plan.nodes import Arm, Gathered, Joined, Named, Spine
    from semantic.sqlgen.expressions import Pieces


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters; `total` counts the rows without limit, with the same parameters."""

    sql: str
    parameters: tuple[Any, ...]
    total: str

    @property
    def bindable(self) -> str:
        """The statement with NULL for each parameter, which is enough to learn its types."""
        return self.sql.replace("?", "NULL")


class Generator:
    """Writes authorised plans in one dialect, and nothing else."""

    def __init__(self, dialect: str = "duckdb") -> None:
        """Write for a dialect of sqlglot."""
        self.templates = Templates(dialect)
        self.writer = Writer(self.templates)

    def generate(self, authorized: AuthorizedPlan) -> Statement:
        """Write a plan that `access` authorised."""
        if not isinstance(authorized, AuthorizedPlan):
            raise TypeError("only a plan that access authorised becomes SQL")
        answer = authorized.plan.answer
        whole = self._answer(answer)
        sql, parameters = self._flat([*whole, *self._tail(answer)])
        total, _ = self._flat(["SELECT COUNT(*) FROM (", *whole, ") AS counted"])
        return Statement(sql, parameters, total)

    def _flat(self, pieces: Pieces) -> tuple[str, tuple[Any, ...]]:
        values: list[Any] = []
        texts = []
        for one in pieces:
            if isinstance(one, str):
                texts.append(one)
            elif isinstance(one, Subselect):
                texts.append(one.sql)
                values.extend(one.parameters)
            else:
                values.append(one.value)
                texts.append("?" if self.writer.is_duckdb else f"${len(values)}")
        return "".join(texts), tuple(values)

    def _tail(self, answer: Answer) -> Pieces:
        pieces = self.writer.order(answer.order)
        if answer.limit is not None:
            pieces.append(f" LIMIT {int(answer.limit)}")
        if answer.offset:
            pieces.append(f" OFFSET {int(answer.offset)}")
        return pieces

    def _answer(self, answer: Answer) -> Pieces:
        pieces: Pieces = ["SELECT ", *self._columns(answer.columns), " FROM ("]
        for level in reversed(answer.stages):
            pieces += ["SELECT *, ", *self._columns(level), " FROM ("]
        pieces += self._spread(answer)
        pieces += [") AS staged" for _ in answer.stages]
        return [*pieces, ") AS answer", *self._where(answer.conditions)]

    def _spread(self, answer: Answer) -> Pieces:
        """Put values of coarser groups beside the gathered arms."""
        gathered = self._gather(answer) if len(answer.arms) > 1 else self._arm(answer.arms[0])
        if not answer.spread:
            return gathered
        shown = [f"{quote(GRID)}.*"]
        for one in answer.spread:
            for of in one.source.measures if isinstance(one.source, Answer) else ():
                value = f"{quote(one.name)}.{quote(of.name)}"
                value = f"COALESCE({value}, 0)" if of.is_count else value
                shown.append(f"{value} AS {quote(of.name)}")
        pieces: Pieces = [f"SELECT {', '.join(shown)} FROM (", *gathered, f") AS {quote(GRID)}"]  # noqa: S608 - names of the plan
        return [*pieces, *self._tables(answer.spread)]

    def _gather(self, answer: Answer) -> Pieces:
        """Put arms together by their groups; NULL is a group like others."""
        shown = [quote(one) for one in answer.groups]
        shown += [
            (f"COALESCE(MAX({name}), 0)" if one.is_count else f"MAX({name})") + f" AS {name}"
            for one in answer.measures
            for name in (quote(one.name),)
        ]
        pieces: Pieces = [f"SELECT {', '.join(shown)} FROM ("]  # noqa: S608 - names of the plan
        for number, arm in enumerate(answer.arms):
            if number:
                pieces.append(" UNION ALL ")
            pieces += self._aligned(answer, arm)
        pieces.append(") AS gathered")
        if answer.groups:
            pieces.append(f" GROUP BY {', '.join(quote(one) for one in answer.groups)}")
        return pieces

    def _aligned(self, answer: Answer, arm: Arm) -> Pieces:
        """Give an arm the columns of all arms."""
        own = {name for name, _ in arm.source.columns}
        shown = []
        for name in answer.groups:
            if name == LEVEL:
                shown.append(f"{arm.level} AS {quote(LEVEL)}")
            else:
                shown.append(quote(name) if name in own else f"NULL AS {quote(name)}")
        shown += [self._measure(one, arm) for one in answer.measures]
        return [f"SELECT {', '.join(shown)} FROM (", *self._arm(arm), ") AS arm"]  # noqa: S608 - names of the plan

    def _measure(self, one: Gathered, arm: Arm) -> str:
        written = quote(one.name) if one.name in arm.kept else "NULL"
        if one.type:
            written = f"CAST({written} AS {self.templates.type(one.type)})"
        return f"{written} AS {quote(one.name)}"

    def _arm(self, arm: Arm) -> Pieces:
        if isinstance(arm.source, Rows):
            return self._rows(arm.source)
        return self._windowed(arm.source)

    def _rows(self, rows: Rows) -> Pieces:
        pieces: Pieces = ["SELECT DISTINCT " if rows.is_distinct else "SELECT "]
        pieces += self._columns(rows.columns)
        pieces += [" FROM ", *self._tables(rows.tables), *self._where(rows.conditions)]
        return [*pieces, *self._grouped(rows.grouped)]

    def _grouped(self, grouped: int | None) -> Pieces:
        if not grouped:
            return []
        return [" GROUP BY ", ", ".join(str(number + 1) for number in range(grouped))]

    def _columns(self, columns: tuple[Named, ...]) -> Pieces:
        pieces: Pieces = []
        for number, (name, expression) in enumerate(columns):
            if number:
                pieces.append(", ")
            pieces += [*self.writer.write(expression), f" AS {quote(name)}"]
        return pieces or ["1 AS nothing"]

    def _where(self, conditions: tuple[Any, ...]) -> Pieces:
        pieces: Pieces = []
        for number, one in enumerate(conditions):
            pieces.append(" AND " if number else " WHERE ")
            pieces += self.writer.operand(one)
        return pieces

    def _tables(self, tables: tuple[Joined, ...]) -> Pieces:
        pieces: Pieces = []
        for one in tables:
            source = self._source(one.source)
            if one.condition is None:
                pieces += [*source, f" AS {quote(one.name)}"]
            else:
                pieces += [" LEFT JOIN ", *source, f" AS {quote(one.name)} ON "]
                pieces += self.writer.write(one.condition)
        return pieces

    def _source(self, source: CubeTable | Values | Rows | Answer) -> Pieces:
        if isinstance(source, Values):
            rows = [["SELECT ", *self.writer.write(one), ' AS "value"'] for one in source.values]
            return ["(", *joined(rows, " UNION ALL "), ")"]
        if isinstance(source, CubeTable):
            written = "".join(str(one) for one in self.templates.parts(source.fragment))
            return [f"({written})" if source.is_statement else written]
        if isinstance(source, Answer):
            return ["(", *self._answer(source), ")"]
        return ["(", *self._rows(source), ")"]

    def _windowed(self, one: Windowed) -> Pieces:
        keys, *rest = one.tables
        pieces: Pieces = ["WITH window_rows AS (", *self._rows(one.keys), ") SELECT "]
        pieces += [*self._columns(one.columns), " FROM "]
        if one.once:
            shown = ["periods.period_from", *(f'"groups".{quote(name)}' for name in one.groups)]
            shown += [f"{quote(keys.name)}.{quote(name)}" for name in one.once]
            pieces.append(f"(SELECT DISTINCT {', '.join(shown)} FROM ")  # noqa: S608 - names of the plan
        pieces += ["(", *self._spine(one.spine), ") AS periods"]
        if one.groups:
            names = ", ".join(quote(name) for name in one.groups)
            distinct = f"SELECT DISTINCT {names} FROM window_rows"  # noqa: S608 - names of the plan
            pieces.append(f' CROSS JOIN ({distinct}) AS "groups"')
        pieces.append(f" LEFT JOIN window_rows AS {quote(keys.name)} ON ")
        pieces += self.writer.write(keys.condition or Constant("TRUE"))
        if one.once:
            pieces.append(f") AS {quote(keys.name)}")
        pieces += self._tables(tuple(rest))
        return [*pieces, *self._grouped(one.grouped)]

    def _spine(self, spine: Spine) -> Pieces:
        first, last = self.writer.write(spine.first), self.writer.write(spine.last)
        if not spine.months and not spine.seconds:
            return ["SELECT ", *first, " AS period_from, ", *last, " AS period_to"]
        step = self.writer.interval(spine.months, spine.seconds)
        series: Pieces = ["generate_series(", *first, ", ", *last, f", {step})"]
        if self.writer.is_duckdb:
            series = ["UNNEST(", *series, ")"]
        inner: Pieces = ["SELECT ", *series, " AS period_from"]
        if spine.is_from_rows:
            inner.append(" FROM window_rows")
        ends = f"period_from, period_from + {step} AS period_to"
        return [f"SELECT {ends} FROM (", *inner, ") AS spine"]  # noqa: S608 - names of the plan

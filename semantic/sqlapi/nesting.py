"""Queries inside of the conditions and groups of others: compiled first, and then part of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from semantic.query.query import Formula, Group, Nested, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from semantic.query.query import Condition
    from semantic.run.compiled import Compiled


@dataclass(slots=True)
class Compilation:
    """Compiles the queries of one statement; `found` are all of them, the inner ones as well."""

    compile_query: Callable[[Query], Compiled]
    found: list[Compiled] = field(default_factory=list)

    def compiled(self, query: Query) -> Compiled:
        """Compile a query after those that it looks at."""
        compiled = self.compile_query(self._whole(query))
        self.found.append(compiled)
        return compiled

    def _whole(self, query: Query) -> Query:
        if not any(map(_has_queries, (*query.filters, *(one.formula for one in query.computed)))):
            return query
        computed = tuple(replace(one, formula=self._formula(one.formula)) for one in query.computed)
        return replace(query, filters=self._conditions(query.filters), computed=computed)

    def _conditions(self, several: Iterable[Condition]) -> tuple[Condition, ...]:
        return tuple(self._formula(one) if isinstance(one, Formula) else one for one in several)

    def _formula(self, formula: Formula) -> Formula:
        parts = tuple(self._nested(one) if isinstance(one, Query) else one for one in formula.parts)
        return replace(formula, parts=parts)

    def _nested(self, query: Query) -> Nested:
        """Compile an inner query over the facts, which the outer one may look at at any time."""
        compiled = self.compile_query(self._whole(query))
        direct = compiled if compiled.reliance is None else compiled.reliance.direct
        self.found.append(direct)
        return Nested(direct.sql, direct.parameters)


def _has_queries(condition: Condition) -> bool:
    assert not isinstance(condition, Group)  # noqa: S101 - SQL has formulas for them
    return isinstance(condition, Formula) and any(isinstance(one, Query) for one in condition.parts)

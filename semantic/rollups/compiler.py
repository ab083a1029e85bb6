"""The compiler that reads a rollup instead of the facts where both give the same numbers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from semantic.access.authorizing import permit
from semantic.access.principal import Principal
from semantic.compiling import KEPT, Compiler
from semantic.query.query import QueryError
from semantic.rollups.matching import RejectedError, match
from semantic.rollups.refusing import refuse_unexecuted
from semantic.rollups.shapes import Shape, shape_rollup

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from semantic.plan.asking import Restrictions
    from semantic.query.query import Query
    from semantic.rollups.keeping import Keeper
    from semantic.run.compiled import Compiled
    from semantic.spec.model import Model

Rejection = tuple[str, str]
"""The name of a rollup and why it is not used."""


class RollupCompiler(Compiler):
    """Compiles queries, and reads rollups that a keeper has fresh."""

    def __init__(self, model: Model, types: Mapping[str, str], keeper: Keeper) -> None:
        """Compile for a model, with the SQL types of its members.

        Raises:
            ModelError: rollups of the model say what is not executed.
        """
        refuse_unexecuted(model)
        super().__init__(model, types)
        self._types = types
        self._keeper = keeper
        self._shapes: dict[str, tuple[tuple[tuple[Shape, Compiler], ...], tuple[Rejection, ...]]]
        self._shapes = {}
        self._matched: OrderedDict[object, tuple[tuple[Shape, Query | str], ...]] = OrderedDict()
        self._matching = Lock()

    def compile(self, query: Query, principal: Principal, now: datetime | None = None) -> Compiled:
        """Compile a query for a caller, over a rollup where one has the answer.

        Raises:
            QueryError: it names what is unknown or hidden, or cannot be answered rightly.
        """
        direct = super().compile(query, principal, now)
        shapes, rejected = self.shapes(principal.timezone)
        if not shapes and not rejected:
            return direct
        restrictions = permit(self.planner, query, principal, now).restrictions
        reasons = list(rejected)
        for shape, found in self._matches(query, restrictions, principal.timezone):
            if isinstance(found, str):
                reasons.append((shape.name, found))
                continue
            self._keeper.want(shape, principal.organisation_id)
            stale = self._keeper.staleness(shape, principal.organisation_id)
            if stale is not None:
                reasons.append((shape.name, stale))
                continue
            reader = next(reader for one, reader in shapes if one is shape)
            return _over(shape, reader.compile(found, _reader_of(principal)), direct, reasons)
        explanation = replace(direct.explanation, rejected=tuple(reasons))
        return replace(direct, explanation=explanation)

    def shapes(
        self, timezone: str
    ) -> tuple[tuple[tuple[Shape, Compiler], ...], tuple[Rejection, ...]]:
        """Return the rollups of the model for a time zone, and those that cannot be used."""
        if timezone not in self._shapes:
            usable = []
            rejected = []
            for cube in self.model.cubes.values():
                for rollup in cube.pre_aggregations.values():
                    try:
                        shape = shape_rollup(
                            self.planner, self._types, cube.name, rollup, timezone, self._tables
                        )
                    except QueryError as error:
                        rejected.append((f"{cube.name}.{rollup.name}", error.message))
                    else:
                        usable.append((shape, Compiler(shape.model, shape.types)))
            self._shapes[timezone] = tuple(usable), tuple(rejected)
        return self._shapes[timezone]

    def _matches(
        self, query: Query, restrictions: Restrictions, timezone: str
    ) -> tuple[tuple[Shape, Query | str], ...]:
        """Match a query with every rollup, which is kept: only freshness changes."""
        key = (query, restrictions, timezone)
        with self._matching:
            kept = self._matched.get(key)
        if kept is None:
            kept = tuple(
                (shape, self._match(shape, query, restrictions))
                for shape, _ in self.shapes(timezone)[0]
            )
            with self._matching:
                self._matched[key] = kept
                if len(self._matched) > KEPT:
                    self._matched.popitem(last=False)
        return kept

    def _match(self, shape: Shape, query: Query, restrictions: Restrictions) -> Query | str:
        try:
            return match(self.planner, shape, query, restrictions)
        except RejectedError as error:
            return str(error)


def _reader_of(principal: Principal) -> Principal:
    """Ask the rollup for the same club; the caller's policies are in the query already."""
    return Principal(principal.organisation_id, frozenset())


def _over(shape: Shape, compiled: Compiled, direct: Compiled, reasons: list[Rejection]) -> Compiled:
    """Give an answer over a rollup the columns that it would have over the facts."""
    columns = tuple(
        replace(asked, alias=own.alias)
        for asked, own in zip(direct.columns, compiled.columns, strict=True)
    )
    explanation = replace(
        direct.explanation,
        joins=(f"read from {shape.table}",),
        used=(f"{shape.name}: it has the groups, and nothing changed since it was built",),
        rejected=tuple(reasons),
    )
    return replace(
        compiled,
        columns=columns,
        explanation=explanation,
        tables=direct.tables,
        rollups={shape.table: shape.name},
    )

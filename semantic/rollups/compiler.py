"""The compiler that reads a rollup instead of the facts where both give the same numbers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from semantic.access.authorizing import permit
from semantic.access.principal import Principal
from semantic.compiling import KEPT, Compiler
from semantic.query.query import QueryError
from semantic.rollups.matching import RejectedError, match
from semantic.rollups.originals import Original, reading, shape_original
from semantic.rollups.refusing import inner_name, refuse_unexecuted
from semantic.rollups.shapes import ROLLUP, Shape, shape_rollup
from semantic.run.compiled import Reliance
from semantic.spec.rollups import RollupType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from semantic.plan.asking import Restrictions
    from semantic.query.query import Query
    from semantic.rollups.keeping import Built, Keeper
    from semantic.rollups.stored import Stored
    from semantic.run.compiled import Compiled
    from semantic.spec.model import Model
    from semantic.spec.rollups import PreAggregation

Rejection = tuple[str, str]
"""The name of a rollup and why it is not used."""
_SHAPED = (RollupType.ROLLUP, RollupType.ROLLUP_JOIN)
"""What has a table of groups. Of a lambda, the rollups are used that it puts together."""


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
        self._readers: dict[frozenset[str], Compiler] = {}

    def compile(self, query: Query, principal: Principal, now: datetime | None = None) -> Compiled:
        """Compile a query for a caller, over a rollup where one has the answer.

        Raises:
            QueryError: it names what is unknown or hidden, or cannot be answered rightly.
        """
        direct = super().compile(query, principal, now)
        reasons: list[Rejection] = []
        found = self._over_groups(query, principal, now, direct, reasons)
        found = found or self._over_originals(query, principal, now, direct, reasons)
        compiled = found or direct
        if not reasons:
            return compiled
        explanation = replace(compiled.explanation, rejected=tuple(reasons))
        return replace(compiled, explanation=explanation)

    def shapes(
        self, timezone: str
    ) -> tuple[tuple[tuple[Shape, Compiler], ...], tuple[Rejection, ...]]:
        """Return the rollups of the model for a time zone, and those that cannot be used."""
        if timezone not in self._shapes:
            usable = []
            rejected = []
            for cube, rollup in self._declared(*_SHAPED):
                try:
                    shape = shape_rollup(
                        self.planner, self._types, cube, rollup, timezone, self._tables
                    )
                except QueryError as error:
                    rejected.append((f"{cube}.{rollup.name}", error.message))
                else:
                    usable.append((shape, Compiler(shape.model, shape.types)))
            self._shapes[timezone] = tuple(usable), tuple(rejected)
        return self._shapes[timezone]

    @cached_property
    def originals(self) -> tuple[tuple[Original, ...], tuple[Rejection, ...]]:
        """The cubes of the model whose rows are kept, and those that cannot be."""
        usable = []
        rejected = []
        for cube, rollup in self._declared(RollupType.ORIGINAL_SQL):
            try:
                usable.append(shape_original(self.model.cubes[cube], rollup, self._tables[cube]))
            except QueryError as error:
                rejected.append((f"{cube}.{rollup.name}", error.message))
        return tuple(usable), tuple(rejected)

    def stored(self, name: str, timezone: str) -> tuple[Stored, ...]:
        """Find what is kept of a pre-aggregation, by its name `cube.pre_aggregation`.

        Of a lambda, that is what is kept of the rollups that it puts together.

        Raises:
            ValueError: there is none that can be used, and why.
        """
        for cube, rollup in self._declared(RollupType.ROLLUP_LAMBDA):
            if name == f"{cube}.{rollup.name}":
                inner = (inner_name(cube, one.path) for one in rollup.rollups)
                return tuple(kept for one in inner for kept in self.stored(one, timezone))
        shapes, rejected = self.shapes(timezone)
        originals, others = self.originals
        for one in (*(shape.stored for shape, _ in shapes), *(own.stored for own in originals)):
            if one.name == name:
                return (one,)
        raise ValueError(dict((*rejected, *others)).get(name, f"there is no rollup '{name}'"))

    def _declared(self, *types: RollupType) -> Iterator[tuple[str, PreAggregation]]:
        """Name the pre-aggregations of some types, each with its cube."""
        for cube in self.model.cubes.values():
            for rollup in cube.pre_aggregations.values():
                if rollup.type in types:
                    yield cube.name, rollup

    def _over_groups(
        self,
        query: Query,
        principal: Principal,
        now: datetime | None,
        direct: Compiled,
        reasons: list[Rejection],
    ) -> Compiled | None:
        """Compile over the first rollup that has the answer; note why others have not."""
        shapes, rejected = self.shapes(principal.timezone)
        if not shapes and not rejected:
            return None
        restrictions = permit(self.planner, query, principal, now).restrictions
        reasons.extend(rejected)
        for shape, found in self._matches(query, restrictions, principal.timezone):
            if isinstance(found, str):
                reasons.append((shape.name, found))
                continue
            built = self._standing(shape.stored, principal, reasons)
            if built is None:
                continue
            if built.covered is not None and not _has_times(found, built):
                message = "the query is not about times alone that lie within its build range"
                reasons.append((shape.name, message))
                continue
            reader = next(reader for one, reader in shapes if one is shape)
            return _over(shape, reader.compile(found, _reader_of(principal)), direct, built)
        return None

    def _standing(
        self, stored: Stored, principal: Principal, reasons: list[Rejection]
    ) -> Built | None:
        """Ask for a rollup; return how it stands, or note why it cannot be used."""
        self._keeper.want(stored, principal.organisation_id)
        built = self._keeper.standing(stored, principal.organisation_id)
        if isinstance(built, str):
            reasons.append((stored.name, built))
            return None
        return built

    def _over_originals(
        self,
        query: Query,
        principal: Principal,
        now: datetime | None,
        direct: Compiled,
        reasons: list[Rejection],
    ) -> Compiled | None:
        """Compile over the kept rows of cubes, of all that the query reads and that are fresh."""
        originals, rejected = self.originals
        reasons.extend(rejected)
        fresh: list[tuple[Original, Built]] = []
        for one in originals:
            if one.cube not in direct.cubes:
                continue
            built = self._standing(one.stored, principal, reasons)
            if built is not None and all(one.cube != other.cube for other, _ in fresh):
                fresh.append((one, built))
        if not fresh:
            return None
        reader = self._reader([one for one, _ in fresh])
        compiled = reader.compile(query, principal, now)
        used = tuple(
            f"{one.stored.name}: it has the rows of '{one.cube}', and nothing changed since"
            for one, _ in fresh
        )
        return replace(
            compiled,
            explanation=replace(compiled.explanation, used=used),
            tables=direct.tables,
            rollups={one.stored.table: one.stored.name for one, _ in fresh},
            reliance=Reliance(
                min(built.version for _, built in fresh),
                min(built.built_at for _, built in fresh),
                frozenset(table for one, _ in fresh for table in one.stored.tables),
                direct,
                fresh[0][0].stored.type,
            ),
        )

    def _reader(self, originals: list[Original]) -> Compiler:
        """Return the compiler over the kept rows of some cubes."""
        key = frozenset(one.stored.table for one in originals)
        if key not in self._readers:
            self._readers[key] = Compiler(reading(self.model, originals), self._types)
        return self._readers[key]

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


def _has_times(found: Query, built: Built) -> bool:
    covered = built.covered
    return covered is None or covered.has(found.time_dimensions, f"{ROLLUP}.{covered.column}")


def _reader_of(principal: Principal) -> Principal:
    """Ask the rollup for the same club; the caller's policies are in the query already."""
    return Principal(principal.organisation_id, frozenset())


def _over(shape: Shape, compiled: Compiled, direct: Compiled, built: Built) -> Compiled:
    """Give an answer over a rollup the columns that it would have over the facts."""
    columns = tuple(
        replace(asked, alias=own.alias)
        for asked, own in zip(direct.columns, compiled.columns, strict=True)
    )
    table = shape.stored.table
    explanation = replace(
        direct.explanation,
        joins=(f"read from {table}",),
        used=(f"{shape.name}: it has the groups, and nothing changed since it was built",),
    )
    return replace(
        compiled,
        columns=columns,
        explanation=explanation,
        tables=direct.tables,
        cubes=direct.cubes,
        rollups={table: shape.name},
        reliance=Reliance(built.version, built.built_at, shape.stored.tables, direct),
    )

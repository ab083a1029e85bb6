"""SQL over views for one model: who answers a statement, and what it becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from semantic.access.authorizing import visible
from semantic.query.dates import utc_now
from semantic.run.compiled import Compiled, Explanation
from semantic.sqlapi.composing import compose
from semantic.sqlapi.converting import to_rest
from semantic.sqlapi.oracle import for_oracle
from semantic.sqlapi.parameters import bind
from semantic.sqlapi.querying import Queries
from semantic.sqlapi.routing import Statement, route
from semantic.sqlapi.statements import NOT_SUPPORTED, TOO_COMPLEX, Kind, Routed, SqlError, Target
from semantic.sqlapi.viewing import Views

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from semantic.access.principal import Principal
    from semantic.compiling import Compiler
    from semantic.query.query import Query
    from semantic.spec.model import Model
    from semantic.sqlapi.relations import RowsRelation


class SqlApi:
    """Answers SQL over views. It may be used from several threads at once."""

    def __init__(self, compiler_for: Callable[[Principal], Compiler]) -> None:
        """Answer over the models of each caller's club."""
        self._compiler_for = compiler_for

    def routed(self, sql: str, principal: Principal) -> Routed:
        """Say who answers one statement.

        Raises:
            SqlError: it does to views what cannot be done, or is too complex.
        """
        found = self._route(sql, principal)
        if found is None:
            return Routed(Target.SHELL)
        views = Views(self._compiler_for(principal), principal)
        return replace(found.routed, oracle_sql=for_oracle(found, views))

    def compile(
        self,
        statement: Routed,
        values: tuple[str | None, ...],
        parameter_types: tuple[str, ...],
        columns: tuple[tuple[str, str], ...] | None,
        principal: Principal,
        timezone: str,
        now: datetime | None = None,
    ) -> Compiled:
        """Turn the query of a statement into SQL that may be run.

        Args:
            statement: what `routed` said about it.
            values: those of `$1`, `$2` and so on as texts, None for NULL.
            parameter_types: their types, by PostgreSQL's names.
            columns: names and types of the result as PostgreSQL describes it; None leaves types
                as they are.
            principal: who asks.
            timezone: that of the session, on whose clock times are shown.
            now: what time it is.

        Raises:
            QueryError: it is not understood, not allowed, or cannot be answered rightly.
        """
        compiler = self._compiler_for(principal)
        views = Views(compiler, principal)
        found = self._route(statement.sql, principal)
        if found is None:
            raise SqlError("the statement is not about any view", NOT_SUPPORTED)
        at = now or utc_now()
        try:
            tree = bind(found.tree, values, parameter_types)
            rows: RowsRelation = Queries.of(views, timezone, at).rows(tree, {})
        except RecursionError:
            raise SqlError("the statement is too complex", TOO_COMPLEX) from None

        def compile_query(query: Query) -> Compiled:
            return compiler.compile(query, principal, at)

        own = Compiled(principal.organisation_id, "", (), (), Explanation())
        return compose(rows, columns, timezone, compile_query, own)

    def to_rest(self, sql: str, principal: Principal, timezone: str) -> dict[str, Any]:
        """Write a SELECT as a query of the REST API.

        Raises:
            QueryError: it has what such a query cannot say.
        """
        found = self._route(sql, principal)
        if found is None or found.routed.kind is not Kind.SELECT:
            raise SqlError("this is no SELECT from a view", NOT_SUPPORTED)
        views = Views(self._compiler_for(principal), principal)
        queries = Queries.of(views, timezone, utc_now())
        return {**to_rest(bind(found.tree, (), ()), queries), "timezone": timezone}

    def _route(self, sql: str, principal: Principal) -> Statement | None:
        model = self._compiler_for(principal).model
        return route(sql, _Places(model, principal))


class _Places:
    """The views and cubes of which a caller may see anything."""

    def __init__(self, model: Model, principal: Principal) -> None:
        self._model = model
        self._principal = principal

    def __contains__(self, name: object) -> bool:
        model = self._model
        if name in model.views:
            own = (*model.views[str(name)].members,)
        elif name in model.cubes:
            cube = model.cubes[str(name)]
            own = (*cube.dimensions, *cube.measures)
        else:
            return False
        return any(visible(model, f"{name}.{one}", self._principal) for one in own)

"""Everything of the semantic layer together: what follows the store, and what answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from semantic.catalogue import Catalogue
from semantic.compiling import describe_members
from semantic.rest.application import build_application
from semantic.rest.services import Services, Settings
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.run.engine import Engine, types_of
from semantic.serving.door import opened
from semantic.serving.exporting import Exporting
from semantic.serving.operations import operation_routes
from semantic.sqlapi.api import SqlApi
from semantic.sync.schema import TABLES, create_schema
from semantic.sync.store import Facts
from semantic.sync.worker import Follower

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette
    from starlette.types import Lifespan

    from semantic.access.principal import Principal
    from semantic.rest.authentication import Authenticator
    from semantic.serving.door import Door
    from semantic.spec.model import Model
    from semantic.sync.source import Source

SHIPPED = Path(__file__).resolve().parents[1] / "models"
"""The models that everybody has."""
_COMPILERS_KEPT = 16
"""Compilers go when so many newer ones came, and are made again where they are asked for."""


class Layer:
    """The semantic layer of one process, which owns the files of facts in a folder."""

    def __init__(
        self,
        folder: Path,
        source: Source,
        authenticator: Authenticator,
        *,
        models: Path | None = None,
        memory_mb: int | None = None,
        settings: Settings | None = None,
        door: Door | None = None,
    ) -> None:
        """Open the facts of a folder and read the models.

        Args:
            folder: where the files of facts are; it is created.
            source: the operational store that is followed.
            authenticator: says who calls.
            models: a folder of the installation's own models, beside those that are shipped.
            memory_mb: what DuckDB may use; None leaves it to DuckDB.
            settings: how the API behaves.
            door: where BI tools come in, None where they do not.

        Raises:
            ModelError: the shipped models are wrong.
        """
        limit = None if memory_mb is None else f"{memory_mb}MB"
        self._source = source
        self._door = door
        self._compilers: OrderedDict[str, RollupCompiler] = OrderedDict()
        self._lock = threading.Lock()
        tables = frozenset(one.name for one in TABLES)
        self.facts = Facts(folder, memory_limit=limit)
        self._keeper = Keeper(self.facts)
        self.catalogue = Catalogue(SHIPPED, tables, installation=models, verify=self._describe)
        self.follower = Follower(source, self.facts)
        self._services = Services(
            authenticator,
            self._compiler_for,
            Engine(self.facts),
            settings or Settings(),
            self,
        )

    def application(self) -> Starlette:
        """Build what answers: Cube's REST API, and the operations beside it."""
        application = build_application(self._services)
        if self._door is not None:
            application.router.lifespan_context = self._with_door(
                self._door, application.router.lifespan_context
            )
        exporting = Exporting(self._services)
        application.router.lifespan_context = exporting.lasting(application.router.lifespan_context)
        routes = operation_routes(self.follower, self.catalogue, self._services.authenticator)
        application.router.routes.extend([*routes, exporting.route()])
        return application

    def _with_door(self, door: Door, lifespan: Lifespan[Starlette]) -> Lifespan[Starlette]:
        """Let BI tools in as long as the application runs."""

        @asynccontextmanager
        async def both(application: Starlette) -> AsyncIterator[None]:
            async with (
                lifespan(application),
                opened(door, SqlApi(self._compiler_for), self._compiler_for, self._services.engine),
            ):
                yield

        return both

    def follow(self, stop: threading.Event) -> None:
        """Keep facts and models up to date until the event is set; then close the facts."""
        watching = threading.Thread(
            target=self.catalogue.watch, args=(stop,), name="watch the models"
        )
        keeping = threading.Thread(target=self._keeper.run, args=(stop,), name="keep rollups")
        watching.start()
        keeping.start()
        try:
            self.follower.run(stop)
        finally:
            watching.join()
            keeping.join()

    def build(self, principal: Principal, name: str, timezone: str) -> str:
        """Build a rollup for a caller's club, by its name `cube.pre_aggregation`.

        Returns the table that has it.

        Raises:
            ValueError: there is none that can be used, and why.
        """
        compiler = self._compiler_for(principal)
        return self._keeper.build_named(compiler, name, principal.organisation_id, timezone)

    def close(self) -> None:
        """Close the files of facts."""
        self.facts.close()

    def _compiler_for(self, principal: Principal) -> RollupCompiler:
        """Return the compiler over the models of a caller's club."""
        model = self.catalogue.model_for(principal.organisation_id)
        with self._lock:
            found = self._compilers.get(model.version)
        return found or self._describe(model)

    def _describe(self, model: Model) -> RollupCompiler:
        """Find out what types members have, which shows whether the database understands them."""
        with duckdb.connect(":memory:") as blank:
            create_schema(blank)
            types = describe_members(model, partial(types_of, blank))
        compiler = RollupCompiler(model, types, self._keeper)
        with self._lock:
            self._compilers[model.version] = compiler
            if len(self._compilers) > _COMPILERS_KEPT:
                self._compilers.popitem(last=False)
        return compiler

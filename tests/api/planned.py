"""One document answered twice: by its plan and by the executor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLSchema, parse

from app.resolvers.context import Context
from app.resolvers.plans.planner import Plans
from app.schema.build import build_schema, tables_by_type
from app.storage.engine import read_engine
from app.storage.lanes import Lanes
from app.storage.reads import Reader

if TYPE_CHECKING:
    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.storage.engine import AsyncEngine


@cache
def the_api() -> Any:
    """The schema that is executed."""
    return build_schema()


def live_schema() -> GraphQLSchema:
    """The same schema as graphql-core has it."""
    found: GraphQLSchema = the_api()._schema
    return found


@dataclass
class Answers:
    """Answers documents in both ways on one database."""

    runner: Runner
    url: str
    ids: dict[str, list[str]]
    loop: asyncio.Runner = field(default_factory=asyncio.Runner)
    memories: dict[str, dict[Any, Any]] = field(default_factory=dict)
    _engine: AsyncEngine | None = None
    _lanes: Lanes | None = None

    def engine(self) -> AsyncEngine:
        if self._engine is None:
            self._engine = read_engine(self.url)
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            if self._lanes is not None:
                self.loop.run(self._lanes.close())
            self.loop.run(self._engine.dispose())
        self.loop.close()

    def plans(self) -> Plans:
        if self._lanes is None:
            self._lanes = Lanes(self.engine())
        return Plans(the_api(), tables_by_type(), self._lanes)

    def context(self, actor: Actor) -> Context:
        reader = Reader(self.engine())
        return Context(actor, reader, self.runner, "test", lambda: datetime.now(UTC))

    def planned(self, actor: Actor, text: str, variables: dict[str, Any]) -> Any:
        """The data that the plan answers; None when there is no plan."""
        memory = self.memories.setdefault(text, {})

        async def answer() -> bytes | None:
            return await self.plans().answer(
                self.context(actor), parse(text), memory, None, variables
            )

        found = self.loop.run(answer())
        return None if found is None else orjson.loads(found)

    def executed(self, actor: Actor, text: str, variables: dict[str, Any]) -> tuple[Any, Any]:
        """The data and the errors that the executor answers."""

        async def execute() -> Any:
            return await the_api().execute(
                text, variable_values=variables, context_value=self.context(actor)
            )

        result = self.loop.run(execute())
        return orjson.loads(orjson.dumps(result.data)), result.errors


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Name the places in which two answers differ, with both values."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(one[key], other[key], f"{path}/{key}") for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(a, b, f"{path}/{at}") for at, (a, b) in enumerate(zip(one, other, strict=True))]
    else:
        same = type(one) is type(other) and one == other
        return [] if same else [f"{path}: {one!r} and {other!r}"]
    return [found for pair in pairs for found in differences(*pair)]

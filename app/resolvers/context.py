"""What every resolver is given: who calls, how to read, how to run commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from app.domain.admission import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.reads import Reader


@dataclass(slots=True)
class Context:
    """One request. `actor` is None when no valid token came with it; `refusal` says why.

    `semantics` is None where no semantic layer is known.
    """

    actor: Actor | None
    reader: Reader
    runner: Runner
    request_id: str
    clock: Callable[[], datetime]
    refusal: Refusal = Refusal.ABSENT
    semantics: SemanticDoor | None = None
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def caller(self) -> Actor:
        """Return the actor, or answer UNAUTHENTICATED."""
        if self.actor is None:
            raise GraphQLError(self.refusal.sentence, extensions={"code": "UNAUTHENTICATED"})
        return self.actor

    async def row(self, table: str, row_id: UUID | None) -> Mapping[str, Any] | None:
        """Read one visible row by id; loads of one moment go in one statement."""
        if row_id is None:
            return None
        loader = self._loader((table,), self._load_rows(table))
        found: Mapping[str, Any] | None = await loader.load(row_id)
        return found

    async def children(
        self, table: str, column: str, parent_id: UUID, order: tuple[str, ...]
    ) -> list[Mapping[str, Any]]:
        """Read the visible children of a parent; loads of one moment go in one statement."""
        load = self._load_children(table, column, order)
        loader = self._loader((table, column, order), load)
        found: list[Mapping[str, Any]] = await loader.load(parent_id)
        return found

    async def today(self) -> date:
        """Return the day it is at the club."""
        club = await self.row("organisation", self.caller.organisation_id)
        if club is None:
            message = "an actor's organisation does not exist"
            raise AssertionError(message)
        return self.clock().astimezone(ZoneInfo(club["time_zone"])).date()

    async def loaded(self, name: str, key: Hashable, load: Callable[..., Any]) -> Any:  # noqa: ANN401 - a loader of anything
        """Load by any other batch function, once per key and request."""
        return await self._loader((name,), load).load(key)

    def forget(self) -> None:
        """Drop what was read, because a mutation may have changed it."""
        self._loaders.clear()

    def _loader(self, key: Hashable, load: Callable[..., Any]) -> DataLoader[Any, Any]:
        """Return the loader of one kind of read in this request."""
        if key not in self._loaders:
            self._loaders[key] = DataLoader(load_fn=load)
        return self._loaders[key]

    def _load_rows(self, table: str) -> Callable[..., Any]:
        async def load(ids: list[UUID]) -> list[Mapping[str, Any] | None]:
            found = await self.reader.by_ids(self.caller, table, ids)
            return [found.get(one) for one in ids]

        return load

    def _load_children(self, table: str, column: str, order: tuple[str, ...]) -> Callable[..., Any]:
        async def load(ids: list[UUID]) -> list[list[Mapping[str, Any]]]:
            found = await self.reader.by_parents(self.caller, table, column, ids, order)
            return [found.get(one, []) for one in ids]

        return load

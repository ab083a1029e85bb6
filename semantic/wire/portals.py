"""What a session has open: prepared statements, portals and cursors over views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.wire.splitting import Command

if TYPE_CHECKING:
    from semantic.sqlapi.statements import Routed
    from semantic.wire.answers import Answer
    from semantic.wire.backend import Described
    from semantic.wire.contracts import WireColumn


@dataclass(frozen=True, slots=True)
class Query:
    """A statement over views: what it asks, and what its query alone takes and returns."""

    routed: Routed
    inner: Described
    columns: tuple[WireColumn, ...]


Step = Query | Command
"""What a prepared statement does that is not the shell's alone."""


@dataclass(slots=True)
class Running:
    """An answer that is being handed out.

    `type_names` are those of its columns; `seconds` is what a statement may take.
    """

    answer: Answer
    timezone: str
    seconds: float
    type_names: tuple[str, ...]


@dataclass(slots=True)
class Portal:
    """A prepared statement with its values; `running` once its first rows were wanted."""

    step: Step
    values: tuple[str | None, ...]
    running: Running | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What PREPARE made, and when, by the clock of the shell."""

    query: Query
    made_at: str | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """What DECLARE made."""

    running: Running
    columns: tuple[WireColumn, ...]
    is_held: bool
    is_binary: bool


@dataclass
class Opened:
    """Everything of one session.

    The shell has a statement, portal or cursor of the same name for each of these, and says by it
    how long each lives: what is gone there is closed here.
    """

    statements: dict[bytes, Step] = field(default_factory=dict)
    portals: dict[bytes, Portal] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    prepared: dict[str, Prepared] = field(default_factory=dict)

    def answers(self) -> list[Answer]:
        """Return every answer that may have more rows."""
        running = [one.running for one in self.portals.values()]
        running += [one.running for one in self.cursors.values()]
        return [one.answer for one in running if one is not None and one.answer.is_open]

    async def put_portal(self, name: bytes, portal: Portal) -> None:
        """Keep a portal, in place of the one that had its name."""
        await self.drop_portal(name)
        self.portals[name] = portal

    async def drop_portal(self, name: bytes) -> None:
        """Close a portal, if there is one of the name."""
        found = self.portals.pop(name, None)
        if found is not None and found.running is not None:
            await found.running.answer.close()

    async def put_cursor(self, name: str, cursor: Cursor) -> None:
        """Keep a cursor, in place of one that ended without a word."""
        await self.drop_cursor(name)
        self.cursors[name] = cursor

    async def drop_cursor(self, name: str) -> None:
        """Close a cursor, if there is one of the name."""
        found = self.cursors.pop(name, None)
        if found is not None:
            await found.running.answer.close()

    async def keep_only(self, names: frozenset[str]) -> None:
        """Close portals and cursors with other names."""
        for portal in [one for one in self.portals if one.decode(errors="replace") not in names]:
            await self.drop_portal(portal)
        for cursor in [one for one in self.cursors if one not in names]:
            await self.drop_cursor(cursor)

    async def end_transaction(self) -> None:
        """Close what lives no longer than a transaction: all but cursors that are held."""
        await self.keep_only(frozenset(n for n, one in self.cursors.items() if one.is_held))

    async def close(self) -> None:
        """Close everything."""
        await self.keep_only(frozenset())

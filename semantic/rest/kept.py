"""Answers that are kept: given again while the facts are the same, or while a newer takes long."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.run.moving import is_moving

if TYPE_CHECKING:
    from collections.abc import Hashable

    from semantic.rest.answers import Found
    from semantic.run.compiled import Compiled
    from semantic.run.facts import FactStore

_AROUND_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class _Kept:
    found: Found
    version: int
    tables: frozenset[str]

    @property
    def size_bytes(self) -> int:
        """Return what it takes, with what stands around the rows."""
        return int(self.found.table.nbytes) + _AROUND_BYTES


@dataclass
class KeptAnswers:
    """The latest answers, as many as there is room for."""

    facts: FactStore
    limit_bytes: int
    _kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def latest(self, key: Hashable) -> Found | None:
        """Return the latest answer, however old it is."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return kept.found

    def current(self, key: Hashable) -> Found | None:
        """Return the latest answer if none of the facts behind it changed since."""
        kept = self._kept.get(key)
        if kept is None or not kept.tables:
            return None
        if kept.version != self.facts.version() and not kept.tables.isdisjoint(
            self.facts.tables_changed_since(kept.version)
        ):
            return None
        return self.latest(key)

    def keep(self, key: Hashable, compiled: Compiled, found: Found) -> None:
        """Keep an answer to a query.

        A query that asks what time it is has an answer that is never current.
        """
        self.forget(key)
        tables = frozenset[str]() if is_moving(compiled.sql) else compiled.tables
        kept = _Kept(found, found.version, tables)
        if kept.size_bytes > self.limit_bytes:
            return
        self._kept[key] = kept
        self._bytes += kept.size_bytes
        while self._bytes > self.limit_bytes:
            self.forget(next(iter(self._kept)))

    def forget(self, key: Hashable) -> None:
        """Forget an answer, if there is one."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.size_bytes

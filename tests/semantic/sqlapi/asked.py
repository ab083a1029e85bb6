"""SQL asked of the small club of the compiler's tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from semantic.access.principal import Principal
from semantic.compiling import Compiler
from semantic.run.compiled import Compiled
from semantic.run.engine import Engine
from semantic.sqlapi.api import SqlApi
from semantic.sqlapi.statements import Routed
from tests.semantic.compiler.club import CALLER, at

NOW = at("2024-03-05T12:30:00+00:00")


@dataclass(frozen=True)
class SqlClub:
    """A club that is asked SQL."""

    compiler: Compiler
    engine: Engine

    @property
    def api(self) -> SqlApi:
        return SqlApi(lambda _: self.compiler)

    def routed(self, sql: str, caller: Principal = CALLER) -> Routed:
        return self.api.routed(sql, caller)

    def compiled(
        self,
        sql: str,
        values: Sequence[tuple[str, str | None]] = (),
        columns: Sequence[tuple[str, str]] | None = None,
        caller: Principal = CALLER,
        timezone: str = "UTC",
        now: datetime = NOW,
    ) -> Compiled:
        """Compile a statement; `values` are types and texts of its parameters."""
        return self.api.compile(
            self.routed(sql, caller),
            tuple(text for _, text in values),
            tuple(kind for kind, _ in values),
            None if columns is None else tuple(columns),
            caller,
            timezone,
            now,
        )

    def rows(self, sql: str, *values: tuple[str, str | None], **how: Any) -> list[tuple[Any, ...]]:
        """Answer a statement as rows of values."""
        table = self.engine.answer(self.compiled(sql, values, **how)).table
        columns = [column.to_pylist() for column in table.columns]
        return list(zip(*columns, strict=True))

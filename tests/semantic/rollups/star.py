"""Facts on disk with as many movements as a test says, and the shipped models over them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb

from semantic.access.principal import Principal
from semantic.compiling import describe_members
from semantic.query.query import Query
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.run.engine import Engine
from semantic.sync.apply import Applied
from semantic.sync.facts import SALE_MOVEMENT
from semantic.sync.schema import TABLES, star_version
from semantic.sync.state import State, write_state
from semantic.sync.store import Facts
from semantic.sync.tables import ColumnType
from tests.semantic.models.shipped import MODEL
from tests.semantic.oracle.clubs import CLUB
from tests.semantic.rollups.empty_star import EmptyStar

ANALYST = Principal(CLUB, frozenset({"analyst"}), {"currency": "EUR"}, "Europe/Brussels")
BY_MONTH = "sale_movement.by_month"
COUNT = Query(measures=("sales.quantity",))
_VALUES: Mapping[ColumnType, str] = {
    ColumnType.ID: "uuid()",
    ColumnType.TEXT: "'EUR'",
    ColumnType.WHOLE: "1",
    ColumnType.SMALL: "1",
    ColumnType.UNIT: "0.010",
    ColumnType.TRUTH: "false",
    ColumnType.INSTANT: "TIMESTAMP '2030-05-01'",
    ColumnType.DAY: "DATE '2030-05-01'",
}


@cache
def types_of_star() -> dict[str, str]:
    return describe_members(MODEL, Engine(EmptyStar()).types_of)


@dataclass
class Star:
    """Facts in a folder, which a rebuild replaces and a batch changes."""

    facts: Facts

    def __post_init__(self) -> None:
        self.engine = Engine(self.facts)
        self.keeper = Keeper(self.facts)
        self.compiler = RollupCompiler(MODEL, types_of_star(), self.keeper)

    def rebuild(self, movement_count: int) -> None:
        """Put another file in place, with so many movements."""
        file, version = self.facts.begin_file(), self.facts.version() + 1
        changed_at = {one.name: version for one in TABLES}
        at = datetime(2030, 5, 1, tzinfo=UTC)
        state = State("one", star_version(), "1:1:", version, at, {}, changed_at)
        with file.cursor() as cursor:
            _insert(cursor, movement_count)
            write_state(cursor, state)
        self.facts.swap(file, state)

    def apply(self, movement_count: int) -> None:
        """Commit a batch that adds so many movements."""
        before = self.facts.state()
        assert before is not None
        version = before.version + 1
        changed_at = {**before.changed_at, SALE_MOVEMENT.name: version}
        state = replace(before, version=version, changed_at=changed_at)
        with self.facts.cursor() as cursor:
            cursor.execute("BEGIN")
            _insert(cursor, movement_count)
            write_state(cursor, state, before)
            cursor.execute("COMMIT")
        self.facts.accept(Applied(state, frozenset({SALE_MOVEMENT.name})))

    def build(self) -> str:
        """Build the rollup of movements, and return its table."""
        return self.keeper.build_named(self.compiler, BY_MONTH, CLUB, ANALYST.timezone)


def _insert(cursor: duckdb.DuckDBPyConnection, movement_count: int) -> None:
    values = ", ".join(_VALUES[one.type] for one in SALE_MOVEMENT.columns[1:])
    cursor.execute(
        f"INSERT INTO store.{SALE_MOVEMENT.name} SELECT ?::UUID, {values} FROM range(?)",
        [str(CLUB), movement_count],
    )


@contextmanager
def open_star(folder: Path, movement_count: int = 3) -> Iterator[Star]:
    """Open facts with some movements for a block."""
    star = Star(Facts(folder, threads=1, memory_limit="500MB"))
    star.rebuild(movement_count)
    yield star
    star.facts.close()

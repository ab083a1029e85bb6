"""`python -m bench semantic-compile`: what compiling costs, and what the compiled SQL costs.

Questions about the models that Loge ships are compiled, each time with other values and again with
the same ones. Five million movements of sales are then asked in turns by what the compiler wrote
and by the SQL that one would write by hand.
"""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import duckdb

from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query, Test, TimeDimension
from semantic.run.engine import Engine
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS = 5_000_000
QUESTIONS = 500
ROUNDS = 9
CLUB = UUID(int=1)
ASKER = Principal(CLUB, frozenset({"root"}), {"currency": "EUR"}, "Europe/Brussels")
_FILLED = """
INSERT INTO store.fact_sale_movement BY NAME
SELECT '{club}'::UUID AS organisation_id, md5(i::VARCHAR)::UUID AS movement_id,
    md5((i // 4)::VARCHAR)::UUID AS sale_id, md5(i::VARCHAR)::UUID AS line_id,
    md5((i % 5000)::VARCHAR)::UUID AS account_id, md5((i % 5000)::VARCHAR)::UUID AS account_sk,
    'FINALISED' AS kind, TIMESTAMP '2024-01-01' + INTERVAL (i % 730) DAY AS moved_at,
    DATE '2024-01-01' + CAST(i % 730 AS INTEGER) AS moved_on, i % 90000 AS net_minor,
    1 AS quantity, 'EUR' AS currency, 0.01 AS minor_unit, false AS is_barter
FROM range({rows}) AS t(i)
"""
_ACCOUNTS = """
INSERT INTO store.dim_account BY NAME
SELECT '{club}'::UUID AS organisation_id, md5(i::VARCHAR)::UUID AS account_sk,
    chr(65 + CAST(i % 20 AS INTEGER)) AS country
FROM range(5000) AS t(i)
"""
_BY_HAND = """
SELECT a.country, CAST(date_trunc('month', m.moved_on) AS TIMESTAMP) AS month,
    SUM(m.net_minor * m.minor_unit) AS net, SUM(m.quantity) AS quantity
FROM fact_sale_movement m LEFT JOIN dim_account a ON m.account_sk = a.account_sk
WHERE m.currency = ? AND m.moved_on >= ? AND m.moved_on < ?
GROUP BY 1, 2 ORDER BY 2, 1 LIMIT 10000
"""


class _Store:
    """Facts in memory, as the engine wants them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET enable_progress_bar = false")
        self.connection.execute("CREATE SCHEMA store")
        for table in (*DIMENSIONS, *FACTS):
            columns = ", ".join(f'"{one.name}" {one.type}' for one in table.columns)
            self.connection.execute(f"CREATE TABLE store.{table.name} ({columns})")
            self.connection.execute(
                f"CREATE VIEW {table.name} AS SELECT * FROM store.{table.name} "
                "WHERE organisation_id = getvariable('organisation_id')"
            )

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self.connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def refreshed_at(self) -> datetime | None:
        return None

    def version(self) -> int:
        return 1

    def tables_changed_since(
        self,
        version: int,
        cursor: duckdb.DuckDBPyConnection | None = None,  # noqa: ARG002 - the protocol's
    ) -> frozenset[str]:
        return frozenset({str(version)})


def _question(number: int, *measures: str) -> Query:
    """Ask for a year by month and country, each time of another rep."""
    year = datetime(2024, 1, 1), datetime(2024, 12, 31, 23, 59, 59, 999_000)  # noqa: DTZ001 - wall clock
    return Query(
        measures=measures,
        dimensions=("sales.account_country",),
        time_dimensions=(TimeDimension("sales.moved_on", "month", year),),
        filters=(Test("sales.account_rep_code", "equals", (f"R{number}",)),) if number else (),
        timezone="Europe/Brussels",
    )


_SHAPES = {
    "one fact": ("sales.net_bookings", "sales.quantity"),
    "ratios": ("sales.average_deal", "sales.cancellation_share", "sales.average_price"),
    "a window beside": ("sales.net_bookings", "sales.cumulative_net_bookings"),
}


def run_semantic_compile() -> None:
    """Measure and print."""
    store = _Store()
    engine = Engine(store)
    folder = Path(__file__).parents[1] / "semantic" / "models"
    model = read_models([folder], [table.name for table in (*DIMENSIONS, *FACTS)])
    compiler = Compiler(model, describe_members(model, engine.types_of))
    for name, measures in _SHAPES.items():
        compiler.compile(_question(1, *measures), ASKER)
        fresh = _cpu_ms(compiler, measures, 2)
        kept = _cpu_ms(compiler, measures, 2)
        print(f"{name}: {fresh:.2f} ms of CPU to compile, {kept:.2f} ms when kept")
    store.connection.execute(_FILLED.format(club=CLUB, rows=ROWS))
    store.connection.execute(_ACCOUNTS.format(club=CLUB))
    compiled = compiler.compile(_question(0, *_SHAPES["one fact"]), ASKER)

    def by_hand() -> int:
        with store.cursor() as cursor:
            cursor.execute(f"SET VARIABLE organisation_id = '{CLUB}'::UUID")
            found = cursor.sql(_BY_HAND, params=["EUR", "2024-01-01", "2025-01-01"])
            return int(found.to_arrow_table().num_rows)

    def by_compiler() -> int:
        asked = compiler.compile(_question(0, *_SHAPES["one fact"]), ASKER)
        return int(engine.run(asked).num_rows)

    if by_hand() != by_compiler():
        raise SystemExit(f"the answers differ: {compiled.sql}")
    pairs = [(_seconds(by_hand), _seconds(by_compiler)) for _ in range(ROUNDS)]
    hand = statistics.median(one for one, _ in pairs) * 1000
    ours = statistics.median(one for _, one in pairs) * 1000
    ratio = statistics.median(one / other for other, one in pairs)
    print(f"{ROWS:,} facts: {hand:.0f} ms by hand, {ours:.0f} ms compiled, ratio {ratio:.3f}")


def _cpu_ms(compiler: Compiler, measures: tuple[str, ...], first: int) -> float:
    started = time.process_time()
    for number in range(first, first + QUESTIONS):
        compiler.compile(_question(number, *measures), ASKER)
    return (time.process_time() - started) * 1000 / QUESTIONS


def _seconds(ask: Callable[[], int]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started

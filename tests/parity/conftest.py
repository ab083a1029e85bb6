"""The demo club, a tenth of it, in a database of its own, with the facts made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from app.commands.execution import Runner
from app.demo import club as demo
from app.demo.draws import draw_sales
from app.storage.engine import command_engine
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.run.engine import Engine as FactEngine
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS
from semantic.sync.store import Facts
from semantic.sync.worker import Follower
from tests.conftest import migrated_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from app.demo.plans import SalePlan
    from app.storage.postgres import EmbeddedPostgres
    from semantic.query.query import Query
    from tests.parity.written import View

MODELS = Path(__file__).parents[2] / "semantic" / "models"
TABLES = [table.name for table in (*DIMENSIONS, *FACTS)]
ONE_IN = 10

_TRANSFERS = """
WITH endpoint AS (
    INSERT INTO webhook_endpoint (organisation_id, id, url, description, is_active, position,
        version, created_at, updated_at)
    SELECT id, gen_random_uuid(), 'https://partner.example/events', 'Partner', true, '', 1, now(),
        now()
    FROM organisation
    RETURNING organisation_id, id
), event AS (
    SELECT organisation_id, id, topic, row_number() OVER (ORDER BY id) AS place
    FROM outbox ORDER BY id LIMIT 5
), delivery AS (
    INSERT INTO webhook_delivery (organisation_id, id, endpoint_id, event_id, topic, status,
        attempt_count, failure_count, queued_at, settled_at)
    SELECT event.organisation_id, gen_random_uuid(), endpoint.id, event.id, event.topic,
        'DELIVERED', 2, 1, now(), now()
    FROM event CROSS JOIN endpoint
    RETURNING organisation_id, id, event_id
)
INSERT INTO webhook_attempt (organisation_id, id, delivery_id, attempt_no, started_at,
    duration_ms, status_code, error)
SELECT delivery.organisation_id, gen_random_uuid(), delivery.id, attempt_no,
    now() - event.place * interval '20 days' + attempt_no * interval '1 minute',
    100 * event.place + attempt_no, CASE attempt_no WHEN 2 THEN 200 END,
    CASE attempt_no WHEN 1 THEN 'TIMED_OUT' END
FROM delivery
JOIN event ON event.id = delivery.event_id
CROSS JOIN generate_series(1, 2) AS attempt_no
"""
"""Five events that were delivered at the second attempt, over several months."""


@dataclass(frozen=True)
class BothStores:
    """The operational store and the facts made from it, and the ways to ask each."""

    postgres: Connection
    facts: FactEngine
    compiler: Compiler
    principal: Principal
    kept: set[str] = field(default_factory=set)

    def written(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL on the operational store."""
        return [tuple(row) for row in self.postgres.execute(text(sql))]

    def rows_of(self, name: str, view: View) -> str:
        """Name a table of the rows of a view, which is made when it is first asked for."""
        if name not in self.kept:
            self.postgres.execute(text(f"CREATE TEMP TABLE rows_of_{name} AS {view.rows}"))
            self.kept.add(name)
        return f"rows_of_{name}"

    def asked(self, query: Query) -> list[tuple[Any, ...]]:
        """Ask the semantic layer."""
        table = self.facts.run(self.compiler.compile(query, self.principal))
        return list(zip(*table.to_pydict().values(), strict=True))


def _fewer(plans: Sequence[SalePlan]) -> list[SalePlan]:
    """Keep some Sales of every kind, and those that they renew or add to."""
    by_reference = {one.reference: one for one in plans}
    kept: set[str] = set()
    for one in plans[::ONE_IN]:
        plan: SalePlan | None = one
        while plan is not None and plan.reference not in kept:
            kept.add(plan.reference)
            plan = by_reference.get(plan.renews or plan.parent or "")
    return [one for one in plans if one.reference in kept]


@pytest.fixture(scope="session")
def demo_url(postgres: EmbeddedPostgres) -> str:
    """A database with a part of the demo club, and nothing else."""
    url = migrated_database(postgres, "parity")
    engine = command_engine(url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "draw_sales", lambda *given: _fewer(draw_sales(*given)))
        demo.load_demo(Runner(engine), lambda _line: None)
    with engine.begin() as connection:
        connection.execute(text(_TRANSFERS))
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def both(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothStores]:
    """Both stores, of the same instant."""
    source = PostgresSource(demo_url, EXTRACTS, TOTALS)
    facts = Facts(tmp_path_factory.mktemp("parity"), threads=1, memory_limit="1GB")
    Follower(source, facts).step()
    engine = FactEngine(facts)
    model = read_models([MODELS], TABLES)
    postgres = command_engine(demo_url)
    # An open transaction would hold back what the tests of the change log may forget.
    connection = postgres.connect().execution_options(isolation_level="AUTOCOMMIT")
    (club,) = connection.execute(text("SELECT id FROM organisation")).scalars()
    principal = Principal(club, frozenset({"root"}), {"currency": "EUR"}, "Europe/Brussels")
    compiler = Compiler(model, describe_members(model, engine.types_of))
    yield BothStores(connection, engine, compiler, principal)
    connection.close()
    postgres.dispose()
    facts.close()
    source.close()

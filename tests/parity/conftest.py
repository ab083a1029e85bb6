"""The demo club, an eighth of it, in a database of its own, with the facts made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from app.commands.execution import Runner
from app.demo import club as demo
from app.storage.engine import Engine, command_engine
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from app.storage.migrations.revisions import migrate
from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query
from semantic.run.engine import Engine as FactEngine
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS
from semantic.sync.store import Facts
from semantic.sync.worker import Follower

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.demo.plans import SalePlan
    from app.storage.postgres import EmbeddedPostgres

MODELS = Path(__file__).parents[2] / "semantic" / "models"
TABLES = [table.name for table in (*DIMENSIONS, *FACTS)]
ONE_IN = 8


@dataclass(frozen=True)
class BothStores:
    """The operational store and the facts made from it, and the ways to ask each."""

    postgres: Engine
    facts: FactEngine
    compiler: Compiler
    principal: Principal

    def written(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL on the operational store."""
        with self.postgres.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

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
    postgres.ensure_database("parity")
    url = postgres.connection_url("parity")
    engine = command_engine(url)
    migrate(engine)
    with pytest.MonkeyPatch.context() as patch:
        draw = demo.draw_sales
        patch.setattr(demo, "draw_sales", lambda *given: _fewer(draw(*given)))
        demo.load_demo(Runner(engine), lambda _line: None)
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
    with postgres.connect() as connection:
        (club,) = connection.execute(text("SELECT id FROM organisation")).scalars()
    principal = Principal(club, frozenset({"root"}), {"currency": "EUR"}, "Europe/Brussels")
    compiler = Compiler(model, describe_members(model, engine.types_of))
    yield BothStores(postgres, engine, compiler, principal)
    postgres.dispose()
    facts.close()
    source.close()

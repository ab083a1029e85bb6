"""What the semantic layer reports of a club, from facts that were just made of its database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query
from semantic.run.engine import Engine
from semantic.serving.layer import SHIPPED
from semantic.sync.schema import TABLES
from semantic.sync.store import Facts
from semantic.sync.worker import Follower

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.organisations import Organisation

Asked = Callable[[Query], list[tuple[Any, ...]]]
"""What answers queries about one club."""


@contextmanager
def reported(url: str, folder: Path, club: Organisation, currency: str) -> Iterator[Asked]:
    """Make facts of a database and ask the shipped models about a club, as root, for a block."""
    source = PostgresSource(url, EXTRACTS, TOTALS)
    facts = Facts(folder, threads=1, memory_limit="1GB")
    try:
        Follower(source, facts).step()
        engine = Engine(facts)
        model = read_models([SHIPPED], frozenset(one.name for one in TABLES))
        compiler = Compiler(model, describe_members(model, engine.types_of))
        caller = Principal(club.id, frozenset({"root"}), {"currency": currency}, club.time_zone)

        def asked(query: Query) -> list[tuple[Any, ...]]:
            table = engine.run(compiler.compile(query, caller))
            return list(zip(*table.to_pydict().values(), strict=True))

        yield asked
    finally:
        facts.close()
        source.close()

"""A database with one large club and a small one, built once for each revision of the schema."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from app.commands.execution import Runner
from app.commands.organisations import NewOrganisation, add_organisation
from app.commands.tokens import NewToken, issue_token
from app.domain.permissions import Quota, Role
from app.domain.tokens import QUOTA_POINTS_LIMIT
from app.storage.engine import command_engine
from app.storage.identity import new_id
from app.storage.migrations.revisions import migrate, newest_revision
from app.storage.organisations import find_organisation
from bench.api import rows, sums
from bench.arena import plain

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.organisations import Organisation
    from app.storage.postgres import EmbeddedPostgres

FOLDER = Path(__file__).parents[2] / "build" / "bench"
SALES, SALES_OF_OTHER = 100_000, 300
_PREFIX = "reads_"
_LOADED = {
    "account",
    "contact",
    "invoice",
    "invoice_document",
    "invoice_line",
    "invoice_vat",
    "payment",
    "payment_allocation",
    "product",
    "product_group",
    "receivable",
    "sale",
    "sale_line",
    "sale_line_component",
    "sale_movement",
    "schedule_group",
    "season",
}


@dataclass(frozen=True)
class Dataset:
    """The database, and tokens of the two clubs that may read everything of theirs."""

    server: EmbeddedPostgres
    url: str
    club_id: UUID
    token: str
    other_token: str

    @property
    def plain_url(self) -> str:
        """Return the address as libpq's own tools take it."""
        return plain(self.url)


def open_dataset(server: EmbeddedPostgres) -> Dataset:
    """Build the database unless it is there for this revision; older ones are dropped."""
    name = f"{_PREFIX}{newest_revision()}_{_digest()}"
    admin_url = plain(server.connection_url("postgres"))
    with psycopg.connect(admin_url, autocommit=True) as admin:
        found = [row[0] for row in admin.execute("SELECT datname FROM pg_database").fetchall()]
        for old in found:
            if old.startswith(_PREFIX) and old != name:
                admin.execute(f'DROP DATABASE "{old}"')
        if name not in found:
            _build(server, f"{name}_half")
            admin.execute(f'ALTER DATABASE "{name}_half" RENAME TO "{name}"')
    url = server.connection_url(name)
    engine = command_engine(url, connections=1)
    clubs = [find_organisation(engine, code) for code in ("large", "small")]
    runner = Runner(engine)
    large, small = (issue_bench_token(runner, club) for club in clubs if club is not None)
    engine.dispose()
    assert clubs[0] is not None  # noqa: S101 - it was built together with the database
    return Dataset(server, url, clubs[0].id, large, small)


def _digest() -> str:
    """Name the content: rows that are written otherwise are another database."""
    text = f"{rows.STATEMENTS}{SALES}{SALES_OF_OTHER}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def issue_bench_token(runner: Runner, club: Organisation) -> str:
    """Issue a token that reads everything of a club, as much as anybody may be allowed."""
    quota = Quota(QUOTA_POINTS_LIMIT, QUOTA_POINTS_LIMIT)
    wanted = NewToken("bench", Role.ROOT, quota=quota)
    return runner.transact(club.id, "bench", lambda work: issue_token(work, wanted))


def _build(server: EmbeddedPostgres, name: str) -> None:
    """Write both clubs, prove them and gather statistics."""
    begun = time.monotonic()
    print(f"building a club of {SALES:,} Sales …", flush=True)
    server.ensure_database(name)
    engine = command_engine(server.connection_url(name), connections=1)
    migrate(engine)
    runner = Runner(engine)
    clubs = [
        runner.transact(
            new_id(),
            "bench",
            lambda work, code=code: add_organisation(  # type: ignore[misc]  # a default binds it
                work, NewOrganisation(code, code, "BE", "EUR", "Europe/Brussels", "nl")
            ),
        )
        for code in ("large", "small")
    ]
    engine.dispose()
    url = plain(server.connection_url(name))
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        # Without triggers, and so without foreign keys: `prove` makes up for both.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET work_mem = '256MB'")
        for no, (club, count) in enumerate(zip(clubs, (SALES, SALES_OF_OTHER), strict=True), 1):
            accounts = count // rows.ACCOUNT_SALES
            given = {"club": club.id, "no": no, "count": count, "accounts": accounts}
            for statement in rows.STATEMENTS:
                connection.execute(statement, given)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("SET jit = off")
        sums.prove(connection, _LOADED)
        connection.execute("CHECKPOINT")
    print(f"built in {time.monotonic() - begun:.0f} s")

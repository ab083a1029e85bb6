"""The revisions lead to the tables of the code, and every table of a club begins with the club."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint, text

from app.commands.execution import Runner
from app.commands.organisations import NewOrganisation, add_organisation
from app.storage.change_triggers import EXEMPT, NOTED, change_triggers
from app.storage.engine import Engine, command_engine
from app.storage.identity import new_id
from app.storage.migrations.revisions import migrate, newest_revision
from app.storage.postgres import EmbeddedPostgres
from app.storage.sums import SUM_TRIGGERS
from app.storage.tables import metadata
from app.storage.triggers import (
    AUDIT_TRIGGERS,
    FREEZE_TRIGGERS,
    HISTORY_TRIGGERS,
    LEDGER_TRIGGERS,
    SCAN_TRIGGERS,
)

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default,
               collation_name, is_generated, generation_expression
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid, true)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'""",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid, true)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace""",
    "functions": """
        SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}
"""What the database itself knows; Alembic compares neither checks nor triggers nor predicates."""
TRIGGERS = (
    *AUDIT_TRIGGERS,
    *LEDGER_TRIGGERS,
    *FREEZE_TRIGGERS,
    *SUM_TRIGGERS,
    *HISTORY_TRIGGERS,
    *SCAN_TRIGGERS,
    *change_triggers(),
)
TENANT_TABLES = [table for table in metadata.sorted_tables if "organisation_id" in table.c]
ACROSS_CLUBS = {
    "uq_access_token_token_hash": "a token says which club it opens, so it is unique among all",
    "uq_access_token_previous_hash": "the same, for the secret before a rotation",
    "uq_identity_provider_issuer_audience": "a JWT says by these which club it opens",
    "ix_outbox_txid": "the feed of events is read for all clubs at once",
    "ix_change_note_txid": "the feed of live data, the same",
    "ix_report_link_id": "whoever opens the page of a link is not known to be of any club",
    "pk_change_log": "the log of what reports read again, the same; every write pays for its index",
}
"""Unique constraints and indexes that span all clubs, each with its reason."""


def catalogue(engine: Engine) -> dict[str, set[tuple[object, ...]]]:
    """What a database consists of, without the table in which revisions are counted."""
    with engine.connect() as connection:
        return {
            name: {
                tuple(row)
                for row in connection.execute(text(statement))
                if row[0] != "alembic_version"
            }
            for name, statement in CATALOGUE.items()
        }


def rows(engine: Engine) -> dict[str, str]:
    """What a database holds, as a hash for each table."""
    with engine.connect() as connection:
        return {
            table.name: connection.execute(
                text(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table.name} t")
            ).scalar_one()
            for table in metadata.sorted_tables
        }


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """A database of its own without any table."""
    name = f"tables_{new_id().hex}"
    postgres.ensure_database(name)
    engine = command_engine(postgres.connection_url(name))
    yield engine
    engine.dispose()


@pytest.fixture
def upgraded(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """A database that all revisions were applied to."""
    name = f"upgraded_{new_id().hex}"
    postgres.ensure_database(name)
    engine = command_engine(postgres.connection_url(name))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("part", CATALOGUE)
def test_the_revisions_lead_to_the_tables_of_the_code(
    empty: Engine, upgraded: Engine, part: str
) -> None:
    with empty.begin() as connection:
        metadata.create_all(connection)
        for statement in TRIGGERS:
            connection.execute(text(statement))
    declared, migrated = catalogue(empty)[part], catalogue(upgraded)[part]
    assert migrated - declared == set(), "only the revisions make these"
    assert declared - migrated == set(), "no revision makes these"
    assert declared


@pytest.mark.postgres
def test_alembic_finds_nothing_left_to_revise(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == newest_revision()


@pytest.mark.postgres
def test_upgrading_again_changes_neither_tables_nor_rows(upgraded: Engine) -> None:
    wanted = NewOrganisation("club", "Club", "BE", "EUR", "Europe/Brussels", "nl")
    Runner(upgraded).transact(new_id(), "test", lambda work: add_organisation(work, wanted))
    before, held = catalogue(upgraded), rows(upgraded)
    assert held["organisation"]
    assert held["vat_rule"]
    migrate(upgraded)
    assert catalogue(upgraded) == before
    assert rows(upgraded) == held


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
def test_keys_and_indexes_of_a_clubs_table_begin_with_the_club(table: Table) -> None:
    if f"pk_{table.name}" not in ACROSS_CLUBS:
        assert next(iter(table.primary_key.columns)).name == "organisation_id"
    assert not table.c.organisation_id.nullable
    for index in table.indexes:
        if index.name not in ACROSS_CLUBS:
            assert next(iter(index.columns)).name == "organisation_id", index.name
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.name not in ACROSS_CLUBS:
            assert next(iter(constraint.columns)).name == "organisation_id", constraint.name


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
def test_references_between_a_clubs_tables_carry_the_club_on_both_sides(table: Table) -> None:
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            pairs = [(one.parent.name, one.column.name) for one in constraint.elements]
            to_club = constraint.referred_table.name == "organisation"
            first = ("organisation_id", "id" if to_club else "organisation_id")
            assert pairs[0] == first, constraint.name
            assert to_club is (len(pairs) == 1), constraint.name


def test_only_clubs_and_what_is_about_a_whole_log_belong_to_no_club() -> None:
    others = {table.name for table in metadata.sorted_tables} - {t.name for t in TENANT_TABLES}
    assert others == {"organisation", "change_log_trim"}


def test_every_table_notes_its_changes_or_says_why_not() -> None:
    names = {table.name for table in metadata.sorted_tables}
    assert names - NOTED.keys() - EXEMPT.keys() == set(), "say in change_triggers what it notes"
    assert NOTED.keys() & EXEMPT.keys() == set()
    assert NOTED.keys() | EXEMPT.keys() == names
    assert all(EXEMPT.values())


@pytest.mark.postgres
def test_every_exception_is_still_one(upgraded: Engine) -> None:
    names = {row[1] for row in catalogue(upgraded)["constraints"]}
    names |= {row[1] for row in catalogue(upgraded)["indexes"]}
    assert ACROSS_CLUBS.keys() <= names

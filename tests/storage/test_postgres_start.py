import os
import signal
import socket
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]
import pytest

from app.storage.postgres import (
    BinariesMissingError,
    DataFolderError,
    OtherMajorVersionError,
    ServerNotRunningError,
    ServerRunsDifferentlyError,
    StartFailedError,
)
from app.storage.postgres.binaries import binaries_in
from tests.storage.postgres_place import (
    Place,
    ask_sql,
    connected,
    data_folder,
    fresh_place,
    run_sql,
    seeded_place,
)


@pytest.fixture
def place() -> Iterator[Place]:
    with seeded_place() as place:
        yield place


@pytest.fixture
def bare_place() -> Iterator[Place]:
    with fresh_place() as place:
        yield place


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_first_start_makes_a_database_and_the_second_finds_its_rows(bare_place: Place) -> None:
    server = bare_place.server(durable=True)
    assert server.start().started_here
    run_sql(server, "CREATE TABLE seen (n int)", "INSERT INTO seen VALUES (7)")
    assert server.stop()
    assert server.start().started_here
    assert ask_sql(server, "SELECT n FROM seen") == 7
    assert ask_sql(server, "SELECT current_setting('data_checksums')") == "on"
    assert ask_sql(server, "SELECT current_setting('fsync')") == "on"
    assert ask_sql(server, "SELECT current_setting('deadlock_timeout')") == "200ms"
    assert ask_sql(server, "SELECT current_setting('server_encoding')") == "UTF8"
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'postgres'"
    assert ask_sql(server, locale) == "bC.UTF-8"


def test_a_live_server_is_used_by_a_second_caller(place: Place) -> None:
    first = place.server().start()
    second = place.server().start()
    assert (first.started_here, second.started_here) == (True, False)
    assert first.pid == second.pid


def test_two_processes_that_start_at_once_start_one_server(bare_place: Place) -> None:
    body = "sys.stdin.read(1); started = server.start(); print(started.started_here, started.pid)"
    both = [bare_place.script(body), bare_place.script(body)]
    bare_place.server()
    for process in both:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    answers = [process.communicate()[0].split() for process in both]
    assert sorted(answer[0] for answer in answers) == ["False", "True"]
    assert answers[0][1] == answers[1][1]


def test_the_server_outlives_the_process_that_started_it(place: Place) -> None:
    out, _ = place.script("print(server.start().pid)").communicate()
    joined = place.server().start()
    assert (joined.started_here, joined.pid) == (False, int(out))


def test_a_ctrl_c_in_the_terminal_does_not_reach_the_server(place: Place) -> None:
    owner = place.script("print(server.start().pid, flush=True); time.sleep(60)")
    server = place.server()
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    os.killpg(owner.pid, signal.SIGINT)
    owner.communicate()
    assert server.status().pid == pid
    assert os.getsid(pid) == pid
    assert ask_sql(server, "SELECT 1") == 1


def test_no_tcp_port_is_open_unless_asked_for(place: Place) -> None:
    server = place.server()
    started = server.start()
    assert started.port is None
    assert server.status().port is None
    assert psutil.Process(started.pid).net_connections(kind="inet") == []


def test_a_tcp_port_that_is_asked_for_is_open_on_the_loopback_address_only(place: Place) -> None:
    port = free_port()
    server = place.server(port=port)
    started = server.start()
    listening = psutil.Process(started.pid).net_connections(kind="inet")
    assert [(one.laddr.ip, one.laddr.port) for one in listening] == [("127.0.0.1", port)]
    assert started.port == server.status().port == port
    assert ask_sql(server, "SELECT 1") == 1
    # Who does not ask for a port joins all the same.
    assert not place.server().start().started_here


def test_a_port_that_is_taken_is_said_to_be(place: Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartFailedError, match=f"port {port} could not be opened"):
            place.server(port=port).start()
    assert not place.server().status().running


def test_a_server_without_the_port_that_is_asked_for_is_not_passed_off_as_one(place: Place) -> None:
    place.server().start()
    with pytest.raises(ServerRunsDifferentlyError, match="Stop it first"):
        place.server(port=free_port()).start()


def test_a_server_that_may_lose_commits_is_not_given_to_who_wants_them_kept(place: Place) -> None:
    place.server(durable=False).start()
    with pytest.raises(ServerRunsDifferentlyError, match="for tests"):
        place.server(durable=True).start()


def test_a_stop_when_unused_leaves_the_server_to_another_user(place: Place) -> None:
    owner, guest = place.server(), place.server()
    owner.start()
    guest.start()
    assert not owner.stop(only_if_unused=True)
    assert guest.status().running
    assert guest.stop(only_if_unused=True)
    assert not guest.status().running


def test_a_stop_when_unused_sees_users_in_other_processes(place: Place) -> None:
    owner = place.started()
    guest = place.script("server.start(); print('in', flush=True); sys.stdin.read()")
    assert guest.stdout is not None
    assert guest.stdout.readline() == "in\n"
    assert not owner.stop(only_if_unused=True)
    guest.kill()
    guest.communicate()
    assert owner.stop(only_if_unused=True)


def test_a_stop_when_unused_leaves_the_server_to_a_connected_client(place: Place) -> None:
    server = place.started()
    with connected(server):
        assert not server.stop(only_if_unused=True)
    assert server.status().running


def test_a_block_stops_only_what_it_started(place: Place) -> None:
    server = place.server()
    with server.running():
        with place.server().running():
            pass
        assert server.status().running
    assert not server.status().running


def test_stopping_what_does_not_run_is_no_error(place: Place) -> None:
    server = place.server()
    assert not server.stop()
    server.start()
    assert server.stop()
    assert not server.stop()


def test_the_status_before_the_first_start_creates_nothing(bare_place: Place) -> None:
    status = bare_place.server().status()
    assert not status.running
    assert status.data_folder is None
    assert status.version.startswith("18.")
    assert list(bare_place.folder.iterdir()) == []


def test_the_status_of_a_running_server_says_where_and_since_when(place: Place) -> None:
    server = place.server()
    started = server.start()
    status = server.status()
    assert status.running
    assert status.pid == started.pid
    assert status.data_folder == started.data_folder == place.folder / "own" / "postgres-18"
    assert status.socket_folder == started.socket_folder
    assert status.started_at is not None
    assert status.size_bytes > 10_000_000
    assert status.durable is False
    assert status.relocated_from is None


def test_what_needs_a_server_says_that_none_runs(bare_place: Place) -> None:
    server = bare_place.server()
    with pytest.raises(ServerNotRunningError, match="Start the server first"):
        server.connection_url()
    server.start()
    server.stop()
    with pytest.raises(ServerNotRunningError, match="Start it first"):
        server.ensure_database()


def test_a_database_is_made_once_whatever_its_name(place: Place) -> None:
    server = place.started()
    name = 'night "of" stars/é'
    assert server.ensure_database(name)
    assert not server.ensure_database(name)
    with connected(server, name) as connection:
        assert connection.info.dbname == name


@pytest.mark.parametrize("name", ["deep" * 40, "a, comma", 'a "quote"', "ein Grüßgott % 20"])
def test_a_path_that_sockets_or_addresses_cannot_hold_is_no_obstacle(
    bare_place: Place,
    name: str,
) -> None:
    server = bare_place.server(name)
    started = server.start()
    assert started.data_folder == bare_place.folder / name / "postgres-18"
    assert ask_sql(server, "SELECT 1") == 1


def test_data_of_another_major_version_is_left_alone(bare_place: Place) -> None:
    other = bare_place.folder / "own" / "postgres-17"
    other.mkdir(parents=True)
    (other / "PG_VERSION").write_text("17\n")
    with pytest.raises(OtherMajorVersionError, match=r"postgres-17.*LOGE_DATABASE_URL"):
        bare_place.server().start()
    assert [path.name for path in other.parent.iterdir()] == ["postgres-17"]


def test_a_data_folder_whose_content_is_of_another_major_version_is_refused(place: Place) -> None:
    server = place.started()
    server.stop()
    (data_folder(server) / "PG_VERSION").write_text("17\n")
    with pytest.raises(OtherMajorVersionError, match="PostgreSQL 17"):
        server.start()


def test_something_else_in_the_place_of_the_data_is_refused(bare_place: Place) -> None:
    stranger = bare_place.folder / "own" / "postgres-18" / "diary.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    with pytest.raises(DataFolderError, match="holds no PostgreSQL data"):
        bare_place.server().start()
    assert stranger.read_text() == "mine"


def test_executables_that_are_missing_are_named_with_a_way_out(bare_place: Place) -> None:
    with pytest.raises(BinariesMissingError, match=r"postgres, initdb.*LOGE_DATABASE_URL"):
        binaries_in(bare_place.folder)


def test_a_failed_start_ends_with_the_servers_own_words(place: Place) -> None:
    server = place.started()
    run_sql(server, "ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'")
    server.stop()
    with pytest.raises(StartFailedError, match="no_such_library"):
        server.start()
    assert not server.status().running


def test_an_interrupted_first_start_leaves_nothing_in_the_way(bare_place: Place) -> None:
    half = bare_place.folder / "own" / ".postgres-18.new-abc" / "made"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = bare_place.server()
    assert server.start().started_here
    assert not half.exists()

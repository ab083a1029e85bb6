"""Folders on this machine, over SFTP and in S3: every file once, whole, and found again."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import boto3
import pytest
from moto.server import ThreadedMotoServer

from app.transfers.connectors.folder.connector import CONNECTOR, Folder
from app.transfers.contract.connectors import Connected, Polled, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError

CSV = b"code;name;amount\nA-1;Bakker;1.250,50\nA-2;'=Slager;3,00\n"
READING = {"unchanged_seconds": 0, "numbers": "amount", "pattern": "*.csv"}
SALE: dict[str, Any] = {
    "id": "s1",
    "code": "S-2026/1",
    "customer": {"name": "=cmd|' /C calc'!A0", "code": "007"},
    "lines": [{"number": 1, "net": "1000.00"}, {"number": 2, "net": "-2.50"}],
    "totals": {"net": "997.50"},
}


@dataclass
class There:
    """A folder, and how somebody else puts files into it and looks at them."""

    connected: Connected
    put: Callable[[str, bytes], None]
    names: Callable[[], list[str]]
    content: Callable[[str], bytes]

    def poll(self, cursor: str | None = None, **settings: Any) -> Polled:
        connected = Connected(
            self.connected.code,
            {**self.connected.settings, **READING, **settings},
            self.connected.credentials,
            allows_private=True,
        )
        return CONNECTOR.poll(connected, "sale.files", cursor)


def names_below(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def there_at(folder: Path, connected: Connected) -> There:
    return There(
        connected,
        lambda name, content: void(folder.joinpath(name).write_bytes(content)),
        lambda: [one for one in names_below(folder) if one != ".loge-folder"],
        lambda name: folder.joinpath(name).read_bytes(),
    )


def void(_written: int) -> None:
    """Make what writes a number of bytes a procedure."""


def local(folder: Path) -> There:
    folder.joinpath(".loge-folder").write_text("shop other\n", encoding="utf-8")
    return there_at(folder, Connected("shop", {"place": "LOCAL", "path": str(folder)}))


@dataclass(frozen=True)
class SftpServer:
    port: int
    fingerprint: str
    root: Path
    user_key: str


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    root = tmp_path_factory.mktemp("sftp")
    key = asyncssh.generate_private_key("ssh-ed25519")
    user_key = asyncssh.generate_private_key("ssh-ed25519")

    connections: list[asyncssh.SSHServerConnection] = []

    class Login(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("loge", "right")

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == "loge" and key == user_key.convert_to_public()

    loop = asyncio.new_event_loop()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Login,
            "127.0.0.1",
            0,
            server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
        )

    async def leave() -> None:
        acceptor.close()
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(one.wait_closed() for one in connections))
        await acceptor.wait_closed()

    acceptor = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    private = user_key.export_private_key().decode()
    yield SftpServer(acceptor.get_port(), key.get_fingerprint(), root, private)
    asyncio.run_coroutine_threadsafe(leave(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    # What was closed is told so in the rounds that follow.
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def over_sftp(sftp: SftpServer, folder: Path, **changed: Any) -> There:
    settings = {
        "place": "SFTP",
        "path": f"/{folder.name}",
        "host": "127.0.0.1",
        "port": sftp.port,
        "user": "loge",
        "host_key": sftp.fingerprint,
    }
    credentials = changed.pop("credentials", {"password": "right"})
    connected = Connected("shop", {**settings, **changed}, credentials, allows_private=True)
    return there_at(folder, connected)


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="secret",
    )
    yield client
    client.close()
    server.stop()


def in_s3(client: Any, bucket: str) -> There:
    credentials = {"access_key": "id", "secret_key": "secret"}
    client.create_bucket(Bucket=bucket)
    settings = {
        "place": "S3",
        "path": "in/",
        "bucket": bucket,
        "endpoint": client.meta.endpoint_url,
        "region": "us-east-1",
    }

    def names() -> list[str]:
        found = client.list_objects_v2(Bucket=bucket, Prefix="in/").get("Contents", [])
        return sorted(one["Key"].removeprefix("in/") for one in found)

    return There(
        Connected("shop", settings, credentials, allows_private=True),
        lambda name, content: client.put_object(Bucket=bucket, Key=f"in/{name}", Body=content),
        names,
        lambda name: client.get_object(Bucket=bucket, Key=f"in/{name}")["Body"].read(),
    )


@pytest.fixture(params=["LOCAL", "SFTP", "S3"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> There:
    if request.param == "LOCAL":
        return local(tmp_path)
    if request.param == "S3":
        return in_s3(
            request.getfixturevalue("s3"), request.node.name.lower()[:40].replace("_", "-")
        )
    server = request.getfixturevalue("sftp")
    folder = server.root / tmp_path.name
    folder.mkdir()
    return over_sftp(server, folder)


def test_a_file_is_taken_once_put_aside_and_its_twin_recognised(there: There) -> None:
    there.put("oct.csv", CSV)
    there.put("half.csv.part", b"co")
    there.put("note.txt", b"not for us")
    first = there.poll()
    assert [one.record for one in first.incoming] == [
        {"code": "A-1", "name": "Bakker", "amount": "1250.50"},
        {"code": "A-2", "name": "'=Slager", "amount": "3.00"},
    ]
    assert (first.is_last, first.refused) == (True, ())
    assert "processing/oct.csv" in there.names()
    # Nobody has kept the cursor, as after a crash: the same data sets come again.
    again = there.poll()
    assert list(again.incoming) == list(first.incoming)
    second = there.poll(again.cursor)
    assert list(second.incoming) == []
    (done,) = [name for name in there.names() if name.startswith("done/")]
    assert done.startswith("done/oct.")
    assert there.content(done) == CSV
    there.put("november.csv", CSV)
    assert list(there.poll(second.cursor).incoming) == []
    assert sum(name.endswith(".again") for name in there.names()) == 1
    assert {"half.csv.part", "note.txt"} <= set(there.names())


def test_a_file_that_cannot_be_read_is_put_aside_with_the_reason(tmp_path: Path) -> None:
    there = local(tmp_path)
    there.put("bad.csv", b"code;amount\nA-1;many\n")
    there.put("good.csv", b"code;amount\nA-1;2,50\n")
    found = there.poll()
    assert [one.record["amount"] for one in found.incoming] == ["2.50"]
    (told,) = found.refused
    assert told.startswith("bad.csv: bad.csv, row 2, amount: 'many' is no number")
    names = there.names()
    assert "failed/bad.csv.error.txt" in names
    assert "row 2" in there.content("failed/bad.csv.error.txt").decode()
    assert there.poll(found.cursor).refused == ()


def test_a_record_becomes_a_whole_file_that_is_found_again(there: There) -> None:
    task = Task("sale.export", "xfer:1:v1", SALE)
    assert CONNECTOR.check(there.connected).is_well
    assert CONNECTOR.find(there.connected, task) is None
    done = CONNECTOR.carry_out(there.connected, task)
    assert CONNECTOR.carry_out(there.connected, task) == done
    assert [one for one in there.names() if one.startswith("sale-S-2026-1-")] == [done.external_id]
    found = CONNECTOR.find(there.connected, task)
    assert found is not None
    assert found.was_there
    text = there.content(done.external_id).decode("utf-8-sig")
    assert "'=cmd|" in text
    assert "997.50" in text
    assert done.files[0].content == there.content(done.external_id)


def test_a_file_is_taken_only_after_it_has_not_changed_for_a_while(tmp_path: Path) -> None:
    there = local(tmp_path)
    now = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    clock = [now]
    folder = Folder(lambda: clock[0])
    connected = Connected("shop", {**there.connected.settings, "unchanged_seconds": 30})

    def poll(cursor: str | None) -> Polled:
        return folder.poll(connected, "sale.files", cursor)

    there.put("oct.csv", b"code\nA")
    first = poll(None)
    assert list(first.incoming) == []
    clock[0] += timedelta(seconds=20)
    there.put("oct.csv", b"code\nA-1\n")
    second = poll(first.cursor)
    clock[0] += timedelta(seconds=20)
    third = poll(second.cursor)
    assert [*second.incoming, *third.incoming] == []
    clock[0] += timedelta(seconds=10)
    fourth = poll(third.cursor)
    assert [one.record for one in fourth.incoming] == [{"code": "A-1"}]


def test_a_file_that_is_too_large_is_not_read_and_a_link_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.transfers.connectors.folder.taking.FILE_LIMIT_BYTES", 20)
    inside = tmp_path / "inside"
    inside.mkdir()
    there = local(inside)
    tmp_path.joinpath("secret").write_bytes(b"code\n1\n")
    inside.joinpath("link.csv").symlink_to(tmp_path / "secret")
    there.put("large.csv", b"code;amount\n" * 3)
    there.put("small.csv", b"code;amount\n1;2\n")
    found = there.poll()
    assert [one.record for one in found.incoming] == [{"code": "1", "amount": "2"}]
    assert found.refused == ("large.csv: has more than 0 MB; divide it",)
    assert "failed/large.large.csv" in there.names()
    assert inside.joinpath("link.csv").is_symlink()


def test_many_files_are_taken_in_pages(tmp_path: Path) -> None:
    there = local(tmp_path)
    for number in range(25):
        there.put(f"{number:02}.csv", f"code;amount\nA-{number};1\n".encode())
    first = there.poll()
    assert (len(first.incoming), first.is_last) == (20, False)
    second = there.poll(first.cursor)
    assert (len(second.incoming), second.is_last) == (5, True)


def fault_of(connected: Connected) -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.poll(connected, "sale.files", None)
    health = CONNECTOR.check(connected)
    assert not health.is_well
    assert health.message == caught.value.message
    return caught.value


def test_a_folder_of_this_machine_needs_the_mark_of_its_operator(tmp_path: Path) -> None:
    settings = {"place": "LOCAL", "path": str(tmp_path)}
    tmp_path.joinpath("oct.csv").write_bytes(CSV)
    error = fault_of(Connected("shop", settings))
    assert (error.fault, error.path) == (FaultClass.ACCESS, "path")
    tmp_path.joinpath(".loge-folder").write_text("another", encoding="utf-8")
    assert fault_of(Connected("shop", settings)).fault is FaultClass.ACCESS
    for path in ("relative", f"{tmp_path}/../{tmp_path.name}"):
        assert fault_of(Connected("another", {**settings, "path": path})).path == "path"
    assert fault_of(Connected("shop", {"place": "FTP", "path": "/"})).path == "place"
    assert names_below(tmp_path) == [".loge-folder", "oct.csv"]


def test_only_the_right_server_and_the_right_credentials_are_used(
    sftp: SftpServer, tmp_path: Path
) -> None:
    folder = sftp.root / tmp_path.name
    folder.mkdir()
    by_key = {"private_key": sftp.user_key}
    assert CONNECTOR.check(over_sftp(sftp, folder, credentials=by_key).connected).is_well
    for credentials in ({"password": "wrong"}, {}):
        error = fault_of(over_sftp(sftp, folder, credentials=credentials).connected)
        assert error.fault is FaultClass.ACCESS
        assert "wrong" not in error.message
    other = fault_of(over_sftp(sftp, folder, host_key="SHA256:abc").connected)
    assert (other.fault, other.path) == (FaultClass.ACCESS, "host_key")
    assert sftp.fingerprint in other.message
    for name in ("host", "user", "host_key"):
        assert fault_of(over_sftp(sftp, folder, **{name: ""}).connected).path == name
    no_key = over_sftp(sftp, folder, credentials={"private_key": "-----"})
    assert fault_of(no_key.connected).path == "private_key"
    absent = fault_of(over_sftp(sftp, sftp.root / "absent").connected)
    assert (absent.fault, absent.path) == (FaultClass.RECORD, "path")


def test_a_server_that_is_private_unknown_or_down_is_told_apart(
    sftp: SftpServer, tmp_path: Path
) -> None:
    there = over_sftp(sftp, tmp_path)
    settings = dict(there.connected.settings)
    private = Connected("shop", settings, {"password": "right"})
    assert fault_of(private).fault is FaultClass.ACCESS
    unknown = Connected("shop", {**settings, "host": "nowhere.invalid"}, {}, allows_private=True)
    assert (fault_of(unknown).fault, fault_of(unknown).path) == (FaultClass.TRANSIENT, "host")
    down = Connected("shop", {**settings, "port": 1}, {}, allows_private=True)
    assert fault_of(down).fault is FaultClass.TRANSIENT


def test_a_bucket_needs_its_own_keys_and_an_address_that_is_allowed(s3: Any) -> None:
    there = in_s3(s3, "second")
    settings, credentials = dict(there.connected.settings), dict(there.connected.credentials)
    assert fault_of(Connected("shop", settings, {}, allows_private=True)).path == "access_key"
    assert fault_of(Connected("shop", settings, credentials)).fault is FaultClass.ACCESS
    odd = Connected("shop", {**settings, "endpoint": "ftp://x"}, credentials, allows_private=True)
    assert fault_of(odd).path == "endpoint"
    absent = Connected("shop", {**settings, "bucket": "absent"}, credentials, allows_private=True)
    assert fault_of(absent).path == "path"


def test_what_a_folder_has_not_is_refused() -> None:
    connected = Connected("shop", {})
    for act in (
        lambda: CONNECTOR.read(connected, "stock.files", "x.csv", CSV),
        lambda: CONNECTOR.receive(connected, {}, b""),
        lambda: CONNECTOR.carry_out(connected, Task("sale.post", "k", SALE)),
    ):
        with pytest.raises(TransferFaultError) as caught:
            act()
        assert caught.value.fault is FaultClass.DEFECT

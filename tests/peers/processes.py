"""Real counterparts as processes of their own: Tryton and pretix, each in its own environment.

`make test-peers` makes the environments below build and names that folder in LOGE_PEERS. The ready
databases lie beside the repository.
"""

import gzip
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.transfers.contract.connectors import Connected
from tests.processes.command import PATIENCE_SECONDS, await_true, free_port

ENVIRONMENTS = os.environ.get("LOGE_PEERS")
"""Where the folders `tryton` and `pretix` are."""
READY = Path(__file__).parents[3] / "shared" / "data" / "peers"
TRYTON_PASSWORD = "adminpw123"
PRETIX_TOKEN = "2pkwzqyjftlhgzh29s11w3gi6xdhq2qcyedkdav61jcwnfzc2swdsyt4wapml00a"
ORGANIZER, EVENT = "kv", "match1"
HOOK_SECRET = "a-secret-in-the-address"


def with_peers() -> bool:
    """Whether real counterparts are asked for; their data may be missing all the same."""
    if ENVIRONMENTS is None:
        return False
    if not READY.is_dir():
        pytest.skip(f"needs the ready databases of {READY}")
    return True


def require_peers() -> None:
    """Skip what only makes sense with real counterparts."""
    if not with_peers():
        pytest.skip("needs Tryton and pretix: run `make test-peers`")


@contextmanager
def running_tryton() -> Iterator[Connected]:
    """Serve a Tryton with a Belgian administration and one way to pay."""
    with tempfile.TemporaryDirectory(prefix="loge-tryton-") as name:
        folder, port = Path(name), free_port()
        _unpack("tryton_be.sqlite.gz", folder / "erp.sqlite")
        config = folder / "trytond.conf"
        config.write_text(
            f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n"
        )
        command = [_program("tryton", "trytond"), "-c", str(config), "-d", "erp"]
        address = f"http://127.0.0.1:{port}"
        with _process(command, folder, f"{address}/erp/rpc/"):
            connected = Connected(
                "erp",
                {"address": address, "database": "erp"},
                {"user": "admin", "password": TRYTON_PASSWORD},
                allows_private=True,
            )
            _prepare(connected)
            yield connected


def _prepare(connected: Connected) -> None:
    """Make the payment method that a club makes itself."""
    from app.transfers.connectors.tryton.office import opened  # noqa: PLC0415 - its client alone

    with opened(connected) as office:
        accounts = office.search("account.account", [["code", "=", "5500"]], ["code"])
        journals = office.search("account.journal", [["code", "=", "CASH"]], ["code"])
        values = {
            "name": "Bank",
            "company": office.company_id,
            "journal": journals[0]["id"],
            "credit_account": accounts[0]["id"],
            "debit_account": accounts[0]["id"],
        }
        office.changes("model.account.invoice.payment.method.create", [values])


@contextmanager
def running_pretix() -> Iterator[Connected]:
    """Serve a pretix with an organizer, an event, an item and a check-in list."""
    with tempfile.TemporaryDirectory(prefix="loge-pretix-") as name:
        folder, port = Path(name), free_port()
        _unpack("pretix_seeded.sqlite3.gz", folder / "db.sqlite3")
        address = f"http://127.0.0.1:{port}"
        config = folder / "pretix.cfg"
        config.write_text(
            f"[pretix]\nallow_http_to_private_networks=true\nurl={address}\ndatadir={folder}\n"
            "trust_x_forwarded_for=off\n[database]\nbackend=sqlite3\n"
        )
        python = _program("pretix", "python")
        command = [python, "-m", "pretix", "runserver", "--noreload", f"127.0.0.1:{port}"]
        root = f"{address}/api/v1/organizers/"
        with _process(command, folder, root, PRETIX_CONFIG_FILE=str(config)):
            yield Connected(
                "shop",
                {"address": address, "organizer": ORGANIZER},
                {"token": PRETIX_TOKEN, "webhook_secret": HOOK_SECRET},
                allows_private=True,
            )


def _program(peer: str, name: str) -> str:
    """Return a program of an environment."""
    return str(Path(ENVIRONMENTS or "").resolve() / peer / "bin" / name)


def _unpack(name: str, target: Path) -> None:
    """Unpack a ready database."""
    target.write_bytes(gzip.decompress((READY / name).read_bytes()))


@contextmanager
def _process(command: list[str], folder: Path, address: str, **environment: str) -> Iterator[None]:
    """Run a server until the tests are through; wait until it answers anything at all."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            await_true(lambda: _answers(address, process, log))
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _answers(address: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    """Whether a server answers, whatever it says."""
    assert process.poll() is None, log.read_text()
    try:
        httpx.get(address, timeout=PATIENCE_SECONDS)
    except httpx.ConnectError:
        return False
    return True

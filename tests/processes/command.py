"""The real `loge` command as a process, on a data directory of its own."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.storage.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 300.0
"""Long, because loading the demo club takes a minute where coverage is counted."""
CLUB = "--name Club --country BE --currency EUR --time-zone Europe/Brussels --language nl".split()


@dataclass
class Loge:
    """The command with its settings; whatever it left running ends with `close`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: text for name, text in os.environ.items() if not name.startswith("LOGE_")
        }
        own = {"LOGE_DATA_DIR": str(self.folder), "LOGE_HTTP_PORT": "0"}
        # It takes seconds to start, and most tests are about the other processes.
        own |= {"LOGE_SEMANTIC": "off", "LOGE_SEMANTIC_PORT": "0", "LOGE_WIRE_PORT": "0"}
        own |= self.settings
        return {**inherited, "PYTHONPATH": str(ROOT), **own}

    def run(self, *arguments: str, code: int = 0, **settings: str) -> str:
        """Run a verb to its end, which must be the given exit code; return its standard output."""
        done = self.end(*arguments, **settings)
        assert done.returncode == code, done.stderr
        return done.stdout

    def refusal(self, *arguments: str, code: int = 1, **settings: str) -> str:
        """Run a verb that must be refused; return the line on standard error."""
        done = self.end(*arguments, **settings)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        lines = done.stderr.strip().splitlines()
        return lines[-1]

    def end(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end, whatever that is."""
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            cwd=self.folder.parent,
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    @contextmanager
    def serving(self, *arguments: str, **settings: str) -> Iterator["Served"]:
        """Run `loge serve` for a block; it is asked to stop afterwards, and must have."""
        served = Served.start(self, arguments, settings)
        try:
            served.await_ready()
            yield served
        finally:
            served.stop()

    @contextmanager
    def alone(self, *arguments: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
        """Run a process that tells its state on standard error; none is left after the block."""
        with subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            env={**self.environment, **settings},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def database(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.database().stop(immediate=True)
        shutil.rmtree(self.folder.parent, ignore_errors=True)


@dataclass
class Served:
    """A running `loge serve`, with what it printed so far."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path

    @classmethod
    def start(cls, loge: Loge, arguments: tuple[str, ...], settings: dict[str, str]) -> "Served":
        output, errors = (loge.folder.parent / f"serve.{name}" for name in ("out", "err"))
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve", *arguments],
                cwd=loge.folder.parent,
                env={**loge.environment, **settings},
                stdout=out,
                stderr=err,
            )
        return cls(process, output, errors)

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def complaints(self) -> str:
        """What went wrong: standard error without the lines that only tell what happens."""
        lines = self.errors.read_text(encoding="utf-8").splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith('{"level":"INFO"'))

    @property
    def told(self) -> list[dict[str, Any]]:
        """The lines of the log so far."""
        lines = self.errors.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def address(self) -> str:
        found = re.search(r"GraphQL +(\S+)/graphql", self.printed)
        assert found is not None, self.printed
        return found.group(1)

    def await_ready(self) -> None:
        await_true(lambda: "Ctrl-C" in self.printed or self.process.poll() is not None)
        assert self.process.poll() is None, self.printed + self.complaints

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, timeout=PATIENCE_SECONDS, verify=False)  # noqa: S501 - there is no TLS

    def ask(self, token: str, query: str) -> httpx.Response:
        return httpx.post(
            self.address + "/graphql",
            json={"query": query},
            headers={"authorization": f"Bearer {token}"},
            timeout=PATIENCE_SECONDS,
            verify=False,  # noqa: S501 - there is no TLS
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and wait until it has; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextmanager
def fresh_loge() -> Iterator[Loge]:
    """The command on a data directory that does not exist yet."""
    # Short, because socket paths must be; passable, because PostgreSQL never runs as root.
    parent = Path(tempfile.mkdtemp(prefix="lg-", dir="/tmp"))
    parent.chmod(0o711)
    loge = Loge(parent / "own")
    try:
        yield loge
    finally:
        loge.close()


def await_true(holds: Callable[[], Any]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def answers_with(fetch: Callable[[], httpx.Response], status: int) -> bool:
    """Tell whether a request is answered with a status, while answers may still fail."""
    try:
        return fetch().status_code == status
    except httpx.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

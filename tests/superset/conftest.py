"""Apache Superset as it is installed and served, beside a Loge with the demo club.

Superset has an environment of its own, which `make test-superset` makes: it wants other versions of
what Loge runs on, and hundreds of megabytes.
"""

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes.command import answers_with, await_true, free_port, fresh_loge

SCRIPTS = os.environ.get("LOGE_SUPERSET_SCRIPTS")
"""Where the command `superset` is."""
PATIENCE_SECONDS = 600
ADMIN, PASSWORD = "admin", "the-password-of-superset"
CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
"""
RULES = "--username {0} --password {1} --firstname A --lastname A --email a@loge.example"


@dataclass(frozen=True)
class Club:
    """A served Loge with the demo club: where its BI door and its REST are, and two tokens."""

    wire: str
    rest: str
    tokens: dict[str, str]

    def address(self, who: str) -> str:
        """The address that somebody gives Superset."""
        user = f"demo-{who}:{self.tokens[who]}"
        return f"postgresql+psycopg2://{user}@{self.wire}/demo?sslmode=require"

    def asked(self, who: str = "root", **query: Any) -> list[dict[str, Any]]:
        """Ask over REST."""
        answer = httpx.post(
            f"{self.rest}/load",
            json={"query": query, "queryType": "multi"},
            headers={"authorization": self.tokens[who]},
            timeout=60,
        ).json()
        rows: list[dict[str, Any]] = answer["results"][0]["data"]
        return rows

    def described(self) -> dict[str, dict[str, Any]]:
        """The cubes and views that there are, by name."""
        headers = {"authorization": self.tokens["root"]}
        answer = httpx.get(f"{self.rest}/meta", headers=headers, timeout=60).json()
        return {one["name"]: one for one in answer["cubes"]}


@dataclass(frozen=True)
class Superset:
    """A running Superset, and somebody who is signed in."""

    http: httpx.Client

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Ask its API; the answer must have the given status."""
        answer = self.http.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def add_database(self, name: str, address: str) -> int:
        given = {"database_name": name, "sqlalchemy_uri": address, "expose_in_sqllab": True}
        number: int = self.ask("POST", "database/", given, 201)["id"]
        return number

    def add_dataset(self, database: int, name: str, **more: Any) -> int:
        given = {"database": database, "schema": "public", "table_name": name, **more}
        number: int = self.ask("POST", "dataset/", given, 201)["id"]
        return number

    def draw(self, dataset: int, **query: Any) -> list[dict[str, Any]]:
        """Ask what a chart shows."""
        rows: list[dict[str, Any]] = self.ask("POST", "chart/data", drawn(dataset, **query))[
            "result"
        ][0]["data"]
        return rows

    def run(self, database: int, sql: str, status: int = 200) -> Any:
        """Run a statement in SQL Lab."""
        given = {"database_id": database, "schema": "public", "sql": sql, "queryLimit": 1000}
        return self.ask("POST", "sqllab/execute/", given, status)


def drawn(dataset: int, **query: Any) -> dict[str, Any]:
    """What a chart sends to have its numbers."""
    source = {"id": dataset, "type": "table"}
    return {"datasource": source, "queries": [query], "result_format": "json"}


@pytest.fixture(scope="session")
def club() -> Iterator[Club]:
    with fresh_loge() as loge, loge.serving("--demo", **served_settings()) as served:
        tokens = dict(re.findall(r"(Root|Sales) token +(\S+)", served.printed))
        found = {name: _printed(served.printed, name) for name in ("Cube REST", "PostgreSQL")}
        wire = re.sub(r"postgresql://[^@]*@([^/]+)/.*", r"\1", found["PostgreSQL"])
        own = {name.lower(): token for name, token in tokens.items()}
        headers = {"authorization": own["root"]}
        meta = f"{found['Cube REST']}/meta"
        await_true(lambda: answers_with(lambda: httpx.get(meta, headers=headers), 200))
        yield Club(wire, found["Cube REST"], own)


def served_settings() -> dict[str, str]:
    return {"LOGE_SEMANTIC": "on", "LOGE_WIRE_PORT": str(free_port())}


def _printed(text: str, name: str) -> str:
    found = re.search(rf"{name} +(\S+)", text)
    assert found is not None, text
    return found[1]


@pytest.fixture(scope="session")
def superset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    folder = tmp_path_factory.mktemp("superset")
    config = folder / "superset_config.py"
    config.write_text(CONFIG.format(secret=secrets.token_hex(32), folder=folder), encoding="utf-8")
    for arguments in (
        "db upgrade",
        f"fab create-admin {RULES.format(ADMIN, PASSWORD)}",
        "init",
    ):
        done = subprocess.run(
            _command(arguments),
            env=_environment(folder),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    with _serving(folder) as address, httpx.Client(base_url=address, timeout=120) as http:
        given = {"username": ADMIN, "password": PASSWORD, "provider": "db"}
        token = http.post("security/login", json=given).json()["access_token"]
        http.headers["authorization"] = f"Bearer {token}"
        yield Superset(http)


def _command(arguments: str) -> list[str]:
    assert SCRIPTS is not None
    return [str(Path(SCRIPTS) / "superset"), *arguments.split()]


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
        "SUPERSET_HOME": str(folder),
        "FLASK_APP": "superset.app:create_app()",
    }


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    port = free_port()
    log = folder / "superset.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            _command(f"run -h 127.0.0.1 -p {port} --with-threads"),
            env=_environment(folder),
            cwd=folder,
            stdout=out,
            stderr=out,
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            await_true(lambda: answers_with(lambda: httpx.get(f"{address}/health"), 200))
            yield f"{address}/api/v1/"
        finally:
            process.terminate()

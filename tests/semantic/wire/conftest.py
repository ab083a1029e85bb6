"""Clusters for shells, from a template that is made once for a test process."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.postgres.throwaway import ThrowawayClusters
from semantic.wire.shell import template
from tests.semantic.wire.club import filled
from tests.semantic.wire.keeping import Models
from tests.semantic.wire.served import Served, serving_wire


@pytest.fixture(scope="session")
def clusters() -> Iterator[ThrowawayClusters]:
    """Real clusters, all gone with the test process."""
    folder = Path(tempfile.mkdtemp(prefix="loge-wire-"))
    folder.chmod(0o755)
    made = ThrowawayClusters(
        folder, template.settings_for(100), template.STATEMENTS, system_location=folder / "system"
    )
    yield made
    made.clear()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def served(
    clusters: ThrowawayClusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The BI door of a small club, for clients of all kinds."""
    with serving_wire(clusters, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def models(tmp_path: Path) -> Iterator[Models]:
    facts = filled()
    yield Models(facts, tmp_path)
    facts.connection.close()

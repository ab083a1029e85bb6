"""Registered documents: clients send hashes, and a server that answers nothing else is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from app.http.application import build_application
from app.http.door import DoorRules
from app.http.trusted import Trusted, TrustedOnly, read_manifest
from app.storage.engine import command_engine, read_engine
from tests.clients.compiling import compile_relay
from tests.clients.running import CLIENTS, checks_of, expect_well, node, run_checks
from tests.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clients.conftest import Shop

APOLLO = CLIENTS / "apollo" / "check_trusted.ts"
RELAY = CLIENTS / "relay" / "check.ts"


@pytest.fixture(scope="module")
def env(
    shop: Shop, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A server of its own, with the documents that Apollo's and Relay's tools have listed."""
    compile_relay()
    folder = tmp_path_factory.mktemp("documents")
    relay = (CLIENTS / "relay" / "__generated__" / "documents.json").read_bytes()
    (folder / "relay.json").write_bytes(relay)
    apollo = node(CLIENTS / "apollo" / "manifest.ts")
    (folder / "apollo.json").write_bytes(orjson.dumps(apollo))
    door = DoorRules(trusted=Trusted.of(read_manifest(folder), TrustedOnly.PORTALS))
    engines = command_engine(database_url), read_engine(database_url)
    with serving(build_application(*engines, door=door)) as url:
        yield {**shop.env, "LOGE_URL": f"{url}/graphql", "LOGE_TRUSTED": "1"}


@pytest.fixture(scope="module")
def endings(env: dict[str, str]) -> dict[Path, dict[str, str | None]]:
    """Relay's checks, which look at references, and then Apollo's, which change one."""
    relay = run_checks(RELAY, {**env, "NODE_OPTIONS": "--import=./bundler.ts"})
    return {RELAY: relay, APOLLO: run_checks(APOLLO, env)}


@pytest.mark.parametrize("sentence", checks_of(APOLLO))
def test_apollo_client_with_registered_documents(
    endings: dict[Path, dict[str, str | None]], sentence: str
) -> None:
    expect_well(endings[APOLLO], sentence)


@pytest.mark.parametrize("sentence", checks_of(RELAY))
def test_relay_with_registered_documents(
    endings: dict[Path, dict[str, str | None]], sentence: str
) -> None:
    expect_well(endings[RELAY], sentence)

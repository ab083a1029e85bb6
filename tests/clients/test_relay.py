"""Relay: its compiler accepts the schema, and its runtime runs what that made against a server."""

import pytest

from tests.clients.compiling import compile_relay
from tests.clients.conftest import Shop
from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks

RELAY = CLIENTS / "relay"
SCRIPT = RELAY / "check.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop) -> dict[str, str | None]:
    compile_relay()
    return run_checks(SCRIPT, {**shop.env, "NODE_OPTIONS": "--import=./bundler.ts"})


def test_the_compiler_accepts_the_schema_and_emits_artifacts() -> None:
    assert "Compilation completed" in compile_relay()
    made = {path.name for path in (RELAY / "__generated__").iterdir()}
    assert {"documentsSalesQuery.graphql.ts", "documentsChangeMutation.graphql.ts"} <= made


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_relay(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)

"""The introspection of the usual tools is allowed, and tells what schema.graphql says."""

import pytest

from tests.clients.conftest import Shop
from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks

SCRIPT = CLIENTS / "introspect.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop) -> dict[str, str | None]:
    return run_checks(SCRIPT, shop.env)


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_introspection(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)

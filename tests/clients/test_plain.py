"""A few lines around fetch against a live server: refusals, and retries that do not repeat."""

import pytest

from tests.clients.conftest import Shop
from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks

SCRIPT = CLIENTS / "plain" / "check.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop) -> dict[str, str | None]:
    return run_checks(SCRIPT, shop.env)


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_plain_fetch(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)

"""urql and its normalising cache against a live server: pages, mutations, refusals, live data."""

import pytest

from tests.clients.conftest import Shop
from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks

SCRIPT = CLIENTS / "urql" / "check.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop) -> dict[str, str | None]:
    return run_checks(SCRIPT, shop.env)


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_urql(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)

"""@cubejs-client/core, which runs on Node, against the live server."""

import threading
from uuid import UUID

import pytest

from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks
from tests.semantic.rest.conftest import Shop, token
from tests.semantic.rest.test_waiting import until

SCRIPT = CLIENTS / "cube" / "check.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop, slow_shop: Shop) -> dict[str, str | None]:
    before = slow_shop.facts.opened_count

    def open_later() -> None:
        until(lambda: slow_shop.facts.opened_count > before)
        threading.Event().wait(0.5)
        slow_shop.facts.gate.set()

    env = {
        "LOGE_CUBE_URL": shop.api,
        "LOGE_CUBE_SLOW_URL": slow_shop.api,
        "LOGE_CUBE_TOKEN": token(),
        "LOGE_CUBE_FEW_TOKEN": token(groups=["sales"], rep="R1"),
        "LOGE_CUBE_HEAVY_TOKEN": token(organisation=str(UUID(int=7))),
    }
    with slow_shop.facts.closed():
        opening = threading.Thread(target=open_later)
        opening.start()
        ended = run_checks(SCRIPT, env)
    opening.join(20)
    return ended


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_cubejs_client_core(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)

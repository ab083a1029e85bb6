"""@cubejs-client/core, which runs on Node, against the live server."""

import threading
import time
from uuid import UUID

import pytest

from tests.clients.running import CLIENTS, checks_of, expect_well, install_packages, run_checks
from tests.semantic.rest.conftest import Shop, token

SCRIPT = CLIENTS / "cube" / "check.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop, slow_shop: Shop) -> dict[str, str | None]:
    def open_later() -> None:
        slow_shop.facts.arrived.wait(60)
        time.sleep(0.3)
        slow_shop.facts.gate.set()

    install_packages(CLIENTS)
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

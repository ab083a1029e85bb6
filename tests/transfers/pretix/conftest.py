"""A pretix for the tests of this folder: the stand-in, or a real one by `make test-peers`."""

from collections.abc import Iterator

import pytest

from app.transfers.contract.connectors import Connected
from tests.peers.processes import HOOK_SECRET, running_pretix, with_peers
from tests.transfers.pretix.shopping import Counter
from tests.transfers.pretix.standin import TOKEN, Pretix, standing_in


@pytest.fixture(scope="module")
def shop() -> Iterator[Connected]:
    """A pretix, whichever."""
    if with_peers():
        with running_pretix() as connected:
            yield connected
    else:
        with standing_in() as (address, _):
            yield connected_to(address)


@pytest.fixture(scope="module")
def counter(shop: Connected) -> Counter:
    """Where its tickets are ordered."""
    return Counter(shop)


@pytest.fixture
def standin() -> Iterator[tuple[Connected, Pretix]]:
    """The stand-in, which can be made to misbehave."""
    with standing_in() as (address, pretix):
        yield connected_to(address), pretix


def connected_to(address: str) -> Connected:
    """The system as the engine gives it to the connector."""
    return Connected(
        "shop",
        {"address": address, "organizer": "kv"},
        {"token": TOKEN, "webhook_secret": HOOK_SECRET},
        allows_private=True,
    )

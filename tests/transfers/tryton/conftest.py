"""A Tryton for the tests of this folder: the stand-in, or a real one by `make test-peers`."""

from collections.abc import Iterator

import pytest

from app.transfers.contract.connectors import Connected
from tests.peers.processes import running_tryton, with_peers
from tests.transfers.tryton.standin import DATABASE, PASSWORD, USER, Tryton, standing_in


@pytest.fixture(scope="module")
def tryton() -> Iterator[Connected]:
    """A Tryton, whichever."""
    if with_peers():
        with running_tryton() as connected:
            yield connected
    else:
        with standing_in() as (address, _):
            yield connected_to(address)


@pytest.fixture
def standin() -> Iterator[tuple[Connected, Tryton]]:
    """The stand-in, which can be made to misbehave."""
    with standing_in() as (address, tryton):
        yield connected_to(address), tryton


def connected_to(address: str) -> Connected:
    """The system as the engine gives it to the connector."""
    return Connected(
        "erp",
        {"address": address, "database": DATABASE},
        {"user": USER, "password": PASSWORD},
        allows_private=True,
    )

"""Real counterparts, and a club that is connected to them."""

from collections.abc import Iterator

import pytest

from app.transfers.contract.connectors import Connected
from tests.club import Club
from tests.peers.connected_club import ConnectedClub
from tests.peers.processes import require_peers, running_pretix, running_tryton


@pytest.fixture(scope="module")
def tryton() -> Iterator[Connected]:
    """A real Tryton."""
    require_peers()
    with running_tryton() as connected:
        yield connected


@pytest.fixture(scope="module")
def shop() -> Iterator[Connected]:
    """A real pretix."""
    require_peers()
    with running_pretix() as connected:
        yield connected


@pytest.fixture
def connected_club(club: Club, tryton: Connected) -> ConnectedClub:
    """A club whose invoices, credit notes and payments go to Tryton."""
    return ConnectedClub(club, tryton)

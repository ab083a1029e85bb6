"""A club with a shop on the running server, for clients that run on Node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from app.domain.permissions import Role
from tests.conftest import LiveServer, found_club
from tests.stadium import Stadium, build_stadium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.storage.engine import Engine


@dataclass
class Shop:
    """A small stadium, its one account's portal token, and where its server is."""

    stadium: Stadium
    url: str

    @property
    def env(self) -> dict[str, str]:
        """What a script is given: addresses, tokens, ids."""
        club = self.stadium.club
        account = self.stadium.uuid(self.stadium.ids["A1"])
        return {
            "LOGE_URL": f"{self.url}/graphql",
            "LOGE_TOKEN": club.token(Role.PORTAL, account),
            "LOGE_CLUB_TOKEN": club.token(Role.SALES),
            "LOGE_PRODUCT_ID": self.stadium.ids["SCARF"],
        }


@pytest.fixture(scope="module")
def shop(engine: Engine, server: LiveServer) -> Iterator[Shop]:
    """A stadium whose account has begun three Sales by itself."""
    club = found_club(engine, server)
    with club.http:
        stadium = build_stadium(club, matches=1, seats=2)
        stadium.price("SCARF", "10.00")
        account = stadium.uuid(stadium.ids["A1"])
        for number in range(1, 4):
            given = {"type": "CATALOG", "reference": f"basket {number}"}
            club.make("saleCreate", "sale { id }", given, role=Role.PORTAL, account_id=account)
        yield Shop(stadium, server.url)

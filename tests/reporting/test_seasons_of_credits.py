"""Credits of a season count in the season of the Sale that they belong to."""

import time
from decimal import Decimal
from typing import Any

import pytest

from tests.club import Club
from tests.stadium import build_stadium

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 60


def test_a_credit_below_a_sale_lowers_the_bookings_of_its_season(fresh: Club) -> None:
    stadium = build_stadium(fresh, matches=1)
    line = stadium.line("SCARF", 3, "100.00", bundleId=None)
    parent = stadium.begin(seasonId=stadium.ids["S1"])
    parent = stadium.act("saleFinalise", stadium.equal(stadium.add(parent, line), 1))
    line = stadium.line("SCARF", 1, "-100.00", bundleId=None)
    credit = stadium.begin(type="CREDIT", parentSaleId=parent["id"])
    stadium.act("saleFinalise", stadium.equal(stadium.add(credit, line), 1))
    query = {
        "measures": ["sales.net_bookings"],
        "dimensions": ["sales.season_code", "sales.sale_type"],
        "order": [["sales.sale_type", "asc"]],
    }
    wanted = [("S1", "CREDIT", Decimal(-100)), ("S1", "SEASON", Decimal(300))]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := booked(fresh, query)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def booked(club: Club, query: dict[str, Any]) -> list[tuple[str, str, Decimal]]:
    """Ask what was booked by season and kind of Sale."""
    headers = {"authorization": club.token()}
    answer = club.http.post("/cubejs-api/v1/load", json={"query": query}, headers=headers).json()
    return [
        (row["sales.season_code"], row["sales.sale_type"], Decimal(row["sales.net_bookings"]))
        for row in answer.get("data", ())
    ]

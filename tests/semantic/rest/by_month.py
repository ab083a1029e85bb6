"""Measures by month, as a table needs them."""

from decimal import Decimal
from typing import Any

from cubejs_client import CubeClient


def connect(api_url: str, token: str) -> CubeClient:
    """One client for each token: one that is shared may hand answers to the wrong caller."""
    return CubeClient(token, api_url=api_url, poll_interval=1)


def by_month(
    client: CubeClient, time: str, measures: list[str], date_range: str | list[str]
) -> list[dict[str, Any]]:
    """One row for each month that has any, with exact numbers."""
    granularity = {"dimension": time, "granularity": "month", "dateRange": date_range}
    found = client.load({"measures": measures, "timeDimensions": [granularity]})
    return [
        {"month": row[f"{time}.month"][:7]}
        | {one: None if row[one] is None else Decimal(row[one]) for one in measures}
        for row in found.raw_data()
    ]

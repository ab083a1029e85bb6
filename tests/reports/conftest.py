"""The models as a caller is told of them, and definitions to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from semantic.catalogue import read_models
from semantic.rest.meta import describe_model
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS

MODELS = Path(__file__).parents[2] / "semantic" / "models"


@pytest.fixture(scope="session")
def meta() -> list[dict[str, Any]]:
    """Everything that there is to ask for, as /meta describes it."""
    model = read_models([MODELS], [table.name for table in (*DIMENSIONS, *FACTS)])
    return list(describe_model(model).values())


def simple(**changed: Any) -> dict[str, Any]:
    """A small definition that is right, with some keys changed; None leaves one out."""
    given: dict[str, Any] = {
        "key": "mine",
        "category": "custom",
        "title": "Mine",
        "queries": {
            "main": {
                "measures": ["sales.net_bookings", "sales.sale_count"],
                "dimensions": ["sales.product_group_name"],
            }
        },
        "blocks": [{"kind": "table", "query": "main", "totals": True}],
    }
    return {key: value for key, value in {**given, **changed}.items() if value is not None}

"""The flow as the engine runs it: which source, which mapping, which action, which value maps.

An entry of the customers' map is the code of a debtor. One of the items' map is an object with the
item's `code` and, where it is not sold at cost, its `price` rule.
"""

from __future__ import annotations

from typing import Any, Final

CUSTOMERS_MAP: Final = "ingram-customers"
ITEMS_MAP: Final = "ingram-items"
SOURCE: Final = ("ingram", "report")
ACTION: Final = ("exact_globe", "order.write")
OPTIONS: Final = {"has_own_prices": True}
MAPPING: Final[dict[str, Any]] = {
    "fields": [
        {
            "target": "customer.external_code",
            "lookup": {"map": CUSTOMERS_MAP, "key": "customer.id"},
        }
    ],
    "lines": [
        {
            "target": "lines",
            "from": "lines",
            "fields": [
                {
                    "target": "product.external_code",
                    "lookup": {"map": ITEMS_MAP, "key": "line.product.code"},
                },
                {
                    "target": "unit_price",
                    "price": {
                        "map": ITEMS_MAP,
                        "key": "line.product.code",
                        "source": "line.unit_price",
                        "cost": "line.unit_cost",
                        "digits": 4,
                    },
                },
                {"target": "vat_rate", "constant": None},
            ],
        }
    ],
}
"""From an order of Ingram Micro to one of Globe; an unmapped key parks its own customer's order."""

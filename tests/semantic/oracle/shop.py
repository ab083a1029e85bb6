"""A little shop in which every trap of joining and grouping is set, and its model."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from semantic.access.principal import Principal
from semantic.spec.cubes import Cube
from semantic.spec.model import Model
from tests.semantic.oracle.clubs import CLUB, named_rows
from tests.semantic.oracle.spec_text import (
    cube,
    dimension,
    join,
    measure,
    period,
    rolling,
    segment,
    shifted,
    view,
)

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "accounts": {"id": "BIGINT", "name": "VARCHAR", "country": "VARCHAR"},
    "orders": {
        "id": "BIGINT",
        "account_id": "BIGINT",
        "header_minor": "BIGINT",
        "ordered_at": "TIMESTAMP",
        "is_deleted": "BOOLEAN",
    },
    "lines": {
        "order_id": "BIGINT",
        "line_no": "BIGINT",
        "product_id": "BIGINT",
        "quantity": "BIGINT",
        "net_minor": "BIGINT",
        "is_deleted": "BOOLEAN",
    },
    "payments": {
        "id": "BIGINT",
        "order_id": "BIGINT",
        "paid_minor": "BIGINT",
        "method": "VARCHAR",
        "paid_on": "DATE",
    },
    "products": {"id": "BIGINT", "code": "VARCHAR"},
    "invoices": {
        "id": "BIGINT",
        "account_id": "BIGINT",
        "gross_minor": "BIGINT",
        "issued_on": "DATE",
    },
}


_rows = partial(named_rows, COLUMNS)
_at = datetime.fromisoformat
_on = date.fromisoformat
TABLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "accounts": _rows(
        "accounts",
        (1, "Anna", "BE"),
        (2, "Ben", "BE"),
        (3, "Cleo", None),
        (4, "Dirk", "NL"),
        (5, "Eva", "FR"),
    ),
    "orders": _rows(
        "orders",
        (10, 1, 1000, _at("2024-01-05 10:00"), False),
        (11, 1, 2000, _at("2024-01-31 23:30"), False),  # February in Brussels
        (12, 2, 4000, _at("2024-03-10 12:00"), False),  # without lines
        (13, 3, 8000, _at("2024-03-11 12:00"), False),  # of an account without country
        (14, None, 16000, _at("2024-03-12 12:00"), False),  # of nobody
        (15, 4, 32000, _at("2024-01-15 12:00"), True),  # deleted
        (16, 99, 64000, None, False),  # of an account that is not there
    ),
    "lines": _rows(
        "lines",
        (10, 1, 100, 2, 300, False),
        (10, 2, 101, 1, 700, False),
        (11, 1, 100, 3, 1500, False),
        (11, 2, 100, 1, 500, False),
        (11, 3, 101, 9, 9999, True),  # deleted
        (13, 1, 102, 4, 8000, False),
        (15, 1, 100, 5, 32000, False),  # of a deleted order
        (77, 1, 101, 7, 7777, False),  # of no order
        (13, 2, None, 1, None, False),  # without product and amount
    ),
    "payments": _rows(
        "payments",
        (1, 10, 400, "card", _on("2024-01-10")),
        (2, 10, 600, "cash", _on("2024-02-10")),
        (3, 11, 2000, "card", _on("2024-02-20")),
        (4, 13, 5000, None, _on("2024-03-31")),
        (5, 15, 100, "card", None),
    ),
    "products": _rows("products", (100, "SEAT"), (101, "BOX"), (102, "MEAL")),
    "invoices": _rows(
        "invoices",
        (1, 1, 1210, _on("2024-01-31")),
        (2, 2, 4840, _on("2024-04-01")),
        (3, 5, 99, _on("2024-02-29")),  # of an account without orders
        (4, None, 5, _on("2024-02-29")),
    ),
}


def _orders() -> Cube:
    fiscal = period("fiscal", "1 year", offset="6 months")
    return cube(
        "orders",
        "SELECT * FROM orders WHERE NOT is_deleted",
        [
            dimension("id", "number", "{CUBE}.id", is_primary_key=True),
            dimension("at", "time", "{CUBE}.ordered_at", granularities=(fiscal,)),
            segment("big", "{CUBE}.header_minor >= 4000"),
            measure("count", "count"),
            measure("header", "sum", "{CUBE}.header_minor * 0.01"),
            measure("average", "avg", "{CUBE}.header_minor"),
            measure("buyers", "count_distinct", "{CUBE}.account_id"),
            measure(
                "big_header",
                "sum",
                "{CUBE}.header_minor * 0.01",
                where=("{CUBE}.header_minor > 1500",),
            ),
            measure("big_share", "number", "{big_header} / NULLIF({header}, 0)"),
            measure("paid_share", "number", "{payments.paid} / NULLIF({header}, 0)"),
            measure("per_invoice", "number", "{count} / NULLIF({invoices.count}, 0)"),
            rolling("two_months", "sum", "{CUBE}.header_minor", trailing="2 month"),
            rolling("ever", "count", trailing="unbounded"),
            shifted("header_a_month_ago", "{header}", "1 month"),
            shifted("two_months_a_month_ago", "{two_months}", "1 month"),
        ],
        [
            join("accounts", "many_to_one", "{CUBE}.account_id = {accounts.id}"),
            join("lines", "one_to_many", "{CUBE}.id = {lines}.order_id"),
            join("payments", "one_to_many", "{CUBE}.id = {payments}.order_id"),
        ],
    )


def _lines() -> Cube:
    return cube(
        "lines",
        "SELECT * FROM lines WHERE NOT is_deleted",
        [
            dimension("order_id", "number", "{CUBE}.order_id", is_primary_key=True),
            dimension("line_no", "number", "{CUBE}.line_no", is_primary_key=True),
            measure("count", "count"),
            measure("net", "sum", "{CUBE}.net_minor * 0.01"),
            measure("quantity", "sum", "{CUBE}.quantity"),
        ],
        [join("products", "many_to_one", "{CUBE}.product_id = {products.id}")],
    )


def _facts() -> list[Cube]:
    key = dimension("id", "number", "{CUBE}.id", is_primary_key=True)
    return [
        cube(
            "accounts",
            "accounts",
            [
                key,
                dimension("name", "string", "{CUBE}.name"),
                dimension("country", "string", "{CUBE}.country"),
                measure("count", "count"),
            ],
        ),
        cube("products", "products", [key, dimension("code", "string", "{CUBE}.code")]),
        cube(
            "payments",
            "payments",
            [
                key,
                dimension("method", "string", "{CUBE}.method"),
                dimension("on", "time", "{CUBE}.paid_on"),
                measure("count", "count"),
                measure("paid", "sum", "{CUBE}.paid_minor * 0.01"),
            ],
        ),
        cube(
            "invoices",
            "invoices",
            [
                key,
                dimension("on", "time", "{CUBE}.issued_on"),
                measure("count", "count"),
                measure("gross", "sum", "{CUBE}.gross_minor * 0.01"),
            ],
            [join("accounts", "many_to_one", "{CUBE}.account_id = {accounts.id}")],
        ),
    ]


DESK = view(
    "desk",
    country=("orders", "accounts", "country"),
    orders_count=("orders", "count"),
    header=("orders", "header"),
    gross=("invoices", "gross"),
    net=("orders", "lines", "net"),
)
"""A view that shows facts which only share their accounts."""
MODEL = Model(
    {one.name: one for one in (_orders(), _lines(), *_facts())}, {"desk": DESK}, version="shop"
)
ASKER = Principal(CLUB, frozenset({"sales"}))

"""Where every group is one row, nothing is grouped; all that is shown stays the same."""

from typing import Any

import pytest

from semantic.access.principal import Principal
from tests.semantic.compiler.orders import CALLER, MODEL, TABLES, asking, shop
from tests.semantic.load.writing import read
from tests.semantic.oracle.asking import Asker, asker_of
from tests.semantic.oracle.clubs import CLUB, MemoryFacts

MEASURES = ("count", "amount", "highest", "kinds", "highest_id", "units")
POLICIES = """
    access_policy:
      - {group: sales, member_level: {includes: "*"} }
      - {group: shy, member_level: {excludes: [id]}, member_masking: {includes: [id]} }
    joins:
      - name: customers
"""
COLUMNS = {
    "lines": {
        "sale": "INT",
        "line": "INT",
        "day": "DATE",
        "label": "VARCHAR",
        "made_at": "TIMESTAMP",
    }
}
LINES = """
cubes:
  - name: lines
    sql_table: lines
    dimensions:
      - {name: sale, sql: "{CUBE}.sale", type: number, primary_key: true, public: true}
      - {name: line, sql: "{CUBE}.line", type: number, primary_key: true, public: true}
      - {name: day, sql: "{CUBE}.day", type: time}
      - {name: label, sql: "{CUBE}.label", type: string}
    measures:
      - {name: count, type: count}
  - name: days
    sql_table: lines
    dimensions:
      - {name: at, sql: "{CUBE}.made_at", type: time, primary_key: true, public: true}
"""


@pytest.fixture(scope="module")
def orders() -> Asker:
    """The orders, of which one has neither an amount nor a category."""
    model = MODEL.replace(
        "- {name: count, type: count}",
        '- {name: count, type: count}\n      - {name: units, sql: "{CUBE}.customer_id", type: sum}',
        1,
    )
    asker = shop(model)
    facts = asker.engine.facts
    assert isinstance(facts, MemoryFacts)
    nothing = dict.fromkeys(TABLES["orders"][0], None)
    facts.fill({"orders": [*TABLES["orders"], {**nothing, "id": 8, "store": "web"}]})
    return asker


def told(asker: Asker, *measures: str, by: tuple[str, ...], **more: Any) -> tuple[str, Any]:
    """Return the SQL, and the answer with the types of its columns."""
    compiled = asker.compiler.compile(asking(measures, by, **more), CALLER)
    table = asker.engine.run(compiled)
    return compiled.sql, table.sort_by([(name, "ascending") for name in table.column_names[:1]])


@pytest.mark.parametrize("by", [("id",), ("id", "status", "customers.country"), ("where", "id")])
def test_a_row_for_each_key_shows_what_its_group_would(orders: Asker, by: tuple[str, ...]) -> None:
    single_sql, single = told(orders, *MEASURES, by=by)
    grouped_sql, grouped = told(orders, *MEASURES, "mean", by=by)
    assert "GROUP BY" not in single_sql
    assert "GROUP BY" in grouped_sql
    same = grouped.select(single.column_names)
    assert single.schema == same.schema
    assert sorted(map(str, single.to_pylist())) == sorted(map(str, same.to_pylist()))
    assert single.num_rows == 8


def test_dimensions_alone_are_not_grouped_where_the_key_is_among_them(orders: Asker) -> None:
    sql, found = told(orders, by=("id", "category"))
    assert "GROUP BY" not in sql
    assert found.column("orders__id").to_pylist() == list(range(1, 9))


@pytest.mark.parametrize(
    ("measures", "by"),
    [
        ((), ("status",)),
        ((), ("customers.id", "orders.status")),
        ((), ("id", "tags.tag")),
        (("amount",), ("id", "tags.tag")),
        (("amount",), ("id", "currency")),
        (("middle",), ("id",)),
    ],
)
def test_whatever_may_have_several_rows_is_grouped(
    orders: Asker, measures: tuple[str, ...], by: tuple[str, ...]
) -> None:
    sql, _ = told(orders, *measures, by=by)
    assert "GROUP BY" in sql


def test_a_masked_key_is_grouped() -> None:
    asker = shop(MODEL.replace("    joins:\n      - name: customers\n", POLICIES[1:], 1))
    query = asking(("count",), ("id",))
    seen, shy = (
        asker.ask(query, Principal(CLUB, frozenset({group}))) for group in ("sales", "shy")
    )
    assert "GROUP BY" not in seen.compiled.sql
    assert len(seen.rows) == 7
    assert shy.rows == [{"orders.id": None, "orders.count": 7}]


def test_a_key_of_several_columns_has_to_be_there_as_a_whole_and_as_it_stands() -> None:
    facts = MemoryFacts(COLUMNS)
    compiler = asker_of(read(LINES, ("lines",)), facts).compiler

    def is_grouped(*names: str, timezone: str = "UTC") -> bool:
        query = asking((), names, timezone=timezone)
        return "GROUP BY" in compiler.compile(query, CALLER).sql

    assert not is_grouped("lines.sale", "lines.label", "lines.line")
    assert is_grouped("lines.sale", "lines.label")
    assert not is_grouped("days.at")
    assert is_grouped("days.at", timezone="Europe/Brussels")
    facts.connection.close()

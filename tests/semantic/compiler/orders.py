"""Orders with every kind of stage over them, written as models are, and the rows of two clubs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from semantic.access.principal import Principal
from semantic.query.query import Query
from semantic.query.query import Test as Comparison
from tests.semantic.load.writing import read
from tests.semantic.oracle.asking import Asker, asker_of
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB, MemoryFacts, named_rows

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "id": "BIGINT",
        "customer_id": "BIGINT",
        "status": "VARCHAR",
        "category": "VARCHAR",
        "amount": "DECIMAL(10, 2)",
        "happened_on": "DATE",
        "store": "VARCHAR",
    },
    "customers": {"id": "BIGINT", "country": "VARCHAR", "rep": "VARCHAR"},
    "tags": {"id": "BIGINT", "order_id": "BIGINT", "tag": "VARCHAR"},
    "days": {"day": "DATE", "season": "VARCHAR", "year_ago": "DATE", "month_start": "DATE"},
}
MODEL = """
cubes:
  - name: orders
    sql_table: orders
    joins:
      - name: customers
        sql: "{CUBE}.customer_id = {customers.id}"
        relationship: many_to_one
      - name: tags
        sql: "{CUBE.id} = {tags}.order_id"
        relationship: one_to_many
      - name: days
        sql: "{CUBE}.happened_on = {days.day}"
        relationship: many_to_one
    dimensions:
      - {name: id, sql: "{CUBE}.id", type: number, primary_key: true, public: true}
      - {name: status, sql: "{CUBE}.status", type: string, mask: hidden}
      - {name: category, sql: "{CUBE}.category", type: string}
      - {name: made_on, sql: "{CUBE}.happened_on", type: time}
      - {name: currency, type: switch, values: [EUR, USD, GBP]}
      - name: where
        type: string
        case:
          switch: "{CUBE}.store"
          when:
            - {value: web, sql: "'online'"}
            - {value: shop, sql: "{customers.country}"}
          else: {sql: "'elsewhere'"}
    segments:
      - {name: big, sql: "{CUBE}.amount >= 100"}
    measures:
      - {name: count, type: count}
      - {name: amount, sql: "{CUBE}.amount", type: sum}
      - {name: highest, sql: "{CUBE}.amount", type: max}
      - {name: mean, sql: "{CUBE}.amount", type: avg}
      - {name: kinds, sql: "{CUBE}.category", type: count_distinct}
      - {name: amount_usd, sql: "{amount} * 2", type: number}
      - name: of_status
        multi_stage: true
        sql: "{amount}"
        type: sum
        grain: {keep_only: [status]}
      - {name: over_status, multi_stage: true, sql: "{amount}", type: sum, reduce_by: [status]}
      - {name: kinds_of_status, multi_stage: true, sql: "{kinds}", type: sum, group_by: [status]}
      - {name: doubled, multi_stage: true, sql: "{amount} * 2", type: sum, group_by: [status]}
      - {name: share, sql: "{amount} / NULLIF({of_status}, 0)", type: number}
      - name: per_customer
        multi_stage: true
        sql: "{amount}"
        type: avg
        grain: {include: [customers.id]}
      - name: customers_of_status
        multi_stage: true
        sql: "{amount}"
        type: count
        grain: {keep_only: [status], include: [customers.id]}
      - name: middle
        multi_stage: true
        sql: "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {amount})"
        type: number_agg
        add_group_by: [customers.id]
      - name: best_month
        multi_stage: true
        sql: "{amount}"
        type: max
        add_group_by: [made_on.month]
      - name: all_statuses
        multi_stage: true
        sql: "{amount}"
        type: number
        filter: {exclude: [status, big]}
      - {name: part, sql: "{amount} / NULLIF({all_statuses}, 0)", type: number}
      - name: only_status
        multi_stage: true
        sql: "{amount}"
        type: number
        filter: {keep_only: [status]}
      - name: completed
        multi_stage: true
        sql: "{amount}"
        type: number
        filter:
          include:
            - or:
                - {member: status, operator: equals, values: [completed]}
                - {member: made_on, operator: afterOrOnDate, values: ["2024-03-01"]}
      - name: completed_books
        multi_stage: true
        sql: "{books}"
        type: number
        filter: {include: [{member: status, operator: equals, values: [completed]} ]}
      - name: books
        multi_stage: true
        sql: "{amount}"
        type: number
        filter: {include: [{member: category, operator: equals, values: [books]} ]}
      - name: fixed_books
        multi_stage: true
        sql: "{books_of_query}"
        type: number
        filter: {include: [{member: status, operator: equals, values: [completed]} ]}
      - name: books_of_query
        multi_stage: true
        sql: "{amount}"
        type: number
        filter: {mode: fixed, include: [{member: category, operator: equals, values: [books]} ]}
      - name: best_customer_of_status
        multi_stage: true
        sql: "{per_status_and_customer}"
        type: max
        grain: {keep_only: [status], include: [customers.id]}
      - name: per_status_and_customer
        multi_stage: true
        sql: "{amount}"
        type: sum
        add_group_by: [category]
      - name: last_of_customer
        multi_stage: true
        sql: "CASE WHEN {place} = 1 THEN {amount} END"
        type: sum
        grain: {include: [id, customers.id]}
      - name: place
        multi_stage: true
        type: rank
        order_by: [{sql: "{highest_id}", dir: desc}]
        grain: {keep_only: [customers.id], include: [id]}
      - {name: highest_id, sql: "{CUBE}.id", type: max}
      - name: place_of_share
        multi_stage: true
        type: rank
        order_by: [{sql: "{of_status}", dir: desc}, {sql: "{amount}"}]
        group_by: []
      - name: in_currency
        multi_stage: true
        type: number
        case:
          switch: "{currency}"
          when:
            - {value: USD, sql: "{amount_usd}"}
            - {value: GBP, sql: "{count}"}
          else: {sql: "{amount}"}
      - name: weighted
        multi_stage: true
        type: sum
        case:
          switch: "{status}"
          when:
            - {value: completed, sql: "{amount}"}
            - {value: pending, sql: "{amount} * 0.5"}
      - name: labelled
        multi_stage: true
        type: string
        sql: "{status} || ' ' || {count}"
      - {name: label, multi_stage: true, sql: "{labelled}", type: max, reduce_by: [category]}
      - name: year_ago
        multi_stage: true
        sql: "{amount}"
        type: number
        time_shift: [{interval: 1 year, type: prior}]
      - name: of_status_year_ago
        multi_stage: true
        sql: "{amount}"
        type: sum
        group_by: [status, made_on]
        time_shift: [{interval: 1 year, type: prior}]
      - name: season_ago
        multi_stage: true
        sql: "{amount}"
        type: number
        time_shift: [{name: a_season_ago}]
      - name: days_ago
        multi_stage: true
        sql: "{count}"
        type: number
        time_shift: [{name: two_days}]
      - name: of_season_ago
        multi_stage: true
        sql: "{season_ago}"
        type: sum
        group_by: []
  - name: customers
    sql_table: customers
    dimensions:
      - {name: id, sql: "{CUBE}.id", type: number, primary_key: true, public: true}
      - {name: country, sql: "{CUBE}.country", type: string}
      - {name: rep, sql: "{CUBE}.rep", type: string}
    measures:
      - {name: count, type: count}
  - name: tags
    sql_table: tags
    dimensions:
      - {name: id, sql: "{CUBE}.id", type: number, primary_key: true}
      - {name: tag, sql: "{CUBE}.tag", type: string}
    measures:
      - {name: count, type: count}
  - name: days
    sql_table: days
    calendar: true
    dimensions:
      - {name: day, sql: "{CUBE}.day", type: time, primary_key: true, public: true}
      - name: date
        sql: "{CUBE}.day"
        type: time
        time_shift:
          - {type: prior, interval: 1 year, sql: "{CUBE}.year_ago"}
          - {name: a_season_ago, sql: "{CUBE}.year_ago"}
          - {name: two_days, type: prior, interval: 2 days}
        granularities:
          - {name: month, sql: "{CUBE}.month_start"}
      - {name: season, sql: "{CUBE}.season", type: string}
views:
  - name: desk
    cubes:
      - {join_path: orders, includes: [amount, status, of_status, share, in_currency, currency]}
      - {join_path: orders.customers, includes: [country, rep], split: true}
"""


_rows = partial(named_rows, COLUMNS)
_day = date.fromisoformat
TABLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "orders": _rows(
        "orders",
        (1, 1, "completed", "books", 100, _day("2024-01-10"), "web"),
        (2, 1, "completed", "electronics", 200, _day("2024-01-15"), "shop"),
        (3, 2, "pending", "books", 50, _day("2024-02-12"), None),
        (4, 2, "pending", "electronics", 75, _day("2024-02-18"), "web"),
        (5, 3, "cancelled", "books", 30, _day("2024-03-10"), "shop"),
        (6, 2, "completed", "books", 70, _day("2024-01-20"), "web"),
        (7, 1, "pending", "books", 40, _day("2023-01-11"), "web"),
    ),
    "customers": _rows("customers", (1, "BE", "a"), (2, "NL", "b"), (3, None, None)),
    "tags": _rows("tags", (1, 1, "x"), (2, 1, "y"), (3, 2, "x")),
    "days": _rows(
        "days",
        (_day("2023-01-11"), "before", None, _day("2023-01-01")),
        (_day("2024-01-09"), "winter", _day("2023-01-11"), _day("2024-01-01")),
        (_day("2024-01-10"), "winter", _day("2023-01-11"), _day("2024-01-01")),
        (_day("2024-02-12"), "spring", None, _day("2024-02-08")),
        (_day("2024-02-14"), "spring", None, _day("2024-02-08")),
    ),
}
COMPLETED = Comparison("orders.status", "equals", ("completed",))
CALLER = Principal(CLUB, frozenset({"sales"}))


def shop(text: str = MODEL) -> Asker:
    """Prepare for questions about the orders; another club has the same."""
    facts = MemoryFacts(COLUMNS)
    facts.fill(TABLES)
    facts.fill(TABLES, OTHER_CLUB)
    return asker_of(read(text, tuple(COLUMNS)), facts)


def asking(measures: Sequence[str], by: Sequence[str] = (), **more: Any) -> Query:
    return Query(measures=tuple(map(_full, measures)), dimensions=tuple(map(_full, by)), **more)


def _full(name: str) -> str:
    return name if "." in name else f"orders.{name}"


def found(asker: Asker, *measures: str, by: Sequence[str] = (), **more: Any) -> list[Any]:
    """Answer as rows of values."""
    reply = asker.ask(asking(measures, by, **more), CALLER)
    return [tuple(row.values()) for row in reply.rows]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""Views joined with each other: each is grouped by what is joined on, and nothing counts twice."""
# ruff: noqa: E501, ISC004 - a statement is one text

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.semantic.sqlapi.asked import SqlClub

BEN, BELLE = "50%_Ben", "ANNABEL"
ANSWERS: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("SELECT s.buyer, SUM(s.net), MEASURE(v.best) FROM sales s JOIN accounts v ON s.buyer = v.name "
     "GROUP BY s.buyer ORDER BY 1", [(BEN, 20, 2.25), (BELLE, None, -3), ("Anna", 15, 1.5)]),
    ("SELECT v.name AS buyer, s.net, v.best FROM sales s JOIN accounts v ON v.name = s.buyer ORDER BY 1",
     [(BEN, 20, 2.25), (BELLE, None, -3), ("Anna", 15, 1.5)]),
    # Each sum is what it is without the other, where SQL over rows would multiply both.
    ("SELECT a.kind, SUM(a.net), COUNT(b.id), MAX(a.day) FROM sales a JOIN sales b USING (kind) "
     "GROUP BY a.kind, b.kind HAVING SUM(a.net) > 1 ORDER BY SUM(b.net) DESC",
     [("old", 20, 2, datetime(2024, 3, 31)), ("new", 15, 2, datetime(2024, 1, 31))]),  # noqa: DTZ001 - a wall clock
    ("SELECT a.id, c.count FROM sales a JOIN (SELECT 1 AS one) o ON TRUE JOIN sales c USING (id) "
     "GROUP BY id, a.id ORDER BY id LIMIT 1", [(1, 1)]),
    ("SELECT SUM(s.net) / MEASURE(v.count), MEASURE(v.count) AS n FROM sales s, accounts v", [(9.375, 4)]),
    ("SELECT SUM(s.net) AS net, MEASURE(v.count) FROM sales s JOIN accounts v ON TRUE AND v.country = 'BE' "
     "WHERE s.kind = 'new'", [(15, 2)]),
    ("SELECT upper(s.buyer) AS u, SUM(s.net) FROM sales s JOIN accounts v ON s.buyer = v.name "
     "GROUP BY s.buyer, upper(s.buyer) ORDER BY u", [(BEN.upper(), 20), ("ANNA", 15), (BELLE, None)]),
    # Where rows may be missing: conditions in ON, counts of nothing are 0.
    ("SELECT s.buyer, v.count, count(v.id) FROM sales s LEFT JOIN accounts v ON s.buyer = v.name "
     "AND v.country = 'BE' AND v.is_active WHERE s.kind = 'old' OR s.kind IS NULL GROUP BY 1 ORDER BY 1",
     [(BEN, 0, 0), (BELLE, 1, 1), (None, 0, 0)]),
    ("SELECT s.buyer, s.net FROM sales s JOIN accounts v ON s.buyer = v.name AND s.kind = 'new'", [("Anna", 15)]),
    ("SELECT v.name, COUNT(s.id) FROM sales s RIGHT JOIN accounts v ON s.buyer = v.name WHERE v.rep = 'B' "
     "GROUP BY v.name ORDER BY 1", [(BEN, 1), (BELLE, 1)]),
    ("SELECT kind, SUM(s.net), n FROM sales s FULL JOIN (VALUES ('new', 1), ('x', 2)) v(kind, n) USING (kind) "
     "GROUP BY kind, n ORDER BY kind", [("new", 15, 1), ("old", 20, None), ("x", None, 2), (None, 2.5, None)]),
    ("SELECT g.m, SUM(s.net) FROM generate_series('2024-01-30'::timestamp, '2024-02-01', '1 day') AS g(m) "
     "LEFT JOIN sales s ON s.day = g.m GROUP BY g.m ORDER BY g.m LIMIT 2",
     [(datetime(2024, 1, 30), None), (datetime(2024, 1, 31), 5)]),  # noqa: DTZ001 - a wall clock
    ("SELECT s.buyer, RANK() OVER (ORDER BY SUM(s.net) DESC NULLS LAST) FROM sales s JOIN accounts v "
     "ON s.buyer = v.name GROUP BY s.buyer ORDER BY 2", [(BEN, 1), ("Anna", 2), (BELLE, 3)]),
    ("SELECT DISTINCT s.country FROM desk s JOIN accounts v ON s.country = v.country ORDER BY 1", [("BE",), ("NL",)]),
    ("SELECT s.kind, s.id, MEASURE(w.net) FROM sales s JOIN (SELECT 'new' AS k) t ON s.kind = t.k JOIN sales w "
     "ON w.id = s.id AND w.kind = s.kind GROUP BY s.kind, s.id ORDER BY 2", [("new", 1, 10), ("new", 2, 5)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), ANSWERS)
def test_views_are_joined_after_each_was_grouped(
    club: SqlClub, sql: str, expected: list[tuple[Any, ...]]
) -> None:
    found = [tuple(map(plain, row)) for row in club.rows(sql)]
    assert found == expected


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def test_a_measure_of_joined_views_is_described_as_one(club: SqlClub) -> None:
    sql = "SELECT s.buyer, s.net, SUM(s.net) FROM sales s JOIN accounts v ON s.buyer = v.name GROUP BY 1"
    assert "s.buyer, MEASURE(s.net), SUM(s.net) FROM" in club.routed(sql).oracle_sql


def test_an_instant_is_shown_by_the_clock_of_the_session_also_where_it_is_a_measure(
    club: SqlClub,
) -> None:
    sql = "SELECT MAX(at), last_at, latest, seen, last_seen AT TIME ZONE 'Asia/Tokyo' FROM moments"
    columns = [("a", "timestamp"), ("b", "timestamp"), ("c", "timestamp"), ("d", "timestamp")]
    berlin = club.rows(sql, columns=[*columns, ("e", "timestamp")], timezone="Europe/Berlin")
    moment = datetime.fromisoformat
    at, seen = moment("2024-03-31T01:30:00"), moment("2024-03-01T01:00:00")
    assert berlin == [(at, at, at, seen, moment("2024-03-01T09:00:00"))]
    assert club.rows("SELECT last_at FROM moments") == [(moment("2024-03-31T00:30:00"),)]

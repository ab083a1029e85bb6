"""Answers of SQL over views, where PostgreSQL has no table to compare with."""
# ruff: noqa: E501, ISC004 - a statement is one text

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from semantic.sqlapi.statements import SqlError
from tests.semantic.compiler.club import CALLER
from tests.semantic.sqlapi.asked import SqlClub

ANSWERS: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("SELECT kind, net FROM sales ORDER BY kind", [("new", 15), ("old", 20), (None, 2.5)]),
    ("SELECT net FROM sales", [(37.5,)]),
    ("SELECT kind, net * 2 AS twice FROM sales ORDER BY twice", [(None, 5), ("new", 30), ("old", 40)]),
    ("SELECT kind, -net, net IS NULL FROM sales ORDER BY net DESC LIMIT 1", [("old", -20, False)]),
    ("SELECT upper(kind), net FROM sales ORDER BY 1 LIMIT 1", [("NEW", 15)]),
    ("SELECT kind, MEASURE(per_sale), MEASURE(kinds) FROM sales GROUP BY 1 ORDER BY 1",
     [("new", 7.5, 1), ("old", 10, 1), (None, 2.5, 0)]),
    ("SELECT MEASURE(net) / MEASURE(count), per_sale FROM sales", [(7.5, 7.5)]),
    ("SELECT COUNT(DISTINCT kinds), SUM(count), COUNT(count) FROM sales", [(2, 5, 5)]),
    ("SELECT MAX(best), AVG(mean) FROM accounts", [(2.25, 0.25)]),
    ("SELECT kind, net, RANK() OVER (ORDER BY net DESC) AS r FROM sales ORDER BY r",
     [("old", 20, 1), ("new", 15, 2), (None, 2.5, 3)]),
    ("SELECT kind, SUM(net) OVER (PARTITION BY kind IS NULL) FROM sales ORDER BY kind",
     [("new", 35), ("old", 35), (None, 2.5)]),
    ("SELECT kind, net / SUM(net) OVER () FROM sales ORDER BY kind LIMIT 1", [("new", 0.4)]),
    ("SELECT SUM(net) FROM (SELECT kind AS k, net, at FROM sales WHERE kind = 'new') t WHERE "
     "at < '2024-01-10'", [(10,)]),
    ("SELECT k, SUM(net) FROM (SELECT upper(kind) AS k, net FROM sales) t GROUP BY k ORDER BY k "
     "LIMIT 1", [("NEW", 15)]),
    ("SELECT k FROM (SELECT kind FROM sales) t(k) ORDER BY k LIMIT 1", [("new",)]),
    ("WITH a AS (SELECT kind, net FROM sales), b(k) AS (SELECT kind FROM a) "
     "SELECT a.net, k FROM a JOIN b ON a.kind = k ORDER BY k", [(15, "new"), (20, "old")]),
    ("SELECT day, net FROM (SELECT day, day, net FROM sales) t ORDER BY 1 LIMIT 1",
     [(datetime(2024, 1, 1), 10)]),  # noqa: DTZ001 - a wall clock
    ("SELECT date_trunc('month', day) AS m, MEASURE(count_so_far) FROM sales "
     "WHERE day >= '2024-01-01' AND day < '2024-03-01' GROUP BY 1 ORDER BY 1",
     [(datetime(2024, 1, 1), 2), (datetime(2024, 2, 1), 3)]),  # noqa: DTZ001 - same
    ("SELECT kind, count FROM sales GROUP BY kind HAVING count > 1 ORDER BY kind",
     [("new", 2), ("old", 2)]),
    ("SELECT kind, MEASURE(net) FILTER (WHERE day < '2024-02-01') AS n, COUNT(*) FROM sales "
     "GROUP BY kind ORDER BY kind", [("new", 15, 2), ("old", None, 2), (None, None, 1)]),
    ("SELECT MEASURE(per_sale) FILTER (WHERE kind = 'new') FROM sales", [(7.5,)]),
    ("SELECT COUNT(*) FROM desk_of_sales", [(5,)]),
    ("SELECT COUNT(sale), COUNT(DISTINCT country) FROM desk_of_sales", [(5, 2)]),
    ("SELECT rep, COUNT(DISTINCT country), SUM(net) FROM desk GROUP BY rep ORDER BY rep",
     [("A", 1, 15), ("B", 2, 20), (None, 0, 2.5)]),
    ("SELECT number, uid = '00000000-0000-0000-0000-000000000002' FROM accounts WHERE number = '2'",
     [("2", True)]),
    ("SELECT number || '!' AS n, COUNT(*) FROM accounts GROUP BY 1 ORDER BY 1 LIMIT 1", [("1!", 1)]),
    ("SELECT MAX(number), COUNT(DISTINCT number || 'x') FROM accounts", [("4", 4)]),
    ("SELECT has_new, any_kind, last_day FROM sales",
     [(True, "new", datetime(2024, 3, 31))]),  # noqa: DTZ001 - a wall clock
    ("SELECT spread / 2, spread / 2.0 FROM sales", [(875, 875.0)]),
    ("SELECT per_sale / 2, (per_sale * 2)::numeric(10, 1) FROM sales", [(3.75, 15)]),
    ("SELECT COUNT(*) FROM sales WHERE day = CURRENT_DATE - 4", [(1,)]),
    ("SELECT COUNT(*) FROM sales WHERE at > now() - interval '30 days' AND at < LOCALTIMESTAMP",
     [(2,)]),
    ("SELECT date_trunc('day', now()) = CURRENT_DATE, statement_timestamp() > now(), kind "
     "FROM sales LIMIT 1", [(True, False, "new")]),
    ("SELECT place, net FROM desk_of_sales WHERE place LIKE '51%'", [("51.0,4.5", 15)]),
    ("SELECT 'x', NULL, 1.5, COUNT(*) FROM sales", [("x", None, 1.5, 5)]),
    ("SELECT kind FROM sales GROUP BY kind, 'x' ORDER BY kind LIMIT 1", [("new",)]),
    ("SELECT CASE WHEN kind = 'new' THEN 1 END AS c, COUNT(*) FROM sales GROUP BY c ORDER BY c",
     [(1, 2), (None, 3)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), ANSWERS)
def test_a_view_answers_in_sql(club: SqlClub, sql: str, expected: list[tuple[Any, ...]]) -> None:
    found = club.rows(sql)
    assert [tuple(map(plain, row)) for row in found] == expected


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def test_times_are_shown_by_the_clock_of_the_session(club: SqlClub) -> None:
    sql = "SELECT at FROM sales WHERE at < '2024-01-02 01:00' ORDER BY at"
    assert club.rows(sql) == [(datetime.fromisoformat("2024-01-01T23:30:00"),)]
    found = club.rows(sql, timezone="Europe/Berlin")
    assert found == [(datetime.fromisoformat("2024-01-02T00:30:00"),)]


def test_a_range_of_time_is_asked_of_the_facts_as_instants(club: SqlClub) -> None:
    sql = "SELECT SUM(net) FROM sales WHERE at >= '2024-01-01' AND at < '2024-02-01'"
    compiled = club.compiled(sql, timezone="Europe/Berlin")
    assert "AT TIME ZONE" not in compiled.sql
    assert datetime.fromisoformat("2023-12-31T23:00:00") in compiled.parameters
    # 02:30 is twice on that night, so the clock of every row is looked at.
    sql = "SELECT SUM(net) FROM sales WHERE at >= '2024-10-27 02:30'"
    assert "AT TIME ZONE" in club.compiled(sql, timezone="Europe/Berlin").sql


def test_results_have_the_types_that_were_described(club: SqlClub) -> None:
    sql = "SELECT net, count, kind, day, has_new, count, count, NULL, 'x', day, day, net, count, spread FROM sales LIMIT 1"
    types = (
        "numeric(10,1)", "double precision", "character varying(5)", "date", "boolean", "smallint",
        "numeric", "integer", "text", "timestamp with time zone", "timestamp", "real", "bigint",
        "numeric",
    )  # fmt: skip
    columns = tuple((f"x{number}", type_) for number, type_ in enumerate(types))
    compiled = club.compiled(sql, columns=columns)
    table = club.engine.answer(compiled).table
    assert [str(one.type) for one in table.schema] == [
        "decimal128(10, 1)", "double", "string", "date32[day]", "bool", "int16",
        "decimal128(38, 0)", "int32", "string", "timestamp[us, tz=Etc/UTC]", "timestamp[us]",
        "float", "int64", "decimal128(38, 0)",
    ]  # fmt: skip
    assert [one.key for one in compiled.columns] == [name for name, _ in columns]


@pytest.mark.parametrize(
    ("sql", "types", "words"),
    [
        ("SELECT net FROM sales", ("text", "text"), "not those that were described"),
        ("SELECT kind FROM sales", ("integer",), "is no number"),
        ("SELECT kind FROM sales", ("point",), "type point is not known"),
        ("SELECT kind FROM sales", ("date",), "cannot be used as date"),
    ],
)
def test_a_result_that_is_not_what_was_described_is_refused(
    club: SqlClub, sql: str, types: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SqlError, match=words):
        club.compiled(sql, columns=[("x", one) for one in types])


def test_an_instant_is_described_as_a_date_and_a_wall_clock(club: SqlClub) -> None:
    sql = "SELECT now(), now(), now()::date, COUNT(*) FROM sales"
    columns = [("a", "date"), ("b", "timestamp without time zone"), ("c", "date"), ("d", "bigint")]
    assert club.rows(sql, columns=columns, timezone="Asia/Tokyo") == [
        (date(2024, 3, 5), datetime.fromisoformat("2024-03-05T21:30:00"), date(2024, 3, 5), 5)
    ]


def test_a_compiled_statement_says_what_it_reads(club: SqlClub) -> None:
    sql = "SELECT SUM(net), (COUNT(*) / 2) FROM desk_of_sales UNION ALL SELECT COUNT(*), 1 FROM visits"
    compiled = club.compiled(sql)
    assert compiled.tables == {"sales", "visits"}
    assert compiled.cubes == {"sales", "visits"}
    assert "visits: read from visits" in compiled.explanation.joins
    assert [(one.key, one.type) for one in compiled.columns] == [
        ("sum", "number"),
        ("?column?", "number"),
    ]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("point", "type point is not known"), ("integer", "invalid input syntax for type")],
)
def test_a_parameter_that_cannot_be_is_refused(club: SqlClub, kind: str, words: str) -> None:
    with pytest.raises(SqlError, match=words):
        club.rows("SELECT COUNT(*) FROM sales WHERE id = $1", (kind, "x"))


def test_a_parameter_of_no_known_type_is_a_literal(club: SqlClub) -> None:
    routed = club.routed("SELECT COUNT(*) FROM sales WHERE id = $1")
    compiled = club.api.compile(routed, ("2",), (), None, CALLER, "UTC")
    assert club.engine.answer(compiled).table.column(0).to_pylist() == [1]

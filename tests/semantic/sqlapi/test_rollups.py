"""SQL over a rollup gives what the facts give, and goes to the facts where it is gone."""
# ruff: noqa: ISC004 - a statement is one text

from typing import Any

import pytest

from semantic.access.principal import Principal
from semantic.compiling import Compiler
from semantic.run.compiled import Compiled
from semantic.sqlapi.api import SqlApi
from tests.semantic.oracle import shop
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.rollups.shop_kept import BY_MONTH, Kept, with_rollups
from tests.semantic.sqlapi.asked import NOW


@pytest.fixture(scope="module")
def by_month() -> Kept:
    """The shop with one rollup, which no test changes."""
    return with_rollups(BY_MONTH)


def compiled(compiler: Compiler, sql: str, caller: Principal = shop.ASKER) -> Compiled:
    api = SqlApi(lambda _: compiler)
    routed = api.routed(sql, caller)
    return api.compile(routed, (), (), None, caller, caller.timezone, NOW)


def rows(kept: Kept, one: Compiled) -> list[tuple[Any, ...]]:
    columns = [column.to_pylist() for column in kept.engine.answer(one).table.columns]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    ("sql", "is_used"),
    [
        ("SELECT country, SUM(header) FROM desk GROUP BY 1", True),
        ("SELECT upper(country), SUM(header) FROM desk GROUP BY 1", True),
        ("SELECT SUM(header) FROM desk WHERE country = 'DE' OR country IS NULL", True),
        ("SELECT date_trunc('year', at), SUM(count) FROM orders GROUP BY 1", True),
        ("SELECT extract(month from at), SUM(count) FROM orders GROUP BY 1", True),
        ("SELECT SUM(count) FROM orders WHERE extract(year from at) = 2024", True),
        ("SELECT SUM(count) FROM orders WHERE at >= '2024-01-01' AND at < '2024-03-01'", True),
        ("SELECT SUM(count) FROM orders WHERE at >= '2024-01-01' AND at < '2024-02-02'", False),
        ("SELECT extract(day from at), SUM(count) FROM orders GROUP BY 1", False),
        ("SELECT at, SUM(count) FROM orders GROUP BY 1", False),
        (
            "SELECT SUM(header), SUM(header) FILTER (WHERE country = 'DE'), COUNT(DISTINCT country)"
            " FROM desk",
            True,
        ),
    ],
)
def test_a_rollup_answers_sql_as_the_facts_do(by_month: Kept, sql: str, *, is_used: bool) -> None:
    over = compiled(by_month.compiler, sql)
    direct = compiled(Compiler(by_month.model, by_month.types), sql)
    assert bool(over.rollups) == is_used
    same_rows(rows(by_month, over), rows(by_month, direct))
    if is_used:
        assert over.reliance is not None
        same_rows(rows(by_month, over.reliance.direct), rows(by_month, direct))
        assert over.reliance.direct.rollups == {}


def test_only_what_may_be_is_read_from_a_rollup(by_month: Kept) -> None:
    sql = (
        "SELECT MAX(a.s), MAX(b.s) FROM (SELECT country, SUM(header) AS s FROM desk GROUP BY 1) a,"
        " (SELECT at, SUM(count) AS s FROM orders GROUP BY 1) b"
    )
    over = compiled(by_month.compiler, sql)
    direct = compiled(Compiler(by_month.model, by_month.types), sql)
    assert over.rollups
    assert over.reliance is not None
    same_rows(rows(by_month, over), rows(by_month, direct))
    same_rows(rows(by_month, over.reliance.direct), rows(by_month, direct))

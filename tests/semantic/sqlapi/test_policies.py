"""Who sees which rows and members in SQL: the same as on every other path."""
# ruff: noqa: ISC002 - a statement is one text

from dataclasses import replace

import pytest

from semantic.access.principal import Principal
from semantic.query.query import (
    Computed,
    Constant,
    Formula,
    Group,
    Operand,
    Query,
    QueryError,
)
from semantic.query.query import Test as Comparison
from semantic.spec.filters import ContextValue, DefaultFilter, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.policies import AccessPolicy, MemberSelection
from semantic.sqlapi.statements import Target, sqlstate_of
from semantic.sqlgen.statements import Generator
from tests.semantic.compiler.club import ACCOUNTS, DESK, asker
from tests.semantic.oracle.clubs import CLUB, MemoryFacts
from tests.semantic.oracle.spec_text import HERE
from tests.semantic.sqlapi.asked import SqlClub


def of(member: str, *values: str | ContextValue) -> MemberFilter:
    return MemberFilter(Reference((member,)), "equals", values, HERE)


OWN = AccessPolicy(frozenset({"sales"}), HERE, rows=(of("rep", ContextValue(("rep",))),))
ALL = AccessPolicy(frozenset({"finance"}), HERE, rows=())
MASKED = AccessPolicy(
    frozenset({"partner"}),
    HERE,
    members=MemberSelection(frozenset({"rep", "kind"})),
    masked=MemberSelection(frozenset({"net", "country"})),
)
ONLY_NEW = DefaultFilter(of("kind", "new"), unless=(Reference(("kind",)),))


def caller(*groups: str, **context: str) -> Principal:
    return Principal(CLUB, frozenset(groups), context)


@pytest.fixture(scope="module")
def guarded(sql_facts: MemoryFacts) -> SqlClub:
    accounts = replace(ACCOUNTS, access_policies=(OWN, ALL))
    views = {
        "guarded": replace(DESK, name="guarded", access_policies=(OWN, ALL, MASKED)),
        "fresh": replace(DESK, name="fresh", default_filters=(ONLY_NEW,)),
    }
    found = asker(sql_facts, accounts, **views)
    return SqlClub(found.compiler, found.engine)


def test_rows_are_those_that_the_caller_may_see(guarded: SqlClub) -> None:
    rep_a = caller("sales", rep="A")
    for sql in (
        "SELECT SUM(net) FROM guarded",
        "SELECT SUM(s) FROM (SELECT upper(kind), SUM(net) AS s FROM guarded GROUP BY 1) t",
        "SELECT SUM(CASE WHEN country = 'BE' THEN net ELSE 0 END) FROM guarded",
    ):
        assert guarded.rows(sql, caller=rep_a) == [(15,)]
    assert guarded.rows("SELECT COUNT(DISTINCT rep), MAX(rep) FROM guarded", caller=rep_a) == [
        (1, "A")
    ]
    assert guarded.rows("SELECT COUNT(*) FROM accounts", caller=rep_a) == [(1,)]
    assert guarded.rows("SELECT COUNT(DISTINCT name) FROM accounts", caller=caller("finance")) == [
        (3,)
    ]


def test_a_missing_attribute_refuses(guarded: SqlClub) -> None:
    with pytest.raises(QueryError) as refused:
        guarded.compiled("SELECT SUM(net) FROM guarded", caller=caller("sales"))
    assert sqlstate_of(refused.value) == "42501"


def test_what_is_hidden_is_not_there(guarded: SqlClub) -> None:
    partner = caller("partner", "finance")
    assert guarded.routed("SELECT * FROM guarded", caller("nobody")).target is Target.SHELL
    assert len(guarded.rows("SELECT * FROM guarded LIMIT 1", caller=partner)[0]) == 5
    with pytest.raises(QueryError) as refused:
        guarded.compiled("SELECT day FROM guarded", caller=caller("partner"))
    assert sqlstate_of(refused.value) == "42703"


def test_a_mask_is_shown_and_nothing_is_computed_of_what_is_behind(guarded: SqlClub) -> None:
    shown = replace(MASKED, groups=frozenset({"sales"}))
    accounts = replace(ACCOUNTS, access_policies=None)
    masked = replace(DESK, name="masked", access_policies=(shown,))
    found = asker(guarded.engine.facts, accounts, masked=masked)  # type: ignore[arg-type]  # the same store
    club = SqlClub(found.compiler, found.engine)
    own = caller("sales")
    assert club.rows("SELECT rep, country, SUM(net) FROM masked GROUP BY 1, 2 LIMIT 1", caller=own)
    sql = "SELECT DISTINCT country, net FROM masked"
    assert club.rows(sql, caller=own) == [("hidden", 0)]
    assert club.rows("SELECT COUNT(DISTINCT country), MAX(rep) FROM masked", caller=own) == [
        (1, "B")
    ]
    assert club.rows("SELECT SUM(net), COUNT(DISTINCT rep) FROM masked", caller=own)[0][1] > 1
    for sql in (
        "SELECT upper(country), net FROM masked",
        "SELECT kind FROM masked WHERE country = 'BE'",
        "SELECT SUM(net) FILTER (WHERE country = 'BE') FROM masked",
        "SELECT COUNT(DISTINCT upper(country)) FROM masked",
    ):
        with pytest.raises(QueryError) as refused:
            club.compiled(sql, caller=own)
        assert sqlstate_of(refused.value) == "42501"


def test_filters_of_a_view_look_at_the_whole_statement(guarded: SqlClub) -> None:
    root = caller("finance")
    assert guarded.rows("SELECT SUM(net) FROM fresh", caller=root) == [(15,)]
    sql = "SELECT SUM(net), SUM(net) FILTER (WHERE kind = 'old') FROM fresh"
    assert [tuple(map(float, row)) for row in guarded.rows(sql, caller=root)] == [(37.5, 20)]
    sql = "SELECT SUM(net), COUNT(DISTINCT kind) FROM fresh"
    assert [tuple(map(float, row)) for row in guarded.rows(sql, caller=root)] == [(37.5, 2)]
    sql = "SELECT a.s, b.s FROM (SELECT SUM(net) AS s FROM fresh) a, " \
          "(SELECT SUM(net) AS s FROM fresh WHERE kind IS NULL) b"  # fmt: skip
    assert [tuple(map(float, row)) for row in guarded.rows(sql, caller=root)] == [(15, 2.5)]


UPPER = Formula(("upper(", Operand("sales.kind"), ")"), "string")


def test_a_query_may_compute_dimensions_of_its_own(club: SqlClub) -> None:
    query = Query(
        measures=("sales.count",),
        computed=(Computed("loud", UPPER),),
        filters=(Formula((Operand("sales.id"), " > ", Constant(1, "BIGINT")), "boolean"),),
        order=(("loud", False),),
    )
    table = club.engine.answer(club.compiler.compile(query, caller())).table
    columns = [one.to_pylist() for one in table.columns]
    assert columns == [["NEW", "OLD", None], [1, 2, 1]]


def test_a_formula_has_dimensions_only_and_stands_by_itself(club: SqlClub) -> None:
    of_measure = Formula((Operand("sales.net"), " > 1"), "boolean")
    mixed = Group("or", (UPPER, Comparison("sales.net", "gt", ("1",))))
    for query, words in (
        (Query(dimensions=("sales.kind",), filters=(of_measure,)), "condition with a measure"),
        (Query(dimensions=("sales.kind",), computed=(Computed("x", of_measure),)), "no dimension"),
        (
            Query(measures=("sales.net",), filters=(mixed,), is_mixed_allowed=True),
            "A formula cannot stand in one condition with a measure",
        ),
    ):
        with pytest.raises(QueryError, match=words):
            club.compiler.compile(query, caller())


def test_a_formula_is_written_for_duckdb_alone(club: SqlClub) -> None:
    compiler = club.compiler
    other = Generator("postgres")
    query = Query(measures=("sales.count",), computed=(Computed("loud", UPPER),))
    compiler.generator, kept = other, compiler.generator
    try:
        with pytest.raises(QueryError, match="DuckDB alone"):
            compiler.compile(query, caller())
    finally:
        compiler.generator = kept

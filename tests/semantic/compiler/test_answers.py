"""What answers show: dimensions of every kind, orders, pages, totals, subtotals, plain rows."""

from dataclasses import replace
from decimal import Decimal

import pytest

from semantic.compiling import Compiler
from semantic.query.query import Group, Query, QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from semantic.run.compiled import ResultColumn, Role
from tests.semantic.compiler.club import CALLER, at, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.comparing import same_rows


def test_dimensions_are_shown_as_they_are_written(club: Asker) -> None:
    shown = ("label", "place", "size", "bigness", "seen_at", "bought")
    query = Query(
        dimensions=("accounts.id", *(f"accounts.{one}" for one in shown)),
        timezone="Europe/Berlin",
    )
    assert rows(club, query) == [
        (1, "Anna of BE", "51.0,4.5", "A", None, at("2024-01-02T00:30:00"), Decimal("15.00")),
        (2, "50%_Ben of NL", None, "big", "big", None, Decimal("20.00")),
        (3, None, None, "small", None, None, None),
        (4, "ANNABEL of BE", "50.0,4.0", "small", None, at("2024-03-01T01:00:00"), None),
    ]


def test_a_dimension_may_be_a_measure_of_another_cube(club: Asker) -> None:
    query = Query(measures=("accounts.value", "accounts.count"), dimensions=("accounts.country",))
    assert rows(club, query) == [
        ("NL", Decimal("20.00"), 1),
        ("BE", Decimal("15.00"), 2),
        (None, None, 1),
    ]


def test_time_is_shown_by_granularities_of_the_model_and_of_cube(club: Asker) -> None:
    names = ("fiscal", "half", "fortnight", "weird", "quarter")
    query = Query(
        dimensions=("sales.id", "sales.month", "sales.at.day"),
        time_dimensions=tuple(TimeDimension("sales.day", one) for one in names),
        filters=(Comparison("sales.id", "equals", ("1", "3")),),
        order=(("sales.id", False),),
    )
    assert rows(club, query) == [
        (
            1,
            at("2024-01-01T00:00:00"),
            at("2024-01-01T00:00:00"),
            at("2023-02-01T00:00:00"),
            at("2023-08-01T00:00:00"),
            at("2024-01-01T00:00:00"),
            at("2024-01-01T00:00:00"),
            at("2024-01-01T00:00:00"),
        ),
        (
            3,
            at("2024-02-01T00:00:00"),
            at("2024-02-29T00:00:00"),
            at("2024-02-01T00:00:00"),
            at("2024-02-01T00:00:00"),
            at("2024-02-26T00:00:00"),
            at("2024-01-01T00:00:00"),
            at("2024-01-01T00:00:00"),
        ),
    ]


def test_measures_are_exact_and_know_other_cubes(club: Asker) -> None:
    query = Query(
        measures=tuple(
            f"sales.{one}"
            for one in (
                *("count", "net", "new_net", "per_sale", "mixed"),
                *("belgian", "spread", "kinds"),
            )
        )
    )
    assert rows(club, query) == [
        (5, Decimal("37.50"), Decimal("15.00"), 7.5, 750, Decimal(1500), 1750, 2),
    ]
    assert rows(club, Query(measures=("accounts.mean", "accounts.best", "accounts.named"))) == [
        (0.25, Decimal("2.25"), 3),
    ]


def test_a_measure_of_two_facts_divides_what_each_sums(club: Asker) -> None:
    query = Query(measures=("sales.per_guest",), dimensions=("accounts.country",))
    same_rows(rows(club, query), [("BE", 5.0), ("NL", None), (None, 0.625)])


def test_rows_that_are_not_there_are_not_counted(club: Asker) -> None:
    query = Query(
        measures=("visits.count", "visits.known", "visits.least"), dimensions=("accounts.id",)
    )
    same_rows(rows(club, query), [(1, 2, 2, 1), (2, 0, 0, None), (3, 1, 1, 4), (4, 0, 0, None)])


def test_rows_are_multiplied_by_joins_and_counted_once(club: Asker) -> None:
    query = Query(measures=("visits.guests", "visits.count"), dimensions=("gates.gate",))
    assert rows(club, query) == [(None, 4, 1), ("N", 3, 2), ("S", 2, 1)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, ["old", "new", None]),
        ((("sales.kind", False),), ["new", "old", None]),
        ((("sales.kind", True),), ["old", "new", None]),
        ((("sales.net", False),), [None, "new", "old"]),
        ((("sales.count", False), ("sales.kind", True)), ["old", "new", None]),
    ],
)
def test_answers_are_ordered_and_null_comes_last(
    club: Asker, order: tuple[tuple[str, bool], ...] | None, expected: list[str | None]
) -> None:
    query = Query(measures=("sales.net",), dimensions=("sales.kind",), order=order)
    assert [row[0] for row in rows(club, query)] == expected


def test_time_orders_before_measures_and_the_first_dimension_where_there_is_neither(
    club: Asker,
) -> None:
    months = (TimeDimension("sales.day", "month"),)
    by_month = Query(measures=("sales.net",), time_dimensions=months)
    assert [row[1] for row in rows(club, by_month)] == [15, 20, Decimal("2.50")]
    downwards = Query(measures=("sales.net",), time_dimensions=months, order=(("sales.day", True),))
    assert [row[1] for row in rows(club, downwards)] == [Decimal("2.50"), 20, 15]
    assert rows(club, Query(dimensions=("sales.kind",))) == [("new",), ("old",), (None,)]


def test_a_page_has_a_limit_and_an_offset_and_the_total_has_neither(club: Asker) -> None:
    query = Query(dimensions=("accounts.id",), limit=2, offset=1, wants_total=True)
    reply = club.ask(query, CALLER)
    assert [row["accounts.id"] for row in reply.rows] == [2, 3]
    assert reply.total == 4
    assert club.ask(Query(dimensions=("accounts.id",), limit=0), CALLER).rows == []
    assert len(club.ask(Query(dimensions=("accounts.id",), limit=None), CALLER).rows) == 4


def test_columns_say_what_they_show(club: Asker) -> None:
    query = Query(
        measures=("desk.net",),
        dimensions=("desk.country",),
        time_dimensions=(TimeDimension("desk.day", "month"),),
    )
    assert club.compiler.compile(query, CALLER).columns == (
        ResultColumn(
            "desk.country", "desk.country", Role.DIMENSION, "string", "desk__country", None
        ),
        ResultColumn("desk.day.month", "desk.day", Role.TIME, "time", "desk__day__month", "month"),
        ResultColumn("desk.net", "desk.net", Role.MEASURE, "number", "desk__net", None),
    )


def test_an_explanation_names_facts_and_joins_and_tables(club: Asker) -> None:
    query = Query(measures=("visits.guests",), dimensions=("accounts.country", "gates.gate"))
    compiled = club.compiler.compile(query, CALLER)
    assert compiled.explanation.facts == ("visits",)
    assert compiled.explanation.joins == (
        "visits: from accounts over accounts → visits (one_to_many), visits → gates (one_to_many)",
        "rows of visits are multiplied: counted once by primary key",
    )
    assert compiled.tables == {"accounts", "visits", "gates"}
    alone = club.compiler.compile(Query(measures=("sales.net",)), CALLER)
    assert alone.explanation.joins == ("sales: read from sales",)
    assert alone.tables == {"sales"}


def test_the_same_query_is_compiled_once(club: Asker) -> None:
    query = Query(measures=("sales.net",), dimensions=("sales.kind",))
    assert club.compiler.compile(query, CALLER).sql is club.compiler.compile(query, CALLER).sql


def test_rows_are_shown_by_themselves(club: Asker) -> None:
    query = Query(
        measures=("sales.net", "sales.count", "sales.new_net"),
        dimensions=("sales.id", "accounts.name"),
        is_ungrouped=True,
        limit=2,
        order=(("sales.id", False),),
    )
    assert rows(club, query) == [(1, "Anna", 10, 1, 10), (2, "Anna", 5, 1, 5)]


def test_subtotals_are_right_for_what_does_not_add_up(club: Asker) -> None:
    query = Query(
        measures=("sales.kinds", "sales.net"),
        dimensions=("accounts.country", "sales.kind"),
        subtotals=(("accounts.country",), ()),
        order=(("accounts.country", False),),
    )
    same_rows(
        rows(club, query),
        [
            ("BE", "new", 0, 1, 15),
            ("BE", "old", 0, 1, None),
            ("NL", "old", 0, 1, 20),
            (None, None, 0, 0, 2.5),
            ("BE", None, 1, 2, 15),
            ("NL", None, 1, 1, 20),
            (None, None, 1, 0, 2.5),
            (None, None, 2, 2, 37.5),
        ],
    )


def test_subtotals_count_multiplied_rows_once(club: Asker) -> None:
    query = Query(measures=("visits.guests",), dimensions=("gates.gate",), subtotals=((),))
    same_rows(rows(club, query), [("N", 0, 3), ("S", 0, 2), (None, 0, 4), (None, 1, 7)])


def test_measures_and_dimensions_share_a_condition_where_it_is_allowed(club: Asker) -> None:
    either = Group(
        "or",
        (
            Comparison("sales.net", "gt", ("18",)),
            Comparison("sales.kind", "equals", (None,)),
        ),
    )
    query = Query(
        measures=("sales.net",),
        dimensions=("accounts.country", "sales.kind"),
        filters=(either,),
        is_mixed_allowed=True,
    )
    same_rows(rows(club, query), [("NL", "old", 20), (None, None, 2.5)])
    by_day = Group(
        "or",
        (
            Comparison("sales.net", "gt", ("18",)),
            Comparison("sales.day", "equals", ("2024-03-31T00:00:00.000",)),
        ),
    )
    days = Query(
        measures=("sales.net",),
        dimensions=("sales.day",),
        filters=(by_day,),
        is_mixed_allowed=True,
    )
    same_rows(
        rows(club, days), [(at("2024-02-29T00:00:00"), 20), (at("2024-03-31T00:00:00"), None)]
    )


def test_a_group_of_conditions_that_all_hold_is_taken_apart(club: Asker) -> None:
    all_ = Group(
        "and",
        (Comparison("sales.net", "gt", ("1",)), Comparison("sales.kind", "equals", ("old",))),
    )
    query = Query(measures=("sales.net",), dimensions=("sales.kind",), filters=(all_,))
    assert rows(club, query) == [("old", 20)]


def test_conditions_on_measures_are_put_together(club: Asker) -> None:
    any_ = Group(
        "or", (Comparison("sales.net", "gt", ("18",)), Comparison("sales.count", "equals", ("1",)))
    )
    query = Query(measures=("sales.net",), dimensions=("sales.kind",), filters=(any_,))
    same_rows(rows(club, query), [("old", 20), (None, 2.5)])


def test_a_drill_down_shows_the_rows_that_a_measure_counts(club: Asker) -> None:
    counted = Comparison("sales.new_net", "measureFilter")
    query = Query(dimensions=("sales.id",), filters=(counted,))
    assert rows(club, query) == [(1,), (2,)]
    with pytest.raises(QueryError, match="needs a measure"):
        rows(club, replace(query, filters=(Comparison("sales.kind", "measureFilter"),)))


def test_only_so_many_compiled_queries_are_kept(
    club: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semantic.compiling.KEPT", 1)
    compiler = Compiler(club.compiler.model, {})
    first = compiler.compile(Query(dimensions=("accounts.id",)), CALLER)
    compiler.compile(Query(dimensions=("accounts.name",)), CALLER)
    again = compiler.compile(Query(dimensions=("accounts.id",)), CALLER)
    assert first == again
    assert first.sql is not again.sql

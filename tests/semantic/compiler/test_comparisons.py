"""What conditions select: Cube's operators, its rules for NULL, and dates by time zone."""

import pytest

from semantic.query.query import Group, Query, QueryError
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.club import CALLER, at, ids, rows, uid
from tests.semantic.oracle.asking import Asker

CASES: tuple[tuple[str, str, tuple[str | None, ...], list[int]], ...] = (
    ("accounts.name", "equals", ("Anna",), [1]),
    ("accounts.name", "in", ("Anna", "ANNABEL"), [1, 4]),
    ("accounts.name", "equals", ("Anna", None), [1, 3]),
    ("accounts.name", "equals", (None,), [3]),
    ("accounts.name", "equals", (), []),
    ("accounts.name", "notEquals", ("Anna",), [2, 3, 4]),
    ("accounts.name", "notEquals", ("Anna", None), [2, 4]),
    ("accounts.name", "notIn", ("Anna", "ANNABEL"), [2, 3]),
    ("accounts.name", "notEquals", (None,), [1, 2, 4]),
    ("accounts.name", "notEquals", (), [1, 2, 3, 4]),
    ("accounts.name", "contains", ("nna",), [1, 4]),
    ("accounts.name", "contains", ("%_",), [2]),
    ("accounts.name", "contains", ("!",), []),
    ("accounts.name", "contains", ("ben", "bel"), [2, 4]),
    ("accounts.name", "contains", ("ben", None), [2, 3]),
    ("accounts.name", "notContains", ("anna", "x"), [2, 3]),
    ("accounts.name", "notContains", ("anna", None), [2]),
    ("accounts.name", "notContains", (None,), [1, 2, 4]),
    ("accounts.name", "startsWith", ("ANNA",), [1, 4]),
    ("accounts.name", "notStartsWith", ("50%",), [1, 3, 4]),
    ("accounts.name", "endsWith", ("a",), [1]),
    ("accounts.name", "notEndsWith", ("a",), [2, 3, 4]),
    ("accounts.name", "set", (), [1, 2, 4]),
    ("accounts.name", "notSet", (), [3]),
    ("accounts.name", "gt", ("ANNB",), [1]),
    ("accounts.number", "equals", ("2",), [2]),
    ("accounts.number", "contains", ("4",), [4]),
    ("accounts.uid", "equals", (uid(2),), [2]),
    ("accounts.uid", "contains", ("0004",), [4]),
    ("accounts.score", "gt", ("1.5",), [2]),
    ("accounts.score", "gte", ("1.5",), [1, 2]),
    ("accounts.score", "lt", ("1", "2"), [1, 4]),
    ("accounts.score", "lte", ("-3",), [4]),
    ("accounts.score", "equals", ("1.50", "-3"), [1, 4]),
    ("accounts.is_active", "equals", ("true",), [1, 4]),
    ("accounts.is_active", "notEquals", ("1",), [2, 3]),
    ("accounts.label", "equals", ("Anna of BE",), [1]),
    ("accounts.size", "equals", ("small",), [3, 4]),
    ("accounts.bigness", "notSet", (), [1, 3, 4]),
    ("accounts.seen_at", "equals", ("2024-03-01T00:00:00.000",), [4]),
    ("sales.day", "equals", ("2024-02-29T00:00:00.000",), [3]),
    ("sales.day", "equals", ("2024-02-29T10:00:00.000",), []),
    ("sales.day", "gte", ("2024-02-29T00:00:00.000",), [3, 4, 5]),
    ("sales.day", "beforeDate", ("2024-01-31T00:00:00.000",), [1]),
    ("sales.day", "beforeOrOnDate", ("2024-01-31T23:59:59.999",), [1, 2]),
    ("sales.day", "afterDate", ("2024-02-29T23:59:59.999",), [4, 5]),
    ("sales.day", "afterOrOnDate", ("2024-02-29T00:00:00.000",), [3, 4, 5]),
    ("sales.day", "onTheDate", ("2024-03-01T00:00:00.000", "2024-03-01T23:59:59.999"), [5]),
    ("sales.day", "inDateRange", ("2024-01-01T10:00:00.000", "2024-02-29T10:00:00.000"), [2, 3]),
    ("sales.day", "notInDateRange", ("2024-01-02T00:00:00", "2024-03-30T23:59:59.999"), [1, 4]),
    ("sales.at", "inDateRange", ("2024-01-31T00:00:00", "2024-01-31T22:59:59.999"), [2]),
)


@pytest.mark.parametrize(("member", "operator", "values", "expected"), CASES)
def test_a_condition_selects_what_cube_selects(
    club: Asker, member: str, operator: str, values: tuple[str | None, ...], expected: list[int]
) -> None:
    assert ids(club, Comparison(member, operator, values)) == expected


def test_dates_of_instants_are_those_of_the_time_zone_and_days_are_days_everywhere(
    club: Asker,
) -> None:
    range_ = ("2024-01-01T00:00:00.000", "2024-01-01T23:59:59.999")
    on_day = Comparison("sales.day", "inDateRange", range_)
    at_instant = Comparison("sales.at", "inDateRange", range_)
    assert ids(club, at_instant) == [1]
    assert ids(club, at_instant, timezone="Europe/Berlin") == []
    assert ids(club, on_day, timezone="Pacific/Auckland") == [1]


def test_a_range_ends_with_the_second_of_two_equal_hours(club: Asker) -> None:
    # In Asunción the last hour of 23 March 2024 came twice.
    last = Comparison("sales.at", "onTheDate", ("2024-03-23T00:00:00", "2024-03-23T23:59:59.999"))
    query = Query(dimensions=("sales.id",), filters=(last,), timezone="America/Asuncion")
    compiled = club.compiler.compile(query, CALLER)
    assert compiled.parameters == (at("2024-03-23T03:00:00"), at("2024-03-24T04:00:00"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Group("or", (Comparison("accounts.rep", "equals", ("A",)),)), [1]),
        (
            Group(
                "or",
                (
                    Comparison("accounts.name", "notSet"),
                    Group(
                        "and",
                        (
                            Comparison("accounts.country", "equals", ("BE",)),
                            Comparison("accounts.rep", "equals", ("B",)),
                        ),
                    ),
                ),
            ),
            [3, 4],
        ),
        (Group("or", ()), []),
        (Group("and", ()), [1, 2, 3, 4]),
    ],
)
def test_conditions_are_put_together(club: Asker, condition: Group, expected: list[int]) -> None:
    assert ids(club, condition) == expected


@pytest.mark.parametrize(
    ("member", "operator", "values", "message"),
    [
        ("accounts.score", "equals", ("much",), "'much' is no number"),
        ("accounts.score", "gt", ("NaN",), "'NaN' is no number"),
        ("accounts.score", "gt", (), "a value is missing"),
        ("accounts.is_active", "equals", ("maybe",), "'maybe' is neither true nor false"),
        ("accounts.uid", "equals", ("12",), "'12' is no UUID"),
        ("accounts.seen_at", "equals", ("soon",), "'soon' is no date"),
        ("accounts.seen_at", "beforeDate", (), "it takes one date"),
        ("accounts.seen_at", "onTheDate", ("2024-01-01",), "the first and the last date"),
        ("accounts.name", "like", ("x",), "the operator is unknown"),
        ("accounts.name", "notLike", ("x",), "the operator is unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    club: Asker, member: str, operator: str, values: tuple[str, ...], message: str
) -> None:
    with pytest.raises(QueryError, match=message) as refused:
        ids(club, Comparison(member, operator, values))
    assert refused.value.code == "FILTER_INVALID"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Comparison("sales.net", "gt", ("10",)), [("old", 20)]),
        (Comparison("sales.net", "equals", ("15.00",)), [("new", 15)]),
        (Comparison("sales.any_kind", "equals", ("old",)), [("old", 20)]),
        (Comparison("sales.has_new", "equals", ("true",)), [("new", 15)]),
        (Comparison("sales.last_day", "afterDate", ("2024-03-01T23:59:59.999",)), [("old", 20)]),
        (Comparison("sales.count", "equals", ("1",)), [(None, 2.5)]),
    ],
)
def test_a_condition_on_a_measure_is_about_groups(
    club: Asker, test: Comparison, expected: list[tuple[object, ...]]
) -> None:
    more = Comparison("sales.net", "notEquals", ("15",))
    tests = (test, more) if test.operator == "gt" else (test,)
    query = Query(measures=("sales.net",), dimensions=("sales.kind",), filters=tests)
    assert [(kind, float(net)) for kind, net in rows(club, query)] == expected

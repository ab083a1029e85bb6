"""What a model says and the compiler does not execute is refused, never ignored."""

from dataclasses import replace
from typing import Any

import pytest

from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query, QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from semantic.spec.cubes import Cube
from semantic.spec.dimensions import CalendarShift, Case, Dimension, DimensionType
from semantic.spec.filters import ContextValue, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.measures import (
    Grain,
    RollingWindow,
    Stage,
    StageFilter,
    TimeShift,
)
from semantic.spec.model import Model
from semantic.spec.places import ModelError
from semantic.spec.policies import AccessPolicy
from tests.semantic.compiler.club import ACCOUNTS, CALLER, CUBES, SALES, VISITS, asker, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.spec_text import (
    HERE,
    cube,
    dimension,
    join,
    measure,
    rolling,
    shifted,
    sql,
)


def compile_with(query: Query, *cubes: Cube) -> str:
    found = {one.name: one for one in (*CUBES, *cubes)}
    return Compiler(Model(found, {}), {}).compile(query, CALLER).sql


def with_dimension(one: Any) -> Cube:
    return replace(ACCOUNTS, dimensions={**ACCOUNTS.dimensions, "odd": one})


def with_measure(*measures: Any) -> Cube:
    found = {one.name: one for one in measures}
    return replace(SALES, measures={**SALES.measures, **found})


KIND = (Reference(("kind",)),)
BY_NET = Stage(order_by=((sql("{net}"), "desc"),))
STAGES = (
    ("number", "a grain of a multi-stage measure of type 'number'", Stage(add_group_by=KIND)),
    (
        "string",
        "a grain of a multi-stage measure of type 'string'",
        Stage(grain=Grain(include=KIND)),
    ),
    ("sum", "'group_by' beside 'grain'", Stage(group_by=KIND, grain=Grain(include=KIND))),
    ("sum", "'order_by' of a multi-stage measure", BY_NET),
    ("rank", "'filter' of a rank", replace(BY_NET, filter=StageFilter())),
    (
        "number",
        "the security context in 'filter' of a stage",
        Stage(
            filter=StageFilter(
                include=(MemberFilter(KIND[0], "equals", (ContextValue(("rep",)),), HERE),)
            )
        ),
    ),
)


@pytest.mark.parametrize(("kind", "message", "stage"), STAGES)
def test_stages_that_are_not_executed_are_refused(kind: str, message: str, stage: Stage) -> None:
    odd = measure("odd", kind, None if kind == "rank" else "{net}", stage=stage)
    with pytest.raises(QueryError, match=f"{message} is not executed; "):
        compile_with(Query(measures=("sales.odd",)), with_measure(odd))


BY_KIND = Stage(group_by=KIND)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (measure("odd", "sum", None), "sql is missing"),
        (measure("odd", "sum", "{CUBE}.x", case=Case(())), "'case' of a measure is not executed"),
        (measure("odd", "sum", case=Case(()), stage=Stage()), "without 'switch' is not executed"),
        (
            measure("odd", "number", case=Case((), sql("1"), sql("{net}")), stage=Stage()),
            "'switch' has to name a dimension, and nothing else",
        ),
        (
            measure("odd", "number", case=Case((), sql("1"), sql("1")), stage=Stage()),
            "'switch' has to name a dimension, and nothing else",
        ),
        (
            measure("odd", "number", case=Case((), sql("1"), sql("{kind}")), stage=Stage()),
            "it has to name measures, and nothing else",
        ),
        (
            measure("odd", "number", case=Case((), "text", sql("{kind}")), stage=Stage()),
            "sql is missing",
        ),
        (
            measure("odd", "number", "{net} + {CUBE}.x", stage=Stage()),
            "it has to name measures, and nothing else",
        ),
        (
            measure("odd", "rank", stage=Stage(order_by=((sql("{kind}"), "asc"),))),
            "its order has to name measures",
        ),
        (
            rolling("odd", "number", "{of_country}", trailing="1 day"),
            "'odd' rolls over a measure of several stages; roll the inner measure instead",
        ),
        (
            measure(
                "odd",
                "number",
                "{net}",
                stage=Stage(
                    filter=StageFilter(
                        include=(MemberFilter(Reference(("net",)), "set", (), HERE),)
                    )
                ),
            ),
            "the filter of a stage needs a dimension, not 'net'",
        ),
        (measure("odd", "number", "{net}", where=("{CUBE}.x",)), "filters need a type"),
        (measure("odd", "number", "MAX({CUBE}.x)", where=("{CUBE}.x",)), "filters need a type"),
        (measure("odd", "number", "{odd} + {net}"), "is calculated with itself"),
        (
            measure("odd", "number", "{two_months} / 2", rolling_window=RollingWindow("1 day")),
            "rolls over one that rolls itself",
        ),
        (measure("odd", "number", "SUM({CUBE}.x) / {visits.count}"), "is a measure of another"),
        (measure("odd", "number", "1 +"), "is no SQL expression"),
        (measure("odd", "sum", "{nothing.here.at_all}"), "names no member"),
        (measure("odd", "rank"), "a rank needs order_by"),
        (measure("odd", "rank", stage=Stage(reduce_by=KIND)), "a rank needs order_by"),
        (measure("odd", "sum", "{CUBE}.x", stage=BY_KIND), "has to name measures"),
        (measure("odd", "sum", "{visits.id}"), "has several rows for one of 'sales'"),
    ],
)
def test_measures_that_are_not_executed_are_refused(odd: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message) as refused:
        compile_with(Query(measures=("sales.odd",)), with_measure(odd))
    assert refused.value.code == "MODEL_UNSUPPORTED"


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (
            dimension("odd", "string", "{CUBE}.x", stage=Stage()),
            "of several stages is not executed",
        ),
        (dimension("odd", "number", "{name}", is_sub_query=True), "needs a measure of another"),
        (dimension("odd", "number", "1", is_sub_query=True), "needs a measure of another cube"),
    ],
)
def test_dimensions_that_are_not_executed_are_refused(odd: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        compile_with(Query(dimensions=("accounts.odd",)), with_dimension(odd))


def test_a_sub_query_does_not_leave_out_filters_that_it_should_have(facts: MemoryFacts) -> None:
    odd = dimension("odd", "number", "{sales.net}", is_sub_query=True, propagates_filters=True)
    club = asker(facts, with_dimension(odd))
    assert len(rows(club, Query(dimensions=("accounts.odd",)))) == 3
    filtered = Query(dimensions=("accounts.odd",), filters=(Comparison("accounts.name", "set"),))
    with pytest.raises(QueryError, match="propagate_filters_to_sub_query is not executed"):
        rows(club, filtered)


@pytest.mark.parametrize(
    ("interval", "message"),
    [
        ("soon", "'soon' is no interval"),
        ("1 month 2 days", "must be either months or days"),
        ("-1 month", "must be either months or days"),
    ],
)
def test_periods_that_cannot_be_counted_are_refused(interval: str, message: str) -> None:
    day = SALES.dimensions["day"]
    odd = replace(day, granularities=(replace(day.granularities[0], interval=interval),))
    sales = replace(SALES, dimensions={**SALES.dimensions, "day": odd})
    query = Query(time_dimensions=(TimeDimension("sales.day", "fiscal"),))
    with pytest.raises(QueryError, match=message):
        compile_with(query, sales)


def test_a_named_move_in_time_is_refused_without_its_calendar() -> None:
    odd = measure(
        "odd", "number", "{net}", stage=Stage(time_shift=(TimeShift(None, None, None, "last"),))
    )
    query = Query(measures=("sales.odd",), time_dimensions=(TimeDimension("sales.day", "month"),))
    with pytest.raises(QueryError, match="no calendar declares the time shift 'last' there"):
        compile_with(query, with_measure(odd))


DAYS = cube(
    "days",
    "gates",
    [
        dimension("key", "time", "{CUBE}.day", is_primary_key=True),
        dimension(
            "day",
            "time",
            "{CUBE}.day",
            time_shifts=(
                CalendarShift("last", None, None, sql("{CUBE}.last")),
                CalendarShift("other", "2 days", "next", None),
            ),
        ),
        dimension(
            "also",
            "time",
            "{CUBE}.day",
            time_shifts=(CalendarShift("last", "1 day", "next", None),),
        ),
    ],
    is_calendar=True,
)
LAST = TimeShift(None, None, None, "last")
ON_KEY = join("days", "many_to_one", "{CUBE}.day = {days.key}")


@pytest.mark.parametrize(
    ("shifts", "joined", "calendar", "message"),
    [
        ((LAST, TimeShift(None, "1 day", "prior")), ON_KEY, DAYS, "would be moved twice"),
        ((LAST,), replace(ON_KEY, sql=sql("{CUBE}.day = {days}.day")), DAYS, r"{days\.key}, so"),
        ((LAST,), ON_KEY, replace(DAYS, joins=()), "in two ways at once"),
        (
            (TimeShift(None, None, None, "other"),),
            ON_KEY,
            replace(DAYS, dimensions={"day": DAYS.dimensions["day"]}),
            "a calendar needs one primary key, its day",
        ),
    ],
)
def test_moves_that_a_calendar_cannot_tell_are_refused(
    shifts: Any, joined: Any, calendar: Cube, message: str
) -> None:
    odd = measure("odd", "number", "{net}", stage=Stage(time_shift=shifts))
    sales = replace(with_measure(odd), joins=(joined,))
    times = [TimeDimension("days.day", "month")]
    times += [TimeDimension("days.also", "month")] if "two ways" in message else []
    query = Query(measures=("sales.odd",), time_dimensions=tuple(times))
    with pytest.raises(QueryError, match=message):
        compile_with(query, sales, calendar)


def test_a_calendar_may_move_by_days_of_its_own() -> None:
    odd = measure("odd", "number", "{net}", stage=Stage(time_shift=(replace(LAST, name="other"),)))
    sales = replace(with_measure(odd), joins=(ON_KEY,))
    query = Query(measures=("sales.odd",), time_dimensions=(TimeDimension("days.day", "month"),))
    assert "+ INTERVAL '172800 seconds'" in compile_with(query, sales, DAYS)


SWITCH = Dimension("odd", DimensionType.SWITCH, HERE, values=("a", "b"))


def test_no_sql_of_rows_reads_a_switch() -> None:
    owner = with_dimension(SWITCH)
    other = dimension("other", "string", "{odd} || 'x'")
    length = measure("other", "sum", "LENGTH({odd})")
    message = r"'accounts\.odd' is a switch, which no SQL"
    dimensions = replace(owner, dimensions={**owner.dimensions, "other": other})
    with pytest.raises(QueryError, match=message):
        compile_with(Query(dimensions=("accounts.other",)), dimensions)
    measures = replace(owner, measures={**owner.measures, "other": length})
    with pytest.raises(QueryError, match=message):
        compile_with(Query(measures=("accounts.other",)), measures)


def test_policies_ask_nothing_of_a_switch() -> None:
    policy = AccessPolicy(
        frozenset({"*"}), HERE, rows=(MemberFilter(Reference(("odd",)), "equals", ("a",), HERE),)
    )
    accounts = replace(with_dimension(SWITCH), access_policies=(policy,))
    with pytest.raises(QueryError, match="which policies cannot ask for"):
        compile_with(Query(measures=("accounts.count",)), accounts)


def test_a_move_of_another_time_dimension_leaves_this_one(club: Asker) -> None:
    other = TimeShift(Reference(("sales", "at")), "1 month", "prior")
    odd = measure("odd", "number", "{net}", stage=Stage(time_shift=(other,)))
    query = Query(measures=("sales.odd",), time_dimensions=(TimeDimension("sales.day", "month"),))
    assert "INTERVAL" not in compile_with(query, with_measure(odd))


def test_a_join_over_a_third_cube_is_refused() -> None:
    odd = replace(SALES, joins=(join("accounts", "many_to_one", "{visits.id} = {accounts.id}"),))
    with pytest.raises(QueryError, match="the join from sales to accounts needs a third cube"):
        compile_with(Query(measures=("sales.net",), dimensions=("accounts.name",)), odd)


def test_a_cube_over_other_cubes_is_refused() -> None:
    odd = cube("odd", "SELECT * FROM {sales}", [dimension("id", "number", "{CUBE}.id")])
    with pytest.raises(QueryError, match="its SQL may not refer to other cubes"):
        compile_with(Query(dimensions=("odd.id",)), odd)


def test_a_measure_that_reads_what_leads_to_its_cube_is_refused() -> None:
    lead = cube(
        "lead",
        "accounts",
        [dimension("id", "number", "{CUBE}.id", is_primary_key=True)],
        [join("visits", "one_to_one", "{CUBE}.id = {visits.id}")],
    )
    guests = measure("odd", "sum", "{CUBE}.guests * {lead.id}")
    visits = replace(VISITS, measures={**VISITS.measures, "odd": guests})
    query = Query(measures=("visits.odd",), dimensions=("gates.gate",))
    with pytest.raises(QueryError, match="read 'lead', which 'visits' does not reach"):
        compile_with(query, lead, visits)


def test_members_that_the_database_does_not_know_are_named_with_their_place(
    facts: MemoryFacts, club: Asker
) -> None:
    odd = replace(
        with_dimension(dimension("odd", "string", "{CUBE}.colour")),
        measures={**ACCOUNTS.measures, "sum": measure("sum", "sum", "{CUBE}.colour")},
    )
    found = {one.name: one for one in (*CUBES, odd)}
    with pytest.raises(ModelError) as refused:
        describe_members(Model(found, {}), club.engine.types_of)
    assert [fault.about for fault in refused.value.faults] == [
        "cubes.accounts.dimensions.odd",
        "cubes.accounts.measures.sum",
    ]
    assert "colour" in refused.value.faults[0].message


def test_stages_that_the_database_does_not_know_are_named_with_their_place(club: Asker) -> None:
    odd = measure("odd", "number_agg", "NO_SUCH({net})", stage=Stage(add_group_by=KIND))
    found = {one.name: one for one in (*CUBES, with_measure(odd))}
    with pytest.raises(ModelError) as refused:
        describe_members(Model(found, {}), club.engine.types_of)
    (fault,) = refused.value.faults
    assert fault.about == "cubes.sales.measures.odd"
    assert "no_such" in fault.message.lower()


def test_postgresql_gets_the_same_plan_in_its_own_words() -> None:
    found = {one.name: one for one in CUBES}
    compiler = Compiler(Model(found, {}), {"sales.net": "HUGEINT"}, "postgres")
    query = Query(
        measures=("sales.net", "visits.guests", "sales.two_months"),
        dimensions=("accounts.country",),
        time_dimensions=(TimeDimension("sales.day", "fortnight"),),
        filters=(Comparison("accounts.name", "contains", ("a", "b")),),
    )
    one_fact = replace(query, measures=("sales.net", "sales.two_months"))
    sql_text = compiler.compile(one_fact, CALLER).sql
    assert "ILIKE $1" not in sql_text.replace("CAST($1 AS TEXT)", "")
    assert "$2" in sql_text
    assert "date_bin(INTERVAL '1209600 seconds'" in sql_text
    assert "AS DECIMAL(38, 0))" in sql_text
    years = replace(one_fact, time_dimensions=(TimeDimension("sales.day", "half"),))
    with pytest.raises(QueryError, match="need DuckDB"):
        compiler.compile(years, CALLER)


def test_windows_and_moves_of_the_same_measure_have_columns_of_their_own(club: Asker) -> None:
    ago = shifted("ago", "{two_months}", "1 month")
    again = rolling("again", "number", "{net}", trailing="1 month")
    text = compile_with(
        Query(
            measures=("sales.ago", "sales.again", "sales.net"),
            time_dimensions=(TimeDimension("sales.day", "month"),),
        ),
        with_measure(ago, again),
    )
    for column in ("sales__two_months__of_sales__ago", "sales__net__of_sales__again"):
        assert f'"{column}"' in text

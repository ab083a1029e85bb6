"""Who sees which members and rows: policies of cubes and views, and what is missing refuses."""

from dataclasses import replace
from typing import Any

import pytest

from semantic.access.authorizing import AuthorizedPlan, visible
from semantic.access.principal import Principal
from semantic.query.query import Group, Query, QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from semantic.spec.filters import ContextValue, DefaultFilter, FilterGroup, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.policies import AccessPolicy, ContextCondition, MemberSelection
from semantic.sqlgen.statements import Generator
from tests.semantic.compiler.club import ACCOUNTS, CALLER, DESK, SALES, VISITS, asker, at, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import CLUB, MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.oracle.spec_text import HERE, sql

BY_COUNTRY = Query(measures=("sales.count",), dimensions=("accounts.country",))


def of(member: str, operator: str, *values: Any) -> MemberFilter:
    return MemberFilter(Reference(tuple(member.split("."))), operator, values, HERE)


def caller(*groups: str, **context: Any) -> Principal:
    return Principal(CLUB, frozenset(groups), context)


OWN_REP = of("rep", "equals", ContextValue(("rep",)))
ALL = AccessPolicy(frozenset({"finance"}), HERE, rows=())
OWN = AccessPolicy(frozenset({"sales"}), HERE, rows=(OWN_REP,))
COUNTRY_ONLY = AccessPolicy(
    frozenset({"partner"}),
    HERE,
    members=MemberSelection(frozenset({"country"})),
    rows=(
        FilterGroup(
            "or",
            (of("CUBE.country", "equals", "NL"), of("accounts.is_active", "equals", *(True,))),
            HERE,
        ),
    ),
)
GUARDED = replace(ACCOUNTS, access_policies=(ALL, OWN, COUNTRY_ONLY))


@pytest.fixture(scope="module")
def guarded(facts: MemoryFacts) -> Asker:
    return asker(facts, GUARDED)


def test_policies_of_a_cube_choose_rows_by_group(guarded: Asker) -> None:
    ids = Query(dimensions=("accounts.id",))
    assert rows(guarded, ids, caller("finance")) == [(1,), (2,), (3,), (4,)]
    assert rows(guarded, ids, caller("sales", rep="B")) == [(2,), (4,)]
    assert rows(guarded, ids, caller("sales", rep=["A", "B"])) == [(1,), (2,), (4,)]
    assert rows(guarded, ids, caller("sales", "finance", rep="B")) == [(1,), (2,), (3,), (4,)]


def test_policies_add_up_for_a_member_and_rows_have_to_be_granted_for_each(
    guarded: Asker,
) -> None:
    both = caller("sales", "partner", rep="A")
    assert rows(guarded, Query(dimensions=("accounts.country",)), both) == [("BE",), ("NL",)]
    only_own = Query(dimensions=("accounts.country", "accounts.id"))
    assert rows(guarded, only_own, both) == [("BE", 1)]


def test_a_fact_that_reads_a_guarded_cube_shows_its_rows_alone(guarded: Asker) -> None:
    sales = caller("sales", rep="B")
    same_rows(rows(guarded, BY_COUNTRY, sales), [("NL", 1), ("BE", 1)])
    same_rows(rows(guarded, Query(measures=("sales.belgian",)), sales), [(None,)])
    same_rows(rows(guarded, Query(measures=("sales.count",)), sales), [(5,)])
    buyers = Query(measures=("sales.count",), dimensions=("sales.buyer",))
    same_rows(rows(guarded, buyers, sales), [("50%_Ben", 1), ("ANNABEL", 1)])


def test_through_a_view_the_rows_of_any_policy_of_the_cube_are_seen(guarded: Asker) -> None:
    query = Query(measures=("desk.net",), dimensions=("desk.rep",))
    same_rows(rows(guarded, query, caller("partner")), [("A", 15), ("B", 20), ("B", None)][:2])
    same_rows(rows(guarded, query, caller("sales", rep="A")), [("A", 15)])


@pytest.mark.parametrize(
    ("query", "asking", "code"),
    [
        (BY_COUNTRY, caller("nobody"), "MEMBER_HIDDEN"),
        (BY_COUNTRY, caller("sales"), "CONTEXT_MISSING"),
        (BY_COUNTRY, caller("sales", rep=None), "CONTEXT_MISSING"),
        (BY_COUNTRY, caller("sales", rep=[]), "CONTEXT_MISSING"),
        (Query(dimensions=("accounts.rep",)), caller("partner"), "MEMBER_HIDDEN"),
        (Query(dimensions=("desk.rep",)), caller("nobody"), "MEMBER_HIDDEN"),
        (Query(measures=("sales.belgian",)), caller("nobody"), "MEMBER_HIDDEN"),
    ],
)
def test_what_no_policy_grants_is_refused(
    guarded: Asker, query: Query, asking: Principal, code: str
) -> None:
    with pytest.raises(QueryError) as refused:
        guarded.compiler.compile(query, asking)
    assert (refused.value.code, refused.value.status) == (code, 403)
    if code == "MEMBER_HIDDEN":
        assert "You requested hidden member:" in refused.value.message


def test_a_filter_that_excludes_refuses_without_its_value_as_well(facts: MemoryFacts) -> None:
    others = AccessPolicy(
        frozenset({"*"}), HERE, rows=(of("rep", "notEquals", ContextValue(("team", "rep"))),)
    )
    club = asker(facts, replace(ACCOUNTS, access_policies=(others,)))
    ids = Query(dimensions=("accounts.id",))
    assert rows(club, ids, caller(team={"rep": "B"})) == [(1,), (3,)]
    contexts: tuple[dict[str, Any], ...] = ({}, {"team": "B"}, {"team": {}})
    for context in contexts:
        with pytest.raises(QueryError, match=r"which your security context does not have"):
            rows(club, ids, caller(**context))


def test_rows_without_a_value_can_be_granted(facts: MemoryFacts) -> None:
    nobody = AccessPolicy(frozenset({"*"}), HERE, rows=(of("rep", "equals", None, "A"),))
    club = asker(facts, replace(ACCOUNTS, access_policies=(nobody,)))
    assert rows(club, Query(dimensions=("accounts.id",))) == [(1,), (3,)]


def test_policies_of_a_view_hold_for_every_fact_and_choose_members(facts: MemoryFacts) -> None:
    policy = AccessPolicy(
        frozenset({"*"}),
        HERE,
        members=MemberSelection(None, frozenset({"kind"})),
        rows=(of("rep", "equals", ContextValue(("rep",))),),
    )
    club = asker(facts, desk=replace(DESK, access_policies=(policy,)))
    query = Query(measures=("desk.net",), dimensions=("desk.country",))
    same_rows(rows(club, query, caller(rep="B")), [("NL", 20), ("BE", None)])
    with pytest.raises(QueryError, match=r"hidden member: 'desk\.kind'"):
        rows(club, Query(dimensions=("desk.kind",)), caller(rep="B"))


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        (ContextCondition(("boss",), "is_true"), {"boss": True}, 4),
        (ContextCondition(("boss",), "is_true"), {"boss": False}, None),
        (ContextCondition(("boss",), "is_false"), {"boss": False}, 4),
        (ContextCondition(("level",), "equals", 2), {"level": 2}, 4),
        (ContextCondition(("level",), "not_equals", 2), {"level": 2}, None),
        (ContextCondition(("level",), "equals", 2), {}, None),
    ],
)
def test_a_policy_counts_under_its_conditions(
    facts: MemoryFacts, condition: ContextCondition, context: dict[str, Any], expected: int | None
) -> None:
    policy = AccessPolicy(frozenset({"*"}), HERE, conditions=(condition,))
    club = asker(facts, replace(ACCOUNTS, access_policies=(policy,)))
    query = Query(measures=("accounts.count",))
    if expected is None:
        with pytest.raises(QueryError):
            rows(club, query, caller(**context))
    else:
        assert rows(club, query, caller(**context)) == [(expected,)]


def test_hidden_cubes_views_and_members_are_refused(facts: MemoryFacts) -> None:
    hidden = replace(
        ACCOUNTS.dimensions["rep"],
        is_public=False,
    )
    accounts = replace(ACCOUNTS, dimensions={**ACCOUNTS.dimensions, "rep": hidden})
    club = asker(
        facts, accounts, replace(VISITS, is_public=False), desk=replace(DESK, is_public=False)
    )
    for name in ("accounts.rep", "visits.at", "desk.rep"):
        with pytest.raises(QueryError, match="hidden member: '" + name.replace(".", r"\.")):
            rows(club, Query(dimensions=(name,)))
    assert rows(club, Query(dimensions=("accounts.country",))) == [("BE",), ("NL",), (None,)]


def test_a_member_is_visible_where_it_may_be_asked_for(guarded: Asker) -> None:
    model = guarded.compiler.model
    partner, nobody = caller("partner"), caller("nobody")
    assert visible(model, "accounts.country", partner)
    assert not visible(model, "accounts.rep", partner)
    assert visible(model, "desk.rep", partner)
    assert not visible(model, "desk.rep", nobody)
    assert visible(model, "sales.net", nobody)
    assert not visible(model, "sales.nothing", nobody)


def test_what_a_policy_needs_and_the_context_lacks_is_not_visible(facts: MemoryFacts) -> None:
    needs = AccessPolicy(
        frozenset({"*"}), HERE, conditions=(ContextCondition(("boss",), "is_true"),)
    )
    model = asker(facts, replace(ACCOUNTS, access_policies=(needs,))).compiler.model
    assert not visible(model, "accounts.rep", caller())
    assert visible(model, "accounts.rep", caller(boss=True))


def masking(**masks: Any) -> AccessPolicy:
    return AccessPolicy(
        frozenset({"*"}),
        HERE,
        members=MemberSelection(None, frozenset(masks["names"])),
        masked=MemberSelection(frozenset(masks["names"])),
    )


def test_masked_members_show_their_mask(facts: MemoryFacts) -> None:
    club = asker(
        facts,
        replace(ACCOUNTS, access_policies=(masking(names=("country", "rep")),)),
        replace(SALES, access_policies=(masking(names=("net",)),)),
    )
    query = Query(
        measures=("sales.net", "sales.count"), dimensions=("accounts.country", "accounts.rep")
    )
    assert rows(club, query) == [("hidden", None, 0, 5)]
    explained = club.compiler.compile(query, CALLER).explanation.policies
    assert "accounts.country: shown as its mask" in explained
    filtered = (
        replace(query, filters=(Comparison("accounts.country", "equals", ("BE",)),)),
        Query(measures=("sales.count",), filters=(Comparison("accounts.rep", "set"),)),
        replace(query, filters=(Group("or", (Comparison("accounts.rep", "set"),)),)),
    )
    for one in filtered:
        with pytest.raises(QueryError, match="is masked for you and can only be shown") as refused:
            rows(club, one)
        assert refused.value.code == "MEMBER_MASKED"


def test_a_mask_that_is_sql_is_refused(facts: MemoryFacts) -> None:
    odd = replace(ACCOUNTS.dimensions["rep"], mask=sql("'x'"))
    club = asker(
        facts,
        replace(
            ACCOUNTS,
            dimensions={**ACCOUNTS.dimensions, "rep": odd},
            access_policies=(masking(names=("rep",)),),
        ),
    )
    with pytest.raises(QueryError, match="is no constant"):
        rows(club, Query(dimensions=("accounts.rep",)))


def test_a_policy_over_a_measure_is_refused(facts: MemoryFacts) -> None:
    policy = AccessPolicy(frozenset({"*"}), HERE, rows=(of("count", "gt", 1),))
    club = asker(facts, replace(ACCOUNTS, access_policies=(policy,)))
    with pytest.raises(QueryError, match="a policy's filter needs a dimension"):
        rows(club, Query(dimensions=("accounts.rep",)))


def test_filters_of_a_view_hold_unless_the_query_names_their_member(facts: MemoryFacts) -> None:
    country = of("country", "equals", ContextValue(("country",)))
    today = of("day", "beforeOrOnDate", "today")
    desk = replace(
        DESK,
        default_filters=(
            DefaultFilter(country, (Reference(("country",)),)),
            DefaultFilter(today),
        ),
    )
    club = asker(facts, desk=desk)
    belgian = caller(country="BE")
    assert rows(club, Query(measures=("desk.net",)), belgian) == [(15,)]
    by_country = Query(measures=("desk.net",), dimensions=("desk.country",))
    same_rows(rows(club, by_country, belgian), [("BE", 15), ("NL", 20), (None, 2.5)])
    with pytest.raises(QueryError) as refused:
        rows(club, Query(measures=("desk.net",)), caller())
    assert refused.value.code == "CONTEXT_MISSING"
    early = club.compiler.compile(by_country, belgian, now=at("2024-01-01T12:00:00+00:00"))
    assert club.run(early).rows == [{"desk.country": "BE", "desk.net": 10}]


def test_rows_are_those_of_the_callers_club_alone(club: Asker) -> None:
    stranger = replace(CALLER, organisation_id=type(CLUB)(int=7))
    query = Query(measures=("sales.count",))
    assert rows(club, query) == [(5,)]
    assert rows(club, query, stranger) == [(0,)]


def test_only_an_authorised_plan_becomes_sql(club: Asker) -> None:
    query = Query(time_dimensions=(TimeDimension("sales.day", "month"),))
    plan = club.compiler.planner.plan(query, club.compiler.planner.unrestricted)
    with pytest.raises(TypeError, match=r"built by access\.authorize alone"):
        AuthorizedPlan(plan, CLUB, seal=object())
    with pytest.raises(TypeError, match="only a plan that access authorised"):
        Generator().generate(plan)  # type: ignore[arg-type] # what the type forbids is refused too

"""A plan answers what the executor answers: over the whole schema, and for every kind of caller."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_named_type, is_composite_type, is_leaf_type

from app.domain.permissions import Actor, Role
from app.storage.engine import Engine
from tests.api.drawn_documents import document
from tests.api.furnished import Furnished, furnish
from tests.api.planned import Answers, differences, live_schema
from tests.conftest import LiveServer, found_club

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

ROLES = (Role.ROOT, Role.PARTNER, Role.ANALYST, Role.PORTAL)
SEEDS, DOCUMENTS = 4, 15
EXECUTED = {
    "AccessToken.quota": "two columns in one object",
    "AccessToken.scopes": "a set, which is shown in the order of the domain",
    "Account.balances": "sums of the ledger by currency",
    "IdentityProvider.algorithms": "a set, which is shown in the order of the domain",
    "IdentityProvider.roles": "a mapping, which is shown as a list",
    "Sale.allowedActions": "the rules of the domain are asked",
    "Sale.vatSummary": "sums by category and rate",
    "ReportLink.path": "it is signed when it is asked for",
    "ReportLink.report": "it may be a standard report, which is a file",
    "ReportSchedule.report": "it may be a standard report, which is a file",
    "Viewer.permissions": "a table of the domain",
    "Viewer.role": "the token says it",
}
"""Fields that only the executor answers, and why."""
UNPLANNED = {"reports"}
"""Connections of the root that only the executor answers: the standard reports are files."""


@pytest.fixture(scope="module")
def furnished(engine: Engine, server: LiveServer) -> Iterator[Furnished]:
    club = found_club(engine, server)
    with club.http:
        yield furnish(club)


@pytest.fixture(scope="module")
def answers(furnished: Furnished, database_url: str) -> Iterator[Answers]:
    found = Answers(furnished.club.runner, database_url, furnished.node_ids())
    yield found
    found.close()


def actor_of(furnished: Furnished, role: Role) -> Actor:
    account = UUID(hex=furnished.sample["account"].rpartition("_")[2])
    return Actor(
        furnished.club.organisation.id, None, role, account if role is Role.PORTAL else None
    )


def connections() -> list[str]:
    query = live_schema().query_type
    assert query is not None
    return [
        name
        for name, one in query.fields.items()
        if str(one.type).endswith("Connection") and name not in UNPLANNED
    ]


ROOTS = (*connections(), "node", "organisation")


def unlike(answers: Answers, actor: Actor, text: str, variables: dict[str, Any]) -> list[str]:
    """Name where both answers differ; without a plan there is only one."""
    planned = answers.planned(actor, text, variables)
    if planned is None:
        return []
    data, errors = answers.executed(actor, text, variables)
    return [*differences(planned, data), *map(str, errors or ())]


def same(answers: Answers, actor: Actor, text: str, variables: dict[str, Any]) -> bool:
    """Compare both answers; tell whether there was a plan. What has one answers without errors."""
    planned = answers.planned(actor, text, variables)
    if planned is None:
        return False
    data, errors = answers.executed(actor, text, variables)
    assert not errors
    assert planned == data
    return True


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("role", ROLES)
def test_documents_of_every_shape_are_answered_alike(
    furnished: Furnished, answers: Answers, role: Role, seed: int
) -> None:
    for number in range(DOCUMENTS):
        text, variables = document(seed * DOCUMENTS + number, answers.ids, ROOTS)
        found = unlike(answers, actor_of(furnished, role), text, variables)
        assert not found, f"{found[:5]}\n{text}\n{variables}"


def node_kinds() -> list[tuple[str, Any]]:
    kinds: list[tuple[str, Any]] = []
    for name in connections():
        query = live_schema().query_type
        assert query is not None
        connection: Any = get_named_type(query.fields[name].type)
        kinds.append((name, get_named_type(connection.fields["nodes"].type)))
    return kinds


def documents_of_fields(root: str, kind: Any) -> Iterator[tuple[str, str]]:
    """One document for each field of the root's nodes, with all leaves below it."""
    for name, one in kind.fields.items():
        below = _leaves(get_named_type(one.type), 2)
        yield f"{kind.name}.{name}", f"{{ {root}(first: 30) {{ nodes {{ id {name} {below} }} }} }}"


def _leaves(kind: Any, depth: int) -> str:
    if not is_composite_type(kind):
        return ""
    if not isinstance(kind, GraphQLObjectType):
        return "{ id }"
    fields = [
        name + (" " + _leaves(get_named_type(one.type), depth - 1))
        for name, one in kind.fields.items()
        if is_leaf_type(get_named_type(one.type))
        or (depth > 0 and get_named_type(one.type).name in {"Money", "PageInfo"})
        or (kind.name.endswith("Connection") and name in {"nodes", "totalCount"})
        if f"{kind.name}.{name}" not in EXECUTED
    ]
    return f"{{ {' '.join(fields)} }}"


@pytest.mark.parametrize("role", [Role.ROOT, Role.PORTAL])
@pytest.mark.parametrize(("root", "kind"), node_kinds(), ids=connections())
def test_every_field_of_every_type_is_planned_and_alike(
    furnished: Furnished, answers: Answers, role: Role, root: str, kind: Any
) -> None:
    actor = actor_of(furnished, role)
    for name, text in documents_of_fields(root, kind):
        data, errors = answers.executed(actor, text, {})
        planned = answers.planned(actor, text, {})
        if errors:
            assert planned is None, name
        elif name in EXECUTED:
            assert planned is None, f"{name} is planned now: take it out of EXECUTED"
        else:
            assert planned == data, name


@pytest.mark.parametrize(("root", "kind"), node_kinds(), ids=connections())
def test_pages_in_every_order_and_both_directions_are_alike(
    furnished: Furnished, answers: Answers, root: str, kind: Any
) -> None:
    actor = actor_of(furnished, Role.ROOT)
    query = live_schema().query_type
    assert query is not None
    orders: Any = get_named_type(query.fields[root].args["sort"].type)
    ends = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    for order in orders.values:
        for size, position in (("first", "after"), ("last", "before")):
            text = (
                f"query($n: Int!, $at: String, $order: {orders.name}!) {{ {root}({size}: $n,"
                f" {position}: $at, sort: $order) {{ edges {{ cursor node {{ id }} }}"
                f" totalCount {{ count precision }} {ends} }} }}"
            )
            given: dict[str, Any] = {"n": 2, "at": None, "order": order}
            for _ in range(3):
                assert same(answers, actor, text, given), text
                page = answers.planned(actor, text, given)[root]
                if not page["edges"]:
                    break
                cursor = "endCursor" if size == "first" else "startCursor"
                given["at"] = page["pageInfo"][cursor]


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{ sales(first: 0) { nodes { id } } }", {}),
        ("{ sales(first: 101) { nodes { id } } }", {}),
        ("{ sales(first: 1, last: 1) { nodes { id } } }", {}),
        ('{ sales(first: 1, after: "x") { nodes { id } } }', {}),
        ('{ sales(filter: { accountId: ["sale_1"] }) { nodes { id } } }', {}),
        ('{ sale(id: "account_00000000000000000000000000000000") { id } }', {}),
        ("{ sale { id } }", {}),
        ("query($n: Int!) { sales(first: $n) { nodes { id } } }", {"n": "many"}),
        ("{ __schema { types { name } } }", {}),
        ("mutation { __typename }", {}),
    ],
)
def test_what_is_refused_or_no_read_is_left_to_the_executor(
    furnished: Furnished, answers: Answers, text: str, variables: dict[str, Any]
) -> None:
    assert answers.planned(actor_of(furnished, Role.ROOT), text, variables) is None


def test_a_plan_made_for_one_caller_never_answers_another(
    furnished: Furnished, answers: Answers
) -> None:
    text = (
        "{ sales(first: 100) { nodes { id account { id } comments } } vatRules { nodes { id } } }"
    )
    root = answers.planned(actor_of(furnished, Role.ROOT), text, {})
    assert root["sales"]["nodes"]
    # Portal users may read no VAT rules, so the executor has to say so.
    assert answers.planned(actor_of(furnished, Role.PORTAL), text, {}) is None
    stranger = Actor(UUID(int=1), None, Role.ROOT)
    assert answers.planned(stranger, text, {}) == {
        "sales": {"nodes": []},
        "vatRules": {"nodes": []},
    }


def test_one_document_with_other_values_is_one_statement(
    furnished: Furnished, answers: Answers
) -> None:
    actor = actor_of(furnished, Role.ROOT)
    text = "query($f: SaleFilter) { sales(filter: $f) { nodes { id } } }"
    accounts = furnished.node_ids()["account"]
    for ids in ([accounts[0]], accounts[:2], []):
        assert same(answers, actor, text, {"f": {"accountId": ids}})
    assert len(answers.memories[text]["plans"].statements) == 1


def test_no_statement_holds_a_value_of_a_request(furnished: Furnished, answers: Answers) -> None:
    actor = actor_of(furnished, Role.ROOT)
    text = '{ sales(filter: { search: "needle\'--" }) { nodes { id } } sale(code: "pin") { id } }'
    assert same(answers, actor, text, {})
    for statement in answers.memories[text]["plans"].statements.values():
        assert not re.search("needle|pin'", statement.sql)

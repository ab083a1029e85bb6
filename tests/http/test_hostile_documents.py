"""Documents and requests made to do harm: each is refused by its code, and tells nothing."""

import json

import httpx
import pytest
from graphql import get_introspection_query

from app.domain.permissions import Role
from app.http.guard import Guard
from bench.hostile import DOCUMENTS
from tests.club import Club
from tests.conftest import LiveServer
from tests.http.asking import RESPONSE, Everybody, ask, code_of, endpoint_for

LEAKS = ("Did you mean", "Traceback", "/app/", "graphql.", "asyncpg", "SELECT ", 'File "')
"""What an answer has that tells of the inside."""


def assert_quiet(answer: httpx.Response) -> None:
    assert not [one for one in LEAKS if one in answer.text], answer.text
    assert "debug" not in answer.text.lower()
    assert set(answer.json()) <= {"data", "errors", "extensions"}
    assert set(answer.json().get("extensions", {})) <= {"cost"}


@pytest.fixture(scope="module")
def app() -> Guard:
    return endpoint_for()


REFUSED = {
    "2,000 aliases of a connection": "DOCUMENT_TOO_LARGE",
    "one field 1,990 times": "TOO_MANY_REPEATS",
    "1,990 fields that are not there": "TOO_MANY_FIELDS",
    "900 directives at one field": "TOO_MANY_TOKENS",
    "900 unknown directives": "TOO_MANY_DIRECTIVES",
    "60 KB of open braces": "TOO_DEEPLY_NESTED",
    "60 KB of open lists": "TOO_DEEPLY_NESTED",
    "60 KB of open objects": "TOO_DEEPLY_NESTED",
    "lists in a type": "TOO_DEEPLY_NESTED",
    "60 KB of comments": "TOO_MANY_TOKENS",
    "a text of 60 KB": "DOCUMENT_TOO_LARGE",
    "a text without an end": "DOCUMENT_TOO_LARGE",
    "beginnings of texts": "DOCUMENT_TOO_LARGE",
    "100 KB": "DOCUMENT_TOO_LARGE",
    "fragments that double 30 times": "TOO_MANY_FIELDS",
    "a chain of 200 fragments": "TOO_MANY_FRAGMENTS",
    "200 fragments of one field": "TOO_MANY_FRAGMENTS",
    "50 fragments of the same fields": "TOO_MANY_REPEATS",
    "50 unused fragments of the same fields": "TOO_MANY_REPEATS",
    "circular fragments": "FRAGMENTS_CIRCULAR",
    "circular introspection": "TOO_DEEP",
    "introspection 30 deep": "TOO_DEEP",
    "1,900 values in a list": "TOO_MANY_TOKENS",
    "390 operations": "TOO_MANY_FRAGMENTS",
    "200 inline fragments beside each other": "TOO_MANY_REPEATS",
    "250 inline fragments of different fields": "TOO_MANY_FRAGMENTS",
    "a page of pages of pages": "COST_TOO_HIGH",
}


@pytest.mark.parametrize(("name", "code"), REFUSED.items(), ids=list(REFUSED))
def test_a_document_made_to_be_expensive_is_refused_by_its_limit(
    app: Guard, name: str, code: str
) -> None:
    answer = ask(app, DOCUMENTS[name], headers={"accept": RESPONSE})
    assert answer.status_code == 400
    assert code_of(answer) == code
    assert_quiet(answer)


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - set(REFUSED)))
def test_what_the_limits_leave_is_validated_and_tells_little(app: Guard, name: str) -> None:
    answer = ask(app, DOCUMENTS[name], headers={"accept": RESPONSE})
    assert answer.status_code in {200, 400}
    assert len(answer.json().get("errors", [])) <= 11
    assert not [one for one in LEAKS if one in answer.text.replace("graphql.org", "")]


DEEP_BY_FRAGMENTS = """{ ...A } fragment A on Query { a { ...B } } fragment B on Q { b { ...C } }
  fragment C on R { c { d { e { f { g { h { i { j { k } } } } } } } } }"""


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{" + " ".join(f"a{n}: viewer {{ role }}" for n in range(6)) + "}", "TOO_MANY_REPEATS"),
        ("{ sales { nodes { " + " ".join(f"a{n}: f{n}" for n in range(31)), "TOO_MANY_ALIASES"),
        ("{" + " ".join(f"f{n}" for n in range(11)) + "}", "TOO_MANY_ROOT_FIELDS"),
        ("{ a { b { c { d { e { f { g { h { i { j { k } } } } } } } } } } }", "TOO_DEEP"),
        (DEEP_BY_FRAGMENTS, "TOO_DEEP"),
        ("query cop { " + "__typename \n" * 500 + "}", "TOO_MANY_REPEATS"),
        ("query cop { __typename " + "@aa" * 10 + " }", "TOO_MANY_DIRECTIVES"),
        ("query($a: Int " + "@x " * 6 + ") { viewer { role } }", "TOO_MANY_DIRECTIVES"),
        ("{ ... " + "@skip(if: true) " * 6 + "{ viewer { role } } }", "TOO_MANY_DIRECTIVES"),
        ("{ viewer { role } ", "SYNTAX_INVALID"),
        ("{ viewer { rolle } }", "DOCUMENT_INVALID"),
        ("{ __schema { directive } }", "DOCUMENT_INVALID"),
        ("type Query { a: Int }", "DOCUMENT_INVALID"),
        ("query A { __typename } query B { __typename }", "OPERATION_UNKNOWN"),
        ("query($n: Int!) { sales(first: $n) { nodes { id } } }", "VARIABLES_INVALID"),
    ],
)  # fmt: skip
def test_each_limit_has_its_code(app: Guard, document: str, code: str) -> None:
    answer = ask(app, document, headers={"accept": RESPONSE})
    assert (answer.status_code, code_of(answer)) == (400, code)
    assert_quiet(answer)


def test_a_batch_is_refused(app: Guard) -> None:
    answer = ask(app, json=[{"query": "query cop { __typename }"}] * 10)
    assert (answer.status_code, code_of(answer)) == (400, "BATCH_REFUSED")


def test_a_form_or_a_plain_text_is_no_request(app: Guard) -> None:
    for given in (
        {"data": {"query": "query cop { __typename }"}},
        {"files": {"operations": b"{}"}},
        {"content": b'{"query":"{__typename}"}', "headers": {"content-type": "text/plain"}},
        {"content": b'{"query":"{__typename}"}'},
    ):
        answer = ask(app, **given)
        assert (answer.status_code, code_of(answer)) == (415, "MEDIA_TYPE_UNSUPPORTED")


def test_a_mutation_by_get_is_refused_and_changes_nothing(club: Club) -> None:
    before = club.query("{ seasons { totalCount { count } } }")
    document = """mutation { seasonCreate(input: {idempotencyKey: "by-get-0001", code: "G",
      name: "G", startsOn: "2030-01-01", endsOn: "2030-12-31"}) { season { id } } }"""
    answer = club.http.get(
        "/graphql",
        params={"query": document},
        headers={"authorization": f"Bearer {club.token()}"},
    )
    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"
    assert club.query("{ seasons { totalCount { count } } }") == before


def test_a_subscription_by_plain_post_is_refused(app: Guard) -> None:
    answer = ask(app, "subscription { saleChanges { __typename } }")
    assert answer.status_code in {200, 400}
    assert code_of(answer) in {"SUBSCRIPTION_REFUSED", "DOCUMENT_INVALID"}


def test_tracing_is_not_offered(app: Guard) -> None:
    answer = ask(app, "query cop { __typename }", headers={"x-apollo-tracing": "1"})
    assert answer.json()["data"] == {"__typename": "Query"}
    assert set(answer.json()["extensions"]) == {"cost"}


def test_suggestions_are_not_made_even_for_values_and_variables(app: Guard) -> None:
    for document, variables in (
        ("{ viewr { role } }", None),
        ("{ sales(frist: 1) { nodes { id } } }", None),
        ("{ sales(sort: CREATED_AT_DES) { nodes { id } } }", None),
        ("query($s: SaleSort!) { sales(sort: $s) { nodes { id } } }", {"s": "CREATED_AT_DES"}),
        ("query($f: SaleFilter) { sales(filter: $f) { nodes { id } } }", {"f": {"statu": 1}}),
        ("query($f: SaleFiltr) { sales(filter: $f) { nodes { id } } }", None),
    ):
        answer = ask(app, document, parameters={"variables": variables})
        assert code_of(answer) in {"DOCUMENT_INVALID", "VARIABLES_INVALID"}
        assert_quiet(answer)


@pytest.mark.parametrize("depth", [40, 900, 5_000])
def test_variables_that_nest_without_end_are_refused(app: Guard, depth: int) -> None:
    nested = '{"a":' * depth + "1" + "}" * depth
    content = f'{{"query": "{{ __typename }}", "variables": {nested}}}'
    answer = ask(app, content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (400, "REQUEST_INVALID")


def test_whoever_has_no_token_learns_the_name_of_the_root_and_nothing_else(
    server: LiveServer,
) -> None:
    def asked(document: str, **headers: str) -> httpx.Response:
        accept = {"accept": RESPONSE}
        return httpx.post(
            f"{server.url}/graphql", json={"query": document}, headers=accept | headers
        )

    assert asked("query cop { __typename }").json() == {"data": {"__typename": "Query"}}
    for document in (
        "{ __typename viewer { role } }",
        "{ viewer { rolle } }",
        "{ nix }",
        "mutation { __typename }",
        "{ __schema { types { name } } }",
        "{ ...A } fragment A on Query { __typename }",
        "{ __typename }" + " " * 1_000,
        get_introspection_query(),
    ):
        answer = asked(document)
        assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == "Bearer"
    wrong = asked("{ viewer { role } }", authorization="Bearer loge_" + "x" * 43)
    assert (wrong.status_code, code_of(wrong)) == (401, "UNAUTHENTICATED")
    assert code_of(asked("{ __typename ")) == "SYNTAX_INVALID"


@pytest.mark.parametrize("role", [Role.ROOT, Role.PORTAL])
def test_the_usual_introspection_is_answered_to_the_signed_in(role: Role) -> None:
    answer = ask(
        endpoint_for(Everybody(role)), get_introspection_query(input_value_deprecation=True)
    )
    assert answer.json()["data"]["__schema"]["queryType"]["name"] == "Query"
    assert answer.json()["extensions"]["cost"]["requested"] == 900


def test_one_documents_answer_is_never_anothers(app: Guard) -> None:
    named = {
        "operationName": "B",
        "query": "query A { a: __typename } query B { b: __typename }",
    }
    assert ask(app, json=named).json()["data"] == {"b": "Query"}
    named["operationName"] = "A"
    assert json.loads(ask(app, json=named).content)["data"] == {"a": "Query"}

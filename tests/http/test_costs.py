"""What operations cost, and how much of it a caller gets."""

from typing import Any

import pytest

from app.domain.admission import Admission, Refusal, refused
from app.domain.permissions import Actor, Quota, Role
from app.http.cost import price_of
from app.http.documents import Documents
from app.http.door import Door, DoorRules
from app.http.refusals import DoorCode, RefusedError
from app.http.throttle import STRANGER_QUOTA, Throttle
from app.storage.identity import new_id
from tests.http.asking import Everybody, ask, code_of, endpoint_for, the_schema


def known_to_nobody(document_limit: int = 10, byte_limit: int = 10**7) -> Documents:
    found = Documents(document_limit, byte_limit)
    found.serve(the_schema()[0]._schema)
    return found


@pytest.fixture(scope="module")
def documents() -> Documents:
    return known_to_nobody()


PORTAL_PAGE = """query Page($first: Int = 50) { sales(first: $first) {
  edges { cursor node { id code status gross { amount currency } account { id name }
    lines { id description quantity gross { amount currency } }
    invoices { id code plannedOn status gross { amount } open { amount }
      allocations { amount { amount } payment { id receivedOn amount { amount } } } }
    allowedActions { action isAllowed reasons { code message } } } }
  pageInfo { hasNextPage endCursor } totalCount { count precision } } }"""


TWO_FRAGMENTS = """{ ...A ...B } fragment A on Query { viewer { role account { id } } }
  fragment B on Query { viewer { account { name } } }"""
FINALISE = """mutation($i: SaleFinaliseInput!) {
  saleFinalise(input: $i) { sale { id } userErrors { code } } }"""


@pytest.mark.parametrize(
    ("document", "variables", "points"),
    [
        ("{ __typename }", None, 0),
        ("{ viewer { role } }", None, 1),
        ("{ viewer { role account { id } organisation { name } } }", None, 3),
        ("{ sales { nodes { id } } }", None, 2 + 50),
        ("{ sales(first: 10) { nodes { id gross { amount } } } }", None, 2 + 10),
        ("{ sales(first: null, last: 7) { edges { node { id } } } }", None, 2 + 7),
        ("query($n: Int) { sales(first: $n) { nodes { id } } }", {"n": 20}, 2 + 20),
        ("query($n: Int = 5) { sales(first: $n) { nodes { id } } }", None, 2 + 5),
        ("query($n: Int = 5) { sales(first: $n) { nodes { id } } }", {"n": 6.0}, 2 + 6),
        ("query($n: Int) { sales(first: $n) { nodes { id } } }", None, 2 + 50),
        ("query($n: Int) { sales(first: $n) { nodes { id } } }", {"n": 10**9}, 2 + 100),
        ("{ sales(first: 1000) { nodes { id } } }", None, 2 + 100),
        ("{ sales(first: 10) { nodes { lines { id } account { id } } } }", None, 2 + 10 * 3),
        ("{ sales(first: 10) { totalCount { count } pageInfo { endCursor } } }", None, 2 + 1),
        ("{ a: sales(first: 2) { nodes { id } } b: sales(first: 3) { nodes { id } } }", None, 9),
        (TWO_FRAGMENTS, None, 2),
        ("{ sales(first: 4) { nodes { ... { account { id } } ... on Sale { lines { id } } } } }",
         None, 2 + 4 * 3),
        ('{ node(id: "x") { id ... on Sale { account { id } } } }', None, 2),
        ('{ __type(name: "Sale") { name } }', None, 10),
        (PORTAL_PAGE, None, 2 + 1 + 50 * 8),
        (FINALISE, None, 10 + 3),
    ],
)  # fmt: skip
def test_an_operation_costs_what_it_asks_for(
    documents: Documents, document: str, variables: dict[str, Any] | None, points: int
) -> None:
    known = documents.admit(document)
    operation = known.operation(None)
    assert operation is not None
    assert price_of(documents.schema, known, operation).points(variables) == points


def test_what_costs_too_much_is_told_what_to_change(documents: Documents) -> None:
    door = Door(documents)
    document = (
        "query($n: Int) { sales(first: $n) { nodes { account { sales { nodes { id } } } } } }"
    )
    actor = Actor(new_id(), new_id(), Role.ROOT)
    with pytest.raises(RefusedError) as caught:
        door.admit(document, None, {"n": 100}, actor)
    assert caught.value.code is DoorCode.COST_TOO_HIGH
    message = str(caught.value)
    assert "1,402 points" in message
    assert "at most 1,000" in message
    assert "'sales', 100 items at 14 points each" in message
    assert door.admit(document, None, {"n": 10}, actor).cost.requested == 142


def test_every_answer_tells_its_cost() -> None:
    app = endpoint_for(rules=DoorRules(quota=Quota(5, 100)))
    cost = ask(app, '{ __type(name: "Sale") { name } }').json()["extensions"]["cost"]
    assert cost == {
        "requested": 10,
        "limit": 1_000,
        "available": 90,
        "bucket": 100,
        "restoreRate": 5,
    }


def test_who_asks_for_too_much_waits_and_is_told_how_long() -> None:
    now = [0.0]
    throttle = Throttle(Quota(5, 20), clock=lambda: now[0])
    app = endpoint_for(throttle=throttle)
    document = '{ __type(name: "Sale") { name } }'
    assert [ask(app, document).status_code for _ in range(3)] == [200, 200, 429]
    answer = ask(app, document)
    assert (answer.headers["retry-after"], code_of(answer)) == ("2", "THROTTLED")
    assert answer.json()["errors"][0]["extensions"]["retryAfterSeconds"] == 2
    assert answer.json()["extensions"]["cost"]["available"] == 0
    now[0] += 2
    assert ask(app, document).status_code == 200


def test_an_operation_larger_than_a_bucket_is_answered_by_a_full_one() -> None:
    throttle = Throttle(Quota(1, 5), clock=lambda: 0.0)
    app = endpoint_for(throttle=throttle)
    document = '{ __type(name: "Sale") { name } }'
    assert [ask(app, document).status_code for _ in range(2)] == [200, 429]


def test_callers_have_buckets_of_their_own_and_tokens_their_own_quota() -> None:
    throttle = Throttle(Quota(1, 10), clock=lambda: 0.0)
    club = new_id()
    plain = Actor(club, new_id(), Role.ROOT)
    rich = Actor(club, new_id(), Role.PARTNER, quota=Quota(1, 30))
    subject = Actor(club, None, Role.PORTAL, subject="one")
    other = Actor(club, None, Role.PORTAL, subject="two")
    for actor, times in ((plain, 1), (rich, 3), (subject, 1), (other, 1)):
        taken = [throttle.take(actor, 10).wait_seconds for _ in range(times + 1)]
        assert taken == [0] * times + [10]


def test_an_address_that_guesses_tokens_has_to_wait_and_who_is_known_has_not() -> None:
    class Guessed(Everybody):
        async def admit(self, authorization: str | None) -> Admission:
            return Admission(self.actor) if self.knows(authorization) else refused(Refusal.UNKNOWN)

        def knows(self, authorization: str | None) -> bool:
            return authorization == "Bearer known"

    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    app = endpoint_for(Guessed(), throttle=throttle)

    def status(token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return ask(app, "{ viewer { role } __typename }", headers=headers).status_code

    guesses = STRANGER_QUOTA.bucket_points // 5
    assert {status(f"guess{number}") for number in range(guesses)} == {401}
    assert status("guess") == 429
    assert status("known") == 200
    now[0] += 1
    assert status("guess") == 401


def test_the_documents_used_last_are_remembered_within_number_and_size() -> None:
    found = known_to_nobody(document_limit=3)
    first = found.find("{ __typename }")
    first.memory["plan"] = 1
    for number in range(2):
        found.find(f"query Q{number} {{ __typename }}")
    assert found.find("{ __typename }") is first
    found.find("query Q2 { __typename }")
    assert found.find("{ __typename }") is first
    for number in range(3, 6):
        found.find(f"query Q{number} {{ __typename }}")
    again = found.find("{ __typename }")
    assert again is not first
    assert again.memory == {}
    small = known_to_nobody(byte_limit=1)
    assert small.find("{ __typename }") is not small.find("{ __typename }")


def test_refused_documents_drive_out_no_good_one() -> None:
    found = known_to_nobody(document_limit=2)
    good = found.find("{ __typename }")
    for number in range(300):
        assert found.find(f"{{ x{number} }}").document is None
    assert found.find("{ __typename }") is good

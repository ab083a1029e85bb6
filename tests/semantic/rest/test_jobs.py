"""Refreshing pre-aggregations by the jobs endpoint."""

import time
from typing import Any

import httpx
import pytest

from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB
from tests.semantic.rest.conftest import Shop, token

SCOPES = ["jobs"]
ALL = {"contexts": [{"securityContext": {}}], "timezones": ["UTC"]}


def post(shop: Shop, body: Any, **claims: Any) -> httpx.Response:
    with shop.http(token(scopes=SCOPES, **claims)) as http:
        return http.post("/pre-aggregations/jobs", json=body)


def begin(shop: Shop, **selector: Any) -> list[str]:
    answer = post(shop, {"action": "post", "selector": {**ALL, **selector}})
    assert answer.status_code == 200, answer.text
    tokens: list[str] = answer.json()
    return tokens


def ended(shop: Shop, job: str) -> Any:
    """How a job is when it is over."""
    for _ in range(500):
        (told,) = post(shop, {"action": "get", "tokens": [job]}).json()
        if told["status"] not in ("scheduled", "processing"):
            return told
        time.sleep(0.01)
    raise AssertionError("it never ended")


def test_a_job_is_posted_and_asked_for_by_its_token(shop: Shop) -> None:
    (job,) = begin(shop, preAggregations=["orders.by_month"])
    assert ended(shop, job) == {
        "token": job,
        "table": "rollup_orders_by_month",
        "status": "done",
        "selector": {
            "cubes": ["orders"],
            "preAggregations": ["orders.by_month"],
            "contexts": [{"securityContext": {}}],
            "timezones": ["UTC"],
            "dataSources": ["default"],
        },
    }
    told = post(shop, {"action": "get", "tokens": [job, "lost"], "resType": "object"}).json()
    assert told[job]["status"] == "done"
    assert told["lost"] == {"status": "not_found"}


def test_a_selector_without_names_means_all_of_them(shop: Shop) -> None:
    jobs = begin(shop, cubes=["orders"], timezones=["UTC", "Europe/Brussels"])
    assert len(set(jobs)) == 4
    for job in jobs:
        assert ended(shop, job)["status"] == "done"
    assert {"orders.by_month", "orders.by_country"} <= set(shop.rollups.built)


def test_a_job_that_fails_says_why(shop: Shop) -> None:
    shop.rollups.broken.add("orders.by_country")
    try:
        (job,) = begin(shop, preAggregations=["orders.by_country"])
        assert ended(shop, job)["status"] == "failure: the disk is full"
    finally:
        shop.rollups.broken.clear()


def test_a_job_that_is_under_way_is_not_begun_again(shop: Shop) -> None:
    shop.rollups.gate.clear()
    try:
        (job,) = begin(shop, preAggregations=["orders.by_month"])
        assert begin(shop, preAggregations=["orders.by_month"]) == [job]
        built = len(shop.rollups.built)
    finally:
        shop.rollups.gate.set()
    ended(shop, job)
    assert len(shop.rollups.built) == built + 1


def test_only_so_many_jobs_are_remembered(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semantic.rest.jobs.REMEMBERED_LIMIT", 1)
    first, last = begin(shop, cubes=["orders"])
    told = post(shop, {"action": "get", "tokens": [first, last], "resType": "object"}).json()
    assert told[first] == {"status": "not_found"}
    ended(shop, last)


def test_another_clubs_jobs_are_not_told(shop: Shop) -> None:
    (job,) = begin(shop, preAggregations=["orders.by_month"])
    ended(shop, job)
    told = post(shop, {"action": "get", "tokens": [job]}, organisation=str(OTHER_CLUB)).json()
    assert told == [{"token": job, "status": "not_found"}]


def test_a_job_is_done_for_the_callers_own_club(shop: Shop) -> None:
    own = {"contexts": [{"securityContext": {"organisation": str(CLUB)}}]}
    assert begin(shop, **own)
    other = {"contexts": [{"securityContext": {"organisation": str(OTHER_CLUB)}}]}
    answer = post(shop, {"action": "post", "selector": {**ALL, **other}})
    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "jobs are done for the caller's own organisation"},
    )


NOTHING = "A user's selector doesn't match any of the pre-aggregations defined in the data model."


def selecting(**given: Any) -> dict[str, Any]:
    return {"action": "post", "selector": {**ALL, **given}}


WRONG = [
    ({"action": "stop"}, '"action" must be one of [post, get]'),
    ({"action": "post"}, '"selector" must be of type object'),
    ({"action": "post", "tokens": ["x"]}, '"tokens" is not allowed'),
    ({"action": "get", "selector": {}}, '"selector" is not allowed'),
    ({"action": "get"}, '"tokens" must be an array of at least 1 strings'),
    ({"action": "get", "tokens": ["x"], "resType": "list"}, '"resType" must be [object]'),
    ({"action": "post", "selector": {"x": 1}}, '"selector.x" is not allowed'),
    (
        {"action": "post", "selector": {}},
        '"selector.contexts" must contain at least 1 items',
    ),
    (selecting(contexts=[5]), '"selector.contexts[0].securityContext" is required'),
    (
        selecting(timezones=["x"]),
        '"selector.timezones" must be valid IANA time zones, got "x"',
    ),
    (selecting(cubes=[5]), '"selector.cubes" must be an array of strings'),
    (
        selecting(dateRange=["a", "b"]),
        '"selector.dateRange" is not executed here; a whole rollup is refreshed',
    ),
]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No job description provided"),
        (selecting(cubes=["lines"]), NOTHING),
        (selecting(dataSources=["elsewhere"]), NOTHING),
        *((body, f"Invalid Job query format: {message}") for body, message in WRONG),
    ],
)
def test_a_job_that_is_none_is_refused(shop: Shop, body: Any, message: str) -> None:
    built = list(shop.rollups.built)
    answer = post(shop, body)
    assert (answer.status_code, answer.json()) == (400, {"error": message})
    assert shop.rollups.built == built


def test_without_rollups_there_is_nothing_to_refresh(slow_shop: Shop) -> None:
    answer = post(slow_shop, {"action": "post", "selector": ALL})
    assert (answer.status_code, answer.json()) == (400, {"error": NOTHING})

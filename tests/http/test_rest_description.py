"""The OpenAPI document describes everything, and the server does what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from app.http.failures import REST_PATH
from app.http.rest.application import OPERATIONS
from app.http.rest.openapi import describe
from app.storage.engine import Engine
from tests.conftest import LiveServer, found_club
from tests.http.billing_club import billing_club

DOCUMENT = describe(OPERATIONS)
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            # A wrong row of a list is answered with its reason inside a 207.
            "negative_data_rejection": {"expected-statuses": ["207", "4xx"]},
            # What has the right form can be about nothing that exists, or against what is known.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "4xx"]},
        }
    }
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)


@dataclass
class Target:
    """A club on a server, with something of everything to be named."""

    url: str
    token: str
    known: dict[str, str]


@pytest.fixture(scope="module")
def target(engine: Engine, server: LiveServer) -> Iterator[Target]:
    club = found_club(engine, server)
    billing = billing_club(club)
    for _ in range(4):
        billing.sell()
    codes = [one["instalmentCode"] for one in billing.claim(limit=2)]
    billing.done("PUT", "/instalments", billing.document(codes[0], "F1"))
    ids = billing.stadium.ids
    known = {
        "code": codes[0],
        "customer": ids["A1"],
        "customers": ids["A1"],
        "products": ids["SEAT"],
    }
    yield Target(server.url, club.token(), known)
    club.http.close()


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_the_server_does_what_the_document_says(case: Any, target: Target) -> None:
    """No fault, no undescribed status or body, nothing without a token, with any input at all."""
    headers = {"Authorization": f"Bearer {target.token}"}
    case.call_and_validate(base_url=target.url, headers=headers)
    if case.path_parameters:
        kind = case.path.removeprefix(f"{REST_PATH}/").partition("/")[0]
        known = target.known.get(kind, target.known["code"])
        case.path_parameters = dict.fromkeys(case.path_parameters, known)
        case.call_and_validate(base_url=target.url, headers=headers)
    elif isinstance(case.body, dict) and isinstance(case.body.get("instalmentCode"), str):
        case.body["instalmentCode"] = target.known["code"]
        case.call_and_validate(base_url=target.url, headers=headers)


def described(value: Any) -> Iterator[Any]:
    """Every part of the document that must say what it is for."""
    if isinstance(value, list):
        for one in value:
            yield from described(one)
    elif isinstance(value, dict):
        yield value
        for one in value.values():
            yield from described(one)


def test_everything_is_described() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        for name, one in schema.get("properties", {}).items():
            assert one.get("description"), name
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]
            assert all(one["description"] for one in operation["parameters"])
            assert all(one["description"] for one in operation["responses"].values())
            assert {"401", "403", "422", "429", "500", "503"} <= operation["responses"].keys()
    references = [one["$ref"] for one in described(DOCUMENT) if "$ref" in one]
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references) == known


def test_the_document_and_its_page_are_served_and_load_nothing(server: LiveServer) -> None:
    assert httpx.get(f"{server.url}/api/openapi.json").json() == DOCUMENT
    start = httpx.get(f"{server.url}/api/").json()
    assert start == {"openapi": "/api/openapi.json", "docs": "/api/docs"}
    page = httpx.get(server.url + start["docs"])
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha")
    assert "http" not in page.text.replace("https://", "http://").replace("HTTP", "")
    for path in DOCUMENT["paths"]:
        assert path in page.text

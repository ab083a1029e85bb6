"""The OpenAPI document describes everything, and the server does what it says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
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
from tests.http.billing_club import TODAY, BillingClub, billing_club

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
    known = {"code": codes[0], "customers": ids["A1"], "products": ids["SEAT"]}
    yield Target(server.url, club.token(), known)
    club.http.close()


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_the_server_does_what_the_document_says(case: schemathesis.Case, target: Target) -> None:
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

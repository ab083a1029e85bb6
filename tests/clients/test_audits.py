"""GraphQL over HTTP: each audit of graphql-http's own suite holds, whether MUST, SHOULD or MAY."""

from typing import Any

import pytest

from tests.clients.conftest import Shop
from tests.clients.running import CLIENTS, node

AUDITS = dict(
    line.split(" ", 1) for line in (CLIENTS / "audits.txt").read_text("utf-8").splitlines()
)


@pytest.fixture(scope="module")
def results(shop: Shop) -> dict[str, Any]:
    return {one["id"]: one for one in node(CLIENTS / "audit.ts", env=shop.env)}


def test_the_suite_has_the_audits_that_are_listed(results: dict[str, Any]) -> None:
    assert {one["id"]: one["name"] for one in results.values()} == AUDITS
    assert len(AUDITS) == 61


@pytest.mark.parametrize("audit", AUDITS, ids=[f"{key} {name}" for key, name in AUDITS.items()])
def test_an_audit_of_graphql_over_http_holds(results: dict[str, Any], audit: str) -> None:
    assert results[audit]["reason"] is None

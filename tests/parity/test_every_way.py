"""Every measure of every view is the same number over REST and over GraphQL as in the facts.

`test_one_number` compares the facts with SQL on the operational store, and this the ways to ask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest

from app.commands.execution import Runner
from app.http.application import build_application as build_api
from app.resolvers.semantic.door import SemanticDoor
from app.storage.engine import command_engine, read_engine
from app.storage.organisations import find_organisation, organisation_codes
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query, TimeDimension
from semantic.rest.application import build_application
from semantic.rest.authentication import SignedTokens, caller_of_claims
from semantic.rest.services import Services, Settings
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.spec.measures import Measure
from tests.club import Club
from tests.conftest import UNHURRIED, serving
from tests.parity.comparing import is_same
from tests.parity.test_one_number import OVERVIEW, VIEWS, ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from semantic.access.principal import Principal
    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
SECRET = "a secret that signs contexts of these tests"
MONTHS = {name: view.month for name, view in VIEWS.items()} | {"overview": "day"}
QUESTION = """query($query: SemanticQueryInput!) { semanticQuery(query: $query) {
    result { rows } userErrors { code message } } }"""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ways:
    """The two ways from outside to what the tests of parity compute from the facts."""

    both: BothStores
    rest: str
    club: Club

    def over_rest(self, query: dict[str, Any]) -> dict[str, Any]:
        """Ask Cube's REST API, as root."""
        return load(self.rest, self.both.principal, query)

    def over_graphql(self, query: dict[str, Any]) -> list[list[str | None]]:
        """Ask Loge's GraphQL API, as root."""
        found = self.club.query(QUESTION, {"query": query})["semanticQuery"]
        assert found["userErrors"] == []
        rows: list[list[str | None]] = found["result"]["rows"]
        return rows


def load(address: str, principal: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Ask a REST API for rows of texts; its answer to the one query."""
    claims = {
        "organisation": str(principal.organisation_id),
        "groups": sorted(principal.groups),
        "exp": now() + timedelta(hours=1),
        "timezone": principal.timezone,
        **principal.context,
    }
    answer = httpx.post(
        f"{address}/cubejs-api/v1/load",
        json={"query": {**query, "responseFormat": "compact"}, "queryType": "multi"},
        headers={"authorization": jwt.encode(claims, SECRET, "HS256")},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["results"]
    described: dict[str, Any] = found
    return described


def served(both: BothStores, compiler: Compiler | RollupCompiler) -> AbstractContextManager[str]:
    """Serve the REST API over the facts of both stores."""
    services = Services(
        SignedTokens((SECRET,), caller_of_claims),
        lambda _principal: compiler,
        both.facts,
        Settings(),
    )
    return serving(build_application(services))


@pytest.fixture(scope="module")
def ways(both: BothStores, demo_url: str) -> Iterator[Ways]:
    engine = command_engine(demo_url)
    (code,) = organisation_codes(engine)
    organisation = find_organisation(engine, code)
    assert organisation is not None
    with served(both, both.compiler) as rest:
        door = SemanticDoor(rest, SECRET, now)
        api = build_api(
            command_engine(demo_url), read_engine(demo_url), door=UNHURRIED, semantics=door
        )
        with serving(api) as url, httpx.Client(base_url=url, timeout=60) as http:
            yield Ways(both, rest, Club(organisation, Runner(engine), http))
    engine.dispose()


def measures_of(both: BothStores, name: str) -> list[str]:
    """Name the measures of a view."""
    members = [f"{name}.{one}" for one in both.compiler.model.views[name].members]
    found = [(one, both.compiler.model.find(one)) for one in members]
    return [one for one, member in found if member and isinstance(member.member, Measure)]


def same(asked: Sequence[object], shown: Sequence[str | None]) -> bool:
    """Tell whether a row is shown as it was computed; periods as their beginnings."""
    return len(asked) == len(shown) and all(
        text == f"{one:%Y-%m-%dT%H:%M:%S}.000"
        if isinstance(one, datetime)
        else is_same(one, None if text is None else Decimal(text))
        for one, text in zip(asked, shown, strict=True)
    )


def compare(ways: Ways, query: Query, given: dict[str, Any]) -> None:
    """Ask in all three ways; each must show the same rows in the same order."""
    asked = ways.both.asked(query)
    assert asked
    dataset = ways.over_rest(given)["data"]
    columns = [dataset["members"].index(one) for one in (*periods(given), *given["measures"])]
    rest = [[row[place] for place in columns] for row in dataset["dataset"]]
    graphql = ways.over_graphql(given)
    assert len(asked) == len(rest) == len(graphql)
    for row, one, other in zip(asked, rest, graphql, strict=True):
        assert same(row, one), (row, one)
        assert same(row, other), (row, other)


def periods(given: dict[str, Any]) -> list[str]:
    return [f"{one['dimension']}.{one['granularity']}" for one in given.get("timeDimensions", ())]


@pytest.mark.parametrize("name", [*VIEWS, "overview"])
def test_a_measure_is_one_number_in_total_however_it_is_asked_for(ways: Ways, name: str) -> None:
    measures = measures_of(ways.both, name)
    assert measures
    assert name != "overview" or {f"overview.{one}" for one in OVERVIEW} == set(measures)
    query = Query(measures=tuple(measures), timezone=ZONE)
    compare(ways, query, {"measures": measures, "timezone": ZONE})


@pytest.mark.parametrize("name", [name for name, month in MONTHS.items() if month])
def test_a_measure_is_one_number_in_each_month_however_it_is_asked_for(
    ways: Ways, name: str
) -> None:
    measures, time = measures_of(ways.both, name), f"{name}.{MONTHS[name]}"
    query = Query(
        measures=tuple(measures),
        time_dimensions=(TimeDimension(time, "month"),),
        order=((time, False),),
        timezone=ZONE,
        limit=500,
    )
    given = {
        "measures": measures,
        "timeDimensions": [{"dimension": time, "granularity": "month"}],
        "timezone": ZONE,
        "limit": 500,
    }
    compare(ways, query, given)


def test_a_rollup_answers_over_rest_once_it_is_built_and_with_the_same_numbers(
    both: BothStores,
) -> None:
    model, keeper = both.compiler.model, Keeper(both.facts.facts)
    compiler = RollupCompiler(model, describe_members(model, both.facts.types_of), keeper)
    given = {
        "measures": ["sales.net_bookings", "sales.cancellations", "sales.discount_share"],
        "dimensions": ["sales.season_name", "sales.product_group_name"],
        "timeDimensions": [{"dimension": "sales.moved_on", "granularity": "month"}],
        "order": [[one, "asc"] for one in ("sales.season_name", "sales.product_group_name")],
        "timezone": ZONE,
    }
    caller = replace(both.principal, groups=frozenset({"finance"}))
    with served(both, compiler) as address:
        from_facts = load(address, caller, given)
        assert not from_facts.get("usedPreAggregations")
        keeper.refresh()
        from_rollup = load(address, caller, given)
    (used,) = from_rollup["usedPreAggregations"].values()
    assert used["preAggregationId"] == "sale_movement.by_month"
    assert from_facts["data"]["dataset"]
    assert sorted(map(str, from_rollup["data"]["dataset"])) == sorted(
        map(str, from_facts["data"]["dataset"])
    )

"""/meta, /sql and /dry-run, literally."""

from dataclasses import replace
from typing import Any

import pytest

from semantic.rest.authentication import SignedTokens, caller_of_claims
from semantic.rest.loading import Loading
from semantic.rest.services import Services
from semantic.run.engine import Engine
from tests.semantic.rest.conftest import Shop, token


def meta(shop: Shop, claims: dict[str, Any] | None = None, **params: str) -> Any:
    with shop.http(token(**(claims or {}))) as http:
        answer = http.get("/meta", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def place(described: Any, name: str) -> Any:
    return next(one for one in described["cubes"] if one["name"] == name)


def member(described: Any, kind: str, name: str) -> Any:
    cube = place(described, name.partition(".")[0])
    return next((one for one in cube[kind] if one["name"] == name), None)


def test_cubes_come_before_views_and_hidden_ones_not_at_all(shop: Shop) -> None:
    described = meta(shop)
    assert [(one["name"], one["type"]) for one in described["cubes"]] == [
        ("accounts", "cube"),
        ("lines", "cube"),
        ("orders", "cube"),
        ("payments", "cube"),
        ("sales", "view"),
    ]
    selling = {"views": ["sales"], "includes": ["sales"]}
    inner = {
        "name": "selling",
        "title": "Selling",
        "description": "What is sold.",
        **selling,
    }
    assert described["viewGroups"] == [
        {"name": "shop", "title": "Shop", **selling},
        {"name": "everything", "views": [], "includes": [inner]},
    ]


def test_a_cube_is_described_with_its_joined_part(shop: Shop) -> None:
    described = meta(shop)
    orders = place(described, "orders")
    head = {key: orders[key] for key in ("name", "type", "title", "isVisible", "public")}
    assert head == {
        "name": "orders",
        "type": "cube",
        "title": "Orders",
        "isVisible": True,
        "public": True,
    }
    assert place(described, "accounts")["description"] == "Who buys. Some have no country."
    numbers = {one["name"]: one.get("connectedComponent") for one in described["cubes"]}
    assert numbers == {"accounts": 1, "lines": 1, "orders": 1, "payments": None, "sales": None}


def test_a_measure_is_described(shop: Shop) -> None:
    described = meta(shop)
    assert member(described, "measures", "lines.net") == {
        "name": "lines.net",
        "title": "Lines Net",
        "shortTitle": "Net",
        "format": "currency",
        "formatDescription": {"name": "currency", "specifier": "$,.2~f", "currency": "EUR"},
        "currency": "EUR",
        "cumulativeTotal": False,
        "cumulative": False,
        "type": "number",
        "aggType": "sum",
        "drillMembers": [],
        "drillMembersGrouped": {"measures": [], "dimensions": []},
        "isVisible": True,
        "public": True,
    }
    assert member(described, "measures", "orders.buyers")["title"] == "Orders Different buyers"
    assert member(described, "measures", "orders.count_so_far")["cumulative"] is True
    assert member(described, "measures", "orders.paid_share")["aggType"] == "number"
    first = member(described, "measures", "orders.first_at")
    assert first["type"] == "time"
    assert "formatDescription" not in first
    assert member(described, "measures", "orders.count")["drillMembersGrouped"] == {
        "measures": ["lines.net"],
        "dimensions": ["orders.id", "orders.status", "orders.ordered_at", "accounts.name"],
    }
    assert member(described, "measures", "lines.quantity")["format"] == {
        "type": "custom-numeric",
        "value": ",.0f",
        "alias": "number_0",
    }


def test_a_dimension_is_described_and_keys_are_hidden(shop: Shop) -> None:
    described = meta(shop)
    assert member(described, "dimensions", "orders.ordered_at") == {
        "name": "orders.ordered_at",
        "title": "Orders Ordered at",
        "type": "time",
        "shortTitle": "Ordered at",
        "suggestFilterValues": True,
        "format": {"type": "custom-time", "value": "%d.%m.%Y"},
        "isVisible": True,
        "public": True,
        "primaryKey": False,
        "granularities": [
            {
                "name": "fiscal_year",
                "title": "Fiscal year, from July",
                "interval": "1 year",
                "offset": "6 months",
            },
            {
                "name": "fortnight",
                "title": "Fortnight",
                "interval": "2 weeks",
                "origin": "2024-01-01",
            },
        ],
    }
    assert member(described, "dimensions", "lines.id") is None
    key = member(described, "dimensions", "orders.id")
    assert (key["title"], key["primaryKey"]) == ("Orders ID", True)
    assert key["formatDescription"] == {"name": "id", "specifier": ".0f"}
    assert member(described, "dimensions", "accounts.name")["key"] == "accounts.rep"
    assert member(described, "dimensions", "accounts.country")["meta"] == {"map": "world"}


def test_segments_hierarchies_and_folders_are_described(shop: Shop) -> None:
    described = meta(shop)
    assert member(described, "segments", "accounts.abroad") == {
        "name": "accounts.abroad",
        "title": "Accounts Abroad",
        "shortTitle": "Abroad",
        "description": "Not at home.",
        "isVisible": True,
        "public": True,
    }
    assert place(described, "accounts")["hierarchies"] == [
        {
            "name": "accounts.geography",
            "title": "Where",
            "levels": ["accounts.region", "accounts.country"],
            "public": True,
        }
    ]
    sales = place(described, "sales")
    assert sales["folders"] == [
        {
            "name": "Account",
            "members": [
                "sales.accounts_name",
                "sales.accounts_country",
                "sales.accounts_region",
                "sales.accounts_rep",
            ],
        }
    ]
    assert sales["nestedFolders"] == [
        {
            "name": "Account",
            "members": [
                "sales.accounts_name",
                "sales.accounts_country",
                {"name": "More", "members": ["sales.accounts_region", "sales.accounts_rep"]},
            ],
        }
    ]
    assert sales["viewGroups"] == ["shop", "selling"]
    assert [one["levels"] for one in sales["hierarchies"]] == [
        ["sales.accounts_region", "sales.accounts_country"]
    ]


def test_a_member_of_a_view_names_what_it_shows(shop: Shop) -> None:
    described = meta(shop)
    number = member(described, "measures", "sales.accounts_number")
    assert (number["title"], number["shortTitle"]) == ("Sales Accounts", "Accounts")
    assert number["aliasMember"] == "accounts.count"
    assert number["aggType"] == "count"
    name = member(described, "dimensions", "sales.accounts_name")
    assert name["aliasMember"] == "accounts.name"
    assert number["drillMembers"] == ["sales.accounts_name", "sales.accounts_country"]


def test_a_model_is_described_once_for_each_of_its_versions(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = Loading(
        Services(SignedTokens((), caller_of_claims), lambda _one: shop.compiler, Engine(shop.facts))
    )
    described = loading.describe(shop.compiler.model)
    assert loading.describe(shop.compiler.model) is described
    monkeypatch.setattr("semantic.rest.loading.DESCRIBED_LIMIT", 1)
    other = loading.describe(replace(shop.compiler.model, version="another"))
    assert other == described
    assert loading.describe(shop.compiler.model) is not described


def test_policies_decide_what_a_caller_is_shown(shop: Shop) -> None:
    everything, some = meta(shop), meta(shop, {"groups": ["sales"]})
    assert member(everything, "measures", "sales.drinks_net") is not None
    assert member(some, "measures", "sales.drinks_net") is None
    assert member(some, "dimensions", "sales.accounts_rep") is None
    assert place(some, "sales")["folders"][0]["members"] == [
        "sales.accounts_name",
        "sales.accounts_country",
        "sales.accounts_region",
    ]
    assert place(some, "sales")["nestedFolders"][0]["members"][2] == {
        "name": "More",
        "members": ["sales.accounts_region"],
    }


def test_views_can_be_asked_for_alone(shop: Shop) -> None:
    assert [one["name"] for one in meta(shop, onlyViews="true")["cubes"]] == ["sales"]
    assert len(meta(shop, onlyViews="false")["cubes"]) == 5


def test_the_extended_description_has_the_sql_of_the_model(shop: Shop) -> None:
    described = meta(shop, extended="")
    orders = place(described, "orders")
    assert orders["sql"] == "SELECT * FROM orders WHERE NOT is_deleted"
    assert orders["fileName"] == "models/shop.yml"
    assert orders["joins"][0] == {
        "name": "accounts",
        "relationship": "many_to_one",
        "sql": "{CUBE}.account_id = {accounts.id}",
    }
    by_month, by_country = orders["preAggregations"]
    assert by_month == {
        "name": "by_month",
        "type": "rollup",
        "measureReferences": ["count", "shipping"],
        "dimensionReferences": ["status"],
        "segmentReferences": ["open"],
        "timeDimensions": [{"dimension": "ordered_at", "granularity": "month"}],
        "partitionGranularity": "year",
        "refreshKey": {"every": "1 hour"},
    }
    assert by_country["dimensionReferences"] == ["accounts.country"]
    drinks = member(described, "measures", "lines.drinks_net")
    assert drinks["sql"] == "{CUBE}.net_minor * {CUBE}.minor_unit"
    assert drinks["filters"] == [{"sql": "{CUBE}.category = 'drinks'"}]
    assert member(described, "dimensions", "accounts.region")["case"] == {
        "when": [
            {"sql": "{country} IN ('DE', 'AT', 'CH')", "label": "Home"},
            {"sql": "{CUBE}.country IS NOT NULL", "label": "Abroad"},
        ],
        "else": {"label": "Unknown"},
    }
    assert place(described, "payments")["refreshKey"] == {"every": "5 minutes"}
    assert "sql" not in member(described, "measures", "sales.count")
    assert "joins" not in place(described, "sales")


QUERY = {
    "measures": ["orders.count"],
    "dimensions": ["orders.status"],
    "timeDimensions": [
        {"dimension": "orders.ordered_at", "granularity": "month", "dateRange": ["2024-01-01"]}
    ],
}


def test_the_sql_of_a_query_is_shown_and_not_run(shop: Shop) -> None:
    before = shop.facts.opened_count
    answer = shop.ask("sql", QUERY).json()
    assert shop.facts.opened_count == before
    assert list(answer) == ["sql", "dataSource"]
    sql = answer["sql"]
    text, parameters = sql["sql"]
    assert text.count("?") == len(parameters)
    assert "SELECT" in text
    assert sql["order"] == {"orders.ordered_at": "asc"}
    assert (sql["timeDimensionField"], sql["external"]) == ("orders.ordered_at", False)
    assert sorted(sql["aliasNameToMember"].values()) == [
        "orders.count",
        "orders.ordered_at.month",
        "orders.status",
    ]
    assert sql["aliasNameToMember"][sql["timeDimensionAlias"]] == "orders.ordered_at.month"
    assert sql["memberNames"] == ["orders.count", "orders.status", "orders.ordered_at"]


def test_several_queries_have_several_statements(shop: Shop) -> None:
    answer = shop.ask("sql", [QUERY, QUERY]).json()
    assert [list(one) for one in answer] == [["sql", "dataSource"]] * 2


ORDERS = [
    (QUERY, {"orders.ordered_at": "asc"}),
    ({"measures": ["orders.count"], "dimensions": ["orders.status"]}, {"orders.count": "desc"}),
    ({"dimensions": ["orders.status"]}, {"orders.status": "asc"}),
    ({"measures": ["orders.count"]}, {}),
    ({**QUERY, "order": [["orders.status", "desc"]]}, {"orders.status": "desc"}),
    ({**QUERY, "order": []}, {}),
]


@pytest.mark.parametrize(("query", "order"), ORDERS)
def test_a_dry_run_says_how_a_query_is_understood(shop: Shop, query: Any, order: Any) -> None:
    before = shop.facts.opened_count
    answer = shop.ask("dry-run", query).json()
    assert shop.facts.opened_count == before
    assert list(answer) == [
        "queryType",
        "normalizedQueries",
        "queryOrder",
        "transformedQueries",
        "pivotQuery",
    ]
    assert answer["queryOrder"] == [order]
    (normalized,) = answer["normalizedQueries"]
    assert normalized["cacheMode"] == "stale-if-slow"
    assert answer["pivotQuery"]["queryType"] == answer["queryType"] == "regularQuery"


def test_a_dry_run_refuses_what_cannot_be_answered(shop: Shop) -> None:
    assert shop.ask("dry-run", {"measures": ["nope.count"]}).status_code == 400
    assert shop.ask("sql", {"measures": ["nope.count"]}).status_code == 400


REFERENCES = {
    "measures": ["orders.count"],
    "dimensions": ["orders.status"],
    "timeDimensions": [{"dimension": "orders.ordered_at", "granularity": "day"}, 5],
}


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, True),
        ({"measures": []}, False),
        ({"dimensions": None}, False),
        ({"timeDimensions": []}, False),
        ({"timeDimensions": [{"dimension": "orders.ordered_at", "granularity": "week"}]}, False),
        ({"timeDimensions": [{"dimension": "orders.ordered_at"}]}, True),
        ({"timeDimensions": [{"dimension": "orders.ordered_at", "granularity": "season"}]}, False),
    ],
)
def test_a_pre_aggregation_would_do_if_it_has_everything(
    shop: Shop,
    changed: Any,
    answer: bool,  # noqa: FBT001 - what is expected
) -> None:
    transformed = shop.ask("dry-run", QUERY).json()["transformedQueries"][0]
    with shop.http() as http:
        given = {"transformedQuery": transformed, "references": {**REFERENCES, **changed}}
        told = http.post("/pre-aggregations/can-use", json=given)
        wrong = http.post("/pre-aggregations/can-use", json={"transformedQuery": 5})
    assert told.json() == {"canUsePreAggregationForTransformedQuery": answer}
    assert (wrong.status_code, wrong.json()) == (
        400,
        {"error": '"transformedQuery" must be of type object'},
    )

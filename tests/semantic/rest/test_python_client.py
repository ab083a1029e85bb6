"""cubejs-client-python against the live server."""

import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
from cubejs_client import CubeClient, RequestError, ResultSet
from cubejs_client.models.progress import ProgressResult

from tests.semantic.rest.by_month import by_month, connect
from tests.semantic.rest.conftest import Shop, token

BY_MONTH = {
    "measures": ["sales.count", "sales.shipping"],
    "timeDimensions": [
        {
            "dimension": "sales.ordered_at",
            "granularity": "month",
            "dateRange": ["2024-01-01", "2024-03-31"],
        }
    ],
}


@pytest.fixture
def client(shop: Shop) -> Iterator[CubeClient]:
    """One client for one token: one that is shared may hand one caller's answers to another."""
    made = CubeClient(token(), api_url=shop.api)
    yield made
    made._transport._client.close()  # type: ignore[attr-defined]


def test_the_guides_example_has_exact_numbers(shop: Shop) -> None:
    client = connect(shop.api, token())
    found = by_month(
        client, "sales.ordered_at", ["sales.count", "sales.shipping"], ["2024-01-01", "2024-03-31"]
    )
    assert found == [
        {"month": "2024-01", "sales.count": 2, "sales.shipping": Decimal("7.500")},
        {"month": "2024-03", "sales.count": 2, "sales.shipping": Decimal("10.000")},
    ]
    client._transport._client.close()  # type: ignore[attr-defined]


def test_it_pivots_and_fills_the_gaps(client: CubeClient) -> None:
    found = client.load(BY_MONTH)
    assert [(one["x"], one["sales.count"]) for one in found.chart_pivot()] == [
        ("2024-01-01T00:00:00.000", 2),
        ("2024-02-01T00:00:00.000", 0),
        ("2024-03-01T00:00:00.000", 2),
    ]
    titles = [one["title"] for one in found.table_columns()]
    assert titles == ["Sales Ordered at", "Sales Count", "Sales Shipping"]


@pytest.mark.parametrize("form", ["default", "compact", "columnar"])
def test_it_reads_every_form_into_the_same_table(client: CubeClient, form: str) -> None:
    frame = client.load(BY_MONTH, response_format=form).to_pandas()  # type: ignore[attr-defined]
    assert [float(one) for one in frame["sales.shipping"]] == [7.5, 0.0, 10.0]


def test_it_compares(client: CubeClient) -> None:
    compared = client.load(
        {
            "measures": ["sales.count"],
            "timeDimensions": [
                {
                    "dimension": "sales.ordered_at",
                    "granularity": "month",
                    "compareDateRange": [
                        ["2024-01-01", "2024-01-31"],
                        ["2024-03-01", "2024-03-31"],
                    ],
                }
            ],
        }
    )
    assert [len(one.raw_data()) for one in compared.decompose()] == [1, 1]


def test_it_drills_down_to_the_rows(client: CubeClient) -> None:
    found = client.load(BY_MONTH)
    drill = found.drill_down({"xValues": ["2024-01-01T00:00:00.000"], "yValues": ["sales.count"]})
    assert drill is not None
    rows = client.load(drill).raw_data()
    assert sorted(row["sales.id"] for row in rows) == ["10", "11"]


def test_it_reads_meta_sql_and_dry_runs(client: CubeClient) -> None:
    meta = client.meta()
    assert meta.resolve_member("sales.count", "measures")["shortTitle"] == "Count"
    statement = client.sql(BY_MONTH)
    assert not isinstance(statement, list)
    assert "SELECT" in statement.sql()
    assert client.dry_run(BY_MONTH)["queryOrder"] == [{"sales.ordered_at": "asc"}]


def test_it_knows_whether_the_server_is_well(client: CubeClient) -> None:
    assert client.readyz().healthy
    assert client.livez().healthy


def test_it_posts_jobs(shop: Shop) -> None:
    client = CubeClient(token(scopes=["jobs"]), api_url=shop.api)
    (job,) = client.pre_aggregations_jobs_post(
        {
            "contexts": [{"securityContext": {}}],
            "timezones": ["UTC"],
            "preAggregations": ["orders.by_month"],
        }
    )
    assert job in client.pre_aggregations_jobs_get([job])
    client._transport._client.close()  # type: ignore[attr-defined]


def test_it_is_told_what_is_wrong(client: CubeClient) -> None:
    with pytest.raises(RequestError, match="'xyzzy' not found for path") as refused:
        client.load({"measures": ["xyzzy.qqq"]})
    assert refused.value.status == 400


def test_it_shows_progress_and_comes_again(slow_shop: Shop) -> None:
    client = CubeClient(token(), api_url=slow_shop.api, poll_interval=0.01)
    seen: list[ProgressResult] = []

    def progress(one: ProgressResult) -> None:
        seen.append(one)
        if len(seen) == 2:
            slow_shop.facts.gate.set()

    with slow_shop.facts.closed():
        found = client.load({"measures": ["orders.count"], "limit": 77}, progress_callback=progress)
    assert found.raw_data() == [{"orders.count": "5"}]
    assert len(seen) >= 2
    assert seen[1].time_elapsed() >= seen[0].time_elapsed()
    client._transport._client.close()  # type: ignore[attr-defined]


def test_it_subscribes(shop: Shop) -> None:
    client = CubeClient(token(), api_url=shop.api, poll_interval=0.01)
    came, updates = threading.Event(), list[ResultSet]()

    def update(error: RequestError | None, found: ResultSet | None) -> None:
        assert error is None
        if found is not None:
            updates.append(found)
        if len(updates) > 1:
            came.set()

    subscription = client.subscribe(BY_MONTH, update)
    assert came.wait(20)
    subscription.unsubscribe()
    assert updates[0].raw_data() == updates[1].raw_data()
    client._transport._client.close()  # type: ignore[attr-defined]

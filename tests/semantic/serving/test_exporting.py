"""Exports: what is asked for by query, SQL or view, as a file of any size."""

import csv
import io
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.rest.application import build_application
from semantic.rest.authentication import SignedTokens, caller_of_claims
from semantic.rest.services import Services
from semantic.run.engine import Engine
from semantic.serving.export_files import GROUP_ROWS, ArrowFile, CsvFile, ParquetFile
from semantic.serving.exporting import RUNNING, Exporting
from semantic.wire.encoding import EncodingError
from tests.conftest import serving
from tests.semantic.rest.conftest import COLUMNS, MODELS, SECRET, TABLES, GatedFacts, filled, token

LARGE_CLUB = UUID(int=77)
LINES = 300_000
BY_STATUS = {
    "measures": ["sales.count", "sales.shipping"],
    "dimensions": ["sales.status"],
    "order": {"sales.status": "asc"},
}


@dataclass
class Shop:
    """A running API with exports, and its facts."""

    url: str
    facts: GatedFacts
    exporting: Exporting

    def http(self, **claims: Any) -> httpx.Client:
        headers = {"authorization": token(**claims)}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=False)  # noqa: S501 - there is no TLS

    def export(self, claims: dict[str, Any] | None = None, **asked: Any) -> httpx.Response:
        with self.http(**(claims or {})) as http:
            return http.post("/loge/v1/export", json=asked)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    facts = filled()
    (line,) = TABLES["lines"][:1]
    facts.fill({"lines": [line]}, LARGE_CLUB)
    facts.connection.execute(
        f"INSERT INTO store.lines SELECT l.* REPLACE (i AS line_id, 'p' || i AS product) "
        f"FROM store.lines l, range({LINES}) AS r(i) WHERE organisation_id = '{LARGE_CLUB}'"
    )
    engine = Engine(facts)
    model = read_models([MODELS], frozenset(COLUMNS))
    compiler = Compiler(model, describe_members(model, engine.types_of))
    services = Services(SignedTokens((SECRET,), caller_of_claims), lambda _: compiler, engine)
    exporting = Exporting(services)
    application = build_application(services)
    application.router.routes.append(exporting.route())
    application.router.lifespan_context = exporting.lasting(application.router.lifespan_context)
    with serving(application) as url:
        yield Shop(url, facts, exporting)
    facts.connection.close()


EXPECTED = [("open", 2, Decimal("2.50")), ("paid", 2, Decimal("15.00"))]


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def test_a_query_is_exported_as_arrow_under_the_names_of_its_members(shop: Shop) -> None:
    answer = shop.export(query=BY_STATUS)
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="export.arrow"'
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column_names == ["sales.status", "sales.count", "sales.shipping"]
    assert rows_of(table) == EXPECTED


def test_a_query_is_exported_as_parquet(shop: Shop) -> None:
    answer = shop.export(query=BY_STATUS, format="parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert rows_of(pq.read_table(io.BytesIO(answer.content))) == EXPECTED


def test_a_query_is_exported_as_csv_with_exact_numbers_and_empty_fields(shop: Shop) -> None:
    query = {
        "dimensions": ["accounts.name", "accounts.country"],
        "measures": ["accounts.count"],
        "order": {"accounts.name": "asc"},
    }
    answer = shop.export(query=query, format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    head = "accounts.name,accounts.country,accounts.count\n"
    assert answer.text == head + "Anna,DE,1\nBen,BE,1\nCleo,,1\n"


def test_sql_is_exported_under_its_own_names_and_by_get_too(shop: Shop) -> None:
    sql = "SELECT status AS s, MEASURE(count) AS n FROM sales GROUP BY 1 ORDER BY 1"
    with shop.http() as http:
        answer = http.get("/loge/v1/export", params={"sql": sql, "format": "csv"})
    assert answer.text == "s,n\nopen,2\npaid,2\n"


def test_a_view_is_exported_with_all_that_the_caller_may_see(shop: Shop) -> None:
    whole = shop.export(view="payments", format="csv")
    assert whole.status_code == 200, whole.text
    lines = list(csv.DictReader(io.StringIO(whole.text)))
    assert {line["method"] for line in lines} == {"card", "cash"}
    answer = shop.export(view="sales")
    assert answer.status_code == 200, answer.text
    shown = set(pa.ipc.open_stream(answer.content).schema.names)
    claims = {"groups": ["sales"], "rep": "R1"}
    fewer = set(pa.ipc.open_stream(shop.export(claims, view="sales").content).schema.names)
    assert shown - fewer == {"drinks_net", "accounts_rep"}


def test_rows_are_those_of_the_caller_alone(shop: Shop) -> None:
    claims = {"groups": ["sales"], "rep": "R2"}
    answer = shop.export(claims, query=BY_STATUS, format="csv")
    assert answer.text == "sales.status,sales.count,sales.shipping\npaid,1,10.000\n"


NOTHING = {
    **BY_STATUS,
    "filters": [{"member": "sales.status", "operator": "equals", "values": ["x"]}],
}


@pytest.mark.parametrize("form", ["arrow", "parquet", "csv"])
def test_an_export_without_rows_has_its_columns_all_the_same(shop: Shop, form: str) -> None:
    body = shop.export(query=NOTHING, format=form).content
    if form == "csv":
        assert body == b"sales.status,sales.count,sales.shipping\n"
        return
    table = (
        pa.ipc.open_stream(body).read_all() if form == "arrow" else pq.read_table(io.BytesIO(body))
    )
    assert table.num_rows == 0
    assert table.column_names == ["sales.status", "sales.count", "sales.shipping"]


EVERY_LINE = {"dimensions": ["lines.product"], "measures": ["lines.net", "lines.quantity"]}


@pytest.mark.parametrize("form", ["arrow", "parquet", "csv"])
def test_an_export_has_every_row_however_many(shop: Shop, form: str) -> None:
    claims = {"organisation": str(LARGE_CLUB)}
    answer = shop.export(claims, query=EVERY_LINE, format=form)
    assert answer.status_code == 200, answer.text
    body = answer.content
    if form == "csv":
        assert body.count(b"\n") == LINES + 2
        return
    table = (
        pa.ipc.open_stream(body).read_all() if form == "arrow" else pq.read_table(io.BytesIO(body))
    )
    assert table.num_rows == LINES + 1
    assert len(set(table.column("lines.product").to_pylist())) == LINES + 1


def test_a_limit_that_is_asked_for_holds(shop: Shop) -> None:
    claims = {"organisation": str(LARGE_CLUB)}
    answer = shop.export(claims, query={**EVERY_LINE, "limit": 3}, format="csv")
    assert answer.text.count("\n") == 4


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({}, 400, "by one of `query`, `sql` and `view`"),
    ({"query": BY_STATUS, "view": "sales"}, 400, "by one of"),
    ({"view": "sales", "format": "xlsx"}, 400, "`format` must be one of arrow, parquet, csv"),
    ({"view": 5}, 400, "`view` must be a text"),
    ({"sql": ["SELECT 1"]}, 400, "`sql` must be a text"),
    ({"view": "sales", "timezone": "Mars"}, 400, "`timezone` must be"),
    ({"view": "sales", "timezone": 5}, 400, "`timezone` must be"),
    ({"view": "nothing"}, 400, "there is no view 'nothing'"),
    ({"view": "secrets"}, 400, "there is no view 'secrets'"),
    ({"view": 'sa"les'}, 400, "there is no view 'sa\"les'"),
    ({"sql": "SELECT 1"}, 400, "only a SELECT over views"),
    ({"sql": "EXPLAIN SELECT status FROM sales"}, 400, "only a SELECT over views"),
    ({"sql": "SELECT nothing FROM sales"}, 400, "nothing"),
    ({"sql": "SELECT AVG(net) FROM sales"}, 400, "MEASURE"),
    ({"query": [BY_STATUS, BY_STATUS]}, 400, "without granularity"),
    ({"query": {"measures": ["sales.nothing"]}}, 400, "not found"),
    (
        {
            "query": {
                "measures": ["orders.count"],
                "timeDimensions": [
                    {
                        "dimension": "orders.ordered_at",
                        "compareDateRange": ["last year", "this year"],
                    }
                ],
            }
        },
        400,
        "one query",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status", "message"), REFUSED)
def test_what_cannot_be_exported_is_refused_in_words(
    shop: Shop, asked: dict[str, Any], status: int, message: str
) -> None:
    answer = shop.export(**asked)
    assert answer.status_code == status, answer.text
    assert message in answer.json()["error"]


def test_without_a_token_or_its_scope_nothing_is_exported(shop: Shop) -> None:
    opened = shop.facts.opened_count
    with httpx.Client(verify=False) as http:  # noqa: S501 - there is no TLS
        answer = http.get(f"{shop.url}/loge/v1/export?view=sales")
    assert (answer.status_code, answer.json()["error"]) == (403, "Invalid token")
    answer = shop.export({"scopes": ["meta"]}, view="sales")
    assert (answer.status_code, answer.json()["error"]) == (403, "API scope is missing: data")
    assert shop.facts.opened_count == opened


def test_what_fails_at_the_first_row_is_told_as_an_error(shop: Shop) -> None:
    sql = "SELECT status, CAST(status AS integer) AS n FROM sales GROUP BY 1"
    answer = shop.export(sql=sql)
    assert answer.status_code in {400, 500}
    assert "error" in answer.json()
    assert shop.export(view="payments").status_code == 200


def test_a_type_that_a_file_cannot_hold_is_refused_and_others_hold_it(shop: Shop) -> None:
    sql = "SELECT status, MAX(ordered_at) - MIN(ordered_at) AS span FROM sales GROUP BY 1"
    refused = shop.export(sql=sql, format="parquet")
    assert refused.status_code == 400, refused.text
    assert "Parquet cannot hold" in refused.json()["error"]
    assert shop.export(sql=sql, format="csv").status_code == 200


def test_only_so_many_exports_run_at_once_and_the_next_one_is_told_to_wait(shop: Shop) -> None:
    answers: list[int] = []
    with shop.facts.closed():
        threads = [
            threading.Thread(
                target=lambda: answers.append(shop.export(query=BY_STATUS).status_code)
            )
            for _ in range(RUNNING)
        ]
        opened = shop.facts.opened_count
        for thread in threads:
            thread.start()
        until = time.monotonic() + 20
        while shop.facts.opened_count < opened + RUNNING and time.monotonic() < until:
            time.sleep(0.01)
        refused = shop.export(query=BY_STATUS)
        assert refused.status_code == 503, refused.text
        assert refused.headers["retry-after"] == "5"
        shop.facts.gate.set()
        for thread in threads:
            thread.join()
    assert answers == [200] * RUNNING
    assert shop.export(query=BY_STATUS).status_code == 200


def test_who_goes_away_in_the_middle_frees_what_the_export_held(shop: Shop) -> None:
    claims = {"organisation": str(LARGE_CLUB)}
    asked = {"query": EVERY_LINE, "format": "csv"}
    for _ in range(RUNNING + 1):
        with (
            shop.http(**claims) as http,
            http.stream("POST", "/loge/v1/export", json=asked) as answer,
        ):
            assert answer.status_code in {200, 503}
            next(answer.iter_bytes())
    until = time.monotonic() + 20
    while shop.export(query=BY_STATUS).status_code != 200:
        assert time.monotonic() < until


def test_who_reads_nothing_for_long_holds_nothing_and_finds_no_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shop.exporting, "stalled_seconds", 0.1)
    small = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)])
    headers = {"authorization": token(organisation=str(LARGE_CLUB))}
    asked = {"query": EVERY_LINE, "format": "csv"}
    with (
        httpx.Client(base_url=shop.url, headers=headers, timeout=30, transport=small) as http,
        http.stream("POST", "/loge/v1/export", json=asked) as answer,
    ):
        assert answer.status_code == 200
        until = time.monotonic() + 20
        while "nobody read it for 0.1 s" not in caplog.text:
            assert time.monotonic() < until
        assert not shop.exporting._running
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


def batches(count: int, rows: int) -> Iterator[pa.RecordBatch]:
    for number in range(count):
        values = pa.array(range(number * rows, (number + 1) * rows), pa.int64())
        texts = pa.array([f"text {value}" for value in range(rows)])
        yield pa.RecordBatch.from_arrays([values, texts], ["n", "t"])


@pytest.mark.parametrize("kind", [ArrowFile, ParquetFile, CsvFile])
def test_files_are_written_in_flat_memory(kind: type[ArrowFile | ParquetFile | CsvFile]) -> None:
    schema = pa.schema([("n", pa.int64()), ("t", pa.string())])
    file = kind(schema, "UTC")
    (batch,) = batches(1, 20_000)
    largest = pa.total_allocated_bytes()
    written = 0
    for _ in range(100):
        written += len(file.rows(batch))
        largest = max(largest, pa.total_allocated_bytes())
    written += len(file.end())
    assert written > 1_500_000
    # A group of rows and what encoding it takes, whatever the length of the file.
    assert largest < 100 * GROUP_ROWS + 20_000_000


def test_parquet_says_which_type_it_cannot_hold() -> None:
    schema = pa.schema([("age", pa.month_day_nano_interval())])
    with pytest.raises(EncodingError, match="cast it"):
        ParquetFile(schema, "UTC")


def test_csv_says_which_type_has_no_text() -> None:
    schema = pa.schema([("pair", pa.struct([("a", pa.int64())]))])
    with pytest.raises(EncodingError, match="no text"):
        CsvFile(schema, "UTC")

"""Values and forms of answers: digits, moments, Arrow, and Cube's own OpenAPI description."""

from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pytest
from jsonschema_rs import validator_for

from semantic.rest.values import json_column
from tests.semantic.rest.conftest import Shop, token
from tests.semantic.rest.promises import promise

BY_STATUS = {
    "measures": ["sales.count", "sales.shipping", "sales.first_at"],
    "dimensions": ["sales.status"],
    "order": {"sales.status": "asc"},
}


def column(values: list[Any], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


COLUMNS = [
    (column([12, None], pa.int64()), ["12", None], b"[12,null]"),
    (column([Decimal("12.50")], pa.decimal128(18, 2)), ["12.50"], b"[12.50]"),
    (column([Decimal(0)], pa.decimal128(38, 10)), ["0.0000000000"], b"[0.0000000000]"),
    (column([None], pa.decimal128(38, 10)), [None], b"[null]"),
    (column([12.0, 0.1, 1e22], pa.float64()), ["12", "0.1", "1e+22"], b"[12.0,0.1,1e+22]"),
    (column([float("nan"), float("inf")], pa.float64()), [None, None], b"[null,null]"),
    (column([True, None], pa.bool_()), [True, None], b"[true,null]"),
    (column(["x"], pa.string()), ["x"], b'["x"]'),
    (column([[1, 2], None], pa.list_(pa.int64())), ["[1, 2]", None], b'["[1, 2]",null]'),
]  # fmt: skip


@pytest.mark.parametrize(("given", "texts", "typed"), COLUMNS)
def test_numbers_keep_every_digit(given: pa.ChunkedArray, texts: list[Any], typed: bytes) -> None:
    assert json_column(given, is_time=False, has_typed_numbers=False) == texts
    found = json_column(given, is_time=False, has_typed_numbers=True)
    assert orjson.dumps(found) == typed


def test_moments_are_cut_to_the_millisecond_and_have_no_zone() -> None:
    moments = column([1_704_164_645_678_901, None], pa.timestamp("us"))
    assert json_column(moments, is_time=True, has_typed_numbers=False) == [
        "2024-01-02T03:04:05.678",
        None,
    ]
    days = column([19_724], pa.date32())
    assert json_column(days, is_time=True, has_typed_numbers=False) == ["2024-01-02T00:00:00.000"]
    texts = column(["2024"], pa.string())
    assert json_column(texts, is_time=True, has_typed_numbers=False) == ["2024"]


def test_arrow_has_native_types_and_the_rest_as_metadata(shop: Shop) -> None:
    answer = shop.ask("load", {**BY_STATUS, "responseFormat": "arrow", "total": True})
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column_names == [
        "sales.status",
        "sales.count",
        "sales.shipping",
        "sales.first_at",
    ]
    assert pa.types.is_decimal(table.schema.field("sales.shipping").type)
    assert table.column("sales.count").to_pylist() == [2, 2]
    beside = orjson.loads(table.schema.metadata[b"loge"])
    assert beside["total"] == 2
    assert beside["annotation"]["measures"]["sales.shipping"]["currency"] == "EUR"
    assert beside["lastRefreshTime"] == "2026-01-01T00:00:00.000Z"


def test_measures_of_time_are_shown_as_times(shop: Shop) -> None:
    found = shop.load({"measures": ["orders.first_at"]})["results"][0]["data"]
    assert found == [{"orders.first_at": "2024-01-05T10:00:00.000"}]


@pytest.mark.parametrize("form", ["default", "compact", "columnar"])
def test_answers_of_load_are_what_the_openapi_promises(shop: Shop, form: str) -> None:
    validator_for(promise("load")).validate(shop.load({**BY_STATUS, "responseFormat": form}))


def test_the_description_of_members_is_what_the_openapi_promises(shop: Shop) -> None:
    with shop.http(token()) as http:
        plain, extended = http.get("/meta").json(), http.get("/meta?extended").json()
    for one in (plain, extended):
        validator_for(promise("meta")).validate(one)


def test_errors_are_what_the_openapi_promises(shop: Shop) -> None:
    for query in ({}, {"measures": ["xyzzy.qqq"]}, {"measures": ["orders.count"], "limit": 60_000}):
        answer = shop.ask("load", query)
        assert answer.status_code >= 400
        validator_for(promise("error")).validate(answer.json())

"""What the engine has becomes what is described, or is refused by the name of its column."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pytest

from semantic.wire.contracts import BINARY, TEXT, CopyForm, WireColumn
from semantic.wire.encoding import (
    EncodingError,
    LineWriter,
    copy_encoder,
    encoder,
    oid_of,
    rows,
    types,
)
from tests.semantic.wire.encoding.kinds import KINDS
from tests.semantic.wire.encoding.test_encoding import Sent, data_rows, sent_of

SAME = [
    (types.NUMERIC, "170141183460469231731687303715884105727::HUGEINT", "numeric"),
    (types.INT8, "12::HUGEINT", "bigint"),
    (types.INT4, "12::UTINYINT", "integer"),
    (types.INT8, "12::DECIMAL(5, 0)", "bigint"),
    (types.NUMERIC, "18446744073709551615::UBIGINT", "numeric"),
    (types.NUMERIC, "12::INTEGER", "numeric"),
    (types.NUMERIC, "1.5::FLOAT", "numeric"),
    (types.NUMERIC, "(-0.05)::DECIMAL(4, 2)", "numeric(4, 2)"),
    (types.FLOAT8, "1.25::DECIMAL(4, 2)", "double precision"),
    (types.FLOAT8, "3::INTEGER", "double precision"),
    (types.TEXT, "'b'::ENUM('a', 'b')", "text"),
    (types.UUID, "'0198C0DE-0000-7000-8000-0000000000ff'::UUID", "uuid"),
    (types.JSON, "'{\"a\": 1}'::JSON", "json"),
    (types.JSONB, "'{\"a\": 1}'::JSON", "jsonb"),
    (types.TIMESTAMP, "DATE '2024-02-29'", "timestamp"),
    (types.TIMESTAMP, "TIMESTAMP_S '2024-02-29 12:00:00'", "timestamp"),
    (types.TIMESTAMPTZ, "TIMESTAMPTZ '2024-07-01 00:00:00+00'", "timestamptz"),
    (types.DATE, "'infinity'::DATE", "date"),
    (types.DATE, "'-infinity'::DATE", "date"),
    (types.TIMESTAMP, "'-infinity'::TIMESTAMP", "timestamp"),
    (types.INTERVAL, "INTERVAL '1 year 2 months -3 days 4 hours'", "interval"),
    (types.BYTEA, "'\\x00\\xFF'::BLOB", "bytea"),
    (1009, "['a', NULL, 'b c']", "text[]"),
    (1007, "array_value(1, 2)", "integer[]"),
    (1007, "[]::INTEGER[]", "integer[]"),
    (1007, "[NULL]", "integer[]"),
    (1007, "NULL", "integer[]"),
    (types.NUMERIC, "NULL", "numeric"),
    (types.DATE, "NULL", "date"),
]
IN_POSTGRESQL = {
    "'\\x00\\xFF'::BLOB": "'\\x00ff'",
    "array_value(1, 2)": "'{1,2}'",
    "['a', NULL, 'b c']": "ARRAY['a', NULL, 'b c']",
    "[]::INTEGER[]": "'{}'",
    "[NULL]": "'{NULL}'",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.postgres
@pytest.mark.parametrize(("oid", "found", "declared"), SAME)
def test_results_of_the_engine_are_sent_as_their_types_are(
    server: psycopg.Connection[Any],
    engine: duckdb.DuckDBPyConnection,
    oid: int,
    found: str,
    declared: str,
) -> None:
    server.execute("SET TimeZone = 'Europe/Brussels'")
    batch = engine.sql(f"SELECT {found} AS a").to_arrow_table().to_batches()[0]
    shown = IN_POSTGRESQL.get(found, found.partition("::")[0].replace("_S ", " "))
    shown = shown.removesuffix("::BLOB")
    sent = Sent((WireColumn("a", oid),), batch, f"SELECT ({shown})::{declared}", "Europe/Brussels")
    for format_ in (TEXT, BINARY):
        ours = encoder(sent.with_formats([format_]), sent.zone).rows(batch)
        assert bytes(ours) == data_rows(server, sent, [format_])


def batch_of(array: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([array], ["a"])


REFUSED = [
    (types.INT2, pa.array([32_768]), "22003", "smallint out of range"),
    (types.INT4, pa.array([Decimal(2**31)], pa.decimal128(38, 0)), "22003", "integer out of range"),
    (types.OID, pa.array([-1]), "22003", "oid out of range"),
    (types.INT4, pa.array([1.5]), "42804", "integer cannot be sent from values of type double"),
    (types.TEXT, pa.array([1]), "42804", "text cannot be sent from values of type int64"),
    (types.BOOL, pa.array([1]), "42804", "boolean cannot be sent from values of type int64"),
    (1007, pa.array([[[1]]]), "0A000", "an array of one dimension"),
    (1007, pa.array([1]), "0A000", "an array of one dimension"),
    (1007, pa.array([["a"]]), "42804", "integer cannot be sent"),
    (types.TIMESTAMP, pa.array([0], pa.timestamp("us", "UTC")), "42804", "timestamp cannot"),
    (types.TIMESTAMPTZ, pa.array([0], pa.timestamp("us")), "42804", "with time zone cannot"),
]


@pytest.mark.parametrize(("oid", "array", "sqlstate", "message"), REFUSED)
@pytest.mark.parametrize("format_", [TEXT, BINARY])
def test_values_that_are_not_of_the_type_are_refused_by_column(
    oid: int, array: pa.Array, sqlstate: str, message: str, format_: int
) -> None:
    encoding = encoder([WireColumn("net", oid, -1, format_)])
    with pytest.raises(EncodingError, match=message) as refused:
        encoding.rows(batch_of(array))
    assert refused.value.message.startswith('column "net": ')
    assert refused.value.sqlstate == sqlstate


@pytest.mark.parametrize("wrong", ["short", "0198c0de+0000-7000-8000-0000000000f", "x" * 36])
def test_a_text_that_is_no_uuid_is_not_sent_as_one(wrong: str) -> None:
    encoding = encoder([WireColumn("id", types.UUID, -1, BINARY)])
    with pytest.raises(EncodingError, match="no UUID"):
        encoding.rows(batch_of(pa.array([wrong])))


@pytest.mark.parametrize("oid", [600, 1001 + 1, 3904])
def test_types_without_an_encoding_are_refused_before_any_row(oid: int) -> None:
    with pytest.raises(EncodingError, match=f'column "place" has type {oid}') as refused:
        encoder([WireColumn("place", oid)])
    assert refused.value.sqlstate == "0A000"
    with pytest.raises(EncodingError, match=f"type {oid}"):
        copy_encoder([WireColumn("place", oid)], CopyForm())


def test_arrays_are_called_by_their_elements() -> None:
    assert types.name_of(1009) == "text[]"


def test_large_batches_are_encoded_in_parts_to_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = batch_of(pa.array(["one", None, "three", "four", "five"]))
    encoding = encoder([WireColumn("a", types.TEXT)])
    whole = bytes(encoding.rows(batch))
    monkeypatch.setattr(rows, "PART_BYTES", 4)
    assert bytes(encoding.rows(batch)) == whole


MONTHS = pa.MonthDayNano([1, 2, 3000])


def test_batches_that_were_cut_from_others_are_encoded_from_where_they_begin() -> None:
    kinds: list[tuple[int, pa.Array]] = [
        (types.TEXT, pa.array(["a", "bcd", None, "efgh"])),
        (types.INT4, pa.array([1, 2, None, 4], pa.int32())),
        (types.BOOL, pa.array([True, False, None, True])),
        (types.NUMERIC, pa.array([Decimal("1.5"), Decimal("-2.5"), None, Decimal(0)])),
        (types.INTERVAL, pa.array([MONTHS, MONTHS, None, pa.MonthDayNano([7, 8, 9000])])),
        (types.BYTEA, pa.array([b"a", b"bcd", None, b"\xff"])),
        (1007, pa.array([[1], [], None, [2, None]], pa.list_(pa.int32()))),
    ]
    whole = pa.RecordBatch.from_arrays([one for _, one in kinds], [str(oid) for oid, _ in kinds])
    rebuilt = pa.RecordBatch.from_arrays(
        [pa.array(one.to_pylist()[1:], one.type) for _, one in kinds], whole.schema.names
    )
    for format_ in (TEXT, BINARY):
        encoding = encoder([WireColumn(str(oid), oid, -1, format_) for oid, _ in kinds])
        assert bytes(encoding.rows(whole.slice(1))) == bytes(encoding.rows(rebuilt))


def test_without_columns_each_row_is_an_empty_one() -> None:
    batch = pa.RecordBatch.from_struct_array(pa.array([{}, {}], pa.struct([])))
    assert bytes(encoder([]).rows(batch)) == b"D\0\0\0\x06\0\0" * 2


INFINITY, NAN = float("inf"), float("nan")
INSTANT = pa.timestamp("us", "UTC")
EDGES = [
    (
        "double precision",
        pa.float64(),
        [0.0, -0.0, INFINITY, -INFINITY, NAN, 1e-5, 1e10, 1e15, 2.0**60, 27918423464290391.0],
    ),
    (
        "double precision",
        pa.float64(),
        [-1e23, 1.52587890625e18, 1.7976931348623157e308],
    ),
    ("real", pa.float32(), [0.0, -0.0, 1e6, 1.5, 999999.0]),
    ("numeric", pa.float64(), [0.0, -0.0, INFINITY, -INFINITY, NAN, 1e20, -1.5, 1e-7]),
    ("numeric", pa.float64(), [-120000.5, None, 0.25, 7.0]),
    ("numeric", pa.float64(), [1e300, -1e300, 3.0]),
    ("numeric(38,2)", pa.decimal128(38, 2), [Decimal("0.00"), Decimal("-0.01"), Decimal("1" * 36)]),
    ("numeric(76,20)", pa.decimal256(76, 20), [Decimal("-1." + "3" * 20), Decimal("0.00")]),
    ("date", pa.date32(), [0, -800_000, 4_000_000]),
    ("timestamptz", INSTANT, [0, -70_000_000_000_000_000, 9_000_000_000_000_000_000]),
    ("timestamptz", INSTANT, [63_593_069_999_999, 63_593_070_000_000, 63_593_100_000_000]),
    ("interval", pa.month_day_nano_interval(), [(0, 0, 0), (-14, 3, 4), (1, -1, 1_500_000)]),
    ("interval", pa.month_day_nano_interval(), [(0, -1, -1), (12, 1, 0), (0, 0, -90_000_000_000)]),
]  # fmt: skip


@pytest.mark.postgres
@pytest.mark.parametrize(("name", "arrow", "values"), EDGES)
def test_values_at_the_edges_of_their_types_are_sent_as_postgresql_does(
    server: psycopg.Connection[Any], name: str, arrow: pa.DataType, values: list[Any]
) -> None:
    (kind,) = (one for one in KINDS if one.name == name and one.arrow == arrow)
    sent = sent_of([kind], [values], "Africa/Monrovia")
    server.execute("SET TimeZone = 'Africa/Monrovia'")
    for format_ in (TEXT, BINARY):
        found = encoder(sent.with_formats([format_]), sent.zone).rows(sent.batch)
        assert bytes(found) == data_rows(server, sent, [format_])


def test_fields_with_quotes_in_csv_are_quoted_and_others_are_not() -> None:
    batch = batch_of(pa.array(["plain", 'say "a, b"', "", None, "\\."]))
    encoding = copy_encoder([WireColumn("a", types.TEXT)], CopyForm("csv", ",", ""))
    lines = bytes(encoding.rows(batch)).split(b"d\0\0\0")
    shown = [b"", b"\nplain\n", b'\x13"say ""a, b"""\n', b'\x07""\n', b"\x05\n", b'\t"\\."\n']
    assert lines == shown
    assert (encoding.head(), encoding.tail()) == (b"", b"")


def test_signs_of_text_copies_have_backslashes_before_them() -> None:
    batch = batch_of(pa.array(["plain", "a\tb\\c\n", None, "|"]))
    encoding = copy_encoder([WireColumn("a", types.TEXT)], CopyForm(delimiter="|", null="none"))
    lines = bytes(encoding.rows(batch)).split(b"d\0\0\0")
    assert lines == [b"", b"\nplain\n", b"\x0e" + rb"a\tb\\c\n" + b"\n", b"\tnone\n", b"\x07\\|\n"]


def test_lines_with_nothing_to_escape_are_left_as_they_are() -> None:
    batch = batch_of(pa.array(["plain", "text"]))
    encoding = copy_encoder([WireColumn("a", types.TEXT)], CopyForm())
    assert bytes(encoding.rows(batch)) == b"d\0\0\0\nplain\nd\0\0\0\ttext\n"


def test_the_signature_of_a_binary_copy_comes_with_its_first_row() -> None:
    encoding = copy_encoder([WireColumn("a", types.INT2)], CopyForm("binary"))
    rows_ = [bytes(encoding.rows(batch_of(pa.array(one, pa.int16())))) for one in ([1, 2], [3])]
    head = b"d\0\0\0\x1f" + b"PGCOPY\n\xff\r\n\0" + bytes(8)
    row = b"\0\x01\0\0\0\x02\0"
    assert rows_[0] == head + row + b"\x01" + b"d\0\0\0\x0c" + row + b"\x02"
    assert rows_[1] == b"d\0\0\0\x0c" + row + b"\x03"
    assert encoding.tail() == b"d\0\0\0\x06\xff\xff"


def test_a_binary_copy_without_rows_has_its_signature_and_its_end() -> None:
    encoding = copy_encoder([WireColumn("a", types.TEXT)], CopyForm("binary"))
    assert encoding.head() == b""
    assert bytes(encoding.rows(batch_of(pa.array([], pa.string())))) == b""
    signature = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    assert encoding.tail() == b"d\0\0\0\x19" + signature + b"\xff\xff"


SHOWN = [
    (pa.dictionary(pa.uint8(), pa.string()), types.TEXT),
    (pa.list_(pa.int64()), 1231),
    (pa.null(), types.TEXT),
    (pa.bool_(), types.BOOL),
    (pa.decimal128(10, 2), types.NUMERIC),
    (pa.float32(), types.FLOAT4),
    (pa.float64(), types.FLOAT8),
    (pa.binary(), types.BYTEA),
    (pa.date32(), types.DATE),
    (pa.timestamp("us", "UTC"), types.TIMESTAMPTZ),
    (pa.timestamp("us"), types.TIMESTAMP),
    (pa.time64("us"), types.TIME),
    (pa.month_day_nano_interval(), types.INTERVAL),
]


@pytest.mark.parametrize(("kind", "oid"), SHOWN)
def test_every_type_of_arrow_is_shown_as_the_one_of_postgresql(kind: pa.DataType, oid: int) -> None:
    assert oid_of(kind) == oid


def test_lines_without_messages_stand_as_in_a_file() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([1, None])], ["a"])
    writer = LineWriter(
        [WireColumn("a", types.INT8)], CopyForm("csv", ",", "", has_header=True), has_messages=False
    )
    assert writer.head() + bytes(writer.rows(batch)) + writer.tail() == b"a\n1\n\n"


def test_a_type_without_a_text_is_refused() -> None:
    with pytest.raises(EncodingError, match="no text"):
        oid_of(pa.struct([("a", pa.int64())]))

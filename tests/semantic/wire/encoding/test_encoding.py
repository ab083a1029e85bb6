"""What is sent is what PostgreSQL sends of the same values, to the byte."""

import struct
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from semantic.wire.contracts import BINARY, TEXT, CopyForm, WireColumn
from semantic.wire.encoding import copy_encoder, encoder
from tests.semantic.wire.encoding.kinds import KINDS, Kind

pytestmark = pytest.mark.postgres
ZONES = ["UTC", "Europe/Brussels", "America/St_Johns", "Asia/Kolkata", "Africa/Monrovia"]
NAMES = ["a", "b, c", 'd"e', "f\tg", "h\\.", "i"]


@dataclass
class Sent:
    """Rows in columns: as Arrow, and as a statement that selects the same."""

    columns: tuple[WireColumn, ...]
    batch: pa.RecordBatch
    sql: str
    zone: str

    def with_formats(self, formats: list[int]) -> tuple[WireColumn, ...]:
        pairs = zip(self.columns, formats, strict=True)
        return tuple(replace(column, format=format_) for column, format_ in pairs)


@st.composite
def sents(draw: st.DrawFn) -> Sent:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    count = draw(st.integers(0, 5))
    is_full = draw(st.booleans())
    columns = [
        draw(
            st.lists(
                kind.values if is_full else st.none() | kind.values,
                min_size=count,
                max_size=count,
            )
        )
        for kind in kinds
    ]
    return sent_of(kinds, columns, draw(st.sampled_from(ZONES)))


def sent_of(kinds: list[Kind], columns: list[list[Any]], zone: str = "UTC") -> Sent:
    """Put columns side by side; a row without values is appended and left out again."""
    rows = [
        ", ".join(
            f"({'NULL' if value is None else kind.sql(value)})::{kind.name}"
            for kind, value in zip(kinds, row, strict=True)
        )
        for row in [*zip(*columns, strict=True), (None,) * len(kinds)]
    ]
    names = [NAMES[place] for place in range(len(kinds))]
    quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    values = ", ".join(f"({row})" for row in rows)
    sql = f"SELECT * FROM (VALUES {values}) AS v({quoted}) LIMIT {len(rows) - 1}"
    arrays = [kind.column(values) for kind, values in zip(kinds, columns, strict=True)]
    described = tuple(WireColumn(name, kind.oid) for name, kind in zip(names, kinds, strict=True))
    return Sent(described, pa.RecordBatch.from_arrays(arrays, names), sql, zone)


def data_rows(connection: psycopg.Connection[Any], sent: Sent, formats: list[int]) -> bytes:
    """The DataRow messages of PostgreSQL, from what its own client library found in them."""
    by_format = {
        one: connection.execute(sent.sql, binary=bool(one)).pgresult for one in set(formats)
    }
    stream = b""
    for row in range(sent.batch.num_rows):
        body = struct.pack(">h", len(formats))
        for place, format_ in enumerate(formats):
            result = by_format[format_]
            assert result is not None
            value = result.get_value(row, place)
            body += struct.pack(">i", -1 if value is None else len(value)) + (value or b"")
        stream += b"D" + struct.pack(">i", len(body) + 4) + body
    return stream


def set_zone(connection: psycopg.Connection[Any], zone: str) -> None:
    connection.execute("SELECT set_config('TimeZone', %s, false)", [zone])


@given(sent=sents(), data=st.data())
@settings(max_examples=40)
def test_rows_are_what_postgresql_sends(
    server: psycopg.Connection[Any], sent: Sent, data: st.DataObject
) -> None:
    set_zone(server, sent.zone)
    note(sent.sql)
    count = len(sent.columns)
    formats = data.draw(st.lists(st.sampled_from([TEXT, BINARY]), min_size=count, max_size=count))
    found = encoder(sent.with_formats(formats), sent.zone).rows(sent.batch)
    assert bytes(found) == data_rows(server, sent, formats)


def copied(connection: psycopg.Connection[Any], sent: Sent, options: str) -> bytes:
    """The CopyData messages of PostgreSQL."""
    stream = b""
    with connection.cursor().copy(f"COPY ({sent.sql}) TO STDOUT ({options})") as lines:
        for line in lines:
            stream += b"d" + struct.pack(">i", len(line) + 4) + bytes(line)
    return stream


def encoded(sent: Sent, form: CopyForm) -> bytes:
    """The same of ours, in two batches."""
    encoding = copy_encoder(sent.columns, form, sent.zone)
    parts = [encoding.head()]
    parts.extend(bytes(encoding.rows(one)) for one in (sent.batch.slice(0, 2), sent.batch.slice(2)))
    return b"".join([*parts, encoding.tail()])


FORMS = [
    ("FORMAT text", CopyForm()),
    ("FORMAT text, HEADER", CopyForm(has_header=True)),
    ("FORMAT text, DELIMITER '|', NULL 'none'", CopyForm(delimiter="|", null="none")),
    ("FORMAT text, DELIMITER ':', NULL ''", CopyForm(delimiter=":", null="")),
    ("FORMAT text, DELIMITER E'\\x01'", CopyForm(delimiter="\x01")),
    ("FORMAT csv, HEADER", CopyForm("csv", ",", "", has_header=True)),
    ("FORMAT csv, FORCE_QUOTE *", CopyForm("csv", ",", "", forced=frozenset(NAMES))),
    ("FORMAT csv, FORCE_QUOTE (a)", CopyForm("csv", ",", "", forced=frozenset({"a"}))),
    (
        "FORMAT csv, DELIMITER '-', QUOTE '1', ESCAPE '\\', NULL 'NULL'",
        CopyForm("csv", "-", "NULL", quote="1", escape="\\"),
    ),
    ("FORMAT csv, QUOTE '''', DELIMITER ';'", CopyForm("csv", ";", "", quote="'", escape="'")),
    ("FORMAT binary", CopyForm("binary")),
]


@given(sent=sents(), form=st.sampled_from(FORMS))
@settings(max_examples=40)
def test_copies_are_what_postgresql_sends(
    server: psycopg.Connection[Any], sent: Sent, form: tuple[str, CopyForm]
) -> None:
    set_zone(server, sent.zone)
    note(f"{form} {sent.sql}")
    assert encoded(sent, form[1]) == copied(server, sent, form[0])

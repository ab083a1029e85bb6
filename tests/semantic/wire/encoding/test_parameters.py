"""Parameters in binary are read as what PostgreSQL would show of them."""

import struct
from typing import Any

import psycopg
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from semantic.wire.contracts import BINARY, TEXT
from semantic.wire.encoding import EncodingError, decode_parameter, types
from tests.semantic.wire.encoding.kinds import KINDS, Kind


@st.composite
def values(draw: st.DrawFn) -> list[tuple[Kind, Any]]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    return [(kind, draw(kind.values)) for kind in kinds]


@pytest.mark.postgres
@given(sent=values())
@settings(max_examples=30)
def test_parameters_are_read_as_postgresql_shows_them(
    server: psycopg.Connection[Any], sent: list[tuple[Kind, Any]]
) -> None:
    shown = ", ".join(f"({kind.sql(value)})::{kind.name}" for kind, value in sent)
    note(shown)
    server.execute("SET TimeZone = 'UTC'")
    binary = server.execute(f"SELECT {shown}", binary=True).pgresult
    text = server.execute(f"SELECT {shown}").pgresult
    assert binary is not None
    assert text is not None
    for place, (kind, _) in enumerate(sent):
        expected = text.get_value(0, place)
        assert expected is not None
        assert decode_parameter(kind.oid, TEXT, expected) == expected.decode()
        assert decode_parameter(kind.oid, BINARY, binary.get_value(0, place)) == expected.decode()


def test_a_parameter_without_a_value_has_none() -> None:
    assert decode_parameter(types.INT4, BINARY, None) is None
    assert decode_parameter(types.TEXT, TEXT, None) is None


def test_numbers_are_cut_to_the_decimals_that_they_say_they_have() -> None:
    sent = struct.pack(">hhHH3H", 3, 0, 0x4000, 2, 12, 3456, 7000)
    assert decode_parameter(types.NUMERIC, BINARY, sent) == "-12.34"
    sent = struct.pack(">hhHH1H", 1, -1, 0x4000, 0, 3456)
    assert decode_parameter(types.NUMERIC, BINARY, sent) == "0"


NUMERIC = types.NUMERIC
INT4S = 1007
WRONG = [
    (types.TEXT, b"a\0", "22021"),
    (types.INT4, b"\0\0\0", "22P03"),
    (types.INT8, b"", "22P03"),
    (types.BOOL, b"\0\0", "22P03"),
    (types.TIME, struct.pack(">q", -1), "22P03"),
    (types.TIME, struct.pack(">q", 86_400_000_001), "22P03"),
    (types.UUID, bytes(15), "22P03"),
    (types.JSONB, b"\x02{}", "22P03"),
    (types.JSONB, b"", "22P03"),
    (types.TEXT, b"\xff", "22021"),
    (types.TEXT, b"a\0b", "22021"),
    (NUMERIC, b"", "22P03"),
    (NUMERIC, struct.pack(">hhHH1H", 1, 0, 0, 0, 10_000), "22P03"),
    (NUMERIC, struct.pack(">hhHH1H", 2, 0, 0, 0, 1), "22P03"),
    (NUMERIC, struct.pack(">hhHH", -1, 0, 0, 0), "22P03"),
    (NUMERIC, struct.pack(">hhHH", 0, 0, 1, 0), "22P03"),
    (NUMERIC, struct.pack(">hhHH1H", 1, 32_000, 0, 0, 1), "22P03"),
    (NUMERIC, struct.pack(">hhHH1H", 1, 0, 0, 16_000, 1), "22P03"),
    (INT4S, struct.pack(">iii", 0, 0, types.INT8), "22P03"),
    (INT4S, struct.pack(">iii", 2, 0, types.INT4), "0A000"),
    (INT4S, struct.pack(">iiiii", 1, 0, types.INT4, 1, 1), "22P03"),
    (INT4S, struct.pack(">iiiiiii", 1, 0, types.INT4, 1, 1, 9, 1), "22P03"),
    (INT4S, struct.pack(">iiiiii", 1, 0, types.INT4, 1, 1, -2), "22P03"),
    (INT4S, struct.pack(">iii", 0, 0, types.INT4) + b"?", "22P03"),
    (INT4S, struct.pack(">iiiii", 1, 0, types.INT4, 2**31 - 1, 1), "22P03"),
    (1700 + 1, b"", "0A000"),
    (869, b"\x02\x20\0\x04\x7f\0\0\1", "0A000"),
]


@pytest.mark.parametrize(("oid", "sent", "sqlstate"), WRONG)
def test_bytes_that_are_no_value_are_refused(oid: int, sent: bytes, sqlstate: str) -> None:
    with pytest.raises(EncodingError) as refused:
        decode_parameter(oid, BINARY, sent)
    assert refused.value.sqlstate == sqlstate


@given(oid=st.sampled_from([kind.oid for kind in KINDS]), sent=st.binary(max_size=60))
def test_whatever_is_sent_is_read_or_refused(oid: int, sent: bytes) -> None:
    try:
        found = decode_parameter(oid, BINARY, sent)
    except EncodingError as error:
        assert error.sqlstate in {"22P03", "22021", "0A000"}  # noqa: PT017 - either way is right
    else:
        assert found is not None


READ = [
    (types.BOOL, b"\x01", "t"),
    (types.DATE, struct.pack(">i", 2**31 - 1), "infinity"),
    (types.DATE, struct.pack(">i", -(2**31)), "-infinity"),
    (types.TIMESTAMP, struct.pack(">q", 2**63 - 1), "infinity"),
    (types.TIMESTAMPTZ, struct.pack(">q", -(2**63)), "-infinity"),
    (types.DATE, struct.pack(">i", 0), "2000-01-01"),
    (types.TIMESTAMP, struct.pack(">q", 1), "2000-01-01 00:00:00.000001"),
    (types.TIMESTAMPTZ, struct.pack(">q", 0), "2000-01-01 00:00:00+00"),
    (types.TIME, struct.pack(">q", 86_400_000_000), "24:00:00"),
    (types.INTERVAL, struct.pack(">qii", 1_000_000, -2, 14), "1 year 2 mons -2 days +00:00:01"),
    (types.FLOAT4, struct.pack(">f", 0.1), "0.1"),
    (types.FLOAT8, struct.pack(">d", 1e15), "1e+15"),
    (types.UUID, bytes(16), "00000000-0000-0000-0000-000000000000"),
    (types.JSONB, b"\x01[]", "[]"),
    (types.BYTEA, b"\0\xff", "\\x00ff"),
    (INT4S, struct.pack(">iiiiiiii", 1, 1, types.INT4, 2, 1, -1, 4, 7), "{NULL,7}"),
    (INT4S, struct.pack(">iii", 0, 0, types.INT4), "{}"),
    (1009, struct.pack(">iiiiii", 1, 0, types.TEXT, 1, 1, 3) + b'a"\\', '{"a\\"\\\\"}'),
    (NUMERIC, struct.pack(">hhHH", 0, 0, 0xC000, 0), "NaN"),
]


@pytest.mark.parametrize(("oid", "sent", "shown"), READ)
def test_values_of_every_form_are_read(oid: int, sent: bytes, shown: str) -> None:
    assert decode_parameter(oid, BINARY, sent) == shown

"""Values of every type: as Arrow holds them, and as SQL that makes PostgreSQL have the same."""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from semantic.wire.encoding import types

SPECIAL = "\\\t\n\r\v\f\b\"',;|{}. aNULné€"
MICROS_OF_DAY = 86_400_000_000
INFINITE_DAY, INFINITE_MOMENT = 2**31 - 1, 2**63 - 1


@dataclass(frozen=True)
class Kind:
    """A type of PostgreSQL, values for it, and how both sides write them."""

    name: str
    oid: int
    arrow: pa.DataType
    values: st.SearchStrategy[Any]
    sql: Callable[[Any], str]
    held: Callable[[list[Any], pa.DataType], pa.Array] = pa.array

    def column(self, values: list[Any]) -> pa.Array:
        return self.held(values, self.arrow)


def literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def shown_clock(micros: int) -> str:
    second, rest = divmod(micros, 1_000_000)
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{rest:06}"


def day_sql(day: int) -> str:
    if abs(day) == INFINITE_DAY:
        return literal("infinity" if day > 0 else "-infinity")
    return f"('1970-01-01'::date + ({day}))"


def moment_sql(micros: int) -> str:
    if abs(micros) == INFINITE_MOMENT:
        return literal("infinity" if micros > 0 else "-infinity") + "::timestamp"
    day, within = divmod(micros, MICROS_OF_DAY)
    return f"({day_sql(day)} + '{shown_clock(within)}'::time)"


def instant_sql(micros: int) -> str:
    return f"({moment_sql(micros)} AT TIME ZONE 'UTC')"


def interval_sql(value: tuple[int, int, int]) -> str:
    months, days, micros = value
    clock = ("-" if micros < 0 else "") + shown_clock(abs(micros))
    return literal(f"{months} mons {days} days {clock}")


def counted(values: list[int | None], arrow: pa.DataType) -> pa.Array:
    """Days, times and moments, which Python's own types cannot hold all of."""
    return pa.array(values, pa.int32() if arrow.bit_width == 32 else pa.int64()).view(arrow)


def intervals(values: list[tuple[int, int, int] | None], arrow: pa.DataType) -> pa.Array:
    shown = [(0, 0, 0) if one is None else one for one in values]
    held = b"".join(struct.pack("<iiq", months, days, us * 1000) for months, days, us in shown)
    bits = np.packbits(
        np.array([one is not None for one in values], bool), bitorder="little"
    ).tobytes()
    buffers = [pa.py_buffer(bits), pa.py_buffer(held)]
    return pa.Array.from_buffers(arrow, len(values), buffers)


def moments(within: int) -> st.SearchStrategy[int]:
    """Moments of usual years often, of any year, and the ends of time."""
    usual = st.integers(-2_208_988_800_000_000, 4_102_444_799_999_999)
    whole = usual.map(lambda one: one // MICROS_OF_DAY * MICROS_OF_DAY)
    second = usual.map(lambda one: one // 1_000_000 * 1_000_000)
    any_ = st.integers(-210_000_000_000_000_000, within)
    ends = st.sampled_from([INFINITE_MOMENT, -INFINITE_MOMENT])
    return st.one_of(usual, whole, second, any_, ends)


def decimal_kind(width: int, scale: int, arrow: pa.DataType) -> Kind:
    small = st.integers(-(10**6), 10**6)
    sizes = st.integers(1, width).flatmap(
        lambda digits: st.integers(-(10**digits) + 1, 10**digits - 1)
    )
    values = st.one_of(small, sizes).filter(lambda one: abs(one) < 10**width)
    return Kind(
        f"numeric({width},{scale})",
        types.NUMERIC,
        arrow,
        values.map(lambda one: Decimal((int(one < 0), tuple(map(int, str(abs(one)))), -scale))),
        lambda one: literal(format(one, "f")),
    )


def jsons() -> st.SearchStrategy[str]:
    return st.dictionaries(st.sampled_from("ab"), st.text(SPECIAL), max_size=2).map(
        lambda one: json.dumps(one, sort_keys=True, ensure_ascii=False)
    )


def _canonical(value: float) -> float:
    """There is one NaN in PostgreSQL."""
    return math.nan if math.isnan(value) else value


TEXTS = st.one_of(
    st.text(SPECIAL, max_size=6),
    st.sampled_from(["", "NULL", "null", "\\.", "\\N"]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80),
)
FLOATS = st.one_of(
    st.floats(),
    st.integers(-(10**17), 10**17).map(float),
    st.decimals(-(10**12), 10**12, places=3).map(float),
    st.sampled_from([0.0, -0.0, 1e-4, 9.999e-5, 1e15, 1e14, 1e10, 5e-324, 1.7976931348623157e308]),
    st.sampled_from([2.791842346429039e16, 9007199254740994.0, 2.0**60, -1e23, 1e300]),
).map(_canonical)
SINGLES = st.one_of(
    st.floats(width=32), st.sampled_from([0.0, -0.0, 1e6, 1.0, 16777216.0, 2.0**30, 8.5899346e9])
).map(_canonical)
DAYS = st.one_of(
    st.integers(-25_567, 47_481),
    st.integers(-2_400_000, 2_100_000_000),
    st.sampled_from([INFINITE_DAY, -INFINITE_DAY]),
)
CLOCKS = st.one_of(
    st.integers(0, MICROS_OF_DAY),
    st.integers(0, 86_400).map(lambda second: second * 1_000_000),
)
INTERVALS = st.tuples(
    st.integers(-40, 40),
    st.integers(-40, 40),
    st.one_of(st.just(0), st.integers(-(10**12), 10**12), st.just(3_000_000)),
)
LAST_MOMENT = 9_223_000_000_000_000_000
"""Somewhat before the end of time, so that clocks of any zone can show it."""


def whole(name: str, oid: int, arrow: pa.DataType, bits: int) -> Kind:
    edge = 2 ** (bits - 1)
    values = st.one_of(st.integers(-999, 999), st.integers(-edge, edge - 1))
    return Kind(name, oid, arrow, values, literal)


def text(name: str, oid: int, values: st.SearchStrategy[str] = TEXTS) -> Kind:
    return Kind(name, oid, pa.string(), values, literal)


SCALARS = [
    Kind("boolean", types.BOOL, pa.bool_(), st.booleans(), literal),
    whole("smallint", types.INT2, pa.int16(), 16),
    whole("integer", types.INT4, pa.int32(), 32),
    whole("bigint", types.INT8, pa.int64(), 64),
    Kind("oid", types.OID, pa.uint32(), st.integers(0, 2**32 - 1), literal),
    Kind("real", types.FLOAT4, pa.float32(), SINGLES, lambda one: literal(np.float32(one))),
    Kind("double precision", types.FLOAT8, pa.float64(), FLOATS, lambda one: literal(repr(one))),
    *(decimal_kind(38, scale, pa.decimal128(38, scale)) for scale in (0, 1, 2, 3, 6, 19, 37)),
    decimal_kind(18, 2, pa.decimal128(18, 2)),
    decimal_kind(76, 20, pa.decimal256(76, 20)),
    Kind("numeric", types.NUMERIC, pa.int64(), st.integers(-(2**63), 2**63 - 1), literal),
    Kind("numeric", types.NUMERIC, pa.float64(), FLOATS, lambda one: literal(plain(one))),
    text("text", types.TEXT),
    text("character varying", types.VARCHAR),
    text("json", types.JSON, jsons()),
    text("jsonb", types.JSONB, jsons()),
    text("uuid", types.UUID, st.uuids().map(str)),
    Kind(
        "bytea",
        types.BYTEA,
        pa.binary(),
        st.binary(max_size=9),
        lambda one: literal(f"\\x{one.hex()}"),
    ),
    Kind("date", types.DATE, pa.date32(), DAYS, day_sql, counted),
    Kind(
        "time",
        types.TIME,
        pa.time64("us"),
        CLOCKS,
        lambda one: literal(shown_clock(one)),
        counted,
    ),
    Kind(
        "timestamp",
        types.TIMESTAMP,
        pa.timestamp("us"),
        moments(LAST_MOMENT),
        moment_sql,
        counted,
    ),
    Kind(
        "timestamptz",
        types.TIMESTAMPTZ,
        pa.timestamp("us", "UTC"),
        moments(LAST_MOMENT),
        instant_sql,
        counted,
    ),
    Kind(
        "interval",
        types.INTERVAL,
        pa.month_day_nano_interval(),
        INTERVALS,
        interval_sql,
        intervals,
    ),
]


def plain(value: float) -> str:
    """The digits of a double without an exponent, as PostgreSQL's own cast leaves them."""
    shown = format(Decimal(repr(value)), "f").removesuffix(".0")
    return "0" if shown == "-0" else shown


def array_of(kind: Kind) -> Kind:
    """The type of arrays of a type."""
    (oid,) = (oid for oid, element in types.ELEMENTS.items() if element == kind.oid)

    def sql(values: list[Any]) -> str:
        shown = ("NULL" if one is None else kind.sql(one) for one in values)
        return f"ARRAY[{', '.join(f'({one})::{kind.name}' for one in shown)}]"

    def held(values: list[list[Any] | None], arrow: pa.DataType) -> pa.Array:
        ends = [0]
        for one in values:
            ends.append(ends[-1] + len(one or ()))
        starts = pa.array(
            [None if one is None else end for one, end in zip(values, ends, strict=False)]
            + [ends[-1]],
            pa.int32(),
        )
        return pa.ListArray.from_arrays(
            starts, kind.column([value for one in values for value in one or ()])
        )

    values = st.lists(st.none() | kind.values, max_size=4)
    return Kind(f"{kind.name}[]", oid, pa.list_(kind.arrow), values, sql, held)


ARRAYS = [
    array_of(kind)
    for kind in SCALARS
    if kind.oid in types.ELEMENTS.values() and kind.arrow != pa.float64()
]
KINDS = [*SCALARS, *ARRAYS]

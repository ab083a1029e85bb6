"""Numbers for numeric: as text with every digit, in binary by groups of four digits."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from semantic.wire.encoding.cells import binaries, by_unique, nulls_of, offsets_of
from semantic.wire.encoding.floats import write_digits, write_plain

if TYPE_CHECKING:
    import numpy.typing as npt

    from semantic.wire.encoding.cells import Part

    Numbers = npt.NDArray[Any]

GROUP = 4
"""Decimal digits of a group."""
BASE = 10**GROUP
NEGATIVE, NAN, ABOVE, BELOW = 0x4000, 0xC000, 0xD000, 0xF000
"""What stands for the sign; infinities are signs too."""
INFINITE_SCALE = 32
"""What PostgreSQL sends for the scale of infinity."""
_LIMB_BASE = BASE**2
_LIMB_BITS = 32
_SMALL = 10**18
_SMALL_DIGITS = 18
_KEPT = 100_000
"""The numbers from 0 on whose texts are kept in a table, the last not included."""
_MEDIUM_DIGITS = 38
_HEAD = np.dtype([("count", ">i2"), ("weight", ">i2"), ("sign", ">u2"), ("scale", ">u2")])
_DOT = np.array(b".", "S1")


def write_numbers(column: pa.Array) -> tuple[Part, ...]:
    """Write a canonical column of numbers as text."""
    kind = column.type
    if pa.types.is_floating(kind):
        return (write_plain(column),)
    if pa.types.is_integer(kind) or kind.scale == 0:
        return (write_integers(column),)
    small = _small(column)
    if small is not None and kind.scale <= _SMALL_DIGITS:
        return _write_small(small, kind.scale)
    return _write_large(column)


def send_numbers(column: pa.Array) -> tuple[Part, ...]:
    """Write a canonical column of numbers in binary."""
    kind = column.type
    if pa.types.is_floating(kind):
        return _send_doubles(column)
    scale = 0 if pa.types.is_integer(kind) else kind.scale
    return _send(column, scale, scale)


def send_number(text: str) -> bytes:
    """Write one number in binary."""
    number = Decimal(text)
    if number.is_nan():
        return _head(0, 0, NAN, 0)
    if number.is_infinite():
        return _head(0, 0, BELOW if number < 0 else ABOVE, INFINITE_SCALE)
    sign, digits, exponent = number.as_tuple()
    scale = max(0, -int(exponent))
    behind = -(-scale // GROUP)
    left = int("".join(map(str, digits))) * 10 ** (behind * GROUP + int(exponent))
    groups: list[int] = []
    while left:
        left, group = divmod(left, BASE)
        groups.insert(0, group)
    weight = len(groups) - behind - 1 if groups else 0
    while groups and not groups[-1]:
        groups.pop()
    is_negative = bool(sign and groups)
    head = _head(len(groups), weight, NEGATIVE if is_negative else 0, scale)
    return head + np.array(groups, ">i2").tobytes()


def _head(count: int, weight: int, sign: int, scale: int) -> bytes:
    return np.array((count, weight, sign, scale), _HEAD).tobytes()


def write_integers(column: pa.Array) -> pa.Array:
    """Write whole numbers; small ones are looked up, which takes a third of the time."""
    if pa.types.is_integer(column.type):
        least, most = pc.min_max(column).values()
        if (least.as_py() or 0) >= 0 and (most.as_py() or 0) < _KEPT:
            return _kept().take(column)
    return column.cast(pa.string()).cast(pa.binary())


@cache
def _kept() -> pa.Array:
    """Return every number as text that is kept as such."""
    return pa.array(np.arange(_KEPT)).cast(pa.string()).cast(pa.binary())


def _raw(column: pa.Array) -> Numbers:
    """Return the 64-bit words of integers or decimals, the lowest first; 0 where there is none."""
    words = column.type.bit_width // 64
    held = np.frombuffer(column.buffers()[1], "<i8")[column.offset * words :]
    found = held[: len(column) * words].reshape(-1, words)
    nulls = nulls_of(column)
    if nulls is not None:
        found = np.where(nulls[:, None], 0, found)
    return found


def _small(column: pa.Array) -> Numbers | None:
    """Return what numbers are without their decimal point, None if one has more than 18 digits."""
    words = _raw(column)
    low = words[:, 0]
    is_small = (low > -_SMALL) & (low < _SMALL)
    if not is_small.all() or not (words[:, 1:] == (low >> 63)[:, None]).all():
        return None
    return low


def _write_small(values: Numbers, scale: int) -> tuple[Part, ...]:
    """Write numbers that fit 64 bits: digits before the point by Arrow, those behind by table."""
    sizes = np.abs(values)
    whole = sizes // 10**scale
    rest = sizes - whole * 10**scale
    written = write_integers(pa.array(np.where(values < 0, -whole, whole)))
    is_lost = (values < 0) & (whole == 0)
    if is_lost.any():
        written = pc.if_else(pa.array(is_lost), pa.scalar(b"-0", pa.binary()), written)
    behind: list[Part] = []
    while scale > 0:
        width = scale % GROUP or GROUP
        scale -= width
        part, rest = np.divmod(rest, 10**scale)
        behind.append(_padded(width).take(part))
    return written, _DOT, *behind


@cache
def _padded(width: int) -> Numbers:
    """Return every number of so many digits as text, with zeros in front."""
    return np.array([f"{number:0{width}}".encode() for number in range(10**width)])


def _write_large(column: pa.Array) -> tuple[Part, ...]:
    """Write decimals of any size: all digits, in which the point is set."""
    scale = column.type.scale
    kind = type(column.type)
    plain = (pa.decimal128 if kind is pa.Decimal128Type else pa.decimal256)(
        column.type.precision, 0
    )
    unscaled = pa.Array.from_buffers(
        plain, len(column), column.buffers(), column.null_count, column.offset
    )
    written = unscaled.cast(pa.string())
    signs = pc.if_else(pc.starts_with(written, "-"), b"-", b"")
    digits = pc.ascii_lpad(pc.ascii_ltrim(written, "-"), scale + 1, "0").cast(pa.binary())
    whole = pc.binary_slice(digits, 0, -scale)
    return signs.cast(pa.binary()), whole, _DOT, pc.binary_slice(digits, -scale)


def _send(column: pa.Array, scale: int, scales: Numbers | int) -> tuple[Part, ...]:
    """Write decimals in binary; `scales` are the decimals to be shown in each row."""
    behind = max(1, -(-scale // GROUP))
    shift = 10 ** (behind * GROUP - scale)
    small = _small(column)
    if small is not None and int(np.abs(small).max(initial=0)) * shift < _SMALL:
        groups, is_negative = _groups(np.abs(small) * shift, behind), small < 0
    else:
        groups, is_negative = _large_groups(_raw(column), shift, behind)
    return _send_groups(groups, is_negative, behind, scales)


def _groups(left: Numbers, least: int) -> Numbers:
    """Split numbers into groups of digits, the highest first, as many in each row."""
    found: list[Numbers] = []
    while len(found) < least or left.any():
        quotient = left // BASE
        found.insert(0, left - quotient * BASE)
        left = quotient
    return np.stack(found, axis=1)


def _large_groups(words: Numbers, shift: int, least: int) -> tuple[Numbers, Numbers]:
    """Split numbers of any width into groups, by long division of their 32-bit limbs."""
    is_negative = words[:, -1] < 0
    held = np.ascontiguousarray(words).view("<u4").astype(np.uint64)
    carry: Numbers = is_negative.astype(np.uint64)
    limbs: list[Numbers] = []
    for place in range(held.shape[1]):
        limb = np.where(is_negative, held[:, place] ^ 0xFFFF_FFFF, held[:, place]) + carry
        carry = limb >> _LIMB_BITS
        limbs.append(limb & 0xFFFF_FFFF)
    carry = np.zeros(len(words), np.uint64)
    for place, limb in enumerate(limbs):
        product = limb * shift + carry
        carry, limbs[place] = product >> _LIMB_BITS, product & 0xFFFF_FFFF
    limbs.append(carry)
    found: list[Numbers] = []
    while len(found) * 2 < least or any(limb.any() for limb in limbs):
        rest: Numbers = np.zeros(len(words), np.uint64)
        for place in reversed(range(len(limbs))):
            limb = (rest << _LIMB_BITS) | limbs[place]
            limbs[place] = limb // _LIMB_BASE
            rest = limb - limbs[place] * _LIMB_BASE
        found.insert(0, rest)
    halves = [half for pair in found for half in divmod(pair, BASE)]
    return np.stack(halves, axis=1), is_negative


def _send_groups(
    groups: Numbers, is_negative: Numbers, behind: int, scales: Numbers | int
) -> tuple[Part, ...]:
    """Write groups without the zeros at both ends, and before them what they are."""
    count, width = groups.shape
    first = np.full(count, width, np.int8)
    last = np.zeros(count, np.int8)
    for place in range(width):
        last = np.where(groups[:, place] != 0, np.int8(place + 1), last)
        from_end = width - 1 - place
        first = np.where(groups[:, from_end] != 0, np.int8(from_end), first)
    has_value = last > 0
    shown = np.where(has_value, last - first, 0)
    heads = np.empty(count, _HEAD)
    heads["count"] = shown
    heads["weight"] = np.where(has_value, width - behind - 1 - first, 0)
    heads["sign"] = np.where(is_negative & has_value, NEGATIVE, 0)
    heads["scale"] = scales
    places = np.arange(width, dtype=np.int8)
    is_shown = (places >= first[:, None]) & (places < last[:, None])
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(shown * np.int64(2), out=offsets[1:])
    return heads, binaries(offsets, groups.astype(">i2")[is_shown])


def _send_doubles(column: pa.Array) -> tuple[Part, ...]:
    """Write doubles in binary with the digits that they have as text."""
    written = write_plain(column)
    values = column.fill_null(0).to_numpy()
    behind = _decimals_of(written)
    scale = int(behind.max(initial=0))
    largest = np.abs(values).max(initial=0)
    if np.isfinite(values).all() and largest < 10.0 ** (_MEDIUM_DIGITS - scale - 1):
        decimals = written.cast(pa.string()).cast(pa.decimal128(_MEDIUM_DIGITS, scale))
        return _send(decimals, scale, behind)
    return (by_unique(values, lambda one: send_number(write_digits(one))),)


def _decimals_of(written: pa.Array) -> Numbers:
    """Return how many digits stand behind the point."""
    lengths = np.diff(offsets_of(written))
    points = pc.find_substring(written, b".").fill_null(-1).to_numpy()
    return np.where(points < 0, 0, lengths - points - 1)

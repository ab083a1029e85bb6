"""Messages by hand, and what comes back."""

import struct

from semantic.wire import messages
from semantic.wire.messages import packed
from tests.semantic.wire.front.door import Raw


def bind(
    portal: bytes,
    statement: bytes,
    *values: bytes | None,
    formats: tuple[int, ...] = (),
    results: tuple[int, ...] = (),
) -> bytes:
    def listed(numbers: tuple[int, ...]) -> bytes:
        return struct.pack(f"!h{len(numbers)}h", len(numbers), *numbers)

    written = b"".join(
        struct.pack("!i", -1) if one is None else struct.pack("!i", len(one)) + one
        for one in values
    )
    count = struct.pack("!h", len(values))
    body = portal + b"\0" + statement + b"\0" + listed(formats) + count + written
    return packed(b"B", body + listed(results))


def execute(portal: bytes, limit: int = 0) -> bytes:
    return packed(b"E", portal + b"\0" + struct.pack("!i", limit))


def simple(sql: str) -> bytes:
    return packed(b"Q", sql.encode() + b"\0")


def ask(raw: Raw, *content: bytes) -> str:
    """The letters of the answers to a cycle."""
    raw.send(b"".join(content) + messages.SYNC)
    return raw.kinds()


def query(raw: Raw, sql: str) -> str:
    """The letters of the answers to a simple query."""
    raw.send(simple(sql))
    return raw.kinds()


def failure(raw: Raw, *content: bytes) -> dict[str, str]:
    """The error that a cycle ends with."""
    raw.send(b"".join(content) + messages.SYNC)
    found = raw.error()
    raw.until(b"Z")
    return found


def refusal(raw: Raw, sql: str) -> dict[str, str]:
    """The error that a simple query ends with."""
    raw.send(simple(sql))
    found = raw.error()
    raw.until(b"Z")
    return found


def rows(raw: Raw, *content: bytes) -> list[tuple[bytes | None, ...]]:
    raw.send(b"".join(content) + messages.SYNC)
    return [messages.read_row(one.body) for one in raw.until(b"Z") if one.kind == b"D"]


def values(raw: Raw, sql: str) -> list[bytes | None]:
    """The first column of everything that a simple query returns."""
    raw.send(simple(sql))
    found = raw.until(b"Z")
    return [messages.read_row(one.body)[0] for one in found if one.kind == b"D"]


def tags(raw: Raw, sql: str) -> list[str]:
    """What a simple query says is done."""
    raw.send(simple(sql))
    return [one.body[:-1].decode() for one in raw.until(b"Z") if one.kind == b"C"]

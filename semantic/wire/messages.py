"""The messages of PostgreSQL's protocol 3.0: bytes to values, and values to bytes. No sockets."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from semantic.wire.contracts import TEXT, WireColumn
from semantic.wire.failures import WireError, violated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PROTOCOL = 196_608
CANCEL_CODE = 80_877_102
TLS_CODE = 80_877_103
GSS_CODE = 80_877_104

FLUSH = b"H\0\0\0\4"
SYNC = b"S\0\0\0\4"
TERMINATE = b"X\0\0\0\4"
PARSE_COMPLETE = b"1\0\0\0\4"
BIND_COMPLETE = b"2\0\0\0\4"
PORTAL_SUSPENDED = b"s\0\0\0\4"
COPY_DONE = b"c\0\0\0\4"
AUTHENTICATED = b"R\0\0\0\x08\0\0\0\0"
ASK_PASSWORD = b"R\0\0\0\x08\0\0\0\3"

_SHORT = struct.Struct("!h")
_LONG = struct.Struct("!i")
_UNSIGNED = struct.Struct("!I")
_COLUMN = struct.Struct("!IhIhih")


class Message(NamedTuple):
    """A message: the letter that says what it is, and what stands after the length."""

    kind: bytes
    body: bytes

    def packed(self) -> bytes:
        """Return it as it stands on the wire."""
        return packed(self.kind, self.body)


@dataclass(frozen=True, slots=True)
class Parse:
    """A statement to prepare; `oids` are the types of its first parameters, 0 for unknown."""

    name: bytes
    sql: bytes
    oids: tuple[int, ...] = ()

    def packed(self) -> bytes:
        """Return it as it stands on the wire."""
        oids = b"".join(map(_UNSIGNED.pack, self.oids))
        return packed(b"P", self.name + b"\0" + self.sql + b"\0" + _count(self.oids) + oids)


@dataclass(frozen=True, slots=True)
class Bind:
    """Values for a prepared statement, which make a portal of it."""

    portal: bytes
    statement: bytes
    formats: tuple[int, ...]
    values: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]

    def format_of(self, index: int) -> int:
        """Return the format of a value: none given means text, one is for all of them."""
        if not self.formats:
            return TEXT
        return self.formats[0 if len(self.formats) == 1 else index]


class Reader:
    """Takes values off the body of a message, and says so where it is too short or too long."""

    def __init__(self, body: bytes) -> None:
        """Begin at the first byte."""
        self._body = body
        self._at = 0

    def text(self) -> bytes:
        """Take what stands before the next zero byte."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise violated("a text in a message has no end")
        found = self._body[self._at : end]
        self._at = end + 1
        return found

    def take(self, count: int) -> bytes:
        """Take so many bytes."""
        end = self._at + count
        if count < 0 or end > len(self._body):
            raise violated("a message ends before its contents do")
        found = self._body[self._at : end]
        self._at = end
        return found

    def short(self) -> int:
        """Take a number of two bytes."""
        found: int = _SHORT.unpack(self.take(2))[0]
        return found

    def long(self) -> int:
        """Take a number of four bytes."""
        found: int = _LONG.unpack(self.take(4))[0]
        return found

    def unsigned(self) -> int:
        """Take a number of four bytes without a sign, such as the id of a type."""
        found: int = _UNSIGNED.unpack(self.take(4))[0]
        return found

    def value(self) -> bytes | None:
        """Take a value with its length before it, None for null."""
        length = self.long()
        return None if length == -1 else self.take(length)

    def rest(self) -> bytes:
        """Take everything that is left."""
        return self.take(len(self._body) - self._at)

    def end(self) -> None:
        """Require that nothing is left."""
        if self._at != len(self._body):
            raise violated("a message goes on after its contents")


def read_startup(body: bytes) -> dict[str, str]:
    """Read the parameters of a startup message, in their order."""
    reader = Reader(body)
    found: dict[str, str] = {}
    while name := reader.text():
        found[_unicode(name)] = _unicode(reader.text())
    reader.end()
    return found


def read_query(body: bytes) -> bytes:
    """Read the text of a simple query."""
    reader = Reader(body)
    found = reader.text()
    reader.end()
    return found


def read_parse(body: bytes) -> Parse:
    """Read a statement to prepare."""
    reader = Reader(body)
    name, sql = reader.text(), reader.text()
    found = Parse(name, sql, tuple(reader.unsigned() for _ in range(reader.short())))
    reader.end()
    return found


def read_bind(body: bytes) -> Bind:
    """Read values for a prepared statement; how many formats there may be is checked here."""
    reader = Reader(body)
    portal, statement = reader.text(), reader.text()
    formats = tuple(reader.short() for _ in range(reader.short()))
    values = tuple(reader.value() for _ in range(reader.short()))
    found = Bind(
        portal, statement, formats, values, tuple(reader.short() for _ in range(reader.short()))
    )
    reader.end()
    return found


def read_target(body: bytes) -> tuple[bytes, bytes]:
    """Read whose description is wanted, or what is to be closed: `S` or `P`, and its name."""
    reader = Reader(body)
    kind, name = reader.take(1), reader.text()
    reader.end()
    if kind not in (b"S", b"P"):
        raise violated("only statements (S) and portals (P) are described and closed")
    return kind, name


def read_execute(body: bytes) -> tuple[bytes, int]:
    """Read which portal is to run, and how many rows are wanted; 0 or less means all."""
    reader = Reader(body)
    found = reader.text(), reader.long()
    reader.end()
    return found


def read_error(body: bytes) -> dict[str, bytes]:
    """Read the fields of an error or a notice."""
    reader = Reader(body)
    found: dict[str, bytes] = {}
    while (letter := reader.take(1)) != b"\0":
        found[letter.decode("latin-1")] = reader.text()
    return found


def read_oids(body: bytes) -> tuple[int, ...]:
    """Read the types of a statement's parameters."""
    reader = Reader(body)
    return tuple(reader.unsigned() for _ in range(reader.short()))


def read_columns(body: bytes) -> tuple[WireColumn, ...]:
    """Read a description of rows."""
    reader = Reader(body)
    found = []
    for _ in range(reader.short()):
        name = reader.text().decode()
        _, _, oid, _, typmod, format_ = _COLUMN.unpack(reader.take(_COLUMN.size))
        found.append(WireColumn(name, oid, typmod, format_))
    return tuple(found)


def read_row(body: bytes) -> tuple[bytes | None, ...]:
    """Read the values of a row."""
    reader = Reader(body)
    return tuple(reader.value() for _ in range(reader.short()))


def packed(kind: bytes, body: bytes) -> bytes:
    """Put a message together."""
    return kind + _LONG.pack(len(body) + 4) + body


def startup(parameters: Mapping[str, str]) -> bytes:
    """Build the message that begins a session with a server."""
    texts = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items())
    body = _LONG.pack(PROTOCOL) + texts + b"\0"
    return _LONG.pack(len(body) + 4) + body


def cancel(key: bytes) -> bytes:
    """Build the request to cancel what a session does; `key` is what it was given."""
    return _LONG.pack(len(key) + 8) + _LONG.pack(CANCEL_CODE) + key


def bind(portal: bytes, statement: bytes) -> bytes:
    """Build a portal without values, whose rows are text."""
    return packed(b"B", portal + b"\0" + statement + b"\0" + b"\0\0" * 3)


def describe(kind: bytes, name: bytes) -> bytes:
    """Ask what a statement (`S`) or a portal (`P`) returns."""
    return packed(b"D", kind + name + b"\0")


def execute(portal: bytes) -> bytes:
    """Ask for all rows of a portal."""
    return packed(b"E", portal + b"\0" + _LONG.pack(0))


def close(kind: bytes, name: bytes) -> bytes:
    """Drop a statement (`S`) or a portal (`P`)."""
    return packed(b"C", kind + name + b"\0")


def ask_sasl(mechanism: str) -> bytes:
    """Name the one way to prove a password."""
    return packed(b"R", _LONG.pack(10) + mechanism.encode() + b"\0\0")


def sasl(answer: bytes, *, is_last: bool) -> bytes:
    """Carry a message of a SCRAM exchange."""
    return packed(b"R", _LONG.pack(12 if is_last else 11) + answer)


def negotiated(options: Sequence[str]) -> bytes:
    """Say that the newest version is 3.0, and which options of the protocol are unknown."""
    names = b"".join(one.encode() + b"\0" for one in options)
    return packed(b"v", _LONG.pack(0) + _LONG.pack(len(options)) + names)


def failed(error: WireError) -> bytes:
    """Build an error; its texts may come from anywhere, so zero bytes are left out."""
    fields = {
        "S": error.severity,
        "V": error.severity,
        "C": error.sqlstate,
        "M": error.message,
        "D": error.detail,
        "H": error.hint,
        "P": str(error.position or ""),
    }
    written = "".join(f"{k}{v.replace(chr(0), '')}\0" for k, v in fields.items() if v)
    return packed(b"E", written.encode(errors="replace") + b"\0")


def failed_with(fields: Mapping[str, bytes]) -> bytes:
    """Build an error from the fields that a server sent."""
    written = b"".join(letter.encode("latin-1") + text + b"\0" for letter, text in fields.items())
    return packed(b"E", written + b"\0")


def completed(tag: str) -> bytes:
    """Say that a statement is done."""
    return packed(b"C", tag.encode() + b"\0")


def described(columns: Sequence[WireColumn]) -> bytes:
    """Describe rows."""
    written = b"".join(
        one.name.encode() + b"\0" + _COLUMN.pack(0, 0, one.type_oid, -1, one.typmod, one.format)
        for one in columns
    )
    return packed(b"T", _count(columns) + written)


def row(values: Iterable[bytes | None]) -> bytes:
    """Build one row."""
    found = tuple(values)
    written = b"".join(
        _LONG.pack(-1) if one is None else _LONG.pack(len(one)) + one for one in found
    )
    return packed(b"D", _count(found) + written)


def copying_out(columns_count: int, format_: int) -> bytes:
    """Say that rows follow as COPY writes them; every column in the same format."""
    formats = _SHORT.pack(format_) * columns_count
    return packed(b"H", bytes([format_]) + _SHORT.pack(columns_count) + formats)


def _count(of: Sequence[object]) -> bytes:
    return _SHORT.pack(len(of))


def _unicode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise violated("the parameters of a session must be UTF-8") from error

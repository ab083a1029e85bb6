"""What the parts of the wire hand to each other, and what the application hands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    import pyarrow as pa

    from semantic.access.principal import Principal
    from semantic.rest.authentication import Caller
    from semantic.run.compiled import Compiled
    from semantic.sqlapi.statements import Routed
    from semantic.wire.scram import ScramVerifier

TEXT = 0
BINARY = 1


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who may log in to a database, before the password was seen.

    With a verifier the password is proved by SCRAM-SHA-256. Without one it is asked for in clear
    text, under TLS alone, and handed to `Credentials.admit`: such are tokens that somebody else
    issues. `caller` says who it is once the password was proved; asked again later, it raises
    `InvalidTokenError` when that is over, so that an open session ends with its token.

    `alternatives` are others of the same name, whose verifiers have the same salt and iterations:
    two tokens of one name, or both secrets of one that rotates. The proof tells which of them.
    """

    verifier: ScramVerifier | None
    caller: Callable[[], Awaitable[Caller]]
    alternatives: tuple[Login, ...] = ()


class Credentials(Protocol):
    """Says who may log in. Neither method tells, by what it does, whether a name exists."""

    async def find(self, user: str, database: str) -> Login | None:
        """Return how somebody logs in, None for whoever is not known to the database."""
        ...

    async def admit(self, user: str, database: str, password: str) -> Caller | None:
        """Return who sent a password in clear text, None if it is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class ShellAddress:
    """Where the shell of a session is: a PostgreSQL with the views of one sight and no rows.

    `socket` is the path of the Unix socket itself (`…/.s.PGSQL.5432`), which asks for no password.
    """

    socket: str
    database: str
    role: str


class Shells(Protocol):
    """Has a shell running for every sight in use."""

    async def open(self, caller: Caller, user: str, database: str) -> ShellAddress:
        """Return the caller's shell, up to date with the models, held until released.

        Raises:
            Exception: none could be started.
        """
        ...

    async def release(self, address: ShellAddress) -> None:
        """Let go of a shell; the last one to do so lets it stop after a while."""
        ...


@dataclass(frozen=True, slots=True)
class WireColumn:
    """A column as RowDescription has it; `format` is TEXT or BINARY."""

    name: str
    type_oid: int
    typmod: int = -1
    format: int = TEXT


class Encoder(Protocol):
    """Turns batches of an answer into the messages that carry its rows."""

    def rows(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Return one DataRow message after the other, or one CopyData where it is for COPY."""
        ...


@dataclass(frozen=True, slots=True)
class CopyForm:
    """How COPY TO STDOUT writes rows; texts are single characters but `null` and `header`.

    `form` is text, csv or binary. `forced` are the columns that csv always quotes.
    """

    form: str = "text"
    delimiter: str = "\t"
    null: str = "\\N"
    has_header: bool = False
    quote: str = '"'
    escape: str = '"'
    forced: frozenset[str] = frozenset()


class CopyEncoder(Encoder, Protocol):
    """An encoder for COPY, which may have something before the first row and after the last."""

    def head(self) -> bytes:
        """Return the CopyData before the rows: a header line or binary's signature, or nothing."""
        ...

    def tail(self) -> bytes:
        """Return the CopyData after the rows: binary's trailer, or nothing."""
        ...


class Translator(Protocol):
    """Says who answers a statement, and makes queries of those over views: `sqlapi.SqlApi`."""

    def routed(self, sql: str, principal: Principal) -> Routed:
        """Return who answers one statement.

        Raises:
            SqlError: it concerns views in a way that is refused.
        """
        ...

    def compile(
        self,
        statement: Routed,
        values: tuple[str | None, ...],
        parameter_types: tuple[str, ...],
        columns: tuple[tuple[str, str], ...] | None,
        principal: Principal,
        timezone: str,
        now: datetime,
    ) -> Compiled:
        """Compile a statement of the SEMANTIC target.

        Args:
            statement: what `routed` returned.
            values: the parameters as texts.
            parameter_types: the names of their types, as PostgreSQL writes them.
            columns: names and types of the result, to which it is cast.
            principal: who asks.
            timezone: the session's.
            now: what CURRENT_TIMESTAMP means.

        Raises:
            QueryError: it cannot be answered rightly.
        """
        ...

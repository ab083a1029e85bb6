"""What goes wrong on the wire, as PostgreSQL's clients understand it: SQLSTATEs and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.sqlapi.statements import SqlError, sqlstate_of

if TYPE_CHECKING:
    from semantic.query.query import QueryError

ERROR = "ERROR"
FATAL = "FATAL"


@dataclass(eq=False)
class WireError(Exception):
    """An error for the client; one that is FATAL ends the session.

    `position` counts characters of the statement from 1, 0 where no place is meant.
    """

    sqlstate: str
    message: str
    hint: str = ""
    detail: str = ""
    position: int = 0
    severity: str = ERROR

    def __str__(self) -> str:
        """Return the sentence."""
        return f"{self.sqlstate}: {self.message}"


def violated(message: str) -> WireError:
    """Build the error for bytes that are not the protocol's; the session cannot go on."""
    return WireError("08P01", message, severity=FATAL)


_DUCKDB_STATES = {
    "Conversion Error": "22P02",
    "Out of Range Error": "22003",
    "Invalid Input Error": "22023",
    "Out of Memory Error": "53200",
}
"""What DuckDB says first, and what PostgreSQL calls it."""
_PREFIX = "Error: "


def failure_of(error: QueryError) -> WireError:
    """Say to a client of the wire why a query was not answered."""
    if error.code == "FACTS_MISSING":
        return WireError("57P03", error.message)
    if error.code != "QUERY_FAILED":
        hint = error.hint if isinstance(error, SqlError) else ""
        return WireError(sqlstate_of(error), error.message, hint)
    message = error.message.removeprefix(_PREFIX)
    kind = message.partition(":")[0]
    return WireError(_DUCKDB_STATES.get(kind, "XX000"), message)


def placed(fields: dict[str, bytes], sent: str, meant: str, begins_at: int) -> dict[str, bytes]:
    """Let the position of an error count in the text that the client wrote.

    `sent` is what the shell was given for `meant`, which begins at a character of that text. Where
    the two differ before the position, none is told.
    """
    position = int(fields.get("P", b"0"))
    others = {letter: text for letter, text in fields.items() if letter != "P"}
    if not position or sent[:position] != meant[:position]:
        return others
    return {**others, "P": str(position + begins_at).encode()}

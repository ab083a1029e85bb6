"""What a statement of SQL is to the views: who answers it, and why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from semantic.query.query import QueryError

SYNTAX_ERROR = "42601"
UNDEFINED_COLUMN = "42703"
UNDEFINED_FUNCTION = "42883"
UNDEFINED_TABLE = "42P01"
AMBIGUOUS_COLUMN = "42702"
GROUPING_ERROR = "42803"
DATATYPE_MISMATCH = "42804"
INVALID_PARAMETER = "22023"
INVALID_TEXT = "22P02"
INVALID_DATETIME = "22007"
NOT_SUPPORTED = "0A000"
NOT_PERMITTED = "42501"
NUMERIC_OUT_OF_RANGE = "22003"
UNDEFINED_PARAMETER = "42P02"
TOO_COMPLEX = "54001"

_STATES = {
    "MEMBER_UNKNOWN": UNDEFINED_COLUMN,
    "MEMBER_HIDDEN": NOT_PERMITTED,
    "MEMBER_MASKED": NOT_PERMITTED,
    "CONTEXT_MISSING": NOT_PERMITTED,
    "MODEL_UNSUPPORTED": NOT_SUPPORTED,
    "MEMBER_UNSUITABLE": DATATYPE_MISMATCH,
    "GRANULARITY_UNKNOWN": INVALID_PARAMETER,
    "TIMEZONE_UNKNOWN": INVALID_PARAMETER,
    "DATE_INVALID": INVALID_DATETIME,
    "FILTER_INVALID": INVALID_TEXT,
    "QUERY_CANCELLED": "57014",
    "QUERY_TIMEOUT": "57014",
}


class SqlError(QueryError):
    """SQL that cannot be answered, or not rightly. `hint` says what to write instead."""

    def __init__(self, message: str, sqlstate: str, hint: str = "") -> None:
        """Say what is wrong, by PostgreSQL's code for it."""
        super().__init__(message, code="SQL_REFUSED")
        self.sqlstate = sqlstate
        self.hint = hint


def sqlstate_of(error: QueryError) -> str:
    """Return PostgreSQL's code for what any part of the semantic layer refuses."""
    if isinstance(error, SqlError):
        return error.sqlstate
    return _STATES.get(error.code, "XX000")


class Target(StrEnum):
    """Who answers a statement: PostgreSQL's catalogue in the shell, or the semantic layer."""

    SHELL = "shell"
    SEMANTIC = "semantic"


class Kind(StrEnum):
    """What a statement over views does with its query."""

    SELECT = "select"
    DECLARE = "declare"
    COPY = "copy"
    EXPLAIN = "explain"
    PREPARE = "prepare"


@dataclass(frozen=True, slots=True)
class CursorOptions:
    """How `DECLARE name … CURSOR` wants its cursor."""

    name: str
    is_held: bool = False
    is_scrollable: bool = False
    is_binary: bool = False


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """How `COPY (…) TO STDOUT` wants its lines; None is PostgreSQL's default of the format."""

    format: str = "text"
    has_header: bool = False
    delimiter: str | None = None
    null: str | None = None
    quote: str | None = None
    escape: str | None = None
    is_every_value_quoted: bool = False


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """How `EXPLAIN` wants its answer; `is_run` is ANALYZE."""

    format: str = "text"
    is_run: bool = False


@dataclass(frozen=True, slots=True)
class Routed:
    """One statement, and who answers it.

    Of a statement of the SEMANTIC target `sql` is the query alone, which `SqlApi.compile` takes,
    and `oracle_sql` the same for PostgreSQL to parse and describe: bare measures are
    MEASURE(…) there, so that it has no objection. `views` are the views and cubes that it names.
    `name` is that of a PREPARE, whose declared types are `types`.
    """

    target: Target
    kind: Kind = Kind.SELECT
    sql: str = ""
    oracle_sql: str = ""
    views: frozenset[str] = frozenset()
    cursor: CursorOptions | None = None
    copy: CopyOptions | None = None
    explain: ExplainOptions | None = None
    name: str = ""
    types: tuple[str, ...] = ()

"""Looks at SQL as it is sent: does it keep to one club?"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from app.storage.lanes import Lanes
from app.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TENANT_TABLES = {table.name for table in metadata.sorted_tables if "organisation_id" in table.c}

ACROSS_CLUBS = {
    r"FROM access_token WHERE access_token\.token_hash = \S+ OR "
    r"access_token\.previous_hash = \S+$": (
        "a token says which club it opens, so it is found before the club is known"
    ),
    r"FROM identity_provider WHERE identity_provider\.issuer = ": (
        "the same: issuer and audience of a signed token say which club it opens"
    ),
}
"""Statements that may name a club's table without naming a club, each with its reason."""

_LOCKING = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE|KEY SHARE)(?: OF \w+)?(?: SKIP LOCKED)?")
_SUBQUERY = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_KEYWORDS = (
    "CROSS|FROM|GROUP|INNER|JOIN|LEFT|LIMIT|ON|ORDER|RETURNING|SELECT|SET|UNION|USING|VALUES|WHERE"
)
_NAMED = re.compile(
    r"(?:\b(?:FROM|JOIN|USING|UPDATE|INTO)\s+|,\s*)(\w+)(?![\w.(]|\s*=)"
    rf"(?:\s+(?:AS\s+)?(?!(?:{_KEYWORDS})\b)(\w+))?"
)
_COLUMNS = re.compile(r"(INSERT INTO \w+) \([^()]*\)")
"""Columns may have the names of tables."""
# A parameter of psycopg or asyncpg, or the club of another table of the statement.
_CLUB = r"(?:CAST\()?(?:%\(\w+\)s|\$\d+|\w+\.organisation_id)"


@contextmanager
def recorded() -> Iterator[set[str]]:
    """Collect every statement that any engine of this process sends."""
    found: set[str] = set()

    def note(*arguments: Any) -> None:
        found.add(" ".join(arguments[2].split()))

    # Plans speak to the driver itself.
    run = Lanes._run

    async def run_noted(self: Lanes, sql: str, values: Sequence[Any]) -> Sequence[Any]:
        found.add(" ".join(sql.split()))
        return await run(self, sql, values)

    event.listen(Engine, "before_cursor_execute", note)
    Lanes._run = run_noted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Lanes._run = run  # type: ignore[method-assign]
        event.remove(Engine, "before_cursor_execute", note)


def tables_without_club(statement: str) -> set[str]:
    """Return the tables that a statement names without a condition on their club."""
    text = _LOCKING.sub("", statement)
    if any(re.search(pattern, text) for pattern in ACROSS_CLUBS):
        return set()
    return {
        table
        for scope in scopes(text)
        for table, alias in named_in(scope)
        if not is_narrowed(text, scope, table, alias)
    }


def scopes(text: str) -> list[str]:
    """Split a statement into itself and its subqueries, each without those inside it."""
    found: list[str] = []
    open_groups: list[list[str]] = [[]]
    for part in re.split(r"([()])", text):
        if part == "(":
            open_groups.append([])
        elif part == ")":
            inner = "".join(open_groups.pop())
            is_query = _SUBQUERY.match(inner)
            if is_query:
                found.append(inner)
            open_groups[-1].append("( )" if is_query else f"({inner})")
        else:
            open_groups[-1].append(part)
    found.append("".join(open_groups[0]))
    return [part for query in found for part in query.split(" UNION ")]


def named_in(scope: str) -> list[tuple[str, str]]:
    """List the clubs' tables that a query reads or writes, each with the name it goes by."""
    tables = _COLUMNS.sub(r"\1", scope)
    return [
        (table, alias or table) for table, alias in _NAMED.findall(tables) if table in TENANT_TABLES
    ]


def is_narrowed(text: str, scope: str, table: str, alias: str) -> bool:
    """Tell whether a table of a query is narrowed to one club, or rows get their club."""
    if re.search(rf"INSERT INTO {table} \([^)]*\borganisation_id\b", scope):
        return True
    equal = rf"\b{alias}\.organisation_id = {_CLUB}"
    turned = rf"{_CLUB} = {alias}\.organisation_id\b"
    if re.search(equal, text) or re.search(turned, text):
        return True
    alone = len(named_in(scope)) == 1
    return alone and re.search(rf"(?<![\w.])organisation_id = {_CLUB}", scope) is not None

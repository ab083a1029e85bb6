"""Statements as PostgreSQL may describe them: bare measures become MEASURE(…) there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from semantic.query.dates import utc_now
from semantic.query.query import QueryError
from semantic.sqlapi.parameters import bind
from semantic.sqlapi.querying import Queries

if TYPE_CHECKING:
    from sqlglot import exp

    from semantic.sqlapi.routing import Statement
    from semantic.sqlapi.viewing import Views

_PARAMETERS = 65_535
"""How many parameters a statement of PostgreSQL can have."""


def for_oracle(statement: Statement, views: Views) -> str:
    """Write a statement for PostgreSQL to describe.

    What cannot be read without its values, or at all, stays as it is: PostgreSQL or the
    compilation say what is wrong with it.
    """
    text = statement.routed.sql
    queries = Queries.of(views, "UTC", utc_now())
    with suppress(QueryError, RecursionError):
        queries.rows(bind(statement.tree, (None,) * _PARAMETERS, ()), {})
    for start, end in sorted(set(map(_place, queries.bare)), reverse=True):
        text = f"{text[:start]}MEASURE({text[start:end]}){text[end:]}"
    return text


def _place(node: exp.Column) -> tuple[int, int]:
    """Return where a column stands in the text."""
    parts = [one.meta for one in node.parts]
    return int(parts[0]["start"]), int(parts[-1]["end"]) + 1

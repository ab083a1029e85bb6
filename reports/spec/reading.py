"""Reads definitions from JSON, with everything that is wrong told at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reports.spec.definition import CATEGORIES, Definition
from reports.spec.fields import NAME, Fields, Problems
from reports.spec.problems import DefinitionError
from reports.spec.reading_blocks import read_block
from reports.spec.reading_parameters import read_parameter
from reports.spec.reading_queries import read_query
from reports.spec.references import check_references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.spec.problems import Problem
    from reports.spec.queries import Query
    from reports.spec.texts import Text

_CODE = re.compile(r"[A-Z][0-9]{1,2}")
QUERY_LIMIT = 20
BLOCK_LIMIT = 40
PARAMETER_LIMIT = 30


def read_definition(given: Any, *, where: str) -> Definition:  # noqa: ANN401 - JSON
    """Read a definition from JSON.

    Args:
        given: what was sent or stored, any JSON.
        where: what the problems are told of, such as a file or the title of a report.

    Raises:
        DefinitionError: with every problem.
    """
    definition, found = examine(given)
    if definition is None:
        raise DefinitionError(found, where)
    return definition


def examine(given: Any) -> tuple[Definition | None, tuple[Problem, ...]]:  # noqa: ANN401 - JSON
    """Read a definition; None, and all that is wrong with it, where it cannot be."""
    problems = Problems()
    fields = Fields(given, "", problems)
    for key in ("key", "category", "title", "queries", "blocks"):
        fields.needed(key)
    definition = Definition(
        key=fields.plain("key", NAME, "sales_by_season") or "",
        code=fields.plain("code", _CODE, "S1"),
        category=fields.word("category", CATEGORIES) or "",
        title=_title(fields),
        description=fields.text("description"),
        groups=fields.listed("groups", NAME, "finance"),
        empty=fields.text("empty"),
        parameters=fields.each("parameters", read_parameter),
        queries=_queries(fields),
        blocks=fields.each("blocks", read_block),
        is_drillable=fields.flag("drill", otherwise=True),
    )
    if fields.is_object:
        fields.close()
    _limit(definition, problems)
    if not problems.found:
        check_references(definition, problems)
    return (None if problems.found else definition), tuple(problems.found)


def _title(fields: Fields) -> Text:
    title: Any = fields.text("title")
    return title  # type: ignore[no-any-return]  # where it is missing that is a problem, and nothing is returned


def _queries(fields: Fields) -> Mapping[str, Query]:
    """Read the queries by their names."""
    given = fields.take("queries")
    if given is None:
        return {}
    named = Fields(given, fields.at("queries"), fields.problems)
    found: dict[str, Query] = {}
    for name in given if isinstance(given, dict) else ():
        inner = Fields(named.take(name), named.at(str(name)), fields.problems)
        if not isinstance(name, str) or not NAME.fullmatch(name):
            named.wrong(str(name), "is no name for a query", "write it like main")
        found[str(name)] = read_query(inner)
        if inner.is_object:
            inner.close()
    return found


def _limit(definition: Definition, problems: Problems) -> None:
    """Refuse what is larger than any report."""
    for key, found, most in (
        ("queries", definition.queries, QUERY_LIMIT),
        ("blocks", definition.blocks, BLOCK_LIMIT),
        ("parameters", definition.parameters, PARAMETER_LIMIT),
    ):
        if len(found) > most:
            problems.add(key, f"there are {len(found)}; {most} are the most")

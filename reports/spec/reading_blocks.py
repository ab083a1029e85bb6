"""Reads the blocks of a definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.spec.blocks import Chart, ChartType, Column, Note, Numbers, Table
from reports.spec.fields import COLUMN, MEMBER, NAME, Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reports.spec.blocks import Block

_EXAMPLE = "sales.moved_on.month"
PERIODS = ("day", "week", "month")
CATEGORY_LIMIT = 200
"""How many values of an axis a chart may show."""


def read_block(fields: Fields) -> Block | None:
    """Read a block of any kind."""
    fields.needed("kind")
    kind = fields.word("kind", _READERS)
    return None if kind is None else _READERS[kind](fields)


def _query(fields: Fields) -> str:
    fields.needed("query")
    return fields.plain("query", NAME, "main") or ""


def _numbers(fields: Fields) -> Numbers:
    fields.needed("members")
    return Numbers(_query(fields), fields.members("members"), fields.text("title"))


def _chart(fields: Fields) -> Chart:
    fields.needed("type")
    fields.needed("y")
    kind: Any = fields.kind("type", ChartType)
    return Chart(
        query=_query(fields),
        type=kind,
        y=fields.members("y"),
        x=fields.plain("x", COLUMN, _EXAMPLE),
        series=fields.plain("series", COLUMN, _EXAMPLE),
        target=fields.plain("target", MEMBER, "targets.target"),
        falls=fields.members("falls"),
        levels=fields.members("levels"),
        limit=fields.whole("limit", CATEGORY_LIMIT),
        period=fields.word("period", PERIODS),
        title=fields.text("title"),
    )


def _table(fields: Fields) -> Table:
    pivot: tuple[str, ...] = ()
    if fields.has("pivot"):
        inner = Fields(fields.take("pivot"), fields.at("pivot"), fields.problems)
        inner.needed("columns")
        pivot = inner.listed("columns", COLUMN, _EXAMPLE)
        if inner.is_object:
            inner.close()
    return Table(
        query=_query(fields),
        columns=tuple(_column(path, one, fields) for path, one in fields.items("columns")),
        has_totals=fields.flag("totals", otherwise=False),
        subtotals=fields.listed("subtotals", COLUMN, _EXAMPLE),
        pivot=pivot,
        title=fields.text("title"),
    )


def _column(path: str, given: Any, fields: Fields) -> Column:  # noqa: ANN401 - JSON
    """Read a column: its key, or an object with a title."""
    if isinstance(given, str) and COLUMN.fullmatch(given):
        return Column(given)
    inner = Fields(given, path, fields.problems)
    inner.needed("member")
    column = Column(inner.plain("member", COLUMN, _EXAMPLE) or "", inner.text("title"))
    if inner.is_object:
        inner.close()
    return column


def _note(fields: Fields) -> Note:
    fields.needed("text")
    text: Any = fields.text("text")
    return Note(text, fields.text("title"))


_READERS: Mapping[str, Callable[[Fields], Block]] = {
    "numbers": _numbers,
    "chart": _chart,
    "table": _table,
    "text": _note,
}

"""Connections as JSON text: one page by keyset, its cursors and ends, and the count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, Uuid, and_, case, cast, func, literal_column, select, true, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.resolvers.connections import Window, order_name, slice_of
from app.resolvers.filters import conditions_of
from app.resolvers.plans.building import Asked, Row, declared, named, table_named
from app.resolvers.plans.selection import UnplannableError
from app.resolvers.plans.texts import constant, expression, object_text, or_null, quoted
from app.storage.conditions import COMPARED, Condition, clause
from app.storage.reads import COUNT_LIMIT, Slice, Sort, listed
from app.storage.tables.columns import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import FieldNode, GraphQLField, GraphQLObjectType
    from graphql.execution.values import VariableValues
    from sqlalchemy import BindParameter, ColumnElement, FromClause, Table
    from sqlalchemy.types import TypeEngine

    from app.resolvers.plans.building import Builder
    from app.resolvers.plans.texts import Written

    Write = Callable[[Row, GraphQLObjectType, Sequence[FieldNode]], Written]

_NUMBER = "page_row"
"""The column that numbers the rows of a page in the order of reading."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What the arguments of a connection ask for."""

    conditions: tuple[Condition, ...]
    sort: Sort
    part: Slice
    window: Window

    def asked(self) -> Asked:
        """Tell the shape of the statement from the values it is given."""
        shape: list[Any] = [
            (one.columns, one.comparison, None if _is_valued(one) else _frozen(one.value))
            for one in self.conditions
        ]
        values = [
            COMPARED[one.comparison].value_of(one.value)
            for one in self.conditions
            if _is_valued(one)
        ]
        part = self.part
        structure = (tuple(shape), self.sort, part.limit, part.backward, part.position is None)
        return Asked(structure, (*values, *(part.position or ())))

    def kinds(self, table: Table) -> tuple[TypeEngine[Any], ...]:
        """Return the types of the values."""
        kinds = []
        for one in self.conditions:
            type_of = COMPARED[one.comparison].type_of
            if type_of is not None:
                kinds.append(type_of(table.c[one.columns[0]]))
        position = (table.c[self.sort.column].type, Uuid())
        return (*kinds, *(position if self.part.position is not None else ()))


def connection_text(
    builder: Builder,
    field: GraphQLField,
    nodes: list[FieldNode],
    parent: FromClause | None,
    write: Write,
) -> Written:
    """Write a connection over a table, or over its rows that refer to a parent.

    `write` writes the objects of its nodes.

    Raises:
        DomainError: the arguments are refused; the executor answers that.
    """
    name, via, default = declared(field)["connection"]
    table = table_named(name)

    def page(variables: VariableValues) -> _Page:
        given = builder.ground.arguments(field, nodes[0], variables)
        return _page_of(given, name, default)

    found = page(builder.variables)
    _, parameters = builder.ask(
        nodes[:1], lambda variables: page(variables).asked(), lambda _asked: found.kinds(table)
    )
    connection = _Connection(builder, table, via, parent, found, parameters, named(field.type))
    return connection.text(nodes, write)


def _page_of(given: dict[str, Any], table: str, default: Any) -> _Page:  # noqa: ANN401 - an enum of orders
    """Read the arguments as the connection's resolver does."""
    window = Window(*(given.get(name) for name in ("first", "after", "last", "before")))
    column, _, direction = (given.get("sort") or default).value.partition(" ")
    sort = Sort(column, descending=direction == "desc")
    conditions = tuple(conditions_of(given.get("filter")))
    return _Page(conditions, sort, slice_of(window, table, sort), window)


@dataclass(slots=True)
class _Connection:
    """One connection of a statement."""

    builder: Builder
    table: Table
    via: str | None
    parent: FromClause | None
    page: _Page
    parameters: list[BindParameter[Any]]
    kind: GraphQLObjectType

    def text(self, nodes: list[FieldNode], write: Write) -> Written:
        """Write the connection."""
        fields = self.builder.collect(self.kind, [node.selection_set for node in nodes])
        row = Row(self.builder, self._rows().subquery(self.builder.name("p")))
        texts = {key: self._member(row, found, write) for key, found in fields.items()}
        # One row even where nothing is counted or listed, such as for the type's name alone.
        query = select(expression(object_text(texts))).select_from(row.source()).having(true())
        return (query.correlate_except(*row.own()).scalar_subquery(),)

    def _rows(self) -> Any:  # noqa: ANN401 - a statement over all columns of the table
        """Select the page's rows and one more, numbered in the order of reading."""
        rows, where = self._wanted()
        part, sort = self.page.part, self.page.sort
        columns = [rows.c[sort.column], rows.c.id]
        is_descending = sort.descending is not part.backward
        if part.position is not None:
            keyset, position = tuple_(*columns), tuple_(*self.parameters[-2:])
            where.append(keyset < position if is_descending else keyset > position)
        ordered = [one.desc() if is_descending else one.asc() for one in columns]
        number = func.row_number().over(order_by=ordered).label(_NUMBER)
        read = [rows.c[column.name] for column in listed(self.table)]
        query = select(*read, number).where(*where).order_by(*ordered)
        # The limit stands in the statement, so that the planner knows how few rows are read.
        limited = query.limit(literal_column(str(part.limit + 1)))
        return limited.correlate_except(rows)

    def _wanted(self) -> tuple[FromClause, list[ColumnElement[bool]]]:
        """Return the table and what its rows must meet, but for the position."""
        rows, seen = self.builder.rows_of(self.table)
        where = [seen]
        if self.via is not None and self.parent is not None:
            where.append(rows.c[self.via] == self.parent.c.id)
        pending, club = list(self.parameters), self.builder.club
        where += [
            clause(rows, one, lambda _value, _kind: pending.pop(0), club)
            for one in self.page.conditions
        ]
        return rows, where

    def _member(self, row: Row, nodes: list[FieldNode], write: Write) -> Written:
        """Write one field of the connection."""
        name = nodes[0].name.value
        if name == "__typename":
            return (f'"{self.kind.name}"',)
        if name == "nodes":
            return self._list(row, write(row, self._kind_of("nodes"), nodes))
        if name == "edges":
            return self._list(row, self._edge_text(row, nodes, write))
        if name == "pageInfo":
            return self._ends_text(row, nodes)
        if name == "totalCount":
            return self._count_text(nodes)
        raise UnplannableError

    def _kind_of(self, name: str) -> GraphQLObjectType:
        kind: GraphQLObjectType = named(self.kind.fields[name].type)
        return kind

    def _kept(self, row: Row) -> ColumnElement[bool]:
        """Tell the rows of the page from the one beyond it."""
        return row.rows.c[_NUMBER] <= literal_column(str(self.page.part.limit))

    def _list(self, row: Row, text: Written) -> Written:
        """Write the kept rows as a list in the order that was asked for."""
        number = row.rows.c[_NUMBER]
        order = number.desc() if self.page.part.backward else number.asc()
        listed_ = func.string_agg(expression(text), aggregate_order_by(constant(","), order))
        return "[", func.coalesce(listed_.filter(self._kept(row)), constant("")), "]"

    def _edge_text(self, row: Row, nodes: list[FieldNode], write: Write) -> Written:
        kind = self._kind_of("edges")
        texts: dict[str, Written] = {}
        for key, found in self.builder.collect(kind, [one.selection_set for one in nodes]).items():
            name = found[0].name.value
            if name == "__typename":
                texts[key] = (f'"{kind.name}"',)
            elif name == "cursor":
                texts[key] = quoted(self._cursor(row))
            else:
                texts[key] = write(row, named(kind.fields[name].type), found)
        return object_text(texts)

    def _cursor(self, row: Row) -> ColumnElement[str]:
        """Write the position of a row as `connections.write_cursor` does."""
        return _encoded(self._position(row))

    def _position(self, row: Row) -> ColumnElement[str]:
        """Write what a cursor holds: the order, the value and the id."""
        value, sort = row.rows.c[self.page.sort.column], self.page.sort
        written: Written = (cast(func.to_json(value), Text),)
        if isinstance(self.table.c[sort.column].type, (Choice, Uuid)):
            written = quoted(value)
        return expression((f'["{order_name(sort)}",', *written, ",", *quoted(row.rows.c.id), "]"))

    def _ends_text(self, row: Row, nodes: list[FieldNode]) -> Written:
        kind = self._kind_of("pageInfo")
        texts: dict[str, Written] = {}
        for key, found in self.builder.collect(kind, [one.selection_set for one in nodes]).items():
            texts[key] = self._end_text(row, kind, found[0].name.value)
        return object_text(texts)

    def _end_text(self, row: Row, kind: GraphQLObjectType, name: str) -> Written:
        window, backward = self.page.window, self.page.part.backward
        more = func.count() > literal_column(str(self.page.part.limit))
        has_more: Written = (cast(more, Text),)
        if name == "hasNextPage":
            return (str(window.before is not None).lower(),) if backward else has_more
        if name == "hasPreviousPage":
            return has_more if backward else (str(window.after is not None).lower(),)
        if name == "__typename":
            return (f'"{kind.name}"',)
        # Reading backwards, the first row that was read is the last one shown.
        is_first = (name == "startCursor") is not backward
        number = row.rows.c[_NUMBER]
        order = number.asc() if is_first else number.desc()
        # JSON has no control character, so that the first of all positions can be cut off at one.
        between = literal_column(r"E'\x01'", Text)
        positions = func.string_agg(self._position(row), aggregate_order_by(between, order))
        kept = positions.filter(self._kept(row))
        first = _encoded(func.split_part(kept, between, literal_column("1")))
        return or_null(quoted(first))

    def _count_text(self, nodes: list[FieldNode]) -> Written:
        """Count up to the limit, in a statement of its own inside this one."""
        kind = self._kind_of("totalCount")
        rows, where = self._wanted()
        some = (
            select(rows.c.organisation_id if "organisation_id" in rows.c else rows.c.id)
            .where(and_(*where))
            .limit(literal_column(str(COUNT_LIMIT + 1)))
            .correlate_except(rows)
            .subquery(self.builder.name("c"))
        )
        limit: ColumnElement[Any] = literal_column(str(COUNT_LIMIT))
        texts: dict[str, Written] = {}
        for key, found in self.builder.collect(kind, [one.selection_set for one in nodes]).items():
            name = found[0].name.value
            if name == "__typename":
                texts[key] = (f'"{kind.name}"',)
            elif name == "count":
                texts[key] = (cast(func.least(func.count(), limit), Text),)
            else:
                is_more = func.count() > limit
                at_least, exact = constant('"AT_LEAST"'), constant('"EXACT"')
                texts[key] = (case((is_more, at_least), else_=exact),)
        query = select(expression(object_text(texts))).select_from(some).having(true())
        return (query.correlate_except(some).scalar_subquery(),)


def _encoded(text: ColumnElement[str]) -> ColumnElement[str]:
    """Write a text in base64url without padding and line breaks."""
    encoded = func.encode(func.convert_to(text, constant("UTF8")), constant("base64"))
    found: ColumnElement[str] = func.translate(
        encoded, literal_column(r"E'+/=\n'", Text), constant("-_")
    )
    return found


def _is_valued(condition: Condition) -> bool:
    """Tell whether a condition's value is a parameter; else it shapes the statement."""
    return COMPARED[condition.comparison].type_of is not None


def _frozen(value: Any) -> Any:  # noqa: ANN401 - a value that shapes a statement
    return tuple(value) if isinstance(value, list) else value

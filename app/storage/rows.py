"""Rows as frozen dataclasses: each field of the class is the column of its name.

Nothing here commits, and nothing reads or writes rows of another organisation than the one given.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ARRAY, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.columns import Choice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from _typeshed import DataclassInstance
    from sqlalchemy import ColumnElement, Connection, Select, Table

Entity = TypeVar("Entity", bound="DataclassInstance")

_BULK_FROM = 8
"""Rows from which one set-based statement costs less than a statement for each row."""
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@cache
def names_of(entity: type[Any]) -> tuple[str, ...]:
    """Name an entity's columns, in the order of its fields."""
    return tuple(field.name for field in fields(entity))


def values_of(row: DataclassInstance) -> dict[str, Any]:
    """Return an entity's fields by name, without descending into them."""
    return {name: getattr(row, name) for name in names_of(type(row))}


@cache
def _columns(table: Table, entity: type[DataclassInstance]) -> tuple[ColumnElement[Any], ...]:
    """List the columns of an entity."""
    return tuple(table.c[name] for name in names_of(entity))


def fetch(
    connection: Connection,
    organisation_id: UUID,
    table: Table,
    entity: type[Entity],
    *conditions: ColumnElement[bool],
    lock: bool = False,
) -> list[Entity]:
    """Read entities of one organisation that meet all conditions, locking them if asked.

    Rows come in key order, so that two commands that lock several never wait in a ring.
    """
    query: Select[Any] = (
        select(*_columns(table, entity))
        .where(table.c.organisation_id == organisation_id, *conditions)
        .order_by(*table.primary_key.columns)
    )
    if lock:
        query = query.with_for_update()
    return [entity(*row) for row in connection.execute(query)]


def insert_rows(
    connection: Connection, organisation_id: UUID, table: Table, rows: Sequence[DataclassInstance]
) -> None:
    """Insert entities; many rows of one kind go in one set-based statement."""
    if not rows:
        return
    names = names_of(type(rows[0]))
    simple = not any(isinstance(table.c[name].type, (ARRAY, JSONB)) for name in names)
    if simple and len(rows) >= _BULK_FROM:
        _insert_set(connection, organisation_id, table, rows, names)
    else:
        values = [{"organisation_id": organisation_id, **values_of(row)} for row in rows]
        connection.execute(insert(table), values)


def _insert_set(
    connection: Connection,
    organisation_id: UUID,
    table: Table,
    rows: Sequence[DataclassInstance],
    names: tuple[str, ...],
) -> None:
    """Insert rows by one `INSERT … SELECT … FROM unnest(…)`.

    A column with the same value in all rows is sent once; the others travel as arrays.
    """
    parameters: dict[str, object] = {"organisation_id": organisation_id}
    constant, varying = [], []
    for name in names:
        values = [getattr(row, name) for row in rows]
        if isinstance(table.c[name].type, Choice):
            values = [None if value is None else str(value) for value in values]
        first = values[0]
        if all(value == first for value in values):
            constant.append(name)
            parameters[name] = first
        else:
            varying.append(name)
            parameters[name] = values
    statement = _set_statement(table, tuple(constant), tuple(varying))
    connection.execute(statement, parameters)


@cache
def _set_statement(table: Table, constant: tuple[str, ...], varying: tuple[str, ...]) -> Any:  # noqa: ANN401 - a prepared text clause
    """Write the set-based insert for one split into constant and varying columns."""
    types = {c.name: c.type.compile(dialect=_DIALECT) for c in table.columns}
    columns = ["organisation_id", *constant, *varying]
    scalars = [f"CAST(:{name} AS {types[name]})" for name in ("organisation_id", *constant)]
    arrays = ", ".join(f"CAST(:{name} AS {types[name]}[])" for name in varying)
    source = f" FROM unnest({arrays}) AS given({', '.join(varying)})" if varying else ""
    wanted = ", ".join([*scalars, *(f"given.{name}" for name in varying)])
    # Every part of the text is a column name or type of the table metadata.
    return text(f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {wanted}{source}")


def update_rows(
    connection: Connection, organisation_id: UUID, table: Table, rows: Iterable[DataclassInstance]
) -> None:
    """Write all fields of entities over their rows, found by id."""
    for row in rows:
        values = values_of(row)
        identity = values.pop("id")
        connection.execute(
            update(table)
            .where(table.c.organisation_id == organisation_id, table.c.id == identity)
            .values(values)
        )


def delete_rows(
    connection: Connection,
    organisation_id: UUID,
    table: Table,
    ids: Collection[UUID],
) -> None:
    """Delete rows by id."""
    if ids:
        connection.execute(
            delete(table).where(
                table.c.organisation_id == organisation_id,
                table.c.id.in_(list(ids)),
            )
        )


def synchronise(
    connection: Connection,
    organisation_id: UUID,
    table: Table,
    before: Sequence[Entity],
    after: Sequence[Entity],
) -> None:
    """Make the stored rows `before` equal to `after`: delete, update and insert by id."""
    old: Mapping[UUID, Entity] = {row.id: row for row in before}  # type: ignore[attr-defined]
    new: Mapping[UUID, Entity] = {row.id: row for row in after}  # type: ignore[attr-defined]
    delete_rows(connection, organisation_id, table, old.keys() - new.keys())
    changed = [row for key, row in new.items() if key in old and old[key] != row]
    update_rows(connection, organisation_id, table, changed)
    added = [row for key, row in new.items() if key not in old]
    insert_rows(connection, organisation_id, table, added)

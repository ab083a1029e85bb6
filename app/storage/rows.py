"""Rows as frozen dataclasses: each field of the class is the column of its name.

Nothing here commits, and nothing reads or writes rows of another organisation than the one given.
"""

from __future__ import annotations

from dataclasses import fields
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Uuid,
    any_,
    bindparam,
    delete,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.json_values import dump_json
from app.storage.tables.columns import Choice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from _typeshed import DataclassInstance
    from sqlalchemy import Connection, Select, Table, Update

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


class _Match(Enum):
    """How a field is compared: with one value, with any of several, or with nothing."""

    ONE = auto()
    ANY = auto()
    NOTHING = auto()


class Lock(Enum):
    """What others may do meanwhile with rows that were read."""

    ALONE = auto()
    """Nobody else may change or share them until the transaction ends."""
    SHARED = auto()
    """Any number of readers may hold them, but nobody may lock them."""


def fetch(
    connection: Connection,
    organisation_id: UUID,
    table: Table,
    entity: type[Entity],
    equal: Mapping[str, object],
    lock: Lock | None = None,
) -> list[Entity]:
    """Read entities of one organisation whose fields equal the given values.

    A list, tuple or set matches any of its members, None an empty field. Rows come in key order,
    so that two commands that lock several never wait in a ring.
    """
    matches = tuple((name, _match_of(value)) for name, value in equal.items())
    parameters: dict[str, Any] = {"organisation_id": organisation_id}
    for name, match in matches:
        # One array, not one parameter for each: a statement has room for 65,535 of them.
        value: Any = equal[name]
        parameters[name] = list(value) if match is _Match.ANY else value
    query = _select_statement(table, entity, matches, lock)
    return [entity(*row) for row in connection.execute(query, parameters)]


def _match_of(value: object) -> _Match:
    """Say how a field is compared with a value."""
    if value is None:
        return _Match.NOTHING
    return _Match.ANY if isinstance(value, (list, tuple, set, frozenset)) else _Match.ONE


@cache
def _select_statement(
    table: Table,
    entity: type[DataclassInstance],
    matches: tuple[tuple[str, _Match], ...],
    lock: Lock | None,
) -> Select[Any]:
    """Build a query once: building costs more than sending it, and there are few of them."""
    conditions = [table.c.organisation_id == bindparam("organisation_id", type_=Uuid())]
    for name, match in matches:
        column = table.c[name]
        if match is _Match.NOTHING:
            conditions.append(column.is_(None))
        elif match is _Match.ANY:
            conditions.append(column == any_(bindparam(name, type_=ARRAY(column.type))))
        else:
            conditions.append(column == bindparam(name, type_=column.type))
    columns = [table.c[name] for name in names_of(entity)]
    query = select(*columns).where(*conditions).order_by(*table.primary_key.columns)
    if lock is Lock.ALONE:
        return query.with_for_update()
    return query.with_for_update(read=True, key_share=True) if lock is Lock.SHARED else query


def insert_rows(
    connection: Connection, organisation_id: UUID, table: Table, rows: Sequence[DataclassInstance]
) -> None:
    """Insert entities; many rows of one kind go in one set-based statement."""
    if not rows:
        return
    names = names_of(type(rows[0]))
    if len(rows) >= _BULK_FROM and _fits_sets(table, names):
        constant, varying = _by_column(table, rows, names)
        statement = _insert_statement(table, tuple(constant), tuple(varying))
        parameters = {"organisation_id": organisation_id, **constant, **varying}
        connection.execute(statement, parameters)
    else:
        values = [{"organisation_id": organisation_id, **values_of(row)} for row in rows]
        connection.execute(insert(table), values)


def _fits_sets(table: Table, names: tuple[str, ...]) -> bool:
    """Tell whether columns can travel as arrays, which columns of arrays cannot."""
    return not any(isinstance(table.c[name].type, ARRAY) for name in names)


def _by_column(
    table: Table, rows: Sequence[DataclassInstance], names: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Turn rows into columns: those with one value for all rows, and those that need an array."""
    constant: dict[str, Any] = {}
    varying: dict[str, list[Any]] = {}
    for name in names:
        values = [getattr(row, name) for row in rows]
        if isinstance(table.c[name].type, Choice):
            values = [None if value is None else str(value) for value in values]
        elif isinstance(table.c[name].type, JSONB):
            values = [None if value is None else dump_json(value) for value in values]
        if all(value == values[0] for value in values):
            constant[name] = values[0]
        else:
            varying[name] = values
    return constant, varying


@cache
def _insert_statement(table: Table, constant: tuple[str, ...], varying: tuple[str, ...]) -> Any:  # noqa: ANN401 - a prepared text clause
    """Write `INSERT … SELECT … FROM unnest(…)` for one split into constant and varying columns."""
    types = _types_of(table)
    columns = ["organisation_id", *constant, *varying]
    scalars = [f"CAST(:{name} AS {types[name]})" for name in ("organisation_id", *constant)]
    source = f" FROM {_given(types, varying)}" if varying else ""
    wanted = ", ".join([*scalars, *(f"given.{name}" for name in varying)])
    # Every part of the text is a column name or type of the table metadata.
    return text(f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {wanted}{source}")


@cache
def _update_statement(table: Table, constant: tuple[str, ...], varying: tuple[str, ...]) -> Any:  # noqa: ANN401 - a prepared text clause
    """Write `UPDATE … FROM unnest(…)` for one split; the keys are among the varying columns."""
    types, keys = _types_of(table), key_names(table)
    changes = [f"{name} = CAST(:{name} AS {types[name]})" for name in constant]
    changes += [f"{name} = given.{name}" for name in varying if name not in keys]
    same = " AND ".join(f"{table.name}.{name} = given.{name}" for name in keys)
    # Every part of the text is a column name or type of the table metadata.
    return text(
        f"UPDATE {table.name} SET {', '.join(changes)} FROM {_given(types, varying)} "  # noqa: S608 - same
        f"WHERE {table.name}.organisation_id = CAST(:organisation_id AS UUID) AND {same}"
    )


@cache
def _types_of(table: Table) -> dict[str, str]:
    """Name the types of a table's columns as the database does."""
    return {c.name: c.type.compile(dialect=_DIALECT) for c in table.columns}


def _given(types: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Write arrays as a set of rows."""
    arrays = ", ".join(f"CAST(:{name} AS {types[name]}[])" for name in names)
    return f"unnest({arrays}) AS given({', '.join(names)})"


@cache
def key_names(table: Table) -> tuple[str, ...]:
    """Name the columns that tell the rows of one organisation apart."""
    return tuple(c.name for c in table.primary_key.columns if c.name != "organisation_id")


def update_rows(
    connection: Connection, organisation_id: UUID, table: Table, rows: Sequence[DataclassInstance]
) -> None:
    """Write all fields of entities over their rows, found by key; many go in one statement."""
    keys = key_names(table)
    names = names_of(type(rows[0])) if rows else ()
    if len(rows) >= _BULK_FROM and _fits_sets(table, names):
        constant, varying = _by_column(table, rows, names)
        # A key is an array even where all rows share it, because rows are matched by it.
        varying |= {name: [getattr(row, name) for row in rows] for name in keys}
        constant = {name: value for name, value in constant.items() if name not in keys}
        statement = _update_statement(table, tuple(constant), tuple(varying))
        parameters = {"organisation_id": organisation_id, **constant, **varying}
        connection.execute(statement, parameters)
        return
    statement = _update_one_statement(table)
    for row in rows:
        values = values_of(row)
        same = {f"same_{name}": values.pop(name) for name in keys}
        connection.execute(statement, {"same_organisation": organisation_id, **same, **values})


@cache
def _update_one_statement(table: Table) -> Update:
    """Build the update of one row once; its parameters say which columns are set."""
    same = [table.c[name] == bindparam(f"same_{name}") for name in key_names(table)]
    return update(table).where(table.c.organisation_id == bindparam("same_organisation"), *same)


def delete_rows(
    connection: Connection, organisation_id: UUID, table: Table, keys: Collection[tuple[Any, ...]]
) -> None:
    """Delete rows by their keys, each a tuple in the order of `key_names`."""
    if keys:
        names = key_names(table)
        one = len(names) == 1
        column = table.c[names[0]] if one else tuple_(*(table.c[name] for name in names))
        wanted = [key[0] for key in keys] if one else list(keys)
        connection.execute(
            delete(table).where(table.c.organisation_id == organisation_id, column.in_(wanted))
        )


def keyed(table: Table, rows: Sequence[Entity]) -> dict[tuple[Any, ...], Entity]:
    """Return entities by their keys."""
    names = key_names(table)
    return {tuple(getattr(row, name) for name in names): row for row in rows}

"""The statement that is run: rows with the types that were promised, parameters in order."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from semantic.query.query import Constant, Query
from semantic.run.compiled import Compiled, Explanation, Reliance, ResultColumn, Role
from semantic.sqlapi.functions import as_text, wall_clock
from semantic.sqlapi.nesting import Compilation
from semantic.sqlapi.statements import NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import (
    DIGITS,
    NUMBERS,
    TIMES,
    Parts,
    Typed,
    ValueKind,
    as_kind,
    exact,
    read_literal,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from semantic.sqlapi.relations import RowsRelation

_SIZED = re.compile(r"(?P<name>[a-z ]+?)\s*(?:\((?P<sizes>[\d, ]+)\))?(?P<rest>[a-z ]*)")
_NUMBERS = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double precision": "DOUBLE",
}
_TEXTS = ("text", "character varying", "character", "name", "unknown", "varchar")
_OTHERS = {
    "boolean": ValueKind.BOOL,
    "date": ValueKind.DATE,
    "interval": ValueKind.INTERVAL,
    "timestamp": ValueKind.TIMESTAMP,
    "timestamp without time zone": ValueKind.TIMESTAMP,
    "timestamp with time zone": ValueKind.TIMESTAMPTZ,
}
_KINDS = {
    ValueKind.TEXT: "string",
    ValueKind.UNKNOWN: "string",
    ValueKind.INTERVAL: "string",
    ValueKind.BOOL: "boolean",
    ValueKind.DATE: "time",
    ValueKind.TIMESTAMP: "time",
    ValueKind.TIMESTAMPTZ: "time",
}


def compose(
    rows: RowsRelation,
    columns: tuple[tuple[str, str], ...] | None,
    zone: str,
    compile_query: Callable[[Query], Compiled],
    own: Compiled,
) -> Compiled:
    """Put a statement together; `columns` are names and PostgreSQL's types of what is shown.

    `own` has the club, and nothing else.

    Raises:
        SqlError: a column cannot be what was promised.
    """
    items = rows.items
    if columns is not None:
        if len(columns) != len(items):
            raise SqlError("the columns are not those that were described", NOT_SUPPORTED)
        items = tuple(
            _as_type(one, type_, zone) for one, (_, type_) in zip(items, columns, strict=True)
        )
    else:
        items = tuple(
            as_kind(one, ValueKind.TEXT, zone) if one.kind is ValueKind.UNKNOWN else one
            for one in items
        )
    names = rows.names if columns is None else tuple(name for name, _ in columns)
    parts = rows.written(items)
    compilation = Compilation(compile_query)
    answers = {one: compilation.compiled(one) for one in parts if isinstance(one, Query)}
    found = compilation.found
    sql, parameters = _assemble(parts, answers)
    shown = tuple(
        ResultColumn(name, name, Role.DIMENSION, _KINDS.get(one.kind, "number"), f"c{number}")
        for number, (name, one) in enumerate(zip(names, items, strict=True))
    )
    whole = replace(
        own,
        sql=sql,
        parameters=parameters,
        columns=shown,
        explanation=_explain(found),
        tables=frozenset(name for one in found for name in one.tables),
        cubes=frozenset(name for one in found for name in one.cubes),
        rollups={table: name for one in found for table, name in one.rollups.items()},
    )
    reliances = [one.reliance for one in found if one.reliance is not None]
    if not reliances:
        return whole
    direct = {query: _direct(one) for query, one in answers.items()}
    sql, parameters = _assemble(parts, direct)
    reliance = Reliance(
        version=min(one.version for one in reliances),
        built_at=min(one.built_at for one in reliances),
        tables=frozenset(name for one in reliances for name in one.tables),
        direct=replace(whole, sql=sql, parameters=parameters, rollups={}),
    )
    return replace(whole, reliance=reliance)


def _direct(one: Compiled) -> Compiled:
    return one if one.reliance is None else one.reliance.direct


def _assemble(parts: Parts, answers: Mapping[Query, Compiled]) -> tuple[str, tuple[Any, ...]]:
    """Write a statement with its parameters in the order of its text."""
    texts: list[str] = []
    parameters: list[Any] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Query):
            texts.append(answers[part].sql)
            parameters.extend(answers[part].parameters)
        else:
            assert isinstance(part, Constant)  # noqa: S101 - operands are inside of queries
            texts.append(f"CAST(? AS {part.type})")
            parameters.append(part.value)
    return "".join(texts), tuple(parameters)


def _explain(answers: list[Compiled]) -> Explanation:
    explained = [one.explanation for one in answers]
    return Explanation(
        facts=tuple(dict.fromkeys(one for each in explained for one in each.facts)),
        joins=tuple(dict.fromkeys(one for each in explained for one in each.joins)),
        policies=tuple(dict.fromkeys(one for each in explained for one in each.policies)),
        used=tuple(dict.fromkeys(one for each in explained for one in each.used)),
        rejected=tuple(dict.fromkeys(one for each in explained for one in each.rejected)),
    )


def _as_type(one: Typed, type_: str, zone: str) -> Typed:
    """Cast a column to a type by PostgreSQL's name of it."""
    match = _SIZED.fullmatch(type_.strip().lower())
    name = f"{match['name']}{match['rest']}".strip() if match is not None else type_
    sizes = (
        [int(size) for size in (match["sizes"] or "").split(",") if size.strip()] if match else []
    )
    if name in _NUMBERS:
        number = _number(one, zone)
        return replace(number, parts=write(f"CAST({{0}} AS {_NUMBERS[name]})", number))
    if name in ("numeric", "decimal"):
        return _decimal(_number(one, zone), sizes)
    if name in _TEXTS:
        return one if one.kind is ValueKind.TEXT else as_text(one, "the result")
    kind = _OTHERS.get(name)
    if kind is None:
        raise SqlError(f"a result of the type {type_} is not known here", NOT_SUPPORTED)
    if kind in TIMES and one.kind in TIMES and TIMES.index(one.kind) > TIMES.index(kind):
        one = wall_clock(one, zone)
        return Typed(write("CAST({0} AS DATE)", one), kind) if kind is ValueKind.DATE else one
    return as_kind(one, kind, zone)


def _number(one: Typed, zone: str) -> Typed:
    if one.kind is ValueKind.UNKNOWN:
        return read_literal(one, ValueKind.NUMERIC, zone)
    if one.kind not in NUMBERS:
        raise SqlError(f"{one.kind} is no number", NOT_SUPPORTED)
    return one


def _decimal(one: Typed, sizes: list[int]) -> Typed:
    if sizes and sizes[0] <= DIGITS:
        digits, scale = (*sizes, 0)[:2]
        return Typed(write(f"CAST({{0}} AS DECIMAL({digits}, {scale}))", one), ValueKind.NUMERIC)
    if one.kind in (ValueKind.INT4, ValueKind.INT):
        return Typed(write(f"CAST({{0}} AS DECIMAL({DIGITS}, 0))", one), ValueKind.NUMERIC)
    return exact(one) if one.kind is not ValueKind.NUMERIC else one

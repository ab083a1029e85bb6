"""Conditions of filters, each as a clause of SQL over a value that may come later."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, func, or_, select

from app.storage.inventory import LIVE
from app.storage.invoice_status import has_status, is_of_sale_in, today_of
from app.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, FromClause
    from sqlalchemy.types import TypeEngine


class Comparison(StrEnum):
    """How a filter compares a column with its value."""

    EQUAL = "EQUAL"
    ANY_OF = "ANY_OF"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    BELOW = "BELOW"
    CONTAINS = "CONTAINS"
    IS_SET = "IS_SET"
    FREE_AT = "FREE_AT"
    HAS_STATUS = "HAS_STATUS"
    OF_SALE_STATUS = "OF_SALE_STATUS"


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: any of `columns` compares so with `value`."""

    columns: tuple[str, ...]
    comparison: Comparison
    value: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """How one comparison becomes SQL.

    `type_of` is the type of the value that the clause is built over, from that of the column;
    None where the value shapes the clause itself. `value_of` turns the filter's value into it.
    """

    clause: Callable[[Any, Any], ColumnElement[bool]]
    type_of: Callable[[Any], TypeEngine[Any]] | None
    value_of: Callable[[Any], Any] = lambda value: value


def clauses(
    rows: FromClause, conditions: Sequence[Condition], organisation_id: UUID
) -> list[ColumnElement[bool]]:
    """Turn filters with their values into SQL conditions, all of which must hold."""
    club = _given(organisation_id, Uuid())
    return [clause(rows, one, _given, club) for one in conditions]


def clause(
    rows: FromClause,
    condition: Condition,
    bind: Callable[[Any, TypeEngine[Any]], ColumnElement[Any]],
    organisation_id: ColumnElement[UUID],
) -> ColumnElement[bool]:
    """Turn a filter into a SQL condition; `bind` makes the parameter for a value of a type."""
    compared = COMPARED[condition.comparison]
    if condition.comparison is Comparison.HAS_STATUS:
        return has_status(rows, condition.value, today_of(organisation_id))
    columns = [rows.c[name] for name in condition.columns]
    if compared.type_of is None:
        return or_(*(compared.clause(column, condition.value) for column in columns))
    value = bind(compared.value_of(condition.value), compared.type_of(columns[0]))
    return or_(*(compared.clause(column, value) for column in columns))


def _given(value: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:  # noqa: ANN401 - any value
    """Bind a value that is known."""
    return bindparam(None, value, type_=kind)


def _own(column: Any) -> TypeEngine[Any]:  # noqa: ANN401 - a column of any type
    """Return the column's own type."""
    kind: TypeEngine[Any] = column.type
    return kind


def _list_of(column: Any) -> TypeEngine[Any]:  # noqa: ANN401 - same
    """Return the type of a list of the column's values."""
    return ARRAY(column.type)


def _pattern(value: str) -> str:
    """Write a text as a pattern that finds it anywhere."""
    for sign in "/%_":
        value = value.replace(sign, "/" + sign)
    return f"%{value}%"


def _contains(column: Any, pattern: Any) -> ColumnElement[bool]:  # noqa: ANN401 - same
    """Look for a text whatever its capitals."""
    return func.lower(column).like(func.lower(pattern), escape="/")


def _by_day(_column: Any, _values: Any) -> ColumnElement[bool]:  # noqa: ANN401 - same
    """Stand for what depends on the club's day, which `clause` knows and a column does not."""
    raise AssertionError


COMPARED: Mapping[Comparison, Compared] = {
    Comparison.EQUAL: Compared(operator.eq, _own),
    Comparison.ANY_OF: Compared(lambda column, values: column == any_(values), _list_of, list),
    Comparison.AT_LEAST: Compared(operator.ge, _own),
    Comparison.AT_MOST: Compared(operator.le, _own),
    Comparison.BELOW: Compared(operator.lt, _own),
    Comparison.CONTAINS: Compared(_contains, lambda _column: Text(), _pattern),
    Comparison.IS_SET: Compared(
        lambda column, value: column.is_not(None) if value else column.is_(None), None
    ),
    Comparison.FREE_AT: Compared(
        lambda column, values: _free_at(column.table, values), lambda _column: ARRAY(Uuid), list
    ),
    Comparison.HAS_STATUS: Compared(_by_day, None),
    Comparison.OF_SALE_STATUS: Compared(
        lambda column, values: is_of_sale_in(column.table, values), None
    ),
}
"""Every comparison of filters."""


def _free_at(resource: FromClause, items: ColumnElement[Any]) -> ColumnElement[bool]:
    """Keep the resources that are blocked or reserved at none of the calendar items."""
    r, b = metadata.tables["reservation"], metadata.tables["resource_block"]
    reserved = select(r.c.id).where(
        r.c.organisation_id == resource.c.organisation_id,
        r.c.resource_id == resource.c.id,
        r.c.calendar_item_id == any_(items),
        r.c.state.in_(LIVE),
    )
    blocked = select(b.c.id).where(
        b.c.organisation_id == resource.c.organisation_id,
        b.c.resource_id == resource.c.id,
        b.c.calendar_item_id == any_(items),
    )
    return and_(
        ~resource.c.is_blocked,
        ~reserved.correlate_except(r).exists(),
        ~blocked.correlate_except(b).exists(),
    )

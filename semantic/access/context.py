"""The caller's security context in policies: what is missing refuses, it never becomes text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from semantic.query.dates import Calendar, utc_now
from semantic.query.filters import DATE_OPERATORS, read_conditions
from semantic.query.query import QueryError, Test
from semantic.query.zones import canonical_zone, zone_of
from semantic.spec.filters import ContextValue

if TYPE_CHECKING:
    from datetime import datetime

    from semantic.access.principal import Principal
    from semantic.query.query import Condition, Query
    from semantic.spec.filters import MemberFilter
    from semantic.spec.policies import ContextCondition


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks a query, and how dates such as `today` are meant in it."""

    principal: Principal
    calendar: Calendar

    @staticmethod
    def of(query: Query, principal: Principal, now: datetime | None) -> Asker:
        """Mean dates by the time zone of a query.

        Raises:
            QueryError: there is no such zone, `TIMEZONE_UNKNOWN`.
        """
        if canonical_zone(query.timezone) != query.timezone:
            message = f"'{query.timezone}' is no time zone; write one such as 'Europe/Berlin'"
            raise QueryError(message, code="TIMEZONE_UNKNOWN")
        return Asker(principal, Calendar(zone_of(query.timezone), now or utc_now()))

    def test(self, name: str, written: MemberFilter, place: str) -> Condition:
        """Write a filter of a model as a test of a query, with the caller's values.

        Raises:
            QueryError: `CONTEXT_MISSING`, or `DATE_INVALID` for what is no date.
        """
        values = context_values(written.values, self.principal, place)
        if written.operator not in DATE_OPERATORS:
            return Test(name, written.operator, values)
        raw = {"member": name, "operator": written.operator, "values": list(values)}
        return read_conditions([raw], self.calendar)[0]


def context_values(
    values: tuple[str | int | float | bool | ContextValue | None, ...],
    principal: Principal,
    place: str,
) -> tuple[str | None, ...]:
    """Return the values of a filter as texts; a list in the context stands for all its values.

    Raises:
        QueryError: the context lacks a value, `CONTEXT_MISSING`.
    """
    found: list[str | None] = []
    for one in values:
        if not isinstance(one, ContextValue):
            found.append(_text(one))
            continue
        value = read_context(one.path, principal)
        several = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        if value is None or not several or None in several:
            raise refuse_missing(place, one.path)
        found.extend(map(_text, several))
    return tuple(found)


def read_context(path: tuple[str, ...], principal: Principal) -> Any:  # noqa: ANN401 - whatever the token has
    """Return a value of the context, or None where there is none."""
    here: Any = principal.context
    for one in path:
        if not isinstance(here, Mapping) or one not in here:
            return None
        here = here[one]
    return here


def holds(condition: ContextCondition, principal: Principal, place: str) -> bool:
    """Tell whether a condition of a policy holds.

    Raises:
        QueryError: the context lacks the value, `CONTEXT_MISSING`.
    """
    value = read_context(condition.path, principal)
    if value is None:
        raise refuse_missing(place, condition.path)
    if condition.operator in ("is_true", "is_false"):
        return bool(value) == (condition.operator == "is_true")
    return bool(value == condition.value) == (condition.operator == "equals")


def refuse_missing(place: str, path: tuple[str, ...]) -> QueryError:
    """Build the error for a policy that needs what the caller's context does not have."""
    message = (
        f"'{place}' shows rows by '{'.'.join(path)}', which your security context does not have"
    )
    return QueryError(message, code="CONTEXT_MISSING", kind="", status=403)


def _text(value: str | float | bool | None) -> str | None:  # noqa: FBT001 - a value may be true or false
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)

"""The form of a query's JSON, checked key by key, with the messages that Cube's clients know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semantic.query.query import QueryError
from semantic.query.zones import canonical_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATORS = (
    "equals",
    "notEquals",
    "contains",
    "notContains",
    "startsWith",
    "notStartsWith",
    "endsWith",
    "notEndsWith",
    "in",
    "notIn",
    "gt",
    "gte",
    "lt",
    "lte",
    "set",
    "notSet",
    "inDateRange",
    "notInDateRange",
    "onTheDate",
    "beforeDate",
    "beforeOrOnDate",
    "afterDate",
    "afterOrOnDate",
    "measureFilter",
)
CACHE_MODES = ("stale-if-slow", "stale-while-revalidate", "must-revalidate", "no-cache")
RESPONSE_FORMATS = ("default", "compact", "columnar", "arrow")
"""Cube's, and `arrow`, which is ours."""
DIRECTIONS = ("asc", "desc")
DEPTH_LIMIT = 30
"""How deep groups of filters may lie in each other."""

_ID = r"^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+$"
_ID_WITH_GRANULARITY = r"^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)?$"
_ORDERED = re.compile(r"[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+){0,2}")
_NAME_BYTES = 128
_SAFE = 2**53 - 1


def invalid(message: str) -> QueryError:
    """Build the error for a query whose form is wrong."""
    return QueryError(f"Invalid query format: {message}", code="QUERY_INVALID", kind="")


def check_shape(raw: object) -> dict[str, Any]:
    """Check the form of a query, and nothing about what its members are; return it.

    Raises:
        QueryError: QUERY_INVALID, naming the key.
    """
    if not isinstance(raw, dict):
        raise invalid('"value" must be of type object')
    for key, check in _KEYS.items():
        if key in raw:
            check(raw[key], key)
    _refuse_others(raw, _KEYS, "")
    return raw


def _refuse_others(given: Mapping[str, Any], known: Mapping[str, Any], path: str) -> None:
    for key in given:
        if key not in known:
            raise invalid(f'"{path}{key}" is not allowed')


def as_list(value: object, label: str) -> list[Any]:
    """Return a list as one, and refuse everything else."""
    if not isinstance(value, list):
        raise invalid(f'"{label}" must be an array')
    return value


def _members(pattern: str) -> Callable[[object, str], None]:
    compiled = re.compile(pattern)

    def check(value: object, label: str) -> None:
        for index, one in enumerate(as_list(value, label)):
            place = f"{label}[{index}]"
            if not isinstance(one, str):
                raise invalid(f'"{place}" must be one of [string, object]')
            if compiled.fullmatch(one) is None:
                message = f'"{place}" with value "{one}" fails to match the required pattern: '
                raise invalid(f"{message}/{pattern}/")

    return check


def _member(value: object, label: str) -> None:
    if not isinstance(value, str):
        raise invalid(f'"{label}" must be a string')
    if re.fullmatch(_ID, value) is None:
        message = f'"{label}" with value "{value}" fails to match the required pattern: /{_ID}/'
        raise invalid(message)


def one_of(choices: tuple[str, ...]) -> Callable[[object, str], None]:
    """Build a check for a text that is one of a few."""

    def check(value: object, label: str) -> None:
        if not isinstance(value, str) or value not in choices:
            raise invalid(f'"{label}" must be one of [{", ".join(choices)}]')

    return check


def _truth(value: object, label: str) -> None:
    if not isinstance(value, bool):
        raise invalid(f'"{label}" must be a boolean')


def _whole(value: object, label: str) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise invalid(f'"{label}" must be a number')
    if abs(value) > _SAFE:
        raise invalid(f'"{label}" must be a safe number')
    if value != int(value):
        raise invalid(f'"{label}" must be an integer')
    if value < 0:
        raise invalid(f'"{label}" must be greater than or equal to 0')


def _filters(value: object, label: str) -> None:
    for index, one in enumerate(as_list(value, label)):
        if not _is_condition(one, 0):
            raise invalid(f'"{label}[{index}]" does not match any of the allowed types')


def _is_condition(one: object, depth: int) -> bool:
    """Tell whether something is a filter or a group of them."""
    if depth > DEPTH_LIMIT:
        raise invalid(f'"filters" may lie at most {DEPTH_LIMIT} deep in each other')
    if not isinstance(one, dict):
        return False
    if one.keys() in ({"or"}, {"and"}):
        (inner,) = one.values()
        return isinstance(inner, list) and all(_is_condition(each, depth + 1) for each in inner)
    return _is_test(one)


def _is_test(one: Mapping[str, Any]) -> bool:
    if not one.keys() <= {"dimension", "member", "operator", "values"}:
        return False
    if ("dimension" in one) == ("member" in one) or one.get("operator") not in OPERATORS:
        return False
    member = one.get("member", one.get("dimension"))
    values = one.get("values", [])
    return (
        isinstance(member, str)
        and re.fullmatch(_ID, member) is not None
        and isinstance(values, list)
        and all(value is None or isinstance(value, str | bool | int | float) for value in values)
    )


def _time_dimensions(value: object, label: str) -> None:
    for index, one in enumerate(as_list(value, label)):
        _time_dimension(one, f"{label}[{index}]")


def _time_dimension(one: object, label: str) -> None:
    if not isinstance(one, dict):
        raise invalid(f'"{label}" must be of type object')
    if "dimension" not in one:
        raise invalid(f'"{label}.dimension" is required')
    for key, check in _TIME_KEYS.items():
        if key in one:
            check(one[key], f"{label}.{key}")
    _refuse_others(one, _TIME_KEYS, f"{label}.")
    if "dateRange" in one and "compareDateRange" in one:
        peers = "[dateRange, compareDateRange]"
        raise invalid(f'"{label}" contains a conflict between optional exclusive peers {peers}')


def _granularity(value: object, label: str) -> None:
    if not isinstance(value, str):
        raise invalid(f'"{label}" must be a string')
    if value == "":
        raise invalid(f'"{label}" is not allowed to be empty')
    if len(value.encode()) > _NAME_BYTES:
        raise invalid(
            f'"{label}" length must be less than or equal to {_NAME_BYTES} characters long'
        )


def _date_range(value: object, label: str) -> None:
    if isinstance(value, str):
        if value == "":
            raise invalid(f'"{label}" is not allowed to be empty')
        return
    if not isinstance(value, list):
        raise invalid(f'"{label}" must be one of [array, string]')
    for index, one in enumerate(value):
        if not isinstance(one, str):
            raise invalid(f'"{label}[{index}]" must be a string')
    if not value:
        raise invalid(f'"{label}" must contain at least 1 items')
    if len(value) > len(("from", "to")):
        raise invalid(f'"{label}" must contain less than or equal to 2 items')


def _date_ranges(value: object, label: str) -> None:
    spans = as_list(value, label)
    if not spans:
        raise invalid(f'"{label}" must contain at least 1 items')
    for index, one in enumerate(spans):
        _date_range(one, f"{label}[{index}]")


def _order(value: object, label: str) -> None:
    if isinstance(value, dict):
        for key, direction in value.items():
            if _ORDERED.fullmatch(key) is None:
                raise invalid(f'"{label}.{key}" is not allowed')
            one_of(DIRECTIONS)(direction, f"{label}.{key}")
        return
    if not isinstance(value, list):
        raise invalid(f'"{label}" must be one of [object, array]')
    for index, one in enumerate(value):
        _ordering(one, f"{label}[{index}]")


def _ordering(one: object, label: str) -> None:
    pair = as_list(one, label)
    if len(pair) != len(("member", "direction")):
        bound = "at least" if len(pair) < len(("member", "direction")) else "at most"
        raise invalid(f'"{label}" must contain {bound} 2 items')
    member, direction = pair
    if not isinstance(member, str):
        raise invalid(f'"{label}[0]" must be a string')
    if _ORDERED.fullmatch(member) is None:
        message = f'"{label}[0]" with value "{member}" fails to match the required pattern: '
        raise invalid(f"{message}/^{_ORDERED.pattern}$/")
    one_of(DIRECTIONS)(direction, f"{label}[1]")


def _timezone(value: object, label: str) -> None:
    if not isinstance(value, str):
        raise invalid(f'"{label}" must be a string')
    # An empty one means the caller's own, as if there was none.
    if value and canonical_zone(value) is None:
        raise invalid(f'"{label}" must be a valid IANA time zone, got "{value}"')


def _join_hints(value: object, label: str) -> None:
    for index, one in enumerate(as_list(value, label)):
        place = f"{label}[{index}]"
        for number, name in enumerate(as_list(one, place)):
            if not isinstance(name, str):
                raise invalid(f'"{place}[{number}]" must be a string')


def _no_subqueries(value: object, label: str) -> None:
    if as_list(value, label):
        raise invalid(f'"{label}" is not executed here; join in the model instead')


def _subtotals(value: object, label: str) -> None:
    for index, one in enumerate(as_list(value, label)):
        _members(_ID_WITH_GRANULARITY)(one, f"{label}[{index}]")


def _extensions(value: object, label: str) -> None:
    if not isinstance(value, dict):
        raise invalid(f'"{label}" must be of type object')
    for key, check in _EXTENSION_KEYS.items():
        if key in value:
            check(value[key], f"{label}.{key}")
    _refuse_others(value, _EXTENSION_KEYS, f"{label}.")


_EXTENSION_KEYS: Mapping[str, Callable[[object, str], None]] = {
    "typedNumbers": _truth,
    "subtotals": _subtotals,
    "mixedConditions": _truth,
}
_TIME_KEYS: Mapping[str, Callable[[object, str], None]] = {
    "dimension": _member,
    "granularity": _granularity,
    "dateRange": _date_range,
    "compareDateRange": _date_ranges,
}
_KEYS: Mapping[str, Callable[[object, str], None]] = {
    "measures": _members(_ID),
    "dimensions": _members(_ID_WITH_GRANULARITY),
    "filters": _filters,
    "timeDimensions": _time_dimensions,
    "order": _order,
    "segments": _members(_ID),
    "timezone": _timezone,
    "limit": _whole,
    "offset": _whole,
    "total": _truth,
    "cacheMode": one_of(CACHE_MODES),
    "cache": one_of(CACHE_MODES),
    "ungrouped": _truth,
    "responseFormat": one_of(RESPONSE_FORMATS),
    "subqueryJoins": _no_subqueries,
    "joinHints": _join_hints,
    "extensions": _extensions,
}

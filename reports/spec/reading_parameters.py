"""Reads the parameters of a definition, and the values that are chosen for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reports.spec import periods
from reports.spec.fields import NAME, Fields, shown
from reports.spec.parameters import COMPARISONS, SEASON_PREFIX, Kind, Option, Parameter
from reports.spec.problems import suggest
from reports.spec.reading_queries import span_of
from reports.spec.texts import TEXT_LIMIT

if TYPE_CHECKING:
    from reports.spec.parameters import Value

BOUNDS = ("gte", "gt", "lte", "lt", "equals")
VALUES_LIMIT = 200
"""How many values may be chosen for one parameter."""
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_NEEDS_MEMBERS = (Kind.MEMBER, Kind.AS_OF)


def read_parameter(fields: Fields) -> Parameter | None:
    """Read a parameter."""
    for key in ("name", "kind", "title"):
        fields.needed(key)
    name = fields.plain("name", NAME, "season")
    kind = fields.kind("kind", Kind)
    title = fields.text("title")
    parameter = Parameter(
        name=name or "",
        kind=Kind(kind or Kind.MEMBER),
        title=title,  # type: ignore[arg-type] # a parameter without one is a problem, and not used
        members=fields.members("members"),
        is_multiple=fields.flag("multiple", otherwise=False),
        options=fields.each("options", _read_option),
        by=fields.plain("by", NAME, "date_role"),
        operator=fields.word("operator", BOUNDS) or "gte",
        limits=fields.listed("limits", NAME, "main"),
        starts=fields.members("starts"),
        ends=fields.members("ends"),
    )
    default = fields.take("default")
    if None in (name, kind, title):
        return None
    _check(fields, parameter)
    value, message, hint = read_value(parameter, default)
    if message:
        fields.wrong("default", message, hint)
    return _with_default(parameter, value)


def _with_default(parameter: Parameter, value: Value) -> Parameter:
    given = {one: getattr(parameter, one) for one in Parameter.__slots__}
    return Parameter(**{**given, "default": value})


def _read_option(fields: Fields) -> Option | None:
    fields.needed("value")
    fields.needed("title")
    value = fields.plain("value", _WORD, "due")
    title = fields.text("title")
    members = fields.members("members")
    return None if value is None or title is None else Option(value, title, members)


def _check(fields: Fields, parameter: Parameter) -> None:
    """Refuse a parameter that does nothing."""
    if parameter.kind in _NEEDS_MEMBERS and not parameter.members:
        fields.wrong("members", "is missing", "name the members that it filters")
    if parameter.kind is Kind.DATE_RANGE and not (parameter.members or parameter.by):
        fields.wrong("members", "is missing", "name the days that it filters, or a choice in 'by'")
    if parameter.kind is Kind.CHOICE and not parameter.options:
        fields.wrong("options", "is missing", "name what can be chosen")
    if parameter.kind is Kind.NUMBER and not (parameter.members or parameter.limits):
        fields.wrong("members", "is missing", "name members to compare, or queries in 'limits'")
    if len(parameter.starts) != len(parameter.ends):
        fields.wrong("ends", "has to have a last day for each first day in 'starts'")


def read_value(parameter: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    """Read what was chosen for a parameter: the value, or what is wrong and what is right."""
    if given is None or given in ("", [], ()):
        return (() if parameter.kind is Kind.MEMBER else None), "", ""
    return _READERS[parameter.kind](parameter, given)


def _member(parameter: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    values = list(given) if isinstance(given, list | tuple) else [given]
    if len(values) > VALUES_LIMIT:
        return None, f"has {len(values)} values", f"choose {VALUES_LIMIT} at most"
    if len(values) > 1 and not parameter.is_multiple:
        return None, "takes one value", "choose one"
    found = []
    for one in values:
        if isinstance(one, dict | list | type(None)) or len(str(one)) > TEXT_LIMIT:
            return None, f"{shown(one)} is no value", "write a text or a number"
        found.append(str(one).lower() if isinstance(one, bool) else str(one))
    return tuple(found), "", ""


def _date_range(_: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    span = span_of(given)
    return span, ("" if span else f"{shown(given)} is no range of days"), periods.FORMS


def _as_of(_: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    span = span_of(given) if isinstance(given, str) else None
    is_one = span is not None and not given.startswith(("this", "last", "next", "from"))
    message = "" if is_one else f"{shown(given)} is no day"
    return (given if is_one else None), message, "write a day like 2026-06-30, or today"


def _comparison(_: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    is_season = isinstance(given, str) and given.startswith(SEASON_PREFIX)
    if given in COMPARISONS or (is_season and len(given) > len(SEASON_PREFIX)):
        return given, "", ""
    hint = suggest(str(given), COMPARISONS)
    return None, f"{shown(given)} is nothing to compare with", f"{hint}, or {SEASON_PREFIX}<code>"


def _choice(parameter: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    known = [one.value for one in parameter.options]
    if given in known:
        return given, "", ""
    return None, f"{shown(given)} is not among the options", suggest(str(given), known)


def _number(parameter: Parameter, given: Any) -> tuple[Value, str, str]:  # noqa: ANN401 - JSON
    text = str(given)
    if isinstance(given, bool) or not _NUMBER.fullmatch(text):
        return None, f"{shown(given)} is no number", "write it like 1250 or 12.5"
    if parameter.limits and (not text.isdigit() or not 0 < int(text) <= _ROWS_LIMIT):
        return None, f"{text} is no number of rows", f"write one from 1 to {_ROWS_LIMIT}"
    return text, "", ""


_ROWS_LIMIT = 10_000
_READERS = {
    Kind.MEMBER: _member,
    Kind.DATE_RANGE: _date_range,
    Kind.AS_OF: _as_of,
    Kind.COMPARISON: _comparison,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
}

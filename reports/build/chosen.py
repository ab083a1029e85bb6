"""What a reader chose: values read, days worked out, and the other period or season beside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reports.spec import periods
from reports.spec.parameters import SEASON_PREFIX, SEASON_WORDS, Kind
from reports.spec.problems import ParameterError, Problem, suggest
from reports.spec.reading_parameters import read_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reports.spec.definition import Definition
    from reports.spec.parameters import Parameter, Value
    from reports.spec.periods import Span

_YEARS = {"current": 0, "previous": -1, "next": 1}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values of all parameters for one question.

    `spans` are the days of the ranges that were chosen, `day` is what words for seasons go by.
    """

    values: Mapping[str, Value]
    spans: Mapping[str, Span]
    day: date
    shift: Mapping[str, int] | None = field(default=None)

    def option_members(self, definition: Definition, parameter: Parameter) -> tuple[str, ...]:
        """Return what a date range filters: its own members, or those of the option chosen."""
        choice = next((one for one in definition.parameters if one.name == parameter.by), None)
        if choice is None:
            return parameter.members
        value = self.values[choice.name]
        return next((one.members for one in choice.options if one.value == value), ())

    def is_of_one_season(self, definition: Definition) -> bool:
        """Tell whether exactly one season was chosen."""
        picked = [self.values[one.name] for one in definition.parameters if one.starts]
        found = [one for one in picked if one]
        several = any(isinstance(one, tuple) and len(one) > 1 for one in found)
        return bool(found) and not several

    def season_day(self, word: str) -> str:
        """Return a day in the season that a word means."""
        return periods.moved(self.day, _YEARS[word], "year").isoformat()


def choose(definition: Definition, given: Mapping[str, Any], today: date) -> Chosen:
    """Read the values of parameters; what was not chosen has its default.

    Raises:
        ParameterError: with every problem.
    """
    found: list[Problem] = []
    known = {one.name: one for one in definition.parameters}
    for name in given:
        if name not in known:
            problem = "the report has no such parameter"
            found.append(Problem(f"parameters.{name}", problem, suggest(name, known)))
    values: dict[str, Value] = {}
    for one in definition.parameters:
        value, message, hint = read_value(one, given.get(one.name, one.default))
        if message:
            found.append(Problem(f"parameters.{one.name}", message, hint))
        values[one.name] = value
        if one.kind is Kind.CHOICE and value is None:
            values[one.name] = one.options[0].value
    if found:
        raise ParameterError(found)
    spans = {
        one.name: span
        for one in definition.parameters
        if one.kind in (Kind.DATE_RANGE, Kind.AS_OF)
        and (span := _span(values[one.name], today)) is not None
    }
    return Chosen(values, spans, today)


def _span(value: Value, today: date) -> Span | None:
    if isinstance(value, tuple):
        first, last = value
        return periods.resolve((first, last), today)
    return periods.resolve(value, today) if isinstance(value, str) else None


def compare(definition: Definition, chosen: Chosen) -> Chosen | None:
    """Return what is asked for beside, where a reader wants to compare.

    Raises:
        ParameterError: there is no period or season to compare with.
    """
    wanted = next((one for one in definition.parameters if one.kind is Kind.COMPARISON), None)
    value = None if wanted is None else chosen.values[wanted.name]
    if wanted is None or not isinstance(value, str):
        return None
    path = f"parameters.{wanted.name}"
    if value.startswith(SEASON_PREFIX) or value == "previous_season":
        return _other_season(definition, chosen, value, path)
    return _other_period(definition, chosen, value, path)


def _other_season(definition: Definition, chosen: Chosen, wanted: str, path: str) -> Chosen:
    """Move the season; a date range moves with the season before."""
    seasons = [one for one in definition.parameters if one.starts]
    picked = [one for one in seasons if chosen.values[one.name]]
    if not picked:
        message = "there is no season to compare with"
        raise ParameterError([Problem(path, message, "choose a season first")])
    if wanted != "previous_season":
        code = wanted.removeprefix(SEASON_PREFIX)
        values = {**chosen.values, **{one.name: (code,) for one in picked}}
        return replace(chosen, values=values)
    _refuse_codes(picked, chosen, path)
    moved = {name: periods.year_before(span)[0] for name, span in chosen.spans.items()}
    return replace(chosen, spans=moved, day=_year_before(chosen.day), shift={"months": 12})


def _other_period(definition: Definition, chosen: Chosen, wanted: str, path: str) -> Chosen:
    """Move the date range; a year earlier the season is another one."""
    ranges = [one.name for one in definition.parameters if one.kind is Kind.DATE_RANGE]
    span = next((chosen.spans[name] for name in ranges if name in chosen.spans), None)
    if span is None:
        message = "there is no period to compare with"
        raise ParameterError([Problem(path, message, "choose a period first")])
    is_year = wanted == "previous_year"
    other, shift = periods.year_before(span) if is_year else periods.before(span)
    spans = {**chosen.spans, **dict.fromkeys(set(ranges) & set(chosen.spans), other)}
    if not is_year:
        return replace(chosen, spans=spans, shift=shift)
    _refuse_codes([one for one in definition.parameters if one.starts], chosen, path)
    return replace(chosen, spans=spans, shift=shift, day=_year_before(chosen.day))


def _year_before(day: date) -> date:
    return periods.moved(day, -1, "year")


def _refuse_codes(seasons: list[Parameter], chosen: Chosen, path: str) -> None:
    """Refuse seasons chosen by their codes: which one comes before is not known here."""
    for one in seasons:
        values = chosen.values[one.name]
        named = values if isinstance(values, tuple) else ()
        codes = [name for name in named if name not in SEASON_WORDS]
        if codes:
            message = f"the season before '{codes[0]}' is not known"
            hint = f"choose {SEASON_PREFIX}<code> to compare with, or the current season"
            raise ParameterError([Problem(path, message, hint)])

"""Parameters as a page shows them: what is chosen, and what can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.build.notices import PARAMETER_GONE, notice
from reports.spec.parameters import COMPARISONS, SEASON_WORDS, Kind, Parameter
from reports.spec.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.build.chosen import Chosen
    from reports.build.members import Members
    from reports.spec.definition import Definition
    from reports.spec.parameters import Value
    from reports.spec.problems import Problem

_SEASONS = {
    "current": Text("This season", "Dit seizoen", "Cette saison"),
    "previous": Text("Last season", "Vorig seizoen", "Saison précédente"),
    "next": Text("Next season", "Volgend seizoen", "Saison prochaine"),
}
_COMPARED = {
    "previous_period": Text("Previous period", "Vorige periode", "Période précédente"),
    "previous_year": Text(
        "Same period last year", "Zelfde periode vorig jaar", "Même période l'an dernier"
    ),
    "previous_season": Text("Last season", "Vorig seizoen", "Saison précédente"),
}


def describe_parameters(
    definition: Definition, chosen: Chosen, members: Members, language: str
) -> tuple[tuple[Mapping[str, Any], ...], list[Problem]]:
    """Describe the parameters that the caller can choose, and tell of those that are hidden."""
    shown, hidden = [], []
    for index, one in enumerate(definition.parameters):
        named = chosen.option_members(definition, one)
        seen = [name for name in named if members.find(name) is not None]
        if named and not seen:
            hidden.append(notice(f"parameters[{index}]", PARAMETER_GONE, language))
            continue
        span = chosen.spans.get(one.name)
        shown.append(
            {
                "name": one.name,
                "title": one.title.in_language(language),
                "kind": one.kind.value,
                "multiple": one.is_multiple,
                "members": seen,
                "value": _json(chosen.values[one.name]),
                "default": _json(one.default),
                "resolved": span and [day.isoformat() for day in span],
                "choices": _choices(one, definition, language),
            }
        )
    return tuple(shown), hidden


def _json(value: Value) -> Any:  # noqa: ANN401 - JSON
    return list(value) if isinstance(value, tuple) else value


def _choices(one: Parameter, definition: Definition, language: str) -> list[dict[str, str]]:
    """List what can be chosen beside values that are looked up."""
    if one.kind is Kind.CHOICE:
        return [_choice(each.value, each.title, language) for each in one.options]
    if one.kind is Kind.COMPARISON:
        kinds = {each.kind for each in definition.parameters}
        has_season = any(each.starts for each in definition.parameters)
        known = [
            name
            for name in COMPARISONS
            if (has_season if name == "previous_season" else Kind.DATE_RANGE in kinds)
        ]
        return [_choice(name, _COMPARED[name], language) for name in known]
    if one.starts:
        return [_choice(name, _SEASONS[name], language) for name in SEASON_WORDS]
    return []


def _choice(value: str, title: Text, language: str) -> dict[str, str]:
    return {"value": value, "title": title.in_language(language)}

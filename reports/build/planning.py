"""Makes a report ready: its queries with every filter, its blocks, and what there is to tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.build.charts import draw
from reports.build.choices import describe_parameters
from reports.build.chosen import choose, compare
from reports.build.columns import Columns
from reports.build.deriving import derive_compared, derive_totals, groups_of_totals
from reports.build.filtering import Filtering
from reports.build.laying import Layout
from reports.build.members import Members
from reports.build.planned import PlannedQuery, ReportPlan
from reports.build.pruning import Pruning
from reports.build.themes import THEMES, vega_config
from reports.spec.queries import Test, members_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from reports.build.chosen import Chosen
    from reports.build.planned import PlannedColumn
    from reports.spec.definition import Definition
    from reports.spec.problems import Problem
    from reports.spec.queries import Query


def plan(
    definition: Definition,
    values: Mapping[str, Any],
    meta: Iterable[Mapping[str, Any]],
    *,
    language: str,
    today: date,
    time_zone: str,
    currency: str | None = None,
    version: int | None = None,
) -> ReportPlan:
    """Make a report ready for a caller.

    What the caller may not see, or what the models no longer have, is left out with a notice; a
    query that would lose a filter is left out as a whole, since its numbers would be others.

    Args:
        values: of parameters by their names, as JSON; those that are missing have their defaults.
        meta: cubes and views as /meta describes them to the caller.
        language: of titles and texts, such as `nl`.
        today: the day in `time_zone` that relative dates and the words for seasons go by.
        currency: the caller's, in which amounts are that name none.
        version: of the definition, where it has one.

    Raises:
        ParameterError: with every problem of the values.
    """
    chosen = choose(definition, values, today)
    planning = _Planning(definition, Members(meta), chosen, language, time_zone, currency)
    queries = planning.queries(compare(definition, chosen))
    layout = Layout(definition, queries, planning.members, language, draw)
    blocks = layout.blocks()
    parameters, hidden = describe_parameters(definition, chosen, planning.members, language)
    return ReportPlan(
        report={
            "key": definition.key,
            "code": definition.code,
            "category": definition.category,
            "title": definition.title.in_language(language),
            "description": definition.description and definition.description.in_language(language),
            "empty": definition.empty and definition.empty.in_language(language),
            "version": version,
        },
        parameters=parameters,
        queries=queries,
        blocks=blocks,
        notices=(*planning.notices, *hidden, *layout.notices),
        language=language,
        time_zone=time_zone,
        currency=currency,
        vega={theme: vega_config(theme, language, currency) for theme in THEMES},
    )


@dataclass(slots=True)
class _Planning:
    """Builds the queries of one report, and takes down what is left out."""

    definition: Definition
    members: Members
    chosen: Chosen
    language: str
    time_zone: str
    currency: str | None
    notices: list[Problem] = field(default_factory=list)

    def queries(self, other: Chosen | None) -> tuple[PlannedQuery, ...]:
        """Return every query: those of the definition, their totals, and all once more compared."""
        found: list[PlannedQuery] = []
        for name, own in self.definition.queries.items():
            pruned, notices = Pruning(self.members, self.language).apply(f"queries.{name}", own)
            self._tell(notices)
            if pruned is None:
                continue
            asked = self._filtered(name, pruned, self.chosen)
            if asked is None:
                continue
            main = PlannedQuery(name, asked, self._describe(asked), self.time_zone)
            found += self._with_totals(main)
            if other is not None:
                found += self._compared(main, self._filtered(name, pruned, other), other)
        return tuple(found)

    def _with_totals(self, query: PlannedQuery) -> list[PlannedQuery]:
        """Return a query with those for its totals.

        Where rows are chosen by their numbers, only what adds up has totals: those of the rows.
        """
        named = (name for one in query.query.filters for name in members_of(one))
        if any(self.members.is_there(name, "measure") for name in named):
            return [query]
        groups = groups_of_totals(self.definition.blocks, query)
        totals = (derive_totals(query, by, self._describe) for by in groups)
        return [query, *(one for one in totals if one.query.columns)]

    def _compared(
        self, query: PlannedQuery, asked: Query | None, other: Chosen
    ) -> list[PlannedQuery]:
        """Return a query and its totals once more for the other period, if it has one."""
        if asked is None or asked == query.query:
            return []
        moved = PlannedQuery(query.name, asked, query.columns, self.time_zone)
        is_of_one = self.chosen.is_of_one_season(self.definition)
        return [
            derive_compared(one, other.shift, self._describe, is_of_one_season=is_of_one)
            for one in self._with_totals(moved)
        ]

    def _filtered(self, name: str, query: Query, chosen: Chosen) -> Query | None:
        filtering = Filtering(self.definition, self.members, chosen, self.language)
        asked, notices = filtering.apply(name, query)
        self._tell(notices)
        return asked

    def _tell(self, notices: Iterable[Problem]) -> None:
        self.notices += [one for one in notices if one not in self.notices]

    def _describe(self, query: Query) -> tuple[PlannedColumn, ...]:
        columns = Columns(self.members, self.language, self.currency, self.definition.is_drillable)
        return columns.of(query, currency_of(query))


def currency_of(query: Query) -> str | None:
    """Return the only currency that a query filters by; None where it names none."""
    for one in query.filters:
        is_one = isinstance(one, Test) and one.operator == "equals" and len(one.values) == 1
        if is_one and isinstance(one, Test) and one.member.endswith(".currency"):
            return one.values[0]
    return None

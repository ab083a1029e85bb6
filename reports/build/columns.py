"""Columns of answers: titles in the reader's language, and how values are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from babel.numbers import get_currency_precision

from reports.build.planned import Format, PlannedColumn
from reports.build.words import translate, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.build.members import Member, Members
    from reports.spec.queries import Query

_DECIMALS = re.compile(r"\.(\d)")
_ADDED_KINDS = ("count", "count_distinct", "count_distinct_approx")
_PLAIN_DECIMALS = 2
_INSTANT = "_at"


@dataclass(frozen=True, slots=True)
class Columns:
    """Describes the columns of queries; `currency` is the one that a query has if it names none."""

    members: Members
    language: str
    currency: str | None
    is_drillable: bool

    def of(self, query: Query, currency: str | None) -> tuple[PlannedColumn, ...]:
        """Describe the columns of a query, in their order.

        `currency` is the one that its filters choose; a query by currency has none.
        """
        is_split = any(_own(one) == "currency" for one in query.dimensions)
        shown = None if is_split else currency or self.currency
        times = {one.key: one for one in query.time_dimensions if one.granularity is not None}
        columns = []
        for key in query.columns:
            time = times.get(key)
            name = key if time is None else time.member
            found = self.members.find(name)
            assert found is not None  # noqa: S101 - what is not there was left out before
            if time is not None:
                columns.append(self._time(key, name, found, str(time.granularity)))
            else:
                columns.append(self._plain(name, found, shown, query, is_over_time=bool(times)))
        return tuple(columns)

    def _time(self, key: str, name: str, found: Member, granularity: str) -> PlannedColumn:
        own: Mapping[str, Any] = next(
            (one for one in found.described.get("granularities", ()) if one["name"] == granularity),
            {},
        )
        form = Format(
            "date", granularity=granularity, interval=own.get("interval", f"1 {granularity}")
        )
        return PlannedColumn(key, name, self._title(found), "time", "time", form)

    def _plain(
        self,
        name: str,
        found: Member,
        currency: str | None,
        query: Query,
        *,
        is_over_time: bool,
    ) -> PlannedColumn:
        described = found.described
        is_measure = found.kind == "measure"
        return PlannedColumn(
            key=name,
            member=name,
            title=self._title(found),
            kind="measure" if is_measure else "dimension",
            type=described.get("type", "string"),
            format=_measure_format(described, currency) if is_measure else _dimension_format(found),
            is_additive=is_measure and found.adds_up(is_over_time=is_over_time),
            is_state=found.is_state,
            drill=self._drill(found, query) if is_measure else None,
            words={} if is_measure else words_of(name, self.language),
        )

    def _title(self, found: Member) -> str:
        return translate(found.title, self.language)

    def _drill(self, found: Member, query: Query) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Name what a measure drills to, as far as the caller may see it."""
        if not self.is_drillable:
            return None
        grouped = found.described.get("drillMembersGrouped") or {}
        own = tuple(grouped.get("dimensions", ())) or query.drill
        dimensions = tuple(one for one in own if self.members.is_there(one, "dimension"))
        measures = tuple(
            one for one in grouped.get("measures", ()) if self.members.is_there(one, "measure")
        )
        return (dimensions, measures) if dimensions else None


def _own(name: str) -> str:
    return name.partition(".")[2]


def _measure_format(described: Any, currency: str | None) -> Format:  # noqa: ANN401 - JSON
    """Read how a measure is written from Cube's format: a word, or d3's specifier."""
    given = described.get("format")
    if given == "currency":
        code = described.get("currency") or currency
        return Format("currency", get_currency_precision(code) if code else _PLAIN_DECIMALS, code)
    specifier = given.get("value", "") if isinstance(given, dict) else ""
    found = _DECIMALS.search(specifier)
    if "%" in specifier or given == "percent":
        return Format("percent", int(found[1]) if found else 1)
    if found:
        return Format("number", int(found[1]))
    return Format("number", 0 if described.get("aggType") in _ADDED_KINDS else _PLAIN_DECIMALS)


def _dimension_format(found: Member) -> Format:
    """Read how a dimension is written; days end in `_on`, instants in `_at`."""
    described = found.described
    if found.is_time:
        is_instant = described["name"].endswith(_INSTANT)
        return Format("instant" if is_instant else "date")
    given = described.get("format")
    specifier = given.get("value", "") if isinstance(given, dict) else ""
    if "%" in specifier:
        found_decimals = _DECIMALS.search(specifier)
        decimals = int(found_decimals[1]) if found_decimals else 0
        return Format("percent", decimals, is_trimmed=True)
    return Format("id" if described.get("type") == "number" else "text")

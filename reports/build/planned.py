"""A report that is ready to be asked and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.spec.queries import DEFAULT_LIMIT
from reports.spec.writing import write_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.spec.problems import Problem
    from reports.spec.queries import Query


@dataclass(frozen=True, slots=True)
class Format:
    """How values are written: text, number, currency, percent, date, instant or id.

    `interval` is how long a period of `granularity` is, such as `1 month`. What `is_trimmed` shows
    no zeros at the end of its decimals, as a rate of VAT.
    """

    kind: str
    decimals: int | None = None
    currency: str | None = None
    granularity: str | None = None
    interval: str | None = None
    is_trimmed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """A column of an answer.

    `kind` is dimension, time or measure; `type` is Cube's. With `is_state` it is a measure as of a
    day. What it drills to, dimensions and measures, stands in `drill`. `words` say how codes among
    its values are written.
    """

    key: str
    member: str
    title: str
    kind: str
    type: str
    format: Format
    is_additive: bool = False
    is_state: bool = False
    drill: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "key": self.key,
            "member": self.member,
            "title": self.title,
            "kind": self.kind,
            "type": self.type,
            "format": self.format.as_json(),
            "additive": self.is_additive,
            "values": dict(self.words),
        }


@dataclass(frozen=True, slots=True)
class PlannedQuery:
    """A query with every filter in place.

    One that is `totals_of` another has its totals by the columns in `by`. One that is `compare_of`
    another asks for the other period or season: rows belong together by the columns in `on`, times
    after `shift`.
    """

    name: str
    query: Query
    columns: tuple[PlannedColumn, ...]
    time_zone: str
    totals_of: str | None = None
    by: tuple[str, ...] = ()
    compare_of: str | None = None
    on: tuple[str, ...] = ()
    shift: Mapping[str, int] | None = None

    def column(self, key: str) -> PlannedColumn | None:
        """Return a column by its key."""
        return next((one for one in self.columns if one.key == key), None)

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        written: dict[str, Any] = {
            "name": self.name,
            "query": write_cube_query(self.query, self.time_zone),
            "columns": [one.as_json() for one in self.columns],
            "drill": {
                one.key: {"dimensions": list(one.drill[0]), "measures": list(one.drill[1])}
                for one in self.columns
                if one.drill is not None
            },
        }
        if self.totals_of is not None:
            written |= {"totals_of": self.totals_of, "by": list(self.by)}
        if self.compare_of is not None:
            shift = None if self.shift is None else dict(self.shift)
            written |= {"compare_of": self.compare_of, "on": list(self.on), "shift": shift}
        return written


def write_cube_query(query: Query, time_zone: str) -> dict[str, Any]:
    """Write a query as Cube's REST API takes it."""
    written = write_query(query)
    ours = ("drill", "ignores")
    kept = {key: value for key, value in written.items() if key not in ours}
    return {"limit": DEFAULT_LIMIT, **kept, "timezone": time_zone}


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """A report in a language, for a caller, with the values of its parameters.

    `parameters` and `blocks` are as JSON has them; `notices` tell what is shown otherwise than it
    was written.
    """

    report: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    queries: tuple[PlannedQuery, ...]
    blocks: tuple[Mapping[str, Any], ...]
    notices: tuple[Problem, ...]
    language: str
    time_zone: str
    currency: str | None = None
    vega: Mapping[str, Any] = field(default_factory=dict)

    def query(self, name: str) -> PlannedQuery:
        """Return a query by its name.

        Raises:
            KeyError: there is none.
        """
        found = next((one for one in self.queries if one.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "report": dict(self.report),
            "parameters": [dict(one) for one in self.parameters],
            "queries": [one.as_json() for one in self.queries],
            "blocks": [dict(one) for one in self.blocks],
            "notices": [{"path": one.path, "message": one.message} for one in self.notices],
            "language": self.language,
            "timeZone": self.time_zone,
            "currency": self.currency,
            "vega": dict(self.vega),
        }

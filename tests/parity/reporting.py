"""Asks the reports of the standard library over the facts, as a caller of a role would."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reports.build import plan
from reports.library import STANDARD
from semantic.access.authorizing import visible
from semantic.query.reading import Reader
from semantic.rest.meta import describe_model, show_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.build import ReportPlan
    from semantic.run.compiled import Compiled
    from tests.parity.conftest import BothStores

ZONE = "Europe/Brussels"
REP = {"rep": "REP-1"}
Row = dict[str, Any]


def today() -> Any:
    return datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()


def caller(both: BothStores, role: str) -> BothStores:
    """The same stores, asked by another role."""
    context = {"currency": "EUR", **REP}
    return replace(
        both, principal=replace(both.principal, groups=frozenset({role}), context=context)
    )


_DESCRIBED: dict[str, dict[str, dict[str, Any]]] = {}


def meta_of(both: BothStores) -> list[dict[str, Any]]:
    """What the caller is told of the models."""
    model = both.compiler.model
    if model.version not in _DESCRIBED:
        _DESCRIBED[model.version] = describe_model(model)
    described = _DESCRIBED[model.version]
    return show_to(described, lambda name: visible(model, name, both.principal))


@dataclass(frozen=True)
class Asked:
    """A report that is ready, and the way to its answers."""

    both: BothStores
    plan: ReportPlan

    def rows(self, name: str) -> list[Row]:
        """The rows of one of its queries."""
        return rows_of(self.both, self.plan.query(name).as_json()["query"])


def compile_query(both: BothStores, query: Mapping[str, Any]) -> Compiled:
    """Compile a query as it is sent; what the caller may not see is refused."""
    (asked,) = Reader(ZONE).read(dict(query)).queries
    return both.compiler.compile(asked.query, both.principal)


def rows_of(both: BothStores, query: Mapping[str, Any]) -> list[Row]:
    """Ask a query as it is sent, and name its columns as they are answered."""
    compiled = compile_query(both, query)
    found = both.facts.run(compiled)
    keys = [column.key for column in compiled.columns]
    columns = list(found.to_pydict().values())
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def ask(both: BothStores, key: str, **values: Any) -> Asked:
    """Make a report ready."""
    made = plan(
        STANDARD[key],
        values,
        meta_of(both),
        language="en",
        today=today(),
        time_zone=ZONE,
        currency="EUR",
    )
    return Asked(both, made)


def cleared(key: str) -> dict[str, Any]:
    """Values by which nothing is chosen, so that a report shows everything."""
    return {one.name: None for one in STANDARD[key].parameters}

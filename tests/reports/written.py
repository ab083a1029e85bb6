"""A small report with every kind of block, and answers to it that are known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from reports.build import vega_config
from reports.build.planned import Format, PlannedColumn, PlannedQuery, ReportPlan
from reports.render import FORMATS, Letterhead
from reports.spec.queries import Query

GROUP, MONTH, NET, SHARE = "sales.group", "sales.sold_on.month", "sales.net", "sales.share"
LETTERHEAD = Letterhead("FC Voorbeeld", datetime(2026, 11, 22, 21, 30))  # noqa: DTZ001 - a wall clock
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    b'<rect width="9" height="9"/></svg>'
)
COLUMNS = {
    GROUP: PlannedColumn(GROUP, GROUP, "Group", "dimension", "string", Format("text")),
    MONTH: PlannedColumn(
        MONTH, "sales.sold_on", "Month", "time", "time", Format("date", granularity="month")
    ),
    NET: PlannedColumn(
        NET, NET, "Net", "measure", "number", Format("currency", 2, "EUR"), is_additive=True
    ),
    SHARE: PlannedColumn(SHARE, SHARE, "Share", "measure", "number", Format("percent", 1)),
}
TABLE: dict[str, Any] = {
    "kind": "table",
    "query": "main",
    "title": "By month",
    "columns": [{"key": key, "title": one.title} for key, one in COLUMNS.items()],
    "totals": True,
    "subtotals": [],
    "pivot": None,
}
SPEC: dict[str, Any] = {
    "data": {"name": "main"},
    "width": "container",
    "height": 120,
    "mark": "bar",
    "transform": [{"calculate": f"toNumber(datum['{NET}'])", "as": "net"}],
    "encoding": {
        "x": {"field": GROUP.replace(".", "\\."), "type": "nominal"},
        "y": {"field": "net", "type": "quantitative"},
    },
}
CHART: dict[str, Any] = {
    "kind": "chart",
    "query": "main",
    "queries": ["main"],
    "type": "column",
    "title": "Net by group",
    "description": "Net by group as columns",
    "spec": SPEC,
}
NUMBERS: dict[str, Any] = {
    "kind": "numbers",
    "query": "main.totals",
    "title": None,
    "members": [NET, SHARE],
}


def month(number: int, year: int = 2026) -> datetime:
    return datetime(year, number, 1)  # noqa: DTZ001 - a wall clock


def row(
    group: str | None, at: datetime | None, net: str | None, share: str | None
) -> dict[str, Any]:
    return {
        GROUP: group,
        MONTH: at,
        NET: None if net is None else Decimal(net),
        SHARE: None if share is None else Decimal(share),
    }


ROWS = [
    row("Seats", month(8), "1000.50", "0.1"),
    row("Seats", month(9), "-20.25", None),
    row("=HYPERLINK(1)", month(8), "3.00", "0.25"),
]
ANSWERS = {
    "main": ROWS,
    "main.totals": [{NET: Decimal("983.25"), SHARE: Decimal("0.125")}],
}


def query(name: str, keys: tuple[str, ...], **more: Any) -> PlannedQuery:
    return PlannedQuery(
        name, Query(), tuple(COLUMNS[key] for key in keys), "Europe/Brussels", **more
    )


MAIN = query("main", tuple(COLUMNS))
TOTALS = query("main.totals", (NET, SHARE), totals_of="main")


def plan(
    *blocks: dict[str, Any], queries: tuple[PlannedQuery, ...] = (MAIN, TOTALS), **more: Any
) -> ReportPlan:
    """A plan of some blocks, in English unless another language is given."""
    language = more.pop("language", "en")
    made = ReportPlan(
        report={
            "key": "net",
            "title": "Net by month",
            "description": "What was sold",
            "empty": "Nothing was sold.",
        },
        parameters=(),
        queries=queries,
        blocks=blocks,
        notices=(),
        language=language,
        time_zone="Europe/Brussels",
        currency="EUR",
        vega={theme: vega_config(theme, language, "EUR") for theme in ("light", "dark")},
    )
    return replace(made, **more)


@dataclass
class Known:
    """Answers that are known, and which of them were opened."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: dict(ANSWERS))
    opened: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, query: str) -> Iterator[pa.RecordBatchReader]:
        self.opened.append(query)
        rows = self.rows[query]
        table = pa.Table.from_pylist(rows) if rows else pa.table({key: [] for key in COLUMNS})
        yield pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=2))


def write(
    form: str, made: ReportPlan, answers: Known | None = None, letterhead: Letterhead = LETTERHEAD
) -> bytes:
    return b"".join(FORMATS[form].write(made, answers or Known(), letterhead))

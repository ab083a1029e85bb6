"""A small club: accounts, what they bought and when they came, with a model over it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from semantic.access.principal import Principal
from semantic.query.query import Query
from semantic.query.query import Test as Comparison
from semantic.spec.dimensions import Case, Dimension, DimensionType
from semantic.spec.fragments import Reference
from semantic.spec.measures import Grain, Measure, Stage, StageFilter
from semantic.spec.model import Model
from tests.semantic.oracle.asking import Asker, asker_of
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB, MemoryFacts, named_rows
from tests.semantic.oracle.spec_text import (
    HERE,
    cube,
    dimension,
    join,
    measure,
    period,
    rolling,
    segment,
    shifted,
    sql,
    view,
)

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "id": "BIGINT",
        "uid": "UUID",
        "name": "VARCHAR",
        "country": "VARCHAR",
        "rep": "VARCHAR",
        "is_active": "BOOLEAN",
        "score": "DECIMAL(6, 2)",
        "lat": "DOUBLE",
        "lon": "DOUBLE",
        "seen_at": "TIMESTAMPTZ",
    },
    "sales": {
        "id": "BIGINT",
        "account_id": "BIGINT",
        "kind": "VARCHAR",
        "net_minor": "BIGINT",
        "day": "DATE",
        "happened_at": "TIMESTAMP",
    },
    "visits": {
        "id": "BIGINT",
        "account_id": "BIGINT",
        "guests": "BIGINT",
        "happened_at": "TIMESTAMP",
    },
    "gates": {"visit_id": "BIGINT", "gate": "VARCHAR"},
}


_rows = partial(named_rows, COLUMNS)
at = datetime.fromisoformat


def uid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def _account(number: int, *rest: Any, is_active: bool | None = None) -> tuple[Any, ...]:
    name, country, rep, score, lat, lon, seen_at = rest
    return number, uid(number), name, country, rep, is_active, score, lat, lon, seen_at


NEW_YEAR = at("2024-01-01T23:30:00+00:00")
SPRING = at("2024-03-01T00:00:00+00:00")
TABLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "accounts": _rows(
        "accounts",
        _account(1, "Anna", "BE", "A", "1.50", 51.0, 4.5, NEW_YEAR, is_active=True),
        _account(2, "50%_Ben", "NL", "B", "2.25", None, 5.0, None, is_active=False),
        _account(3, None, None, None, None, None, None, None),
        _account(4, "ANNABEL", "BE", "B", "-3", 50.0, 4.0, SPRING, is_active=True),
    ),
    "sales": _rows(
        "sales",
        (1, 1, "new", 1000, date(2024, 1, 1), at("2024-01-01T23:30:00")),
        (2, 1, "new", 500, date(2024, 1, 31), at("2024-01-31T22:59:59.999900")),
        (3, 2, "old", 2000, date(2024, 2, 29), at("2024-02-29T12:00:00")),
        (4, 4, "old", None, date(2024, 3, 31), at("2024-03-31T00:30:00")),
        (5, 9, None, 250, date(2024, 3, 1), at("2024-03-01T08:00:00")),
    ),
    "visits": _rows(
        "visits",
        (1, 1, 2, at("2024-01-05T10:00:00")),
        (2, 1, 1, at("2024-02-05T10:00:00")),
        (3, 3, 4, at("2024-02-06T10:00:00")),
    ),
    "gates": _rows("gates", (1, "N"), (1, "S"), (2, "N")),
}


def staged(name: str, kind: str, text: str | None = None, **stage: Any) -> Measure:
    """A measure over groups of the answer."""
    for key in ("group_by", "reduce_by", "add_group_by"):
        if key in stage:
            stage[key] = tuple(Reference(tuple(one.split("."))) for one in stage[key])
    return measure(name, kind, text, stage=Stage(**stage))


WITHOUT_KIND = StageFilter(exclude=(Reference(("kind",)),))
ACCOUNTS = cube(
    "accounts",
    "accounts",
    [
        dimension("id", "number", "{CUBE}.id", is_primary_key=True),
        dimension("uid", "string", "{CUBE}.uid"),
        dimension("name", "string", "{CUBE}.name"),
        dimension("country", "string", "{CUBE}.country", mask="hidden"),
        dimension("rep", "string", "{CUBE}.rep"),
        dimension("number", "string", "{CUBE}.id"),
        dimension("is_active", "boolean", "{CUBE}.is_active"),
        dimension("score", "number", "{CUBE}.score"),
        dimension("seen_at", "time", "{CUBE}.seen_at"),
        dimension("label", "string", "{name} || ' of ' || {accounts.country}"),
        dimension("bought", "number", "{sales.net}", is_sub_query=True),
        Dimension(
            "place",
            DimensionType.GEO,
            HERE,
            coordinates=(sql("{CUBE}.lat"), sql("{CUBE}.lon")),
        ),
        Dimension(
            "size",
            DimensionType.STRING,
            HERE,
            case=Case(
                ((sql("{CUBE}.score > 2"), "big"), (sql("{CUBE}.score > 0"), sql("{CUBE}.rep"))),
                "small",
            ),
        ),
        Dimension(
            "bigness",
            DimensionType.STRING,
            HERE,
            case=Case(((sql("{CUBE}.score > 2"), "big"),)),
        ),
        measure("count", "count"),
        measure("best", "max", "{CUBE}.score"),
        measure("mean", "avg", "{CUBE}.score"),
        measure("value", "sum", "{bought}"),
        measure("named", "count", "{CUBE}.name"),
        segment("active", "{CUBE}.is_active"),
    ],
    [join("visits", "one_to_many", "{CUBE}.id = {visits}.account_id")],
)
SALES = cube(
    "sales",
    "SELECT * FROM sales",
    [
        dimension("id", "number", "{CUBE}.id", is_primary_key=True),
        dimension("kind", "string", "{CUBE}.kind"),
        dimension(
            "day",
            "time",
            "{CUBE}.day",
            granularities=(
                period("fiscal", "1 year", offset="1 month"),
                period("half", "6 months", origin="2024-02-01"),
                period("fortnight", "2 weeks"),
                replace(period("weird", ""), interval=None, sql=sql("DATE '2024-01-01'")),
            ),
        ),
        dimension("at", "time", "{CUBE}.happened_at"),
        dimension("month", "time", "{at.month}"),
        dimension("buyer", "string", "{accounts.name}"),
        measure("count", "count"),
        measure("net", "sum", "{CUBE}.net_minor * 0.01", mask=0),
        measure("new_net", "sum", "{CUBE}.net_minor * 0.01", where=("{CUBE}.kind = 'new'",)),
        measure("kinds", "count_distinct", "{CUBE}.kind"),
        measure("last_day", "time", "MAX({CUBE}.day)"),
        measure("any_kind", "string", "MIN({CUBE}.kind)"),
        measure("has_new", "boolean", "BOOL_OR({CUBE}.kind = 'new')"),
        measure("spread", "number", "MAX({CUBE}.net_minor) - MIN({CUBE}.net_minor)"),
        measure("mixed", "number", "SUM({CUBE}.net_minor) / {count}"),
        measure("per_sale", "number", "{net} / NULLIF({count}, 0)"),
        measure("belgian", "sum", "{CUBE}.net_minor", where=("{accounts.country} = 'BE'",)),
        measure("per_day", "number", "{net} / NULLIF({weather.count}, 0)"),
        measure("per_guest", "number", "{net} / NULLIF({visits.guests}, 0)"),
        rolling("two_months", "sum", "{CUBE}.net_minor", trailing="2 month"),
        rolling("kinds_so_far", "count_distinct", "{CUBE}.kind", trailing="unbounded"),
        rolling("count_so_far", "count", trailing="unbounded"),
        rolling("next_month", "sum", "{CUBE}.net_minor", leading="1 month", offset="end"),
        rolling("before", "sum", "{CUBE}.net_minor", trailing="1 month", offset="start"),
        rolling("later", "sum", "{CUBE}.net_minor", leading="unbounded"),
        rolling("everything", "sum", "{CUBE}.net_minor", trailing="unbounded", leading="unbounded"),
        rolling("year_to_date", "sum", "{CUBE}.net_minor", to_date="year"),
        rolling("fiscal_to_date", "sum", "{CUBE}.net_minor", to_date="fiscal"),
        rolling("spread_so_far", "number", "MAX({CUBE}.net_minor)", trailing="unbounded"),
        rolling("rolling_mean", "number", "{net} / {count}", trailing="2 month"),
        staged("of_country", "sum", "{net}", group_by=("accounts.country",)),
        staged("of_all", "sum", "{net}", grain=Grain(keep_only=())),
        staged("best_of_kind", "max", "{net}", reduce_by=("accounts.country",)),
        staged("outside", "min", "{net}", grain=Grain(exclude=(Reference(("sales", "day")),))),
        staged("kinds_of_country", "sum", "{kinds}", group_by=("accounts.country",)),
        staged("most_of_kind", "max", "{net}", add_group_by=("kind",)),
        staged("mean_of_kind", "avg", "{net}", add_group_by=("kind",)),
        staged("all_kinds", "number", "{net}", filter=WITHOUT_KIND),
        staged("net_so_far", "sum", "{two_months}", group_by=("accounts.country", "day")),
        measure("share", "number", "{net} / NULLIF({of_country}, 0)"),
        staged(
            "place",
            "rank",
            reduce_by=("accounts.country",),
            order_by=((sql("{net}"), "desc"),),
        ),
        shifted("net_a_month_ago", "{net}", "1 month"),
        shifted("net_tomorrow", "{net}", "1 day", "next"),
    ],
    [join("accounts", "many_to_one", "{CUBE}.account_id = {accounts.id}")],
)
VISITS = cube(
    "visits",
    "visits",
    [
        dimension("id", "number", "{CUBE}.id", is_primary_key=True),
        dimension("at", "time", "{CUBE}.happened_at"),
        measure("count", "count"),
        measure("guests", "sum", "{CUBE}.guests"),
        measure("known", "count", "COALESCE({CUBE}.guests, 0)"),
        measure("least", "min", "COALESCE({CUBE}.guests, 0)"),
        rolling("guests_so_far", "sum", "{CUBE}.guests", trailing="unbounded"),
    ],
    [join("gates", "one_to_many", "{CUBE}.id = {gates}.visit_id")],
)
GATES = cube(
    "gates",
    "gates",
    [dimension("gate", "string", "{CUBE}.gate"), measure("count", "count")],
)
WEATHER = cube("weather", "gates", [measure("count", "count")])
DESK = view(
    "desk",
    country=("sales", "accounts", "country"),
    rep=("sales", "accounts", "rep"),
    net=("sales", "net"),
    kind=("sales", "kind"),
    day=("sales", "day"),
)
CUBES = (ACCOUNTS, SALES, VISITS, GATES, WEATHER)
MODEL = Model({one.name: one for one in CUBES}, {"desk": DESK}, version="club")
CALLER = Principal(CLUB, frozenset({"sales"}))


def store() -> MemoryFacts:
    """Fill the tables, and those of another club with the same rows."""
    facts = MemoryFacts(COLUMNS)
    facts.fill(TABLES)
    facts.fill(TABLES, OTHER_CLUB)
    return facts


def asker(facts: MemoryFacts, *cubes: Any, **views: Any) -> Asker:
    """Prepare for questions about the model with some of its cubes and views replaced."""
    found = {one.name: one for one in (*CUBES, *cubes)}
    return asker_of(Model(found, {"desk": DESK, **views}), facts)


def rows(club: Asker, query: Query, caller: Principal = CALLER) -> list[tuple[Any, ...]]:
    """Answer a query as rows of values."""
    return [tuple(row.values()) for row in club.ask(query, caller).rows]


def ids(club: Asker, *tests: Any, timezone: str = "UTC") -> list[int]:
    """Name the accounts or sales for which conditions hold."""
    first = tests[0].member if isinstance(tests[0], Comparison) else "accounts.id"
    of = first.partition(".")[0]
    query = Query(dimensions=(f"{of}.id",), filters=tests, timezone=timezone)
    return [int(row[0]) for row in rows(club, query)]

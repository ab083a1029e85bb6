"""Reads queries from JSON as Cube's clients send them: one, several compared, or blended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from semantic.query.dates import Calendar, utc_now, write_moment
from semantic.query.filters import read_conditions, write_condition
from semantic.query.query import DEFAULT_LIMIT, MAX_LIMIT, Query, QueryError, TimeDimension
from semantic.query.shape import check_shape, invalid
from semantic.query.zones import canonical_zone, zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from semantic.query.dates import Range

QUERIES_LIMIT = 20
"""How many queries may be compared or blended in one request."""
_PARTS = len(("cube", "dimension", "granularity"))


class QueryKind(StrEnum):
    """How the queries of a request belong together; Cube's names."""

    REGULAR = "regularQuery"
    COMPARE = "compareDateRangeQuery"
    BLENDING = "blendingQuery"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows a query gets: where it does not say, and at most."""

    default: int = DEFAULT_LIMIT
    largest: int = MAX_LIMIT


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in normal form, and `echo`: how answers repeat it, dates resolved, in Cube's keys.

    With `has_typed_numbers` numbers are answered as JSON numbers and decimals, not as texts.
    """

    query: Query
    echo: Mapping[str, Any]
    cache_mode: str
    response_format: str = "default"
    has_typed_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """The queries of one request; more than one only where they are compared or blended."""

    kind: QueryKind
    queries: tuple[Asked, ...]

    @property
    def response_format(self) -> str:
        """Return the form that all its answers have."""
        return self.queries[0].response_format


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads requests of one caller.

    `timezone` is the canonical name of the zone of queries that name none; `cache_mode` that of
    the request, which goes before that of a query; `now` what relative dates are counted from.
    """

    timezone: str = "UTC"
    limits: Limits = Limits()
    cache_mode: str | None = None
    now: datetime | None = None

    def read(self, raw: object) -> Request:
        """Read a query or a list of them.

        Raises:
            QueryError: QUERY_INVALID, QUERY_EMPTY, FILTER_INVALID, DATE_INVALID, LIMIT_EXCEEDED,
                BLENDING_INVALID.
        """
        kind, raws = _separate(raw)
        now = self.now or utc_now()
        queries = tuple(self._read_one(one, now) for one in raws)
        if kind is QueryKind.BLENDING:
            _check_blending(queries)
        if len({one.response_format for one in queries}) > 1:
            raise invalid('"responseFormat" must be the same in all queries')
        if len(queries) > 1 and queries[0].response_format == "arrow":
            raise invalid('"responseFormat" arrow answers one query, not several')
        return Request(kind, queries)

    def _read_one(self, given: object, now: datetime) -> Asked:
        raw = check_shape(given)
        dimensions = [one for one in raw.get("dimensions", ()) if one.count(".") < _PARTS - 1]
        grouped = [
            one.rpartition(".") for one in raw.get("dimensions", ()) if one not in dimensions
        ]
        zone = canonical_zone(raw["timezone"]) if raw.get("timezone") else None
        zone = zone or self.timezone
        calendar = Calendar(zone_of(zone), now)
        times = [
            *(_read_time(one, calendar) for one in raw.get("timeDimensions", ())),
            *(TimeDimension(member, granularity) for member, _, granularity in grouped),
        ]
        if not (raw.get("measures") or dimensions or any(one.granularity for one in times)):
            message = (
                "Query should contain either measures, dimensions or timeDimensions with "
                "granularities in order to be valid"
            )
            raise QueryError(message, code="QUERY_EMPTY", kind="")
        extensions = raw.get("extensions", {})
        query = Query(
            measures=_unique(raw.get("measures", ())),
            dimensions=_unique(dimensions),
            time_dimensions=tuple(dict.fromkeys(times)),
            segments=_unique(raw.get("segments", ())),
            filters=read_conditions(raw.get("filters", ()), calendar),
            order=_read_order(raw.get("order")),
            limit=self._limit(raw.get("limit")),
            offset=int(raw.get("offset", 0)),
            timezone=zone,
            is_ungrouped=raw.get("ungrouped", False),
            wants_total=raw.get("total", False),
            join_hints=tuple(map(tuple, raw.get("joinHints", ()))),
            is_mixed_allowed=extensions.get("mixedConditions", False),
            subtotals=tuple(map(tuple, extensions.get("subtotals", ()))),
        )
        return Asked(
            query,
            _echo(raw, query, dimensions, times),
            self.cache_mode or raw.get("cache") or raw.get("cacheMode") or "stale-if-slow",
            raw.get("responseFormat", "default"),
            extensions.get("typedNumbers", False),
        )

    def _limit(self, asked: float | None) -> int:
        if asked is None:
            return min(self.limits.default, self.limits.largest)
        if asked > self.limits.largest:
            message = "The query limit has been exceeded."
            raise QueryError(message, code="LIMIT_EXCEEDED", kind="", status=500)
        return int(asked)


def _separate(raw: object) -> tuple[QueryKind, Sequence[Any]]:
    """Tell how the queries of a request belong together, and take them apart."""
    if isinstance(raw, list):
        kind, raws = QueryKind.BLENDING, raw
    else:
        compared = _compare(raw)
        kind = QueryKind.REGULAR if compared is None else QueryKind.COMPARE
        raws = [raw] if compared is None else compared
    if not 0 < len(raws) <= QUERIES_LIMIT:
        raise invalid(f'"value" must contain 1 to {QUERIES_LIMIT} queries')
    for one in raws:
        _refuse_inner(one)
    return kind, raws


def _refuse_inner(raw: object) -> None:
    """Refuse what only Cube's own parts may send."""
    if not isinstance(raw, dict):
        return
    if "maskedMembers" in raw:
        message = "maskedMembers cannot be provided in the query"
        raise QueryError(message, code="QUERY_INVALID", kind="")
    named = [raw.get(key) for key in ("measures", "dimensions", "segments")]
    texts = (text for one in named if isinstance(one, list) for text in one)
    if any(isinstance(text, str) and text.startswith("{") for text in texts):
        message = "Expressions are not allowed in this context"
        raise QueryError(message, code="EXPRESSION_REFUSED", kind="", status=500)


def _compare(raw: object) -> list[dict[str, Any]] | None:
    """Make one query for each range of `compareDateRange`; None where there is none."""
    times = raw.get("timeDimensions") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(times, list):
        return None
    comparing = [one for one in times if isinstance(one, dict) and "compareDateRange" in one]
    if not comparing:
        return None
    if len(comparing) > 1:
        message = "compareDateRange can only exist for one timeDimension"
        raise QueryError(message, code="QUERY_INVALID", kind="")
    check_shape({key: value for key, value in raw.items() if key != "maskedMembers"})
    (compared,) = comparing
    rest = {key: value for key, value in compared.items() if key != "compareDateRange"}
    return [
        raw
        | {
            "timeDimensions": [
                rest | {"dateRange": span} if one is compared else one for one in times
            ]
        }
        for span in compared["compareDateRange"]
    ]


def _check_blending(queries: Sequence[Asked]) -> None:
    """Require that all queries have the same granularity, by which they are put side by side."""
    firsts = [one.query.time_dimensions[0] for one in queries if one.query.time_dimensions]
    granularities = {one.granularity for one in firsts if one.granularity is not None}
    if len(granularities) > 1:
        message = "Data blending query granularities must match"
        raise QueryError(message, code="BLENDING_INVALID", kind="")
    if not granularities or len(firsts) < len(queries) or None in {f.granularity for f in firsts}:
        message = "Data blending query without granularity is not supported"
        raise QueryError(message, code="BLENDING_INVALID", kind="")


def _read_time(raw: Mapping[str, Any], calendar: Calendar) -> TimeDimension:
    span = raw.get("dateRange")
    return TimeDimension(
        raw["dimension"],
        raw.get("granularity"),
        None if span is None else read_span(span, calendar),
    )


def read_span(span: str | Sequence[str], calendar: Calendar) -> Range:
    """Read a date range: a text, one date, or its two ends."""
    if isinstance(span, str):
        return calendar.read_range(span)
    return calendar.read_start(span[0]), calendar.read_end(span[-1])


def _read_order(
    raw: Mapping[str, str] | Sequence[Sequence[str]] | None,
) -> tuple[tuple[str, bool], ...] | None:
    """Read both forms of an order; true stands for descending."""
    if raw is None:
        return None
    pairs = raw.items() if isinstance(raw, Mapping) else raw
    return tuple((member, direction == "desc") for member, direction in pairs)


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _echo(
    raw: Mapping[str, Any], query: Query, dimensions: list[str], times: list[TimeDimension]
) -> dict[str, Any]:
    """Write how answers repeat a query: what it says, what was filled in, dates resolved."""
    echo = {
        "measures": raw.get("measures"),
        "dimensions": dimensions,
        "timeDimensions": [_write_time(one) for one in times],
        "segments": raw.get("segments"),
        "limit": query.limit,
        "offset": query.offset if "offset" in raw else None,
        "total": raw.get("total"),
        "timezone": query.timezone,
        "ungrouped": raw.get("ungrouped"),
        "responseFormat": raw.get("responseFormat"),
        "filters": [
            write_condition(given, read)
            for given, read in zip(raw.get("filters", ()), query.filters, strict=True)
        ],
        "rowLimit": query.limit,
        "order": _write_order(query.order),
        "extensions": raw.get("extensions"),
    }
    return {key: value for key, value in echo.items() if value is not None}


def _write_time(time: TimeDimension) -> dict[str, Any]:
    written: dict[str, Any] = {"dimension": time.member}
    if time.date_range is not None:
        written["dateRange"] = [write_moment(one) for one in time.date_range]
    if time.granularity is not None:
        written["granularity"] = time.granularity
    return written


def _write_order(order: tuple[tuple[str, bool], ...] | None) -> list[dict[str, Any]] | None:
    if order is None:
        return None
    return [{"id": member, "desc": is_descending} for member, is_descending in order]

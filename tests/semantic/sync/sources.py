"""A source without a database: frames of extracts, and what changed between its snapshots."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

import polars as pl
import pyarrow as pa

from semantic.sync.source import Changed, Reading, Source

CLUB = UUID(int=1)
OTHER_CLUB = UUID(int=2)


def club_frame(
    *ids: UUID, zone: str = "Europe/Brussels", today: date | None = None
) -> pl.DataFrame:
    """Clubs as the extract has them."""
    return pl.DataFrame(
        {
            "organisation_id": [one.bytes for one in ids],
            "code": [f"club-{one.int}" for one in ids],
            "name": [f"Club {one.int}" for one in ids],
            "country": ["BE" for _ in ids],
            "currency": ["EUR" for _ in ids],
            "time_zone": [zone for _ in ids],
            "language": ["nl" for _ in ids],
            "today": [today or date(2030, 5, 1) for _ in ids],
        }
    )


def history_frame(*told: tuple[UUID, UUID, datetime, str, str | None]) -> pl.DataFrame:
    """What the audit says fields were before: thing, entry, instant, field and value."""
    return pl.DataFrame(
        [
            (CLUB.bytes, thing.bytes, entry.bytes, at, name, value)
            for thing, entry, at, name, value in told
        ],
        schema={
            "organisation_id": pl.Binary,
            "entity_id": pl.Binary,
            "entry_id": pl.Binary,
            "created_at": pl.Datetime("us", "UTC"),
            "field": pl.String,
            "value": pl.String,
        },
        orient="row",
    )


class Later:
    """A reading of a source on another day."""

    def __init__(self, reading: Reading, day: date) -> None:
        self._reading = reading
        self._day = day
        self.identity = reading.identity
        self.position = reading.position

    def changed_since(self, position: str) -> Changed | None:
        return self._reading.changed_since(position)

    def rows(self, extract: str, changed: Changed | None) -> pa.Table:
        found = pl.from_arrow(self._reading.rows(extract, changed))
        assert isinstance(found, pl.DataFrame)
        if extract == "dim_organisation":
            found = found.with_columns(today=pl.lit(self._day))
        if extract.endswith("_now"):
            found = found.with_columns(day=pl.lit(self._day))
        return found.to_arrow()

    def parts(self, extract: str, changed: Changed | None) -> Iterator[pa.Table]:
        yield self.rows(extract, changed)

    def totals(self) -> Mapping[str, int]:
        return self._reading.totals()


@dataclass
class OnAnotherDay:
    """A source as it would be on another day."""

    source: Source
    day: date

    @contextmanager
    def read(self) -> Iterator[Reading]:
        with self.source.read() as reading:
            yield Later(reading, self.day)

    @contextmanager
    def listen(self, on_commit: Callable[[], None]) -> Iterator[None]:
        with self.source.listen(on_commit):
            yield


@dataclass
class Snapshot:
    """One instant of such a source."""

    source: "Canned"
    position: str

    @property
    def identity(self) -> str:
        return self.source.identity

    def changed_since(self, position: str) -> Changed | None:
        return self.source.changes.get(position, {})

    def rows(self, extract: str, changed: Changed | None) -> pa.Table:
        if self.source.failing is not None:
            raise self.source.failing
        frame = self.source.frames[extract]
        is_whole = changed is None or extract == "dim_organisation"
        return frame.to_arrow() if is_whole else frame.clear().to_arrow()

    def parts(self, extract: str, changed: Changed | None) -> Iterator[pa.Table]:
        yield self.rows(extract, changed)

    def totals(self) -> Mapping[str, int]:
        return self.source.numbers


@dataclass
class Canned:
    """A source whose extracts, changes and totals are given."""

    frames: dict[str, pl.DataFrame]
    identity: str = "one"
    changes: dict[str, Changed | None] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    failing: Exception | None = None
    reads: int = 0
    on_commit: Callable[[], None] | None = None

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        self.reads += 1
        yield Snapshot(self, f"{self.reads}:{self.reads}:")

    @contextmanager
    def listen(self, on_commit: Callable[[], None]) -> Iterator[None]:
        self.on_commit = on_commit
        yield


def instant(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)

"""What rows need to know of their club: its time zone, and which day it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Clubs:
    """All clubs as one snapshot has them, one row each, as extracted."""

    frame: pl.DataFrame

    def days(self, rows: pl.DataFrame, instants: str) -> pl.Series:
        """Return the day that an instant of each row is in its club's time zone."""
        zones = rows.select("organisation_id").join(
            self.frame.select("organisation_id", "time_zone"),
            on="organisation_id",
            how="left",
            maintain_order="left",
        )
        utc = rows[instants].dt.convert_time_zone("UTC")
        both = pl.DataFrame({"zone": zones["time_zone"], "at": utc})
        by_zone = [
            pl.when(pl.col("zone") == zone).then(pl.col("at").dt.convert_time_zone(zone).dt.date())
            for zone in self.frame["time_zone"].unique().sort()
        ]
        return both.select(pl.coalesce(*by_zone, pl.lit(None, pl.Date)).alias("day"))["day"]

    def today(self) -> dict[bytes, date]:
        """Return which day it is at each club, by the club's id."""
        return dict(self.frame.select("organisation_id", "today").iter_rows())

    def zones(self) -> dict[bytes, str]:
        """Return the time zone of each club, by the club's id."""
        return dict(self.frame.select("organisation_id", "time_zone").iter_rows())

    def only(self, changed: Collection[UUID] | None) -> Clubs:
        """Return the clubs of these ids; None means all."""
        if changed is None:
            return self
        wanted = pl.Series([one.bytes for one in changed], dtype=pl.Binary)
        return Clubs(self.frame.filter(pl.col("organisation_id").is_in(wanted.implode())))

"""Rows of the dimensions that are more than their extract: histories, places and days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from semantic.sync import dimensions
from semantic.sync.transforms.history import versions
from semantic.sync.transforms.shaping import as_id, shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.sync.transforms.clubs import Clubs

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_BETWEEN_NAMES = " / "
_ACCOUNT_FIELDS = (
    *("code", "name", "kind", "segment", "rep_code", "language", "country", "city"),
    *("postal_code", "vat_id", "is_active"),
)
_PRODUCT_FIELDS = (
    *("code", "name", "kind", "scope", "category", "product_group_id", "supply_type"),
    *("revenue_account", "is_active"),
)
_RESOURCE_FIELDS = ("location_id", "code", "label", "kind", "category", "is_blocked")


def account_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return the versions of accounts."""
    rows = versions(
        frames["dim_account"], frames["account_history"], "account_id", _ACCOUNT_FIELDS
    ).with_columns(_truth("is_active"), account_sk=pl.col("version_sk"))
    return shape(rows, dimensions.ACCOUNT)


def product_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return the versions of products, under the present names of the groups they were in."""
    rows = (
        versions(frames["dim_product"], frames["product_history"], "product_id", _PRODUCT_FIELDS)
        .join(frames["product_group"], on=["organisation_id", "product_group_id"], how="left")
        .with_columns(
            _truth("is_active"),
            product_sk=pl.col("version_sk"),
            group_id=as_id(pl.col("product_group_id")),
            revenue_account=pl.coalesce("revenue_account", "group_revenue_account"),
        )
    )
    return shape(rows, dimensions.PRODUCT)


def resource_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return the versions of seats and parking places."""
    rows = versions(
        frames["dim_resource"], frames["resource_history"], "resource_id", _RESOURCE_FIELDS
    ).with_columns(
        _truth("is_blocked"),
        resource_sk=pl.col("version_sk"),
        location_id=as_id(pl.col("location_id")),
    )
    return shape(rows, dimensions.RESOURCE)


def _truth(column: str) -> pl.Expr:
    """Read PostgreSQL's text of a boolean."""
    return (pl.col(column) == "true").alias(column)


def location_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return locations with the names of what they lie in, the outermost first."""
    rows = frames["dim_location"]
    above = rows.select(
        pl.col("location_id").alias("above_id"),
        pl.col("parent_id").alias("next_id"),
        pl.col("name").alias("above_name"),
        pl.col("kind").alias("above_kind"),
    )
    rows = rows.with_columns(
        pl.col("name").alias("path"),
        _named("STAND", "kind", "name").alias("stand"),
        _named("BLOCK", "kind", "name").alias("block"),
        pl.col("parent_id").alias("above_id"),
    )
    while rows["above_id"].null_count() < rows.height:
        rows = (
            rows.join(above, on="above_id", how="left")
            .with_columns(
                pl.concat_str("above_name", "path", separator=_BETWEEN_NAMES)
                .fill_null(pl.col("path"))
                .alias("path"),
                pl.coalesce("stand", _named("STAND", "above_kind", "above_name")).alias("stand"),
                pl.coalesce("block", _named("BLOCK", "above_kind", "above_name")).alias("block"),
                pl.col("next_id").alias("above_id"),
            )
            .drop("above_name", "above_kind", "next_id")
        )
    return shape(rows, dimensions.LOCATION)


def _named(wanted: str, kind: str, name: str) -> pl.Expr:
    """Return the name where the kind is the wanted one."""
    return pl.when(pl.col(kind) == wanted).then(pl.col(name))


def date_rows(frames: Mapping[str, pl.DataFrame], clubs: Clubs) -> pl.DataFrame:
    """Return the days of the century for each club, with the season that has last begun by then."""
    days = pl.date_range(_FIRST_DAY, _LAST_DAY, eager=True).alias("day").to_frame()
    begun = frames["season_days"].sort("starts_on", "ends_on", "code")
    rows = (
        clubs.frame.select("organisation_id")
        .join(days, how="cross")
        .sort("day")
        .join_asof(
            begun,
            left_on="day",
            right_on="starts_on",
            by="organisation_id",
            strategy="backward",
            coalesce=False,
            check_sortedness=False,
        )
    )
    within = pl.col("day") <= pl.col("ends_on")
    since_monday = pl.col("day") - pl.col("starts_on").dt.truncate("1w")
    rows = rows.with_columns(
        year=pl.col("day").dt.year(),
        quarter=pl.col("day").dt.quarter(),
        month=pl.col("day").dt.month(),
        iso_year=pl.col("day").dt.iso_year(),
        iso_week=pl.col("day").dt.week(),
        weekday=pl.col("day").dt.weekday(),
        season_code=pl.when(within).then("code"),
        season_week=pl.when(within).then(since_monday.dt.total_days() // 7 + 1),
    )
    return shape(rows, dimensions.DATE)

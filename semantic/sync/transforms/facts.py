"""Rows of the facts that are more than their extract: days of a club, and sums that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from semantic.sync import facts
from semantic.sync.transforms.shaping import shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.sync.transforms.clubs import Clubs


def movement_rows(frames: Mapping[str, pl.DataFrame], clubs: Clubs) -> pl.DataFrame:
    """Return movements with the club's days on which they and their Sale came about."""
    rows = frames["fact_sale_movement"]
    days = [clubs.days(rows, f"{one}_at").alias(f"{one}_on") for one in ("moved", "sold")]
    return shape(rows.with_columns(days), facts.SALE_MOVEMENT)


def inventory_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return the inventory of the days that were kept, and of the present one as it stands."""
    both = (frames["inventory_now"], frames["inventory_kept"])
    return pl.concat([shape(rows, facts.INVENTORY_DAILY) for rows in both])


def pipeline_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return the Drafts of the days that were kept, and of the present one as they stand."""
    both = (frames["pipeline_now"], frames["pipeline_kept"])
    return pl.concat([shape(rows, facts.PIPELINE_SNAPSHOT) for rows in both])


def document_rows(frames: Mapping[str, pl.DataFrame], _clubs: Clubs) -> pl.DataFrame:
    """Return documents by VAT class; its largest row takes what it differs from its invoice.

    So the rows of a document add up to what is printed on it.
    """
    rows = frames["fact_document"].sort(
        *("document_id", pl.col("net_minor").abs(), "vat_category", "rate_bp"),
        descending=[False, True, False, False],
    )
    is_first = pl.int_range(pl.len()).over("document_id") == 0
    rows = rows.with_columns(
        base_minor=_completed("net_minor", "document_net_minor", is_first),
        vat_minor=_completed("vat_minor", "document_vat_minor", is_first),
        rounding_minor=pl.when(is_first).then("rounding_minor").otherwise(0),
    ).with_columns(gross_minor=pl.col("base_minor") + pl.col("vat_minor"))
    return shape(rows, facts.DOCUMENT)


def _completed(part: str, whole: str, is_first: pl.Expr) -> pl.Expr:
    """Add to the first part of a document what the parts are short of the whole."""
    short = pl.col(whole) - pl.col(part).sum().over("document_id")
    return pl.col(part) + pl.when(is_first).then(short).otherwise(0)

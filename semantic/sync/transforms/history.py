"""Slowly changing dimensions: versions of a thing from what it is now and what its audit says."""

from __future__ import annotations

import polars as pl

from semantic.sync.transforms.shaping import BEGINNING, END

_NOTHING = "\0"
"""Stands for an empty value where a missing one means that the value did not change."""


def versions(
    current: pl.DataFrame, changes: pl.DataFrame, thing: str, fields: tuple[str, ...]
) -> pl.DataFrame:
    """Return a row for each version of each thing, walking back from what it is now.

    Args:
        current: one row per thing; its `fields` are texts.
        changes: one row per field that an entry of the audit changed, with the value `before`:
            entity_id, entry_id, created_at, field, value. Entries are made under a lock of the
            thing, so that their ids have the order of its versions.
        thing: the column of `current` with the id.
        fields: those of which a change begins a version.

    Returns:
        The columns of `current` with `version_sk`, `valid_from`, `valid_to` and `is_current`.
    """
    known = current.select(thing)
    told = changes.filter(pl.col("field").is_in(fields)).join(
        known, left_on="entity_id", right_on=thing, how="semi"
    )
    if told.is_empty():
        return _only(current, thing)
    changed = current.join(told, left_on=thing, right_on="entity_id", how="semi")
    rest = current.join(told, left_on=thing, right_on="entity_id", how="anti")
    walked = _walked(changed, told, thing, fields)
    return pl.concat([_only(rest, thing), walked.select(_only(rest, thing).columns)])


def _only(current: pl.DataFrame, thing: str) -> pl.DataFrame:
    """Return the one version of things that never changed."""
    return current.with_columns(
        version_sk=pl.col(thing),
        valid_from=pl.lit(BEGINNING),
        valid_to=pl.lit(END),
        is_current=pl.lit(value=True),
    )


def _walked(
    current: pl.DataFrame, told: pl.DataFrame, thing: str, fields: tuple[str, ...]
) -> pl.DataFrame:
    """Return the versions of things that changed, each with what the next change found there."""
    begun = told.select(pl.col("entity_id").alias(thing), "entry_id", "created_at").unique()
    before = (
        told.with_columns(pl.col("value").fill_null(_NOTHING))
        .pivot("field", index=["entity_id", "entry_id"], values="value")
        .rename({"entity_id": thing, "entry_id": "next_id"})
    )
    missing = [pl.lit(None, pl.String).alias(one) for one in fields if one not in before.columns]
    before = before.with_columns(missing)
    first = current.select(
        thing, pl.lit(None, pl.Binary).alias("entry_id"), pl.lit(BEGINNING).alias("valid_from")
    )
    later = begun.select(
        thing,
        "entry_id",
        pl.col("created_at").dt.convert_time_zone("UTC").dt.replace_time_zone(None),
    ).rename({"created_at": "valid_from"})
    each = (
        pl.concat([first, later])
        .sort(thing, "entry_id", nulls_last=False)
        .with_columns(
            next_id=pl.col("entry_id").shift(-1).over(thing),
            # Two machines may not agree to the microsecond; versions never overlap for that.
            valid_from=pl.col("valid_from").cum_max().over(thing),
        )
        .with_columns(
            valid_to=pl.col("valid_from").shift(-1).over(thing).fill_null(END),
            is_current=pl.col("next_id").is_null(),
            version_sk=pl.coalesce("entry_id", thing),
        )
        .join(before, on=[thing, "next_id"], how="left", nulls_equal=False)
    )
    return _filled(each, current, thing, fields)


def _filled(
    each: pl.DataFrame, current: pl.DataFrame, thing: str, fields: tuple[str, ...]
) -> pl.DataFrame:
    """Give every version all its values: those of the version after it where none is told."""
    joined = each.join(current, on=thing, how="left", suffix="_now").sort(
        thing, "entry_id", nulls_last=False
    )
    last = [
        pl.when("is_current")
        .then(pl.col(f"{one}_now").fill_null(_NOTHING))
        .otherwise(pl.col(one))
        .alias(one)
        for one in fields
    ]
    filled = [pl.col(one).backward_fill().over(thing).replace(_NOTHING, None) for one in fields]
    return joined.with_columns(last).with_columns(filled)

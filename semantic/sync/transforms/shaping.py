"""The form that all rows of the star share: no key and no text is NULL, and types are exact.

A text that is absent is empty; the member that stands for what is not known is called `unknown`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from semantic.sync.tables import UNKNOWN_ID, ColumnType, StarColumn, StarTable

if TYPE_CHECKING:
    from semantic.sync.transforms.clubs import Clubs

UNKNOWN = UUID(UNKNOWN_ID).bytes
UNKNOWN_NAME = "unknown"
ABSENT = ""
BEGINNING = datetime(1, 1, 1)  # noqa: DTZ001 - instants of the star are UTC without saying so
END = datetime(9999, 12, 31)  # noqa: DTZ001 - same

_HUNDREDTH = Decimal("0.010")
_MINOR_UNITS = {
    code: Decimal(unit)
    for unit, codes in {
        "1.000": "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        "0.001": "BHD IQD JOD KWD LYD OMR TND",
    }.items()
    for code in codes.split()
}
"""What a minor unit is worth in currencies that are not divided by a hundred. Source: ISO 4217."""

_MINOR_UNIT = pl.Decimal(4, 3)
_TYPES: dict[ColumnType, pl.DataType] = {
    ColumnType.ID: pl.Binary(),
    ColumnType.TEXT: pl.String(),
    ColumnType.WHOLE: pl.Int64(),
    ColumnType.SMALL: pl.Int32(),
    ColumnType.UNIT: _MINOR_UNIT,
    ColumnType.TRUTH: pl.Boolean(),
    ColumnType.INSTANT: pl.Datetime("us"),
    ColumnType.DAY: pl.Date(),
}
_UNKNOWN_VALUES: dict[ColumnType, Any] = {
    ColumnType.ID: UNKNOWN,
    ColumnType.TEXT: UNKNOWN_NAME,
    ColumnType.WHOLE: 0,
    ColumnType.SMALL: 0,
    ColumnType.UNIT: _HUNDREDTH,
    ColumnType.TRUTH: False,
    ColumnType.INSTANT: datetime(1970, 1, 1),  # noqa: DTZ001 - same
    ColumnType.DAY: date(1970, 1, 1),
}


def shape(rows: pl.DataFrame, table: StarTable) -> pl.DataFrame:
    """Bring rows into the columns of a table, without the keys that are looked up later."""
    looked_up = {one.column for one in table.as_of}
    wanted = [column for column in table.columns if column.name not in looked_up]
    if "currency" in rows.columns and "minor_unit" not in rows.columns:
        rows = rows.with_columns(_minor_units(rows["currency"]))
    given = rows.schema
    return rows.select(_shaped(column, given[column.name]) for column in wanted)


def _minor_units(currencies: pl.Series) -> pl.Series:
    """Return what a minor unit of each currency is worth."""
    if currencies.n_unique() == 1:
        only = _MINOR_UNITS.get(currencies[0], _HUNDREDTH)
        return pl.repeat(only, currencies.len(), dtype=_MINOR_UNIT, eager=True).alias("minor_unit")
    return currencies.replace_strict(
        _MINOR_UNITS, default=_HUNDREDTH, return_dtype=_MINOR_UNIT
    ).alias("minor_unit")


def _shaped(column: StarColumn, given: pl.DataType) -> pl.Expr:
    """Give one column its type, and what stands for nothing where it must not be NULL."""
    value = pl.col(column.name)
    if isinstance(given, pl.Datetime) and given.time_zone is not None:
        value = value.dt.convert_time_zone(str(UTC)).dt.replace_time_zone(None)
    value = value.cast(_TYPES[column.type])
    if not column.is_optional and column.type is ColumnType.ID:
        value = value.fill_null(pl.lit(UNKNOWN))
    if not column.is_optional and column.type is ColumnType.TEXT:
        value = value.fill_null(ABSENT)
    return value


def unknown_members(table: StarTable, clubs: Clubs) -> pl.DataFrame:
    """Return the member of a dimension that stands for none, one for each club."""
    values = {
        column.name: pl.lit(
            None if column.is_optional else _UNKNOWN_VALUES[column.type], _TYPES[column.type]
        )
        for column in table.columns[1:]
    }
    versions = {"valid_from": BEGINNING, "valid_to": END, "is_current": True}
    values |= {name: pl.lit(versions[name]) for name in versions.keys() & values.keys()}
    return shape(clubs.frame.select("organisation_id", **values), table)


def as_id(text: pl.Expr) -> pl.Expr:
    """Read ids that were extracted as text."""
    return text.str.replace_all("-", "", literal=True).str.decode("hex")

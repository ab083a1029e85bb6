"""Rows of the star: amounts and their minor units, days of a club, places, seasons and nobody."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import polars as pl
import pytest

from semantic.sync.schema import TABLES
from semantic.sync.store import Facts
from semantic.sync.transforms.clubs import Clubs
from semantic.sync.transforms.facts import document_rows
from semantic.sync.transforms.recipes import RECIPES
from semantic.sync.transforms.register import date_rows, location_rows
from semantic.sync.transforms.shaping import shape
from semantic.sync.worker import Follower
from tests.semantic.sync.compared import values
from tests.semantic.sync.sources import CLUB, OTHER_CLUB, Canned, club_frame, instant

BRUSSELS = Clubs(club_frame(CLUB))


@pytest.mark.parametrize(
    ("currency", "unit"), [("EUR", "0.010"), ("JPY", "1.000"), ("KWD", "0.001"), ("USD", "0.010")]
)
def test_a_minor_unit_is_worth_what_its_currency_says(
    blank_frames: dict[str, pl.DataFrame], currency: str, unit: str
) -> None:
    payment = blank_frames["fact_payment"].clear(1).with_columns(currency=pl.lit(currency))
    table = next(one for one in TABLES if one.name == "fact_payment")
    assert shape(payment, table)["minor_unit"].to_list() == [Decimal(unit)]


def test_no_text_and_no_key_of_a_row_is_null(blank_frames: dict[str, pl.DataFrame]) -> None:
    table = next(one for one in TABLES if one.name == "dim_sale")
    row = shape(blank_frames["dim_sale"].clear(1), table).row(0, named=True)
    assert (row["reference"], row["contact_id"]) == ("", UUID(int=0).bytes)
    assert row["finalised_at"] is None


def test_a_day_is_that_of_the_clubs_time_zone() -> None:
    other = club_frame(OTHER_CLUB, zone="America/New_York")
    clubs = Clubs(pl.concat([club_frame(CLUB), other]))
    rows = pl.DataFrame(
        {
            "organisation_id": [CLUB.bytes, OTHER_CLUB.bytes, CLUB.bytes, CLUB.bytes],
            "at": [
                instant(2030, 6, 30, 22),
                instant(2030, 6, 30, 22),
                instant(2030, 1, 1, 22, 59),
                None,
            ],
        },
        schema_overrides={"at": pl.Datetime("us", "UTC")},
    )
    assert clubs.days(rows, "at").to_list() == [
        date(2030, 7, 1),
        date(2030, 6, 30),
        date(2030, 1, 1),
        None,
    ]


def test_a_location_has_the_names_of_what_it_lies_in(blank_frames: dict[str, pl.DataFrame]) -> None:
    tree = [("N", None, "STAND"), ("B1", "N", "BLOCK"), ("R7", "B1", "ROW"), ("P", None, "ZONE")]
    number = {name: UUID(int=no) for no, (name, *_) in enumerate(tree, 1)}
    rows = (
        blank_frames["dim_location"]
        .clear(len(tree))
        .with_columns(
            organisation_id=pl.lit(CLUB.bytes),
            location_id=pl.Series([number[name].bytes for name, *_ in tree]),
            parent_id=pl.Series(
                [number[up].bytes if up else None for _, up, _ in tree], dtype=pl.Binary
            ),
            name=pl.Series([name for name, *_ in tree]),
            kind=pl.Series([kind for *_, kind in tree]),
        )
    )
    found = location_rows({"dim_location": rows}, BRUSSELS)
    assert set(found.select("name", "path", "stand", "block").rows()) == {
        ("N", "N", "N", ""),
        ("B1", "N / B1", "N", "B1"),
        ("R7", "N / B1 / R7", "N", "B1"),
        ("P", "P", "", ""),
    }


def test_a_day_has_the_season_that_began_last_and_its_week() -> None:
    seasons = pl.DataFrame(
        {
            "organisation_id": [CLUB.bytes, CLUB.bytes],
            "code": ["29/30", "30/31"],
            "starts_on": [date(2029, 7, 1), date(2030, 6, 15)],
            "ends_on": [date(2030, 6, 30), date(2031, 5, 31)],
        }
    )
    days = date_rows({"season_days": seasons}, BRUSSELS)
    shown = ("day", "iso_year", "iso_week", "weekday", "season_code", "season_week")
    wanted = [date(2029, 7, 1), date(2029, 7, 2), date(2030, 6, 15), date(2031, 6, 1)]
    assert days.height == 36525
    assert days.filter(pl.col("day").is_in(wanted)).sort("day").select(shown).rows() == [
        (date(2029, 7, 1), 2029, 26, 7, "29/30", 1),
        (date(2029, 7, 2), 2029, 27, 1, "29/30", 2),
        (date(2030, 6, 15), 2030, 24, 6, "30/31", 1),
        (date(2031, 6, 1), 2031, 22, 7, "", None),
    ]


def test_the_rows_of_a_document_add_up_to_what_is_printed_on_it(
    blank_frames: dict[str, pl.DataFrame],
) -> None:
    blank = blank_frames["fact_document"].clear(2)
    rows = blank.with_columns(
        document_id=pl.lit(UUID(int=5).bytes),
        vat_category=pl.lit("S"),
        rate_bp=pl.Series([600, 2100], dtype=pl.Int32),
        net_minor=pl.Series([1000, 5000]),
        vat_minor=pl.Series([60, 1050]),
        document_net_minor=6000,
        document_vat_minor=1111,
        rounding_minor=1,
        currency=pl.lit("EUR"),
    )
    found = document_rows({"fact_document": rows}, BRUSSELS).sort("rate_bp")
    shown = ("rate_bp", "base_minor", "vat_minor", "gross_minor", "rounding_minor")
    assert found.select(shown).rows() == [(600, 1000, 60, 1060, 0), (2100, 5000, 1051, 6051, 1)]


def test_every_table_of_the_star_is_made_once() -> None:
    made = [one.table.name for one in RECIPES]
    assert sorted([*made, "dim_rep"]) == sorted(one.name for one in TABLES)


def test_every_club_has_a_member_that_stands_for_none(canned: Canned, facts: Facts) -> None:
    canned.frames["dim_organisation"] = club_frame(CLUB, OTHER_CLUB)
    Follower(canned, facts).step()
    columns = "organisation_id, account_sk, name, is_current"
    found = values(facts, f"SELECT {columns} FROM store.dim_account")
    nobody = UUID(int=0)
    assert sorted(found) == [(CLUB, nobody, "unknown", True), (OTHER_CLUB, nobody, "unknown", True)]

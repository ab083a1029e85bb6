"""Whatever a mutation changes of Sales, invoices and places is noted for live data."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.commands.changes import forget_changes
from app.storage.engine import Engine
from tests.api.furnished import furnish
from tests.club import Club
from tests.scenarios.invariants import broken_rules
from tests.stadium import build_stadium


def test_everything_that_mutations_make_is_noted(club: Club, engine: Engine) -> None:
    furnish(club)
    assert not broken_rules(engine, club.organisation.id)


def test_notes_are_forgotten_once_nobody_can_resume_from_before_them(club: Club) -> None:
    build_stadium(club, matches=1).begin()
    query = text("SELECT count(*) FROM change_note WHERE organisation_id = :club")

    def count() -> int:
        with club.runner.engine.connect() as connection:
            return int(connection.execute(query, {"club": club.organisation.id}).scalar_one())

    kept = count()
    assert kept
    now = datetime.now(UTC)
    forget_changes(club.runner, now + timedelta(hours=47))
    assert count() == kept
    assert forget_changes(club.runner, now + timedelta(hours=49)) >= kept
    assert count() == 0

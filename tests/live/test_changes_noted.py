"""Whatever a mutation changes of Sales, invoices and places is noted for live data."""

from app.storage.engine import Engine
from tests.api.furnished import furnish
from tests.club import Club
from tests.scenarios.invariants import broken_rules


def test_everything_that_mutations_make_is_noted(club: Club, engine: Engine) -> None:
    furnish(club)
    assert not broken_rules(engine, club.organisation.id)

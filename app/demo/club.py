"""Loads the demo club through the commands that the API uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.organisations import NewOrganisation, add_organisation
from app.storage.identity import new_id
from app.storage.organisations import find_organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.execution import Runner

CODE = "demo"
"""The code of the demo club's organisation."""
ACTOR = "operator:demo"
"""Whom the audit names for what the loading did outside of any token."""
CLUB = NewOrganisation(
    code=CODE,
    name="Racing Meerhaven",
    country="BE",
    currency="EUR",
    time_zone="Europe/Brussels",
    language="nl",
)


def load_demo(runner: Runner, say: Callable[[str], None]) -> None:
    """Load what is missing of the demo club; a second run finds everything there."""
    if find_organisation(runner.engine, CODE) is None:
        say("Creating the demo club …")
        runner.transact(new_id(), ACTOR, lambda work: add_organisation(work, CLUB))
    say("The demo club is there")

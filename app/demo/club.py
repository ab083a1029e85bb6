"""Loads the demo club through the commands that the API uses, in steps that can be repeated.

Everything is drawn from fixed lots as seen from the day the club was created, so an interrupted
loading is completed by the next one with exactly what was missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.organisations import NewOrganisation, add_organisation
from app.demo import CODE
from app.demo.attendance import tell_attendance
from app.demo.closing import close_calendar, is_complete, write_templates
from app.demo.customers import customers
from app.demo.documents import billed_sales, tell_sale
from app.demo.draws import draw_sales
from app.demo.names import valid_vat_id
from app.demo.refunds import tell_refunds
from app.demo.register import (
    write_accounts,
    write_calendar,
    write_prices,
    write_products,
    write_venue,
)
from app.demo.releases import tell_releases
from app.demo.seasons import seasons_around
from app.demo.selling import Directory, carry_out, read_directory
from app.demo.stadium import VENUE
from app.demo.targets import write_targets
from app.domain.permissions import Actor, Role
from app.domain.venues import Venue
from app.storage.identity import new_id
from app.storage.organisations import find_organisation
from app.storage.statistics import refresh_statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from app.commands.execution import Runner
    from app.demo.plans import SalePlan
    from app.demo.seasons import SeasonPlan
    from app.domain.organisations import Organisation
    from app.storage.unit_of_work import UnitOfWork

    Say = Callable[[str], None]

ACTOR = "operator:demo"
"""Whom the audit names for what the loading did."""
CLUB = NewOrganisation(
    code=CODE,
    name="Racing Meerhaven",
    country="BE",
    currency="EUR",
    time_zone="Europe/Brussels",
    language="nl",
    vat_id=valid_vat_id("BE", 1900),
)
REPORT_EVERY = 50
"""Sales between two lines of progress."""
REFRESHED_AFTER = frozenset({0, 3, 10, 30, 100, 200})
"""Sales after which the planner's statistics are brought up to date."""


def load_demo(runner: Runner, say: Say) -> None:
    """Load what is missing of the demo club; a second run finds everything there."""
    club = find_organisation(runner.engine, CODE)
    if club is None:
        say("Creating the demo club …")
        club = runner.transact(new_id(), ACTOR, lambda work: add_organisation(work, CLUB))
    if runner.transact(club.id, ACTOR, is_complete):
        say("The demo club is there")
        return
    actor = Actor(club.id, None, Role.ROOT, operator=ACTOR)
    seasons = seasons_around(club.created_at.date())
    _load_register(runner, club, actor, seasons, say)
    plans = draw_sales(seasons, customers(), club.created_at)
    _load_sales(runner, club, actor, plans, say)
    _load_documents(runner, club, actor, say)
    runner.transact(club.id, ACTOR, lambda work: tell_refunds(work, actor, club.created_at))
    runner.transact(club.id, ACTOR, lambda work: tell_releases(work, actor, club.created_at))
    say("Letting its guests in …")
    runner.transact(club.id, ACTOR, lambda work: tell_attendance(work, actor, club.created_at))
    runner.transact(club.id, ACTOR, lambda work: close_calendar(work, actor, club.created_at))
    say(f"The demo club is loaded: {len(plans)} Sales in {len(seasons)} seasons")


def _load_register(
    runner: Runner,
    club: Organisation,
    actor: Actor,
    seasons: Sequence[SeasonPlan],
    say: Say,
) -> None:
    """Write all master data in one transaction, unless that was done before."""

    def write(work: UnitOfWork) -> bool:
        if work.find(Venue, code=VENUE["code"]):
            return False
        say("Loading the demo club's stadium …")
        venue_id = write_venue(work, actor)
        say("Loading its products, calendar and prices …")
        write_products(work, actor)
        write_calendar(work, actor, venue_id, seasons)
        write_prices(work, actor, seasons)
        write_templates(work, actor)
        say("Loading its accounts …")
        write_accounts(work, actor, customers())
        write_targets(work, actor, seasons)
        return True

    runner.transact(club.id, ACTOR, write)


def _load_sales(
    runner: Runner, club: Organisation, actor: Actor, plans: Sequence[SalePlan], say: Say
) -> None:
    """Carry out the plans whose Sales do not exist, each in a transaction of its own."""
    directory: Directory = runner.transact(club.id, ACTOR, read_directory)
    missing = [plan for plan in plans if plan.reference not in directory.sales]
    for number, plan in enumerate(missing):
        if number in REFRESHED_AFTER:
            refresh_statistics(runner.engine)
        if number % REPORT_EVERY == 0:
            say(f"Loading its Sales: {number} of {len(missing)} …")
        directory.sales[plan.reference] = runner.transact(
            club.id, ACTOR, _action(actor, plan, directory)
        )


def _load_documents(runner: Runner, club: Organisation, actor: Actor, say: Say) -> None:
    """Report documents and payments, each Sale's in a transaction of its own."""
    refresh_statistics(runner.engine)
    missing = runner.transact(club.id, ACTOR, billed_sales)
    for number, sale_id in enumerate(missing):
        if number % REPORT_EVERY == 0:
            say(f"Loading documents and payments: {number} of {len(missing)} Sales …")
        runner.transact(club.id, ACTOR, _story(actor, sale_id, club))


def _story(actor: Actor, sale_id: UUID, club: Organisation) -> Callable[[UnitOfWork], None]:
    """Return the transaction that tells what became of one Sale's invoices."""
    return lambda work: tell_sale(work, actor, sale_id, club.created_at)


def _action(actor: Actor, plan: SalePlan, directory: Directory) -> Callable[[UnitOfWork], UUID]:
    """Return the transaction that makes one Sale."""
    return lambda work: carry_out(work, actor, plan, directory)

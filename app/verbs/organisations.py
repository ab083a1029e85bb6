"""`loge organisation`: creating and listing clubs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.commands.organisations import NewOrganisation, add_organisation
from app.config import read_settings
from app.processes.progress import print_line
from app.storage.failures import constraint_of
from app.storage.identity import new_id
from app.storage.organisations import find_organisation, organisation_codes
from app.verbs.execution import RefusedError, operator_name
from app.verbs.reach import reached

if TYPE_CHECKING:
    from argparse import Namespace

    from app.commands.execution import Runner


def add(arguments: Namespace) -> int:
    """Create a club and print its code."""
    wanted = NewOrganisation(
        code=arguments.code,
        name=arguments.name,
        country=arguments.country,
        currency=arguments.currency,
        time_zone=arguments.time_zone,
        language=arguments.language,
        vat_id=arguments.vat_id,
    )
    with reached(read_settings()) as runner:
        _create(runner, wanted)
    print_line(wanted.code)
    print_line(
        f"Next: loge token --role root --organisation {wanted.code}, "
        f"loge import seating FILE --organisation {wanted.code}",
        sys.stderr,
    )
    return 0


def show(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """List the clubs."""
    with reached(read_settings()) as runner:
        for code in organisation_codes(runner.engine):
            club = find_organisation(runner.engine, code)
            if club is not None:
                print_line(f"{club.code:<20}  {club.country}  {club.currency}  {club.name}")
    return 0


def _create(runner: Runner, wanted: NewOrganisation) -> None:
    taken = RefusedError(f"an organisation with the code {wanted.code} exists already")
    if find_organisation(runner.engine, wanted.code) is not None:
        raise taken
    try:
        runner.transact(new_id(), operator_name(), lambda work: add_organisation(work, wanted))
    except Exception as error:
        if constraint_of(error) == "uq_organisation_code":
            raise taken from error
        raise

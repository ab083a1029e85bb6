"""`loge audit`: proving that the audit is what was written, and sealing what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands import audit
from app.config import read_settings
from app.processes.progress import print_line
from app.storage.organisations import find_organisation, organisation_codes
from app.verbs.execution import RefusedError, complain
from app.verbs.reach import chosen_organisation, reached

if TYPE_CHECKING:
    from argparse import Namespace

    from app.commands.execution import Runner
    from app.domain.organisations import Organisation


def verify_chains(arguments: Namespace) -> int:
    """Walk the chain of one club or of all, and report every break."""
    if arguments.expect and not arguments.organisation:
        raise RefusedError("--expect is the head of one club's chain: add --organisation CODE")
    expected = audit.parse_head(arguments.expect) if arguments.expect else None
    is_whole = True
    with reached(read_settings()) as runner:
        for club in _clubs(runner, arguments.organisation):
            report = audit.verify(runner, club.id, expected)
            is_whole = is_whole and report.is_intact
            head = audit.format_head(report.head) if report.head else "none"
            print_line(
                f"{club.code}: {report.sealed} entries sealed, {report.pending} waiting, "
                f"{report.break_count} breaks, head {head}"
            )
            for one in report.breaks:
                at = "" if one.sequence_no is None else f"{one.sequence_no}: "
                print_line(f"  {one.kind} {at}{one.message} (entry {one.entry_id})")
    if not is_whole:
        complain("the audit is not what was written")
    return 0 if is_whole else 1


def seal_now(arguments: Namespace) -> int:
    """Seal what waits in one club or in all."""
    with reached(read_settings()) as runner:
        for club in _clubs(runner, arguments.organisation):
            print_line(f"{club.code}: {audit.seal(runner, club.id)} entries sealed")
    return 0


def _clubs(runner: Runner, code: str | None) -> list[Organisation]:
    """Find one club, or all."""
    if code is not None:
        return [chosen_organisation(runner.engine, code)]
    found = [find_organisation(runner.engine, one) for one in organisation_codes(runner.engine)]
    return [club for club in found if club is not None]

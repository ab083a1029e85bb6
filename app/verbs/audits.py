"""`loge audit` and `loge ledger`: proving that both are as written, and sealing what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands import sealing
from app.config import read_settings
from app.processes.progress import print_line
from app.storage.organisations import find_organisation, organisation_codes
from app.storage.sealing import CHAINS
from app.verbs.execution import RefusedError, complain
from app.verbs.reach import chosen_organisation, reached

if TYPE_CHECKING:
    from argparse import Namespace

    from app.commands.execution import Runner
    from app.domain.organisations import Organisation
    from app.domain.sealing import Head, VerificationReport


def verify_chains(arguments: Namespace) -> int:
    """Walk the audit's chain of one club or of all, and report every break."""
    expected = _expected(arguments)
    is_whole = True
    with reached(read_settings()) as runner:
        for club in _clubs(runner, arguments.organisation):
            report = sealing.verify(runner, club.id, expected)
            is_whole = is_whole and report.is_intact
            _print(club, report)
    if not is_whole:
        complain("the audit is not what was written")
    return 0 if is_whole else 1


def verify_ledgers(arguments: Namespace) -> int:
    """Walk the ledger's chain of one club or of all, and compare its sums with the documents."""
    expected = _expected(arguments)
    is_whole = True
    with reached(read_settings()) as runner:
        for club in _clubs(runner, arguments.organisation):
            report = sealing.verify_ledger(runner, club.id, expected)
            is_whole = is_whole and report.is_intact
            _print(club, report.chain)
            for sentence in report.contradictions:
                print_line(f"  {sentence}")
    if not is_whole:
        complain("the ledger is not what was booked")
    return 0 if is_whole else 1


def seal_now(arguments: Namespace) -> int:
    """Seal what waits in one club or in all, in the audit and in the ledger."""
    with reached(read_settings()) as runner:
        for club in _clubs(runner, arguments.organisation):
            sealed = [f"{sealing.seal(runner, club.id, one)} {one.name}" for one in CHAINS]
            print_line(f"{club.code}: {' and '.join(sealed)} entries sealed")
    return 0


def _print(club: Organisation, report: VerificationReport) -> None:
    """Print what a verification found, the head last, so that it can be kept."""
    head = sealing.format_head(report.head) if report.head else "none"
    print_line(
        f"{club.code}: {report.sealed} entries sealed, {report.pending} waiting, "
        f"{report.break_count} breaks, head {head}"
    )
    for one in report.breaks:
        at = "" if one.sequence_no is None else f"{one.sequence_no}: "
        print_line(f"  {one.kind} {at}{one.message} (entry {one.entry_id})")


def _expected(arguments: Namespace) -> Head | None:
    """Read the head that was kept elsewhere."""
    if arguments.expect and not arguments.organisation:
        raise RefusedError("--expect is the head of one club's chain: add --organisation CODE")
    return sealing.parse_head(arguments.expect) if arguments.expect else None


def _clubs(runner: Runner, code: str | None) -> list[Organisation]:
    """Find one club, or all."""
    if code is not None:
        return [chosen_organisation(runner.engine, code)]
    found = [find_organisation(runner.engine, one) for one in organisation_codes(runner.engine)]
    return [club for club in found if club is not None]

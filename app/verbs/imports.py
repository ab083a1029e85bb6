"""`loge import`: a file of a club's master data or orders, with a report of every wrong row."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import read_settings
from app.domain.money import format_amount
from app.domain.organisations import PriceBasis
from app.domain.vat import SupplyType
from app.processes.progress import Progress, print_line
from app.transfers.imports import ImportKind, ImportOptions, run_import
from app.verbs.execution import RefusedError, complain, operator
from app.verbs.reach import chosen_organisation, reached

if TYPE_CHECKING:
    from argparse import Namespace

    from app.transfers.imports import ImportReport, RowError

SHOWN_LIMIT = 200
"""Errors that are printed; the count is of all."""


def run(arguments: Namespace) -> int:
    """Import a file, or only say what that would do."""
    path = Path(arguments.file)
    if not path.is_file():
        raise RefusedError(f"there is no file {path}")
    options = ImportOptions(
        dry_run=arguments.dry_run,
        ignore_unknown_columns=arguments.ignore_unknown_columns,
        team=arguments.team,
        season=arguments.season,
        venue=arguments.venue,
        played_from_score=arguments.played_from_score,
        source=arguments.source,
        currency=arguments.currency,
        price_basis=PriceBasis(arguments.price_basis),
        supply_type=SupplyType(arguments.supply_type),
        group=arguments.group,
    )
    say = Progress(sys.stderr)
    with reached(read_settings()) as runner:
        organisation = chosen_organisation(runner.engine, arguments.organisation)
        actor = operator(organisation.id)
        report = run_import(runner, actor, ImportKind(arguments.kind), path, options, say)
    _print_report(report)
    return 1 if report.errors else 0


def _print_report(report: ImportReport) -> None:
    """Print what was or would be done, and every reason why not."""
    for note in report.notes:
        print_line(f"note: {note}")
    for one in report.errors[:SHOWN_LIMIT]:
        print_line(_line(one))
    if report.errors:
        kept = "nothing was written"
        if report.rules:
            kept = "the orders that they are about are left out"
        complain(f"{len(report.errors)} errors in {report.file_name}; {kept}")
    if report.errors and not report.rules:
        return
    for rule in report.rules:
        amount = f"{format_amount(rule.amount_minor, rule.currency)} {rule.currency}"
        print_line(f"{rule.row_count} rows, {amount}: {rule.rule}")
    verb = "would be " if report.is_dry_run else ""
    for tally in report.tallies:
        print_line(
            f"{tally.noun}: {tally.created} {verb}created, {tally.changed} {verb}changed, "
            f"{tally.unchanged} unchanged"
        )
    if report.is_dry_run:
        print_line(f"Dry run of {report.row_count} rows: nothing was written.")


def _line(one: RowError) -> str:
    """Write an error with its place in the file."""
    place = "file" if one.row_no is None else f"row {one.row_no}"
    column = "" if one.field is None else f", {one.field}"
    value = "" if one.value is None else f" ({one.value!r})"
    return f"{place}{column}: {one.message}{value} [{one.code}]"

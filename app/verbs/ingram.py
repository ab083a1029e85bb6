"""`loge ingram`: from a file of Ingram Micro to a file for Exact Globe, without a database."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.money import format_amount
from app.processes.progress import print_line
from app.transfers.contract.faults import TransferFaultError
from app.transfers.ingram_globe.desk import Desk
from app.verbs.execution import RefusedError, complain

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from app.transfers.ingram_globe.running import Outcome

SHOWN_LIMIT = 50
"""Customers and items that are printed; the counts are of all."""


def _foreseen(verb: Callable[[Namespace], int]) -> Callable[[Namespace], int]:
    """Say faults of files and maps in one line."""

    @wraps(verb)
    def wrapped(arguments: Namespace) -> int:
        try:
            return verb(arguments)
        except TransferFaultError as error:
            raise RefusedError(error.message) from error

    return wrapped


@_foreseen
def columns(arguments: Namespace) -> int:
    """Print what the columns of a report seem to mean, and keep it if asked."""
    desk = Desk(Path(arguments.folder))
    proposal = desk.propose(_report(arguments))
    for meaning, column in proposal.template.columns.items():
        samples = ", ".join(proposal.samples.get(column, ()))
        print_line(f"{meaning}: {column} ({samples})")
    mark = proposal.template.decimal_mark or "cannot be told; write it into the template"
    print_line(f"decimal mark: {mark}")
    for one in proposal.missing:
        print_line(f"missing: {one}")
    if arguments.save:
        desk.save(proposal)
        print_line(f"Kept as template {proposal.template.signature}.")
    return 1 if proposal.missing else 0


@_foreseen
def look(arguments: Namespace) -> int:
    """Print what a run would make."""
    desk = Desk(Path(arguments.folder))
    outcome = desk.look(_report(arguments))
    _print_outcome(desk, outcome)
    print_line("Nothing was written but the rows to be mapped.")
    return 0 if outcome.unmapped.is_done else 1


@_foreseen
def run(arguments: Namespace) -> int:
    """Write the file of orders."""
    desk = Desk(Path(arguments.folder))
    outcome, path = desk.run(_report(arguments))
    _print_outcome(desk, outcome)
    if path is not None and outcome.file is not None:
        print_line(f"file: {path} (SHA-256 {outcome.file.sha256})")
    else:
        print_line("There is nothing to write.")
    if outcome.blocked:
        complain(f"{len(outcome.blocked)} customers are blocked; the others are written")
    return 1 if outcome.blocked else 0


@_foreseen
def history(arguments: Namespace) -> int:
    """Print the files that were made."""
    desk = Desk(Path(arguments.folder))
    if arguments.processed:
        desk.mark_processed(arguments.processed)
    for one in desk.history():
        state = "processed" if one["is_processed"] else "to be imported"
        print_line(
            f"{one['made_at']} {one['file']}: {one['order_count']} orders, {one['total']} "
            f"{one['currency']}, from {one['report']}, {state}"
        )
    return 0


def _report(arguments: Namespace) -> Path:
    """Return the path of a report that there is."""
    path = Path(arguments.report)
    if not path.is_file():
        raise RefusedError(f"there is no file {path}")
    return path


def _print_outcome(desk: Desk, outcome: Outcome) -> None:
    """Print sums, what is unmapped and who is blocked."""
    currency = outcome.report.currency

    def shown(minor: int) -> str:
        return f"{format_amount(minor, currency)} {currency}"

    for note in desk.notes(outcome):
        print_line(f"note: {note}")
    print_line(
        f"{len(outcome.report.lines)} lines, {shown(outcome.report.net_minor)} in the report"
    )
    for noun, unmapped in (
        ("customer", outcome.unmapped.customers),
        ("item", outcome.unmapped.items),
    ):
        for one in unmapped[:SHOWN_LIMIT]:
            told = f"{one.line_count} lines, {shown(one.amount_minor)}"
            print_line(f"unmapped {noun}: {one.key} ({one.label}), {told}")
    for blocked in outcome.blocked[:SHOWN_LIMIT]:
        print_line(f"blocked: {blocked.customer_name}: {'; '.join(blocked.reasons)}")
    cost = sum(one.source_minor for one in outcome.orders)
    net = sum(one.net_minor for one in outcome.orders)
    print_line(f"{len(outcome.orders)} orders: cost {shown(cost)}, sold for {shown(net)}")
    if outcome.earlier:
        print_line(f"{len(outcome.earlier)} were written before: {shown(outcome.earlier_minor)}")
    if outcome.excluded_minor:
        print_line(f"left out: {shown(outcome.excluded_minor)}")

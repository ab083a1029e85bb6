"""Running an import: read, match columns, write all or nothing in one transaction, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from app.domain.errors import DomainError, ErrorCode, Violation, refuse
from app.storage.failures import constraint_of
from app.storage.organisations import read_organisation
from app.transfers.imports import (
    accounts,
    calendar,
    documents,
    fulfilment,
    openfootball,
    payments,
    products,
    scans,
    seating,
    seating_plan,
    targets,
)
from app.transfers.imports.files import Source, read_source
from app.transfers.imports.intake import Intake
from app.transfers.imports.orders import import_orders
from app.transfers.imports.records import Columns, Record, records_of
from app.transfers.imports.reports import ImportOptions, ImportReport, RowError, Tally

if TYPE_CHECKING:
    from pathlib import Path

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

Importer = Callable[[Intake, Sequence[Record]], None]


class ImportKind(StrEnum):
    """What a file can hold."""

    CALENDAR = "calendar"
    SEATING = "seating"
    PRODUCTS = "products"
    ACCOUNTS = "accounts"
    ORDERS = "orders"
    DOCUMENTS = "documents"
    PAYMENTS = "payments"
    SCANS = "scans"
    FULFILMENT = "fulfilment"
    REPS = "reps"
    TARGETS = "targets"


_IMPORTERS: dict[ImportKind, tuple[Columns, Importer]] = {
    ImportKind.CALENDAR: (calendar.COLUMNS, calendar.import_calendar),
    ImportKind.SEATING: (seating.COLUMNS, seating.import_seating),
    ImportKind.PRODUCTS: (products.COLUMNS, products.import_products),
    ImportKind.ACCOUNTS: (accounts.COLUMNS, accounts.import_accounts),
    ImportKind.DOCUMENTS: (documents.COLUMNS, documents.import_documents),
    ImportKind.PAYMENTS: (payments.COLUMNS, payments.import_payments),
    ImportKind.SCANS: (scans.COLUMNS, scans.import_scans),
    ImportKind.FULFILMENT: (fulfilment.COLUMNS, fulfilment.import_fulfilment),
    ImportKind.REPS: (targets.REP_COLUMNS, targets.import_reps),
    ImportKind.TARGETS: (targets.COLUMNS, targets.import_targets),
}
_DOCUMENTS: dict[ImportKind, Callable[[Source, ImportOptions], Source]] = {
    ImportKind.CALENDAR: openfootball.rows_of_matches,
    ImportKind.SEATING: seating_plan.rows_of_plan,
}
"""Kinds that also read a JSON document of another system, as rows of Loge's own columns."""


class _UndoneError(Exception):
    """Ends a transaction of which nothing shall stay."""

    def __init__(self, errors: tuple[RowError, ...]) -> None:
        super().__init__("nothing is written")
        self.errors = errors


@dataclass(slots=True)
class _Run:
    """What is known so far about one run."""

    report: ImportReport
    records: dict[str, Record] = field(default_factory=dict)
    columns: Columns = field(default_factory=lambda: Columns(()))


def run_import(
    runner: Runner,
    actor: Actor,
    kind: ImportKind,
    path: Path,
    options: ImportOptions,
    say: Callable[[str], None] = lambda _step: None,
) -> ImportReport:
    """Import a file into the actor's organisation; what is wrong comes back in the report.

    Everything is written in one transaction, or nothing: a dry run and a file with errors go
    through the same steps and are undone at the end. `say` is told each step. Orders are written
    one by one instead; see `import_orders`.
    """
    if kind is ImportKind.ORDERS:
        return import_orders(runner, actor, path, options, say)
    run = _Run(ImportReport(kind, path.name, 0, options.dry_run))
    try:
        _read(run, kind, path, options, say)
        intake = runner.transact(
            actor.organisation_id,
            actor.name,
            lambda work: _carry_out(run, work, actor, kind, options, say),
        )
    except DomainError as error:
        return replace(run.report, errors=tuple(_error(run, one) for one in error.violations))
    except _UndoneError as undone:
        return replace(run.report, errors=undone.errors)
    except Exception as error:
        if constraint_of(error) is None:
            raise
        message = f"somebody else changed the same rows at this moment: {constraint_of(error)}"
        raced = RowError(None, None, ErrorCode.VERSION_STALE, message)
        return replace(run.report, errors=(raced,))
    say(f"written: {sum(sum(counts) for counts in intake.counts.values())} rows")
    return run.report


def _read(
    run: _Run, kind: ImportKind, path: Path, options: ImportOptions, say: Callable[[str], None]
) -> None:
    """Read the file into records."""
    say(f"reading {path.name}")
    source = read_source(path)
    if source.document is not None:
        if kind not in _DOCUMENTS:
            message = 'the file must hold a list of objects, or an object with such a list "rows"'
            refuse(ErrorCode.FILE_MALFORMED, message)
        source = _DOCUMENTS[kind](source, options)
    run.columns = _IMPORTERS[kind][0]
    records, notes = records_of(source, run.columns, ignore_unknown=options.ignore_unknown_columns)
    run.records = {str(record.row_no): record for record in records}
    notes = [*source.notes, *notes]
    run.report = replace(run.report, row_count=len(run.records), notes=tuple(notes))


def _carry_out(
    run: _Run,
    work: UnitOfWork,
    actor: Actor,
    kind: ImportKind,
    options: ImportOptions,
    say: Callable[[str], None],
) -> Intake:
    """Store all records, and undo that when there are errors or the run is dry."""
    records = list(run.records.values())
    for record in records:
        # The database may have given up on an earlier try of this very transaction.
        record.check.violations.clear()
    intake = Intake(work, actor, read_organisation(work), options, say)
    _IMPORTERS[kind][1](intake, records)
    work.flush()
    tallies = tuple(Tally(noun, *counts) for noun, counts in intake.counts.items())
    notes = (*run.report.notes, *dict.fromkeys(intake.notes))
    violations = [one for record in records for one in record.check.violations]
    run.report = replace(run.report, tallies=tallies, notes=notes)
    if violations or options.dry_run:
        _undo(tuple(_error(run, one) for one in violations))
    return intake


def _undo(errors: tuple[RowError, ...]) -> NoReturn:
    raise _UndoneError(errors)


def _error(run: _Run, violation: Violation) -> RowError:
    """Name the row, the column and the cell that a violation is about."""
    row, *names = violation.path or ("",)
    if not row.isdecimal():
        return RowError(None, names[0] if names else None, violation.code, violation.message)
    record = run.records.get(row)
    column = run.columns.column_of(names)
    value = record.text(column) if record is not None and column is not None else None
    return RowError(int(row), column, violation.code, violation.message, value)

"""Writing the files that imports read, and running imports as the command does."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import openpyxl

from app.domain.permissions import Actor, Role
from app.storage.identity import new_id
from app.transfers.imports import ImportKind, ImportOptions, ImportReport, run_import

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.club import Club

Row = dict[str, Any]


def write_csv(path: Path, rows: list[Row], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, rows: list[Row]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(name) for name in columns])
    workbook.save(path)
    return path


def write_json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def run(
    club: Club,
    kind: str,
    path: Path,
    *,
    role: Role = Role.ROOT,
    say: Callable[[str], None] = lambda _step: None,
    **options: Any,
) -> ImportReport:
    actor = Actor(club.organisation.id, new_id(), role)
    return run_import(club.runner, actor, ImportKind(kind), path, ImportOptions(**options), say)


def imported(club: Club, kind: str, path: Path, **options: Any) -> dict[str, tuple[int, int, int]]:
    """Run an import that must succeed; return (created, changed, unchanged) by noun."""
    report = run(club, kind, path, **options)
    assert report.errors == ()
    assert report.is_written is not report.is_dry_run
    return {t.noun: (t.created, t.changed, t.unchanged) for t in report.tallies}


def refused(
    club: Club, kind: str, path: Path, **options: Any
) -> list[tuple[int | None, str | None, str]]:
    """Run an import that must be refused and write nothing; return row, column and code."""
    before = snapshot(club)
    report = run(club, kind, path, **options)
    assert report.errors
    assert not report.is_written
    assert snapshot(club) == before
    return [(error.row_no, error.field, error.code.value) for error in report.errors]


def snapshot(club: Club) -> dict[str, int]:
    """How many rows the club has in every table that an import writes, the audit included."""
    tables = (
        "account contact season calendar_item venue location resource product_group product "
        "package_component price_list price pool audit_entry audit_pending outbox"
    ).split()
    with club.runner.engine.connect() as connection:
        found = {}
        for table in tables:
            count = connection.exec_driver_sql(
                f"SELECT count(*) FROM {table} WHERE organisation_id = %(club)s",
                {"club": club.organisation.id},
            )
            found[table] = int(count.scalar_one())
    return found

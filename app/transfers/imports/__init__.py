"""Imports: a file's rows become a club's master data, all of them or none."""

from __future__ import annotations

from app.transfers.imports.reports import ImportOptions, ImportReport, RowError, Tally
from app.transfers.imports.running import ImportKind, run_import

__all__ = ["ImportKind", "ImportOptions", "ImportReport", "RowError", "Tally", "run_import"]

"""Imports: a file's rows become a club's master data, all of them or none, or its orders."""

from __future__ import annotations

from app.transfers.imports.reports import ImportOptions, ImportReport, RowError, RuleTally, Tally
from app.transfers.imports.running import ImportKind, run_import

__all__ = [
    "ImportKind",
    "ImportOptions",
    "ImportReport",
    "RowError",
    "RuleTally",
    "Tally",
    "run_import",
]

"""The examples of the guide do what it says, one after the other."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.transfers.imports import (
    accounts,
    calendar,
    documents,
    fulfilment,
    orders_rows,
    payments,
    products,
    scans,
    seating,
    targets,
)
from app.transfers.imports.records import Columns
from tests.club import Club
from tests.transfers.import_files import imported

GUIDE = Path(__file__).parents[2] / "docs" / "guides"
EXAMPLES = GUIDE / "examples"
TEAM = {"team": "Racing Meerhaven"}
IN_ORDER: list[tuple[str, str, dict[str, Any]]] = [
    ("seating", "seating.csv", {}),
    ("calendar", "calendar.csv", {}),
    ("calendar", "fixtures.json", TEAM),
    ("products", "products.csv", {}),
    ("accounts", "accounts.csv", {}),
    ("seating", "seating-plan.json", {}),
    ("orders", "orders.csv", {}),
    ("reps", "reps.csv", {}),
    ("targets", "targets.csv", {}),
    ("scans", "scans.csv", {}),
]


def test_the_examples_are_imported_and_repeated(club: Club) -> None:
    for kind, name, options in IN_ORDER:
        done = imported(club, kind, EXAMPLES / name, **options)
        assert sum(created for created, _, _ in done.values()) > 0, name
        assert {changed for _, changed, _ in done.values()} == {0}, name
    for kind, name, options in IN_ORDER:
        venue = {"venue": "STADIUM"} if kind == "calendar" else {}
        done = imported(club, kind, EXAMPLES / name, **options, **venue)
        assert {(created, changed) for created, changed, _ in done.values()} == {(0, 0)}, name


@pytest.mark.parametrize(
    ("title", "columns"),
    [
        ("Calendar", calendar.COLUMNS),
        ("Seating", seating.COLUMNS),
        ("Products", products.COLUMNS),
        ("Accounts", accounts.COLUMNS),
        ("Orders", orders_rows.COLUMNS),
        ("Documents", documents.COLUMNS),
        ("Payments", payments.COLUMNS),
        ("Scans", scans.COLUMNS),
        ("Fulfilment", fulfilment.COLUMNS),
        ("Reps", targets.REP_COLUMNS),
        ("Targets", targets.COLUMNS),
    ],
)
def test_the_guide_names_every_column(title: str, columns: Columns) -> None:
    text = (GUIDE / "imports.md").read_text(encoding="utf-8")
    chapter = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(columns.known)

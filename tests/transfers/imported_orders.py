"""Files of orders, and what the club has of them after they were imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.imports.orders_plan import Rule
from tests.transfers.import_files import run, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.transfers.imports import ImportReport
    from tests.club import Club

COLUMNS = "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country"
SALES = """
{ sales(first: 100, sort: CREATED_AT_ASC) { nodes {
  code type status channel reference currency priceBasis createdAt finalisedAt
  account { code name country } parentSale { reference }
  net { amount } vat { amount } gross { amount }
  lines { description quantity quantityCancelled unitPrice { amount } gross { amount }
          product { code kind group { code } } }
  invoices { plannedOn } } } }
"""
DOCUMENTS = """
query($after: String) { invoiceDocuments(first: 100, after: $after) {
  nodes { number source type issuedOn gross { amount } invoice { kind } sale { reference } }
  pageInfo { endCursor hasNextPage } } }
"""
BALANCES = """
query($after: String) { accounts(first: 100, after: $after) {
  nodes { code country balances { balance { amount currency } } }
  pageInfo { endCursor hasNextPage } } }
"""


def write(folder: Path, *rows: str, name: str = "orders.csv") -> Path:
    """Write rows of cells that are divided by bars, in the order of COLUMNS."""
    cells = (dict(zip(COLUMNS.split(), row.split("|"), strict=True)) for row in rows)
    return write_csv(folder / name, list(cells))


def orders(club: Club, path: Path, **options: Any) -> ImportReport:
    return run(club, "orders", path, **options)


def rules(report: ImportReport) -> dict[str, tuple[int, int]]:
    return {Rule(one.rule).name: (one.row_count, one.amount_minor) for one in report.rules}


def everything(club: Club, document: str, name: str) -> Iterator[dict[str, Any]]:
    """Read a whole connection page by page."""
    after = None
    while True:
        page = club.query(document, {"after": after})[name]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def documents(club: Club) -> dict[str, tuple[str, str]]:
    """Return what every document comes to, and of which order its Sale is, by number."""
    found = everything(club, DOCUMENTS, "invoiceDocuments")
    return {one["number"]: (one["gross"]["amount"], one["sale"]["reference"]) for one in found}


def balances(club: Club) -> dict[str, str]:
    """Return what each account owes."""
    return {
        one["code"]: one["balances"][0]["balance"]["amount"]
        for one in everything(club, BALANCES, "accounts")
        if one["balances"]
    }


def sales(club: Club) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = club.query(SALES)["sales"]["nodes"]
    return found

"""Reports of the marketplace: rows of any columns, read by a template, and a flat form of ours."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from app.transfers.connectors.ingram.columns import Template, propose, signature_of
from app.transfers.connectors.ingram.records import (
    Line,
    Report,
    minor_of,
    refused,
    sha256_of,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.tables.cells import day_of, decimal_mark_of, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.transfers.tables.reading import Row, Table

FLAT_NEEDED = ("customer", "sku", "quantity", "currency")
FLAT = {
    "customer_id": "customer",
    "customer_name": "customer_name",
    "subscription_id": "subscription_id",
    "sku": "sku",
    "description": "description",
    "period_from": "period_from",
    "period_to": "period_to",
    "quantity": "quantity",
    "unit_cost": "unit_cost",
    "duration": "duration",
    "discount": "discount",
    "amount": "amount",
    "currency": "currency",
    "sales_price": "sales_price",
    "vat_rate": "vat_rate",
    "invoice_no": "invoice_no",
}
"""The flat form: a file with these columns needs no template."""
_NUMBERS = ("quantity", "unit_cost", "duration", "discount", "amount", "sales_price", "vat_rate")


def template_of(table: Table, templates: Sequence[Template]) -> tuple[Template, str]:
    """Return the template of a table, and its form; a file that nobody explained is refused."""
    signature = signature_of(table.columns)
    for one in templates:
        if one.signature == signature:
            absent = sorted(set(one.columns.values()) - set(table.columns))
            if absent:
                raise refused(f"names a column {absent[0]!r} that is not there", "templates")
            return one, "LEARNED"
    columns = set(table.columns)
    if columns >= set(FLAT_NEEDED) and columns & {"amount", "unit_cost"}:
        known = {meaning: column for meaning, column in FLAT.items() if column in columns}
        return Template(signature, known, name="flat"), "FLAT"
    proposal = propose(table)
    told = ", ".join(f"{name} = {column}" for name, column in proposal.template.columns.items())
    missing = f"; nothing seems to be {', '.join(proposal.missing)}" if proposal.missing else ""
    message = (
        f"This report has columns that no template explains ({signature}). Confirm what they "
        f"mean, once: {told or 'nothing is recognised'}{missing}"
    )
    raise TransferFaultError(FaultClass.RECORD, message, path="columns")


def read_report(
    table: Table, content: bytes, source_id: str, templates: Sequence[Template]
) -> Report:
    """Read a report.

    Args:
        source_id: the id of the report; its rows may name invoices of their own.
    """
    template, form = template_of(table, templates)
    reader = _Reader(table, template, source_id)
    lines = tuple(reader.line(row) for row in table.rows)
    currencies = Counter(reader.currency(row) for row in table.rows)
    if len(currencies) > 1:
        raise refused(f"has {' and '.join(sorted(currencies))}; divide it by currency", "currency")
    return Report(
        source_id,
        sha256_of(content),
        form,
        next(iter(currencies)),
        lines,
        notes=tuple(reader.notes()),
    )


class _Reader:
    """Reads the rows of one table by one template."""

    def __init__(self, table: Table, template: Template, source_id: str) -> None:
        self._template = template
        self._source_id = source_id
        self._differing: list[int] = []
        self._mark = template.decimal_mark or self._found_mark(table)

    def line(self, row: Row) -> Line:
        """Read one row; what it costs is its amount, else what its parts make."""
        customer = self._text(row, "customer_id") or self._text(row, "customer_name")
        if customer is None:
            raise self._refused(row, "customer_id", "is empty")
        currency = self.currency(row)
        quantity = self._needed(row, "quantity")
        duration = self._number(row, "duration")
        duration = Decimal(1) if duration is None else duration
        discount = self._number(row, "discount") or Decimal(0)
        amount, cost = self._number(row, "amount"), self._number(row, "unit_cost")
        made = None if cost is None else quantity * cost * duration - discount
        if amount is None and made is None:
            raise self._refused(row, "amount", "is empty, and so is unit_cost")
        billed = minor_of(amount if amount is not None else made or Decimal(0), currency, "amount")
        if made is not None and abs(minor_of(made, currency, "amount") - billed) > 1:
            self._differing.append(row.number)
        share = quantity * duration
        if cost is None:
            cost = (amount or Decimal(0)) / share if share else Decimal(0)
        sku = self._text(row, "sku")
        if sku is None:
            raise self._refused(row, "sku", "is empty")
        rate = self._number(row, "vat_rate")
        return Line(
            row.number,
            self._text(row, "invoice_no") or self._source_id,
            customer,
            self._text(row, "customer_name") or customer,
            sku,
            self._text(row, "description") or sku,
            quantity,
            cost,
            duration,
            billed,
            self._text(row, "subscription_id"),
            self._day(row, "period_from"),
            self._day(row, "period_to"),
            None if rate is None else f"{rate.normalize():f}",
            self._number(row, "sales_price"),
        )

    def currency(self, row: Row) -> str:
        """Return the currency of a row."""
        found = self._text(row, "currency") or self._template.currency
        if found is None:
            raise self._refused(row, "currency", "is empty")
        return found.upper()

    def notes(self) -> list[str]:
        """Return what a person should know about the rows that were read."""
        if not self._differing:
            return []
        told = (
            f"{len(self._differing)} rows are not quantity × unit cost × duration to the cent; "
            f"their amounts are taken; the first is row {self._differing[0]}"
        )
        return [told]

    def _found_mark(self, table: Table) -> str:
        """Return the decimal mark of a table whose template does not say it."""
        if table.form.kind in {"XLSX", "JSON"}:
            return "."
        columns = [self._template.columns[one] for one in _NUMBERS if one in self._template.columns]
        texts = [text for row in table.rows for one in columns if (text := row.cells.get(one))]
        mark = decimal_mark_of(texts)
        if mark is None:
            message = "cannot be told from the numbers of this file; say it in the template"
            raise refused(message, "decimal_mark")
        return mark

    def _text(self, row: Row, meaning: str) -> str | None:
        """Return the cell of a meaning."""
        column = self._template.columns.get(meaning)
        return None if column is None else row.cells.get(column)

    def _needed(self, row: Row, meaning: str) -> Decimal:
        """Return a number that has to be there."""
        found = self._number(row, meaning)
        if found is None:
            raise self._refused(row, meaning, "is empty")
        return found

    def _number(self, row: Row, meaning: str) -> Decimal | None:
        """Return the number of a meaning, None where its cell is empty."""
        text = self._text(row, meaning)
        if text is None:
            return None
        found = number_of(text, self._mark)
        if found is None:
            raise self._refused(row, meaning, f"{text!r} is no number with {self._mark!r} in it")
        return found

    def _day(self, row: Row, meaning: str) -> str | None:
        """Return the day of a meaning."""
        text = self._text(row, meaning)
        if text is None:
            return None
        found = day_of(text, is_month_first=self._template.is_month_first)
        if found is None:
            raise self._refused(row, meaning, f"{text!r} is no day such as 2026-10-31")
        return found.isoformat()

    def _refused(self, row: Row, meaning: str, message: str) -> TransferFaultError:
        """Return the fault of a cell."""
        column = self._template.columns.get(meaning, meaning)
        return refused(message, f"row {row.number}, {column}")

"""What the API shows beyond columns, as expressions of SQL: the same as the domain's rules say.

A resolver computes each of these as well; a test compares the two over documents of every shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Text, and_, any_, case, cast, func, literal_column, or_, select

from app.domain.documents import DocumentState
from app.domain.sales import SaleStatus
from app.storage import tables as t
from app.storage.invoice_status import open_minor, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement, FromClause, Table


class View(Protocol):
    """How an expression reads more than its own row, in a statement that is being built."""

    def beside(self, table: Table, column: str) -> FromClause:
        """Return the one visible row of a table whose `column` is this row's id, or NULLs."""
        ...

    def today(self) -> ColumnElement[Any]:
        """Return the day it is at the club."""
        ...

    def rows_of(self, table: Table) -> tuple[FromClause, ColumnElement[bool]]:
        """Return a table under a name of its own, and the condition that its row is visible."""
        ...


@dataclass(frozen=True, slots=True)
class Derived:
    """An expression over a row; `is_optional` tells whether it can be NULL."""

    expression: Callable[[FromClause, View], ColumnElement[Any]]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """The rows of a table that belong to a row; `order` is over the related row and this one."""

    table: Table
    condition: Callable[[FromClause, FromClause, View], ColumnElement[bool]]
    order: Callable[[FromClause, FromClause], ColumnElement[Any]]


def _facts(view: View) -> FromClause:
    return view.beside(t.receivable, "invoice_id")


def _is_documented(facts: FromClause) -> ColumnElement[bool]:
    return facts.c.document_state.is_not_distinct_from(DocumentState.ACCEPTED)


def _fact(name: str) -> Derived:
    """Show a column of an invoice's facts as it is; NULL without facts."""
    return Derived(lambda _invoice, view: _facts(view).c[name], is_optional=True)


def _amount(name: str) -> Derived:
    """Show an amount of an invoice's facts; nothing without facts."""
    return Derived(lambda _invoice, view: func.coalesce(_facts(view).c[name], 0))


def _claim(name: str) -> Derived:
    """Show a column of a claim until the document is accepted."""

    def expression(_invoice: FromClause, view: View) -> ColumnElement[Any]:
        facts = _facts(view)
        return case((_is_documented(facts), None), else_=facts.c[name])

    return Derived(expression, is_optional=True)


def _payable(invoice: FromClause, view: View) -> ColumnElement[Any]:
    """Say what an invoice can take, as `receivables.payable_minor` does."""
    facts, gross = _facts(view), func.coalesce(invoice.c.gross_minor, 0)
    is_entered = or_(_is_documented(facts), func.coalesce(facts.c.entered_minor, 0) != 0)
    advances = func.coalesce(facts.c.paid_minor + facts.c.credited_minor, 0)
    return func.greatest(0, case((is_entered, open_minor(facts)), else_=gross - advances))


def _is_frozen(_invoice: FromClause, view: View) -> ColumnElement[bool]:
    facts = _facts(view)
    return or_(facts.c.claimed_at.is_not(None), facts.c.document_id.is_not(None))


def _percent(row: FromClause, _view: View) -> ColumnElement[str]:
    """Write basis points as a percentage of two decimals, exactly."""
    return cast(row.c.rate_bp * literal_column("0.01"), Text)


def _audited_id(entry: FromClause, _view: View) -> ColumnElement[str]:
    digits = func.replace(cast(entry.c.entity_id, Text), "-", "")
    return entry.c.entity.concat("_").concat(digits)


def _file_path(file: FromClause, _view: View) -> ColumnElement[str]:
    digits: ColumnElement[str] = func.replace(cast(file.c.id, Text), "-", "")
    return literal_column("'/files/stored_file_'", Text).concat(digits)


def _is_partly_cancelled(sale: FromClause, view: View) -> ColumnElement[bool]:
    line, seen = view.rows_of(t.sale_line)
    some = select(line.c.id).where(seen, line.c.sale_id == sale.c.id, line.c.cancelled_count > 0)
    return and_(sale.c.status != SaleStatus.CANCELLED, some.correlate_except(line).exists())


def _settled(amount: Callable[[FromClause], ColumnElement[Any]]) -> Derived:
    """Sum up an amount over the facts of a Sale's invoices."""

    def expression(sale: FromClause, view: View) -> ColumnElement[Any]:
        facts, seen = view.rows_of(t.receivable)
        total = func.coalesce(func.sum(amount(facts)), 0)
        query = select(total).where(seen, facts.c.sale_id == sale.c.id)
        return query.correlate_except(facts).scalar_subquery()

    return Derived(expression)


def _with_sub_sales(name: str) -> Derived:
    """Add an amount of a Sale and of its Final sub-sales."""

    def expression(sale: FromClause, view: View) -> ColumnElement[Any]:
        below, seen = view.rows_of(t.sale)
        total = func.coalesce(func.sum(below.c[name]), 0)
        query = select(total).where(
            seen, below.c.parent_sale_id == sale.c.id, below.c.status == SaleStatus.FINAL
        )
        return sale.c[name] + query.correlate_except(below).scalar_subquery()

    return Derived(expression)


DERIVED: Mapping[str, Derived] = {
    "audit_entry.entity_id": Derived(_audited_id),
    "invoice.status": Derived(lambda invoice, view: status_of(invoice, _facts(view), view.today())),
    "invoice.document_number": _fact("document_no"),
    "invoice.issued_on": _fact("issued_on"),
    "invoice.due_on": _fact("due_on"),
    "invoice.open": Derived(lambda _invoice, view: func.coalesce(open_minor(_facts(view)), 0)),
    "invoice.payable": Derived(_payable),
    "invoice.paid": _amount("paid_minor"),
    "invoice.credited": _amount("credited_minor"),
    "invoice.is_frozen": Derived(_is_frozen),
    "invoice.claimed_by": _claim("claimed_by"),
    "invoice.claim_expires_at": _claim("claim_expires_at"),
    "pool.free": Derived(lambda pool, _view: pool.c.capacity - pool.c.blocked - pool.c.taken),
    "rate": Derived(_percent),
    "sale.is_partly_cancelled": Derived(_is_partly_cancelled),
    "settlement.open": _settled(lambda facts: func.greatest(0, open_minor(facts))),
    "settlement.paid": _settled(lambda facts: facts.c.paid_minor),
    "settlement.credited": _settled(lambda facts: facts.c.noted_minor),
    "stored_file.path": Derived(_file_path),
    "totals.net": _with_sub_sales("net_minor"),
    "totals.vat": _with_sub_sales("vat_minor"),
    "totals.gross": _with_sub_sales("gross_minor"),
}
"""Expressions by the names that fields of the API declare."""


def _is_default_contact(account: FromClause, contact: FromClause, _view: View) -> Any:  # noqa: ANN401 - a condition
    return and_(contact.c.account_id == account.c.id, contact.c.is_default)


def _is_document(invoice: FromClause, document: FromClause, view: View) -> Any:  # noqa: ANN401 - same
    facts, seen = view.rows_of(t.receivable)
    chosen = select(facts.c.document_id).where(seen, facts.c.invoice_id == invoice.c.id)
    return document.c.id == chosen.correlate_except(facts).scalar_subquery()


def _is_original(invoice: FromClause, original: FromClause, view: View) -> Any:  # noqa: ANN401 - same
    cell, seen = view.rows_of(t.invoice_line)
    about = select(cell.c.original_invoice_id).where(seen, cell.c.invoice_id == invoice.c.id)
    return and_(
        original.c.id.in_(about.correlate_except(cell)),
        original.c.id != invoice.c.id,
    )


def _is_waited_for(invoice: FromClause, original: FromClause, view: View) -> Any:  # noqa: ANN401 - same
    own, own_seen = view.rows_of(t.receivable)
    other, other_seen = view.rows_of(t.receivable)
    is_waiting = select(own.c.invoice_id).where(
        own_seen, own.c.invoice_id == invoice.c.id, own.c.is_waiting
    )
    documented = select(other.c.invoice_id).where(
        other_seen, other.c.invoice_id == original.c.id, _is_documented(other)
    )
    return and_(
        _is_original(invoice, original, view),
        is_waiting.correlate_except(own).exists(),
        ~documented.correlate_except(other).exists(),
    )


def _is_credit_note(invoice: FromClause, note: FromClause, view: View) -> Any:  # noqa: ANN401 - same
    cell, seen = view.rows_of(t.invoice_line)
    about = select(cell.c.invoice_id).where(seen, cell.c.original_invoice_id == invoice.c.id)
    return and_(note.c.id.in_(about.correlate_except(cell)), note.c.id != invoice.c.id)


def _is_expanded(line: FromClause, item: FromClause, _view: View) -> Any:  # noqa: ANN401 - same
    return item.c.id == any_(line.c.calendar_item_ids)


def _by_id(related: FromClause, _row: FromClause) -> ColumnElement[Any]:
    found: ColumnElement[Any] = related.c.id
    return found


RELATIONS: Mapping[str, Relation] = {
    "account.default_contact": Relation(t.contact, _is_default_contact, _by_id),
    "invoice.document": Relation(t.invoice_document, _is_document, _by_id),
    "invoice.originals": Relation(t.invoice, _is_original, _by_id),
    "invoice.waits_for": Relation(t.invoice, _is_waited_for, _by_id),
    "invoice.credit_notes": Relation(t.invoice, _is_credit_note, _by_id),
    "sale_line.calendar_items": Relation(
        t.calendar_item,
        _is_expanded,
        lambda item, line: func.array_position(line.c.calendar_item_ids, item.c.id),
    ),
}
"""Related rows by the names that fields of the API declare."""

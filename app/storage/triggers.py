"""Triggers of the database, which Alembic does not see: revisions apply them from here.

Whoever owns the database can switch them off; they stop mistakes and ordinary roles, and the chain
of seals shows what happened in spite of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_AUDIT = ("audit_entry", "audit_seal")
_LEDGER = ("ledger_entry", "ledger_seal", "payment_allocation")
_HISTORY = ("sale_movement", "daily_snapshot", "inventory_snapshot", "pipeline_snapshot")
_SCANS = ("scan",)

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""


def _append_only(*tables: str) -> tuple[str, ...]:
    """Refuse to change or remove rows of these tables, one by one or all at once."""
    return tuple(
        f"CREATE OR REPLACE TRIGGER {table}_{name} BEFORE {events} ON {table} "
        f"FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        for table in tables
        for name, events, scope in (
            ("append_only", "UPDATE OR DELETE", "ROW"),
            ("not_emptied", "TRUNCATE", "STATEMENT"),
        )
    )


def _changeable(*tables: str) -> tuple[str, ...]:
    """Take the triggers of `_append_only` away again."""
    return tuple(
        f"DROP TRIGGER {table}_{name} ON {table}"
        for table in tables
        for name in ("append_only", "not_emptied")
    )


AUDIT_TRIGGERS = (REFUSE_CHANGE, *_append_only(*_AUDIT))
"""Audit entries and seals are appended, never changed or removed."""

AUDIT_TRIGGERS_UNDONE = (*_changeable(*_AUDIT), "DROP FUNCTION refuse_change()")
"""Takes `AUDIT_TRIGGERS` away again."""

LEDGER_TRIGGERS = _append_only(*_LEDGER)
"""Ledger entries, their seals and allocations are appended, never changed or removed."""

LEDGER_TRIGGERS_UNDONE = _changeable(*_LEDGER)
"""Takes `LEDGER_TRIGGERS` away again."""

HISTORY_TRIGGERS = _append_only(*_HISTORY)
"""What Sales moved by, and what was counted at the end of a day, is never changed or removed."""

HISTORY_TRIGGERS_UNDONE = _changeable(*_HISTORY)
"""Takes `HISTORY_TRIGGERS` away again."""

SCAN_TRIGGERS = _append_only(*_SCANS)
"""What a gate read is never changed or removed."""

SCAN_TRIGGERS_UNDONE = _changeable(*_SCANS)
"""Takes `SCAN_TRIGGERS` away again."""

REFUSE_FROZEN_CELLS = """
CREATE OR REPLACE FUNCTION refuse_frozen_cells() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        FOR one IN
            SELECT organisation_id, invoice_id FROM changed
            UNION SELECT organisation_id, invoice_id FROM became
        LOOP
            PERFORM refuse_if_frozen(one.organisation_id, one.invoice_id);
        END LOOP;
    ELSE
        FOR one IN SELECT DISTINCT organisation_id, invoice_id FROM changed LOOP
            PERFORM refuse_if_frozen(one.organisation_id, one.invoice_id);
        END LOOP;
    END IF;
    RETURN NULL;
END
$$
"""

REFUSE_FROZEN_INVOICE = """
CREATE OR REPLACE FUNCTION refuse_frozen_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_if_frozen(OLD.organisation_id, OLD.id);
    RETURN NULL;
END
$$
"""

REFUSE_IF_FROZEN = """
CREATE OR REPLACE FUNCTION refuse_if_frozen(club uuid, wanted uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM receivable WHERE organisation_id = club AND invoice_id = wanted
          AND (claimed_at IS NOT NULL OR document_id IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'invoice % is claimed or documented: cells, VAT and amounts are final', (
            SELECT code FROM invoice WHERE organisation_id = club AND id = wanted
        ) USING ERRCODE = 'restrict_violation', CONSTRAINT = 'frozen_invoice', TABLE = 'invoice';
    END IF;
END
$$
"""

REFUSE_ACCEPTED_DOCUMENT = """
CREATE OR REPLACE FUNCTION refuse_accepted_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'document % was accepted: it stays, only due date and reference may change',
        OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accepted_document',
        TABLE = 'invoice_document';
END
$$
"""

_FROZEN_COLUMNS = (
    "code",
    "sale_id",
    "account_id",
    "kind",
    "amount_minor",
    "net_minor",
    "vat_minor",
    "gross_minor",
    "currency",
)
_LEGAL_COLUMNS = (
    "invoice_id",
    "sale_id",
    "account_id",
    "source",
    "type",
    "state",
    "number",
    "issued_on",
    "net_minor",
    "vat_minor",
    "gross_minor",
    "rounding_minor",
    "currency",
)


def _frozen_cells(table: str) -> tuple[str, ...]:
    """Refuse to write cells of a frozen invoice; one look at an invoice for each statement."""
    return tuple(
        f"CREATE OR REPLACE TRIGGER {table}_frozen_{event.lower()} AFTER {event} ON {table} "
        f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_cells()"
        for event, tables in (
            ("INSERT", "NEW TABLE AS changed"),
            ("UPDATE", "OLD TABLE AS changed NEW TABLE AS became"),
            ("DELETE", "OLD TABLE AS changed"),
        )
    )


def differs(columns: Iterable[str]) -> str:
    """Say, in the condition of a trigger on updates, that one of these columns changed."""
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


_ON_INVOICE = f"""
CREATE OR REPLACE TRIGGER invoice_frozen AFTER UPDATE ON invoice
FOR EACH ROW WHEN ({differs(_FROZEN_COLUMNS)}) EXECUTE FUNCTION refuse_frozen_invoice()
"""
_ON_DOCUMENT = f"""
CREATE OR REPLACE TRIGGER invoice_document_accepted AFTER UPDATE ON invoice_document
FOR EACH ROW WHEN (OLD.state = 'ACCEPTED' AND {differs(_LEGAL_COLUMNS)})
EXECUTE FUNCTION refuse_accepted_document()
"""
_ON_DOCUMENT_GONE = """
CREATE OR REPLACE TRIGGER invoice_document_kept AFTER DELETE ON invoice_document
FOR EACH ROW WHEN (OLD.state = 'ACCEPTED') EXECUTE FUNCTION refuse_accepted_document()
"""
FREEZE_TRIGGERS = (
    REFUSE_IF_FROZEN,
    REFUSE_FROZEN_CELLS,
    REFUSE_FROZEN_INVOICE,
    REFUSE_ACCEPTED_DOCUMENT,
    *_frozen_cells("invoice_line"),
    *_frozen_cells("invoice_vat"),
    _ON_INVOICE,
    _ON_DOCUMENT,
    _ON_DOCUMENT_GONE,
)
"""What a document froze stays: cells, VAT and amounts of its invoice, and its own legal content.

They come after the references have been checked, so that another club's row is refused as such.
"""

FREEZE_TRIGGERS_UNDONE = (
    *(
        f"DROP TRIGGER {table}_frozen_{event} ON {table}"
        for table in ("invoice_line", "invoice_vat")
        for event in ("insert", "update", "delete")
    ),
    "DROP TRIGGER invoice_frozen ON invoice",
    "DROP TRIGGER invoice_document_accepted ON invoice_document",
    "DROP TRIGGER invoice_document_kept ON invoice_document",
    "DROP FUNCTION refuse_accepted_document()",
    "DROP FUNCTION refuse_frozen_invoice()",
    "DROP FUNCTION refuse_frozen_cells()",
    "DROP FUNCTION refuse_if_frozen(uuid, uuid)",
)
"""Takes `FREEZE_TRIGGERS` away again."""

"""Triggers of the database, which Alembic does not see: revisions apply them from here.

Whoever owns the database can switch them off; they stop mistakes and ordinary roles, and the chain
of seals shows what happened in spite of them.
"""

from __future__ import annotations

_AUDIT = ("audit_entry", "audit_seal")
_LEDGER = ("ledger_entry", "ledger_seal", "payment_allocation")

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

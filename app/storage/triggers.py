"""Triggers of the database, which Alembic does not see: revisions apply them from here.

Whoever owns the database can switch them off; they stop mistakes and ordinary roles, and the chain
of seals shows what happened in spite of them.
"""

from __future__ import annotations

_APPEND_ONLY = ("audit_entry", "audit_seal")

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""

AUDIT_TRIGGERS = (
    REFUSE_CHANGE,
    *(
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in _APPEND_ONLY
    ),
    *(
        f"CREATE OR REPLACE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in _APPEND_ONLY
    ),
)
"""Audit entries and seals are appended, never changed or removed."""

AUDIT_TRIGGERS_UNDONE = (
    *(
        f"DROP TRIGGER {table}_{trigger} ON {table}"
        for table in _APPEND_ONLY
        for trigger in ("append_only", "not_emptied")
    ),
    "DROP FUNCTION refuse_change()",
)
"""Takes `AUDIT_TRIGGERS` away again."""

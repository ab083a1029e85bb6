"""What each transaction changed, as ids: the feed of live data, kept for a few days."""

from __future__ import annotations

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.columns import instant, tenant_table, transaction_id

change_note = tenant_table(
    "change_note",
    Column("changes", JSONB, nullable=False),
    instant("created_at"),
    transaction_id("txid"),
    Index("ix_change_note_created", "organisation_id", "created_at", "id"),
    Index("ix_change_note_txid", "txid"),
)

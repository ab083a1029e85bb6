"""The audit of every change, the chain that seals it, the outbox and idempotency keys."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from app.domain.events import Topic
from app.storage.tables.columns import (
    choice,
    instant,
    reference,
    string,
    tenant_table,
    transaction_id,
    uuid,
)

audit_entry = tenant_table(
    "audit_entry",
    string("actor"),
    instant("created_at"),
    string("entity"),
    uuid("entity_id"),
    string("action"),
    Column("before", JSONB, nullable=True),
    Column("after", JSONB, nullable=True),
    string("request_id"),
    Index("ix_audit_entry_created", "organisation_id", "created_at", "id"),
    Index("ix_audit_entry_entity", "organisation_id", "entity", "entity_id", "id"),
)

audit_pending = tenant_table(
    "audit_pending",
    uuid("entry_id"),
    reference("entry_id", "audit_entry"),
    key=("entry_id",),
)

audit_seal = tenant_table(
    "audit_seal",
    Column("sequence_no", BigInteger, nullable=False),
    uuid("entry_id"),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    instant("sealed_at"),
    reference("entry_id", "audit_entry"),
    UniqueConstraint("organisation_id", "entry_id"),
    key=("sequence_no",),
)

outbox = tenant_table(
    "outbox",
    choice("topic", Topic),
    string("entity"),
    uuid("entity_id"),
    Column("payload", JSONB, nullable=False),
    instant("created_at"),
    transaction_id("txid"),
    Index("ix_outbox_created", "organisation_id", "created_at", "id"),
    Index("ix_outbox_txid", "txid"),
)

idempotency = tenant_table(
    "idempotency",
    string("actor"),
    string("operation"),
    string("key"),
    Column("request_hash", LargeBinary, nullable=False),
    Column("response", JSONB, nullable=True),
    instant("created_at"),
    Index("ix_idempotency_created", "organisation_id", "created_at"),
    key=("actor", "operation", "key"),
)

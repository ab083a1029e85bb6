"""What changed, as keys: which rows of the reports to read again, in the order of commits.

Triggers write it for every table that reports show, see `app.storage.change_triggers`; the number
of the transaction says after which snapshot a change became visible, see `app.storage.feed`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    text,
)

from app.storage.tables.columns import TransactionId, metadata, rule, string, transaction_id, uuid

change_log = Table(
    "change_log",
    metadata,
    # No reference to the club, and one index: every row of the store costs a part of such a row.
    uuid("organisation_id"),
    Column("pos", BigInteger, Identity(always=True), nullable=False),
    string("entity"),
    uuid("entity_id"),
    transaction_id("txid"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    PrimaryKeyConstraint("txid", "pos"),
)

change_log_trim = Table(
    "change_log_trim",
    metadata,
    Column("id", SmallInteger, nullable=False, autoincrement=False),
    Column("trimmed_through", TransactionId, nullable=False),
    PrimaryKeyConstraint("id"),
    rule("one_row", "id = 1"),
)
"""The highest transaction of which the log has forgotten something; no row before the first."""

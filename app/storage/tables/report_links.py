"""Links that show one report in pages of other sites, and which sites a club allows."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.storage.tables.columns import instant, reference, string, tenant_table, uuid

report_link = tenant_table(
    "report_link",
    string("report_key"),
    string("title"),
    Column("parameters", JSONB, nullable=False),
    string("language"),
    Column("origins", ARRAY(Text, as_tuple=True), nullable=False),
    string("owner"),
    uuid("owner_token_id"),
    instant("expires_at"),
    Column("is_revoked", Boolean, nullable=False),
    instant("created_at"),
    reference("owner_token_id", "access_token"),
    Index("ix_report_link_created", "organisation_id", "created_at", "id"),
    # Whoever loads the page that shows a link is not known to be of any club.
    Index("ix_report_link_id", "id", unique=True),
)

report_frame = tenant_table(
    "report_frame", string("origin"), instant("created_at"), key=("origin",)
)

"""A club's own reports, every version of them, and who likes which."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.domain.reports import ReportSharing
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

report = tenant_table(
    "report",
    string("owner"),
    string("owner_name"),
    string("title"),
    string("category"),
    Column("definition", JSONB, nullable=False),
    choice("sharing", ReportSharing),
    Column("groups", ARRAY(Text, as_tuple=True), nullable=False),
    string("copied_from", optional=True),
    version(),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", optional=True),
    one_of("sharing", ReportSharing),
    rule("groups_are_named", "(sharing = 'GROUPS') = (cardinality(groups) > 0)"),
    Index(
        "ix_report_present",
        "organisation_id",
        "title",
        "id",
        postgresql_where=sql_text("deleted_at IS NULL"),
    ),
)

report_version = tenant_table(
    "report_version",
    uuid("report_id"),
    count("version"),
    string("title"),
    Column("definition", JSONB, nullable=False),
    string("author"),
    instant("created_at"),
    reference("report_id", "report"),
    UniqueConstraint("organisation_id", "report_id", "version"),
    Index("ix_report_version_created", "organisation_id", "created_at", "id"),
)

report_favourite = tenant_table(
    "report_favourite",
    string("person"),
    string("report_key"),
    instant("created_at"),
    key=("person", "report_key"),
)

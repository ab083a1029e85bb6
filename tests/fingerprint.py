"""What all rows of a club look like, to show that a refusal has written nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from app.storage.tables import metadata

if TYPE_CHECKING:
    from tests.club import Club

TABLES = [
    table.name
    for table in metadata.sorted_tables
    if "organisation_id" in table.c and table.name != "access_token"
]


def fingerprint(club: Club) -> dict[str, tuple[int, str]]:
    """Count and hash the rows of every table."""
    query = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS count, "
        f"coalesce(md5(string_agg(row, '' ORDER BY row)), '') AS hash FROM "
        f"(SELECT md5(t::text) AS row FROM {name} t WHERE organisation_id = :club) AS r"
        for name in TABLES
    )
    with club.runner.engine.connect() as connection:
        rows = connection.execute(text(query), {"club": club.organisation.id})
        return {name: (count, digest) for name, count, digest in rows}

"""Tables that are made from other tables of the star, in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.sync import dimensions

if TYPE_CHECKING:
    import duckdb

    from semantic.sync.source import Changed
    from semantic.sync.tables import StarTable


@dataclass(frozen=True, slots=True)
class Derived:
    """A table whose rows are a SELECT, with the kinds of change after which they may differ."""

    table: StarTable
    select: str
    kinds: tuple[str, ...]

    def follows(self, changed: Changed | None) -> bool:
        """Tell whether rows may be other ones after these changes; None means everything."""
        return changed is None or any(changed.get(kind) for kind in self.kinds)

    def refresh(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Remove rows that are no more and insert those that are new; tell whether any were."""
        name = f"store.{self.table.name}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE made AS {self.select}")
        gone = connection.execute(
            f"DELETE FROM {name} AS old WHERE NOT EXISTS (FROM made WHERE {self._same('made')})"
        ).fetchall()
        came = connection.execute(
            f"INSERT INTO {name} FROM made WHERE NOT EXISTS "
            f"(FROM {name} AS old WHERE {self._same('made')})"
        ).fetchall()
        return bool(gone[0][0] or came[0][0])

    def _same(self, made: str) -> str:
        """Write the condition that a row and one that was made are equal."""
        return " AND ".join(f"old.{one} = {made}.{one}" for one in self.table.column_names)


REPS = Derived(
    dimensions.REP,
    """
    SELECT DISTINCT organisation_id, rep_code,
        coalesce(named.name, CASE rep_code WHEN '' THEN 'unknown' ELSE rep_code END) AS name,
        coalesce(named.team, '') AS team
    FROM (
        SELECT organisation_id, rep_code FROM store.dim_sale
        UNION ALL SELECT organisation_id, rep_code FROM store.dim_account
        UNION ALL SELECT organisation_id, rep_code FROM store.fact_pipeline_snapshot
        UNION ALL SELECT organisation_id, rep_code FROM store.fact_target
        UNION ALL SELECT organisation_id, rep_code FROM store.dim_sales_rep
        UNION ALL SELECT organisation_id, '' FROM store.dim_organisation
    ) AS known
    LEFT JOIN store.dim_sales_rep AS named USING (organisation_id, rep_code)
    """,
    ("rep", "organisation"),
)
"""A representative whom the club has not named has only a code, and none the empty one."""

DERIVED = (REPS,)

"""The rows of a report's main table as Parquet, typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from reports.render.answers import UnwritableError
from reports.render.keeping import folder_beside, read_pieces
from reports.render.streams import main_query

if TYPE_CHECKING:
    from collections.abc import Generator

    from reports.build.planned import PlannedQuery, ReportPlan
    from reports.render.answers import Answers
    from reports.render.letterhead import Letterhead


def write_parquet(
    plan: ReportPlan, answers: Answers, _letterhead: Letterhead
) -> Generator[bytes, None, None]:
    """Write the rows of the main table; titles stand in the metadata of columns.

    Raises:
        UnwritableError: there is nothing to write.
    """
    name = main_query(plan)
    if name is None:
        raise UnwritableError(str(plan.report["empty"]))
    with folder_beside() as folder:
        path = folder / "rows.parquet"
        with answers.open(name) as reader:
            schema = _titled(reader.schema, plan.query(name))
            with pq.ParquetWriter(path, schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
        yield from read_pieces(path)


def _titled(schema: pa.Schema, query: PlannedQuery) -> pa.Schema:
    """Add the titles of columns."""
    titles = {one.key: one.title for one in query.columns}
    fields = [one.with_metadata({"title": titles.get(one.name, one.name)}) for one in schema]
    return pa.schema(fields)

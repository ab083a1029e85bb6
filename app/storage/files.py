"""Contents of files, which travel apart from their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from app.storage import tables as t
from app.storage.rows import values_of
from app.storage.visibility import visible

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.documents import StoredFile
    from app.domain.permissions import Actor
    from app.storage.reads import Reader
    from app.storage.unit_of_work import UnitOfWork


def insert_file(work: UnitOfWork, file: StoredFile, content: bytes) -> None:
    """Insert a file with its content."""
    values = {"organisation_id": work.organisation_id, **values_of(file), "content": content}
    work.connection.execute(insert(t.stored_file), values)


async def read_content(reader: Reader, actor: Actor, file_id: UUID) -> bytes | None:
    """Read the content of a file that an actor may see; None when there is none."""
    query = select(t.stored_file.c.content).where(
        visible(t.stored_file, actor), t.stored_file.c.id == file_id
    )
    rows = await reader.run(query)
    return bytes(rows[0]["content"]) if rows else None

"""Whether the database can serve this version of Loge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.storage.failures import is_unavailable, read_again_if_lost
from app.storage.migrations.revisions import newest_revision

if TYPE_CHECKING:
    from app.storage.engine import Engine


def is_ready(engine: Engine) -> str | None:
    """Return None when the database answers and is migrated, else the reason why it is not."""
    try:
        found = read_again_if_lost(lambda: _read_revision(engine))
    except SQLAlchemyError as error:
        if is_unavailable(error):
            return "the database does not answer"
        return "the database was never migrated; run 'loge migrate'"
    if found != newest_revision():
        return (
            f"the database is at revision {found}, this version needs {newest_revision()}; "
            "run 'loge migrate'"
        )
    return None


def _read_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)

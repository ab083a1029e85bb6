"""Bringing a database to the schema of this version."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

if TYPE_CHECKING:
    from app.storage.engine import Engine

_LOCK = 7_081_998
"""The advisory lock under which one process migrates while others wait."""


def configuration() -> Config:
    """Return Alembic's configuration without any file or address."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


@cache
def newest_revision() -> str:
    """Name the revision that this version needs."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        message = "there are no revisions"
        raise AssertionError(message)
    return head


def migrate(engine: Engine) -> None:
    """Upgrade the database; doing it twice, or from two processes at once, does it once."""
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        connection.commit()
        try:
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            connection.execute(text("RESET statement_timeout"))
            connection.commit()

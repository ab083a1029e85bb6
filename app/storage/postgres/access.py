"""How Loge's own processes reach the embedded server: by its private socket, with its password."""

from contextlib import closing
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.storage.postgres.credentials import ROLE, read_password
from app.storage.postgres.errors import DataFolderError
from app.storage.postgres.placement import Placement

MAINTENANCE_DATABASE = "postgres"


def known_password(placement: Placement) -> str:
    """Return the password of the server's role.

    Raises:
        DataFolderError: its file is gone; the next start makes a new one.
    """
    password = read_password(placement.password_file)
    if password is None:
        raise DataFolderError(
            f"The password file {placement.password_file} is missing. Stop the server and start it "
            "again; the start makes a new one.",
        )
    return password


def sqlalchemy_url(placement: Placement, port: int, database: str, driver: str) -> str:
    """Return an address that SQLAlchemy's psycopg and asyncpg dialects both understand."""
    return (
        f"postgresql+{driver}://{ROLE}:{known_password(placement)}@/{quote(database, safe='')}"
        f"?host={quote(str(placement.socket_folder), safe='')}&port={port}"
    )


def connect(
    placement: Placement, port: int, database: str = MAINTENANCE_DATABASE
) -> psycopg.Connection[tuple[object, ...]]:
    """Connect to a database, or the one that is always there; each statement is a transaction."""
    return psycopg.connect(
        host=str(placement.socket_folder),
        port=port,
        user=ROLE,
        password=known_password(placement),
        dbname=database,
        autocommit=True,
    )


def create_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    """Create a database if it does not exist; tells whether it did."""
    known = "SELECT 1 FROM pg_database WHERE datname = %s"
    if connection.execute(known, (name,)).fetchone() is not None:
        return False
    try:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        # Another process was faster, in which case either of the two may come.
        return False
    return True


def is_anybody_connected(placement: Placement, port: int) -> bool:
    """Tell whether anybody but this call is connected; a server that lets nobody in has nobody."""
    try:
        with closing(connect(placement, port)) as connection:
            row = connection.execute(
                "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND backend_type IN ('client backend', 'walsender')",
            ).fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and bool(row[0])

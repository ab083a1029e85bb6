"""PostgreSQL, whose bytes are the truth."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app.storage.postgres import EmbeddedPostgres


@pytest.fixture(scope="package")
def server(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    url = postgres.connection_url("postgres").replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection

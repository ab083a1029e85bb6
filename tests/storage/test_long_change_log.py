"""What has changed since an answer is found in a log of any length by a few pages of its index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from app.storage.engine import command_engine
from app.storage.followed import when_changed
from app.storage.identity import new_id
from tests.conftest import migrated_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from app.storage.postgres import EmbeddedPostgres

pytestmark = pytest.mark.postgres
FEW_PAGES = 20
CLUB = new_id()
_FILL = f"""
DO $$ BEGIN
    FOR number IN 1..150 LOOP
        INSERT INTO change_log (organisation_id, entity, entity_id)
        SELECT CASE mod(row_no, 2) WHEN 0 THEN '{CLUB}'::uuid ELSE gen_random_uuid() END, 'sale',
            gen_random_uuid() FROM generate_series(1, 400) AS row_no;
        COMMIT;
    END LOOP;
END $$
"""
"""150 transactions of 400 rows, half of them one club's."""
_CHANGE = f"""
INSERT INTO change_log (organisation_id, entity, entity_id)
VALUES ('{CLUB}', 'sale', gen_random_uuid())
"""
_NOW = "SELECT pg_current_snapshot()::text || '/' || floor(extract(epoch FROM now()) / 900)::bigint"


@dataclass(frozen=True)
class LongLog:
    """A database with a long log, and the positions before its last change and at its end."""

    connection: Connection
    before: str
    end: str


@pytest.fixture(scope="module")
def log(postgres: EmbeddedPostgres) -> Iterator[LongLog]:
    engine = command_engine(migrated_database(postgres, "long_log"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(_FILL)
        connection.exec_driver_sql(_FILL)
        before = connection.exec_driver_sql(_NOW).scalar_one()
        connection.exec_driver_sql(_CHANGE)
        connection.exec_driver_sql("VACUUM ANALYZE change_log")
        statement = when_changed("SELECT 'the answer'", 1, 2)
        connection.exec_driver_sql(f"PREPARE followed (uuid, text) AS {statement}")
        yield LongLog(connection, before, connection.exec_driver_sql(_NOW).scalar_one())
    engine.dispose()


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything in a plan that reads the log."""
    if plan.get("Relation Name") == "change_log":
        yield plan
    for below in plan.get("Plans", ()):
        yield from scans(below)


def asked(log: LongLog, position: str, mode: str) -> tuple[str | None, dict[str, Any]]:
    """What is answered to somebody with a position, and how the log was read for it."""
    # The quarter of an hour may have ended since the log was made.
    quarter = log.connection.exec_driver_sql(_NOW).scalar_one().partition("/")[2]
    execute = f"EXECUTE followed ('{CLUB}', '{position.partition('/')[0]}/{quarter}')"
    log.connection.exec_driver_sql(f"SET plan_cache_mode = {mode}")
    answer, _ = log.connection.exec_driver_sql(execute).one()
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {execute}"
    (planned,) = log.connection.exec_driver_sql(explain).scalar_one()
    (scan,) = scans(planned["Plan"])
    return answer, scan


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("is_changed", [False, True])
def test_whether_anything_has_changed_is_found_by_a_few_pages_of_a_long_log(
    log: LongLog,
    mode: str,
    is_changed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    answer, scan = asked(log, log.before if is_changed else log.end, mode)
    assert answer == ("the answer" if is_changed else None)
    assert scan["Node Type"] != "Seq Scan"
    assert scan["Shared Hit Blocks"] + scan["Shared Read Blocks"] <= FEW_PAGES

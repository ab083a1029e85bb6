"""Throwaway clusters: made from a template, limited, and gone without a trace."""

import shutil
from pathlib import Path

import psycopg
import pytest

from app.storage.postgres import ServerNotRunningError, StartFailedError
from app.storage.postgres.throwaway import ThrowawayClusters
from semantic.wire.shell import template


def test_what_an_earlier_process_left_is_cleared_and_the_template_stays(
    clusters: ThrowawayClusters,
) -> None:
    clusters.start("first")
    clusters.stop("first")
    # A folder of its own, since clusters of other tests run in the one that is shared.
    folder = clusters._template.parent / "apart"
    shutil.copytree(clusters._template, folder / clusters._template.name)
    earlier, next_one = (
        ThrowawayClusters(
            folder,
            template.settings_for(100),
            template.STATEMENTS,
            system_location=clusters._system_location,
        )
        for _ in range(2)
    )
    left = Path(earlier.start("left"))
    old = earlier._template.with_name("template-17.0-0123456789ab")
    old.mkdir()
    earlier.clear()
    assert left.is_socket()
    next_one.clear()
    assert not left.exists()
    assert not old.exists()
    assert [one.name for one in next_one._template.parent.glob("template-*")] == [
        next_one._template.name
    ]
    made_at = next_one._template.stat().st_mtime_ns
    with pytest.raises(ServerNotRunningError, match="'left'"):
        next_one.run("left", None, "SELECT 1")
    next_one.stop("left")
    next_one.start("left")
    next_one.run("left", None, "CREATE ROLE somebody; SELECT 1")
    next_one.stop("left")
    assert next_one._template.stat().st_mtime_ns == made_at


def test_statements_that_run_together_are_done_all_or_none(clusters: ThrowawayClusters) -> None:
    clusters.start("whole")
    try:
        with pytest.raises(psycopg.errors.UndefinedTable):
            clusters.run("whole", None, "CREATE ROLE somebody; SELECT * FROM nothing")
        clusters.run("whole", None, "CREATE ROLE somebody")
    finally:
        clusters.stop("whole")


def test_a_template_that_cannot_be_made_is_not_used(clusters: ThrowawayClusters) -> None:
    folder = clusters._template.parent
    broken = ThrowawayClusters(
        folder, "", ("SELECT * FROM nothing",), system_location=clusters._system_location
    )
    with pytest.raises(StartFailedError, match=r"template of a cluster failed.*nothing"):
        broken.start("never")
    assert not (broken._template / "complete").exists()
    assert not (folder / "clusters" / "never").exists()
    clusters.clear()
    assert not broken._template.exists()

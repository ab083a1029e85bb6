"""Forgetting rows that nobody needs any more, club by club and a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.storage.organisations import organisation_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.execution import Runner
    from app.storage.unit_of_work import UnitOfWork

BATCH = 5_000
"""Rows removed in one transaction."""


def forget(runner: Runner, remove: Callable[[UnitOfWork, int], int]) -> int:
    """Remove rows of all clubs; return how many.

    `remove` removes at most so many in its transaction, and returns how many it found.
    """
    removed = 0
    for organisation_id in organisation_ids(runner.engine):
        while True:
            count = runner.transact(organisation_id, "worker", lambda work: remove(work, BATCH))
            removed += count
            if count < BATCH:
                break
    return removed

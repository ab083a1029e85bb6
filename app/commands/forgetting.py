"""Forgetting rows that nobody needs any more, club by club and a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.storage.organisations import organisation_ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.commands.execution import Runner
    from app.storage.unit_of_work import UnitOfWork

BATCH = 5_000
"""Rows removed in one transaction."""


def drain(remove: Callable[[int], int]) -> int:
    """Remove rows a batch at a time; return how many.

    `remove` removes at most so many in a transaction, and returns how many it found.
    """
    removed = 0
    while True:
        count = remove(BATCH)
        removed += count
        if count < BATCH:
            return removed


def forget(runner: Runner, remove: Callable[[UnitOfWork, int], int]) -> int:
    """Remove rows of all clubs; return how many.

    `remove` removes at most so many in its transaction, and returns how many it found.
    """
    return sum(drain(_remover(runner, one, remove)) for one in organisation_ids(runner.engine))


def _remover(
    runner: Runner, organisation_id: UUID, remove: Callable[[UnitOfWork, int], int]
) -> Callable[[int], int]:
    """Let a club's rows be removed in transactions of that club."""

    def once(most: int) -> int:
        return runner.transact(organisation_id, "worker", lambda work: remove(work, most))

    return once

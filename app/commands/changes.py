"""Forgetting what changed once nobody can resume from before it any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.storage.feed import remove_notes
from app.storage.organisations import organisation_ids

if TYPE_CHECKING:
    from datetime import datetime

    from app.commands.execution import Runner

KEPT_FOR = timedelta(hours=48)
"""How long changes are kept: twice as long as a subscription can be resumed."""
BATCH = 5_000
"""Notes removed in one transaction."""


def forget_changes(runner: Runner, now: datetime) -> int:
    """Remove the notes of changes of all clubs that are older than 48 hours; return how many."""
    removed = 0
    for organisation_id in organisation_ids(runner.engine):
        while True:
            count = runner.transact(
                organisation_id,
                "worker",
                lambda work: remove_notes(work, now - KEPT_FOR, BATCH),
            )
            removed += count
            if count < BATCH:
                break
    return removed
